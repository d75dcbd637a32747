#include "proofs/freivalds.hpp"

#include <vector>

#include "base/amount.hpp"
#include "proofs/chacha8.hpp"

namespace assay::proofs {
namespace {

constexpr std::uint64_t kP = kFreivaldsPrime;

// Of a sum of products by its parts above and below zero; each is below 2^113.
std::uint64_t reduced(u128 x) {
    x = (x & kP) + (x >> 61);
    x = (x & kP) + (x >> 61);
    return static_cast<std::uint64_t>(x >= kP ? x - kP : x);
}

// sum += value · r, for a signed value.
struct SignedSum {
    u128 above = 0, below = 0;
    void add(std::int32_t value, std::uint64_t r) {
        const auto size = static_cast<std::uint32_t>(value < 0 ? -static_cast<std::int64_t>(value) : value);
        (value < 0 ? below : above) += u128{size} * r;
    }
    [[nodiscard]] std::uint64_t mod_p() const {
        const std::uint64_t a = reduced(above), b = reduced(below);
        return a >= b ? a - b : a + kP - b;
    }
};

// Numbers below p, all equally likely: words of keystream cut to 61 bits, the one value that is p left out.
std::vector<std::uint64_t> random_vector(const Hash& seed, std::uint64_t n) {
    ChaChaKey key{};
    for (std::size_t i = 0; i < 8; ++i)
        for (std::size_t byte = 0; byte < 4; ++byte) key.w[i] |= std::uint32_t{seed.bytes[4 * i + byte]} << (8 * byte);
    std::vector<std::uint64_t> out;
    out.reserve(static_cast<std::size_t>(n));
    for (std::uint64_t block = 0; out.size() < n; ++block) {
        std::uint32_t words[16];
        chacha8_block(key, 0, block, words);
        for (std::size_t i = 0; i < 16 && out.size() < n; i += 2) {
            const std::uint64_t x = (words[i] | std::uint64_t{words[i + 1]} << 32) & kP;
            if (x != kP) out.push_back(x);
        }
    }
    return out;
}

std::int32_t as_int8(std::uint8_t byte) {
    return static_cast<std::int8_t>(byte);
}

}  // namespace

std::optional<WrongValue> check_product(ByteView a, ByteView b, std::span<const std::uint32_t> c, std::uint64_t m,
                                        std::uint64_t n, std::uint64_t k, const Hash& seed) {
    const std::vector<std::uint64_t> r = random_vector(seed, n);
    std::vector<SignedSum> sums(static_cast<std::size_t>(k));
    for (std::size_t col = 0; col < n; ++col)
        for (std::size_t i = 0; i < k; ++i) sums[i].add(as_int8(b[col * k + i]), r[col]);
    std::vector<std::uint64_t> y;  // Bᵀ·r
    y.reserve(sums.size());
    for (const SignedSum& s : sums) y.push_back(s.mod_p());
    for (std::size_t row = 0; row < m; ++row) {
        SignedSum left, right;
        for (std::size_t i = 0; i < k; ++i) left.add(as_int8(a[row * k + i]), y[i]);
        for (std::size_t col = 0; col < n; ++col) right.add(static_cast<std::int32_t>(c[row * n + col]), r[col]);
        if (left.mod_p() == right.mod_p()) continue;
        // The row is wrong for certain; where, its own products say.
        for (std::size_t col = 0; col < n; ++col) {
            std::int32_t should = 0;
            for (std::size_t i = 0; i < k; ++i) should += as_int8(a[row * k + i]) * as_int8(b[col * k + i]);
            const auto is = static_cast<std::int32_t>(c[row * n + col]);
            if (is != should) return WrongValue{row, col, is, should};
        }
    }
    return std::nullopt;
}

}  // namespace assay::proofs
