// A table of doubles with a row per run: in memory, or in a file that is mapped, where there may be more of them than
// memory. Who writes different rows needs no lock.
//
//   ASSAY_TRY(Rows rows, Rows::in_file("out.partial/figures.bin", 1'000'000, kFigureCount));
//   rows.row(17)[kMaxDrawdown] = 0.3;
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"

namespace assay::sim {

class Rows {
   public:
    Rows() = default;
    /// Of NaN.
    [[nodiscard]] static Rows in_memory(std::uint64_t rows, std::size_t width);
    /// A file of that size; what it holds stays. Its place on the disk is taken at once, so that a disk that is full
    /// says so here. Errors: io_error.
    [[nodiscard]] static Result<Rows> in_file(const std::string& path, std::uint64_t rows, std::size_t width);

    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] std::size_t width() const { return width_; }
    [[nodiscard]] std::span<double> row(std::uint64_t i) const { return {data_ + i * width_, width_}; }
    [[nodiscard]] std::span<const double> all() const { return {data_, rows_ * width_}; }
    /// Of the rows [first, end), whatever the order in which sums of such sums are taken.
    [[nodiscard]] std::uint64_t checksum(std::uint64_t first, std::uint64_t end) const;
    /// To the disk.
    [[nodiscard]] Status sync() const;
    /// What keeps the numbers alive.
    [[nodiscard]] std::shared_ptr<const void> holder() const { return holder_; }

   private:
    double* data_ = nullptr;
    std::uint64_t rows_ = 0;
    std::size_t width_ = 0;
    bool mapped_ = false;
    std::shared_ptr<void> holder_;
};

}  // namespace assay::sim
