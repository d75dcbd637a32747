// Numbers with a meaning: they compare and count, and do not mix.
#pragma once

#include <compare>
#include <cstdint>

namespace assay {

template <class Tag>
struct Ordinal {
    std::uint64_t value = 0;

    constexpr auto operator<=>(const Ordinal&) const = default;
    constexpr Ordinal operator+(std::uint64_t n) const { return Ordinal{value + n}; }
    constexpr Ordinal operator-(std::uint64_t n) const { return Ordinal{value - n}; }
};

using Height = Ordinal<struct HeightTag>;  ///< block height; the first block is 1, genesis is 0
using Epoch = Ordinal<struct EpochTag>;    ///< epoch number; the first is 0

/// USD x 10^-8 per whole token (PROTOCOL §1). Below kStale it counts as stale.
struct Price {
    std::uint64_t value = 0;
    static constexpr std::uint64_t kOneUsd = 100'000'000;
    static constexpr std::uint64_t kStale = 10'000;
    constexpr auto operator<=>(const Price&) const = default;
};

/// Milliseconds since 1970-01-01T00:00:00Z, of a block; never of the machine.
struct TimeMs {
    std::uint64_t value = 0;
    constexpr auto operator<=>(const TimeMs&) const = default;
};

}  // namespace assay
