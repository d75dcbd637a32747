// The fast mode against the exact one, and the engine of each instruction set against the others.
#include <cmath>

#include "tests/sim/scenarios.hpp"
#include "tests/support/catch.hpp"
#include "tokenomics/sim/model/fast_bound.hpp"
#include "tokenomics/sim/model/instruction_set.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

Scenario library(const std::string& name, const std::vector<std::string>& sets = {}) {
    auto s = load_scenario(name, sets);
    if (!s) FAIL(name << ": " << s.error().message);
    return *s;
}

// Mean and standard deviation of a figure over the runs that have it in both.
struct Means {
    double exact = 0, fast = 0, sd = 0;
    unsigned n = 0;
};
Means means_of(const std::vector<BlockResult>& exact, const std::vector<BlockResult>& fast, std::size_t figure) {
    Means m;
    double squares = 0;
    for (std::size_t b = 0; b < exact.size(); ++b)
        for (std::size_t k = 0; k < kLanes; ++k) {
            const double x = exact[b].figures[figure][k], y = fast[b].figures[figure][k];
            if (std::isnan(x) || std::isnan(y)) continue;
            m.exact += x;
            m.fast += y;
            squares += x * x;
            ++m.n;
        }
    if (m.n == 0) return m;
    m.exact /= m.n;
    m.fast /= m.n;
    m.sd = std::sqrt(std::max(0.0, squares / m.n - m.exact * m.exact));
    return m;
}

std::vector<BlockResult> mode_blocks(const Scenario& s, Mode mode, std::size_t n) {
    const Model m = model_of(s, 4, 1, mode);
    std::vector<BlockResult> out(n);
    for (std::size_t b = 0; b < n; ++b) {
        const Status ok = m.run_block(b, out[b]);
        if (!ok) FAIL(s.name << ": " << ok.error().message);
    }
    return out;
}

const std::vector<std::string> kShort = {"horizon_days=200"};

bool same_bits(const BlockResult& a, const BlockResult& b) {
    return std::memcmp(&a.figures, &b.figures, sizeof a.figures) == 0 && a.series.size() == b.series.size() &&
           std::memcmp(a.series.data(), b.series.data(), a.series.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("fast means are exact means within the bound that is printed, over every kind of economy") {
    for (const char* name : {"reference", "akash-base", "helium-base", "render-base", "livepeer-base", "gonka-base",
                             "failure-02-wash-burning", "failure-07-concentration", "failure-12-recycling"}) {
        const Scenario s = library(name, kShort);
        const auto exact = mode_blocks(s, Mode::exact, 2), fast = mode_blocks(s, Mode::fast, 2);
        for (std::size_t f = 0; f < kFigureCount; ++f) {
            const Means m = means_of(exact, fast, f);
            if (m.n == 0) continue;
            INFO(name << " " << kFigures[f].name << ": " << m.exact << " and " << m.fast << ", sd " << m.sd);
            CHECK(std::abs(m.fast - m.exact) <=
                  fast_bound(static_cast<Figure>(f)) * std::max({std::abs(m.exact), m.sd, 1e-6}));
        }
    }
}

TEST_CASE("every instruction set gives the same bits, in both modes") {
    const InstructionSet before = instruction_set();
    const Scenario s =
        library("reference", {"horizon_days=120", "demand.jumps.per_year=20", "service.kind=merit", "buyback.kind=pid",
                              "initial.treasury_usd=100000", "oracle.lag_days=2", "market.depth_elasticity=1"});
    for (const Mode mode : {Mode::exact, Mode::fast}) {
        REQUIRE(use_instruction_set(InstructionSet::baseline));
        const auto baseline = mode_blocks(s, mode, 2);
        for (const auto set : {InstructionSet::avx2, InstructionSet::avx512}) {
            if (!use_instruction_set(set)) {
                WARN("this processor has no " << word_of(set));
                continue;
            }
            const auto other = mode_blocks(s, mode, 2);
            for (std::size_t b = 0; b < 2; ++b) CHECK(same_bits(baseline[b], other[b]));
        }
        use_instruction_set(before);
    }
}

TEST_CASE("antithetic runs mirror the luck of the run before, and halve what chance leaves of a mean") {
    const auto spread = [](bool antithetic) {
        Scenario s = library("devnet", {"horizon_days=60", "demand.volatility=0.3"});
        s.antithetic = antithetic;
        const auto b = mode_blocks(s, Mode::fast, 8);
        double sum = 0, squares = 0;  // of pairs' means of a logarithm, which mirrors nearly exactly
        for (const auto& block : b)
            for (std::size_t k = 0; k < kLanes; k += 2) {
                const double pair =
                    std::log(block.figures[kFinalPrice][k]) + std::log(block.figures[kFinalPrice][k + 1]);
                sum += pair;
                squares += pair * pair;
            }
        return squares / 32 - sum / 32 * sum / 32;
    };
    CHECK(spread(true) < 0.1 * spread(false));
}

TEST_CASE("single agents are the class that they come from, where their costs are its") {
    const std::vector<std::string> sets = {"horizon_days=60", "demand.volatility=0", "market.volatility=0",
                                           R"(providers=[{"class":"gpu-small","count":60,"cost_usd_per_gpu_hour":1,
                                           "entry_per_year":0,"exit_per_year":0,"cost_spread":0}])"};
    auto single = sets;
    single.push_back("agents=single");
    const auto one = run_one(model_of(library("devnet", sets), 1), 0),
               many = run_one(model_of(library("devnet", single), 1), 0);
    REQUIRE((one.ok() && many.ok()));
    // Each sells by itself, with floors and a fee of its own.
    for (const Figure f : {kFinalPrice, kFinalSupply, kTotalBurned, kMeanUtilisation, kFinalDevices})
        CHECK((*many)[f] == Approx((*one)[f]).epsilon(1e-3));
    // With costs of their own those above the price leave first.
    auto spread = sets;
    spread.back() = R"(providers=[{"class":"gpu-small","count":60,"cost_usd_per_gpu_hour":40,"entry_per_year":0,
                    "exit_per_year":12,"cost_spread":1.5,"lead_days":7}])";
    spread.push_back("agents=single");
    const auto left = run_one(model_of(library("devnet", spread), 1), 0);
    REQUIRE(left.ok());
    CHECK((*left)[kFinalDevices] > 0);
    CHECK((*left)[kFinalDevices] < 60);
}

TEST_CASE("buybacks calm a price in the order that DCBM found") {
    const auto volatility = [](const std::string& kind) {
        const Scenario s =
            library("devnet", {"horizon_days=365", "demand.usd_per_day=5000", "emission.kind=none",
                               "initial.treasury_usd=4000000", "buyback.burn=false", "market.volatility=1.2",
                               "buyback.share_per_day=0.02", "buyback.kind=" + kind,
                               R"(providers=[{"class":"gpu-small","count":100,"cost_usd_per_gpu_hour":1}])"});
        double sum = 0;
        for (const auto& b : mode_blocks(s, Mode::fast, 4))
            for (std::size_t k = 0; k < kLanes; ++k) sum += b.figures[kMaxDrawdown][k];
        return sum / 32;
    };
    const double none = volatility("none"), fixed = volatility("fixed"), threshold = volatility("threshold"),
                 pid = volatility("pid");
    CHECK(fixed < none);
    CHECK(threshold < none);
    CHECK(pid < fixed);
}
