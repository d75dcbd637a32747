// Proofs of any kept height from a snapshot of the database alone: the tree in memory is not touched, so proofs are
// made on any thread while blocks go on.
//
// The version record of the height has the hashes of the tree's shards; the key's own shard is rebuilt from the flat
// table of the newest height, taken back height by height through the undo records.
#pragma once

#include "chain/store/database.hpp"
#include "chain/store/proof.hpp"

namespace assay::chain {

/// Errors: future_height, pruned, io_error, store_corrupt.
[[nodiscard]] Result<StateProof> make_proof(const Database& db, const StateKey& key, Height height);

}  // namespace assay::chain
