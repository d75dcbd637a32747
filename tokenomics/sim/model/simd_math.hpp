// exp, log, sine, cosine and random normals, eight at a time: the bits of real.hpp's and random.hpp's.
#pragma once

#include "tokenomics/sim/model/polynomials.hpp"
#include "tokenomics/sim/model/real_constants.hpp"
#include "tokenomics/sim/model/simd.hpp"

namespace assay::sim {
namespace {

/// As real::exp.
ASSAY_INLINE V exp(V x) {
    const M tiny = !(x > V(-700.0));
    const V y = min(select(tiny, V(0.0), x), V(700.0));
    const V shifted = y * V(real::kInvLn2) + V(kRounder);
    const V k = shifted - V(kRounder);
    const V r = (y - k * V(real::kLn2High)) - k * V(real::kLn2Low);
    const V scale = doubles(shift_left<52>(ints(shifted) + int_of(1023)));
    return select(tiny, V(0.0), series::exp(r) * scale);
}

/// As real::log.
ASSAY_INLINE V log(V x) {
    const M good = (x >= V(0x1p-1022)) & (x <= V(0x1.fffffffffffffp+1023));
    const I bits_of = ints(x);
    V k = doubles(shift_right<52>(bits_of) | int_of(0x4330000000000000ull)) - V(0x1p52 + 1023.0);
    V m = doubles((bits_of & int_of(0xfffffffffffffull)) | int_of(0x3ff0000000000000ull));
    const M upper = m >= V(real::kSqrt2);
    m = select(upper, m * V(0.5), m);
    k = select(upper, k + V(1.0), k);
    const V s = (m - V(1.0)) / (m + V(1.0));
    const V s2 = s + s;
    const V out = k * V(real::kLn2High) + (s2 + (s2 * series::log_tail(s * s) + k * V(real::kLn2Low)));
    return select(good, out, V(-700.0));
}

struct SinCosV {
    V sin, cos;
};
/// As real::sincos_turns.
ASSAY_INLINE SinCosV sincos_turns(V t) {
    const V shifted = t * V(4.0) + V(kRounder);
    const I q = ints(shifted);
    const V x = (t - (shifted - V(kRounder)) * V(0.25)) * V(real::kTwoPi);
    const V y = x * x;
    const V s = x + x * series::sin_tail(y), c = V(1.0) + series::cos_tail(y);
    const M odd = negative(shift_left<63>(q));
    const I sin_sign = shift_left<62>(q & int_of(2)), cos_sign = shift_left<62>((q + int_of(1)) & int_of(2));
    return {doubles(ints(select(odd, c, s)) ^ sin_sign), doubles(ints(select(odd, s, c)) ^ cos_sign)};
}

/// Philox4x32-10 of eight runs: each number in the lower half of its lane.
struct FourBits {
    I of[4];
};
class DrawsV {
   public:
    /// `runs` are neighbours from `first` on; antithetic: an odd run has the even one's numbers, mirrored.
    void start(std::uint64_t seed, std::uint64_t first, bool antithetic) {
        std::uint64_t low[kLanes], high[kLanes];
        double sign[kLanes];
        for (std::size_t i = 0; i < kLanes; ++i) {
            const std::uint64_t run = antithetic ? (first + i) / 2 : first + i;
            low[i] = run & 0xffffffffu;
            high[i] = run >> 32;
            sign[i] = antithetic && (first + i) % 2 == 1 ? -1.0 : 1.0;
        }
        run_low_ = load(low);
        run_high_ = load(high);
        ASSAY_PARTS sign_.part[i] = ASSAY_OP(loadu_pd)(sign + i * kWidth);
        std::uint32_t k0 = static_cast<std::uint32_t>(seed), k1 = static_cast<std::uint32_t>(seed >> 32);
        for (std::size_t round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
            key_[round][0] = k0;
            key_[round][1] = k1;
        }
    }

    [[nodiscard]] ASSAY_INLINE FourBits bits_at(std::uint32_t step, std::uint32_t stream) const {
        I c0 = int_of(step), c1 = run_low_, c2 = run_high_, c3 = int_of(stream);
        _Pragma("GCC unroll 10") for (const auto& key : key_) {
            const I a = mul_low(int_of(0xD2511F53), c0), b = mul_low(int_of(0xCD9E8D57), c2);
            c0 = (shift_right<32>(b) ^ c1) ^ int_of(key[0]);
            c2 = (shift_right<32>(a) ^ c3) ^ int_of(key[1]);
            c1 = b;
            c3 = a;
        }
        const I low = int_of(0xffffffffu);
        return {{c0 & low, c1 & low, c2 & low, c3 & low}};
    }
    /// In (0, 1), mirrored where the run is.
    [[nodiscard]] ASSAY_INLINE V mirrored(I bits_of) const {
        const V u = uniform(bits_of);
        return select(sign_ > V(0.0), u, V(1.0) - u);
    }
    struct Normals {
        V z[4];
    };
    [[nodiscard]] ASSAY_INLINE Normals normals(std::uint32_t step, std::uint32_t stream) const {
        const FourBits u = bits_at(step, stream);
        Normals out;
        _Pragma("GCC unroll 2") for (std::size_t pair = 0; pair < 2; ++pair) {
            const V radius = sqrt(V(-2.0) * log(uniform(u.of[2 * pair]))) * sign_;
            const SinCosV turn = sincos_turns(uniform(u.of[2 * pair + 1]));
            out.z[2 * pair] = radius * turn.cos;
            out.z[2 * pair + 1] = radius * turn.sin;
        }
        return out;
    }

   private:
    static ASSAY_INLINE I load(const std::uint64_t* x) {
        I out;
        ASSAY_PARTS out.part[i] = nat_ints(ASSAY_OP(loadu_pd)(reinterpret_cast<const double*>(x) + i * kWidth));
        return out;
    }
    static ASSAY_INLINE V uniform(I bits_of) {
        return (doubles(bits_of | int_of(0x4330000000000000ull)) - V(0x1p52 - 0.5)) * V(0x1p-32);
    }

    I run_low_, run_high_;
    V sign_;
    std::uint32_t key_[10][2];
};

}  // namespace
}  // namespace assay::sim
