// NumPy's npz: a zip file of arrays, each stored as it is. `numpy.load("paths.npz")["price_usd"]` is one of them.
//
//   NpzArray prices{"price_usd", {runs, points}, [&](std::uint64_t i) { return values[i]; }};
//   ASSAY_TRY_VOID(write_npz({prices}, sink));
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace assay::sim {

/// Takes bytes one after another.
using Sink = std::function<Status(std::string_view)>;

struct NpzArray {
    std::string name;
    std::vector<std::uint64_t> shape;
    std::function<double(std::uint64_t)> at;  ///< in C order; asked twice
};

/// What the file will take.
[[nodiscard]] std::uint64_t npz_bytes(const std::vector<NpzArray>& arrays);
/// A zip without extensions holds 4 GiB.
inline constexpr std::uint64_t kNpzLimit = 0xffffffffull;

/// At most kNpzLimit bytes. Errors: the sink's.
[[nodiscard]] Status write_npz(const std::vector<NpzArray>& arrays, const Sink& sink);

}  // namespace assay::sim
