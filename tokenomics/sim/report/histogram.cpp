#include "tokenomics/sim/report/histogram.hpp"

#include <algorithm>
#include <cmath>

#include "tokenomics/sim/model/real.hpp"

namespace assay::sim::report {

// Sturges and Scott ask for 8 to 60 bins at 100 to 100,000 runs; a small chart shows 36 well.
Histogram Histogram::over(double low, double high, std::uint64_t runs, bool whole) {
    Histogram out;
    out.low = low;
    out.high = high;
    constexpr double kWide = 300;  // two and a half decades
    out.logarithmic = low > 0 && high / low > kWide;
    std::uint64_t n = 6;
    while (n < 36 && n * n * n < 8 * runs) ++n;  // twice the cube root of the runs
    constexpr double kMostWhole = 40;
    if (whole && high > low && high - low < kMostWhole) {
        out.low = low - 0.5;
        out.high = high + 0.5;
        out.logarithmic = false;
        out.bins.assign(static_cast<std::size_t>(high - low + 1.5), 0);
        return out;
    }
    out.bins.assign(low == high ? 1 : n, 0);
    return out;
}

void Histogram::add(double x) {
    if (std::isnan(x)) return;
    ++values;
    if (x < low || x > high) {
        ++outside;
        return;
    }
    const double n = static_cast<double>(bins.size());
    double at = 0;
    if (logarithmic)
        at = real::log(x / low) / real::log(high / low);
    else if (high > low)
        at = (x - low) / (high - low);
    ++bins[std::min(bins.size() - 1, static_cast<std::size_t>(std::max(0.0, at * n)))];
}

}  // namespace assay::sim::report
