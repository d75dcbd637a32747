// Random numbers of a run, addressed by (seed, run, step, stream).
//
//   const Draws draws(seed, run);
//   const auto z = draws.normals(step, Stream::behaviour);   // four independent standard normals
#pragma once

#include <cstdint>

#include "tokenomics/sim/model/philox.hpp"

namespace assay::sim {

/// What a draw is for. A new use gets a new number: draws of others stay as they are.
enum class Stream : std::uint32_t { behaviour = 0, jumps = 1, agents = 2, agent_phases = 3, jump_sizes = 4 };

class Draws {
   public:
    Draws(std::uint64_t seed, std::uint64_t run)
        : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}, run_(run) {}

    /// 128 random bits. Steps and runs below 2^32 and 2^48 never meet.
    [[nodiscard]] PhiloxCounter bits(std::uint32_t step, Stream stream) const {
        return philox4x32({step, static_cast<std::uint32_t>(run_), static_cast<std::uint32_t>(run_ >> 32),
                           static_cast<std::uint32_t>(stream)},
                          key_);
    }
    /// By Box and Muller from 32-bit uniforms: the largest is 6.7 in size.
    [[nodiscard]] std::array<double, 4> normals(std::uint32_t step, Stream stream) const;

   private:
    PhiloxKey key_;
    std::uint64_t run_;
};

/// In (0, 1): the middle of one of 2^32 intervals.
[[nodiscard]] constexpr double uniform(std::uint32_t bits) {
    return (static_cast<double>(bits) + 0.5) * 0x1p-32;
}

}  // namespace assay::sim
