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

Lowest::Lowest(const Row* rows, std::size_t n, std::size_t wanted, const Usual& usual)
    : rows_(rows), n_(n), wanted_(wanted), low_((n + 1) * kLanes) {
    const double z = bound_for(static_cast<double>(wanted) / static_cast<double>(n));
    Row bound{};
    std::array<float*, kLanes> to{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        bound[lane] = static_cast<float>(usual.mean[lane] + z * usual.sd[lane]);
        to[lane] = low_.data() + (n + 1) * lane;
    }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t lane = 0; lane < kLanes; ++lane) {  // written always, kept where it is low: no branch
            *to[lane] = rows[i][lane];
            to[lane] += rows[i][lane] < bound[lane] ? 1 : 0;
        }
    for (std::size_t lane = 0; lane < kLanes; ++lane)
        count_[lane] = static_cast<std::size_t>(to[lane] - low_.data()) - (n + 1) * lane;
}

const std::vector<float>& Lowest::of(std::size_t lane) {
    const auto begin = low_.begin() + static_cast<std::ptrdiff_t>((n_ + 1) * lane);
    chosen_.assign(begin, begin + static_cast<std::ptrdiff_t>(count_[lane]));
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
