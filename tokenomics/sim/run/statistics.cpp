#include "tokenomics/sim/run/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace assay::sim {

double quantile(std::span<const double> sorted, double q) {
    const double at = q * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    if (below + 1 >= sorted.size()) return sorted.back();
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

Moments moments(std::span<const double> values) {
    Moments m;
    if (values.empty()) return m;
    const auto n = static_cast<double>(values.size());
    m.min = m.max = values.front();
    for (const double v : values) {
        m.mean += v;
        m.min = std::min(m.min, v);
        m.max = std::max(m.max, v);
    }
    m.mean /= n;
    if (values.size() > 1) {
        double sum = 0;
        for (const double v : values) sum += (v - m.mean) * (v - m.mean);
        m.sd = std::sqrt(sum / (n - 1));
        m.standard_error = m.sd / std::sqrt(n);
    }
    return m;
}

}  // namespace assay::sim
