// One step of a walk through memory, and the words that memory is filled with, as arithmetic: one source for host and
// device.
//
//   word w of memory  eight lane steps (lane_step.hpp, steps 0..7) from D = H("assay/vram", ctx) under the tag
//                     D[0..7] | w as 7 bytes, little-endian; the state after them is eight words of 32 bits
//   item i            words 4i .. 4i+3: 32 words of 32 bits, 128 bytes
//   address           base + floor((h1·2^32 + h0) · items / 2^64)
//   step              v = h | IV0..3 | IV4^lane_lo, IV5^lane_hi, IV6^step_lo, IV7^step_hi
//                     a round of BLAKE2s with the item's words 0..15 in order, one with 16..31; h ^= v[0..7] ^ v[8..15]
//
// Lane and step enter every mix: a segment that was walked once is no other lane's and no other place's. Words of the
// SHA-256 state are taken as numbers, never as bytes: nothing is swapped between filling and mixing.
#pragma once

#include <cstdint>

#include "proofs/lane_step.hpp"

namespace assay::proofs {

inline constexpr std::uint32_t kVramItemWords = 32;  ///< of 32 bits
inline constexpr std::uint32_t kVramItemBytes = 128;
inline constexpr std::uint32_t kVramWordSteps = 8;  ///< compressions that a word of 32 bytes takes
inline constexpr std::uint64_t kVramWordsPerItem = 4;

/// D as big-endian words.
struct VramSeed {
    std::uint32_t w[8];
};

/// The tag of word `word`, below 2^56.
ASSAY_HD LaneTag vram_tag(const VramSeed& seed, std::uint64_t word) {
    LaneTag out;
    out.w[0] = seed.w[0], out.w[1] = seed.w[1];
    out.w[2] = lane_detail::swap_bytes(static_cast<std::uint32_t>(word));
    out.w[3] = lane_detail::swap_bytes(static_cast<std::uint32_t>(word >> 32) & 0xffffffu);
    return out;
}

/// Word `word` of memory. Processors have a faster way (vram.hpp, make_items).
ASSAY_HD void vram_word(lane_detail::Multiplier m, const VramSeed& seed, std::uint64_t word, std::uint32_t out[8]) {
    for (int i = 0; i < 8; ++i) out[i] = seed.w[i];
    lane_steps(m, out, vram_tag(seed, word), 0, kVramWordSteps);
}

/// The item that a lane in state `h` reads next, among `items` from `base`.
ASSAY_HD std::uint64_t vram_address(const std::uint32_t h[8], std::uint64_t base, std::uint64_t items) {
    const std::uint64_t x = static_cast<std::uint64_t>(h[1]) << 32 | h[0];
    return base + static_cast<std::uint64_t>(static_cast<unsigned __int128>(x) * items >> 64);
}

namespace vram_detail {

ASSAY_HD void quarter(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d, std::uint32_t x,
                      std::uint32_t y) {
    using lane_detail::rotr;
    a += b + x, d = rotr(d ^ a, 16);
    c += d, b = rotr(b ^ c, 12);
    a += b + y, d = rotr(d ^ a, 8);
    c += d, b = rotr(b ^ c, 7);
}

}  // namespace vram_detail

/// The sixteen words that a step works on.
ASSAY_HD void vram_open(std::uint32_t v[16], const std::uint32_t h[8], std::uint64_t lane, std::uint64_t step) {
    constexpr std::uint32_t iv[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
#ifdef __CUDACC__
#pragma unroll
#endif
    for (int i = 0; i < 8; ++i) v[i] = h[i], v[8 + i] = iv[i];
    v[12] ^= static_cast<std::uint32_t>(lane), v[13] ^= static_cast<std::uint32_t>(lane >> 32);
    v[14] ^= static_cast<std::uint32_t>(step), v[15] ^= static_cast<std::uint32_t>(step >> 32);
}

/// A round of BLAKE2s with half an item.
ASSAY_HD void vram_round(std::uint32_t v[16], const std::uint32_t m[16]) {
    using vram_detail::quarter;
    quarter(v[0], v[4], v[8], v[12], m[0], m[1]), quarter(v[1], v[5], v[9], v[13], m[2], m[3]);
    quarter(v[2], v[6], v[10], v[14], m[4], m[5]), quarter(v[3], v[7], v[11], v[15], m[6], m[7]);
    quarter(v[0], v[5], v[10], v[15], m[8], m[9]), quarter(v[1], v[6], v[11], v[12], m[10], m[11]);
    quarter(v[2], v[7], v[8], v[13], m[12], m[13]), quarter(v[3], v[4], v[9], v[14], m[14], m[15]);
}

ASSAY_HD void vram_close(std::uint32_t h[8], const std::uint32_t v[16]) {
#ifdef __CUDACC__
#pragma unroll
#endif
    for (int i = 0; i < 8; ++i) h[i] ^= v[i] ^ v[8 + i];
}

/// One step with a whole item at hand.
ASSAY_HD void vram_step(std::uint32_t h[8], const std::uint32_t item[32], std::uint64_t lane, std::uint64_t step) {
    std::uint32_t v[16];
    vram_open(v, h, lane, step);
    vram_round(v, item);
    vram_round(v, item + 16);
    vram_close(h, v);
}

}  // namespace assay::proofs
