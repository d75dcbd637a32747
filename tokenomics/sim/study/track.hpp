// After a vote: what a chain does, epoch by epoch, beside the bands that a result predicted.
//
//   ASSAY_TRY(Bands bands, read_bands("result", 0));
//   Track t = track(bands, live, 1.0);      // live: epochs that are over, days since the prediction's day 0
//   t.metrics[0].inside90 / t.metrics[0].epochs   // should be about 0.9
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace assay::sim::study {

/// 5, 25, 50, 75 and 95 %, as quantiles.csv has them.
inline constexpr std::array<const char*, 5> kBandQuantiles = {"0.05", "0.25", "0.5", "0.75", "0.95"};
struct BandPoint {
    double day = 0;
    std::array<double, 5> q{};
};
/// By series; each ascending by day. A series without values is not there.
using Bands = std::map<std::string, std::vector<BandPoint>>;

/// Of a cell of the result in `dir`, whose files were checked. Errors: those of the file; not_found for a cell that
/// there is not; field_out_of_range where the file is not what run writes.
[[nodiscard]] Result<Bands> read_bands(const std::string& dir, std::uint64_t cell);

/// Linear between two recorded days; nothing before the first and after the last.
[[nodiscard]] std::optional<BandPoint> band_at(const std::vector<BandPoint>& band, double day);

/// An epoch that is over. Tokens and dollars of this epoch alone.
struct LiveEpoch {
    std::uint64_t number = 0;
    double from_day = 0, to_day = 0;  ///< since day 0 of the prediction
    double price_usd = 0;             ///< as the chain sees it; 0: it had none
    double minted = 0, burned = 0;    ///< tokens
    double consumed_usd = 0;
};

struct Outside {
    std::uint64_t epoch = 0;
    double day = 0, value = 0, low = 0, high = 0;
};
struct TrackedMetric {
    std::string name;  ///< of the series
    std::uint64_t epochs = 0, inside50 = 0, inside90 = 0;
    std::optional<Outside> first_outside;  ///< of the 90 % band
    std::uint64_t last_epoch = 0;
    double last_day = 0, last_value = 0;
    BandPoint last_band;
};
struct Track {
    std::uint64_t epochs = 0;  ///< that lie within the prediction's days
    std::vector<TrackedMetric> metrics;
};
/// `epochs` follow each other from day 0 on. The price is held against oracle_usd, or price_usd where the result has no
/// oracle; minted and burned since day 0 against their sums; what was consumed, over the last `step_days`, against
/// served_usd_per_day.
[[nodiscard]] Track track(const Bands& bands, const std::vector<LiveEpoch>& epochs, double step_days);

}  // namespace assay::sim::study
