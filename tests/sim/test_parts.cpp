// Each part of the model by itself: without chance, and with what a pencil finds it should do. Both modes.
#include <cmath>

#include "tests/sim/scenarios.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

// An economy in which nothing happens unless a test says so: nobody is paid, enters or leaves, and no chance.
const std::vector<std::string> kStill = {
    "horizon_days=60",
    "emission.kind=none",
    "demand.usd_per_day=0.001",
    "demand.volatility=0",
    "market.volatility=0",
    "market.depth_usd=1000000",
    "market.fee_ppb=0",
    "service.usd_per_gpu_hour=1",
    R"(providers=[{"name":"a","class":"gpu-small","count":100,"cost_usd_per_gpu_hour":0,"entry_per_year":0,"exit_per_year":0}])"};

// Samples of every step of a run, the first at index 0 after the first step.
std::vector<Sample> path(const std::vector<std::string>& more, Mode mode, Figures* figures = nullptr) {
    std::vector<std::string> sets = kStill;
    sets.insert(sets.end(), more.begin(), more.end());
    std::vector<Sample> out;
    const auto ok =
        run_one(model_of(devnet(sets), 0, 1, mode), 0, [&](std::size_t, const Sample& s) { out.push_back(s); });
    if (!ok) FAIL(ok.error().message);
    if (figures != nullptr) *figures = *ok;
    return out;
}

std::string group(const std::string& members) {
    return R"(providers=[{"name":"a","class":"gpu-small","count":100,)" + members + "}]";
}
std::string shock(const std::string& members) {
    return "shocks=[{" + members + "}]";
}

}  // namespace

TEST_CASE("each part does what its formula says") {
    const Mode mode = GENERATE(Mode::exact, Mode::fast);
    INFO((mode == Mode::exact ? "exact" : "fast"));

    SECTION("nothing happens by itself") {
        const auto p = path({}, mode);
        CHECK(p.back()[kPrice] == Approx(1).epsilon(1e-6));
        CHECK(p.back()[kDevices] == 100);
        CHECK(p.back()[kSupply] == Approx(p.front()[kSupply]));
    }
    SECTION("demand grows by its drift, and jumps by their mean") {
        const auto grown = path({"demand.usd_per_day=1000", "demand.drift=1"}, mode);
        CHECK(grown[59][kDemand] / grown[0][kDemand] == Approx(std::exp(59 / 365.25)));
        const auto jumped =
            path({"demand.usd_per_day=1000", R"(demand.jumps={"per_year":1000,"mean":-0.1,"sd":0})"}, mode);
        // At most one a day, with the chance of at least one: 1 - e^(-1000/365.25), 0.935 a day.
        const double jumps = std::log(1000 / jumped[59][kDemand]) / 0.1;
        CHECK(jumps == Approx(std::round(jumps)));
        CHECK(jumps > 45);
        CHECK(jumps <= 60);
    }
    SECTION("usage falls with the service price by its elasticity") {
        // Twice the price for twice the elasticity: D / 24 p0 x 2^-e GPUs at price 2 p0.
        const std::vector<std::string> base = {"demand.usd_per_day=2400", "service.usd_per_gpu_hour=1",
                                               "service.adjust_per_day=0", "demand.elasticity=2"};
        const auto p = path(base, mode);
        CHECK(p[5][kUtilisation] == Approx(100.0 / (100 * 4)));  // 100 GPUs of 400
        auto dearer = base;
        dearer[1] = "service.usd_per_gpu_hour=2";
        CHECK(path(dearer, mode)[5][kUtilisation] == Approx(50.0 / 400));
    }
    SECTION("the service price follows what is in use") {
        const auto p = path({"demand.usd_per_day=9600", "service.usd_per_gpu_hour=1", "service.adjust_per_day=0.1",
                             "service.target_utilisation=0.5", "demand.elasticity=0"},
                            mode);
        CHECK(p[0][kUtilisation] == Approx(1));  // 400 wanted of 400
        CHECK(std::log(p[9][kServicePrice]) == Approx(10 * 0.1 * 0.5));
    }
    SECTION("in merit order the dearest that is needed sets the price") {
        const auto p = path(
            {"service.kind=merit", "service.margin=0.5", "demand.elasticity=0", "demand.usd_per_day=2400",
             "service.usd_per_gpu_hour=1",
             R"(providers=[{"name":"dear","class":"gpu-small","count":20,"cost_usd_per_gpu_hour":8,"entry_per_year":0,"exit_per_year":0},
                                {"name":"cheap","class":"gpu-small","count":20,"cost_usd_per_gpu_hour":4,"entry_per_year":0,"exit_per_year":0}])"},
            mode);
        CHECK(p[5][kServicePrice] == Approx(1.5 * 8 / 4));  // 100 GPUs: 80 of the cheap, 20 of the dear, four GPUs each
        const auto less = path(
            {"service.kind=merit", "service.margin=0.5", "demand.elasticity=0", "demand.usd_per_day=1200",
             "service.usd_per_gpu_hour=1",
             R"(providers=[{"name":"dear","class":"gpu-small","count":20,"cost_usd_per_gpu_hour":8,"entry_per_year":0,"exit_per_year":0},
                                {"name":"cheap","class":"gpu-small","count":20,"cost_usd_per_gpu_hour":4,"entry_per_year":0,"exit_per_year":0}])"},
            mode);
        CHECK(less[5][kServicePrice] == Approx(1.5 * 4 / 4));
    }
    SECTION("the oracle sees the market late, wrong, or not at all") {
        const std::string fall = R"({"at_day":10,"kind":"price","factor":0.5})";
        const std::vector<std::string> quick = {"price.ema_rounds=1", "price.max_move_ppb=1000000000"};
        auto sets = quick;
        sets.push_back("shocks=[" + fall + "]");
        const auto now = path(sets, mode);
        CHECK(now[9][kOraclePrice] == Approx(1).epsilon(1e-6));
        CHECK(now[10][kOraclePrice] == Approx(0.5).epsilon(1e-3));
        sets.push_back("oracle.lag_days=5");
        const auto late = path(sets, mode);
        CHECK(late[14][kOraclePrice] == Approx(1).epsilon(1e-6));
        CHECK(late[15][kOraclePrice] == Approx(0.5).epsilon(1e-3));
        sets = quick;
        sets.push_back(shock(R"("at_day":10,"kind":"oracle_factor","factor":1.3,"days":3)"));
        const auto wrong = path(sets, mode);
        CHECK(wrong[12][kOraclePrice] == Approx(1.3).epsilon(1e-4));
        CHECK(wrong[13][kOraclePrice] == Approx(1).epsilon(1e-4));
        Figures f;
        path({shock(R"("at_day":10,"kind":"oracle_outage","days":7)")}, mode, &f);
        CHECK(f[kStaleDays] == 6);  // stale from the second day without a report on
    }
    SECTION("devices that were ordered come after their delivery time") {
        // All is margin: 100 devices grow by 10 % in a step of 36.525 days, and every day by a 365.25th of ten times as
        // many.
        const auto p = path(
            {group(
                 R"("cost_usd_per_gpu_hour":0.01,"lead_days":0.001,"entry_per_year":36.525,"exit_per_year":0,"delivery_days":10)"),
             "demand.usd_per_day=100000", "service.adjust_per_day=0"},
            mode);
        CHECK(p[9][kDevices] == 100);
        CHECK(p[10][kDevices] == 110);  // what the first day's margin, capped at 100 %, ordered
    }
    SECTION("who loses leaves, by the margin or by weeks of loss") {
        const auto p = path(
            {group(R"("cost_usd_per_gpu_hour":1,"lead_days":0.001,"entry_per_year":0,"exit_per_year":36.525)")}, mode);
        CHECK(p[0][kDevices] == Approx(90).margin(1));  // a tenth a day at a margin of -100 %
        const auto weeks =
            path({group(R"("cost_usd_per_gpu_hour":1,"lead_days":0.001,"entry_per_year":0,"exit":"streak")")}, mode);
        CHECK(weeks[5][kDevices] == 100);
        CHECK(weeks[19][kDevices] == Approx(100 * std::pow(1 - 0.05 / 7, 14)).margin(2));
        CHECK(weeks[40][kDevices] == Approx(weeks[19][kDevices] * std::pow(1 - 0.15 / 7, 21)).margin(2));
        // What they could earn elsewhere counts like a cost, and is not paid by selling.
        const auto elsewhere =
            path({group(R"("cost_usd_per_gpu_hour":0,"lead_days":0.001,"entry_per_year":0,"exit_per_year":36.525)"),
                  shock(R"("at_day":10,"kind":"outside","group":"a","usd":1)")},
                 mode);
        CHECK(elsewhere[9][kDevices] == 100);
        CHECK(elsewhere[10][kDevices] == Approx(90).margin(1));
        CHECK(elsewhere[10][kPrice] == Approx(elsewhere[9][kPrice]).epsilon(1e-6));
    }
    SECTION("shocks of entry, exit and cost are those of the group") {
        const auto p = path({shock(R"("at_day":5,"kind":"exit","group":"a","factor":0.3)")}, mode);
        CHECK(p[4][kDevices] == 100);
        CHECK(p[5][kDevices] == 70);
        CHECK(path({shock(R"("at_day":5,"kind":"entry","group":"a","devices":40)")}, mode)[5][kDevices] == 140);
    }
    SECTION("vested tokens come free after the cliff and evenly, and what is sold lowers the price") {
        const std::string parties = R"(initial.holders=[{"name":"team","amount":"0"}])";
        const std::string grant =
            R"(initial.vesting=[{"holder":"team","amount":"10000000000000","cliff_days":10,"linear_days":20,"sell_share":0}])";
        const auto p = path({parties, grant}, mode);
        const double start = p[5][kCirculating];
        CHECK(p[8][kCirculating] == Approx(start));
        CHECK(p[19][kCirculating] - start == Approx(5'000'000));  // ten of twenty days after the cliff
        CHECK(p[29][kCirculating] - start == Approx(10'000'000));
        CHECK(p.back()[kCirculating] == Approx(p[29][kCirculating]));
        CHECK(p.back()[kPrice] == Approx(1).epsilon(1e-6));
        const std::string sold =
            R"(initial.vesting=[{"holder":"team","amount":"100000000000","cliff_days":10,"linear_days":0,"sell_share":1}])";
        CHECK(path({parties, sold}, mode)[10][kPrice] ==
              Approx(1 / (1.1 * 1.1)).epsilon(1e-6));  // 100,000 into a pool of a million
    }
    SECTION("the treasury takes its share, spends, and is ruined on the day that it has nothing") {
        Figures f;
        const auto p =
            path({"demand.usd_per_day=2400", "treasury.fee_ppb=100000000", "service.adjust_per_day=0"}, mode);
        CHECK(p[9][kTreasuryUsd] == Approx(10 * 240));
        CHECK(p[9][kServed] == Approx(2160));
        path({"initial.treasury_usd=1000", "treasury.spend_usd_per_day=100"}, mode, &f);
        CHECK(f[kTreasuryRuinDay] == 11);
    }
    SECTION("a buyback spends its share of the dollars, and burns or keeps what it buys") {
        const std::vector<std::string> base = {"initial.treasury_usd=100000", "buyback.kind=fixed",
                                               "buyback.share_per_day=0.1"};
        Figures f;
        auto p = path(base, mode, &f);
        CHECK(p[9][kTreasuryUsd] == Approx(100'000 * std::exp(-1.0)).epsilon(1e-4));
        CHECK(f[kTotalBurned] > 80'000);
        CHECK(p.back()[kPrice] > 1.1);
        auto kept = base;
        kept.push_back("buyback.burn=false");
        p = path(kept, mode, &f);
        CHECK(f[kTotalBurned] < 1);
        CHECK(p.back()[kTreasury] > 80'000);
        // Below its threshold and above it.
        const auto bought = [&](const char* kind, double factor) {
            auto sets = base;
            sets[1] = std::string("buyback.kind=") + kind;
            sets.push_back(shock("\"at_day\":10,\"kind\":\"price\",\"factor\":" + std::to_string(factor)));
            return 100'000 - path(sets, mode)[12][kTreasuryUsd];
        };
        CHECK(bought("threshold", 0.95) < 1);
        CHECK(bought("threshold", 0.8) > 10'000);
        CHECK(bought("pid", 1.2) < 1);
        CHECK(bought("pid", 0.8) > 100);
        // The sum of what the price was below its average buys, too, and its own.
        CHECK(path({base[0], "buyback.kind=pid", "buyback.kp=0", "buyback.kd=0", "buyback.ki=1", base[2],
                    shock(R"("at_day":10,"kind":"price","factor":0.8)")},
                   mode)[20][kTreasuryUsd] < 99'000);
    }
    SECTION("liquidity leaves at the price that stands, and follows it where providers do") {
        const auto p = path({shock(R"("at_day":10,"kind":"liquidity","factor":0.25)")}, mode);
        CHECK(p[9][kDepth] == Approx(1'000'000).epsilon(1e-5));
        CHECK(p[10][kDepth] == Approx(250'000).epsilon(1e-5));
        CHECK(p[10][kPrice] == Approx(p[9][kPrice]).epsilon(1e-6));
        // A pool's dollars go with the root of its price by themselves; with an elasticity of 1 they go with the price.
        const auto fall =
            path({"market.depth_elasticity=1", shock(R"("at_day":10,"kind":"price","factor":0.25)")}, mode);
        CHECK(fall.back()[kDepth] == Approx(250'000).epsilon(1e-3));
        CHECK(fall.back()[kPrice] == Approx(0.25).epsilon(1e-3));
    }
    SECTION("by the quantity theory the price goes to T H / C") {
        // What is used in 50 days, over what circulates. The market maker has enough to sell, and providers sell to
        // him.
        const auto p =
            path({"horizon_days=400", "market.kind=quantity", "market.holding_days=50", "market.depth_usd=20000000",
                  "demand.usd_per_day=9600", "service.adjust_per_day=0", "bme.payout_ppb=1000000000",
                  group(R"("cost_usd_per_gpu_hour":0,"entry_per_year":0,"exit_per_year":0,"sell_share":1)")},
                 mode);
        CHECK(p.back()[kServed] == Approx(9600));
        CHECK(p.back()[kPrice] == Approx(9600 * 50 / p.back()[kCirculating]).epsilon(0.02));
    }
    SECTION("by flow the price moves with what is bought and sold") {
        // A seller of a tenth of the public's tokens within ten days, impact 1: each day's flow over the depth.
        const auto p = path({"market.kind=flow", "market.impact=2", "market.depth_usd=20000000",
                             shock(R"("at_day":10,"kind":"unlock","factor":0.01,"days":1)")},
                            mode);
        const double sold = (p[9][kDepth] - p[10][kDepth]);
        CHECK(sold > 100'000);
        CHECK(std::log(p[10][kPrice] / p[9][kPrice]) == Approx(-2 * sold / p[10][kDepth]).epsilon(1e-4));
    }
    SECTION("delegators come with the yield, and leave through unbonding") {
        // 10 % a year of the supply to stakers, 4 % elsewhere: they want per_yield x (what they get - 4 %) of the
        // supply.
        const std::vector<std::string> base = {"horizon_days=700",
                                               "epoch.blocks=172800",
                                               "emission.kind=fraction_of_supply",
                                               "emission.total=100000000 ASY",
                                               "emission.fraction_of_supply.rate_ppb=100000000",
                                               "split.work_ppb=0",
                                               "split.availability_ppb=0",
                                               "split.stakers_ppb=1000000000",
                                               "split.validators_ppb=0",
                                               "split.treasury_ppb=0",
                                               "stakers.per_yield=1",
                                               "stakers.commission=0"};
        const auto p = path(base, mode);
        const Sample& end = p.back();
        // Yield = 10 % of the supply over what is staked.
        const double yield = 0.1 * end[kSupply] / (end[kStaked] + end[kDelegated]);
        CHECK(end[kDelegated] / end[kSupply] == Approx(yield - 0.04).epsilon(0.02));
        auto left = base;
        left[0] = "horizon_days=60";
        left.push_back("initial.delegated=10000000 ASY");
        left.push_back("stake.unbonding_ms=1814400000");
        left.push_back("stakers.per_yield=0");
        left.push_back(shock(R"("at_day":10,"kind":"unstake","factor":0.5)"));
        const auto q = path(left, mode);
        CHECK(q[9][kDelegated] == Approx(10'000'000));
        CHECK(q[10][kDelegated] == Approx(5'000'000));
        // On its way out, for 21 days, it does not circulate. A thirtieth of a percent of the supply is minted a day.
        CHECK(q[30][kCirculating] - q[9][kCirculating] < 0.0004 * 21 * q[30][kSupply]);
        CHECK(q[31][kCirculating] - q[30][kCirculating] == Approx(5'000'000).epsilon(0.01));
    }
    SECTION("traders pull the price to what a token is worth to a patient holder") {
        const auto p =
            path({"horizon_days=3000", "demand.usd_per_day=9600", "service.adjust_per_day=0",
                  "bme.payout_ppb=1000000000", "speculators.reversion_per_year=20", "speculators.discount=0.2",
                  group(R"("cost_usd_per_gpu_hour":0,"entry_per_year":0,"exit_per_year":0,"sell_share":1)")},
                 mode);
        const Sample& end = p.back();
        // F = y / (rho M + w): what is burned is minted again, so w is what y buys.
        const double y = end[kServed] * 365.25, w = y / end[kPrice];
        CHECK(end[kFundamental] == Approx(y / (0.2 * end[kSupply] + w)).epsilon(0.05));
        CHECK(end[kPrice] == Approx(end[kFundamental]).epsilon(0.1));
        CHECK(p[5][kPrice] > 2 * end[kPrice]);  // it came from elsewhere
    }
    SECTION("a vote's parameter counts from its day on") {
        const std::vector<std::string> base = {"demand.usd_per_day=2400", "service.adjust_per_day=0",
                                               "bme.payout_ppb=1000000000"};
        auto voted = base;
        voted.push_back(shock(R"("at_day":30,"kind":"param","path":"bme.payout_ppb","value":"500000000")"));
        const auto p = path(base, mode), q = path(voted, mode);
        CHECK(q[29][kMinted] == p[29][kMinted]);
        CHECK(q[40][kMinted] - q[35][kMinted] == Approx(0.5 * (q[40][kBurned] - q[35][kBurned])).epsilon(0.02));
    }
    SECTION("made-up work is slashed by what samples find, and not paid") {
        // One sample in 64 bad, two, three and more: the binomial of 64 draws at 1 %, for each epoch's task.
        Figures f;
        const std::vector<std::string> long_epochs = {"epoch.blocks=43200", "horizon_days=1"};
        auto sets = long_epochs;
        sets.push_back(group(R"("cost_usd_per_gpu_hour":0,"entry_per_year":0,"exit_per_year":0,"fake_share":0.01)"));
        path(sets, mode, &f);
        const Scenario s = devnet(long_epochs);
        REQUIRE(s.params.work.samples == 64);
        const auto rate = [](Ppb x) { return static_cast<double>(x.value) * 1e-9; };
        const double k = 64, none = std::pow(0.99, k), one = k * 0.01 * std::pow(0.99, k - 1),
                     two = k * (k - 1) / 2 * 1e-4 * std::pow(0.99, k - 2);
        const double of_task = one * rate(s.params.slash.one_bad) + two * rate(s.params.slash.two_bad) +
                               (1 - none - one - two) * rate(s.params.slash.full);
        const double tasks = 86'400'000.0 / static_cast<double>(s.epoch_ms());
        CHECK(f[kSlashed] == Approx((1 - std::pow(1 - of_task, tasks)) * path({}, mode)[0][kStaked]).epsilon(1e-3));
    }
    SECTION("holdings sell by the year, and buyers fund their runway") {
        const auto p =
            path({R"(initial.holders=[{"name":"fund","amount":"10000000000000","sell_per_year":0.5}])"}, mode);
        CHECK(p.back()[kPrice] < 0.5);  // 820,000 tokens into a pool of a million
        const auto q = path({"demand.usd_per_day=2400", "demand.runway_days=10", "service.adjust_per_day=0"}, mode);
        CHECK(q[0][kBurned] * 1 == Approx(11 * 2400).epsilon(0.06));  // at a price that the purchase itself lifts
        CHECK(q[5][kBurned] - q[4][kBurned] == Approx(2400).epsilon(0.06));
    }
}

TEST_CASE("parts act on each other as they should") {
    const Mode mode = GENERATE(Mode::exact, Mode::fast);
    INFO((mode == Mode::exact ? "exact" : "fast"));

    SECTION("devices whose stake cannot be had do not come") {
        // A hundred tokens each: forty thousand are more than half of a pool of a thousand dollars.
        const auto p =
            path({"market.depth_usd=1000", shock(R"("at_day":5,"kind":"entry","group":"a","devices":400)")}, mode);
        CHECK(p[5][kDevices] == 100);
        CHECK(p[5][kStaked] == p[4][kStaked]);
    }
    SECTION("the market's factor moves demand and price together, as far as they are told to") {
        const auto correlation = [&](const char* with) {
            const auto p = path(
                {"horizon_days=300", "demand.volatility=0.5", "market.volatility=0.5",
                 std::string("demand.market_correlation=") + with, std::string("market.market_correlation=") + with},
                mode);
            double xy = 0, xx = 0, yy = 0;
            for (std::size_t i = 1; i < p.size(); ++i) {
                const double x = std::log(p[i][kDemand] / p[i - 1][kDemand]),
                             y = std::log(p[i][kPrice] / p[i - 1][kPrice]);
                xy += x * y, xx += x * x, yy += y * y;
            }
            return xy / std::sqrt(xx * yy);
        };
        CHECK(correlation("1") > 0.99);
        CHECK(std::abs(correlation("0")) < 0.2);
        CHECK(correlation("0.7") == Approx(0.49).margin(0.15));
    }
    SECTION("value is seen as an average of thirty days, looked at every ten") {
        const auto p =
            path({"horizon_days=500", "demand.usd_per_day=2400", "service.adjust_per_day=0", "demand.elasticity=0",
                  "bme.payout_ppb=0", "market.depth_usd=20000000", shock(R"("at_day":401,"kind":"demand","factor":2)")},
                 mode);
        const double before = p[400][kFundamental], after = p[499][kFundamental];
        CHECK(p[409][kFundamental] == p[401][kFundamental]);
        CHECK(after / before == Approx(2).epsilon(0.1));
        CHECK((p[430][kFundamental] - before) / (after - before) == Approx(1 - std::exp(-1.0)).margin(0.05));
    }
    SECTION("momentum goes on where the price goes") {
        const std::string rise = shock(R"("at_day":10,"kind":"price","factor":2)");
        const auto calm = path({rise}, mode), led = path({rise, "speculators.momentum=2"}, mode);
        CHECK(led[10][kPrice] >= calm[10][kPrice]);
        CHECK(led[30][kPrice] > 1.05 * calm[30][kPrice]);
    }
    SECTION("a breaker that has halted restarts above what halted it") {
        // The vault covers 80 % from day 10 on, more than halts it from day 20 on, what restarts it from day 30 on.
        Figures f;
        path(
            {"bme.mode=vault", "bme.vault.shortfall_ppb=0", "initial.credits_usd=100000", "market.depth_usd=20000000",
             "demand.usd_per_day=400", "service.adjust_per_day=0", "demand.runway_days=365", "price.ema_rounds=1",
             "price.max_move_ppb=1000000000",
             R"(shocks=[{"at_day":10,"kind":"price","factor":0.8},{"at_day":20,"kind":"price","factor":1.15},{"at_day":30,"kind":"price","factor":1.06}])"},
            mode, &f);
        CHECK(f[kHaltedDays] == Approx(20).margin(1));
        CHECK(f[kVaultBelowHalt] == 1);
    }
}

TEST_CASE("figures of a path are what its steps say") {
    const Mode mode = GENERATE(Mode::exact, Mode::fast);
    INFO((mode == Mode::exact ? "exact" : "fast"));
    Figures f;
    SECTION("a price that only rises is never under water, one that fell once is from then on") {
        path({"demand.usd_per_day=0"}, mode, &f);
        CHECK(f[kTimeUnderwater] == 0);
        path({"demand.usd_per_day=0", shock(R"("at_day":15,"kind":"price","factor":0.5)")}, mode, &f);
        CHECK(f[kTimeUnderwater] == Approx(45.0 / 60));
        CHECK(f[kMaxDrawdown] == Approx(0.5).epsilon(1e-4));
    }
    SECTION("device-days at a loss are counted by devices, whatever their size") {
        path(
            {R"(providers=[{"name":"a","class":"gpu-small","count":30,"cost_usd_per_gpu_hour":1,"entry_per_year":0,"exit_per_year":0},
                 {"name":"b","class":"cpu-small","count":90,"cost_usd_per_gpu_hour":0,"entry_per_year":0,"exit_per_year":0}])"},
            mode, &f);
        CHECK(f[kUnderwater] == Approx(0.25));
    }
    SECTION("hardware is paid back by what a GPU earns over its costs") {
        // 400 GPUs serve 9,600 USD a day and cost 4,800: 12 USD a day each of them. 365.25 / 12 days are a month.
        const auto p = path(
            {"horizon_days=400", "demand.usd_per_day=9600", "demand.elasticity=0", "service.adjust_per_day=0",
             "bme.payout_ppb=1000000000", "market.depth_usd=20000000", "stake.unit=20 ASY",
             group(
                 R"("cost_usd_per_gpu_hour":2,"hardware_usd":4800,"entry_per_year":0,"exit_per_year":0,"sell_share":1)")},
            mode, &f);
        CHECK(p[50][kServed] == Approx(9600));
        CHECK(f[kPaybackMonths] == Approx(1200 / 12.0 / (365.25 / 12)).epsilon(0.12));
    }
}
