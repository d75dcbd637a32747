// Seeded randomness for property tests. The seed is printed with every failure through INFO(seed).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>

#include "base/bytes.hpp"

namespace assay::test {

/// From ASSAY_TEST_SEED, else a fixed default: a failing run can be repeated, a long one can be widened.
inline std::uint64_t seed() {
    const char* text = std::getenv("ASSAY_TEST_SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 20261124;
}

/// How often a property is tried, where the release build tries it `n` times and --long asks for no less. Sanitizers
/// look at what each way through the code does to memory, and more chance adds few ways: a quarter.
inline int rounds(int n) {
#if defined(ASSAY_SANITIZED) && !(defined(ASSAY_LONG_TESTS) && ASSAY_LONG_TESTS)
    return std::max(1, n / 4);
#else
    return n;
#endif
}

class Random {
   public:
    explicit Random(std::uint64_t s = seed()) : engine_(s) {}
    std::uint64_t u64() { return engine_(); }
    std::uint64_t below(std::uint64_t n) { return n == 0 ? 0 : engine_() % n; }
    Bytes bytes(std::size_t n) {
        Bytes out(n);
        for (auto& b : out) b = static_cast<std::uint8_t>(engine_());
        return out;
    }
    template <class Fixed>
    Fixed fixed() {
        return Fixed::from(bytes(Fixed::kSize));
    }

   private:
    std::mt19937_64 engine_;
};

}  // namespace assay::test
