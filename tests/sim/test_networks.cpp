// The networks of the field as presets: their published figures come out, and each of them runs.
#include <map>
#include <set>

#include "tests/sim/scenarios.hpp"
#include "tests/support/catch.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/reproduce.hpp"
#include "tokenomics/sim/schedule.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

// Numbers for the presets that have none: anything that a network might say.
const std::map<std::string, std::vector<std::string>> kGiven{
    {"hyperbolic",
     {"token.cap=1000000000 HYP", "emission.total=200000000 HYP", "emission.steps[0].per_epoch=1000 HYP",
      "stake.unit=50 HYP", "slash.full_ppb=60%", "initial.supply=800000000 HYP"}},
    {"neurolov",
     {"token.cap=500000000 NLOV", "emission.total=100000000 NLOV", "emission.steps[0].per_epoch=100 NLOV",
      "bme.payout_ppb=900000000", "stake.unit=50 NLOV", "initial.supply=400000000 NLOV"}},
    {"argentum",
     {"token.cap=500000000 ARG", "emission.total=100000000 ARG", "emission.steps[0].per_epoch=100 ARG",
      "bme.payout_ppb=97%", "stake.unit=50 ARG", "initial.supply=400000000 ARG"}},
    {"neuromesh",
     {"token.cap=500000000 NEURO", "emission.total=100000000 NEURO", "emission.steps[0].per_epoch=100 NEURO",
      "split.work_ppb=80%", "split.validators_ppb=15%", "split.treasury_ppb=5%", "stake.unit=50 NEURO",
      "initial.supply=400000000 NEURO"}},
    {"yotta",
     {"token.cap=2000000000 YOTTA", "emission.total=1000000000 YOTTA", "stake.unit=50 YOTTA",
      "initial.supply=1000000000 YOTTA"}}};

Result<Scenario> given(const std::string& name, std::vector<std::string> more = {}) {
    const auto found = kGiven.find(name);
    if (found != kGiven.end()) more.insert(more.end(), found->second.begin(), found->second.end());
    return load_scenario(name, more);
}

}  // namespace

TEST_CASE("every published figure comes out to the digits that were published") {
    const auto all = reproduce("all");
    INFO((all ? std::string() : all.error().message));
    REQUIRE(all.ok());
    std::set<std::string> names;
    for (const Published& f : *all) {
        CHECK(names.insert(f.preset + ": " + f.what).second);  // one name for one number
        INFO(f.preset << ": " << f.what << " (" << f.source << ")");
        CHECK(f.computed == f.published);
        CHECK(f.difference() == "0");
    }
    CHECK(all->size() >= 260);
    const auto none = reproduce("atlantis");
    REQUIRE_FALSE(none.ok());
    CHECK(none.error().code == Code::not_found);
    CHECK(none.error().message.find("helium") != std::string::npos);
}

TEST_CASE("the difference of a figure that is off is exact and has its sign") {
    const auto of = [](const char* published, const char* computed) {
        return Published{"", "", published, "", computed}.difference();
    };
    CHECK(of("1.50", "1.5") == "0");
    CHECK(of("877.192983", "877.192982") == "-0.000001");
    CHECK(of("999", "1000.25") == "1.25");
    CHECK(of("340282366920938463463374607431768211455", "0") == "-340282366920938463463374607431768211455");
    CHECK(of("none", "1").empty());
}

TEST_CASE("every preset's schedule stays under its total and its cap, row by row and from any day") {
    for (const auto name : tokenomics::preset_names()) {
        INFO(name);
        const auto s = given(std::string(name));
        INFO((s ? std::string() : s.error().message));
        REQUIRE(s.ok());
        const auto days = schedule_rows(*s, {.every = Every::day, .periods = 10, .from = {}, .threads = 1});
        INFO((days ? std::string() : days.error().message));
        REQUIRE(days.ok());
        Amount sum;
        for (const ScheduleRow& r : *days) {
            sum = add(sum, r.minted).value();
            CHECK(r.cumulative == sum);
            CHECK(r.supply == add(s->initial.supply, sum).value());
            CHECK(sum <= s->params.emission.total);
            CHECK(r.supply <= s->params.token.cap);
        }
        // The last five days again, asked for by their own date.
        const auto tail =
            schedule_rows(*s, {.every = Every::day, .periods = 5, .from = (*days)[5].start, .threads = 1});
        REQUIRE(tail.ok());
        CHECK(tail->back().cumulative == sum);
        CHECK(tail->front().minted == (*days)[5].minted);
    }
}

TEST_CASE("every preset runs, with its books whole at every step") {
    for (const auto name : tokenomics::preset_names()) {
        INFO(name);
        const auto s = given(std::string(name), {"horizon_days=14", "step=7d"});
        INFO((s ? std::string() : s.error().message));
        REQUIRE(s.ok());
        const auto model = Model::make(*s);
        REQUIRE(model.ok());
        for (std::uint64_t run = 0; run < 2; ++run) {
            const auto figures = run_one(*model, run);
            INFO((figures ? std::string() : figures.error().message));
            CHECK(figures.ok());
        }
    }
}

TEST_CASE("a network that has published no numbers says which, until all of them are given") {
    for (const auto& [name, sets] : kGiven) {
        INFO(name);
        for (std::size_t n = 0; n < sets.size(); ++n) {  // with the first n of them: the others are named
            const auto s = load_scenario(name, {sets.begin(), sets.begin() + static_cast<std::ptrdiff_t>(n)});
            REQUIRE_FALSE(s.ok());
            CHECK(s.error().code == Code::number_unpublished);
            CHECK(s.error().message.rfind(name + ".json: ", 0) == 0);
            for (std::size_t i = 0; i < sets.size(); ++i) {
                const std::string path = sets[i].substr(0, sets[i].find('='));
                INFO(path << " in " << s.error().message);
                CHECK((s.error().message.find(path + " (") != std::string::npos) == (i >= n));
            }
        }
        const auto whole = given(name);
        INFO((whole ? std::string() : whole.error().message));
        CHECK(whole.ok());
    }
}

TEST_CASE("Yotta's floor: a year mints 5 % of the supply, all of it for stakers") {
    const auto s = given("yotta");
    REQUIRE(s.ok());
    CHECK(s->params.split.stakers.value == Ppb::kOne);
    const auto days = schedule_rows(*s, {.every = Every::day, .periods = 1, .from = {}, .threads = 1});
    REQUIRE(days.ok());
    // 24 epochs of an hour: the first mints floor(supply x 5 % / 8760).
    const u128 hour = s->initial.supply.units * 5 / 100 / 8760;
    CHECK(days->front().minted.units >= 24 * hour);
    CHECK(days->front().minted.units < 24 * hour + 24 * hour / 1000);
}
