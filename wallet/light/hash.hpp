// CometBFT's hashes and the bytes that its validators sign, after spec/core/data_structures.md and encoding.md of
// CometBFT v0.38 and v0.40, which agree: RFC 6962 trees over protobuf fields.
//
//   const Hash id = header_hash(block.header);                 // what block_id.hash has to be
//   const Bytes signed_bytes = vote_sign_bytes("assay-1", block.commit, block.commit.signatures[0]);
#pragma once

#include "wallet/light/types.hpp"

namespace assay::wallet::light {

[[nodiscard]] Hash header_hash(const Header& header);
/// Of the validators in their order.
[[nodiscard]] Hash validators_hash(const std::vector<Validator>& validators);
/// The precommit for the commit's block that this signature stands under, with its length before it.
[[nodiscard]] Bytes vote_sign_bytes(std::string_view chain_id, const Commit& commit, const CommitSignature& signature);
[[nodiscard]] ValidatorAddress address_of(const Ed25519Key& key);

}  // namespace assay::wallet::light
