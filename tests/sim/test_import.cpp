// A chain's state as a scenario: its grants, its holders, its devices, and where its schedule stands.
#include "tokenomics/sim/import.hpp"

#include <cmath>

#include "tests/sim/scenarios.hpp"
#include "tokenomics/sim/schedule.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

constexpr std::uint64_t kDayLong = 86'400'000;

ChainState chain() {
    ChainState s;
    s.chain_id = "test-1";
    s.height = 1234;
    s.epoch = 8'640;  // a day of ten-second epochs
    s.time = TimeMs{1'800'000'000'000};
    s.params = devnet().params;
    s.supply = Amount{60'000'000'000'000};
    s.scheduled = Amount{86'000'000'000};
    s.bonded = Amount{1'000'000'000'000};
    s.treasury = Amount{5'000'000};
    s.credits = Credits{12'500'000};
    s.price = Price{250'000'000};
    s.providers = {{Amount{7'000'000}, {{"cpu-small", 2}, {"gpu-small", 1}}}, {Amount{1'000'000}, {{"cpu-small", 3}}}};
    const auto at = [&](int days) { return TimeMs{s.time.value + static_cast<std::uint64_t>(days) * kDayLong}; };
    s.holders = {{"small", Amount{1'000'000}, {}},
                 {"large", Amount{9'000'000'000}, {}},
                 {"team",
                  {},
                  {{Amount{400'000'000}, at(-100), at(100), at(300)},
                   {Amount{30'000'000}, at(-10), at(-10), at(20)},
                   {Amount{5'000'000}, at(0), at(50), at(50)}}}};
    return s;
}

Scenario imported(const ChainState& state, std::size_t largest = kImportedHolders) {
    const auto document = import_document(state, largest);
    if (!document) FAIL(document.error().message);
    auto s = scenario_of(*document);
    if (!s) FAIL(s.error().message << "\n" << import_text(state, largest));
    return *std::move(s);
}

}  // namespace

TEST_CASE("a chain's state is a scenario") {
    const ChainState state = chain();
    const Scenario s = imported(state);
    CHECK(s.name == "test-1 at 1234");
    CHECK(s.start.value == state.time.value - kDayLong);
    CHECK(s.initial.epoch == 8'640);
    CHECK(s.initial.scheduled == state.scheduled);
    CHECK(s.initial.supply == state.supply);
    CHECK(s.initial.bonded == state.bonded);
    CHECK(s.initial.treasury == state.treasury);
    CHECK(s.initial.delegated == Amount{8'000'000});
    CHECK(s.initial.price_usd == 2.5);
    CHECK(s.initial.credits_usd == 12.5);
    REQUIRE(s.providers.size() == 2);
    CHECK(s.providers[0].device_class == "cpu-small");
    CHECK(s.providers[0].count == 5);
    CHECK(s.providers[0].entities == 2);
    CHECK(s.providers[1].count == 1);
    REQUIRE(s.initial.holders.size() == 3);
    CHECK(s.initial.holders[0].name == "large");
    // 200 of 400 days lie before the first cliff: half of it comes at once, half in the 200 days behind.
    REQUIRE(s.initial.vesting.size() == 4);
    CHECK(s.initial.vesting[0].amount == Amount{200'000'000});
    CHECK(s.initial.vesting[0].cliff_days == 100);
    CHECK(s.initial.vesting[0].linear_days == 0);
    CHECK(s.initial.vesting[1].amount == Amount{200'000'000});
    CHECK(s.initial.vesting[1].linear_days == 200);
    CHECK(s.initial.vesting[2].amount == Amount{30'000'000});
    CHECK(s.initial.vesting[2].cliff_days == 0);
    CHECK(s.initial.vesting[2].linear_days == 20);
    CHECK(s.initial.vesting[3].cliff_days == 50);
    CHECK(s.initial.vesting[3].linear_days == 0);
    // Only the largest, but all who have grants; and none of either.
    CHECK(imported(state, 0).initial.holders.size() == 1);
    // Who has nearly everything is the public.
    ChainState faucet = state;
    faucet.holders.push_back({"faucet", Amount{50'000'000'000'000}, {}});
    CHECK(imported(faucet).initial.holders[0].name == "large");
    ChainState empty = state;
    empty.holders.clear();
    empty.providers.clear();
    empty.price = {};
    const Scenario bare = imported(empty);
    CHECK(bare.initial.holders.empty());
    CHECK(bare.providers.size() == state.params.classes.size());
    CHECK(bare.initial.price_usd == 1.0);
    // A chain whose epochs would lead back before 1970 begins its schedule anew.
    ChainState fast = state;
    fast.epoch = 1'000'000'000;
    CHECK(imported(fast).initial.epoch == 0);
}

TEST_CASE("a simulation begins at the epoch of the schedule at which the chain is") {
    ChainState state = chain();
    const auto minted = [&](std::uint64_t epoch, Mode mode) {
        state.epoch = epoch;
        Scenario s = imported(state);
        s.horizon_days = 5;
        s.demand.usd_per_day = 0;
        const auto figures = run_one(model_of(s, 1, 1, mode), 0);
        if (!figures) FAIL(figures.error().message);
        return (*figures)[kTotalMinted];
    };
    const auto scheduled = [&](std::uint64_t epoch) {
        const Epoch bounds[] = {Epoch{epoch}, Epoch{epoch + 5 * 8'640}};
        return static_cast<double>(schedule_between(state.params.emission, bounds, 1).value()[0].units);
    };
    for (const Mode mode : {Mode::exact, Mode::fast}) {
        const double ratio = minted(6'931'472, mode) / minted(0, mode);
        CHECK(std::abs(ratio - scheduled(6'931'472) / scheduled(0)) < 1e-6);
        CHECK(std::abs(ratio - 0.5) < 1e-6);
    }
}

TEST_CASE("what is no export is told") {
    const auto refused = [](const std::string& text) {
        const auto root = json::parse(text);
        REQUIRE(root.ok());
        return chain_state(*root).error().code;
    };
    CHECK(refused("{}") == Code::bad_state_file);
    CHECK(refused("[]") == Code::json_type);
    CHECK(refused(R"({"_state": {}, "chain_id": "x"})") == Code::json_missing_key);
    CHECK(refused(R"({"_state": {"height": -1}, "chain_id": "x", "params": {}})") == Code::json_number_range);
}
