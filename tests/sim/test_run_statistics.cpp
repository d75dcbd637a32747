// What is said of runs that are not kept: exact sums against another way to add, sketches within their error, and
// accumulators that do not know in which order or in how many parts their blocks came.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tokenomics/sim/run/accumulators.hpp"
#include "tokenomics/sim/run/precision.hpp"

using namespace assay;
using namespace assay::sim;

namespace {

// Any finite double, or one of a narrower range.
double any_double(test::Random& random, int bits_of_exponent) {
    for (;;) {
        const std::uint64_t span = std::uint64_t{1} << bits_of_exponent;
        const std::uint64_t exponent = 1023 - span / 2 + random.below(span);
        const double x = std::bit_cast<double>((random.u64() & 0x800fffffffffffffull) | (exponent & 0x7ff) << 52);
        if (std::isfinite(x)) return x;
    }
}

// The true sum by Shewchuk's partials, as Python's fsum has it: another way than the limbs'.
double shewchuk(const std::vector<double>& values) {
    std::vector<double> partials;
    for (double x : values) {
        std::size_t kept = 0;
        for (double y : partials) {
            if (std::abs(x) < std::abs(y)) std::swap(x, y);
            const double high = x + y, low = y - (high - x);
            if (low != 0) partials[kept++] = low;
            x = high;
        }
        partials.resize(kept);
        partials.push_back(x);
    }
    double sum = 0;
    std::size_t i = partials.size();
    double low = 0;
    while (i > 0) {
        const double x = sum, y = partials[--i];
        sum = x + y;
        low = y - (sum - x);
        if (low != 0) break;
    }
    if (i > 0 && ((low < 0 && partials[i - 1] < 0) || (low > 0 && partials[i - 1] > 0))) {
        const double twice = low * 2, x = sum + twice;
        if (twice == x - sum) sum = x;
    }
    return sum;
}

// A block of made-up runs: some figures are missing, some are the same in all runs.
constexpr std::size_t kPoints = 2;
BlockResult made_up(std::uint64_t block, bool positive = false) {
    test::Random random(test::seed() + 77 * block);
    BlockResult out;
    out.series.resize(kPoints * kSeriesCount * kLanes);
    const auto value = [&](std::size_t which) {
        if (which % 11 == 3) return 4.0;
        if (which % 7 == 2 && random.below(4) == 0) return std::nan("");
        const double x = any_double(random, 4);
        return positive ? std::abs(x) : x;
    };
    for (std::size_t i = 0; i < kFigureCount; ++i)
        for (double& x : out.figures[i]) x = value(i);
    for (std::size_t i = 0; i < out.series.size(); ++i) out.series[i] = value(i / kLanes);
    return out;
}

AccumulatorPlan plan_of(std::uint64_t runs, bool antithetic = false) {
    AccumulatorPlan plan;
    plan.runs = runs;
    plan.points = kPoints;
    plan.antithetic = antithetic;
    for (std::size_t i = 0; i < kFigureCount; ++i) plan.bounds[i] = {kFigures[i].fails, kFigures[i].threshold};
    return plan;
}

// Everything that is said, as text, so that what is missing equals what is missing.
std::string said(const Accumulators& a) {
    std::string out;
    const auto add = [&](double x) { out += std::to_string(std::bit_cast<std::uint64_t>(x)) + " "; };
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        const FigureSummary f = a.figure(i);
        for (const double x : {f.mean, f.sd, f.standard_error, f.min, f.max, f.quantile_error}) add(x);
        for (const double x : f.quantiles) add(x);
        out += std::to_string(f.count) + "/" + std::to_string(f.missing) + "/" +
               (f.fail ? std::to_string(f.fail->failed) : "-") + "\n";
    }
    for (std::size_t p = 0; p < kPoints; ++p)
        for (std::size_t i = 0; i < kSeriesCount; ++i)
            for (const double x : a.series(p, i)) add(x);
    return out;
}

}  // namespace

TEST_CASE("exact sums are the sums, whatever the order and the parts") {
    INFO("seed " << test::seed());
    test::Random random;
    for (int round = 0; round < test::rounds(200); ++round) {
        const int width = 1 + static_cast<int>(random.below(10));
        std::vector<double> values;
        for (std::uint64_t n = random.below(50); n > 0; --n) {
            values.push_back(any_double(random, width));
            if (random.below(3) == 0) values.push_back(-values[random.below(values.size())]);  // what cancels
        }
        ExactSum whole, first, second;
        for (std::size_t i = 0; i < values.size(); ++i) {
            whole.add(values[i]);
            (random.below(2) == 0 ? first : second).add(values[values.size() - 1 - i]);
        }
        first.merge(second);
        CHECK(first.value() == whole.value());
        CHECK(whole.value() == shewchuk(values));
    }
    ExactSum s;
    for (const double x : {1e308, 1e308, 5e-324, -1e308, -1e308, 5e-324}) s.add(x);
    CHECK(s.value() == 1e-323);
    s = {};
    s.add(-0x1p-1074);
    CHECK(s.value() == -0x1p-1074);
    s = {};
    for (int i = 0; i < 3; ++i) s.add(-1e308);
    CHECK(std::isinf(s.value()));
    // To nearest, ties to even: 2^53 + 1 is a tie, a bit far below breaks it.
    s = {};
    s.add(0x1p53);
    s.add(1);
    CHECK(s.value() == 0x1p53);
    s.add(0x1p-1000);
    CHECK(s.value() == 0x1p53 + 2);
    s.add(-0x1p-999);
    CHECK(s.value() == 0x1p53);
}

TEST_CASE("deviations do not cancel") {
    INFO("seed " << test::seed());
    const auto of = [](const std::vector<double>& values) {
        ExactSum sum, squares;
        for (const double x : values) {
            sum.add(x);
            squares.add_product(x, x);
        }
        return deviation(sum, squares, values.size());
    };
    CHECK(of({}) == 0);
    CHECK(of({7.1}) == 0);
    CHECK(of({0.1, 0.1, 0.1}) == 0);
    CHECK(of({2, 4, 4, 4, 5, 5, 7, 9}) == std::sqrt(32.0 / 7));
    CHECK(of({1e15, 1e15 + 1, 1e15 + 2}) == 1);
    CHECK(of({1e200, -1e200}) == Approx(std::sqrt(2.0) * 1e200).epsilon(1e-15));
    CHECK(of({3e-200, -3e-200}) == Approx(std::sqrt(18.0) * 1e-200).epsilon(1e-15));
    test::Random random;
    for (int round = 0; round < test::rounds(100); ++round) {
        std::vector<double> values;
        for (std::uint64_t n = 2 + random.below(40); n > 0; --n) values.push_back(any_double(random, 3));
        long double mean = 0, sum = 0;
        for (const double x : values) mean += x;
        mean /= static_cast<long double>(values.size());
        for (const double x : values) sum += (x - mean) * (x - mean);
        const auto expected = static_cast<double>(std::sqrt(sum / static_cast<long double>(values.size() - 1)));
        CHECK(of(values) == Approx(expected).epsilon(1e-14));
    }
}

TEST_CASE("a sketch's quantiles are within its error of the sorted values'") {
    INFO("seed " << test::seed());
    test::Random random;
    for (int round = 0; round < test::rounds(60); ++round) {
        const bool fine = round % 2 == 0;
        Sketch s(fine ? kFineBins : kCoarseBins), parts[3] = {s, s, s};
        const int width = 1 + static_cast<int>(random.below(11));
        const std::uint64_t kind = random.below(3);
        std::vector<double> values;
        for (std::uint64_t n = 1 + random.below(2000); n > 0; --n) {
            double x = any_double(random, width);
            if (kind == 0) x = std::abs(x);
            if (random.below(20) == 0) x = 0;
            values.push_back(x);
            s.add(x);
            parts[random.below(3)].add(x);
        }
        std::sort(values.begin(), values.end());
        for (std::size_t i = 0; i < values.size(); i += 1 + values.size() / 50)
            CHECK(std::abs(s.at(i) - values[i]) <= (fine ? kFineError : kCoarseError) * std::abs(values[i]));
        CHECK(s.count() == values.size());
        CHECK(s.quantile(0, values.front(), values.back()) == values.front());
        CHECK(s.quantile(1, values.front(), values.back()) == values.back());
        // Merged in any order, saved and loaded: the same bytes.
        Sketch merged(fine ? kFineBins : kCoarseBins);
        for (const int i : {2, 0, 1}) merged.merge(parts[i]);
        std::string a, b, c;
        s.save(a);
        merged.save(b);
        CHECK(a == b);
        Sketch loaded(fine ? kFineBins : kCoarseBins);
        std::string_view in = a;
        REQUIRE(loaded.load(in).ok());
        CHECK(in.empty());
        loaded.save(c);
        CHECK(a == c);
        for (std::size_t cut = 0; cut < a.size(); cut += 1 + a.size() / 7) {
            std::string_view part = std::string_view(a).substr(0, cut);
            CHECK_FALSE(loaded.load(part).ok());
        }
    }
    // Whole numbers that are alone in their bin come back as they are.
    for (const double x : {1.0, 2.0, 4.0, 37.0, -5.0, 0.25, 1e6, 0.0}) {
        Sketch s;
        s.add(x);
        CHECK(s.at(0) == x);
    }
    Sketch extremes;
    for (const double x : {0x1.fffffffffffffp1023, 0x1p-1022, 5e-324}) extremes.add(x);
    CHECK(extremes.at(0) == 0);
    CHECK(extremes.at(1) == Approx(0x1p-1022).epsilon(kFineError));
    CHECK(extremes.at(2) == Approx(0x1.fffffffffffffp1023).epsilon(kFineError));
}

TEST_CASE("blocks leave no trace of their order, parts or pauses") {
    INFO("seed " << test::seed());
    test::Random random;
    for (const std::uint64_t runs : {std::uint64_t{3}, std::uint64_t{203}, kExactRuns, kExactRuns + 5}) {
        for (const bool antithetic : {false, true}) {
            if (antithetic && runs > 1000) continue;  // sums do not know how many there are
            INFO(runs << " runs");
            const auto plan = plan_of(runs, antithetic);
            std::vector<std::uint64_t> order(blocks_of(runs));
            std::iota(order.begin(), order.end(), 0);
            Accumulators straight(plan), paused(plan), a(plan), b(plan), c(plan);
            for (const std::uint64_t block : order) straight.add(block, made_up(block));
            for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
            for (std::size_t i = 0; i < order.size(); ++i) {
                const BlockResult r = made_up(order[i]);
                (random.below(2) == 0 ? a : b).add(order[i], r);
                if (i != order.size() / 2) {
                    (i < order.size() / 2 ? paused : c).add(order[i], r);
                    continue;
                }
                const std::string state = paused.save();
                std::string_view in = state;
                REQUIRE(c.load(in).ok());
                CHECK(in.empty());
                CHECK(c.blocks_done() == i);
                CHECK(c.save() == state);
                c.add(order[i], r);
            }
            REQUIRE(b.merge(a).ok());
            CHECK(said(b) == said(straight));
            CHECK(said(c) == said(straight));
            CHECK(b.save() == straight.save());
            CHECK(c.save() == straight.save());
            CHECK(b.merge(straight).error().code == Code::already_exists);
        }
    }
    // More runs later are as many at once.
    Accumulators once(plan_of(5000)), later(plan_of(3000));
    for (std::uint64_t block = 0; block < blocks_of(5000); ++block) {
        if (block == blocks_of(3000)) later.grow(5000);
        const BlockResult r = made_up(block);
        once.add(block, r);
        later.add(block, r);
    }
    CHECK(said(once) == said(later));
}

TEST_CASE("what is said of kept and of counted values is the same to the sketch's error") {
    const std::uint64_t runs = 2000;
    Accumulators kept(plan_of(runs)), counted(plan_of(kExactRuns + 1));
    for (std::uint64_t block = 0; block < blocks_of(runs); ++block) {
        kept.add(block, made_up(block, true));
        counted.add(block, made_up(block, true));
    }
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        const FigureSummary a = kept.figure(i), b = counted.figure(i);
        CHECK(a.mean == b.mean);
        CHECK(a.sd == b.sd);
        CHECK(a.missing + kExactRuns + 1 - runs == b.missing);
        for (std::size_t q = 0; q < kQuantiles.size(); ++q)
            CHECK(std::abs(a.quantiles[q] - b.quantiles[q]) <=
                  2 * kFineError * std::max(std::abs(a.quantiles[q]), 1e-9));
        CHECK(a.quantile_error == 0);
        CHECK(b.quantile_error == kFineError);
        if (a.fail) CHECK(a.fail->failed == b.fail->failed);
    }
}

TEST_CASE("antithetic pairs have the error of their means") {
    // x and 1 - x: every pair has the same mean, so the mean has no error at all.
    Accumulators mirrored(plan_of(400, true)), apart(plan_of(400, false));
    test::Random random;
    for (std::uint64_t block = 0; block < 50; ++block) {
        BlockResult r = made_up(block);
        for (std::size_t k = 0; k < kLanes; k += 2) {
            const double x = static_cast<double>(random.below(1 << 20)) * 0x1p-20;
            r.figures[kFinalPrice][k] = x;
            r.figures[kFinalPrice][k + 1] = 1 - x;
        }
        mirrored.add(block, r);
        apart.add(block, r);
    }
    CHECK(mirrored.figure(kFinalPrice).mean == 0.5);
    CHECK(mirrored.figure(kFinalPrice).standard_error == 0);
    CHECK(apart.figure(kFinalPrice).standard_error == Approx(1 / std::sqrt(12.0 * 400)).epsilon(0.1));
}

TEST_CASE("Wilson's interval, thresholds and what is precise enough") {
    // Of R's binom.confint(x, n, method = "wilson").
    CHECK(wilson(0, 10).low == 0);
    CHECK(wilson(0, 10).high == Approx(0.2775328).epsilon(1e-6));
    CHECK(wilson(5, 10).low == Approx(0.2365931).epsilon(1e-6));
    CHECK(wilson(5, 10).high == Approx(0.7634069).epsilon(1e-6));
    CHECK(wilson(10, 10).high == 1);
    Scenario s;
    s.report.thresholds = {{"max_drawdown", true, 0.33}, {"final_price_usd", false, 2}};
    const Bounds b = thresholds_of(s);
    CHECK(b[kMaxDrawdown].broken_by(0.34));
    CHECK_FALSE(b[kMaxDrawdown].broken_by(0.33));
    CHECK(b[kFinalPrice].broken_by(1.9));
    CHECK(b[kInflation].threshold == kFigures[kInflation].threshold);
    CHECK_FALSE(b[kMaxDrawdown].broken_by(std::nan("")));

    const auto p = parse_precision("max_drawdown.p50 ± 0.01");
    REQUIRE(p.ok());
    CHECK(p->figure == kMaxDrawdown);
    CHECK(p->q == 0.5);
    CHECK(p->wanted == 0.01);
    CHECK(parse_precision("final_price_usd+-2").ok());
    CHECK(parse_precision("spiral.fail +/- 0.005")->of == Precision::Of::fail);
    for (const char* bad :
         {"", "max_drawdown", "max_drawdown ±", "max_drawdown ± 0", "max_drawdown ± -1", "max_drawdwn ± 1",
          "max_drawdown.p0 ± 1", "max_drawdown.p100 ± 1", "max_drawdown.x ± 1", "max_drawdown ± 1 1"})
        CHECK(parse_precision(bad).error().code == Code::usage);
    CHECK(parse_precision("max_drawdwn ± 1").error().message.find("\"max_drawdown\"") != std::string::npos);
    CHECK(next_round(0, 100) == 100);
    CHECK(next_round(0, 1'000'000) == kFirstRound);
    CHECK(next_round(kFirstRound, 1'000'000) % kLanes == 0);
    CHECK(next_round(900'000, 1'000'000) == 1'000'000);
}
