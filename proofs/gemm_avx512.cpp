#include "proofs/gemm_simd.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace assay::proofs {

#if defined(__x86_64__)
namespace {

#define ASSAY_AVX512 __attribute__((target("avx512f,avx512vnni")))

// With a full mask, which costs nothing: GCC 12 warns of what the plain forms leave undefined in its own header.
template <int n>
ASSAY_AVX512 inline __m512i avx512_rotl(__m512i x) {
    return _mm512_maskz_rol_epi32(0xffff, x, n);
}
ASSAY_AVX512 inline void avx512_quarter(__m512i& a, __m512i& b, __m512i& c, __m512i& d) {
    a = _mm512_add_epi32(a, b), d = avx512_rotl<16>(_mm512_xor_si512(d, a));
    c = _mm512_add_epi32(c, d), b = avx512_rotl<12>(_mm512_xor_si512(b, c));
    a = _mm512_add_epi32(a, b), d = avx512_rotl<8>(_mm512_xor_si512(d, a));
    c = _mm512_add_epi32(c, d), b = avx512_rotl<7>(_mm512_xor_si512(b, c));
}
inline int lower_int(std::uint64_t x) {
    return static_cast<int>(static_cast<std::uint32_t>(x));
}

}  // namespace

ASSAY_AVX512 void make_panel_avx512(const ChaChaKey& key, std::uint64_t row, std::uint64_t block, std::uint64_t blocks,
                                    std::uint32_t* panel) {
    __m512i start[16];
    start[0] = _mm512_set1_epi32(lower_int(kChaChaConstant0)),
    start[1] = _mm512_set1_epi32(lower_int(kChaChaConstant1));
    start[2] = _mm512_set1_epi32(lower_int(kChaChaConstant2)),
    start[3] = _mm512_set1_epi32(lower_int(kChaChaConstant3));
    for (int i = 0; i < 8; ++i) start[4 + i] = _mm512_set1_epi32(lower_int(key.w[i]));
    for (std::uint32_t r = 0; r < kPanelRows; r += 16) {
        alignas(64) std::uint32_t low[16], high[16];  // a row above 2^32 carries into the upper word of its nonce
        for (std::uint32_t i = 0; i < 16; ++i) {
            low[i] = static_cast<std::uint32_t>(row + r + i);
            high[i] = static_cast<std::uint32_t>((row + r + i) >> 32);
        }
        start[14] = _mm512_load_si512(low), start[15] = _mm512_load_si512(high);
        for (std::uint64_t b = 0; b < blocks; ++b) {
            start[12] = _mm512_set1_epi32(lower_int(block + b));
            start[13] = _mm512_set1_epi32(lower_int((block + b) >> 32));
            __m512i x[16];
#pragma GCC unroll 16
            for (int i = 0; i < 16; ++i) x[i] = start[i];
#pragma GCC unroll 4
            for (int pair = 0; pair < 4; ++pair) {
                avx512_quarter(x[0], x[4], x[8], x[12]), avx512_quarter(x[1], x[5], x[9], x[13]);
                avx512_quarter(x[2], x[6], x[10], x[14]), avx512_quarter(x[3], x[7], x[11], x[15]);
                avx512_quarter(x[0], x[5], x[10], x[15]), avx512_quarter(x[1], x[6], x[11], x[12]);
                avx512_quarter(x[2], x[7], x[8], x[13]), avx512_quarter(x[3], x[4], x[9], x[14]);
            }
            std::uint32_t* out = panel + b * kPanelBlock + r;
#pragma GCC unroll 16
            for (int i = 0; i < 16; ++i)
                _mm512_storeu_si512(out + i * static_cast<int>(kPanelRows), _mm512_add_epi32(x[i], start[i]));
        }
    }
}

ASSAY_AVX512 void add_panels_avx512(const std::uint32_t* a, const std::uint32_t* b, std::uint64_t words,
                                    std::uint32_t* c) {
    // The instruction multiplies unsigned by signed bytes: (A + 128)·B, and 128 times the sum of B is taken off again.
    const __m512i flip = _mm512_set1_epi32(lower_int(0x80808080u)), ones = _mm512_set1_epi32(0x01010101);
    alignas(64) std::uint32_t x[kPanelStep][kPanelRows];
    for (std::uint64_t at = 0; at < words; at += kPanelStep) {
        const std::uint32_t* y = b + at * kPanelRows;
        __m512i off[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
        for (std::uint32_t w = 0; w < kPanelStep; ++w)
            for (std::uint32_t half = 0; half < 2; ++half) {
                const std::uint32_t place = w * kPanelRows + 16 * half;
                _mm512_store_si512(&x[w][16 * half],
                                   _mm512_xor_si512(_mm512_loadu_si512(a + at * kPanelRows + place), flip));
                off[half] = _mm512_dpbusd_epi32(off[half], ones, _mm512_loadu_si512(y + place));
            }
        for (int half = 0; half < 2; ++half) off[half] = _mm512_maskz_slli_epi32(0xffff, off[half], 7);
        for (std::uint32_t i = 0; i < kPanelRows; i += 8) {  // eight rows by 32 columns: sixteen sums in registers
            __m512i sums[8][2];
#pragma GCC unroll 16
            for (int s = 0; s < 16; ++s)
                sums[s / 2][s % 2] = _mm512_sub_epi32(
                    _mm512_loadu_si512(c + (i + static_cast<std::uint32_t>(s / 2)) * kPanelRows + 16 * (s % 2)),
                    off[s % 2]);
            for (std::uint32_t w = 0; w < kPanelStep; ++w) {
                const __m512i left = _mm512_loadu_si512(y + w * kPanelRows);
                const __m512i right = _mm512_loadu_si512(y + w * kPanelRows + 16);
#pragma GCC unroll 8
                for (std::uint32_t r = 0; r < 8; ++r) {
                    const __m512i each = _mm512_set1_epi32(lower_int(x[w][i + r]));
                    sums[r][0] = _mm512_dpbusd_epi32(sums[r][0], each, left);
                    sums[r][1] = _mm512_dpbusd_epi32(sums[r][1], each, right);
                }
            }
#pragma GCC unroll 16
            for (int s = 0; s < 16; ++s)
                _mm512_storeu_si512(c + (i + static_cast<std::uint32_t>(s / 2)) * kPanelRows + 16 * (s % 2),
                                    sums[s / 2][s % 2]);
        }
    }
}

#undef ASSAY_AVX512

#else

void make_panel_avx512(const ChaChaKey&, std::uint64_t, std::uint64_t, std::uint64_t, std::uint32_t*) {}
void add_panels_avx512(const std::uint32_t*, const std::uint32_t*, std::uint64_t, std::uint32_t*) {}

#endif

}  // namespace assay::proofs
