// The money of eight runs in doubles: the rules of tokenomics/ without their floors, lane by lane in vectors. Its calls
// are those of exact_bank.hpp, its order and its bounds too; what differs is rounding, below one part in 10^9 of the
// supply, which check() holds it to. docs/economist.md says how far its figures may be from exact ones.
#pragma once

#include "tokenomics/sim/model/books.hpp"
#include "tokenomics/sim/model/fast_market.hpp"
#include "tokenomics/sim/model/fast_oracle.hpp"
#include "tokenomics/sim/model/room.hpp"
#include "tokenomics/sim/model/setup.hpp"
#include "tokenomics/sim/model/simd.hpp"
#include "tokenomics/sim/model/walk_lanes.hpp"

namespace assay::sim {
namespace {

class FastBank {
   public:
    void start(const Setup& setup, Room& room, WalkLanes* walks, const Meddler*, Trouble& why) {
        why_ = &why;
        setup_ = &setup;
        walks_ = walks;
        closed_ = true;
        regime(0);
        const Ledger& l = setup.start;
        const auto of = [](Amount a) { return V(real_of(a.units)); };
        genesis_ = of(l.genesis);
        minted_ = burned_ = V(0.0);
        scheduled_ = of(l.scheduled);
        holders_ = of(l.holders);
        bonds_ = of(l.bonds);
        market_.start(setup);
        vault_ = of(l.vault);
        delegated_ = standing_ = of(l.delegated);
        undelegating_ = V(0.0);
        work_ = availability_ = stakers_ = validators_ = V(0.0);
        treasury_ = of(l.pools.treasury);
        treasury_usd_ = V(real_of(l.treasury_usd) * 1e-6);
        credits_ = V(real_of(l.credits_free.units) * 1e-6);
        backing_ = of(l.credits_backing);
        locked_ = of(l.locked);
        staked_ = of(l.staked);
        unbonding_ = slashed_ = unlocked_ = vaulted_ = released_ = V(0.0);
        recycle_smoothed_ = burned_in_epoch_ = shortfall_ = staking_paid_ = halted_ = V(0.0);
        oracle_.start(market_.spot());
        group_count_ = setup.groups.size();
        groups_ = room.take<Group>(group_count_);
        for (std::size_t i = 0; i < group_count_; ++i) {
            groups_[i] = {};
            groups_[i].staked = of(l.groups[i].staked);
            groups_[i].weight = static_cast<double>(setup.groups[i].weight);
        }
        party_count_ = l.parties.size();
        parties_ = room.take<Party>(party_count_);
        for (std::size_t i = 0; i < party_count_; ++i) parties_[i] = {of(l.parties[i].free), of(l.parties[i].locked)};
        wait_ = setup.unbonding_steps;
        ring_ = room.take<V>(wait_ * (group_count_ + 1));
        for (std::size_t i = 0; i < wait_ * (group_count_ + 1); ++i) ring_[i] = V(0.0);
    }

    ASSAY_INLINE void begin_step(std::uint64_t step) {
        step_ = step;
        slot_ = step % wait_;
        while (next_regime_ < setup_->regimes.size() && setup_->regimes[next_regime_].from_step <= step)
            regime(next_regime_);
        if (closed_) destroyed_before_ = burned_;
        burned_before_ = burned_ + vaulted_;
        minted_before_ = minted_ + released_;
    }
    [[nodiscard]] ASSAY_INLINE V spot() const { return market_.spot(); }

    ASSAY_INLINE void oracle_round(const V* report, V& price, M& stale) {
        oracle_.round(report);
        price = oracle_.average;
        stale = oracle_.stale;
    }

    ASSAY_INLINE void serve(V bill, V needed, const Lanes* devices, V& consumed) {
        for (std::size_t i = 0; i < group_count_; ++i) {
            Group& g = groups_[i];
            g.earned = g.wash_pay = V(0.0);
            if (closed_) g.consumed = g.carried = g.paid = V(0.0);
        }
        const M blocked = stuck();
        M burning = (needed > credits_) & !blocked;
        if (mode_ == tokenomics::BurnMode::vault) burning = burning & !halted_now(burning);
        const V missing = max(needed - credits_, V(min_credits_usd_));
        const V cost = max(tokens_for_credits(missing), V(min_burn_));
        const V bought = market_.buy(select(burning, cost, V(0.0)));
        const V worth = credits_for_tokens(bought);
        const M good = (bought > V(0.0)) & (worth >= V(min_credits_usd_)) & (bought >= V(min_burn_ * (1 - 1e-12)));
        holders_ += select(good, V(0.0), bought);
        book_purchase(select(good, bought, V(0.0)), select(good, worth, V(0.0)));

        const V taken = select(blocked, V(0.0), min(bill, credits_));
        V all(0.0);
        for (std::size_t i = 0; i < group_count_; ++i)
            if (setup_->groups[i].serves) all += V(devices[i]) * V(setup_->groups[i].service);
        const V per_weight = select(all > V(0.0), taken / all, V(0.0));
        const V per_credit = select(credits_ > V(0.0), backing_ / credits_, V(0.0));
        consumed = V(0.0);
        for (std::size_t i = 0; i < group_count_; ++i)
            if (setup_->groups[i].serves) {
                const V mine = V(devices[i]) * V(setup_->groups[i].service) * per_weight;
                consumed += settle(i, mine, mine * per_credit);
            }
    }
    [[nodiscard]] ASSAY_INLINE V halted() const { return halted_; }

    ASSAY_INLINE void wash(std::size_t group, V usd, V& spent, V& paid) {
        Group& g = groups_[group];
        M going = (usd > V(0.0)) & !stuck();
        if (mode_ == tokenomics::BurnMode::vault) going = going & !halted_now(going);
        const V cost = select(going, tokens_for_credits(usd), V(0.0));
        g.liquid += market_.buy(positive(cost - g.liquid));
        spent = min(cost, g.liquid);
        const V worth = credits_for_tokens(spent);
        const M good = worth >= V(min_credits_usd_);
        spent = select(good, spent, V(0.0));
        g.liquid -= spent;
        const V before = g.paid, used = g.consumed;
        const V carried = book_purchase(spent, select(good, worth, V(0.0)));
        (void)settle(group, select(good, worth, V(0.0)), carried);
        paid = g.paid - before;
        g.washed += g.consumed - used;
    }
    /// What washing returned to the group in close(), tokens.
    [[nodiscard]] ASSAY_INLINE V washed(std::size_t group) const { return groups_[group].wash_pay; }

    ASSAY_INLINE void slash(std::size_t group, Ppb rate) {
        Group& g = groups_[group];
        const V r(static_cast<double>(rate.value) * 1e-9);
        const V behind = select(staked_ > V(0.0), g.staked / staked_, V(0.0)) * r;
        V taken = g.staked * r;
        staked_ -= taken;
        g.staked -= taken;
        for (std::size_t k = 0; k < wait_; ++k) {
            V& entry = ring(group, k);
            const V cut = entry * r;
            entry -= cut;
            unbonding_ -= cut;
            taken += cut;
            V& theirs = ring(group_count_, k);
            const V their_cut = theirs * behind;
            theirs -= their_cut;
            undelegating_ -= their_cut;
            taken += their_cut;
        }
        const V of_delegators = delegated_ * behind;
        delegated_ -= of_delegators;
        taken += of_delegators;
        burned_ += taken;
        slashed_ += taken;
    }

    ASSAY_INLINE bool close(const Lanes* passed, V& minted, V& burned, V& shortfall) {
        closed_ = setup_->closes(step_);
        if (!closed_) {  // the epoch goes on
            shortfall = shortfall_;
            staking_paid_ = V(0.0);
            minted = minted_ + released_ - minted_before_;
            burned = burned_ + vaulted_ - burned_before_;
            return true;
        }
        const auto& p = regime_->params;
        const V supply = genesis_ + minted_ - burned_;
        const V room = positive(V(cap_) - supply);
        V emission(real_of(setup_->emission[step_].units));
        if (!regime_->alone) {
            if (!walk(passed, supply, emission)) return false;
        }
        emission = min(min(emission, positive(V(total_) - scheduled_)), room);
        recycle_smoothed_ += (burned_in_epoch_ - recycle_smoothed_) * V(smoothing_);
        const V recycled = min(min(recycle_smoothed_, V(recycle_cap_)), room - emission);
        const V mint = emission + recycled;
        minted_ += mint;
        scheduled_ += emission;
        // A full treasury's share goes to the others, where there are any.
        const double others = 1.0 - share_treasury_;
        const bool bounded_treasury = treasury_ceiling_ > 0 && others > 1e-9;
        const M full = bounded_treasury ? treasury_ >= V(treasury_ceiling_) : V(0.0) > V(1.0);
        const V scale = bounded_treasury ? select(full, V(1.0 / others), V(1.0)) : V(1.0);
        const V to_treasury = select(full, V(0.0), mint * V(share_treasury_));
        work_ += mint * V(share_work_) * scale;
        availability_ += mint * V(share_availability_) * scale;
        stakers_ += mint * V(share_stakers_) * scale;
        validators_ += mint * V(share_validators_) * scale;
        treasury_ += to_treasury;

        const bool bounded = p.bme.work_bound == tokenomics::WorkBound::burned;
        V all_work(0.0), all_tasks(0.0), all_stake(0.0);
        const V standing = min(delegated_, standing_);
        const V behind = select(staked_ > V(0.0), standing / staked_, V(0.0));
        for (std::size_t i = 0; i < group_count_; ++i) {
            Group& g = groups_[i];
            g.work_weight = bounded ? positive(g.carried * V(work_share_) - g.paid) : g.consumed;
            all_work += g.work_weight;
            all_tasks += V(passed[i]) * V(groups_[i].weight);
            all_stake += g.staked;
        }
        all_stake += all_stake * behind;
        const V per_work = select(all_work > V(0.0), work_ / all_work, V(0.0));
        const V per_task = select(all_tasks > V(0.0), availability_ / all_tasks, V(0.0));
        const V per_stake = select(all_stake > V(0.0), stakers_ / all_stake, V(0.0));
        V delegators(0.0);
        staking_paid_ = V(0.0);
        for (std::size_t i = 0; i < group_count_; ++i) {
            Group& g = groups_[i];
            V work = g.work_weight * per_work;
            if (bounded) work = min(work, g.work_weight);
            const V tasks = V(passed[i]) * V(groups_[i].weight) * per_task;
            const V own = g.staked * per_stake, theirs = own * behind;
            const V kept = theirs * V(setup_->scenario.stakers.commission);
            delegators += theirs - kept;
            staking_paid_ += own + theirs;
            const V sum = work + tasks + own + kept;
            g.liquid += sum;
            g.earned += sum;
            g.wash_pay = select(g.consumed > V(0.0), work * g.washed / g.consumed, V(0.0));
            g.washed = V(0.0);
            work_ -= work;
            availability_ -= tasks;
            stakers_ -= own + theirs;
        }
        work_ = positive(work_);
        availability_ = positive(availability_);
        stakers_ = positive(stakers_);
        holders_ += delegators + validators_;
        if (setup_->delegate_to_validators()) staking_paid_ = validators_;
        validators_ = V(0.0);
        shortfall = shortfall_;
        burned_in_epoch_ = shortfall_ = V(0.0);
        standing_ = delegated_;
        minted = minted_ + released_ - minted_before_;
        burned = burned_ + vaulted_ - burned_before_;
        return true;
    }
    [[nodiscard]] ASSAY_INLINE V earned(std::size_t group) const { return groups_[group].earned; }
    /// Paid by the last close() from the stakers' pool for a unit of stake.
    [[nodiscard]] ASSAY_INLINE V staking() const {
        const V stake = (setup_->delegate_to_validators() ? bonds_ : staked_) + delegated_;
        return select(stake > V(0.0), staking_paid_ / stake, V(0.0));
    }
    ASSAY_INLINE void pool(V& units, V& usd) const {
        units = market_.tokens;
        usd = market_.usd;
    }
    /// Dollars into the market less dollars out of it since the last call.
    ASSAY_INLINE V net_flow() { return market_.net_flow(); }

    ASSAY_INLINE M stake(std::size_t group, V devices) {
        Group& g = groups_[group];
        const V amount = one_stake(setup_->groups[group].origin) * devices;
        const V own = min(amount, g.liquid), lacking = amount - own;
        const M done = (devices > V(0.0)) & (lacking <= market_.most_tokens());
        const V taken = select(done, own, V(0.0));
        g.liquid -= taken;
        const V bought = market_.buy(select(done, lacking, V(0.0)));
        g.staked += taken + bought;
        staked_ += taken + bought;
        return done;
    }
    ASSAY_INLINE void unstake(std::size_t group, V now, V leaving) {
        Group& g = groups_[group];
        const V out = select(leaving > V(0.0), g.staked * min(leaving / max(now, V(1.0)), V(1.0)), V(0.0));
        g.staked -= out;
        staked_ -= out;
        unbonding_ += out;
        ring(group, slot_) += out;
    }
    ASSAY_INLINE void mature() {
        for (std::size_t i = 0; i < group_count_; ++i) {
            V& due = ring(i, slot_);
            groups_[i].matured = due;
            groups_[i].liquid += due;
            unbonding_ -= due;
            due = V(0.0);
        }
        V& due = ring(group_count_, slot_);
        holders_ += due;
        undelegating_ -= due;
        due = V(0.0);
    }
    [[nodiscard]] ASSAY_INLINE V matured(std::size_t group) const { return groups_[group].matured; }
    [[nodiscard]] ASSAY_INLINE V stake_usd(std::size_t origin) const {
        return one_stake(origin) * V(per_token_) * oracle_.average;
    }
    ASSAY_INLINE void delegate(V units) {
        const V in = min(positive(units), holders_), out = min(positive(-units), delegated_);
        holders_ -= in;
        delegated_ += in - out;
        undelegating_ += out;
        ring(group_count_, slot_) += out;
    }

    ASSAY_INLINE void buy_for(V usd, Purse to) { owned_by(to) += market_.buy_for(positive(usd)); }
    ASSAY_INLINE void turn_over(V x) { market_.turn_over(x, holders_); }
    ASSAY_INLINE V sell(V units, Purse from) { return market_.sell(units, owned_by(from)); }
    [[nodiscard]] ASSAY_INLINE V owned(Purse who) const {
        return who.kind == Purse::party   ? parties_[who.index].free
               : who.kind == Purse::group ? groups_[who.index].liquid
                                          : holders_;
    }
    ASSAY_INLINE void unlock(std::size_t party, Amount amount) {
        Party& p = parties_[party];
        const V out = min(V(real_of(amount.units)), p.locked);
        p.locked -= out;
        p.free += out;
        locked_ -= out;
        unlocked_ += out;
    }
    ASSAY_INLINE void liquidity(V keep) { market_.liquidity(keep, holders_); }
    ASSAY_INLINE void quote(V usd) { market_.quote(usd); }
    ASSAY_INLINE void take_fee(V usd) { treasury_usd_ += usd; }
    ASSAY_INLINE V spend(V usd) {
        const V lacking = min(positive(usd - treasury_usd_), market_.most_usd());
        if (any(lacking > V(0.0))) treasury_usd_ += market_.sell(market_.tokens_to_get(lacking), treasury_);
        const V paid = min(usd, treasury_usd_);
        treasury_usd_ -= paid;
        return usd - paid;
    }
    ASSAY_INLINE void buyback(V usd, bool burn) {
        const V budget = min(positive(usd), treasury_usd_);
        const V before = market_.traded, bought = market_.buy_for(budget);
        treasury_usd_ -= market_.traded - before;
        if (burn)
            burned_ += bought;
        else
            treasury_ += bought;
    }

    [[nodiscard]] ASSAY_INLINE V look(Book which) const {
        const V supply = genesis_ + minted_ - burned_;
        switch (which) {
            case Book::supply:
                return supply;
            case Book::circulating:
                return supply - bonds_ - staked_ - unbonding_ - delegated_ - undelegating_ - vault_ - locked_;
            case Book::minted:
                return minted_;
            case Book::burned:
                return burned_;
            case Book::gross_minted:
                return minted_ + released_;
            case Book::gross_burned:
                return burned_ + vaulted_;
            case Book::staked:
                return staked_;
            case Book::delegated:
                return delegated_;
            case Book::treasury:
                return treasury_;
            case Book::treasury_usd:
                return treasury_usd_;
            case Book::depth_usd:
                return market_.usd;
            case Book::traded_usd:
                return market_.traded;
            case Book::vault:
                return vault_;
            case Book::credits_usd:
                return credits_;
            case Book::slashed:
                return slashed_;
            case Book::unlocked:
                return unlocked_;
        }
        return V(0.0);
    }
    ASSAY_INLINE void group_totals(std::size_t group, V& staked, V& liquid) const {
        staked = groups_[group].staked;
        liquid = groups_[group].liquid;
    }
    ASSAY_INLINE void party_totals(std::size_t party, V& free, V& locked) const {
        free = parties_[party].free;
        locked = parties_[party].locked;
    }

    /// Every bucket against the supply, to one part in 10^9; the pool's product.
    ASSAY_INLINE bool check(std::uint64_t first_run) {
        V sum = holders_ + bonds_ + market_.tokens + vault_ + delegated_ + undelegating_ + work_ + availability_ +
                stakers_ + validators_ + treasury_;
        for (std::size_t i = 0; i < group_count_; ++i) sum += groups_[i].liquid + groups_[i].staked;
        sum += unbonding_;
        for (std::size_t i = 0; i < party_count_; ++i) sum += parties_[i].free + parties_[i].locked;
        const V supply = genesis_ + minted_ - burned_;
        const M whole = abs(sum - supply) <= V(1e-9) * genesis_ + V(1e-9) * supply;
        const M wrong = (!whole) | (supply > V(cap_ * (1 + 1e-9))) | market_.fell();
        if (__builtin_expect(any(wrong), 0)) return broken(bits(wrong), first_run, step_, sum, supply);
        return true;
    }
    bool check_fully(std::uint64_t first_run) { return check(first_run); }

   private:
    struct Group {
        V liquid, staked, matured, earned, consumed, carried, paid, work_weight, washed, wash_pay;
        double weight;
    };
    struct Party {
        V free, locked;
    };

    void regime(std::size_t i) {
        regime_ = &setup_->regimes[i];
        next_regime_ = i + 1;
        const tokenomics::Params& p = regime_->params;
        const auto ppb = [](Ppb x) { return static_cast<double>(x.value) * 1e-9; };
        token_ = setup_->token;
        per_token_ = 1 / token_;
        min_credits_usd_ = static_cast<double>(p.bme.min_credits) * 1e-6;
        mode_ = p.bme.mode;
        cap_ = real_of(p.token.cap.units);
        total_ = real_of(p.emission.total.units);
        oracle_.rules(p);
        min_burn_ = real_of(p.bme.min_burn.units);
        payout_ = ppb(p.bme.payout);
        work_share_ = ppb(p.bme.work_share);
        smoothing_ = 1 / static_cast<double>(p.bme.recycle.smoothing);
        recycle_cap_ = real_of(p.bme.recycle.cap.units);
        share_work_ = ppb(p.split.work);
        share_availability_ = ppb(p.split.availability);
        share_stakers_ = ppb(p.split.stakers);
        share_validators_ = ppb(p.split.validators);
        share_treasury_ = ppb(p.split.treasury);
        treasury_ceiling_ = real_of(p.split.treasury_ceiling.units);
        fee_share_ = p.bme.mode == tokenomics::BurnMode::fee_destroy ? ppb(p.bme.fee_destroy.fee) : 0;
        executor_ = ppb(p.bme.fee_destroy.executor);
        fee_burned_ = ppb(p.bme.fee_destroy.burn);
        per_token_usd_ = static_cast<double>(p.bme.credits_per_token) * 1e-6;
        if (!regime_->alone) walks_->change(*setup_, *regime_, setup_->first_epoch(regime_->from_step));
    }
    [[nodiscard]] ASSAY_INLINE V& ring(std::size_t who, std::size_t slot) { return ring_[who * wait_ + slot]; }
    [[nodiscard]] ASSAY_INLINE V& owned_by(Purse who) {
        return who.kind == Purse::party   ? parties_[who.index].free
               : who.kind == Purse::group ? groups_[who.index].liquid
                                          : holders_;
    }
    /// Nothing that has a price happens at a stale one.
    [[nodiscard]] ASSAY_INLINE M stuck() const {
        return tokenomics::needs_price(regime_->params.bme) ? oracle_.stale : V(0.0) > V(1.0);
    }
    /// USD per whole token of a burn.
    [[nodiscard]] ASSAY_INLINE V burn_rate() const {
        if (mode_ == tokenomics::BurnMode::mint_ratio) return V(per_token_usd_);
        if (mode_ == tokenomics::BurnMode::vault)
            return oracle_.burn * V(1.0 - static_cast<double>(regime_->params.bme.vault.spread.value) * 1e-9);
        return oracle_.burn;
    }
    [[nodiscard]] ASSAY_INLINE V tokens_for_credits(V usd) const {
        const V rate = burn_rate();
        return select(rate > V(0.0), usd / rate * V(token_), V(min_burn_));
    }
    [[nodiscard]] ASSAY_INLINE V credits_for_tokens(V units) const { return units * V(per_token_) * burn_rate(); }

    // Looks at the breaker anew where it is asked to.
    ASSAY_INLINE M halted_now(M asked) {
        const auto& v = regime_->params.bme.vault;
        const V ratio = select(credits_ > V(0.0), vault_ * V(per_token_) * oracle_.burn / credits_, V(1e9));
        const M low = ratio <= V(static_cast<double>(v.halt_bps) * 1e-4);
        const M still = (halted_ > V(0.0)) & (ratio < V(static_cast<double>(v.restart_bps) * 1e-4));
        halted_ = select(asked, select(low | still, V(1.0), V(0.0)), halted_);
        return halted_ > V(0.0);
    }

    ASSAY_INLINE V book_purchase(V spent, V credits) {
        V carried = spent;
        if (mode_ == tokenomics::BurnMode::vault || mode_ == tokenomics::BurnMode::mint_ratio) {
            vault_ += spent;
            if (mode_ == tokenomics::BurnMode::vault) vaulted_ += spent;
        } else {
            if (fee_share_ > 0) {
                const V fee = spent * V(fee_share_), executor = fee * V(executor_);
                const V rest = (fee - executor) * V(1.0 - fee_burned_);
                validators_ += executor;
                treasury_ += rest;
                carried = spent - executor - rest;
            }
            burned_ += carried;
            burned_in_epoch_ += carried;
        }
        credits_ += credits;
        backing_ += carried;
        return carried;
    }

    ASSAY_INLINE V settle(std::size_t group, V credits, V carried) {
        Group& g = groups_[group];
        const V room = positive(V(cap_) - (genesis_ + minted_ - burned_));
        V used = credits, pay;
        if (mode_ == tokenomics::BurnMode::vault) {
            const auto& v = regime_->params.bme.vault;
            const V worth =
                credits * V((1.0 - static_cast<double>(v.settle_spread.value) * 1e-9) * token_) / oracle_.settle;
            const V supply = genesis_ + minted_ - burned_;
            const V bound =
                positive((supply - shortfall_) * V(static_cast<double>(v.shortfall.value) * 1e-9) - shortfall_);
            const V mintable = min(room, bound);
            const M some = (credits > V(0.0)) & (vault_ + mintable > V(0.0));
            pay = select(some, min(worth, vault_ + mintable), V(0.0));
            const V share = select(some, pay / max(worth, V(1e-300)), V(0.0));
            used = credits * share;
            carried = carried * share;
            const V from_vault = min(pay, vault_), minted = pay - from_vault;
            vault_ -= from_vault;
            released_ += from_vault;
            minted_ += minted;
            shortfall_ += minted;
        } else if (mode_ == tokenomics::BurnMode::mint_ratio) {
            const V gone = min(carried, vault_);
            vault_ -= gone;
            burned_ += gone;
            burned_in_epoch_ += gone;
            pay = min(gone * V(payout_), room + gone);
            minted_ += pay;
        } else {
            const V worth = credits * V(token_) / oracle_.settle;
            pay = min(min(worth, carried * V(payout_)), room);
            minted_ += pay;
        }
        credits_ = positive(credits_ - used);
        backing_ = positive(backing_ - carried);
        g.liquid += pay;
        g.earned += pay;
        g.consumed += used;
        g.carried += carried;
        g.paid += pay;
        return used;
    }

    [[nodiscard]] ASSAY_INLINE V one_stake(std::size_t origin) const {
        const tokenomics::Requirement& r = setup_->stake[origin];
        if (r.usd.is_zero()) return V(real_of(setup_->first_stake[origin].units));
        return max(
            V(real_of(r.tokens.units)) + V(real_of(r.usd.units) * 1e-6 * token_) / max(oracle_.average, V(1e-12)),
            V(real_of(r.least.units)));
    }
    // The schedule of a kind that looks at the ledger, in whole units by tokenomics/.
    bool walk(const Lanes* passed, V supply, V& emission) {
        WalkView view;
        supply.store(view.supply);
        scheduled_.store(view.scheduled);
        (bonds_ + staked_ + delegated_).store(view.bonded);
        (burned_ - destroyed_before_).store(view.burned);
        V settled(0.0), power(0.0);
        for (std::size_t i = 0; i < group_count_; ++i) {
            settled += groups_[i].carried;
            power += V(passed[i]) * V(groups_[i].weight);
        }
        settled.store(view.settled);
        power.store(view.power);
        if (!walks_->advance(setup_->first_epoch(step_ + 1), view, *why_)) return false;
        Lanes out;
        for (std::size_t k = 0; k < kLanes; ++k) out[k] = view.emission[k];
        emission = V(out);
        return true;
    }
    bool broken(unsigned lanes, std::uint64_t first_run, std::uint64_t step, V sum, V supply) {
        Eight of_sum, of_supply;
        sum.store(of_sum);
        supply.store(of_supply);
        return books_broken(*why_, lanes, first_run, step, of_sum, of_supply);
    }

    const Setup* setup_ = nullptr;
    WalkLanes* walks_ = nullptr;
    Trouble* why_ = nullptr;
    const Regime* regime_ = nullptr;
    std::size_t next_regime_ = 0, group_count_ = 0, party_count_ = 0, wait_ = 1, slot_ = 0;
    std::uint64_t step_ = 0;
    FastMarket market_;
    FastOracle oracle_;
    bool closed_ = true;
    tokenomics::BurnMode mode_ = tokenomics::BurnMode::destroy;
    double token_ = 1, per_token_ = 1, min_credits_usd_ = 0, cap_ = 0, total_ = 0, min_burn_ = 0, payout_ = 0,
           work_share_ = 0, smoothing_ = 1, recycle_cap_ = 0, share_work_ = 0, share_availability_ = 0,
           share_stakers_ = 0, share_validators_ = 0, share_treasury_ = 0, treasury_ceiling_ = 0, fee_share_ = 0,
           executor_ = 0, fee_burned_ = 0, per_token_usd_ = 0;
    V genesis_, minted_, burned_, scheduled_, holders_, bonds_, vault_, delegated_, standing_, undelegating_, work_,
        availability_, stakers_, validators_, treasury_, treasury_usd_, credits_, backing_, locked_, staked_,
        unbonding_, slashed_, unlocked_, recycle_smoothed_, burned_in_epoch_, shortfall_, staking_paid_, halted_,
        burned_before_, minted_before_, destroyed_before_, vaulted_, released_;
    Group* groups_ = nullptr;
    Party* parties_ = nullptr;
    V* ring_ = nullptr;
};

}  // namespace
}  // namespace assay::sim
