// Short ways through the rules give what the long ones give, to the base unit: whoever settles millions of epochs takes
// them, and the chain does too.
#include <algorithm>

#include "base/wide.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tokenomics/epoch.hpp"
#include "tokenomics/price.hpp"

using namespace assay;
using namespace assay::tokenomics;

namespace {

/// Log-uniform, with all ones and single bits now and then.
u128 anything(assay::test::Random& random, unsigned bits) {
    const u128 wide = (u128{random.u64()} << 64) | random.u64();
    const unsigned n = 1 + static_cast<unsigned>(random.below(bits));
    const u128 mask = n >= 128 ? ~u128{0} : (u128{1} << n) - 1;
    if (random.below(8) == 0) return mask;
    if (random.below(8) == 0) return (mask >> 1) + 1;
    return random.below(12) == 0 ? 0 : wide & mask;
}
std::uint64_t word(assay::test::Random& random, unsigned bits = 64) {
    return static_cast<std::uint64_t>(anything(random, bits));
}

// Bit by bit.
u128 slow_root(u128 v) {
    u128 root = 0;
    for (unsigned bit = 64; bit-- > 0;) {
        const u128 with = root | u128{1} << bit;
        if (with * with <= v) root = with;
    }
    return root;
}

u128 slow_average(u128 value, u128 target, u128 over) {
    const u128 apart = target >= value ? target - value : value - target;
    const u128 step = apart / over * 2 + apart % over * 2 / over;
    return target >= value ? value + step : value - step;
}

bool same(const PriceState& a, const PriceState& b) {
    return a.spot == b.spot && a.ema_q32 == b.ema_q32 && a.last_quorum == b.last_quorum && a.rounds == b.rounds &&
           a.stale == b.stale && a.variance_q32 == b.variance_q32;
}

}  // namespace

TEST_CASE("divisions by a word are those of 128 bits") {
    INFO("seed " << assay::test::seed());
    assay::test::Random random;
    for (int i = 0; i < assay::test::rounds(50'000); ++i) {
        const u128 n = anything(random, 128);
        const std::uint64_t d = std::max<std::uint64_t>(word(random), 1);
        REQUIRE(divide_by_word(n, d) == n / d);
        if (n >> 64 < d) {
            REQUIRE(divide_short(n, d).quotient == n / d);
            REQUIRE(divide_short(n, d).rest == n % d);
        }
    }
}

TEST_CASE("a round of one report is the round of a list of one") {
    INFO("seed " << assay::test::seed());
    assay::test::Random random;
    for (int i = 0; i < assay::test::rounds(20'000); ++i) {
        PriceParams p;
        p.ema_rounds = word(random, 20);
        p.max_move = Ppb{word(random, random.below(4) == 0 ? 64 : 31)};
        p.stale_blocks = word(random, 10);
        PriceState before = initial_price(p);
        before.spot = Price{word(random)};
        before.ema_q32 = anything(random, random.below(4) == 0 ? 128 : 96);
        before.variance_q32 = anything(random, 128);
        before.last_quorum = Height{word(random, 12)};
        const PriceReport report{Price{word(random)}, anything(random, 128)};
        const u128 total =
            random.below(3) == 0 ? report.power + report.power / 2 + random.below(3) : anything(random, 128);
        const Height h{word(random, 12)};
        const PriceState one = close_round_of_one(p, before, report, total, h);
        const RoundResult list = close_round(p, before, {report}, total, h);
        REQUIRE(same(one, list.state));
        REQUIRE_FALSE(list.marked[0]);
        // And by the averages as they are written in the protocol.
        if (!list.quorum) continue;
        const u128 over = std::max<u128>(u128{p.ema_rounds} + 1, 2);
        REQUIRE(one.ema_q32 == slow_average(before.ema_q32, u128{one.spot.value} << 32, over));
        const std::uint64_t mean = ema(one).value, spot = one.spot.value;
        const std::uint64_t apart = std::min(std::max(spot, mean) - std::min(spot, mean), (std::uint64_t{1} << 48) - 1);
        REQUIRE(one.variance_q32 == slow_average(before.variance_q32, u128{apart} * apart << 32, over));
    }
}

TEST_CASE("the deviation is the whole part of a square root") {
    INFO("seed " << assay::test::seed());
    assay::test::Random random;
    const auto check = [](u128 v) {
        PriceState s;
        s.variance_q32 = v;
        // Times 2^16 in ppb is too much for a factor, so the root is looked at through two of them.
        INFO(to_digits(v));
        for (const std::uint64_t k : {0ull, 1'000'000'000ull, 10'000'000'000ull, 65'536'000'000'000ull})
            REQUIRE(deviations(s, Ppb{k}) ==
                    static_cast<std::uint64_t>(mul_div(slow_root(v), k, Ppb::kOne).value() >> 16));
    };
    for (const u128 v : {u128{0}, u128{1}, u128{2}, u128{3}, u128{4}, ~u128{0}, ~u128{0} - 1}) check(v);
    for (int i = 0; i < assay::test::rounds(20'000); ++i) {
        const u128 v = anything(random, 128), root = word(random);
        check(v);
        check(root * root);
        if (root != 0) check(root * root - 1);
        check(root * root + 2 * root);
    }
}

TEST_CASE("an epoch's mint splits as any pool does") {
    INFO("seed " << assay::test::seed());
    assay::test::Random random;
    for (int i = 0; i < assay::test::rounds(20'000); ++i) {
        SplitParams s;
        for (Ppb* p : {&s.work, &s.availability, &s.stakers, &s.validators, &s.treasury})
            p->value = random.below(4) == 0 ? 0 : word(random, random.below(8) == 0 ? 64 : 30);
        s.treasury_ceiling = Amount{random.below(3)};
        const Amount mint{anything(random, random.below(4) == 0 ? 128 : 64)}, treasury{random.below(3)};
        std::array<u128, 5> weights = {s.work.value, s.availability.value, s.stakers.value, s.validators.value,
                                       s.treasury.value};
        if (!s.treasury_ceiling.is_zero() && treasury >= s.treasury_ceiling &&
            weights[0] + weights[1] + weights[2] + weights[3] != 0)
            weights[4] = 0;
        std::array<Amount, 5> want;
        REQUIRE(largest_remainder(mint, weights, want).ok());
        const auto got = split_mint(s, mint, treasury);
        REQUIRE(got.ok());
        const std::array<Amount, 5> parts = {got->work, got->availability, got->stakers, got->validators,
                                             got->treasury};
        REQUIRE(parts == want);
    }
}

TEST_CASE("who alone has a weight gets all") {
    INFO("seed " << assay::test::seed());
    assay::test::Random random;
    for (int i = 0; i < assay::test::rounds(2'000); ++i) {
        std::vector<u128> weights(1 + random.below(40));
        const std::size_t who = random.below(weights.size());
        weights[who] = anything(random, 128) | 1;
        const Amount pool{anything(random, 128)};
        const auto parts = largest_remainder(pool, weights);
        REQUIRE(parts.ok());
        for (std::size_t k = 0; k < weights.size(); ++k) REQUIRE((*parts)[k] == (k == who ? pool : Amount{}));
    }
}

TEST_CASE("burns are smoothed as with numbers of any length") {
    INFO("seed " << assay::test::seed());
    assay::test::Random random;
    for (int i = 0; i < assay::test::rounds(20'000); ++i) {
        RecycleParams p;
        p.cap = Amount{anything(random, 100)};
        p.smoothing = word(random);
        const Amount before{anything(random, 120)}, burned{anything(random, 120)};
        const std::uint64_t n = std::max<std::uint64_t>(p.smoothing, 1);
        const Wide sum = Wide(before.units) * Wide(n - 1) + Wide(burned.units);
        const Recycled r = recycle(p, before, burned);
        REQUIRE(r.smoothed.units == (sum / Wide(n)).low128());
        REQUIRE(r.amount == min_of(r.smoothed, p.cap));
    }
}

TEST_CASE("an economy of one provider is one of two of whom one did nothing") {
    INFO("seed " << assay::test::seed());
    assay::test::Random random;
    for (int i = 0; i < assay::test::rounds(20'000); ++i) {
        Params params;
        params.token.cap = Amount{anything(random, 100)};
        constexpr EmissionKind kKinds[] = {EmissionKind::none,       EmissionKind::step_table,
                                           EmissionKind::mint_ratio, EmissionKind::fraction_of_supply,
                                           EmissionKind::baseline,   EmissionKind::signed_step};
        params.emission.kind = kKinds[random.below(std::size(kKinds))];
        params.emission.total = Amount{anything(random, 100)};
        params.emission.steps = {{0, Amount{anything(random, 60)}}};
        params.emission.mint_ratio.ratio = Ppb{word(random, 31)};
        params.emission.fraction_of_supply.rate = Ppb{word(random, 31)};
        params.emission.baseline.power = 1 + word(random, 20);
        params.emission.signed_step.initial = Ppb{word(random, 20)};
        params.split = {Ppb{400'000'000}, Ppb{300'000'000}, Ppb{100'000'000}, Ppb{100'000'000}, Ppb{100'000'000}, {}};
        params.bme.work_bound = random.below(2) == 0 ? WorkBound::burned : WorkBound::none;
        params.bme.work_share = Ppb{word(random, 31)};
        params.bme.recycle.cap = Amount{anything(random, 50)};
        EpochInput in;
        in.epoch = Epoch{random.below(3)};
        in.view.cumulative_scheduled = Amount{anything(random, 60)};
        in.view.supply = Amount{anything(random, 100)};
        in.view.cap = params.token.cap;
        in.view.burned = Amount{anything(random, 60)};
        in.view.end = TimeMs{word(random, 40)};
        in.view.settled = Amount{anything(random, 60)};  // not looked at
        in.view.power = anything(random, 60);
        in.memory = emission_start(params.emission);
        in.recycle_smoothed = Amount{anything(random, 60)};
        for (Amount* a : {&in.pools.work, &in.pools.availability, &in.pools.stakers, &in.pools.validators})
            a->units = anything(random, random.below(8) == 0 ? 128 : 60);
        if (random.below(4) == 0) in.fees = Amount{anything(random, 60)};
        ProviderWork w;
        w.provider.bytes[3] = 1;
        w.passed_weight = random.below(3) == 0 ? 0 : anything(random, 128);
        if (random.below(4) == 0) w.pending_weight = anything(random, 128);
        w.consumed = Credits{anything(random, 60)};
        w.tokens_carried = Amount{random.below(8) == 0 ? ~u128{0} : anything(random, 70)};
        w.already_paid = Amount{anything(random, 60)};
        w.stake_at_start = Amount{anything(random, 128)};
        w.stake_at_end = Amount{anything(random, 128)};
        w.delegated = Amount{anything(random, 128)};
        in.providers = {w};
        const EpochOutput one = close_epoch(params, in);
        ProviderWork nobody;
        nobody.provider.bytes[0] = 1;
        in.providers.push_back(nobody);
        const EpochOutput two = close_epoch(params, in);
        REQUIRE(one.minted == two.minted);
        REQUIRE(one.recycled == two.recycled);
        REQUIRE(one.recycle_smoothed == two.recycle_smoothed);
        REQUIRE(one.memory == two.memory);
        REQUIRE(one.fees_left == two.fees_left);
        REQUIRE(one.fees_burned == two.fees_burned);
        REQUIRE(one.reserved_per_provider.size() == 1);
        REQUIRE(one.reserved_per_provider[0] == two.reserved_per_provider[0]);
        REQUIRE(one.payments.size() == two.payments.size());
        for (std::size_t k = 0; k < one.payments.size(); ++k) {
            REQUIRE(one.payments[k].to == two.payments[k].to);
            REQUIRE(one.payments[k].work == two.payments[k].work);
            REQUIRE(one.payments[k].availability == two.payments[k].availability);
            REQUIRE(one.payments[k].staking == two.payments[k].staking);
        }
        REQUIRE(one.pools_after.work == two.pools_after.work);
        REQUIRE(one.pools_after.availability == two.pools_after.availability);
        REQUIRE(one.pools_after.stakers == two.pools_after.stakers);
        REQUIRE(one.pools_after.validators == two.pools_after.validators);
        REQUIRE(one.pools_after.treasury == two.pools_after.treasury);
    }
}
