#include "tokenomics/sim/run/exact_sum.hpp"

#include <cmath>

namespace assay::sim {
namespace {

// Sign and size: limbs of 32 bits, the lowest first; the first one counts 2^(32 first).
struct Whole {
    bool negative = false;
    std::size_t first = 0;
    std::vector<std::uint32_t> limbs;
};

// Carries go up; what is below zero is turned round.
Whole whole_of(const ExactSum::Limbs& raw) {
    Whole out;
    const auto carried = [&](int sign) {
        out.limbs.assign(raw.size(), 0);
        std::int64_t carry = 0;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            const std::int64_t t = sign * raw[i] + carry;
            out.limbs[i] = static_cast<std::uint32_t>(t);
            carry = t >> 32;
        }
        return carry;
    };
    if (carried(1) < 0) {
        out.negative = true;
        (void)carried(-1);
    }
    while (!out.limbs.empty() && out.limbs.back() == 0) out.limbs.pop_back();
    std::size_t zeros = 0;
    while (zeros < out.limbs.size() && out.limbs[zeros] == 0) ++zeros;
    out.limbs.erase(out.limbs.begin(), out.limbs.begin() + static_cast<std::ptrdiff_t>(zeros));
    out.first = zeros;
    return out;
}

Whole times(const Whole& a, const std::vector<std::uint32_t>& b, std::size_t first) {
    Whole out;
    out.first = a.first + first;
    out.limbs.assign(a.limbs.size() + b.size(), 0);
    for (std::size_t i = 0; i < a.limbs.size(); ++i) {
        std::uint64_t carry = 0;
        for (std::size_t k = 0; k < b.size(); ++k) {
            const std::uint64_t t = std::uint64_t{a.limbs[i]} * b[k] + out.limbs[i + k] + carry;
            out.limbs[i + k] = static_cast<std::uint32_t>(t);
            carry = t >> 32;
        }
        out.limbs[i + b.size()] = static_cast<std::uint32_t>(carry);
    }
    return out;
}

// a - b where a >= b.
Whole minus(const Whole& a, const Whole& b) {
    Whole out;
    out.first = std::min(a.first, b.first);
    const std::size_t end = std::max(a.first + a.limbs.size(), b.first + b.limbs.size());
    const auto limb = [](const Whole& w, std::size_t i) -> std::int64_t {
        return i < w.first || i >= w.first + w.limbs.size() ? 0 : w.limbs[i - w.first];
    };
    std::int64_t carry = 0;
    for (std::size_t i = out.first; i < end; ++i) {
        const std::int64_t t = limb(a, i) - limb(b, i) + carry;
        out.limbs.push_back(static_cast<std::uint32_t>(t));
        carry = t >> 32;
    }
    while (!out.limbs.empty() && out.limbs.back() == 0) out.limbs.pop_back();
    return out;
}

// Size as mantissa x 2^exponent, the mantissa rounded once.
struct Scaled {
    double mantissa = 0;
    int exponent = 0;
};
Scaled scaled(const Whole& w, int unit) {
    if (w.limbs.empty()) return {};
    const std::size_t n = w.limbs.size();
    const auto limb = [&](std::size_t back) -> std::uint64_t { return back <= n ? w.limbs[n - back] : 0; };
    const int zeros = std::countl_zero(w.limbs[n - 1]);
    const u128 top = (u128{limb(1) << 32 | limb(2)} << 32 | limb(3)) << (32 + zeros);
    auto high = static_cast<std::uint64_t>(top >> 64);
    bool rest = static_cast<std::uint64_t>(top) != 0;
    for (std::size_t back = 4; back <= n && !rest; ++back) rest = limb(back) != 0;
    if (rest) high |= 1;  // far below what is rounded
    return {static_cast<double>(high), static_cast<int>((w.first + n) * 32) - unit - 64 - zeros};
}

}  // namespace

double ExactSum::value() const {
    const Whole w = whole_of(limbs_);
    const Scaled s = scaled(w, kUnit);
    const double size = std::ldexp(s.mantissa, s.exponent);
    return w.negative ? -size : size;
}

double deviation(const ExactSum& sum, const ExactSum& squares, std::uint64_t n) {
    if (n < 2) return 0;
    const Whole s = whole_of(sum.limbs()), q = whole_of(squares.limbs());
    const std::vector<std::uint32_t> count = {static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(n >> 32)};
    // In units of 2^-2 kUnit both; squares came in units of 2^-kUnit.
    Whole scaled_squares = times(q, count, ExactSum::kUnit / 32);
    Scaled v = scaled(minus(scaled_squares, times(s, s.limbs, s.first)), 2 * ExactSum::kUnit);
    if (v.exponent % 2 != 0) v = {v.mantissa * 2, v.exponent - 1};
    const double pairs = static_cast<double>(n) * static_cast<double>(n - 1);
    return std::ldexp(std::sqrt(v.mantissa / pairs), v.exponent / 2);
}

}  // namespace assay::sim
