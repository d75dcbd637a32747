// The networks of the field as presets: their published figures come out, and each of them runs.
#include "tests/sim/scenarios.hpp"
#include "tests/support/catch.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/reproduce.hpp"
#include "tokenomics/sim/schedule.hpp"

using namespace assay;
using namespace assay::sim;

TEST_CASE("every published figure comes out to the digits that were published") {
    const auto all = reproduce("all");
    INFO((all ? std::string() : all.error().message));
    REQUIRE(all.ok());
    for (const Published& f : *all) {
        INFO(f.preset << ": " << f.what << " (" << f.source << ")");
        CHECK(f.computed == f.published);
    }
    CHECK(all->size() >= 85);
    const auto none = reproduce("atlantis");
    REQUIRE_FALSE(none.ok());
    CHECK(none.error().code == Code::not_found);
    CHECK(none.error().message.find("helium") != std::string::npos);
}

TEST_CASE("every preset's schedule stays under its total and its cap, row by row and from any day") {
    for (const auto name : tokenomics::preset_names()) {
        INFO(name);
        const auto s = load_scenario(std::string(name));
        INFO((s ? std::string() : s.error().message));
        REQUIRE(s.ok());
        const auto days = schedule_rows(*s, {.every = Every::day, .periods = 10, .from = {}, .threads = 2});
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
        const auto s = load_scenario(std::string(name), {"horizon_days=14", "step=7d"});
        INFO((s ? std::string() : s.error().message));
        REQUIRE(s.ok());
        const auto model = Model::make(*s, 0, 1);
        REQUIRE(model.ok());
        for (std::uint64_t run = 0; run < 2; ++run) {
            const auto figures = model->run(run);
            INFO((figures ? std::string() : figures.error().message));
            CHECK(figures.ok());
        }
    }
}
