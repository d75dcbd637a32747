// Is C the product of A and B? For who holds all three, in the time that reading them takes: Freivalds' check, modulo
// p = 2^61 - 1.
//
//   const Hash seed = …;                                        // fresh, and drawn after C was fixed
//   if (auto wrong = check_product(a, b, c, m, n, k, seed)) …   // wrong->row, wrong->col: this value is not the
//   product's
//
// With a vector r of n numbers below p from the seed, A·(Bᵀ·r) and C·r are compared row by row. A row of C that is
// right always agrees. One that is wrong differs from the right one by whole numbers below 2^33, not all zero, so by
// numbers that are not all zero modulo p: it agrees for one r in p, a chance of 2^-61 over the seed. [Freivalds 1977]
//
// The chance is over a seed that whoever made C did not know. That is why no prover ever sends C·r or picks r: it could
// answer with A·(B·r), which costs n² and not n³ (FAILURES F19).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"

namespace assay::proofs {

inline constexpr std::uint64_t kFreivaldsPrime = (std::uint64_t{1} << 61) - 1;

struct WrongValue {
    std::uint64_t row = 0, col = 0;
    std::int32_t is = 0, should = 0;
    bool operator==(const WrongValue&) const = default;
};

/// A is m x k and B is n x k, int8; C is m x n, int32 as words modulo 2^32; all row by row, of just these sizes, which
/// passed check_job (matrix.hpp). The first wrong value of the first row that does not agree, or nothing.
[[nodiscard]] std::optional<WrongValue> check_product(ByteView a, ByteView b, std::span<const std::uint32_t> c,
                                                      std::uint64_t m, std::uint64_t n, std::uint64_t k,
                                                      const Hash& seed);

}  // namespace assay::proofs
