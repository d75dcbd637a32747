#include "tokenomics/sim/study/intervals.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "tokenomics/sim/run/statistics.hpp"
#include "tokenomics/sim/study/draw.hpp"

namespace assay::sim::study {
namespace {

// Student's cumulative probability of |T| <= t: Abramowitz and Stegun 26.7.3 and 26.7.4, finite sums.
double student_within(double t, std::uint64_t degrees) {
    const double n = static_cast<double>(degrees), theta = std::atan(t / std::sqrt(n));
    const double sine = std::sin(theta), cosine = std::cos(theta), square = cosine * cosine;
    if (degrees == 1) return 2 * theta / std::numbers::pi;
    double term = degrees % 2 == 0 ? 1 : cosine, sum = term;
    for (std::uint64_t k = degrees % 2 == 0 ? 2 : 3; k <= degrees - 2; k += 2) {
        term *= square * static_cast<double>(k - 1) / static_cast<double>(k);
        sum += term;
    }
    return degrees % 2 == 0 ? sine * sum : 2 / std::numbers::pi * (theta + sine * sum);
}

}  // namespace

double student_975(std::uint64_t degrees) {
    if (degrees > 500) {  // Cornish and Fisher's expansion, right to ten digits from here on
        const double z = kZ95, n = static_cast<double>(degrees), z3 = z * z * z, z5 = z3 * z * z;
        return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n);
    }
    double low = 0, high = 20;
    for (int i = 0; i < 60; ++i) {
        const double middle = 0.5 * (low + high);
        (student_within(middle, degrees) < 0.95 ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

Estimate proportion(double hits, std::uint64_t n) {
    if (n == 0) return {std::nan(""), 0, 1};
    const double count = static_cast<double>(n), p = hits / count, z2 = kZ95 * kZ95;
    const double middle = (p + z2 / (2 * count)) / (1 + z2 / count);
    const double half = kZ95 / (1 + z2 / count) * std::sqrt(p * (1 - p) / count + z2 / (4 * count * count));
    return {p, p <= 0 ? 0 : std::max(0.0, middle - half), p >= 1 ? 1 : std::min(1.0, middle + half)};
}

Estimate mean_interval(std::span<const double> values) {
    const Moments m = moments(values);
    if (values.size() < 2) return {m.mean, std::nan(""), std::nan("")};
    const double half = student_975(values.size() - 1) * m.standard_error;
    return {m.mean, m.mean - half, m.mean + half};
}

Estimate quantile_interval(std::span<const double> sorted, double q) {
    const double n = static_cast<double>(sorted.size());
    const double half = kZ95 * std::sqrt(n * q * (1 - q));
    const double low = std::floor(n * q - half), high = std::ceil(n * q + half);  // ranks, from 1
    const double open = std::numeric_limits<double>::infinity();
    return {quantile(sorted, q), low < 1 ? -open : sorted[static_cast<std::size_t>(low) - 1],
            high >= n ? open : sorted[static_cast<std::size_t>(high)]};
}

Estimate bootstrap(std::uint32_t n, std::uint32_t resamples, std::uint64_t seed,
                   const std::function<double(std::span<const std::uint32_t>)>& statistic) {
    std::vector<std::uint32_t> indices(n);
    for (std::uint32_t i = 0; i < n; ++i) indices[i] = i;
    Estimate out;
    out.value = statistic(indices);
    std::vector<double> values;
    for (std::uint32_t r = 0; r < resamples; ++r) {
        for (std::uint32_t i = 0; i < n; i += 4) {
            const PhiloxCounter four =
                philox4x32({i, r, 0, static_cast<std::uint32_t>(Purpose::bootstrap)},
                           {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
            for (std::uint32_t k = 0; k < 4 && i + k < n; ++k)
                indices[i + k] = static_cast<std::uint32_t>(std::uint64_t{four[k]} * n >> 32);
        }
        const double v = statistic(indices);
        if (!std::isnan(v)) values.push_back(v);
    }
    std::sort(values.begin(), values.end());
    out.low = values.empty() ? std::nan("") : quantile(values, 0.025);
    out.high = values.empty() ? std::nan("") : quantile(values, 0.975);
    return out;
}

}  // namespace assay::sim::study
