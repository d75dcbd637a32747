// A proof that a key has a value in the state, or has none, against an app hash. All that a wallet needs.
//
//   ASSAY_TRY(StateProof proof, borsh::decode<StateProof>(raw));
//   ASSAY_TRY(std::optional<Bytes> value, verify_state_proof(proof, tables::account(address), app_hash));
//
// Borsh layout (docs/protocol.md has the table):
//   version u8 = 1 | depth u16 <= 256 | bitmap: u32 count + ceil(depth/8) bytes, bit d (highest first) = the sibling at
//   depth d is not zero | siblings: u32 count + 32 bytes each, root to leaf, only the non-zero ones | option of the
//   leaf that stands at that depth: path, value hash | option of the value
#pragma once

#include "chain/store/key.hpp"

namespace assay::chain {

struct ProofLeaf {
    Path path;
    Hash value_hash;
    ASSAY_FIELDS(path, value_hash)
};

struct StateProof {
    std::uint8_t version = 1;
    std::uint16_t depth = 0;
    Bytes bitmap;
    std::vector<Hash> siblings;
    std::optional<ProofLeaf> leaf;  ///< none: the subtree at `depth` is empty
    std::optional<Bytes> value;     ///< of the key; none proves absence
    ASSAY_FIELDS(version, depth, bitmap, siblings, leaf, value)

    Hash root;  ///< the app hash that it was made for; for information, not part of the encoding
};

/// The value that `key` has in the state with this root, or nothing where it has none.
/// Errors: proof_invalid, naming what is wrong: a proof has one valid form only.
[[nodiscard]] Result<std::optional<Bytes>> verify_state_proof(const StateProof& proof, const StateKey& key,
                                                              const Hash& root);

}  // namespace assay::chain
