#include "proofs/gemm_simd.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace assay::proofs {

#if defined(__x86_64__)
namespace {

#define ASSAY_AVX2 __attribute__((target("avx2")))

template <int n>
ASSAY_AVX2 inline __m256i avx2_rotl(__m256i x) {
    return _mm256_or_si256(_mm256_slli_epi32(x, n), _mm256_srli_epi32(x, 32 - n));
}
ASSAY_AVX2 inline void avx2_quarter(__m256i& a, __m256i& b, __m256i& c, __m256i& d, __m256i by16, __m256i by8) {
    a = _mm256_add_epi32(a, b), d = _mm256_shuffle_epi8(_mm256_xor_si256(d, a), by16);
    c = _mm256_add_epi32(c, d), b = avx2_rotl<12>(_mm256_xor_si256(b, c));
    a = _mm256_add_epi32(a, b), d = _mm256_shuffle_epi8(_mm256_xor_si256(d, a), by8);
    c = _mm256_add_epi32(c, d), b = avx2_rotl<7>(_mm256_xor_si256(b, c));
}
inline int as_int(std::uint64_t x) {
    return static_cast<int>(static_cast<std::uint32_t>(x));
}

/// Bytes 0 and 2, then 1 and 3, of each word of A and of B alike, as pairs of 16 bits: two steps of the product.
ASSAY_AVX2 inline void avx2_widen(const std::uint32_t* panel, std::uint32_t (&pairs)[2 * kPanelStep][kPanelRows]) {
    for (std::uint32_t w = 0; w < kPanelStep; ++w)
        for (std::uint32_t r = 0; r < kPanelRows; r += 8) {
            const __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(panel + w * kPanelRows + r));
            _mm256_store_si256(reinterpret_cast<__m256i*>(&pairs[2 * w][r]),
                               _mm256_srai_epi16(_mm256_slli_epi16(x, 8), 8));
            _mm256_store_si256(reinterpret_cast<__m256i*>(&pairs[2 * w + 1][r]), _mm256_srai_epi16(x, 8));
        }
}

}  // namespace

ASSAY_AVX2 void make_panel_avx2(const ChaChaKey& key, std::uint64_t row, std::uint64_t block, std::uint64_t blocks,
                                std::uint32_t* panel) {
    const __m256i by16 = _mm256_setr_epi8(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13, 2, 3, 0, 1, 6, 7, 4, 5,
                                          10, 11, 8, 9, 14, 15, 12, 13);
    const __m256i by8 = _mm256_setr_epi8(3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14, 3, 0, 1, 2, 7, 4, 5, 6,
                                         11, 8, 9, 10, 15, 12, 13, 14);
    __m256i start[16];
    start[0] = _mm256_set1_epi32(as_int(kChaChaConstant0)), start[1] = _mm256_set1_epi32(as_int(kChaChaConstant1));
    start[2] = _mm256_set1_epi32(as_int(kChaChaConstant2)), start[3] = _mm256_set1_epi32(as_int(kChaChaConstant3));
    for (int i = 0; i < 8; ++i) start[4 + i] = _mm256_set1_epi32(as_int(key.w[i]));
    for (std::uint32_t r = 0; r < kPanelRows; r += 8) {
        alignas(32) std::uint32_t low[8], high[8];  // a row above 2^32 carries into the upper word of its nonce
        for (std::uint32_t i = 0; i < 8; ++i) {
            low[i] = static_cast<std::uint32_t>(row + r + i);
            high[i] = static_cast<std::uint32_t>((row + r + i) >> 32);
        }
        start[14] = _mm256_load_si256(reinterpret_cast<const __m256i*>(low));
        start[15] = _mm256_load_si256(reinterpret_cast<const __m256i*>(high));
        for (std::uint64_t b = 0; b < blocks; ++b) {
            start[12] = _mm256_set1_epi32(as_int(block + b));
            start[13] = _mm256_set1_epi32(as_int((block + b) >> 32));
            __m256i x[16];
#pragma GCC unroll 16
            for (int i = 0; i < 16; ++i) x[i] = start[i];
#pragma GCC unroll 4
            for (int pair = 0; pair < 4; ++pair) {
                avx2_quarter(x[0], x[4], x[8], x[12], by16, by8), avx2_quarter(x[1], x[5], x[9], x[13], by16, by8);
                avx2_quarter(x[2], x[6], x[10], x[14], by16, by8), avx2_quarter(x[3], x[7], x[11], x[15], by16, by8);
                avx2_quarter(x[0], x[5], x[10], x[15], by16, by8), avx2_quarter(x[1], x[6], x[11], x[12], by16, by8);
                avx2_quarter(x[2], x[7], x[8], x[13], by16, by8), avx2_quarter(x[3], x[4], x[9], x[14], by16, by8);
            }
            std::uint32_t* out = panel + b * kPanelBlock + r;
#pragma GCC unroll 16
            for (int i = 0; i < 16; ++i)
                _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i * static_cast<int>(kPanelRows)),
                                    _mm256_add_epi32(x[i], start[i]));
        }
    }
}

ASSAY_AVX2 void add_panels_avx2(const std::uint32_t* a, const std::uint32_t* b, std::uint64_t words, std::uint32_t* c) {
    alignas(32) std::uint32_t x[2 * kPanelStep][kPanelRows], y[2 * kPanelStep][kPanelRows];
    for (std::uint64_t at = 0; at < words; at += kPanelStep) {
        avx2_widen(a + at * kPanelRows, x);
        avx2_widen(b + at * kPanelRows, y);
        for (std::uint32_t i = 0; i < kPanelRows; i += 2) {  // two rows by 32 columns: eight sums in registers
            __m256i sums[2][4];
#pragma GCC unroll 8
            for (int s = 0; s < 8; ++s)
                sums[s / 4][s % 4] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(
                    c + (i + static_cast<std::uint32_t>(s / 4)) * kPanelRows + 8 * (s % 4)));
            for (std::uint32_t step = 0; step < 2 * kPanelStep; ++step) {
                const __m256i first = _mm256_set1_epi32(as_int(x[step][i]));
                const __m256i second = _mm256_set1_epi32(as_int(x[step][i + 1]));
#pragma GCC unroll 4
                for (int j = 0; j < 4; ++j) {
                    const __m256i col = _mm256_load_si256(reinterpret_cast<const __m256i*>(&y[step][8 * j]));
                    sums[0][j] = _mm256_add_epi32(sums[0][j], _mm256_madd_epi16(first, col));
                    sums[1][j] = _mm256_add_epi32(sums[1][j], _mm256_madd_epi16(second, col));
                }
            }
#pragma GCC unroll 8
            for (int s = 0; s < 8; ++s)
                _mm256_storeu_si256(
                    reinterpret_cast<__m256i*>(c + (i + static_cast<std::uint32_t>(s / 4)) * kPanelRows + 8 * (s % 4)),
                    sums[s / 4][s % 4]);
        }
    }
}

#undef ASSAY_AVX2

#else

void make_panel_avx2(const ChaChaKey&, std::uint64_t, std::uint64_t, std::uint64_t, std::uint32_t*) {}
void add_panels_avx2(const std::uint32_t*, const std::uint32_t*, std::uint64_t, std::uint32_t*) {}

#endif

}  // namespace assay::proofs
