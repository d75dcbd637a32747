// The order in which an engine may ask, checked always: a broken sequence is a clear error and no wrong state.
//
//   start   init_chain, or the first call of a height
//   height  prepare_proposal, process_proposal, extend_vote and verify_vote_extension as the rounds bring them,
//           none of them where blocks are replayed; then finalize_block
//   end     commit, and the next height, which is one higher
//
// A round is [prepare [process]] or [process], at most one extend, and votes that are verified at any time; rounds have
// no mark between them, so whatever their calls, they are only told apart from the ends of a height. All calls of a
// height name the same one; 0 names none (abci-cli's calls do). Snapshots and info come on other connections and are no
// part of this; a new connection begins at `start`.
//
//   CallOrder order;
//   ASSAY_TRY_VOID(order.check(request));      // before the application is called
#pragma once

#include "base/result.hpp"
#include "node/abci/messages.hpp"

namespace assay::node::abci {

/// Whether it belongs to the consensus connection.
[[nodiscard]] bool is_consensus(const Request& r);

class CallOrder {
   public:
    /// invalid_request: what came and what was expected. A call that was refused changes nothing.
    [[nodiscard]] Status check(const Request& r);
    void restart() { *this = {}; }

   private:
    enum class State : std::uint8_t { start, initialized, height, finalized, committed };
    [[nodiscard]] Status check_height(const Request& r, std::int64_t height);
    [[nodiscard]] std::string expected() const;

    State state_ = State::start;
    std::int64_t height_ = 0;  ///< of the calls since the last commit, or of that commit; 0: not told
};

}  // namespace assay::node::abci
