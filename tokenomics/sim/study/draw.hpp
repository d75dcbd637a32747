// Random numbers of studies: Philox under the study's seed, addressed by what they are for. The model's own counters
// end in its streams, small numbers; these end in a word of their own, so that the two never meet.
//
//   double u = random_unit(seed, Purpose::stratum, row, column);   // in (0, 1)
#pragma once

#include <utility>
#include <vector>

#include "tokenomics/sim/model/random.hpp"

namespace assay::sim::study {

enum class Purpose : std::uint32_t {
    shift = 0x80000000u,  ///< of a Sobol sequence
    permutation,
    stratum,
    trajectory,
    bootstrap,
};

[[nodiscard]] inline std::uint32_t random_bits(std::uint64_t seed, Purpose purpose, std::uint32_t a, std::uint32_t b,
                                               std::uint32_t c = 0) {
    return philox4x32({a, b, c, static_cast<std::uint32_t>(purpose)},
                      {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)})[0];
}
[[nodiscard]] inline double random_unit(std::uint64_t seed, Purpose purpose, std::uint32_t a, std::uint32_t b,
                                        std::uint32_t c = 0) {
    return uniform(random_bits(seed, purpose, a, b, c));
}
/// A whole number below `n`, n < 2^32; the bias is below n / 2^32.
[[nodiscard]] inline std::uint32_t random_below(std::uint64_t seed, Purpose purpose, std::uint32_t n, std::uint32_t a,
                                                std::uint32_t b, std::uint32_t c = 0) {
    return static_cast<std::uint32_t>(std::uint64_t{random_bits(seed, purpose, a, b, c)} * n >> 32);
}
/// 0 to n - 1 in random order (Fisher and Yates).
[[nodiscard]] inline std::vector<std::uint32_t> random_order(std::uint64_t seed, Purpose purpose, std::uint32_t n,
                                                             std::uint32_t a) {
    std::vector<std::uint32_t> out(n);
    for (std::uint32_t i = 0; i < n; ++i) out[i] = i;
    for (std::uint32_t i = n; i > 1; --i) std::swap(out[i - 1], out[random_below(seed, purpose, i, a, i)]);
    return out;
}

}  // namespace assay::sim::study
