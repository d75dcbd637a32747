#include "tests/tokenomics/model.hpp"
#include "tokenomics/emission.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

const Big kOneQ128 = Big{1} << 128;

// floor(first x (1 - decay)^n) in exact fractions: (2^128 - decay)^n over 2^(128 n).
Big exact_mint(u128 first, u128 decay, std::uint64_t n) {
    Big numerator = big(first);
    for (std::uint64_t i = 0; i < n; ++i) numerator *= kOneQ128 - big(decay);
    return numerator >> (128 * n);
}

struct Walk {
    Amount sum;
    std::uint64_t epochs = 0;
};
// Mints epoch after epoch as the chain does.
Walk mint_all(const EmissionParams& p, Amount genesis, Amount cap, std::uint64_t epochs) {
    Walk w;
    for (; w.epochs < epochs; ++w.epochs) {
        const auto m = scheduled_mint(p, Epoch{w.epochs}, {w.sum, *add(genesis, w.sum), cap});
        REQUIRE(m.ok());
        w.sum = *add(w.sum, *m);
    }
    return w;
}

EmissionParams random_schedule(Random& r) {
    EmissionParams p;
    constexpr EmissionKind kKinds[] = {EmissionKind::none, EmissionKind::step_table, EmissionKind::geometric};
    p.kind = kKinds[r.below(3)];  // the others: test_emission_kinds.cpp
    p.total = Amount{awkward(r)};
    p.geometric.first = Amount{awkward(r)};
    p.geometric.decay = awkward(r);
    p.geometric.epochs = r.below(3) == 0 ? 0 : r.below(200);
    std::uint64_t from = r.below(3);
    for (std::uint64_t i = r.below(8); i > 0; --i) {
        p.steps.push_back({from, Amount{awkward(r)}});
        from += 1 + r.below(20);
    }
    return p;
}

TEST_CASE("F6: whatever the schedule, its sum never passes its total and supply never passes the cap") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 300; ++round) {
        INFO("seed " << seed << ", round " << round);
        const EmissionParams p = random_schedule(r);
        const Amount cap{awkward(r)}, genesis{between(r, 0, cap.units)};
        Amount sum;
        for (std::uint64_t e = 0; e < 120; ++e) {
            const Amount supply = *add(genesis, sum);
            const auto m = scheduled_mint(p, Epoch{e}, {sum, supply, cap});
            REQUIRE(m.ok());
            REQUIRE(big(sum) + big(*m) <= big(p.total));
            REQUIRE(big(supply) + big(*m) <= big(cap));
            sum = *add(sum, *m);
        }
    }
}

TEST_CASE("the clamps are on what was minted, so burns free nothing, and on supply, whoever minted it") {
    EmissionParams p;
    p.kind = EmissionKind::step_table;
    p.steps = {{0, Amount{100}}};
    p.total = Amount{1000};
    CHECK(scheduled_mint(p, Epoch{3}, {Amount{0}, Amount{0}, Amount::max()})->units == 100);
    CHECK(scheduled_mint(p, Epoch{3}, {Amount{950}, Amount{0}, Amount::max()})->units == 50);  // all burned: still 950
    CHECK(scheduled_mint(p, Epoch{3}, {Amount{1000}, Amount{0}, Amount::max()})->is_zero());
    CHECK(scheduled_mint(p, Epoch{3}, {Amount{0}, Amount{970}, Amount{1000}})->units == 30);
    CHECK(scheduled_mint(p, Epoch{3}, {Amount{0}, Amount{1001}, Amount{1000}})->is_zero());  // supply above: nothing
    CHECK(scheduled_mint(p, Epoch{3}, {Amount::max(), Amount::max(), Amount{}})->is_zero());
}

TEST_CASE("no kind mints nothing in any epoch") {
    EmissionParams p;
    p.total = Amount::max();
    for (const std::uint64_t e : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}})
        CHECK(scheduled_mint(p, Epoch{e}, {{}, {}, Amount::max()})->is_zero());
}

TEST_CASE("a step counts from its epoch up to the next step, the last for ever, and nothing comes before the first") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 300; ++round) {
        INFO("seed " << seed << ", round " << round);
        const auto steps = random_schedule(r).steps;
        for (std::uint64_t e = 0; e < 180; ++e) {
            Amount expected;
            for (const EmissionStep& s : steps)
                if (s.from_epoch <= e) expected = s.per_epoch;
            REQUIRE(step_table_mint(steps, Epoch{e}) == expected);
        }
        REQUIRE(step_table_mint(steps, Epoch{~std::uint64_t{0}}) ==
                (steps.empty() ? Amount{} : steps.back().per_epoch));
    }
}

TEST_CASE("a step table that reaches its total is complete: the last epoch mints the rest, then nothing") {
    EmissionParams p;
    p.kind = EmissionKind::step_table;
    p.steps = {{0, Amount{70}}, {10, Amount{35}}};
    p.total = Amount{1000};  // 10 x 70 + 8 x 35 = 980, and 20 in epoch 18
    CHECK(mint_all(p, {}, Amount::max(), 18).sum.units == 980);
    CHECK(mint_all(p, {}, Amount::max(), 19).sum.units == 1000);
    CHECK(mint_all(p, {}, Amount::max(), 500).sum.units == 1000);
}

TEST_CASE("a geometric epoch is the exact power, floored, within a unit below") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 400; ++round) {
        INFO("seed " << seed << ", round " << round);
        const u128 first = awkward(r), decay = awkward(r);
        const std::uint64_t n = r.below(60);
        const auto m = geometric_mint({Amount{first}, decay, 0}, Epoch{n});
        REQUIRE(m.ok());
        const Big exact = exact_mint(first, decay, n);
        // Each of at most 2 x 6 products loses less than 2^-128 of one, times first.
        const Big slack = 1 + ((big(first) * 128) >> 128);
        REQUIRE(big(*m) <= exact);
        REQUIRE(big(*m) + slack >= exact);
    }
}

TEST_CASE("a half is a half: powers of one half are exact") {
    const u128 half = u128{1} << 127;
    for (std::uint64_t n = 0; n < 128; ++n)
        CHECK(geometric_mint({Amount{kMax}, half, 0}, Epoch{n})->units == kMax >> n);
    CHECK(geometric_mint({Amount{kMax}, half, 0}, Epoch{128})->is_zero());
}

TEST_CASE("a schedule without decay mints the same for ever, or for its epochs") {
    const std::uint64_t last = ~std::uint64_t{0};
    CHECK(geometric_mint({Amount::max(), 0, 0}, Epoch{last})->units == kMax);
    CHECK(geometric_mint({Amount{7}, 0, 5}, Epoch{4})->units == 7);
    CHECK(geometric_mint({Amount{7}, 0, 5}, Epoch{5})->is_zero());
    CHECK(geometric_mint({Amount{7}, kMax, 0}, Epoch{0})->units == 7);
    CHECK(geometric_mint({Amount::max(), kMax, 0}, Epoch{2})->is_zero());
    CHECK(geometric_mint({Amount::max(), 1, 0}, Epoch{last})->units >
          0);  // far ahead costs no more than the next epoch
}

TEST_CASE("the sums of a schedule are those of its epochs added up one by one, to the base unit") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 1000; ++round) {
        INFO("seed " << seed << ", round " << round);
        EmissionParams p = random_schedule(r);
        p.total = Amount::max();
        p.geometric.first.units >>= 14;  // so that the sums fit
        for (auto& step : p.steps) step.per_epoch.units >>= 14;
        std::vector<Epoch> bounds{Epoch{r.below(50)}};
        for (std::uint64_t i = r.below(6) + 1; i > 0; --i) bounds.push_back(bounds.back() + r.below(90));
        const auto sums = schedule_sums(p, bounds);
        REQUIRE(sums.ok());
        REQUIRE(sums->size() == bounds.size() - 1);
        for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
            Big one_by_one = 0;
            for (std::uint64_t e = bounds[i].value; e < bounds[i + 1].value; ++e)
                one_by_one += big(*scheduled_mint(p, Epoch{e}, {{}, {}, Amount::max()}));
            REQUIRE(big((*sums)[i]) == one_by_one);
        }
    }
}

TEST_CASE("a geometric schedule never rises") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 200; ++round) {
        INFO("seed " << seed << ", round " << round);
        const GeometricEmission g{Amount{awkward(r)}, awkward(r), 0};
        const std::uint64_t n = r.u64() >> r.below(64);
        // Two floors away: the powers of n and n + 1 round apart.
        REQUIRE(big(*geometric_mint(g, Epoch{n + (n + 1 == 0 ? 0 : 1)})) <=
                big(*geometric_mint(g, Epoch{n})) + 1 + ((big(g.first) * 256) >> 128));
    }
}

// NETWORKS.md: e0 = 500M x 8 % / 8760 an hour, factor 1 - 0.0000138869523959793, 175,319 hours, 300M in all. The sums
// below come from a separate computation in Python's integers and fractions.
struct IoNet {
    static constexpr std::uint64_t kEpochs = 175'319;
    static constexpr u128 kToken = 100'000'000;  // 8 decimals
    EmissionParams p;
    explicit IoNet(std::string_view decay) {
        p.kind = EmissionKind::geometric;
        p.total = Amount{300'000'000 * kToken};
        p.geometric.first = Amount{500'000'000 * kToken * 8 / 100 / 8760};
        p.geometric.decay = *fraction_q128(decay);
        p.geometric.epochs = kEpochs;
    }
};

TEST_CASE("io.net's published schedule mints 300 million tokens in 175,319 hours, to a thousandth of a token") {
    const IoNet io("0.0000138869523959793");
    CHECK(io.p.geometric.first.units == 456'621'004'566);
    CHECK(geometric_mint(io.p.geometric, Epoch{1})->units == 456'614'663'491);
    CHECK(geometric_mint(io.p.geometric, Epoch{8'760})->units == 404'318'602'609);
    CHECK(geometric_mint(io.p.geometric, Epoch{87'600})->units == 135'280'210'208);
    CHECK(geometric_mint(io.p.geometric, Epoch{175'318})->units == 40'012'988'344);
    CHECK(geometric_mint(io.p.geometric, Epoch{175'319})->is_zero());
    const Amount genesis{500'000'000 * IoNet::kToken}, cap{800'000'000 * IoNet::kToken};
    CHECK(mint_all(io.p, genesis, cap, 8'760).sum.units == 3'766'298'066'325'248);  // 7.5 % of the genesis supply
    CHECK(mint_all(io.p, genesis, cap, IoNet::kEpochs + 10).sum.units == 29'999'999'999'942'584);
}

TEST_CASE(
    "F6: io.net's schedule at a rate rounded to parts per billion would mint 15,764 tokens too many; the clamp binds") {
    IoNet io("0.000013886");
    const Amount genesis{500'000'000 * IoNet::kToken}, cap{800'000'000 * IoNet::kToken};
    CHECK(mint_all(io.p, genesis, cap, IoNet::kEpochs).sum == io.p.total);
    CHECK(*add(genesis, io.p.total) == cap);
    io.p.total = cap;  // without its clamp
    const Amount free = mint_all(io.p, {}, Amount::max(), IoNet::kEpochs).sum;
    CHECK(free.units / IoNet::kToken - 300'000'000 == 15'764);
}

TEST_CASE("F6: Aethir's ten shares sum above the whole; the clamp binds") {
    // 40 % of 9.66bn in the first year, each later year 0.603 of the one before, for ten years.
    EmissionParams p;
    p.kind = EmissionKind::geometric;
    p.total = Amount{9'660'000'000};
    p.geometric.first = Amount{9'660'000'000 * 4 / 10};
    p.geometric.decay = *fraction_q128("0.397");
    p.geometric.epochs = 10;
    CHECK(mint_all(p, {}, Amount::max(), 20).sum == p.total);
    EmissionParams free = p;
    free.total = Amount::max();
    CHECK(mint_all(free, {}, Amount::max(), 20).sum > p.total);
}

TEST_CASE("F3: what the schedule mints depends on what was minted, never on what was burned") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 500; ++round) {
        INFO("seed " << seed << ", round " << round);
        const EmissionParams p = random_schedule(r);
        const Epoch e{r.below(100)};
        const Amount scheduled{awkward(r)};
        // Any supply that leaves the cap far away: burns lower supply and change nothing.
        const auto rich = scheduled_mint(p, e, {scheduled, Amount{between(r, 0, kMax / 4)}, Amount::max()});
        const auto poor = scheduled_mint(p, e, {scheduled, Amount{}, Amount::max()});
        if (poor->units < kMax / 2) REQUIRE(*rich == *poor);
    }
}

}  // namespace
}  // namespace assay::tokenomics
