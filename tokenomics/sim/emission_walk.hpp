// The schedule of kinds that look at the ledger, epoch after epoch, where a simulation's step or a printed row holds
// many epochs. What happened in a step is spread evenly over its epochs; the supply grows with each mint.
//
//   EmissionWalk walk(params, genesis_supply, start);
//   ASSAY_TRY(Amount minted, walk.advance(Epoch{2880}, view));      // epochs 0 to 2879
#pragma once

#include "tokenomics/emission.hpp"

namespace assay::sim {

class EmissionWalk {
   public:
    EmissionWalk(const tokenomics::Params& params, Amount genesis, TimeMs start, Epoch from = {})
        : params_(&params),
          genesis_(genesis),
          start_(start),
          memory_(tokenomics::emission_start(params.emission)),
          next_(from) {}

    /// Other parameters from the next epoch on, as a vote brings them; what a kind remembers stays.
    void change(const tokenomics::Params& params) { params_ = &params; }

    /// Up to epoch `to`, excluded. `step`: cumulative_scheduled and supply before it, `bonded`, `burned` and `settled`
    /// in all of it, `power` of each epoch. Returns what is minted. Errors: overflow.
    [[nodiscard]] Result<Amount> advance(Epoch to, tokenomics::EmissionView step) {
        const std::uint64_t count = to > next_ ? to.value - next_.value : 0;
        const std::uint64_t epoch_ms = params_->epoch.blocks * params_->block.time_ms;
        tokenomics::EmissionView view = step;
        view.cap = params_->token.cap;
        view.genesis = genesis_;
        view.blocks = params_->epoch.blocks;
        Amount minted;
        for (std::uint64_t i = 0; i < count; ++i) {
            // The i-th of `count` equal parts, whose floors sum to the whole.
            view.burned = part(step.burned, i, count);
            view.settled = part(step.settled, i, count);
            view.start = TimeMs{start_.value + next_.value * epoch_ms};
            view.end = TimeMs{view.start.value + epoch_ms};
            ASSAY_TRY(const auto out, tokenomics::scheduled_mint(params_->emission, next_, view, memory_));
            memory_ = out.memory;
            ASSAY_TRY(minted, add(minted, out.mint));
            ASSAY_TRY(view.supply, add(view.supply, out.mint));
            ASSAY_TRY(view.cumulative_scheduled, add(view.cumulative_scheduled, out.mint));
            next_ = next_ + 1;
        }
        return minted;
    }

   private:
    static Amount part(Amount whole, std::uint64_t i, std::uint64_t count) {
        const auto upto = [&](std::uint64_t n) { return mul_div(whole, n, count); };  // never above `whole`
        return Amount{upto(i + 1).value().units - upto(i).value().units};
    }

    const tokenomics::Params* params_;
    Amount genesis_;
    TimeMs start_;
    tokenomics::EmissionMemory memory_;
    Epoch next_;
};

}  // namespace assay::sim
