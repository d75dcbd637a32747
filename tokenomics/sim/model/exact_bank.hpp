// The money of eight runs in whole base units: a Ledger for each, and the chain's price, behind calls that take and
// give eight doubles. What behaviour asks for is floored once, here; what it sees is the nearest double. fast_bank.hpp
// is its twin in doubles, with the same calls.
//
//   bank.sell(units, {Purse::group, 2}, usd);      // lane by lane: at most `units`
//   if (!bank.check(first_run)) return false;
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "tokenomics/sim/emission_walk.hpp"
#include "tokenomics/sim/model/books.hpp"
#include "tokenomics/sim/model/ledger.hpp"
#include "tokenomics/sim/model/model.hpp"
#include "tokenomics/sim/model/setup.hpp"
#include "tokenomics/sim/model/walk_lanes.hpp"

namespace assay::sim {

using Eight = double[kLanes];

class ExactBank {
   public:
    void start(const Setup& setup, const Meddler* meddle, Trouble& why);

    void begin_step(std::uint64_t step);
    /// USD of a token.
    void spot(Eight& usd) const;
    /// A price round with this report, or with none. `stale`: 1 or 0.
    void oracle_round(const double* report_usd, Eight& price_usd, Eight& stale);
    /// Buyers burn for what their credits lack of `needed`, and `bill` is consumed, split by what the groups serve.
    void serve(const Eight& bill_usd, const Eight& needed_usd, const Lanes* devices, Eight& consumed_usd);
    /// 1 where the breaker halts.
    void halted(Eight& out) const;
    /// The group's own burn; spent and returned in USD at the spot price.
    void wash(std::size_t group, const Eight& usd, Eight& spent_units, Eight& paid_units);
    void slash(std::size_t group, Ppb rate);
    /// `passed`: devices that passed their tasks. Mints, splits and pays, where an epoch ends. The mint of what the
    /// vault lacked: shortfall. False, as of check(), where something went wrong: `why` of start() says it.
    bool close(const Lanes* passed, Eight& minted_units, Eight& burned_units, Eight& shortfall_units);
    /// Paid to the group in this step, tokens.
    void earned(std::size_t group, Eight& units) const;
    /// What washing returned to the group in close(), tokens.
    void washed(std::size_t group, Eight& units) const;
    /// Stake for `devices` more at what one needs now; 1 where it was done.
    void stake(std::size_t group, const Eight& devices, Eight& done);
    /// Of `now` devices `leaving` go.
    void unstake(std::size_t group, const Eight& now, const Eight& leaving);
    void mature();
    void matured(std::size_t group, Eight& units) const;
    /// USD of the stake of one device of this scenario group.
    void stake_usd(std::size_t origin, Eight& usd) const;
    void delegate(const Eight& units);  ///< below zero: undelegate
    /// Paid by the last close() from the stakers' pool for a unit of stake.
    void staking(Eight& yield) const;

    void buy_for(const Eight& usd, Purse to);
    void sell(const Eight& units, Purse from);
    void owned(Purse who, Eight& units) const;
    void pool(Eight& units, Eight& usd) const;
    /// Dollars into the market less dollars out of it since the last call.
    void net_flow(Eight& usd);
    void unlock(std::size_t party, Amount amount);
    void liquidity(const Eight& keep);
    void quote(const Eight& usd);
    void take_fee(const Eight& usd);
    void spend(const Eight& usd, Eight& unpaid_usd);
    void buyback(const Eight& usd, bool burn);

    void look(Book which, Eight& out) const;
    void group_totals(std::size_t group, Eight& staked, Eight& liquid) const;
    void party_totals(std::size_t party, Eight& free, Eight& locked) const;
    /// conservation_broken, naming the run.
    bool check(std::uint64_t first_run);
    bool check_fully(std::uint64_t first_run);

   private:
    struct Lane {
        Ledger ledger;
        tokenomics::PriceState oracle;
        tokenomics::EpochInput epoch;
        tokenomics::EpochOutput closed;
        tokenomics::EpochScratch scratch;
        tokenomics::Params params;  ///< only where a schedule depends on the ledger
        std::optional<EmissionWalk> walk;
        std::vector<Amount> washed_before;
        Amount staking_before, burned_before, minted_before, destroyed_before;
        u128 in_before = 0, out_before = 0;
    };
    [[nodiscard]] const tokenomics::Params& params(const Lane& lane) const {
        return regime_->alone ? shared_ : lane.params;
    }

    bool close_lane(Lane& lane, std::size_t k, const Lanes* passed);
    [[nodiscard]] bool vault() const { return setup_->scenario.params.bme.mode == tokenomics::BurnMode::vault; }

    const Setup* setup_ = nullptr;
    const Meddler* meddle_ = nullptr;
    Trouble* why_ = nullptr;
    const Regime* regime_ = nullptr;
    std::size_t next_regime_ = 0;
    std::uint64_t step_ = 0;
    double usd_per_price_ = 1e-8;
    bool washes_ = false, closed_ = true;
    tokenomics::Params shared_;
    std::array<Lane, kLanes> lanes_;
    std::vector<u128> weights_;
};

}  // namespace assay::sim
