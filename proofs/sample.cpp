#include "proofs/sample.hpp"

#include <set>

#include "base/sha256.hpp"

namespace assay::proofs {

std::vector<std::uint64_t> sample_indices(const Hash& seed, std::uint64_t n, std::uint64_t k) {
    std::vector<std::uint64_t> out;
    if (n <= k) {
        out.reserve(n);
        for (std::uint64_t i = 0; i < n; ++i) out.push_back(i);
        return out;
    }
    const std::uint64_t excess = (~std::uint64_t{0} % n + 1) % n;  // 2^64 mod n
    const std::uint64_t last = ~std::uint64_t{0} - excess;         // words above it are rejected
    std::set<std::uint64_t> chosen;
    for (std::uint64_t block = 0; chosen.size() < k; ++block) {
        std::uint8_t input[40];
        std::memcpy(input, seed.data(), 32);
        for (int i = 0; i < 8; ++i) input[32 + i] = static_cast<std::uint8_t>(block >> (8 * i));
        const Hash words = sha256(input);
        for (int w = 0; w < 4 && chosen.size() < k; ++w) {
            std::uint64_t x = 0;
            for (int i = 0; i < 8; ++i) x |= std::uint64_t{words.bytes[8 * w + i]} << (8 * i);
            if (x <= last) chosen.insert(x % n);
        }
    }
    out.assign(chosen.begin(), chosen.end());
    return out;
}

}  // namespace assay::proofs
