// What a step of a simulated economy's exact money costs, in nanoseconds on one core: the reference case of one group
// of providers, burns destroyed, a constant-product pool and one epoch a step. The same steps are done first by plain
// code of this file over the public functions of tokenomics/ as the chain calls them, with none of the ledger's short
// ways, and every bucket must come out the same, to the base unit, after each run.
//
//   bench_ledger [--steps 3650] [--runs 300]     prints one JSON object; exits 1 where a bucket differs
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "bench/measure.hpp"
#include "tokenomics/sim/model/ledger.hpp"
#include "tokenomics/stake_pool.hpp"

using namespace assay;
using namespace assay::bench;
using namespace assay::sim;
using namespace assay::tokenomics;

namespace {

constexpr std::uint64_t kWait = 21;
constexpr Ppb kFee{3'000'000};

// What people want to do in a step.
struct Wishes {
    Credits bill;
    Amount costs, spare;
    u128 holders_usd;
    Amount stake;
    bool enter = false;
    std::uint64_t tasks = 0;
};

class Luck {
   public:
    explicit Luck(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
    Wishes next() {
        Wishes w;
        w.bill.units = u128{20'000'000'000} + draw() % 60'000'000'000;  // 20,000 to 80,000 USD
        w.costs.units = u128{50'000'000'000} + draw() % 40'000'000'000;
        w.spare.units = draw() % 20'000'000'000;
        w.holders_usd = draw() % 40'000'000'000;
        w.stake.units = draw() % 3'000'000'000;
        w.enter = draw() % 2 == 0;
        w.tasks = 900 + draw() % 200;
        return w;
    }

   private:
    std::uint64_t draw() {  // SplitMix64
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    std::uint64_t state_;
};

Params reference_params() {
    Params p;
    p.token.cap = Amount{200'000'000'000'000};
    p.emission.kind = EmissionKind::step_table;
    p.emission.total = Amount{100'000'000'000'000};
    p.emission.steps.assign(1, {});
    p.split = {Ppb{400'000'000}, Ppb{300'000'000}, Ppb{100'000'000}, Ppb{100'000'000}, Ppb{100'000'000}, {}};
    p.price.initial = Price{100'000'000};
    p.price.stale_blocks = 2;
    p.price.ema_rounds = 4;
    p.price.max_move = Ppb{500'000'000};
    p.bme.recycle.cap = Amount{1'600'000'000};
    return p;
}

Ledger::Start reference_start() {
    Ledger::Start s;
    s.supply = Amount{90'000'000'000'000};
    s.bonded = Amount{1'000'000'000'000};
    s.depth_usd = 5'000'000'000'000;
    s.price_usd = 1;
    s.stakes = {Amount{200'000'000'000}};
    s.unbonding_steps = kWait;
    s.fee = kFee;
    return s;
}

constexpr Amount kMint{9'000'000'000};

// ---------------------------------------------------------------- the plain way
u128 up(u128 a, u128 b, u128 c) {
    return must(mul_div_ceil(a, b, c));
}
u128 down(u128 a, u128 b, u128 c) {
    return must(mul_div(a, b, c));
}

struct Plain {
    u128 genesis = 0, minted = 0, burned = 0, scheduled = 0, recycled = 0, smoothed = 0;
    u128 holders = 0, bonds = 0, x = 0, y = 0, liquid = 0, staked = 0, unbonding = 0;
    u128 issued = 0, consumed = 0, free = 0, backing = 0, burned_in_epoch = 0;
    EpochPools pools;
    std::vector<u128> ring = std::vector<u128>(kWait);

    explicit Plain(const Ledger& l)
        : genesis(l.genesis.units),
          holders(l.holders.units),
          bonds(l.bonds.units),
          x(l.pool_tokens.units),
          y(l.pool_usd),
          staked(l.staked.units) {}

    [[nodiscard]] u128 supply() const { return genesis + minted - burned; }
    u128 buy(u128 wanted) {
        const u128 out = std::min(wanted, x / 2);
        if (out == 0) return 0;
        y += up(up(y, out, x - out), Ppb::kOne, Ppb::kOne - kFee.value);
        x -= out;
        return out;
    }
    void sell(u128 amount, u128& from) {
        const u128 in = std::min(amount, from), net = in - up(in, kFee.value, Ppb::kOne), usd = down(y, net, x + net);
        if (usd == 0) return;
        from -= in;
        x += in;
        y -= usd;
    }
    void buy_for(u128 usd) {
        const u128 net = usd - up(usd, kFee.value, Ppb::kOne), out = down(x, net, y + net);
        if (out == 0 || out >= x) return;
        y += usd;
        x -= out;
        holders += out;
    }
    void step(const Params& p, PriceState& oracle, const Wishes& w, std::uint64_t n) {
        const Price spot{static_cast<std::uint64_t>(down(y, 100'000'000, x))};
        oracle = close_round(p.price, oracle, {{spot, 1}}, 1, Height{n + 1}).state;
        const Prices prices = prices_of(p.bme, oracle);
        if (!oracle.stale && w.bill.units > free) {
            const Amount cost =
                must(price_of(p.bme, prices, 6, Credits{std::max<u128>(w.bill.units - free, p.bme.min_credits)}));
            const Amount bought{buy(std::max(cost, p.bme.min_burn).units)};
            const Purchase done = must(purchase(p.bme, prices, 6, bought, {}));
            burned += done.destroyed.units;
            burned_in_epoch += done.destroyed.units;
            backing += done.carried.units;
            issued += done.credits.units;
            free += done.credits.units;
        }
        ProviderWork work;
        if (const u128 taken = std::min(w.bill.units, free); taken != 0 && !oracle.stale) {
            const u128 weights[] = {w.tasks};
            const Credits mine{must(largest_remainder(Amount{taken}, weights))[0].units};
            const Amount carried = carried_by(mine, Credits{free}, Amount{backing});
            const Settlement s =
                must(settle(p.bme, prices, 6, {{}, Amount{p.token.cap.units - supply()}}, mine, carried));
            free -= s.credits.units;
            consumed += s.credits.units;
            backing -= s.tokens.units;
            minted += s.minted.units;
            liquid += s.paid.units;
            work.consumed = s.credits;
            work.tokens_carried = s.tokens;
            work.already_paid = s.paid;
        }
        EpochInput in;
        in.epoch = Epoch{n};
        work.passed_weight = w.tasks;
        work.stake_at_start = work.stake_at_end = Amount{staked};
        in.providers = {work};
        in.view = {Amount{scheduled}, Amount{supply()}, p.token.cap};
        in.view.burned = Amount{burned_in_epoch};
        in.pools = pools;
        in.recycle_smoothed = Amount{smoothed};
        const EpochOutput out = close_epoch(p, in);
        minted += out.minted.units + out.recycled.units;
        scheduled += out.minted.units;
        recycled += out.recycled.units;
        smoothed = out.recycle_smoothed.units;
        burned_in_epoch = 0;
        pools = out.pools_after;
        for (const Payment& pay : out.payments) {
            liquid += pay.work.units + pay.availability.units + pay.staking.units;
            holders += pay.validation.units;
        }
        liquid += ring[n % kWait];
        unbonding -= ring[n % kWait];
        ring[n % kWait] = 0;
        sell(w.costs.units, liquid);
        sell(w.spare.units, holders);
        buy_for(w.holders_usd);
        if (w.enter) {
            const u128 own = std::min(w.stake.units, liquid);
            if (w.stake.units - own <= x / 2) {
                liquid -= own;
                staked += own;
                staked += buy(w.stake.units - own);
            }
        } else {
            const u128 go = std::min(w.stake.units, staked);
            staked -= go;
            unbonding += go;
            ring[n % kWait] += go;
        }
        const u128 sum = holders + bonds + x + liquid + staked + unbonding + pools.work.units +
                         pools.availability.units + pools.stakers.units + pools.validators.units + pools.treasury.units;
        if (sum != supply()) fail("the plain books do not add up");
    }
};

// ---------------------------------------------------------------- the ledger's way
struct Run {
    Ledger ledger;
    PriceState oracle;
    EpochInput in;
    EpochOutput out;
    EpochScratch scratch;
    std::vector<u128> weights{1};

    void step(const Params& p, const Wishes& w, std::uint64_t n) {
        Ledger& l = ledger;
        oracle = close_round_of_one(p.price, oracle, PriceReport{l.spot(), 1}, 1, Height{n + 1});
        l.burn_for_credits(p, w.bill, oracle);
        weights[0] = w.tasks;
        l.earned[0] = {};
        l.consume(p, w.bill, weights, oracle, in.providers);
        in.epoch = Epoch{n};
        ProviderWork& work = in.providers[0];
        work.passed_weight = w.tasks;
        work.stake_at_start = work.stake_at_end = l.groups[0].staked;
        l.close(p, in, out, scratch);
        l.mature(n);
        l.sell(w.costs, l.groups[0].liquid);
        l.sell(w.spare, l.holders);
        l.buy_for(w.holders_usd, l.holders);
        if (w.enter)
            l.stake(0, w.stake);
        else
            l.unstake(0, w.stake, n);
        must(l.check(p));
    }
};

void compare(const Plain& a, const Ledger& l) {
    const struct {
        const char* name;
        u128 plain, ledger;
    } rows[] = {{"minted", a.minted, l.minted.units},
                {"burned", a.burned, l.burned.units},
                {"scheduled", a.scheduled, l.scheduled.units},
                {"recycled", a.recycled, l.recycled.units},
                {"holders", a.holders, l.holders.units},
                {"the pool's tokens", a.x, l.pool_tokens.units},
                {"the pool's dollars", a.y, l.pool_usd},
                {"liquid", a.liquid, l.groups[0].liquid.units},
                {"staked", a.staked, l.groups[0].staked.units},
                {"unbonding", a.unbonding, l.groups[0].unbonding.units},
                {"credits issued", a.issued, l.credits_issued.units},
                {"credits consumed", a.consumed, l.credits_consumed.units},
                {"credits' backing", a.backing, l.credits_backing.units},
                {"the work pool", a.pools.work.units, l.pools.work.units},
                {"the validators' pool", a.pools.validators.units, l.pools.validators.units},
                {"the treasury", a.pools.treasury.units, l.pools.treasury.units}};
    for (const auto& r : rows)
        if (r.plain != r.ledger)
            fail(std::string(r.name) + ": " + to_digits(r.plain) + " the plain way, " + to_digits(r.ledger) +
                 " in the ledger");
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t steps = 3650, runs = 300;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
        if (std::string_view(argv[i]) == "--steps" && value > 0)
            steps = value;
        else if (std::string_view(argv[i]) == "--runs" && value > 1)
            runs = value;
        else
            fail("usage: bench_ledger [--steps 3650] [--runs 300]");
    }
    Params params = reference_params();
    params.emission.steps[0].per_epoch = kMint;
    const Ledger start = must(Ledger::open(params, reference_start()));

    // Right before fast: some runs both ways.
    const std::uint64_t checked = std::min<std::uint64_t>(runs, 10);
    Run run;
    run.in.providers.resize(1);
    double plain_seconds = 0;
    u128 burned = 0;
    for (std::uint64_t r = 0; r < checked; ++r) {
        Plain plain(start);
        PriceState oracle = initial_price(params.price);
        Luck luck(r), same(r);
        const double begun = thread_seconds();
        for (std::uint64_t n = 0; n < steps; ++n) plain.step(params, oracle, luck.next(), n);
        plain_seconds += thread_seconds() - begun;
        run.ledger = start;
        run.oracle = initial_price(params.price);
        for (std::uint64_t n = 0; n < steps; ++n) run.step(params, same.next(), n);
        compare(plain, run.ledger);
        must(run.ledger.check_fully(params));
        burned += plain.burned;
    }
    if (burned == 0) fail("nothing was burned: these steps say nothing");

    Luck luck(runs);
    std::vector<Wishes> wishes;
    for (std::uint64_t n = 0; n < steps; ++n) wishes.push_back(luck.next());
    double best = 1e9;
    for (int repeat = 0; repeat < 3; ++repeat) {
        const double begun = thread_seconds();
        for (std::uint64_t r = 0; r < runs; ++r) {
            run.ledger = start;
            run.oracle = initial_price(params.price);
            for (std::uint64_t n = 0; n < steps; ++n) run.step(params, wishes[(n + r) % steps], n);
        }
        best = std::min(best, thread_seconds() - begun);
    }
    const double total = static_cast<double>(steps * runs), ns = best / total * 1e9,
                 plain_ns = plain_seconds / static_cast<double>(steps * checked) * 1e9;
    std::printf(
        "{\"steps\": %llu, \"runs\": %llu, \"checked\": %llu, \"ns_per_step\": %.1f, \"plain_ns_per_step\": %.1f, "
        "\"times_faster\": %.2f}\n",
        static_cast<unsigned long long>(steps), static_cast<unsigned long long>(runs),
        static_cast<unsigned long long>(checked), ns, plain_ns, plain_ns / ns);
    return 0;
}
