// How assay-sim speaks: results on stdout, everything else on stderr; with --json one value and nothing more.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace assay::sim::cli {

struct Output {
    bool json = false;

    /// The result, for people or for programs. Returns 0.
    [[nodiscard]] int done(const std::string& text) const;
    /// Prints the error where it belongs and returns its exit code.
    [[nodiscard]] int fail(const Error& error, const std::string& hint = {}) const;
    /// With --json, one more member of the error: `value` is JSON.
    [[nodiscard]] int fail_with(const Error& error, const std::string& hint, const std::string& name,
                                const std::string& value) const;
};

/// A line on stderr that is written again and again, on a terminal; with `lines`, JSON lines instead. What was done at
/// the first call was done before, and does not count as speed.
class Progress {
   public:
    explicit Progress(bool lines);
    void show(std::uint64_t done, std::uint64_t of, std::uint64_t steps_per_run);
    ~Progress();

   private:
    bool lines_, terminal_, shown_ = false;
    double started_ = 0;
    std::uint64_t before_ = 0;
};

/// Columns as wide as they need to be; the first row is the head. Right-aligned where `right` says so.
class Table {
   public:
    explicit Table(std::string right) : right_(std::move(right)) {}  ///< one of "l" or "r" per column
    void row(std::initializer_list<std::string> cells);
    [[nodiscard]] std::string text() const;

   private:
    std::string right_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace assay::sim::cli
