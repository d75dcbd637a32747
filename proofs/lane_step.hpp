// One step of the lanes work, as arithmetic on words: one source for host and device.
//
//   state' = SHA256(state(32) | tag(15) | step(8, little-endian))        55 bytes, exactly one compression
//
//   W0..W7   the state            W12, W13  upper seven bytes of the step, then 0x80
//   W8..W10  tag bytes 0..11      W14       0
//   W11      tag bytes 12..14, then the lowest byte of the step            W15  440, the length in bits
//
// Only W0..W7 and W11 change from step to step: what follows from the rest is computed once per lane (LaneConstants)
// or once per 256 steps (StepConstants). On a GPU logic and rotations share one pipe and multiply-add has another:
// there additions of two registers are multiply-adds by a `one` that the compiler cannot see through. A literal never
// meets it: then the compiler keeps `one` in every thread's own registers, multiply-adds read three of them, and the
// dispatch stalls (docs/benchmarks.md: 14.1 against 16.2·10⁹ per second).
//
// A right shift is the high half of a product as well: which pipe takes the schedule's (Shifts) is a matter of the
// card, and proofs/cuda measures it there.
#pragma once

#include <cstdint>

#include "base/hd.hpp"
#include "base/sha256_core.hpp"

namespace assay::proofs {

/// The 15 tag bytes as big-endian words; the lowest byte of w[3] is zero and makes room for the step.
struct LaneTag {
    std::uint32_t w[4];
};

namespace lane_detail {

using sha256_core::rotr;
using sha256_core::round_constant;
using sha256_core::swap_bytes;

/// What the compiler must not know, or it would shift and add instead: arguments of the kernel.
struct Multiplier {
    std::uint32_t one = 1;
    std::uint32_t right3 = 1u << 29, right10 = 1u << 22;  ///< the high half of x times this is x >> 3, x >> 10
};

/// What takes the schedule's right shifts: the pipe of logic and rotations, or the one of products.
enum class Shifts : std::uint8_t { logic, products };

/// Neither operand a literal.
ASSAY_HD std::uint32_t plus(Multiplier m, std::uint32_t a, std::uint32_t b) {
#ifdef __CUDA_ARCH__
    // As plain a * one + b the compiler factors sums of products back into additions.
    std::uint32_t out;
    asm("mad.lo.u32 %0,%1,%2,%3;" : "=r"(out) : "r"(a), "r"(m.one), "r"(b));
    return out;
#else
    (void)m;
    return a + b;
#endif
}
ASSAY_HD std::uint32_t plus(Multiplier m, std::uint32_t a, std::uint32_t b, std::uint32_t c) {
    return plus(m, a, plus(m, b, c));
}
ASSAY_HD constexpr std::uint32_t constant_rotr(std::uint32_t x, int n) {
    return (x >> n) | (x << (32 - n));
}
ASSAY_HD constexpr std::uint32_t small0(std::uint32_t x) {
    return constant_rotr(x, 7) ^ constant_rotr(x, 18) ^ (x >> 3);
}
ASSAY_HD constexpr std::uint32_t small1(std::uint32_t x) {
    return constant_rotr(x, 17) ^ constant_rotr(x, 19) ^ (x >> 10);
}
/// x >> n, where `product` is 2^(32 - n).
template <Shifts kShifts>
ASSAY_HD std::uint32_t shift_right(std::uint32_t x, int n, std::uint32_t product) {
    if constexpr (kShifts == Shifts::logic) {
        (void)product;
        return x >> n;
    } else {
        (void)n;
#ifdef __CUDA_ARCH__
        return __umulhi(x, product);
#else
        return static_cast<std::uint32_t>((std::uint64_t{x} * product) >> 32);
#endif
    }
}
/// Keeps a value that was computed once from being recomputed in every step to save a register.
ASSAY_HD void pin(std::uint32_t& x) {
#ifdef __CUDA_ARCH__
    asm volatile("" : "+r"(x));
#else
    (void)x;
#endif
}

struct LaneConstants {
    std::uint32_t w9, w10, kw8, kw9, kw10;
    std::uint32_t x17;  ///< W10 + s1(W15)
    std::uint32_t x23;  ///< s0(W8)
    std::uint32_t x24;  ///< W8 + s0(W9)
    std::uint32_t x25;  ///< W9 + s0(W10)
};
struct StepConstants {
    std::uint32_t w12, w13, kw12, kw13;
    std::uint32_t x27;  ///< s0(W12)
    std::uint32_t x28;  ///< W12 + s0(W13)
};

inline constexpr std::uint32_t kLengthBits = 55 * 8;

ASSAY_HD LaneConstants lane_constants(const LaneTag& tag) {
    LaneConstants c;
    c.w9 = tag.w[1], c.w10 = tag.w[2];
    c.kw8 = tag.w[0] + round_constant(8), c.kw9 = c.w9 + round_constant(9), c.kw10 = c.w10 + round_constant(10);
    c.x17 = c.w10 + small1(kLengthBits);
    c.x23 = small0(tag.w[0]);
    c.x24 = tag.w[0] + small0(c.w9);
    c.x25 = c.w9 + small0(c.w10);
    pin(c.kw8), pin(c.kw9), pin(c.kw10), pin(c.x17), pin(c.x23), pin(c.x24), pin(c.x25);
    return c;
}

/// For the steps that share everything above the lowest byte.
ASSAY_HD StepConstants step_constants(std::uint64_t step) {
    StepConstants c;
    c.w12 = swap_bytes(static_cast<std::uint32_t>(step >> 8));
    c.w13 = swap_bytes(static_cast<std::uint32_t>(step >> 40)) | 0x80u;
    c.kw12 = c.w12 + round_constant(12), c.kw13 = c.w13 + round_constant(13);
    c.x27 = small0(c.w12);
    c.x28 = c.w12 + small0(c.w13);
    pin(c.w12), pin(c.w13), pin(c.kw12), pin(c.kw13), pin(c.x27), pin(c.x28);
    return c;
}

/// The whole compression of one step. `w11` carries the lowest byte of the step.
template <Shifts kShifts>
ASSAY_HD void step(Multiplier m, std::uint32_t s[8], const LaneConstants& lane, const StepConstants& high,
                   std::uint32_t w11) {
    constexpr std::uint32_t iv[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::uint32_t w[16];
#ifdef __CUDACC__
#pragma unroll
#endif
    for (int i = 0; i < 8; ++i) w[i] = s[i];
    // Round 0 on the initial state: everything but W0 is literal.
    constexpr std::uint32_t t1 = iv[7] +
                                 (constant_rotr(iv[4], 6) ^ constant_rotr(iv[4], 11) ^ constant_rotr(iv[4], 25)) +
                                 ((iv[4] & iv[5]) ^ (~iv[4] & iv[6])) + round_constant(0);
    constexpr std::uint32_t t2 = (constant_rotr(iv[0], 2) ^ constant_rotr(iv[0], 13) ^ constant_rotr(iv[0], 22)) +
                                 ((iv[0] & iv[1]) ^ (iv[0] & iv[2]) ^ (iv[1] & iv[2]));
    std::uint32_t a = w[0] + (t1 + t2), b = iv[0], c = iv[1], d = iv[2];
    std::uint32_t e = w[0] + (iv[3] + t1), f = iv[4], g = iv[5], h = iv[6];
#ifdef __CUDACC__
#pragma unroll
#else
#pragma GCC unroll 64
#endif
    for (int i = 1; i < 64; ++i) {
        if (i >= 16) {
            const std::uint32_t x = w[(i + 1) & 15], y = w[(i + 14) & 15], p = w[i & 15], q = w[(i + 9) & 15];
            std::uint32_t s0 = 0, s1 = 0, out = 0;
            if (i < 23 || i > 30) s0 = rotr(x, 7) ^ rotr(x, 18) ^ shift_right<kShifts>(x, 3, m.right3);
            if (i > 17) s1 = rotr(y, 17) ^ rotr(y, 19) ^ shift_right<kShifts>(y, 10, m.right10);
            switch (i) {  // the general sum p + s0 + q + s1 with what is constant folded in
                case 16:
                    out = plus(m, p, s0, lane.w9);
                    break;
                case 17:
                    out = plus(m, p, s0, lane.x17);
                    break;
                case 18:
                    out = plus(m, s1, plus(m, p, s0, w11));
                    break;
                case 19:
                    out = plus(m, s1, plus(m, p, s0, high.w12));
                    break;
                case 20:
                    out = plus(m, s1, plus(m, p, s0, high.w13));
                    break;
                case 21:
                    out = plus(m, s1, p, s0);
                    break;
                case 22:
                    out = plus(m, s1, plus(m, p, s0) + kLengthBits);
                    break;
                case 23:
                    out = plus(m, s1, plus(m, p, q, lane.x23));
                    break;
                case 24:
                    out = plus(m, s1, q, lane.x24);
                    break;
                case 25:
                    out = plus(m, s1, q, lane.x25);
                    break;
                case 26:
                    out = plus(m, s1, q, plus(m, lane.w10, small0(w11)));
                    break;
                case 27:
                    out = plus(m, s1, q, plus(m, w11, high.x27));
                    break;
                case 28:
                    out = plus(m, s1, q, high.x28);
                    break;
                case 29:
                    out = plus(m, s1, q, high.w13);
                    break;
                case 30:
                    out = plus(m, s1, q) + small0(kLengthBits);
                    break;
                case 31:
                    out = plus(m, s1, plus(m, q, s0) + kLengthBits);
                    break;
                default:
                    out = plus(m, s1, plus(m, p, q, s0));
                    break;
            }
            w[i & 15] = out;
        }
        std::uint32_t input;  // W[i] + K[i] + h
        switch (i) {
            case 8:
                input = plus(m, h, lane.kw8);
                break;
            case 9:
                input = plus(m, h, lane.kw9);
                break;
            case 10:
                input = plus(m, h, lane.kw10);
                break;
            case 11:
                input = plus(m, h, w11 + round_constant(11));
                break;
            case 12:
                input = plus(m, h, high.kw12);
                break;
            case 13:
                input = plus(m, h, high.kw13);
                break;
            case 14:
                input = h + round_constant(14);
                break;
            case 15:
                input = h + (round_constant(15) + kLengthBits);
                break;
            case 1:
            case 2:
            case 3:
                input = w[i] + (round_constant(i) + h);
                break;  // h is literal
            default:
                input = plus(m, w[i & 15] + round_constant(i), h);
                break;
        }
        const std::uint32_t big1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
        const std::uint32_t big0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
        const std::uint32_t sum = plus(m, big1, (e & f) ^ (~e & g), input);
        h = g, g = f, f = e, e = i > 3 ? plus(m, d, sum) : d + sum;  // d is literal at first
        const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        d = c, c = b, b = a, a = plus(m, big0, majority, sum);
    }
    s[0] = a + iv[0], s[1] = b + iv[1], s[2] = c + iv[2], s[3] = d + iv[3];
    s[4] = e + iv[4], s[5] = f + iv[5], s[6] = g + iv[6], s[7] = h + iv[7];
}

}  // namespace lane_detail

/// `count` steps on from `first`, in place. `s` holds the state as big-endian words. Either way of shifting gives the
/// same.
template <lane_detail::Shifts kShifts = lane_detail::Shifts::logic>
ASSAY_HD void lane_steps(lane_detail::Multiplier m, std::uint32_t s[8], const LaneTag& tag, std::uint64_t first,
                         std::uint32_t count) {
    const lane_detail::LaneConstants lane = lane_detail::lane_constants(tag);
    while (count > 0) {
        const lane_detail::StepConstants high = lane_detail::step_constants(first);
        const std::uint32_t low = static_cast<std::uint32_t>(first) & 255;
        const std::uint32_t here = count < 256 - low ? count : 256 - low;
        std::uint32_t w11 = tag.w[3] + low;
        const std::uint32_t end = w11 + here;
#ifdef __CUDACC__
#pragma unroll 1
#endif
        for (; w11 != end; ++w11) lane_detail::step<kShifts>(m, s, lane, high, w11);
        first += here;
        count -= here;
    }
}

/// H(tag, ctx | lane) as big-endian words, from the tag's midstate: one compression.
ASSAY_HD void lane_hash(const std::uint32_t midstate[8], const std::uint32_t ctx[8], std::uint64_t lane,
                        std::uint32_t out[8]) {
    std::uint32_t w[16];
    for (int i = 0; i < 8; ++i) w[i] = ctx[i], out[i] = midstate[i];
    w[8] = lane_detail::swap_bytes(static_cast<std::uint32_t>(lane));
    w[9] = lane_detail::swap_bytes(static_cast<std::uint32_t>(lane >> 32));
    w[10] = 0x80000000u;
    w[11] = w[12] = w[13] = w[14] = 0;
    w[15] = (64 + 32 + 8) * 8;
    sha256_core::compress_words(out, w);
}

}  // namespace assay::proofs
