// "Run until this is known well enough": a figure, what of it, and how far its 95 % interval may reach to either side.
//
//   ASSAY_TRY(Precision p, parse_precision("max_drawdown.p50 ± 0.01"));
//   double reached = half_width(p, simulation.known());
#pragma once

#include <string>

#include "tokenomics/sim/run/accumulators.hpp"

namespace assay::sim {

struct Precision {
    enum class Of : std::uint8_t { mean, quantile, fail };
    std::size_t figure = 0;
    Of of = Of::mean;
    double q = 0;
    double wanted = 0;
    std::string name;  ///< "max_drawdown.p50"
};

/// NAME, NAME.mean, NAME.p50 or NAME.fail (its probability), then ±, +- or +/-, then a number above zero. Errors:
/// usage.
[[nodiscard]] Result<Precision> parse_precision(const std::string& text);

/// Half of the 95 % interval. Infinite where too few runs have the figure.
[[nodiscard]] double half_width(const Precision& p, const Accumulators& known);

/// What it cannot fall below, however many runs there are: of quantiles a sketch's error.
[[nodiscard]] double least_width(const Precision& p, const Accumulators& known);

/// How many runs are made before it is looked at again: they depend on what was made, on nothing else. Half as many
/// as there are come on top, so that what is too much is less than that.
inline constexpr std::uint64_t kFirstRound = 4096, kMostRuns = 1'000'000;
[[nodiscard]] std::uint64_t next_round(std::uint64_t runs, std::uint64_t most);

}  // namespace assay::sim
