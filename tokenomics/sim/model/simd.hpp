// Eight doubles in the registers of one instruction set. A file that includes this says which by ASSAY_SIMD: 512, 256
// or 128, and is compiled with the flags of that set; everything here has internal linkage, so that no function of one
// set is ever taken for one of another. Only + - * / sqrt, comparisons and selections: the same bits from all three.
//
//   V price = y / x;
//   price = select(price > V(cap), V(cap), price);
#pragma once

#include <immintrin.h>

#include <bit>
#include <cstdint>

#include "tokenomics/sim/model/lanes.hpp"

#define ASSAY_INLINE inline __attribute__((always_inline))
/// Over the registers of a vector: unrolled, or GCC keeps all of them in memory.
#define ASSAY_PARTS _Pragma("GCC unroll 8") for (std::size_t i = 0; i < kParts; ++i)

namespace assay::sim {
namespace {

#if ASSAY_SIMD == 512
constexpr std::size_t kWidth = 8;
using Nat = __m512d;
using NatInt = __m512i;
using NatMask = __mmask8;
#define ASSAY_OP(name) _mm512_##name
ASSAY_INLINE NatMask nat_less(Nat a, Nat b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ);
}
ASSAY_INLINE NatMask nat_less_equal(Nat a, Nat b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ);
}
ASSAY_INLINE NatMask nat_equal(Nat a, Nat b) {
    return _mm512_cmp_pd_mask(a, b, _CMP_EQ_OQ);
}
ASSAY_INLINE Nat nat_select(NatMask m, Nat a, Nat b) {
    return _mm512_mask_blend_pd(m, b, a);
}
ASSAY_INLINE NatMask nat_and(NatMask a, NatMask b) {
    return static_cast<NatMask>(a & b);
}
ASSAY_INLINE NatMask nat_or(NatMask a, NatMask b) {
    return static_cast<NatMask>(a | b);
}
ASSAY_INLINE NatMask nat_not(NatMask a) {
    return static_cast<NatMask>(~a);
}
ASSAY_INLINE unsigned nat_bits(NatMask m) {
    return m;
}
ASSAY_INLINE NatMask nat_sign(NatInt i) {
    return _mm512_movepi64_mask(i);
}
ASSAY_INLINE NatInt nat_ints(Nat x) {
    return _mm512_castpd_si512(x);
}
ASSAY_INLINE Nat nat_doubles(NatInt x) {
    return _mm512_castsi512_pd(x);
}
ASSAY_INLINE NatInt nat_xor(NatInt a, NatInt b) {
    return _mm512_xor_si512(a, b);
}
ASSAY_INLINE NatInt nat_bit_and(NatInt a, NatInt b) {
    return _mm512_and_si512(a, b);
}
ASSAY_INLINE NatInt nat_bit_or(NatInt a, NatInt b) {
    return _mm512_or_si512(a, b);
}
#elif ASSAY_SIMD == 256
constexpr std::size_t kWidth = 4;
using Nat = __m256d;
using NatInt = __m256i;
using NatMask = __m256d;
#define ASSAY_OP(name) _mm256_##name
ASSAY_INLINE NatMask nat_less(Nat a, Nat b) {
    return _mm256_cmp_pd(a, b, _CMP_LT_OQ);
}
ASSAY_INLINE NatMask nat_less_equal(Nat a, Nat b) {
    return _mm256_cmp_pd(a, b, _CMP_LE_OQ);
}
ASSAY_INLINE NatMask nat_equal(Nat a, Nat b) {
    return _mm256_cmp_pd(a, b, _CMP_EQ_OQ);
}
ASSAY_INLINE Nat nat_select(NatMask m, Nat a, Nat b) {
    return _mm256_blendv_pd(b, a, m);
}
ASSAY_INLINE NatMask nat_and(NatMask a, NatMask b) {
    return _mm256_and_pd(a, b);
}
ASSAY_INLINE NatMask nat_or(NatMask a, NatMask b) {
    return _mm256_or_pd(a, b);
}
ASSAY_INLINE NatMask nat_not(NatMask a) {
    return _mm256_xor_pd(a, _mm256_castsi256_pd(_mm256_set1_epi64x(-1)));
}
ASSAY_INLINE unsigned nat_bits(NatMask m) {
    return static_cast<unsigned>(_mm256_movemask_pd(m));
}
ASSAY_INLINE NatMask nat_sign(NatInt i) {
    return _mm256_castsi256_pd(_mm256_cmpgt_epi64(_mm256_setzero_si256(), i));
}
ASSAY_INLINE NatInt nat_ints(Nat x) {
    return _mm256_castpd_si256(x);
}
ASSAY_INLINE Nat nat_doubles(NatInt x) {
    return _mm256_castsi256_pd(x);
}
ASSAY_INLINE NatInt nat_xor(NatInt a, NatInt b) {
    return _mm256_xor_si256(a, b);
}
ASSAY_INLINE NatInt nat_bit_and(NatInt a, NatInt b) {
    return _mm256_and_si256(a, b);
}
ASSAY_INLINE NatInt nat_bit_or(NatInt a, NatInt b) {
    return _mm256_or_si256(a, b);
}
#elif ASSAY_SIMD == 128
constexpr std::size_t kWidth = 2;
using Nat = __m128d;
using NatInt = __m128i;
using NatMask = __m128d;
#define ASSAY_OP(name) _mm_##name
ASSAY_INLINE NatMask nat_less(Nat a, Nat b) {
    return _mm_cmplt_pd(a, b);
}
ASSAY_INLINE NatMask nat_less_equal(Nat a, Nat b) {
    return _mm_cmple_pd(a, b);
}
ASSAY_INLINE NatMask nat_equal(Nat a, Nat b) {
    return _mm_cmpeq_pd(a, b);
}
ASSAY_INLINE Nat nat_select(NatMask m, Nat a, Nat b) {
    return _mm_or_pd(_mm_and_pd(m, a), _mm_andnot_pd(m, b));
}
ASSAY_INLINE NatMask nat_and(NatMask a, NatMask b) {
    return _mm_and_pd(a, b);
}
ASSAY_INLINE NatMask nat_or(NatMask a, NatMask b) {
    return _mm_or_pd(a, b);
}
ASSAY_INLINE NatMask nat_not(NatMask a) {
    return _mm_xor_pd(a, _mm_castsi128_pd(_mm_set1_epi64x(-1)));
}
ASSAY_INLINE unsigned nat_bits(NatMask m) {
    return static_cast<unsigned>(_mm_movemask_pd(m));
}
ASSAY_INLINE NatMask nat_sign(NatInt i) {  // the sign of each upper half, over both halves
    const __m128i high = _mm_srai_epi32(i, 31);
    return _mm_castsi128_pd(_mm_shuffle_epi32(high, 0xf5));
}
ASSAY_INLINE NatInt nat_ints(Nat x) {
    return _mm_castpd_si128(x);
}
ASSAY_INLINE Nat nat_doubles(NatInt x) {
    return _mm_castsi128_pd(x);
}
ASSAY_INLINE NatInt nat_xor(NatInt a, NatInt b) {
    return _mm_xor_si128(a, b);
}
ASSAY_INLINE NatInt nat_bit_and(NatInt a, NatInt b) {
    return _mm_and_si128(a, b);
}
ASSAY_INLINE NatInt nat_bit_or(NatInt a, NatInt b) {
    return _mm_or_si128(a, b);
}
#else
#error "ASSAY_SIMD is 512, 256 or 128"
#endif

constexpr std::size_t kParts = kLanes / kWidth;

struct V {
    Nat part[kParts];
    V() = default;
    ASSAY_INLINE explicit V(double x) { ASSAY_PARTS part[i] = ASSAY_OP(set1_pd)(x); }
    ASSAY_INLINE explicit V(const Lanes& x) {
        ASSAY_PARTS part[i] = ASSAY_OP(loadu_pd)(reinterpret_cast<const double*>(&x) + i * kWidth);
    }
    ASSAY_INLINE void store(Lanes& x) const {
        ASSAY_PARTS ASSAY_OP(storeu_pd)(reinterpret_cast<double*>(&x) + i * kWidth, part[i]);
    }
    ASSAY_INLINE void store(double* x) const { ASSAY_PARTS ASSAY_OP(storeu_pd)(x + i * kWidth, part[i]); }
};

#if ASSAY_SIMD == 512
ASSAY_INLINE void nat_floats(float* to, Nat x) {
    _mm256_storeu_ps(to, _mm512_cvtpd_ps(x));
}
#elif ASSAY_SIMD == 256
ASSAY_INLINE void nat_floats(float* to, Nat x) {
    _mm_storeu_ps(to, _mm256_cvtpd_ps(x));
}
#else
ASSAY_INLINE void nat_floats(float* to, Nat x) {
    _mm_storel_pi(reinterpret_cast<__m64*>(to), _mm_cvtpd_ps(x));
}
#endif
/// To the nearest floats.
ASSAY_INLINE void store_floats(float* to, const V& x) {
    ASSAY_PARTS nat_floats(to + i * kWidth, x.part[i]);
}

/// A yes or no for each lane.
struct M {
    NatMask part[kParts];
};
struct I {
    NatInt part[kParts];
};

#define ASSAY_EACH(type, expression)        \
    type out;                               \
    ASSAY_PARTS out.part[i] = (expression); \
    return out

ASSAY_INLINE V operator+(V a, V b) {
    ASSAY_EACH(V, ASSAY_OP(add_pd)(a.part[i], b.part[i]));
}
ASSAY_INLINE V operator-(V a, V b) {
    ASSAY_EACH(V, ASSAY_OP(sub_pd)(a.part[i], b.part[i]));
}
ASSAY_INLINE V operator*(V a, V b) {
    ASSAY_EACH(V, ASSAY_OP(mul_pd)(a.part[i], b.part[i]));
}
ASSAY_INLINE V operator/(V a, V b) {
    ASSAY_EACH(V, ASSAY_OP(div_pd)(a.part[i], b.part[i]));
}
ASSAY_INLINE V operator-(V a) {
    ASSAY_EACH(V, nat_doubles(nat_xor(nat_ints(a.part[i]), nat_ints(ASSAY_OP(set1_pd)(-0.0)))));
}
ASSAY_INLINE V& operator+=(V& a, V b) {
    return a = a + b;
}
ASSAY_INLINE V& operator-=(V& a, V b) {
    return a = a - b;
}
ASSAY_INLINE V& operator*=(V& a, V b) {
    return a = a * b;
}
ASSAY_INLINE V sqrt(V a) {
    ASSAY_EACH(V, ASSAY_OP(sqrt_pd)(a.part[i]));
}
/// The second where either is no number, as the processor's own.
ASSAY_INLINE V min(V a, V b) {
    ASSAY_EACH(V, ASSAY_OP(min_pd)(a.part[i], b.part[i]));
}
ASSAY_INLINE V max(V a, V b) {
    ASSAY_EACH(V, ASSAY_OP(max_pd)(a.part[i], b.part[i]));
}
ASSAY_INLINE V clamp(V x, V low, V high) {
    return min(max(x, low), high);
}

ASSAY_INLINE M operator<(V a, V b) {
    ASSAY_EACH(M, nat_less(a.part[i], b.part[i]));
}
ASSAY_INLINE M operator<=(V a, V b) {
    ASSAY_EACH(M, nat_less_equal(a.part[i], b.part[i]));
}
ASSAY_INLINE M operator>(V a, V b) {
    return b < a;
}
ASSAY_INLINE M operator>=(V a, V b) {
    return b <= a;
}
ASSAY_INLINE M operator==(V a, V b) {
    ASSAY_EACH(M, nat_equal(a.part[i], b.part[i]));
}
ASSAY_INLINE M operator&(M a, M b) {
    ASSAY_EACH(M, nat_and(a.part[i], b.part[i]));
}
ASSAY_INLINE M operator|(M a, M b) {
    ASSAY_EACH(M, nat_or(a.part[i], b.part[i]));
}
ASSAY_INLINE M operator!(M a) {
    ASSAY_EACH(M, nat_not(a.part[i]));
}
ASSAY_INLINE V select(M m, V a, V b) {
    ASSAY_EACH(V, nat_select(m.part[i], a.part[i], b.part[i]));
}
/// Lane 0 in bit 0.
ASSAY_INLINE unsigned bits(M m) {
    unsigned out = 0;
    ASSAY_PARTS out |= (nat_bits(m.part[i]) & ((1u << kWidth) - 1)) << (i * kWidth);
    return out;
}
ASSAY_INLINE bool any(M m) {
    return bits(m) != 0;
}

ASSAY_INLINE I ints(V a) {
    ASSAY_EACH(I, nat_ints(a.part[i]));
}
ASSAY_INLINE V doubles(I a) {
    ASSAY_EACH(V, nat_doubles(a.part[i]));
}
ASSAY_INLINE I int_of(std::uint64_t x) {
    ASSAY_EACH(I, nat_ints(ASSAY_OP(set1_pd)(std::bit_cast<double>(x))));
}
ASSAY_INLINE I operator^(I a, I b) {
    ASSAY_EACH(I, nat_xor(a.part[i], b.part[i]));
}
ASSAY_INLINE I operator&(I a, I b) {
    ASSAY_EACH(I, nat_bit_and(a.part[i], b.part[i]));
}
ASSAY_INLINE I operator|(I a, I b) {
    ASSAY_EACH(I, nat_bit_or(a.part[i], b.part[i]));
}
ASSAY_INLINE I operator+(I a, I b) {
    ASSAY_EACH(I, ASSAY_OP(add_epi64)(a.part[i], b.part[i]));
}
template <int N>
ASSAY_INLINE I shift_right(I a) {
    ASSAY_EACH(I, ASSAY_OP(srli_epi64)(a.part[i], N));
}
template <int N>
ASSAY_INLINE I shift_left(I a) {
    ASSAY_EACH(I, ASSAY_OP(slli_epi64)(a.part[i], N));
}
/// Product of the lower halves.
ASSAY_INLINE I mul_low(I a, I b) {
    ASSAY_EACH(I, ASSAY_OP(mul_epu32)(a.part[i], b.part[i]));
}
/// Is the highest bit set?
ASSAY_INLINE M negative(I a) {
    ASSAY_EACH(M, nat_sign(a.part[i]));
}

/// x where it is 0 or more, else 0; 0 where it is no number.
ASSAY_INLINE V positive(V x) {
    return max(x, V(0.0));
}
ASSAY_INLINE V abs(V x) {
    return doubles(ints(x) & int_of(0x7fffffffffffffffull));
}

constexpr double kRounder = 0x1.8p52;  // adding it leaves the nearest whole number in the lowest bits
/// The nearest whole number, ties to even; |x| < 2^51.
ASSAY_INLINE V nearest(V x) {
    return (x + V(kRounder)) - V(kRounder);
}
/// Towards zero; |x| < 2^51.
ASSAY_INLINE V truncated(V x) {
    const V a = abs(x), n = nearest(a), t = select(n > a, n - V(1.0), n);
    return select(x < V(0.0), -t, t);
}

}  // namespace
}  // namespace assay::sim
