// The smallest value of a function in the unit cube, without derivatives: Nelder and Mead 1965 with the parameters of
// Gao and Han 2012 for many dimensions, from the best points of a Sobol set, again and again while evaluations are
// left.
//
//   const Minimum m = minimise(2, 300, [](const auto& x) { return std::pow(x[0] - 0.3, 2) + std::pow(x[1] - 0.7, 2);
//   }); m.at;      // {0.3, 0.7}, nearly
//
// It draws nothing at random: the same function gives the same path.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace assay::sim::study {

struct Minimum {
    std::vector<double> at;
    double value = 0;
    std::uint64_t evaluations = 0;
    std::uint64_t restarts = 0;
};

/// `f` may say infinity or no number for a point that cannot be; it may end the search by returning kEndSearch.
inline constexpr double kEndSearch = -1e308;
[[nodiscard]] Minimum minimise(std::size_t dimensions, std::uint64_t evaluations,
                               const std::function<double(const std::vector<double>&)>& f);

}  // namespace assay::sim::study
