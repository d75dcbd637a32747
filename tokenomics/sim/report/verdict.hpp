// Is this economy healthy, and what breaks it first? Said from the probabilities with which figures pass their
// thresholds.
//
//   const Verdict v = verdict_of(data, data.cells[0]);
//   v.sentence   // "Not healthy: the price falls more than 80 % from an earlier high in 71 % of runs."
//
// A threshold holds where the upper end of its interval is at most 5 %, and fails where the lower end is above 50 %.
// Between them it is at risk; where 5 % lies inside of the interval and above the estimate, the runs are too few to
// tell.
#pragma once

#include "tokenomics/sim/report/result_data.hpp"

namespace assay::sim::report {

inline constexpr double kRare = 0.05, kLikely = 0.5;

enum class Health : std::uint8_t { unknown, holds, unclear, risk, fails };  ///< from good to bad, but the first

/// "holds", "unclear", "at risk", "fails", "not measured".
[[nodiscard]] const char* word_of(Health h);

struct Verdict {
    Health health = Health::unknown;
    std::array<Health, 5> conditions{};  ///< 1 to 4
    std::size_t worst = 0;               ///< index of the metric that most often fails, where there is one
    std::string sentence;                ///< the answer
    std::string sure;                    ///< how far it can be relied on
};

[[nodiscard]] Health health_of(const Failing& f);
[[nodiscard]] Verdict verdict_of(const ReportData& data, const ReportCell& cell);

/// What it means that `metric` passes its threshold: "the price falls more than 80 % from an earlier high".
[[nodiscard]] std::string failure_words(const MetricName& metric, const Failing& f);

/// Is the metric or series a share, which people read in percent?
[[nodiscard]] bool is_share(const std::string& name);

/// 0.7134 as "71 %", 0.0042 as "0.42 %".
[[nodiscard]] std::string percent_text(double p);

/// `hits` of `runs` runs, with the interval.
[[nodiscard]] Failing share_of(std::uint64_t hits, std::uint64_t runs);

}  // namespace assay::sim::report
