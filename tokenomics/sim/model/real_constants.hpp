// Numbers that real.cpp and simd_math.hpp share.
#pragma once

namespace assay::sim::real {

inline constexpr double kLn2High = 0x1.62e42fefa38p-1;  // 33 bits: k times it is exact
inline constexpr double kLn2Low = 0x1.ef35793c76730p-45;
inline constexpr double kInvLn2 = 0x1.71547652b82fep+0;
inline constexpr double kTwoPi = 0x1.921fb54442d18p+2;
inline constexpr double kSqrt2 = 0x1.6a09e667f3bcdp+0;

}  // namespace assay::sim::real
