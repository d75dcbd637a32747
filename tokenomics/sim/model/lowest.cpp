#include "tokenomics/sim/model/lowest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::sim {
namespace {

// Where about a share `p` of a bell curve is below, in standard deviations; a little above it, to be sure.
double bound_for(double p) {
    if (p < 0.06) return -1.45;
    return p < 0.12 ? -1.0 : 0.0;
}

}  // namespace

Lowest::Lowest(const Row* rows, std::size_t n, std::size_t wanted) : rows_(rows), n_(n), wanted_(wanted) {
    std::array<double, kLanes> sum{}, squares{};
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const double x = static_cast<double>(rows[i][lane]);
            sum[lane] += x;
            squares[lane] += x * x;
        }
    const auto count = static_cast<double>(n);
    const double z = bound_for(static_cast<double>(wanted) / count);
    Row bound{};
    std::array<float*, kLanes> to{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const double mean = sum[lane] / count;
        bound[lane] = static_cast<float>(mean + z * std::sqrt(std::max(0.0, squares[lane] / count - mean * mean)));
        low_[lane].resize(n + 1);
        to[lane] = low_[lane].data();
    }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            *to[lane] = rows[i][lane];
            to[lane] += rows[i][lane] < bound[lane] ? 1 : 0;
        }
    for (std::size_t lane = 0; lane < kLanes; ++lane)
        low_[lane].resize(static_cast<std::size_t>(to[lane] - low_[lane].data()));
}

const std::vector<float>& Lowest::of(std::size_t lane) {
    chosen_ = low_[lane];
    if (chosen_.size() < wanted_) {  // another curve than a bell
        chosen_.resize(n_);
        for (std::size_t i = 0; i < n_; ++i)
            chosen_[i] = std::isnan(rows_[i][lane]) ? std::numeric_limits<float>::infinity() : rows_[i][lane];
    }
    const auto end = chosen_.begin() + static_cast<std::ptrdiff_t>(wanted_);
    std::nth_element(chosen_.begin(), end - 1, chosen_.end());
    chosen_.resize(wanted_);
    std::sort(chosen_.begin(), chosen_.end());
    return chosen_;
}

}  // namespace assay::sim
