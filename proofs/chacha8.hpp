// ChaCha with eight rounds as Bernstein defined it: the numbers that a product's matrices are made of.
//
//   ChaChaKey key = …;                                    // 32 bytes as eight little-endian words
//   std::uint32_t words[16];
//   chacha8_block(key, /*nonce=*/row, /*counter=*/0, words);     // the first 64 bytes, as little-endian words
//
// 64-bit counter, 64-bit nonce: a key has 2^64 streams of 2^70 bytes, and any block can be made alone. Keys are public
// here. All that is asked of eight rounds is that nobody makes rows more cheaply or finds structure across them; the
// best published attacks on ChaCha end before eight.
#pragma once

#include <cstdint>

#include "base/hd.hpp"

namespace assay::proofs {

struct ChaChaKey {
    std::uint32_t w[8];
};

/// "expand 32-byte k"
inline constexpr std::uint32_t kChaChaConstant0 = 0x61707865, kChaChaConstant1 = 0x3320646e,
                               kChaChaConstant2 = 0x79622d32, kChaChaConstant3 = 0x6b206574;

namespace chacha_detail {

ASSAY_HD std::uint32_t rotl(std::uint32_t x, int n) {
    return (x << n) | (x >> (32 - n));
}
ASSAY_HD void quarter(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d) {
    a += b, d = rotl(d ^ a, 16);
    c += d, b = rotl(b ^ c, 12);
    a += b, d = rotl(d ^ a, 8);
    c += d, b = rotl(b ^ c, 7);
}

}  // namespace chacha_detail

ASSAY_HD void chacha8_block(const ChaChaKey& key, std::uint64_t nonce, std::uint64_t counter, std::uint32_t out[16]) {
    using chacha_detail::quarter;
    const std::uint32_t start[16] = {kChaChaConstant0,
                                     kChaChaConstant1,
                                     kChaChaConstant2,
                                     kChaChaConstant3,
                                     key.w[0],
                                     key.w[1],
                                     key.w[2],
                                     key.w[3],
                                     key.w[4],
                                     key.w[5],
                                     key.w[6],
                                     key.w[7],
                                     static_cast<std::uint32_t>(counter),
                                     static_cast<std::uint32_t>(counter >> 32),
                                     static_cast<std::uint32_t>(nonce),
                                     static_cast<std::uint32_t>(nonce >> 32)};
    std::uint32_t x[16];
#ifdef __CUDACC__
#pragma unroll
#endif
    for (int i = 0; i < 16; ++i) x[i] = start[i];
#ifdef __CUDACC__
#pragma unroll
#endif
    for (int pair = 0; pair < 4; ++pair) {
        quarter(x[0], x[4], x[8], x[12]), quarter(x[1], x[5], x[9], x[13]);
        quarter(x[2], x[6], x[10], x[14]), quarter(x[3], x[7], x[11], x[15]);
        quarter(x[0], x[5], x[10], x[15]), quarter(x[1], x[6], x[11], x[12]);
        quarter(x[2], x[7], x[8], x[13]), quarter(x[3], x[4], x[9], x[14]);
    }
#ifdef __CUDACC__
#pragma unroll
#endif
    for (int i = 0; i < 16; ++i) out[i] = x[i] + start[i];
}

}  // namespace assay::proofs
