// One step of an economy, eight runs at a time, whatever the bank counts in. The order, which docs/economist.md tells
// in words: shocks and unlocks; demand moves; the oracle closes a round; devices arrive; buyers burn and are served;
// self-dealers; slashes; the epoch closes; providers pay, sell, enter and leave; holders; the treasury; the books are
// checked; prices follow.
#pragma once

#include "tokenomics/sim/model/buyback.hpp"
#include "tokenomics/sim/model/demand.hpp"
#include "tokenomics/sim/model/engine_entry.hpp"
#include "tokenomics/sim/model/exact_money.hpp"
#include "tokenomics/sim/model/fast_bank.hpp"
#include "tokenomics/sim/model/holders.hpp"
#include "tokenomics/sim/model/journal.hpp"
#include "tokenomics/sim/model/market.hpp"
#include "tokenomics/sim/model/oracle_feed.hpp"
#include "tokenomics/sim/model/providers.hpp"
#include "tokenomics/sim/model/service.hpp"

namespace assay::sim {
namespace {

template <class Bank>
class Engine {
   public:
    Engine(const Setup& setup, Bank& bank, Room& room) : setup_(setup), s_(setup.scenario), bank_(bank), room_(room) {}

    /// `series`: [point][series][lane].
    bool run(std::uint64_t first_run, double* series, Journal& j) {
        begin(first_run, j);
        std::size_t point = 0, mark = 0;
        for (std::uint64_t step = 0; step < setup_.steps; ++step) {
            if (!advance(step, first_run, j)) return false;
            if (step + 1 == setup_.recorded[point]) {
                record(series + point * kSeriesCount * kLanes);
                if (point + 1 < setup_.recorded.size()) ++point;
            }
            if (mark < setup_.marks.size() && step + 1 == setup_.marks[mark]) {
                ++mark;
                make_mark(j.marks[mark]);
                store_floats(j.margins[mark - 1].data(), margin_);
            }
        }
        if (!bank_.check_fully(first_run)) return false;
        end(j);
        return true;
    }

   private:
    void begin(std::uint64_t first_run, Journal& j) {
        const double price = s_.initial.price_usd;
        draws_.start(s_.seed, first_run, s_.antithetic);
        demand_.start(s_, setup_.step_days);
        service_.start(setup_, room_);
        providers_.start(setup_, room_);
        service_.sort(providers_.asks);
        stakers_.start(setup_);
        fundamental_.start(setup_, s_.demand.usd_per_day, price);
        traders_.start(setup_, price);
        market_.start(setup_);
        buyback_.start(setup_);
        feed_.start(setup_, room_, V(price));
        next_event_ = next_unlock_ = 0;
        dump_until_ = 0;
        dump_ = V(0.0);
        hours_ = 24.0 * setup_.step_days;
        unit_ = 1 / setup_.token;
        needed_ = 1.0 + s_.demand.runway_days / setup_.step_days;
        has_wash_ = has_slash_ = false;
        for (const GroupSetup& g : setup_.groups) {
            has_wash_ = has_wash_ || g.wash_usd > 0;
            has_slash_ = has_slash_ || g.slash.value > 0;
        }
        served_usd_ = consumed_sum_ = income_tokens_ = income_usd_ = costs_ = capacity_days_ = V(0.0);
        price_ = oracle_ = V(price);
        log_first_price_ = real::log(price);
        log_price_ = V(log_first_price_);
        fixed_conversion_ = s_.params.bme.mode == tokenomics::BurnMode::mint_ratio;
        log_service_ = service_.log_usd();
        margin_ = utilisation_ = devices_ = capacity_ = V(0.0);
        for (std::size_t i = 0; i < providers_.count(); ++i) devices_ += V(setup_.groups[i].count);
        sum_ = {};
        sum_.highest = V(price);
        sum_.least_devices = devices_;
        sum_.least_ratio = V(kNoRatio);
        sum_.ruin_day = V(-1.0);
        capacity_ = providers_.capacity();
        make_mark(j.marks[0]);
    }

    ASSAY_INLINE bool advance(std::uint64_t step, std::uint64_t first_run, Journal& j) {
        const auto at = static_cast<std::uint32_t>(step);
        bank_.begin_step(step);
        bank_.mature();
        bool disturbed = step == 0;  // by what comes before the report: else the price is the last step's
        if (next_event_ < setup_.events.size() && setup_.events[next_event_].step <= step)
            shocks(step), disturbed = true;
        if (next_unlock_ < setup_.unlocks.size() && setup_.unlocks[next_unlock_].step <= step)
            unlocks(step), disturbed = true;
        const auto z = draws_.normals(at, static_cast<std::uint32_t>(Stream::behaviour));
        demand_.advance(z.z[0], z.z[2], draws_, at);

        V report;
        const bool told = feed_.report(disturbed ? bank_.spot() : price_, z.z[3], step, report);
        M stale;
        bank_.oracle_round(told ? &report : nullptr, oracle_, stale);

        // Service: wanted and served, in GPUs of multiplier one.
        providers_.arrive(step, bank_);
        capacity_ = providers_.capacity();
        providers_.count_passed();
        // Credits at a fixed conversion cost what a token costs: buyers answer to that too.
        const V dearer = fixed_conversion_ ? log_price_ - V(log_first_price_) : V(0.0);
        V wanted = demand_.gpus_wanted(service_.log_usd() + dearer);
        service_.clear(wanted, setup_, providers_.devices);
        if (s_.service.kind == ServiceKind::merit) wanted = demand_.gpus_wanted(service_.log_usd() + dearer);
        const V served = min(wanted, capacity_);
        utilisation_ = select(capacity_ > V(0.0), served / capacity_, V(0.0));
        const V spent = served * V(hours_) * service_.usd();
        V bill = spent;
        if (s_.treasury.fee.value > 0) {
            const V fee = spent * V(static_cast<double>(s_.treasury.fee.value) * 1e-9);
            bank_.take_fee(fee);
            bill = spent - fee;
        }
        bank_.serve(bill, bill * V(needed_), providers_.devices, served_usd_);
        if (has_wash_) wash(stale);
        if (has_slash_)
            for (std::size_t i = 0; i < providers_.count(); ++i)
                if (setup_.groups[i].slash.value > 0) bank_.slash(i, setup_.groups[i].slash);

        V minted, burned, shortfall;
        if (!bank_.close(providers_.passed, minted, burned, shortfall)) return false;
        const V unit_usd = bank_.spot() * V(unit_);
        if (has_wash_)
            for (std::size_t i = 0; i < providers_.count(); ++i)
                if (setup_.groups[i].wash_usd > 0) sum_.wash_returned += bank_.washed(i) * unit_usd;
        const auto sums = providers_.settle_up(step, unit_usd, bank_);
        devices_ = sums.devices;
        margin_ = select(sums.devices > V(0.0), sums.margin / max(sums.devices, V(1e-300)), V(0.0));

        // Holders. In a pool chance is a trade; elsewhere it moves the quote.
        stakers_.act(bank_);
        const V chance = traders_.chance(z.z[1], z.z[2]);
        V share = traders_.opinion(log_price_, fundamental_.log_usd());
        if (traders_.pooled()) share += V(0.5) * chance;
        bank_.turn_over(share);  // the price moves by about twice the share
        if (step < dump_until_) bank_.sell(dump_, {Purse::holders, 0});
        for (std::size_t i = 0; i < s_.initial.holders.size(); ++i)
            if (s_.initial.holders[i].sell_per_year > 0)
                bank_.sell(bank_.owned({Purse::party, i}) *
                               V(s_.initial.holders[i].sell_per_year * setup_.step_days / kDaysPerYear),
                           {Purse::party, i});
        if (s_.treasury.spend_usd_per_day > 0) {
            const V unpaid = bank_.spend(V(s_.treasury.spend_usd_per_day * setup_.step_days));
            const M ruined = (unpaid > V(0.0)) & (sum_.ruin_day < V(0.0));
            sum_.ruin_day = select(ruined, V(setup_.day(step + 1)), sum_.ruin_day);
        }
        buyback_.act(log_price_, bank_);
        market_.provide(log_price_, bank_);
        market_.requote(chance, served_usd_, bank_);
        if (!bank_.check(first_run)) return false;
        const V before = log_service_;
        service_.follow(utilisation_);
        log_service_ = service_.log_usd();

        // What is seen.
        price_ = bank_.spot();
        const V log_now = log(price_), change = log_now - log_price_;
        log_price_ = log_now;
        fundamental_.follow(step, burned, minted, price_, bank_);
        consumed_sum_ += served_usd_;
        income_tokens_ += sums.income_tokens;
        income_usd_ += sums.income_usd;
        costs_ += sums.costs;
        capacity_days_ += capacity_ * V(setup_.step_days);
        sum_.utilisation += utilisation_;
        sum_.margin += margin_;
        sum_.wanted_hours += wanted * V(hours_);
        sum_.served_hours += served * V(hours_);
        sum_.device_days += devices_ * V(setup_.step_days);
        sum_.underwater_days += sums.underwater_days;
        sum_.least_devices = min(devices_, sum_.least_devices);
        sum_.below_high += select(price_ < sum_.highest, V(1.0), V(0.0));
        sum_.highest = max(price_, sum_.highest);
        sum_.drawdown = max(V(1.0) - price_ / max(sum_.highest, V(1e-300)), sum_.drawdown);
        sum_.log_sum += change;
        sum_.log_squares += change * change;
        const V moved = log_service_ - before;
        sum_.service_sum += moved;
        sum_.service_squares += moved * moved;
        sum_.stale_days += select(stale, V(setup_.step_days), V(0.0));
        if (vault()) {
            sum_.halted_days += bank_.halted() * V(setup_.step_days);
            sum_.shortfall = max(shortfall, sum_.shortfall);
            ratio_ = vault_ratio();
            sum_.least_ratio = min(ratio_, sum_.least_ratio);
        }
        if (j.returns_kept) store_floats(j.returns[step].data(), change);
        return true;
    }

    [[nodiscard]] bool vault() const { return s_.params.bme.mode == tokenomics::BurnMode::vault; }
    [[nodiscard]] ASSAY_INLINE V tokens(Book which) const { return bank_.look(which) * V(unit_); }
    /// Worth of the vault over the credits outstanding; huge where there are none.
    [[nodiscard]] ASSAY_INLINE V vault_ratio() const {
        const V credits = bank_.look(Book::credits_usd);
        return select(credits > V(0.0), tokens(Book::vault) * price_ / max(credits, V(1e-300)), V(kNoRatio));
    }
    /// Of a group's stake and what is delegated behind it, over the stake alone.
    [[nodiscard]] ASSAY_INLINE V with_delegations() const {
        const V staked = bank_.look(Book::staked);
        return select(staked > V(0.0), (staked + bank_.look(Book::delegated)) / max(staked, V(1e-300)), V(1.0));
    }

    void wash(M stale) {
        const V unit_usd = bank_.spot() * V(unit_);
        for (std::size_t i = 0; i < providers_.count(); ++i) {
            const GroupSetup& g = setup_.groups[i];
            if (g.wash_usd <= 0) continue;
            // Who waits for a stale price burns while the chain pays more for a token than the market.
            M going = !stale;
            if (g.wash_when == WashWhen::stale) going = going & (oracle_ > bank_.spot() * V(1.005));
            const V usd = select(going & (V(providers_.devices[i]) > V(0.0)), V(g.wash_usd), V(0.0));
            V spent, paid;
            bank_.wash(i, usd, spent, paid);
            sum_.wash_spent += spent * unit_usd;
            sum_.wash_returned += paid * unit_usd;
        }
    }

    void unlocks(std::uint64_t step) {
        for (; next_unlock_ < setup_.unlocks.size() && setup_.unlocks[next_unlock_].step <= step; ++next_unlock_) {
            const Unlock& u = setup_.unlocks[next_unlock_];
            bank_.unlock(u.party, u.amount);
            if (u.sell_share > 0) bank_.sell(V(real::of(u.amount.units) * u.sell_share), {Purse::party, u.party});
        }
    }

    [[nodiscard]] std::uint64_t until(std::uint64_t step, double days) const {
        const auto n = static_cast<std::uint64_t>(days / setup_.step_days + 0.999999);
        return step + (n < 1 ? 1 : n);
    }

    void shocks(std::uint64_t step) {
        for (; next_event_ < setup_.events.size() && setup_.events[next_event_].step <= step; ++next_event_) {
            const Event& e = setup_.events[next_event_];
            const Shock& shock = e.shock;
            switch (shock.kind) {
                case ShockKind::price:
                    if (traders_.pooled()) {
                        // Holders sell, or buy, until the pool stands there: its price is a square of what they move.
                        const double root = real_root(shock.factor);
                        V units, usd;
                        bank_.pool(units, usd);
                        if (shock.factor < 1)
                            bank_.sell(units * V(1.0 / root - 1.0), {Purse::holders, 0});
                        else
                            bank_.buy_for(usd * V(root - 1.0), {Purse::holders, 0});
                    } else {
                        market_.shock(shock.factor);
                    }
                    break;
                case ShockKind::demand:
                    demand_.scale(shock.factor);
                    break;
                case ShockKind::cost:
                    for (const std::size_t i : e.groups) providers_.of[i].cost *= shock.factor;
                    providers_.price_asks();
                    service_.sort(providers_.asks);
                    break;
                case ShockKind::liquidity:
                    bank_.liquidity(V(shock.factor));
                    break;
                case ShockKind::oracle_outage:
                    feed_.outage(until(step, shock.days));
                    break;
                case ShockKind::oracle_factor:
                    feed_.wrong(shock.factor, until(step, shock.days));
                    break;
                case ShockKind::exit:
                    for (const std::size_t i : e.groups)
                        providers_.leave(i, truncated(V(providers_.devices[i]) * V(shock.factor) + V(0.5)), bank_);
                    break;
                case ShockKind::entry:
                    for (const std::size_t i : e.groups)
                        providers_.enter(i, V(static_cast<double>(shock.devices)), bank_);
                    break;
                case ShockKind::outside:
                    for (const std::size_t i : e.groups) providers_.of[i].outside = shock.usd * hours_;
                    break;
                case ShockKind::unlock:
                    dump_until_ = until(step, shock.days);
                    dump_ =
                        bank_.owned({Purse::holders, 0}) * V(shock.factor / static_cast<double>(dump_until_ - step));
                    break;
                case ShockKind::unstake:
                    bank_.delegate(-bank_.look(Book::delegated) * V(shock.factor));
                    break;
                case ShockKind::param:
                    break;  // a regime of the setup
            }
        }
    }

    [[nodiscard]] V largest_party() const {
        const V behind = with_delegations();
        const V all = max(bank_.look(Book::staked) + bank_.look(Book::delegated), V(1e-300));
        V most(0.0);
        for (std::size_t i = 0; i < providers_.count(); ++i) {
            V staked, liquid;
            bank_.group_totals(i, staked, liquid);
            most = max(staked * behind / (all * parties(i)), most);
        }
        return most;
    }
    [[nodiscard]] ASSAY_INLINE V parties(std::size_t i) const {
        const double n = setup_.groups[i].entities;
        return max(n > 0 ? V(n) : V(providers_.devices[i]), V(1.0));
    }

    void make_mark(std::array<Lanes, kMarkCount>& m) {
        price_.store(m[kMarkPrice]);
        devices_.store(m[kMarkDevices]);
        capacity_.store(m[kMarkCapacity]);
        capacity_days_.store(m[kMarkCapacityDays]);
        consumed_sum_.store(m[kMarkServed]);
        tokens(Book::supply).store(m[kMarkSupply]);
        tokens(Book::circulating).store(m[kMarkCirculating]);
        tokens(Book::gross_minted).store(m[kMarkMinted]);
        tokens(Book::gross_burned).store(m[kMarkBurned]);
        (income_tokens_ * V(unit_)).store(m[kMarkIncomeTokens]);
        income_usd_.store(m[kMarkIncomeUsd]);
        costs_.store(m[kMarkCosts]);
        bank_.look(Book::traded_usd).store(m[kMarkVolume]);
        tokens(Book::unlocked).store(m[kMarkUnlocked]);
        (largest_party() * V(1 - 1e-12)).store(m[kMarkLargestParty]);  // a third, rounded up, is not more than a third
        // Below a thousand-millionth of a dollar it is nothing, and no price is a multiple of it.
        select(fundamental_.usd() > V(1e-9), fundamental_.usd(), V(0.0)).store(m[kMarkFundamental]);
        const GroupSetup& first = setup_.groups[0];
        (bank_.stake_usd(first.origin) * V(1 / (first.multiplier > 0 ? first.multiplier : 1)))
            .store(m[kMarkStakePrice]);
    }

    void record(double* out) {
        const auto put = [&](Series which, V x) { x.store(out + which * kLanes); };
        put(kPrice, price_);
        put(kSupply, tokens(Book::supply));
        put(kCirculating, tokens(Book::circulating));
        put(kMinted, tokens(Book::minted));
        put(kBurned, tokens(Book::burned));
        put(kDemand, demand_.usd_per_day());
        put(kServed, served_usd_ * V(1 / setup_.step_days));
        put(kUtilisation, utilisation_);
        put(kServicePrice, service_.usd());
        put(kDevices, devices_);
        put(kStaked, tokens(Book::staked));
        put(kDelegated, tokens(Book::delegated));
        put(kMargin, margin_);
        put(kTreasury, tokens(Book::treasury));
        put(kTreasuryUsd, bank_.look(Book::treasury_usd));
        put(kOraclePrice, oracle_);
        put(kFundamental, fundamental_.usd());
        put(kDepth, bank_.look(Book::depth_usd));
        const V none(__builtin_nan(""));
        put(kVaultRatio, vault() ? select(vault_ratio() < V(kNoRatio), vault_ratio(), none) : none);
        put(kMarketCap, price_ * tokens(Book::supply));
    }

    void end(Journal& j) {
        sum_.utilisation.store(j.utilisation);
        sum_.margin.store(j.margin);
        sum_.wanted_hours.store(j.wanted_hours);
        sum_.served_hours.store(j.served_hours);
        sum_.device_days.store(j.device_days);
        sum_.underwater_days.store(j.underwater_days);
        sum_.least_devices.store(j.least_devices);
        devices_.store(j.final_devices);
        sum_.drawdown.store(j.max_drawdown);
        sum_.below_high.store(j.below_high_steps);
        sum_.log_sum.store(j.log_sum);
        sum_.log_squares.store(j.log_squares);
        sum_.service_sum.store(j.service_sum);
        sum_.service_squares.store(j.service_squares);
        sum_.stale_days.store(j.stale_days);
        sum_.halted_days.store(j.halted_days);
        (sum_.shortfall * V(unit_)).store(j.shortfall_most);
        sum_.least_ratio.store(j.least_vault_ratio);
        select(sum_.ruin_day < V(0.0), V(__builtin_nan("")), sum_.ruin_day).store(j.ruin_day);
        sum_.wash_spent.store(j.wash_spent);
        sum_.wash_returned.store(j.wash_returned);
        tokens(Book::slashed).store(j.slashed);
        tokens(Book::minted).store(j.minted);
        tokens(Book::burned).store(j.burned);
        tokens(Book::gross_minted).store(j.gross_minted);
        tokens(Book::gross_burned).store(j.gross_burned);
        tokens(Book::supply).store(j.final_supply);
        price_.store(j.final_price);
        // Who owns what: groups, holdings, then the public, of whom nobody knows how many they are.
        const V behind = with_delegations();
        std::size_t row = 0;
        for (std::size_t i = 0; i < providers_.count(); ++i, ++row) {
            PartyRow& p = j.parties[row];
            V staked, liquid;
            bank_.group_totals(i, staked, liquid);
            parties(i).store(p.entities);
            (staked * behind * V(unit_)).store(p.stake);
            (liquid * V(unit_)).store(p.free);
            V(0.0).store(p.locked);
            providers_.of[i].work.store(p.work);
            (providers_.of[i].income * V(unit_)).store(p.income);
            p.insider = false;
            p.counted = true;
        }
        for (std::size_t i = 0; i < s_.initial.holders.size(); ++i, ++row) {
            PartyRow& p = j.parties[row];
            V free, locked;
            bank_.party_totals(i, free, locked);
            V(static_cast<double>(s_.initial.holders[i].entities)).store(p.entities);
            V(0.0).store(p.stake);
            (free * V(unit_)).store(p.free);
            (locked * V(unit_)).store(p.locked);
            V(0.0).store(p.work);
            V(0.0).store(p.income);
            p.insider = p.counted = true;
        }
        PartyRow& p = j.parties[row];
        V(1.0).store(p.entities);
        V(0.0).store(p.stake);
        (bank_.owned({Purse::holders, 0}) * V(unit_)).store(p.free);
        V(0.0).store(p.locked);
        V(0.0).store(p.work);
        V(0.0).store(p.income);
        p.insider = p.counted = false;
    }

    static constexpr double kNoRatio = 1e300;  // where no credits are out

    struct Totals {
        V utilisation, margin, wanted_hours, served_hours, device_days, underwater_days, least_devices, highest,
            drawdown, below_high, log_sum, log_squares, service_sum, service_squares, stale_days, halted_days,
            shortfall, least_ratio, ruin_day, wash_spent, wash_returned;
    };

    const Setup& setup_;
    const Scenario& s_;
    Bank& bank_;
    Room& room_;
    DrawsV draws_;
    DemandPart demand_;
    ServicePart service_;
    ProvidersPart providers_;
    StakersPart stakers_;
    FundamentalPart fundamental_;
    TradersPart traders_;
    MarketPart market_;
    BuybackPart buyback_;
    OracleFeed feed_;
    std::size_t next_event_ = 0, next_unlock_ = 0;
    std::uint64_t dump_until_ = 0;
    double hours_ = 24, unit_ = 1, needed_ = 1, log_first_price_ = 0;
    bool has_wash_ = false, has_slash_ = false, fixed_conversion_ = false;
    V dump_, served_usd_, consumed_sum_, income_tokens_, income_usd_, costs_, capacity_days_, price_, oracle_,
        log_price_, log_service_, margin_, utilisation_, devices_, capacity_, ratio_;
    Totals sum_;
};

}  // namespace

bool ASSAY_ENGINE(const Setup& setup, std::uint64_t first_run, ExactBank* exact, WalkLanes* walks, Room& room,
                  const Meddler* meddle, double* series, Journal& journal, Trouble& why) {
    if (exact != nullptr) {
        ExactMoney bank(*exact);
        bank.start(setup, room, walks, meddle, why);
        Engine<ExactMoney> engine(setup, bank, room);
        return engine.run(first_run, series, journal);
    }
    FastBank bank;
    bank.start(setup, room, walks, meddle, why);
    Engine<FastBank> engine(setup, bank, room);
    return engine.run(first_run, series, journal);
}

}  // namespace assay::sim
