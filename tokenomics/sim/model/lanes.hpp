// Eight runs side by side: the numbers of behaviour are vectors of eight doubles, whatever the processor has. The
// compiler makes of them one AVX-512 register, two of AVX2 or four of SSE2; IEEE 754 fixes every bit of + - * / and
// sqrt, so all three give the same.
//
//   Lanes price = y / x;
//   price = select(price > cap, cap, price);
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace assay::sim {

inline constexpr std::size_t kLanes = 8;

typedef double Lanes __attribute__((vector_size(64)));
typedef std::int64_t LaneMask __attribute__((vector_size(64)));  ///< all ones or zero in each lane
typedef std::uint64_t LaneBits __attribute__((vector_size(64)));

}  // namespace assay::sim
