// What went wrong elsewhere, F1 to F13 of the design's list of failures: each is a scenario of the library that shows
// it, and what ends it stands in the same file as `_mitigation`.
#include <cmath>

#include "base/json.hpp"
#include "tests/sim/scenarios.hpp"
#include "tests/support/catch.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/params_change.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/propose.hpp"
#include "tokenomics/slash.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

Scenario shown(const std::string& name, const std::vector<std::string>& sets = {}) {
    auto s = load_scenario("failure-" + name, sets);
    if (!s) FAIL(s.error().message);
    return *s;
}

// The same with what the file says ends it.
Scenario mended(const std::string& name) {
    const auto text = read_text_file(std::string(ASSAY_SOURCE_DIR) + "/genesis/scenarios/failure-" + name + ".json");
    REQUIRE(text.ok());
    const auto root = json::parse(*text, {.comments = true});
    REQUIRE(root.ok());
    const json::Value* list = root->find("_mitigation");
    REQUIRE(list != nullptr);
    std::vector<std::string> sets;
    for (const auto& item : list->items) sets.push_back(item.text);
    REQUIRE_FALSE(sets.empty());
    return shown(name, sets);
}

// A figure of eight runs: where it is above `bound`, and its mean over those that have it.
struct EightRuns {
    std::array<double, kLanes> values{};
    [[nodiscard]] unsigned above(double bound) const {
        unsigned n = 0;
        for (const double v : values) n += v > bound;
        return n;
    }
    [[nodiscard]] double mean() const {
        double sum = 0, n = 0;
        for (const double v : values)
            if (!std::isnan(v)) sum += v, ++n;
        return n > 0 ? sum / n : std::nan("");
    }
};
EightRuns runs_of(const Scenario& s, Figure which, Mode mode = Mode::exact) {
    const Model m = model_of(s, 1, 1, mode);
    BlockResult block;
    const Status ok = m.run_block(0, block);
    if (!ok) FAIL(ok.error().message);
    return {block.figures[which]};
}

// What comes back for `tokens` burned at one price and settled at another.
double returned(const Scenario& s, double tokens, double burn_usd, double settle_usd) {
    const auto& p = s.params;
    const Price burn{static_cast<std::uint64_t>(burn_usd * 1e8 + 0.5)},
        settle{static_cast<std::uint64_t>(settle_usd * 1e8 + 0.5)};
    const auto bought =
        tokenomics::purchase(p.bme, {burn, burn}, p.token.decimals, Amount{static_cast<u128>(tokens * 1e6)}, {});
    REQUIRE(bought.ok());
    const tokenomics::Funds funds{bought->vaulted, p.token.cap};
    const auto paid =
        tokenomics::settle(p.bme, {settle, settle}, p.token.decimals, funds, bought->credits, bought->carried);
    REQUIRE(paid.ok());
    return static_cast<double>(paid->paid.units) * 1e-6;
}

}  // namespace

TEST_CASE("F1: credits of a stale price return more than was burned, and never where a settlement is bounded by it") {
    CHECK(returned(shown("01-oracle-lag"), 27000, 1.10, 1.00) > 29000);
    CHECK(returned(mended("01-oracle-lag"), 27000, 1.10, 1.00) <= 27000);
    // Burn and claim in the same hand, at any lag and on any path: it never profits, in any mode.
    for (const char* lag : {"0", "1", "7"})
        for (const char* mode : {"destroy", "vault"}) {
            INFO(lag << " " << mode);
            const auto s =
                shown("01-oracle-lag", {std::string("oracle.lag_days=") + lag, std::string("bme.mode=") + mode});
            CHECK(runs_of(s, kWashGain).above(1e-9) == 0);
        }
}

TEST_CASE(
    "F2: burning for oneself pays where the work pool is split by credits, and not where it is bounded by burns") {
    CHECK(runs_of(shown("02-wash-burning"), kWashGain).above(1.0) == kLanes);  // more than twice what it cost
    CHECK(runs_of(mended("02-wash-burning"), kWashGain).above(0) == 0);
}

TEST_CASE("F3: a network that mints many times what it burns is seen, and one that mints by burns is not it") {
    const auto before = runs_of(shown("03-mint-above-burn"), kBurnToMint);
    CHECK(before.above(0.25) == 0);
    CHECK(runs_of(mended("03-mint-above-burn"), kBurnToMint).above(0.99) == kLanes);
}

TEST_CASE(
    "F4: price, capacity and demand fall together where providers live on emission, and not where use pays them") {
    CHECK(runs_of(shown("04-death-spiral"), kSpiral).above(0.5) >= 6);
    CHECK(runs_of(mended("04-death-spiral"), kSpiral).above(0.5) == 0);
}

TEST_CASE("F5: a controller whose target is never met runs away as far as its ceiling lets it") {
    CHECK(runs_of(shown("05-runaway-controller"), kInflation).mean() > 0.2);
    CHECK(runs_of(mended("05-runaway-controller"), kInflation).mean() < 0.08);
}

TEST_CASE("F6: what a schedule mints stops at its total, whatever its formula sums to") {
    const Scenario s = shown("06-schedule-past-its-cap");
    const Model m = model_of(s, 1);
    u128 scheduled = 0;
    REQUIRE(run_one(m, 0, {}, [&](std::uint64_t, std::uint64_t, Ledger& l) { scheduled = l.scheduled.units; }).ok());
    CHECK(scheduled <= s.params.emission.total.units);
    CHECK(scheduled > s.params.emission.total.units - s.params.emission.total.units / 1000);
}

TEST_CASE("F7: one party with two fifths of the stake and insiders with half of the votes are seen") {
    const Scenario before = shown("07-concentration"), after = mended("07-concentration");
    CHECK(runs_of(before, kInsiderOverThird).above(0.5) == kLanes);
    CHECK(runs_of(before, kInsiderSupply).mean() > 0.4);
    CHECK(runs_of(after, kInsiderOverThird).above(0.5) == 0);
    CHECK(runs_of(after, kStakeHhi).mean() < runs_of(before, kStakeHhi).mean());
    CHECK(runs_of(after, kInsiderVotes).mean() <= runs_of(before, kInsiderVotes).mean());
}

TEST_CASE("F8: a large change of a monetary parameter is several votes, and one alone is refused") {
    const Scenario s = shown("08-money-by-vote");
    tokenomics::Params after = s.params;
    after.bme.payout.value = 500'000'000;
    const auto plan = plan_proposal(s.params, after);
    REQUIRE(plan.ok());
    CHECK(plan->steps.size() >= 6);
    CHECK(tokenomics::check_steps(s.params, after, {}, TimeMs{1}).error().code == Code::param_step_too_large);
    // And the simulator shows what it would do: less is settled from that day on.
    const Scenario never = shown("08-money-by-vote", {"shocks=[]"});
    CHECK(runs_of(s, kTotalMinted).mean() < runs_of(never, kTotalMinted).mean());
}

TEST_CASE("F9: stake counted in tokens grows dearer with the price, stake counted in dollars does not") {
    // Tokens that a device brings which enters after the price has risen tenfold, over what one brought before.
    const auto dearer = [](const Scenario& s) {
        std::vector<Sample> seen;
        const auto ok = run_one(model_of(s), 0, [&](std::size_t, const Sample& x) { seen.push_back(x); });
        REQUIRE(ok.ok());
        REQUIRE(seen.back()[kDevices] > seen[60][kDevices]);
        const double now = (seen.back()[kStaked] - seen[60][kStaked]) / (seen.back()[kDevices] - seen[60][kDevices]);
        return now / (seen[0][kStaked] / seen[0][kDevices]);
    };
    CHECK(dearer(shown("09-procyclical-stake")) == Approx(1));  // as many tokens, each worth ten times as much
    CHECK(dearer(mended("09-procyclical-stake")) < 0.5);
}

TEST_CASE("F10: without a price what needs one waits, and goes on when it is back") {
    const auto served = [](const Scenario& s) {
        std::vector<double> out;
        REQUIRE(run_one(model_of(s), 0, [&](std::size_t, const Sample& x) { out.push_back(x[kServed]); }).ok());
        return out;
    };
    const auto with = served(shown("10-oracle-outage")), free = served(mended("10-oracle-outage"));
    CHECK(runs_of(shown("10-oracle-outage"), kStaleDays).mean() > 5);
    CHECK(with[15] > 0);
    CHECK(with[27] == 0);
    CHECK(with[40] > 0.5 * with[15]);
    CHECK(free[27] > 0);  // a mode without a price does not notice
}

TEST_CASE("F11: penalties take a share of what is left, and never more than there is") {
    const auto first = tokenomics::slash(Amount{1000}, {}, Ppb{100'000'000});
    REQUIRE(first.ok());
    const auto second = tokenomics::slash(Amount{1000 - first->total.units}, {}, Ppb{200'000'000});
    REQUIRE(second.ok());
    CHECK(1000 - first->total.units - second->total.units == 720);
    // Fakers of a scenario: each step takes a share of what they have left, until nothing is, and never more.
    const Model m = model_of(shown("11-stacked-penalties"), 1);
    u128 before = ~u128{0};
    REQUIRE(run_one(m, 0, {}, [&](std::uint64_t, std::uint64_t step, Ledger& l) {
                const u128 left = l.groups[1].staked.units + l.groups[1].unbonding.units;
                if (step < 20) CHECK(left <= before);
                before = left;
            }).ok());
    CHECK(runs_of(shown("11-stacked-penalties"), kSlashed).above(9'900) ==
          kLanes);  // a hundred devices' stake, at least
}

TEST_CASE("F12: minting all burns again undoes what burning does for the value") {
    // F = y / (rho M + w) at the end: what is minted again is in w, and in M.
    const auto value_per_price = [](const Scenario& s) { return 1 / runs_of(s, kPremium).mean(); };
    const Scenario full = shown("12-recycling"), none = mended("12-recycling");
    CHECK(value_per_price(none) > 3 * value_per_price(full));
    CHECK(runs_of(none, kFinalSupply).mean() < 0.5 * runs_of(full, kFinalSupply).mean());
    CHECK(runs_of(full, kInflation).above(0) == kLanes);
    CHECK(runs_of(none, kInflation).above(0) == 0);
}

TEST_CASE("F13: a mint beside schedule, recycling and settlements ends the run, also where the books add up") {
    const Model m = model_of(shown("13-mint-by-a-stolen-key"), 1);
    CHECK(run_one(m, 0).ok());
    const auto stolen = run_one(m, 0, {}, [](std::uint64_t, std::uint64_t step, Ledger& l) {
        if (step == 12) l.minted.units += 5'000'000, l.holders.units += 5'000'000;
    });
    REQUIRE_FALSE(stolen.ok());
    CHECK(stolen.error().code == Code::conservation_broken);
    CHECK(stolen.error().message.find("step 12") != std::string::npos);
}

TEST_CASE("failures show in the fast mode as they do in the exact one") {
    for (const char* name : {"02-wash-burning", "04-death-spiral", "10-oracle-outage"}) {
        INFO(name);
        for (const Figure f : {kWashGain, kSpiral, kStaleDays, kBurnToMint}) {
            const auto exact = runs_of(shown(name), f), fast = runs_of(shown(name), f, Mode::fast);
            for (std::size_t k = 0; k < kLanes; ++k)
                if (!std::isnan(exact.values[k]))
                    CHECK(fast.values[k] == Approx(exact.values[k]).epsilon(1e-3).margin(1e-6));
        }
    }
}
