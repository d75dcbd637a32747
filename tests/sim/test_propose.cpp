// From a simulation to votes: what differs, what no vote moves, and how many votes it takes.
#include "tokenomics/sim/propose.hpp"

#include "tests/sim/scenarios.hpp"
#include "tests/support/catch.hpp"
#include "tokenomics/params_change.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

void check_refused(const tokenomics::Params& simulated, Code code, const std::vector<std::string>& words) {
    const auto plan = plan_proposal(devnet().params, simulated);
    REQUIRE_FALSE(plan.ok());
    INFO(plan.error().message);
    CHECK(plan.error().code == code);
    for (const auto& w : words) {
        INFO("looking for " << w);
        CHECK(plan.error().message.find(w) != std::string::npos);
    }
}

}  // namespace

TEST_CASE("a proposal holds the parameters that differ and nothing else, and its votes lead there") {
    const auto chain = devnet().params;
    const auto simulated = devnet({"market.max_bids=50", "stake.unit=130 ASY"}).params;
    const auto plan = plan_proposal(chain, simulated);
    REQUIRE(plan.ok());
    REQUIRE(plan->changes.size() == 2);
    CHECK(plan->changes[0].name == "stake.unit");
    CHECK(plan->changes[0].from == "100000000");
    CHECK(plan->changes[0].to == "130000000");
    CHECK(plan->changes[1].name == "market.max_bids");
    CHECK(plan->steps.size() == 3);  // 110, 121, 130 ASY; the bids go at once
    auto now = chain;
    for (const auto& step : plan->steps) {
        const auto next = tokenomics::apply_changes(now, step);
        REQUIRE(next.ok());
        REQUIRE(tokenomics::check_steps(now, *next, {}, TimeMs{1}).ok());
        now = *next;
    }
    CHECK(borsh::encode(now) == borsh::encode(simulated));
}

TEST_CASE("a class that only the simulation has is proposed whole") {
    auto simulated = devnet().params;
    simulated.classes.push_back(simulated.classes.back());
    simulated.classes.back().name = "new-1";
    const auto plan = plan_proposal(devnet().params, simulated);
    INFO((plan ? "" : plan.error().message));
    REQUIRE(plan.ok());
    REQUIRE(plan->steps.size() == 1);
    CHECK(plan->steps[0].front().name == "classes.new-1.name");
    const auto after = tokenomics::apply_changes(devnet().params, plan->steps[0]);
    REQUIRE(after.ok());
    CHECK(borsh::encode(*after) == borsh::encode(simulated));
}

TEST_CASE("what cannot be proposed is refused with the reason") {
    check_refused(devnet().params, Code::bad_proposal, {"nothing to propose"});
    auto fewer = devnet().params;
    const std::string gone = fewer.classes.back().name;
    fewer.classes.pop_back();
    check_refused(fewer, Code::bad_proposal, {"class " + gone, "no vote removes"});
    // Every fixed parameter at once, with both values: the simulation was of another chain.
    auto other = devnet().params;
    other.bme.round_blocks += 1;
    other.token.decimals = 7;
    check_refused(other, Code::param_fixed, {"bme.round_blocks is ", "token.decimals is 6 on the chain and 7"});
}
