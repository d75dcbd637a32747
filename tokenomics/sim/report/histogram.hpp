// How the runs spread over the values of one figure: equal bins, in the logarithm where the values span decades.
//
//   Histogram h = Histogram::over(0.2, 0.9, 10'000);
//   h.add(0.4);
#pragma once

#include <cstdint>
#include <vector>

namespace assay::sim::report {

struct Histogram {
    double low = 0, high = 0;  ///< of the bins; equal where all runs gave one value
    bool logarithmic = false;
    std::vector<std::uint64_t> bins;
    std::uint64_t values = 0, outside = 0;

    /// For `runs` values between `low` and `high`.
    /// `whole`: they are whole numbers, and have a bin each where they are few.
    [[nodiscard]] static Histogram over(double low, double high, std::uint64_t runs, bool whole = false);
    void add(double x);  ///< what is not a number is not counted
};

}  // namespace assay::sim::report
