// The mathematics of studies on functions whose answers are known.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>

#include "tests/support/catch.hpp"
#include "tokenomics/sim/study/axis.hpp"
#include "tokenomics/sim/study/csv_table.hpp"
#include "tokenomics/sim/study/indices.hpp"
#include "tokenomics/sim/study/intervals.hpp"
#include "tokenomics/sim/study/nelder_mead.hpp"
#include "tokenomics/sim/study/sobol_sequence.hpp"

namespace assay::sim::study {
namespace {

// Ishigami and Homma 1990, a = 7, b = 0.1, on [-pi, pi]^3.
double ishigami(const std::vector<double>& unit) {
    const auto at = [&](std::size_t i) { return (2 * unit[i] - 1) * std::numbers::pi; };
    const double s = std::sin(at(1));
    return std::sin(at(0)) + 7 * s * s + 0.1 * std::pow(at(2), 4) * std::sin(at(0));
}

std::vector<double> values_at(const Matrix& x, double (*f)(const std::vector<double>&)) {
    std::vector<double> out;
    for (const auto& row : x) out.push_back(f(row));
    return out;
}

std::string message_of(const std::string& text) {
    const auto a = parse_axis("--param", text);
    return a ? "" : a.error().message;
}

}  // namespace

TEST_CASE("Sobol's sequence begins as published, in all dimensions as new-joe-kuo-6 has it") {
    const SobolSequence s(kSobolDimensions);
    // Joe and Kuo's own example: the first ten points in three dimensions.
    const double published[10][3] = {{0, 0, 0},
                                     {0.5, 0.5, 0.5},
                                     {0.75, 0.25, 0.25},
                                     {0.25, 0.75, 0.75},
                                     {0.375, 0.375, 0.625},
                                     {0.875, 0.875, 0.125},
                                     {0.625, 0.125, 0.875},
                                     {0.125, 0.625, 0.375},
                                     {0.1875, 0.3125, 0.9375},
                                     {0.6875, 0.8125, 0.4375}};
    for (std::uint32_t i = 0; i < 10; ++i)
        for (std::size_t d = 0; d < 3; ++d) CHECK(s.point(i)[d] == published[i][d]);
    // SciPy 1.17.1, qmc.Sobol(64, scramble=False, bits=32).
    CHECK(s.point(77)[1] == 0.8359375);
    CHECK(s.point(77)[20] == 0.1484375);
    CHECK(s.point(77)[63] == 0.8828125);
    CHECK(s.point(1023)[20] == 0.8662109375);
    CHECK(s.point(1023)[40] == 0.6318359375);
    CHECK(s.point(1023)[63] == 0.0400390625);
    // A shift keeps each interval of a power of two met once, and stays off the edges.
    const SobolSequence moved(3, 7);
    for (std::size_t d = 0; d < 3; ++d) {
        std::set<int> met;
        for (std::uint32_t i = 0; i < 64; ++i) {
            const double x = moved.point(i)[d];
            CHECK((x > 0 && x < 1));
            met.insert(static_cast<int>(x * 64));
        }
        CHECK(met.size() == 64);
    }
    CHECK(moved.point(5) != SobolSequence(3, 8).point(5));
}

TEST_CASE("a Latin hypercube meets each stratum of each column once") {
    const Matrix x = latin_hypercube(50, 4, 11);
    for (std::size_t c = 0; c < 4; ++c) {
        std::set<int> met;
        for (const auto& row : x) met.insert(static_cast<int>(row[c] * 50));
        CHECK(met.size() == 50);
    }
    CHECK(latin_hypercube(50, 4, 11) == x);
    CHECK(latin_hypercube(50, 4, 12) != x);
}

TEST_CASE("Sobol's indices of Ishigami's function are the published ones") {
    const Matrix x = saltelli_design(4096, 3, 1);
    REQUIRE(x.size() == 4096 * 5);
    const auto s = sobol_indices(values_at(x, ishigami), 3, 1);
    const double first[] = {0.3139, 0.4424, 0}, total[] = {0.5576, 0.4424, 0.2437};
    for (std::size_t i = 0; i < 3; ++i) {
        INFO(i);
        CHECK(std::fabs(s[i].first.value - first[i]) < 0.01);
        CHECK(std::fabs(s[i].total.value - total[i]) < 0.01);
        // Intervals are about the estimate, narrow, and hold the truth.
        CHECK((s[i].first.low <= first[i] && first[i] <= s[i].first.high));
        CHECK((s[i].total.low <= total[i] && total[i] <= s[i].total.high));
        CHECK(s[i].first.high - s[i].first.low < 0.1);
    }
    // What does not vary has no shares.
    const auto flat = sobol_indices(std::vector<double>(5 * 8, 3.0), 3, 1);
    CHECK(std::isnan(flat[0].first.value));
}

TEST_CASE("Morris's effects of a known function") {
    // 2 x0 - 3 x1 + 0 x2: slopes, no interaction. x3 x4: each one's slope is the other's value.
    const Matrix x = morris_design(200, 5, 4, 3);
    REQUIRE(x.size() == 200 * 6);
    std::vector<double> y;
    for (const auto& r : x) y.push_back(2 * r[0] - 3 * r[1] + r[3] * r[4]);
    const auto m = morris_indices(x, y, 4, 3);
    CHECK(std::fabs(m[0].mu.value - 2) < 1e-12);
    CHECK(std::fabs(m[1].mu.value + 3) < 1e-12);
    CHECK(std::fabs(m[1].mu_star.value - 3) < 1e-12);
    CHECK(m[0].sigma.value < 1e-12);
    CHECK(m[2].mu_star.value == 0);
    CHECK(std::fabs(m[3].mu.value - 0.5) < 0.1);
    CHECK(m[3].sigma.value > 0.2);
    // One column moves at a time, by two thirds, and stays on the grid of thirds.
    for (std::size_t t = 0; t < 200; ++t)
        for (std::size_t k = 1; k < 6; ++k) {
            int moved = 0;
            for (std::size_t c = 0; c < 5; ++c) {
                const double d = std::fabs(x[t * 6 + k][c] - x[t * 6 + k - 1][c]);
                if (d > 0) {
                    ++moved;
                    CHECK(std::fabs(d - 2.0 / 3) < 1e-12);
                }
                CHECK(std::fabs(x[t * 6 + k][c] * 3 - std::round(x[t * 6 + k][c] * 3)) < 1e-12);
            }
            CHECK(moved == 1);
        }
}

TEST_CASE("noise of averages is told from what the points make, and from luck that all points share") {
    // value = point's effect + run's luck + both together, from a Latin hypercube's uniforms.
    const std::size_t points = 400, runs = 20;
    const Matrix u = latin_hypercube(points * runs, 1, 5);
    const auto make = [&](double effect, double luck, double both) {
        std::vector<double> v;
        for (std::size_t p = 0; p < points; ++p)
            for (std::size_t r = 0; r < runs; ++r)
                v.push_back(effect * static_cast<double>(p) / points + luck * static_cast<double>(r * r) +
                            both * (u[p * runs + r][0] - 0.5) * std::sqrt(12.0));
        return v;
    };
    const NoiseShare none = noise_share(make(1, 5, 0), points, runs);
    CHECK(std::fabs(none.between - 1.0 / 12) < 0.001);
    CHECK(none.share() < 1e-9);
    CHECK(none.common > 1);
    const NoiseShare half = noise_share(make(1, 5, std::sqrt(20.0 / 12)), points, runs);  // 1/12 of variance by noise
    CHECK(std::fabs(half.share() - 0.5) < 0.05);
}

TEST_CASE("intervals as tables have them") {
    const std::pair<std::uint64_t, double> student[] = {{1, 12.706204736},  {2, 4.302652730},    {3, 3.182446305},
                                                        {10, 2.228138852},  {11, 2.200985160},   {499, 1.964729391},
                                                        {501, 1.964710322}, {10000, 1.960201239}};
    for (const auto& [degrees, t] : student) CHECK(std::fabs(student_975(degrees) - t) < 3e-8);
    const Estimate p = proportion(3, 100);
    CHECK(std::fabs(p.low - 0.010254524) < 1e-6);
    CHECK(std::fabs(p.high - 0.084519364) < 1e-6);
    CHECK(proportion(0, 50).low == 0);
    CHECK(proportion(50, 50).high == 1);
    // Of 1,000 samples of 200 uniforms about 95 % have the median's interval over the true one.
    const Matrix u = latin_hypercube(200'000, 1, 3);
    int covered = 0;
    for (std::size_t s = 0; s < 1000; ++s) {
        std::vector<double> v;
        for (std::size_t i = 0; i < 200; ++i) v.push_back(u[s * 200 + i][0]);
        std::sort(v.begin(), v.end());
        const Estimate e = quantile_interval(v, 0.5);
        covered += e.low <= 0.5 && 0.5 <= e.high ? 1 : 0;
    }
    CHECK(covered > 930);
    CHECK(covered < 985);
    const std::vector<double> few = {1, 2, 3};
    CHECK(std::isinf(quantile_interval(few, 0.95).high));
}

TEST_CASE("the optimiser finds known minima, on a wall too") {
    const auto bowl = minimise(3, 400, [](const std::vector<double>& x) {
        return std::pow(x[0] - 0.3, 2) + 5 * std::pow(x[1] - 0.7, 2) + std::pow(x[2] - 0.5, 2);
    });
    CHECK(bowl.value < 1e-6);
    CHECK(bowl.evaluations <= 400);
    // Rosenbrock's valley on [-2, 2]^2, smallest at (1, 1).
    const auto valley = minimise(2, 600, [](const std::vector<double>& u) {
        const double x = 4 * u[0] - 2, y = 4 * u[1] - 2;
        return 100 * std::pow(y - x * x, 2) + std::pow(1 - x, 2);
    });
    CHECK(std::fabs(valley.at[0] - 0.75) < 0.01);
    CHECK(std::fabs(valley.at[1] - 0.75) < 0.01);
    const auto wall = minimise(2, 200, [](const std::vector<double>& x) { return x[0] + std::pow(x[1] - 0.4, 2); });
    CHECK(wall.at[0] == 0);
    CHECK(std::fabs(wall.at[1] - 0.4) < 0.01);
    // Points that cannot be are walked around.
    const auto hole = minimise(
        1, 100, [](const std::vector<double>& x) { return x[0] > 0.6 ? std::nan("") : std::pow(x[0] - 0.59, 2); });
    CHECK(std::fabs(hole.at[0] - 0.59) < 0.01);
}

TEST_CASE("what is typed for a field") {
    const auto list = parse_axis("--param", "bme.spread_ppb=0,2500000");
    REQUIRE(list);
    CHECK(list->values == std::vector<std::string>{"0", "2500000"});
    const auto range = parse_axis("--param", "demand.volatility=0.1:10:5:log");
    REQUIRE(range);
    CHECK(range->list().size() == 5);
    CHECK(range->list().front() == "0.1");
    CHECK(range->list().back() == "10");
    CHECK(std::fabs(range->number_at(0.5) - 1) < 1e-12);
    const auto lists = parse_axis("--param", "classes=[1,2],[3]");
    REQUIRE(lists);
    CHECK(lists->values == std::vector<std::string>{"[1,2]", "[3]"});
    Axis percent = *parse_axis("--param", "bme.spread_ppb=0%:1%");
    CHECK(percent.high == 1e7);
    percent.decimals = 0;
    CHECK(percent.at(0.123456789) == "1234568");
    CHECK(message_of("demand.drift").find("written as") != std::string::npos);
    CHECK(message_of("demand.drift=1:0").find("the first number must be the smaller") != std::string::npos);
    CHECK(message_of("demand.drift=0:1:log").find("above 0") != std::string::npos);
    CHECK(message_of("demand.drift=0:x").find("\"x\" is no number") != std::string::npos);
    CHECK(message_of("demand.drift=0:1:1").find("allowed are 2") != std::string::npos);
}

TEST_CASE("a CSV file says where it is wrong") {
    const auto good = csv_from_text(
        "\xef\xbb\xbf"
        "end,\"usd, net\"\r\n2024-01-31 00:00:00+00:00,1.5\r\n2024-02-29T12:00:00.000Z,\"2\"\n",
        "a.csv");
    REQUIRE(good);
    CHECK(*good->numbers("usd, net") == std::vector<double>{1.5, 2});
    const auto days = good->days("end", 1);
    REQUIRE(days);
    CHECK((*days)[1] - (*days)[0] == 29.5);
    const auto error = [](const std::string& text, const std::string& column, bool time = false) {
        const auto t = csv_from_text(text, "a.csv");
        if (!t) return t.error().message;
        const auto v = time ? t->days(column, 1) : t->numbers(column);
        return v ? std::string() : v.error().message;
    };
    CHECK(error("t,x\n1,2\n2,n/a\n", "x") == "a.csv line 3 (row 1), column x: \"n/a\" is no number");
    CHECK(error("t,x\n1,2\n\n2,\n", "x") == "a.csv line 4 (row 1), column x: the cell is empty");
    CHECK(error("t,x\n1,2\n2\n", "x") == "a.csv line 3 has 1 cells, the head has 2");
    CHECK(error("t,x\n1,2\n1,3\n", "t", true) == "a.csv line 3 (row 1), column t: the time \"1\" is there twice");
    CHECK(error("t,x\n2,2\n1,3\n", "t", true).find("is before that of the row above") != std::string::npos);
    CHECK(error("t,x\n2,2\n2024-01-01,3\n", "t", true).find("a date among numbers") != std::string::npos);
    CHECK(error("price,x\n1,2\n", "prise") == "a.csv has no column \"prise\"; did you mean \"price\"?");
    CHECK(error("x,x\n1,2\n", "x").find("is there twice") != std::string::npos);
    CHECK(error("", "x").find("is empty") != std::string::npos);
    CHECK(error("x\n\"1\n", "x").find("never closed") != std::string::npos);
}

}  // namespace assay::sim::study
