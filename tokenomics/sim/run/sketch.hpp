// Quantiles of values that are not kept: counts in bins that grow by a constant factor, as DDSketch has them (Masson,
// Rim, Lee 2019), positive, negative and zero. Counts are whole numbers, so that order and merging leave no trace. The
// bin of a number is found from its bits: a cubic stands for the logarithm of the mantissa, and no library for either.
//
//   Sketch s(kFineBins);                 // any quantile within 0.1 % of the true one
//   for (double x : values) s.add(x);
//   double median = s.quantile(0.5, min, max);
//
// What stands for a bin is the roundest number in it: 4 for what was counted at 4, 51,200,000 near 51,234,567.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace assay::sim {

/// Bins to a factor of e are 10/7 of these at least: so the widest is 0.1 %, or 0.5 %, of what is in it.
inline constexpr double kFineBins = 701, kCoarseBins = 141;
inline constexpr double kFineError = 0.001, kCoarseError = 0.005;

class Sketch {
   public:
    explicit Sketch(double bins = kFineBins) : bins_(bins) {}

    /// Finite numbers only.
    void add(double x) {
        const double size = std::abs(x);
        if (size < kSmallest) {
            ++zeros_;
            return;
        }
        Side& side = x > 0 ? positive_ : negative_;
        const std::int32_t index = index_of(size), chunk = index >> kChunkBits;
        const auto at = static_cast<std::size_t>(chunk - side.first);
        ++side.total;
        // Nearly always the bin is there.
        if (chunk >= side.first && at < side.directory.size() && side.directory[at] != 0)
            ++side.counts[(side.directory[at] - 1) * kChunk + static_cast<std::size_t>(index & (kChunk - 1))];
        else
            ++side.bin(index);
    }
    void merge(const Sketch& other);
    [[nodiscard]] std::uint64_t count() const { return zeros_ + positive_.total + negative_.total; }

    /// As type 7 of the sorted values; `min` and `max` are known. There must be one value.
    [[nodiscard]] double quantile(double q, double min, double max) const;
    /// What stands for the value of that rank, from 0.
    [[nodiscard]] double at(std::uint64_t rank) const;

    /// Bytes of its own: every bin that is not empty, ascending.
    void save(std::string& out) const;
    /// Takes them from the front of `in`. Errors: bad_state_file.
    [[nodiscard]] Status load(std::string_view& in);
    /// Heap that it holds.
    [[nodiscard]] std::size_t bytes() const;

   private:
    static constexpr double kSmallest = 0x1p-1022;  ///< what is smaller counts as zero
    static constexpr int kChunkBits = 5, kChunk = 1 << kChunkBits;
    // Counts of one sign. Bins come in chunks; the directory says where each is, and grows to both sides.
    struct Side {
        std::int32_t first = 0;                ///< chunk of the directory's first entry
        std::vector<std::uint32_t> directory;  ///< 0: nothing there, else one more than the chunk's place
        std::vector<std::uint32_t> counts;
        std::uint64_t total = 0;
        std::uint32_t& bin(std::int32_t index);
        void add(std::int32_t index, std::uint32_t times) {
            bin(index) += times;
            total += times;
        }
    };
    // Of what is at least the smallest normal number.
    [[nodiscard]] std::int32_t index_of(double size) const {
        const auto bits = std::bit_cast<std::uint64_t>(size);
        const double s = std::bit_cast<double>((bits & 0xfffffffffffffull) | 0x3ff0000000000000ull) - 1.0;
        const double log =
            static_cast<double>(static_cast<int>(bits >> 52) - 1023) + ((6.0 / 35 * s - 3.0 / 5) * s + 10.0 / 7) * s;
        const double at = bins_ * log;
        const auto whole = static_cast<std::int32_t>(at);  // floor, where the library's is a call
        return whole - (at < whole ? 1 : 0);
    }
    [[nodiscard]] double lower_end(std::int32_t index) const;
    [[nodiscard]] double stands_for(std::int32_t index) const;
    [[nodiscard]] double of_rank(const Side& side, std::uint64_t rank) const;

    double bins_;
    std::uint64_t zeros_ = 0;
    Side positive_, negative_;
};

}  // namespace assay::sim
