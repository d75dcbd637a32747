#include "tokenomics/sim/model/exact_bank.hpp"

#include <algorithm>

#include "tokenomics/sim/model/real.hpp"

namespace assay::sim {
namespace {

constexpr double kMicro = 1e6;

Address address_of(std::size_t i) {  // ascending with i
    Address a;
    for (unsigned k = 0; k < 4; ++k) a.bytes[k] = static_cast<std::uint8_t>(i >> (8 * (3 - k)));
    return a;
}

u128 micro(double usd) {
    return real::floor_units(usd * kMicro);
}

// The nearest: a price that was read as a double comes back as it was, which a floor would make a unit less.
Price price_of_usd(double usd) {
    constexpr std::uint64_t kMost = 0xffffffffffffull;
    return Price{static_cast<std::uint64_t>(std::min<u128>(real::floor_units(usd * 1e8 + 0.5), kMost))};
}

// What credits take out of circulation and what they bring back: in mode vault they go into the vault and come out of
// it. What waits there in mode mint_ratio is destroyed in the end, and counts then.
Amount gross_burned(const Ledger& l, bool vault) {
    return Amount{l.burned.units + (vault ? l.vaulted.units : 0)};
}
Amount gross_minted(const Ledger& l) {
    return Amount{l.minted.units + l.released.units};
}

double of(const Ledger& l, Book which, bool vault) {
    switch (which) {
        case Book::supply:
            return real::of(l.supply().units);
        case Book::circulating:
            return real::of(l.circulating().units);
        case Book::minted:
            return real::of(l.minted.units);
        case Book::burned:
            return real::of(l.burned.units);
        case Book::gross_minted:
            return real::of(gross_minted(l).units);
        case Book::gross_burned:
            return real::of(gross_burned(l, vault).units);
        case Book::staked:
            return real::of(l.staked.units);
        case Book::delegated:
            return real::of(l.delegated.units);
        case Book::treasury:
            return real::of(l.pools.treasury.units);
        case Book::treasury_usd:
            return real::of(l.treasury_usd) / kMicro;
        case Book::depth_usd:
            return real::of(l.pool_usd) / kMicro;
        case Book::traded_usd:
            return real::of(l.traded_usd) / kMicro;
        case Book::vault:
            return real::of(l.vault.units);
        case Book::credits_usd:
            return real::of(l.credits_free.units) / kMicro;
        case Book::slashed:
            return real::of(l.slashed.units);
        case Book::unlocked:
            return real::of(l.unlocked.units);
    }
    return 0;
}

// The tokens of `who`.
template <class L>
auto& bucket(L& ledger, Purse who) {
    if (who.kind == Purse::party) return ledger.parties[who.index].free;
    if (who.kind == Purse::group) return ledger.groups[who.index].liquid;
    return ledger.holders;
}

}  // namespace

void ExactBank::start(const Setup& setup, const Meddler* meddle, Trouble& why) {
    why_ = &why;
    setup_ = &setup;
    meddle_ = meddle;
    regime_ = &setup.regimes[0];
    next_regime_ = 1;
    closed_ = true;
    shared_ = regime_->params;
    washes_ = false;
    for (const GroupSetup& g : setup.groups) washes_ = washes_ || g.wash_usd > 0;
    weights_.resize(setup.groups.size());
    for (Lane& l : lanes_) {
        l.ledger = setup.start;
        l.oracle = tokenomics::initial_price(regime_->params.price);
        l.oracle.spot = l.ledger.spot();
        l.oracle.ema_q32 = u128{l.oracle.spot.value} << 32;
        l.in_before = l.out_before = 0;
        l.walk.reset();
        l.epoch = {};
        for (std::size_t i = 0; i < setup.groups.size(); ++i) {
            tokenomics::ProviderWork w;
            w.provider = address_of(i);
            l.epoch.providers.push_back(w);
        }
        Address validators;
        validators.bytes.fill(0xff);
        l.epoch.validators.push_back({validators, 1, 1});
        l.washed_before.assign(washes_ ? setup.groups.size() : 0, Amount{});
        if (!regime_->alone) {
            l.params = regime_->params;
            l.walk.emplace(regime_->chain, setup.scenario.initial.supply, setup.scenario.start, setup.first_epoch(0));
        }
    }
}

void ExactBank::begin_step(std::uint64_t step) {
    step_ = step;
    while (next_regime_ < setup_->regimes.size() && setup_->regimes[next_regime_].from_step <= step) {
        regime_ = &setup_->regimes[next_regime_++];
        shared_ = regime_->params;
        for (Lane& l : lanes_) {
            if (regime_->alone) continue;
            l.params = regime_->params;
            if (l.walk)
                l.walk->change(regime_->chain);
            else
                l.walk.emplace(regime_->chain, setup_->scenario.initial.supply, setup_->scenario.start,
                               setup_->first_epoch(step));
        }
    }
    shared_.emission.steps[0].per_epoch = setup_->emission[step];
    for (Lane& l : lanes_) {
        l.staking_before = setup_->delegate_to_validators() ? l.ledger.validation_paid : l.ledger.staking_paid;
        std::fill(l.ledger.earned.begin(), l.ledger.earned.end(), Amount{});
        if (closed_) l.destroyed_before = l.ledger.burned;
        l.burned_before = gross_burned(l.ledger, vault());
        l.minted_before = gross_minted(l.ledger);
    }
}

void ExactBank::spot(Eight& usd) const {
    for (std::size_t k = 0; k < kLanes; ++k)
        usd[k] = static_cast<double>(lanes_[k].ledger.spot().value) * usd_per_price_;
}

void ExactBank::oracle_round(const double* report_usd, Eight& price_usd, Eight& stale) {
    static const std::vector<tokenomics::PriceReport> kNone;
    for (std::size_t k = 0; k < kLanes; ++k) {
        Lane& l = lanes_[k];
        const Height height{step_ + 1};
        const auto& rules = regime_->params.price;
        l.oracle = report_usd != nullptr
                       ? tokenomics::close_round_of_one(rules, l.oracle, {price_of_usd(report_usd[k]), 1}, 1, height)
                       : tokenomics::close_round(rules, l.oracle, kNone, 1, height).state;
        price_usd[k] = static_cast<double>(tokenomics::ema(l.oracle).value) * usd_per_price_;
        stale[k] = l.oracle.stale ? 1 : 0;
    }
}

void ExactBank::serve(const Eight& bill_usd, const Eight& needed_usd, const Lanes* devices, Eight& consumed_usd) {
    for (std::size_t k = 0; k < kLanes; ++k) {
        Lane& l = lanes_[k];
        for (std::size_t i = 0; i < weights_.size(); ++i) {
            const GroupSetup& g = setup_->groups[i];
            weights_[i] = g.serves ? u128{static_cast<std::uint64_t>(devices[i][k])} * g.service_ppb : 0;
        }
        const Credits bill{micro(bill_usd[k])}, needed{micro(needed_usd[k])};
        l.ledger.burn_for_credits(params(l), needed, l.oracle);
        const Credits done = l.ledger.consume(params(l), bill, weights_, l.oracle, l.epoch.providers);
        consumed_usd[k] = real::of(done.units) / kMicro;
    }
}

void ExactBank::halted(Eight& out) const {
    for (std::size_t k = 0; k < kLanes; ++k)
        out[k] = lanes_[k].ledger.breaker.level == tokenomics::BreakerLevel::halted ? 1 : 0;
}

void ExactBank::wash(std::size_t group, const Eight& usd, Eight& spent_units, Eight& paid_units) {
    for (std::size_t k = 0; k < kLanes; ++k) {
        Lane& l = lanes_[k];
        const Amount spent = l.ledger.washes.empty() ? Amount{} : l.ledger.washes[group].spent;
        const Amount paid = l.ledger.washes.empty() ? Amount{} : l.ledger.washes[group].paid;
        if (usd[k] > 0) (void)l.ledger.wash(params(l), group, Credits{micro(usd[k])}, l.oracle, l.epoch.providers);
        const bool any = !l.ledger.washes.empty();
        spent_units[k] = any ? real::of(l.ledger.washes[group].spent.units - spent.units) : 0;
        paid_units[k] = any ? real::of(l.ledger.washes[group].paid.units - paid.units) : 0;
        if (any) l.washed_before[group] = l.ledger.washes[group].paid;
    }
}

void ExactBank::washed(std::size_t group, Eight& units) const {
    for (std::size_t k = 0; k < kLanes; ++k) {
        const Lane& l = lanes_[k];
        units[k] =
            l.ledger.washes.empty() ? 0 : real::of(l.ledger.washes[group].paid.units - l.washed_before[group].units);
    }
}

void ExactBank::slash(std::size_t group, Ppb rate) {
    for (Lane& l : lanes_) (void)l.ledger.slash(group, rate);
}

bool ExactBank::close(const Lanes* passed, Eight& minted_units, Eight& burned_units, Eight& shortfall_units) {
    closed_ = setup_->closes(step_);
    for (std::size_t k = 0; k < kLanes; ++k) {
        Lane& l = lanes_[k];
        shortfall_units[k] = real::of(l.ledger.shortfall_in_epoch.units);
        if (closed_ && !close_lane(l, k, passed)) return false;
        minted_units[k] = real::of(gross_minted(l.ledger).units - l.minted_before.units);
        burned_units[k] = real::of(gross_burned(l.ledger, vault()).units - l.burned_before.units);
    }
    return true;
}

bool ExactBank::close_lane(Lane& l, std::size_t k, const Lanes* passed) {
    auto& works = l.epoch.providers;
    for (std::size_t i = 0; i < works.size(); ++i) {
        works[i].passed_weight = real::floor_units(passed[i][k] * kMicro) * setup_->groups[i].weight;
        works[i].stake_at_start = works[i].stake_at_end = l.ledger.groups[i].staked;
    }
    if (!regime_->alone) {
        tokenomics::EmissionView view;
        view.cumulative_scheduled = l.ledger.scheduled;
        view.supply = l.ledger.supply();
        view.bonded.units = l.ledger.bonds.units + l.ledger.staked.units + l.ledger.delegated.units;
        view.burned = sub_or_zero(l.ledger.burned, l.destroyed_before);
        for (const auto& w : works) {
            view.settled.units += w.tokens_carried.units;
            view.power += w.passed_weight;
        }
        view.power /= static_cast<std::uint64_t>(kMicro);
        const auto minted = l.walk->advance(setup_->first_epoch(step_ + 1), view);
        if (!minted) {
            why_->error = minted.error();
            return false;
        }
        l.params.emission.steps[0].per_epoch = *minted;
    }
    l.epoch.epoch = Epoch{step_};
    l.ledger.close(params(l), l.epoch, l.closed, l.scratch);
    return true;
}

void ExactBank::earned(std::size_t group, Eight& units) const {
    for (std::size_t k = 0; k < kLanes; ++k) units[k] = real::of(lanes_[k].ledger.earned[group].units);
}

void ExactBank::staking(Eight& yield) const {
    for (std::size_t k = 0; k < kLanes; ++k) {
        const Ledger& l = lanes_[k].ledger;
        const bool validators = setup_->delegate_to_validators();
        const Amount paid = validators ? l.validation_paid : l.staking_paid;
        const double stake = real::of((validators ? l.bonds : l.staked).units + l.delegated.units);
        yield[k] = stake > 0 ? real::of(paid.units - lanes_[k].staking_before.units) / stake : 0;
    }
}

void ExactBank::pool(Eight& units, Eight& usd) const {
    for (std::size_t k = 0; k < kLanes; ++k) {
        units[k] = real::of(lanes_[k].ledger.pool_tokens.units);
        usd[k] = real::of(lanes_[k].ledger.pool_usd) / kMicro;
    }
}

void ExactBank::net_flow(Eight& usd) {
    for (std::size_t k = 0; k < kLanes; ++k) {
        Lane& l = lanes_[k];
        usd[k] = (real::of(l.ledger.usd_in - l.in_before) - real::of(l.ledger.usd_out - l.out_before)) / kMicro;
        l.in_before = l.ledger.usd_in;
        l.out_before = l.ledger.usd_out;
    }
}

void ExactBank::stake(std::size_t group, const Eight& devices, Eight& done) {
    const std::size_t origin = setup_->groups[group].origin;
    const tokenomics::Requirement& need = setup_->stake[origin];
    for (std::size_t k = 0; k < kLanes; ++k) {
        done[k] = 0;
        if (!(devices[k] > 0)) continue;
        Lane& l = lanes_[k];
        Amount one = setup_->first_stake[origin];
        if (!need.usd.is_zero()) {
            const auto now =
                tokenomics::in_tokens(need, tokenomics::ema(l.oracle), setup_->scenario.params.token.decimals);
            if (!now) continue;  // no price, no stake
            one = *now;
        }
        const auto all = mul_div(one.units, real::floor_units(devices[k]), 1);
        done[k] = all && l.ledger.stake(group, Amount{*all}) ? 1 : 0;
    }
}

void ExactBank::unstake(std::size_t group, const Eight& now, const Eight& leaving) {
    for (std::size_t k = 0; k < kLanes; ++k) {
        if (!(leaving[k] > 0)) continue;
        Ledger& l = lanes_[k].ledger;
        // The last ones take what rounding left.
        const auto out = mul_div(l.groups[group].staked, real::floor_units(leaving[k]),
                                 std::max<u128>(1, real::floor_units(now[k])));
        if (out) (void)l.unstake(group, *out, step_);
    }
}

void ExactBank::mature() {
    for (Lane& l : lanes_) {
        l.ledger.mature(step_);
        (void)l.ledger.mature_delegations(step_);
    }
}

void ExactBank::matured(std::size_t group, Eight& units) const {
    for (std::size_t k = 0; k < kLanes; ++k) units[k] = real::of(lanes_[k].ledger.groups[group].matured.units);
}

void ExactBank::stake_usd(std::size_t origin, Eight& usd) const {
    const tokenomics::Requirement& need = setup_->stake[origin];
    for (std::size_t k = 0; k < kLanes; ++k) {
        const Price price = tokenomics::ema(lanes_[k].oracle);
        Amount one = setup_->first_stake[origin];
        if (!need.usd.is_zero()) {
            const auto now = tokenomics::in_tokens(need, price, setup_->scenario.params.token.decimals);
            if (now) one = *now;
        }
        usd[k] = real::of(one.units) / setup_->token * static_cast<double>(price.value) * usd_per_price_;
    }
}

void ExactBank::delegate(const Eight& units) {
    for (std::size_t k = 0; k < kLanes; ++k) {
        Ledger& l = lanes_[k].ledger;
        if (units[k] > 0)
            (void)l.delegate(Amount{real::floor_units(units[k])});
        else if (units[k] < 0)
            (void)l.undelegate(Amount{real::floor_units(-units[k])}, step_);
    }
}

void ExactBank::buy_for(const Eight& usd, Purse to) {
    for (std::size_t k = 0; k < kLanes; ++k)
        if (usd[k] > 0) (void)lanes_[k].ledger.buy_for(micro(usd[k]), bucket(lanes_[k].ledger, to));
}

void ExactBank::sell(const Eight& units, Purse from) {
    for (std::size_t k = 0; k < kLanes; ++k)
        if (units[k] > 0)
            (void)lanes_[k].ledger.sell(Amount{real::floor_units(units[k])}, bucket(lanes_[k].ledger, from));
}

void ExactBank::owned(Purse who, Eight& units) const {
    for (std::size_t k = 0; k < kLanes; ++k) units[k] = real::of(bucket(lanes_[k].ledger, who).units);
}

void ExactBank::unlock(std::size_t party, Amount amount) {
    for (Lane& l : lanes_) (void)l.ledger.unlock(party, amount);
}

void ExactBank::liquidity(const Eight& keep) {
    for (std::size_t k = 0; k < kLanes; ++k)
        lanes_[k].ledger.liquidity(Ppb{static_cast<std::uint64_t>(real::floor_units(keep[k] * 1e9))});
}

void ExactBank::quote(const Eight& usd) {
    for (std::size_t k = 0; k < kLanes; ++k) lanes_[k].ledger.quote(price_of_usd(usd[k]));
}

void ExactBank::take_fee(const Eight& usd) {
    for (std::size_t k = 0; k < kLanes; ++k) lanes_[k].ledger.take_fee(micro(usd[k]));
}

void ExactBank::spend(const Eight& usd, Eight& unpaid_usd) {
    for (std::size_t k = 0; k < kLanes; ++k) unpaid_usd[k] = real::of(lanes_[k].ledger.spend(micro(usd[k]))) / kMicro;
}

void ExactBank::buyback(const Eight& usd, bool burn) {
    for (std::size_t k = 0; k < kLanes; ++k)
        if (usd[k] > 0) (void)lanes_[k].ledger.buyback(micro(usd[k]), burn);
}

void ExactBank::look(Book which, Eight& out) const {
    for (std::size_t k = 0; k < kLanes; ++k) out[k] = of(lanes_[k].ledger, which, vault());
}

void ExactBank::group_totals(std::size_t group, Eight& staked, Eight& liquid) const {
    for (std::size_t k = 0; k < kLanes; ++k) {
        staked[k] = real::of(lanes_[k].ledger.groups[group].staked.units);
        liquid[k] = real::of(lanes_[k].ledger.groups[group].liquid.units);
    }
}

void ExactBank::party_totals(std::size_t party, Eight& free, Eight& locked) const {
    for (std::size_t k = 0; k < kLanes; ++k) {
        free[k] = real::of(lanes_[k].ledger.parties[party].free.units);
        locked[k] = real::of(lanes_[k].ledger.parties[party].locked.units);
    }
}

bool ExactBank::check(std::uint64_t first_run) {
    for (std::size_t k = 0; k < kLanes; ++k) {
        Lane& l = lanes_[k];
        if (meddle_ != nullptr && *meddle_) (*meddle_)(first_run + k, step_, l.ledger);
        if (const Status ok = l.ledger.check(params(l)); !ok) {
            why_->error = Error{ok.error().code, "run " + std::to_string(first_run + k) + ", step " +
                                                     std::to_string(step_) + ": " + ok.error().message};
            return false;
        }
    }
    return true;
}

bool ExactBank::check_fully(std::uint64_t first_run) {
    for (std::size_t k = 0; k < kLanes; ++k)
        if (const Status ok = lanes_[k].ledger.check_fully(params(lanes_[k])); !ok) {
            why_->error =
                Error{ok.error().code, "run " + std::to_string(first_run + k) + ", at its end: " + ok.error().message};
            return false;
        }
    return true;
}

}  // namespace assay::sim
