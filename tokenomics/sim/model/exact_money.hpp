// An ExactBank as the engine sees it: the same calls as FastBank's, vectors stored and loaded around each.
#pragma once

#include "tokenomics/sim/model/exact_bank.hpp"
#include "tokenomics/sim/model/fast_bank.hpp"

namespace assay::sim {
namespace {

class ExactMoney {
   public:
    explicit ExactMoney(ExactBank& bank) : bank_(bank) {}
    void start(const Setup& setup, Room&, WalkLanes*, const Meddler* meddle, Trouble& why) {
        bank_.start(setup, meddle, why);
    }

    ASSAY_INLINE void begin_step(std::uint64_t step) { bank_.begin_step(step); }
    [[nodiscard]] ASSAY_INLINE V spot() const {
        Eight out;
        bank_.spot(out);
        return load(out);
    }
    ASSAY_INLINE void oracle_round(const V* report, V& price, M& stale) {
        Eight told, usd, old;
        if (report != nullptr) report->store(told);
        bank_.oracle_round(report != nullptr ? told : nullptr, usd, old);
        price = load(usd);
        stale = load(old) > V(0.0);
    }
    ASSAY_INLINE void serve(V bill, V needed, const Lanes* devices, V& consumed) {
        Eight b, n, out;
        bill.store(b);
        needed.store(n);
        bank_.serve(b, n, devices, out);
        consumed = load(out);
    }
    [[nodiscard]] ASSAY_INLINE V halted() const {
        Eight out;
        bank_.halted(out);
        return load(out);
    }
    ASSAY_INLINE void wash(std::size_t group, V usd, V& spent, V& paid) {
        Eight u, s, p;
        usd.store(u);
        bank_.wash(group, u, s, p);
        spent = load(s);
        paid = load(p);
    }
    [[nodiscard]] ASSAY_INLINE V washed(std::size_t group) const {
        Eight out;
        bank_.washed(group, out);
        return load(out);
    }
    ASSAY_INLINE void slash(std::size_t group, Ppb rate) { bank_.slash(group, rate); }
    ASSAY_INLINE bool close(const Lanes* passed, V& minted, V& burned, V& shortfall) {
        Eight m, b, s;
        if (!bank_.close(passed, m, b, s)) return false;
        minted = load(m);
        burned = load(b);
        shortfall = load(s);
        return true;
    }
    [[nodiscard]] ASSAY_INLINE V earned(std::size_t group) const {
        Eight out;
        bank_.earned(group, out);
        return load(out);
    }
    [[nodiscard]] ASSAY_INLINE V staking() const {
        Eight out;
        bank_.staking(out);
        return load(out);
    }
    ASSAY_INLINE M stake(std::size_t group, V devices) {
        Eight d, done;
        devices.store(d);
        bank_.stake(group, d, done);
        return load(done) > V(0.0);
    }
    ASSAY_INLINE void unstake(std::size_t group, V now, V leaving) {
        Eight n, l;
        now.store(n);
        leaving.store(l);
        bank_.unstake(group, n, l);
    }
    ASSAY_INLINE void mature() { bank_.mature(); }
    [[nodiscard]] ASSAY_INLINE V matured(std::size_t group) const {
        Eight out;
        bank_.matured(group, out);
        return load(out);
    }
    [[nodiscard]] ASSAY_INLINE V stake_usd(std::size_t origin) const {
        Eight out;
        bank_.stake_usd(origin, out);
        return load(out);
    }
    ASSAY_INLINE void delegate(V units) {
        Eight u;
        units.store(u);
        bank_.delegate(u);
    }
    ASSAY_INLINE void buy_for(V usd, Purse to) {
        Eight u;
        usd.store(u);
        bank_.buy_for(u, to);
    }
    ASSAY_INLINE void sell(V units, Purse from) {
        Eight u;
        units.store(u);
        bank_.sell(u, from);
    }
    /// Buys for the share x of the market's dollars where x is above zero, else sells the share -x of its tokens.
    ASSAY_INLINE void turn_over(V x) {
        V units, usd;
        pool(units, usd);
        buy_for(usd * positive(x), {Purse::holders, 0});
        sell(units * positive(-x), {Purse::holders, 0});
    }
    [[nodiscard]] ASSAY_INLINE V owned(Purse who) const {
        Eight out;
        bank_.owned(who, out);
        return load(out);
    }
    ASSAY_INLINE void pool(V& units, V& usd) const {
        Eight x, y;
        bank_.pool(x, y);
        units = load(x);
        usd = load(y);
    }
    [[nodiscard]] ASSAY_INLINE V net_flow() {
        Eight out;
        bank_.net_flow(out);
        return load(out);
    }
    ASSAY_INLINE void unlock(std::size_t party, Amount amount) { bank_.unlock(party, amount); }
    ASSAY_INLINE void liquidity(V keep) {
        Eight k;
        keep.store(k);
        bank_.liquidity(k);
    }
    ASSAY_INLINE void quote(V usd) {
        Eight u;
        usd.store(u);
        bank_.quote(u);
    }
    ASSAY_INLINE void take_fee(V usd) {
        Eight u;
        usd.store(u);
        bank_.take_fee(u);
    }
    ASSAY_INLINE V spend(V usd) {
        Eight u, out;
        usd.store(u);
        bank_.spend(u, out);
        return load(out);
    }
    ASSAY_INLINE void buyback(V usd, bool burn) {
        Eight u;
        usd.store(u);
        bank_.buyback(u, burn);
    }
    [[nodiscard]] ASSAY_INLINE V look(Book which) const {
        Eight out;
        bank_.look(which, out);
        return load(out);
    }
    ASSAY_INLINE void group_totals(std::size_t group, V& staked, V& liquid) const {
        Eight s, l;
        bank_.group_totals(group, s, l);
        staked = load(s);
        liquid = load(l);
    }
    ASSAY_INLINE void party_totals(std::size_t party, V& free, V& locked) const {
        Eight f, l;
        bank_.party_totals(party, f, l);
        free = load(f);
        locked = load(l);
    }
    ASSAY_INLINE bool check(std::uint64_t first_run) { return bank_.check(first_run); }
    bool check_fully(std::uint64_t first_run) { return bank_.check_fully(first_run); }

   private:
    static ASSAY_INLINE V load(const Eight& x) {
        V out;
        ASSAY_PARTS out.part[i] = ASSAY_OP(loadu_pd)(x + i * kWidth);
        return out;
    }

    ExactBank& bank_;
};

}  // namespace
}  // namespace assay::sim
