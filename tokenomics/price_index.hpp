// What work of a class was paid with, told exactly and in bounded space: an index for people, which no rule reads.
//
//   PriceIndex p;
//   ASSAY_TRY_VOID(add_units(p, price, 1));            // a unit of work that a buyer paid
//   PriceSummary s = summarize({{p, q}});              // several epochs: s.units, s.least, s.median, s.mean
#pragma once

#include <span>
#include <vector>

#include "base/borsh.hpp"

namespace assay::tokenomics {

/// Distinct prices that a record keeps apart.
inline constexpr std::size_t kPricePoints = 64;

struct PricePoint {
    Credits price;  ///< micro-USD per unit of work
    std::uint64_t units = 0;
    ASSAY_FIELDS(price, units)
    bool operator==(const PricePoint&) const = default;
};

/// Units paid for in some time. `units`, `least` and `sum` are exact whatever happens; `points`, ascending by price,
/// add up to `units`, and are exact unless `merged`.
struct PriceIndex {
    std::uint64_t units = 0;
    Credits least;        ///< the lowest price; 0 while units is 0
    Credits sum;          ///< of price x units
    bool merged = false;  ///< some units stand at a price below theirs
    std::vector<PricePoint> points;
    ASSAY_FIELDS(units, least, sum, merged, points)
    bool operator==(const PriceIndex&) const = default;
};

/// A price that has no place left joins two neighbours: of all pairs that of the smallest difference, the lowest such
/// pair, at the lower of both prices. So a median is never told too high. Total. Errors: overflow (nothing changed).
[[nodiscard]] Status add_units(PriceIndex& index, Credits price, std::uint64_t units);

struct PriceSummary {
    std::uint64_t units = 0;
    Credits least;
    Credits median;     ///< the lowest kept price at or below which half of the units were, at least
    Credits mean;       ///< floor(sum / units), each unit once
    bool exact = true;  ///< false: the median may be below the true one
};
/// All zero where no unit was paid. Total; sums beyond the types count as their largest values.
[[nodiscard]] PriceSummary summarize(std::span<const PriceIndex> parts);

}  // namespace assay::tokenomics
