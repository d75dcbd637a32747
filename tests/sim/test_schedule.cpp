// The schedule against tokenomics' own emission, epoch by epoch.
#include "tokenomics/sim/schedule.hpp"

#include <cmath>

#include "base/utc.hpp"
#include "tests/sim/scenarios.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

// What the chain mints up to an epoch: the way of end_epoch, without burns.
struct Stepper {
    const Scenario& s;
    Amount minted;
    std::uint64_t next = 0;

    Amount upto(std::uint64_t epoch) {
        for (; next < epoch; ++next) {
            const Amount supply{s.initial.supply.units + minted.units};
            const auto one =
                tokenomics::scheduled_mint(s.params.emission, Epoch{next}, {minted, supply, s.params.token.cap});
            REQUIRE(one.ok());
            minted.units += one->units;
        }
        return minted;
    }
};

void same_as_stepping(const Scenario& s, Every every, std::uint64_t periods, std::size_t threads) {
    const auto rows = schedule_rows(s, {.every = every, .periods = periods, .from = {}, .threads = threads});
    if (!rows) FAIL(rows.error().message);
    REQUIRE(rows->size() == periods);
    Stepper stepper{s, {}, 0};
    for (const ScheduleRow& r : *rows) {
        // The next row's start, by the calendar of this test: days and epochs have fixed lengths.
        const std::uint64_t length = every == Every::epoch ? s.epoch_ms() : 86'400'000;
        const std::uint64_t to = r.start.value - s.start.value + length;
        const Amount before = stepper.minted;
        const Amount after = stepper.upto((to + s.epoch_ms() - 1) / s.epoch_ms());
        CHECK(r.minted.units == after.units - before.units);
        CHECK(r.cumulative == after);
        CHECK(r.supply.units == s.initial.supply.units + after.units);
    }
}

}  // namespace

TEST_CASE("a schedule is what stepping the chain's emission gives, to the base unit, on any number of threads",
          "[threads]") {
    same_as_stepping(devnet(), Every::epoch, 50, 1);
    same_as_stepping(devnet(), Every::day, 40, 1);
    same_as_stepping(devnet(), Every::day, 40, 3);
}

TEST_CASE("a schedule is what stepping gives at every kind of turn", "[threads]") {
    SECTION("fast decay to nothing") {
        same_as_stepping(devnet({"emission.geometric.decay=0.01", "emission.geometric.first=1000 ASY"}), Every::day, 5,
                         2);
    }
    SECTION("no decay, an end, and the total in the middle of a day") {
        same_as_stepping(devnet({"emission.geometric.decay=0", "emission.geometric.epochs=20000"}), Every::day, 5, 2);
        same_as_stepping(devnet({"emission.total=100005 ASY"}), Every::day, 5, 2);
    }
    SECTION("the cap in the middle of a day") {
        same_as_stepping(devnet({"token.cap=51100003 ASY", "emission.total=51100003 ASY"}), Every::day, 5, 2);
    }
    SECTION("a step table") {
        same_as_stepping(
            devnet({"emission.kind=step_table",
                    R"(emission.steps=[{"from_epoch":3,"per_epoch":"7"},{"from_epoch":9000,"per_epoch":"12345678"},
                                    {"from_epoch":20000,"per_epoch":"0"},{"from_epoch":30001,"per_epoch":"5 ASY"}])"}),
            Every::day, 6, 2);
    }
    SECTION("amounts above 2^64") {
        same_as_stepping(
            devnet({"emission.geometric.first=5000000000000000000000", "emission.total=50000000000000000000000000",
                    "token.cap=90000000000000000000000000", "emission.geometric.decay=0.0003"}),
            Every::day, 3, 1);
    }
    SECTION("random decays") {
        INFO("seed " << test::seed());
        test::Random random;
        for (int i = 0; i < 6; ++i) {
            std::string decay = "0.00";
            for (int k = 0; k < 20; ++k) decay.push_back(static_cast<char>('0' + random.below(10)));
            INFO(decay);
            same_as_stepping(devnet({"emission.geometric.decay=" + decay}), Every::day, 2, 1 + random.below(3));
        }
    }
}

TEST_CASE("sums between bounds are the chain's single mints added up, far from the start as well") {
    tokenomics::EmissionParams p = devnet().params.emission;
    const std::vector<Epoch> bounds = {{1'000'000'007}, {1'000'000'007}, {1'000'009'000}, {1'000'009'001}};
    p.geometric.decay = (u128{1} << 127) / 500'000'000;  // 10^-9
    const auto sums = tokenomics::schedule_sums(p, bounds);
    REQUIRE(sums.ok());
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
        u128 sum = 0;
        for (std::uint64_t n = bounds[i].value; n < bounds[i + 1].value; ++n)
            sum += tokenomics::geometric_mint(p.geometric, Epoch{n})->units;
        CHECK((*sums)[i].units == sum);
    }
    CHECK((*sums)[0].is_zero());
    CHECK_FALSE((*sums)[2].is_zero());
}

TEST_CASE("ten years of ten-second epochs stay below the total, fall, and add up") {
    const Scenario s = devnet();
    const auto rows = schedule_rows(s, {.every = Every::year, .periods = 10, .from = {}, .threads = 1});
    REQUIRE(rows.ok());
    Amount sum;
    for (std::size_t i = 0; i < rows->size(); ++i) {
        sum.units += (*rows)[i].minted.units;
        CHECK((*rows)[i].cumulative == sum);
        CHECK((*rows)[i].supply <= s.params.token.cap);
        if (i > 0) CHECK((*rows)[i].minted < (*rows)[i - 1].minted);
    }
    CHECK(sum <= s.params.emission.total);
    // first / decay x (1 - (1 - decay)^n) in real numbers, less than one base unit an epoch above the floors.
    const double n = 3652.0 * 8640;
    const double expected = 1e14 * (1 - std::exp(-n * 1e-7));
    CHECK(std::abs(static_cast<double>(sum.units) - expected) < 1e-6 * expected);
}

TEST_CASE("a schedule that would pass its cap ends at it") {
    const Scenario s = devnet({"emission.total=149000000 ASY", "emission.geometric.decay=0.00000001"});
    const auto rows = schedule_rows(s, {.every = Every::year, .periods = 20, .from = {}, .threads = 1});
    REQUIRE(rows.ok());
    CHECK(rows->back().cumulative == s.params.emission.total);
    CHECK(rows->back().supply == s.params.token.cap);
    CHECK(rows->back().minted.is_zero());
}

TEST_CASE("periods follow the calendar") {
    const Scenario s = devnet();
    const auto at = [&](Every every, const char* from, std::uint64_t periods) {
        const auto rows =
            schedule_rows(s, {.every = every, .periods = periods, .from = *parse_utc(from), .threads = 1});
        REQUIRE(rows.ok());
        return *rows;
    };
    const auto months = at(Every::month, "2027-12-31T06:00:00Z", 4);
    CHECK(format_utc(months[0].start) == "2027-12-31T06:00:00Z");
    CHECK(format_utc(months[1].start) == "2028-01-31T06:00:00Z");
    CHECK(format_utc(months[2].start) == "2028-02-29T06:00:00Z");
    CHECK(format_utc(months[3].start) == "2028-03-31T06:00:00Z");
    // What came before the first row counts.
    const auto whole = at(Every::day, "2026-01-01T00:00:00Z", 3);
    const auto late = at(Every::day, "2026-01-03T00:00:00Z", 1);
    CHECK(late[0].cumulative == whole[2].cumulative);
    CHECK(late[0].minted == whole[2].minted);
    const auto epochs = at(Every::epoch, "2026-01-01T00:00:15Z", 2);
    CHECK(epochs[0].period == 2);
    CHECK(format_utc(epochs[0].start) == "2026-01-01T00:00:20Z");
    CHECK_FALSE(
        schedule_rows(s, {.every = Every::year, .periods = 1, .from = *parse_utc("2020-01-01T00:00:00Z"), .threads = 1})
            .ok());
    CHECK_FALSE(schedule_rows(s, {.every = Every::year, .periods = 9000, .from = {}, .threads = 1}).ok());
    CHECK_FALSE(schedule_rows(s, {.every = Every::year, .periods = 0, .from = {}, .threads = 1}).ok());
}
