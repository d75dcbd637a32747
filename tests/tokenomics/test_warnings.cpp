// What `assayd genesis validate` says of a valid genesis. The numbers are checked against the rules that they speak of.
#include "tests/tokenomics/model.hpp"
#include "tokenomics/epoch.hpp"
#include "tokenomics/warnings.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

std::string codes(const std::vector<Warning>& found) {
    std::string out;
    for (const Warning& w : found) {
        CHECK_FALSE(w.field.empty());
        CHECK_FALSE(w.numbers.empty());
        CHECK(w.why.size() > 40);
        out += (out.empty() ? "" : " ") + w.code;
    }
    return out;
}
bool has(const std::vector<Warning>& found, const std::string& code) {
    return std::any_of(found.begin(), found.end(), [&](const Warning& w) { return w.code == code; });
}
const Warning& of(const std::vector<Warning>& found, const std::string& code) {
    for (const Warning& w : found)
        if (w.code == code) return w;
    FAIL(code << " was not said");
    return found.front();
}
GenesisFacts facts(std::uint64_t validators) {
    GenesisFacts out{Amount{u128{1'000'000} * 1'000'000}, {}};
    for (std::uint64_t i = 0; i < validators; ++i) out.bonds.push_back(Amount{u128{i + 1} * 1'000'000});
    return out;
}

TEST_CASE(
    "what a table of classes leaves open is said: work that ASICs do, two kinds, slots without cards, spare time") {
    Params p = devnet();
    CHECK(of(warnings(p, facts(1)), "lanes_weighted").numbers.find("cpu-small, cpu-large, gpu-small, gpu-large") !=
          std::string::npos);
    CHECK(of(warnings(p, facts(1)), "kinds_weighted").numbers.find("gemm cpu-gemm; vram cpu-vram") !=
          std::string::npos);
    CHECK(of(warnings(p, facts(1)), "slots_unbound").numbers.find("gpu-large, cpu-gemm, cpu-vram") !=
          std::string::npos);
    CHECK_FALSE(has(warnings(p, facts(1)), "spare_window"));

    for (ClassParams& c : p.classes)
        if (c.work == ClassWork::lanes) c.weight = 0;
    CHECK_FALSE(has(warnings(p, facts(1)), "lanes_weighted"));
    CHECK(of(warnings(p, facts(1)), "kinds_weighted").numbers == "weight above 0: gemm cpu-gemm; vram cpu-vram");
    REQUIRE(p.classes.back().name == "cpu-vram");
    p.classes.pop_back();
    CHECK_FALSE(has(warnings(p, facts(1)), "kinds_weighted"));

    // A minute's window of one-second blocks: 67 s, of which a task of 40 leaves 27, room for 27 of its 40 parts.
    p.block.time_ms = 1'000;
    p.work.window_ms = 60'000;
    ClassParams big = p.classes.back(), small = big;
    big.name = "big", big.m = 256 * 40, big.task_ms = 40'000;
    small.name = "small", small.m = 256 * 28, small.task_ms = 40'000;
    p.classes = {big, small};
    CHECK_FALSE(has(warnings(p, facts(1)), "slots_unbound"));
    CHECK_FALSE(has(warnings(p, facts(1)), "spare_window"));
    p.classes[1].m = 256 * 27;
    CHECK(of(warnings(p, facts(1)), "spare_window").field == "classes.big");
    p.classes[1].weight = 0;
    CHECK_FALSE(has(warnings(p, facts(1)), "spare_window"));
}

TEST_CASE("of walks it is said where an item is read less than 64 times, and where time is left for another one") {
    Params p = devnet();
    ClassParams& walk = p.classes.back();
    REQUIRE(walk.lanes * walk.steps == 64 * walk.items);
    CHECK_FALSE(has(warnings(p, facts(1)), "few_reads"));
    walk.steps -= walk.leaf_every;
    const Warning few = of(warnings(p, facts(1)), "few_reads");
    CHECK(few.field == "classes.cpu-vram");
    CHECK(few.numbers == "lanes x steps 2088960, items 32768: 63.75 reads of an item");
    walk.weight = 0;
    CHECK_FALSE(has(warnings(p, facts(1)), "few_reads"));

    // 27 of 67 s are left; a task of 27 of 40 parts fits if all of them are items that are made, or all are reads.
    p.block.time_ms = 1'000;
    p.work.window_ms = 60'000;
    ClassParams big = p.classes.back(), small = big;
    big.name = "big", big.items = 40'000, big.lanes = 1, big.steps = 128 * 40'000, big.task_ms = 40'000;
    small.name = "small", small.lanes = 1, small.weight = 1;
    const auto spare = [&](std::uint64_t items, std::uint64_t reads) {
        small.items = items, small.steps = 128 * reads;
        p.classes = {big, small};
        return has(warnings(p, facts(1)), "spare_window");
    };
    CHECK(spare(27'000, 28'000));
    CHECK(spare(28'000, 27'000));
    CHECK_FALSE(spare(28'000, 28'000));
}

}  // namespace

TEST_CASE("F2: the break-even that is reported is where the very rule of an epoch stops paying a wash burner") {
    Random r;
    INFO("seed " << assay::test::seed());
    for (int i = 0; i < 2'000; ++i) {
        Params p = devnet();
        p.bme.mode = BurnMode::destroy;
        p.bme.work_bound = WorkBound::none;
        p.bme.payout = Ppb{r.below(Ppb::kOne)};
        p.emission.kind = EmissionKind::step_table;
        p.emission.total = p.token.cap;
        p.emission.steps = {{0, Amount{1'000'000'000 + r.below(1'000'000'000'000)}}};
        p.split.work = Ppb{1 + r.below(Ppb::kOne)};
        const auto bound = wash_bound(p, {});
        if (!bound) continue;
        REQUIRE(bound->break_even.has_value());
        const u128 total = bound->break_even->units;
        const Amount others{total / (2 + r.below(50))};
        const Ppb share = wash_share(*bound, others);
        // What burning `own` of `own + others` returns: a settlement of payout, and the share of the pool.
        const auto gains = [&](u128 own) {
            const u128 settled = mul_div(own, p.bme.payout.value, Ppb::kOne).value();
            return settled + mul_div(bound->pool.units, own, own + others.units).value() > own;
        };
        const u128 even = total - others.units, margin = even / 100 + 1'000;
        if (even <= 2 * margin) continue;
        INFO("pool " << to_digits(bound->pool.units) << ", break-even " << to_digits(total) << ", others "
                     << to_digits(others.units));
        CHECK(gains(even - margin));
        CHECK_FALSE(gains(even + margin));
        const u128 of_share = mul_div(total, share.value, Ppb::kOne).value();
        CHECK((of_share <= even && even - of_share <= total / Ppb::kOne + 1));
    }
}

TEST_CASE("F2: wash burning is said of a pool without bound, with numbers, and of no other") {
    Params p = devnet();
    CHECK_FALSE(has(warnings(p, facts(1)), "wash_burning"));
    p.bme.work_bound = WorkBound::none;
    p.bme.payout = Ppb{975'000'000};
    p.emission.kind = EmissionKind::step_table;
    p.emission.steps = {{0, Amount{100'000'000}}};  // 100 tokens, half of it to work
    p.split = {Ppb{500'000'000}, Ppb{500'000'000}, Ppb{}, Ppb{}, Ppb{}};
    const auto found = warnings(p, facts(1));
    const Warning& w = of(found, "wash_burning");
    INFO(w.numbers);
    CHECK(w.field == "bme.work_bound");
    CHECK(w.numbers.find("50 ") != std::string::npos);    // the pool
    CHECK(w.numbers.find("2000 ") != std::string::npos);  // 50 / (1 - 0.975)
    CHECK(w.numbers.find("90 %") != std::string::npos);   // others burn 200
    p.bme.payout = Ppb{Ppb::kOne};
    CHECK(of(warnings(p, facts(1)), "wash_burning").numbers.find("no break-even") != std::string::npos);
    p.split.work = Ppb{};
    CHECK_FALSE(has(warnings(p, facts(1)), "wash_burning"));
}

TEST_CASE("when a schedule ends, and whether the cap ends it before, is said to the epoch") {
    Params p = devnet();
    p.token.cap = Amount{2'000'000};
    p.emission.kind = EmissionKind::step_table;
    p.emission.total = Amount{1'500'000};
    p.emission.steps = {{0, Amount{100'000}}, {10, Amount{50'000}}};
    GenesisFacts f{Amount{100'000}, {Amount{1}}};
    const auto found = warnings(p, f);
    CHECK_FALSE(has(found, "cap_before_schedule"));
    CHECK(of(found, "schedule_ends").numbers.find("after 20 epochs") != std::string::npos);
    f.supply = Amount{1'000'000};  // the cap leaves a million: ten epochs
    const auto capped = warnings(p, f);
    INFO(of(capped, "cap_before_schedule").numbers);
    CHECK(of(capped, "cap_before_schedule").numbers.find("by 0.5 ") != std::string::npos);
    CHECK(of(capped, "schedule_ends").numbers.find("after 10 epochs") != std::string::npos);
    p.emission.steps = {{0, Amount{}}};  // never minted
    CHECK_FALSE(has(warnings(p, f), "schedule_ends"));
    p.emission.kind = EmissionKind::none;
    CHECK_FALSE(has(warnings(p, f), "cap_before_schedule"));
}

TEST_CASE("the fewest validators with more than a third of the bonds, by hand and against all subsets") {
    CHECK(median_holders({}).count == 0);
    CHECK(median_holders({Amount{5}}).count == 1);
    CHECK(median_holders({Amount{1}, Amount{1}, Amount{1}}).count == 2);  // a third is not more than a third
    CHECK(median_holders({Amount{}, Amount{}}).count == 0);
    Random r;
    INFO("seed " << assay::test::seed());
    for (int i = 0; i < 300; ++i) {
        std::vector<Amount> bonds(1 + r.below(8));
        u128 all = 0;
        for (Amount& b : bonds) all += (b = Amount{1 + r.below(100)}).units;
        std::size_t fewest = bonds.size();
        for (std::uint64_t set = 1; set < std::uint64_t{1} << bonds.size(); ++set) {
            u128 held = 0;
            std::size_t n = 0;
            for (std::size_t k = 0; k < bonds.size(); ++k)
                if ((set >> k) & 1) held += bonds[k].units, ++n;
            if (held * 3 > all) fewest = std::min(fewest, n);
        }
        CHECK(median_holders(bonds).count == fewest);
    }
}

TEST_CASE(
    "one validator, the spot price, no breaker, thin deterrence and short unbonding are each said where they are") {
    Params p = devnet();
    CHECK(has(warnings(p, facts(1)), "one_validator"));
    CHECK_FALSE(has(warnings(p, facts(1)), "median_held"));
    const auto four = warnings(p, facts(4));  // 1 + 2 + 3 + 4: the largest holds 40 %
    CHECK_FALSE(has(four, "one_validator"));
    CHECK(of(four, "median_held").numbers.find("1 of 4 validators") != std::string::npos);
    CHECK_FALSE(has(four, "spot_price"));
    p.price.ema_rounds = 1;
    CHECK(has(warnings(p, facts(1)), "spot_price"));
    CHECK(has(warnings(p, facts(1)), "no_breaker"));
    p.bme.mode = BurnMode::vault;
    CHECK_FALSE(has(warnings(p, facts(1)), "no_breaker"));

    p = devnet();
    p.stake.unit_in = StakeUnit::tokens;
    p.classes.resize(1);
    p.classes[0].multiplier = Ppb{Ppb::kOne};
    p.classes[0].cost = Amount{100};
    p.slash.full = Ppb{200'000'000};
    p.stake.unit = Amount{599};
    CHECK(of(warnings(p, facts(1)), "thin_deterrence").numbers.find("1.996 times") != std::string::npos);
    p.stake.unit = Amount{600};
    CHECK_FALSE(has(warnings(p, facts(1)), "thin_deterrence"));

    p.block.time_ms = 1'000;
    p.work.start_span_blocks = 4;
    p.work.window_ms = 5'000;
    p.work.challenge_delay_blocks = 2;
    p.work.open_blocks = 7;  // 4 + 5 + 2 + 7 + 2 blocks
    p.stake.unbonding_ms = 39'999;
    CHECK(of(warnings(p, facts(1)), "short_unbonding").numbers.find("20000 ms: 1.999 times") != std::string::npos);
    p.stake.unbonding_ms = 40'000;
    CHECK_FALSE(has(warnings(p, facts(1)), "short_unbonding"));
    CHECK_FALSE(codes(warnings(p, facts(1))).empty());
}

}  // namespace assay::tokenomics
