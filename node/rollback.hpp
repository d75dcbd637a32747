// One block back, on a stopped node: state, and what was signed, and under CometBFT its side too.
//
//   ASSAY_TRY(RolledBack done, roll_back(home, config, app, false));     // done.height, done.app_hash
//
// Solo: the block that is taken back was signed, and the record of it (engine/signed_block.hpp) makes the node finish
// that very block when it starts, never another one of its height. That is what a rollback is good for: a new binary
// executes the last block anew. No more than the last one can be taken back, since the record holds one block.
//
// CometBFT: its own state is taken back first, by `cometbft rollback`. Whatever ends this in between, calling it again
// goes on: CometBFT's rollback changes nothing where its state is already one below its blocks, and a CometBFT that is
// one behind the application by itself catches up at the next start.
#pragma once

#include <optional>

#include "chain/app.hpp"
#include "node/config.hpp"
#include "node/home.hpp"

namespace assay::node {

struct RolledBack {
    Height from, height;  ///< equal where the application was there already
    Hash app_hash;
    bool comet = false;  ///< CometBFT's state was taken back, or found so
};

/// `application_only`: CometBFT's side is somebody else's to take back, or is back already. Errors: those of
/// App::rollback; already_exists where a later block was signed; confirmation_required where CometBFT's side cannot be
/// taken back from here; store_corrupt where it is at another height; app_hash_mismatch; engine_failed; io_error.
[[nodiscard]] Result<RolledBack> roll_back(const Home& home, const Config& config, chain::App& app,
                                           bool application_only);

/// Solo: the last block is on record as signed, so that the node finishes it and signs no other. Errors: already_exists
/// where a block above is on record, store_corrupt, io_error.
[[nodiscard]] Status keep_what_was_signed(const Home& home, const chain::App& app);

}  // namespace assay::node
