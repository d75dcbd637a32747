#include "proofs/lanes_shani.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace assay::proofs {

#if defined(__x86_64__)
namespace {

struct RoundConstants {
    alignas(16) std::uint32_t k[64];
};
constexpr RoundConstants make_round_constants() {
    RoundConstants out{};
    for (int i = 0; i < 64; ++i) out.k[i] = sha256_core::round_constant(i);
    return out;
}
constexpr RoundConstants kRounds = make_round_constants();

// Per stream: the state as words 0..3 and 4..7, the tag with the step's lowest byte, and the rest of the block.
template <int kStreams>
__attribute__((target("sha,sse4.1,ssse3"), noinline)) void advance_streams(LaneJob* jobs, std::uint32_t steps) {
    const __m128i abef_iv =
        _mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f, static_cast<int>(0x9b05688c));
    const __m128i cdgh_iv = _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19);
    const __m128i next_step = _mm_set_epi32(1, 0, 0, 0);
    __m128i low[kStreams], high[kStreams], tag[kStreams], tail[kStreams];
    for (int s = 0; s < kStreams; ++s) {
        tag[s] = tail[s] = _mm_setzero_si128();  // set in the first step
        low[s] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(jobs[s].state));
        high[s] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(jobs[s].state + 4));
    }
    for (std::uint32_t n = 0; n < steps; ++n) {
        __m128i abef[kStreams], cdgh[kStreams], w[kStreams][4];
        for (int s = 0; s < kStreams; ++s) {
            const std::uint64_t step = jobs[s].first + n;
            if (n == 0 || (step & 255) == 0) {
                const LaneTag& t = jobs[s].tag;
                const auto c = lane_detail::step_constants(step);
                tag[s] = _mm_set_epi32(static_cast<int>(t.w[3] | (step & 255)), static_cast<int>(t.w[2]),
                                       static_cast<int>(t.w[1]), static_cast<int>(t.w[0]));
                tail[s] = _mm_set_epi32(static_cast<int>(lane_detail::kLengthBits), 0, static_cast<int>(c.w13),
                                        static_cast<int>(c.w12));
            }
            w[s][0] = low[s], w[s][1] = high[s], w[s][2] = tag[s], w[s][3] = tail[s];
            tag[s] = _mm_add_epi32(tag[s], next_step);
            abef[s] = abef_iv, cdgh[s] = cdgh_iv;
        }
#pragma GCC unroll 16
        for (int r = 0; r < 16; ++r) {
            const __m128i k = _mm_load_si128(reinterpret_cast<const __m128i*>(kRounds.k + 4 * r));
#pragma GCC unroll 4
            for (int s = 0; s < kStreams; ++s) {
                const __m128i x = _mm_add_epi32(w[s][r & 3], k);
                cdgh[s] = _mm_sha256rnds2_epu32(cdgh[s], abef[s], x);
                abef[s] = _mm_sha256rnds2_epu32(abef[s], cdgh[s], _mm_shuffle_epi32(x, 0x0E));
                if (r < 12) {
                    __m128i next = _mm_sha256msg1_epu32(w[s][r & 3], w[s][(r + 1) & 3]);
                    next = _mm_add_epi32(next, _mm_alignr_epi8(w[s][(r + 3) & 3], w[s][(r + 2) & 3], 4));
                    w[s][r & 3] = _mm_sha256msg2_epu32(next, w[s][(r + 3) & 3]);
                }
            }
        }
        for (int s = 0; s < kStreams; ++s) {  // (ABEF, CDGH) back to words 0..7
            const __m128i x = _mm_shuffle_epi32(_mm_add_epi32(abef[s], abef_iv), 0x1B);
            const __m128i y = _mm_shuffle_epi32(_mm_add_epi32(cdgh[s], cdgh_iv), 0x1B);
            low[s] = _mm_unpacklo_epi64(x, y);
            high[s] = _mm_unpackhi_epi64(x, y);
        }
    }
    for (int s = 0; s < kStreams; ++s) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(jobs[s].state), low[s]);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(jobs[s].state + 4), high[s]);
        jobs[s].first += steps;
    }
}

}  // namespace

void advance_shani(LaneJob* job, std::uint32_t steps) {
    advance_streams<1>(job, steps);
}
void advance_shani_4(LaneJob* jobs, std::uint32_t steps) {
    advance_streams<4>(jobs, steps);
}

#else

void advance_shani(LaneJob* job, std::uint32_t steps) {
    lane_steps({}, job->state, job->tag, job->first, steps);
    job->first += steps;
}
void advance_shani_4(LaneJob* jobs, std::uint32_t steps) {
    for (int i = 0; i < 4; ++i) advance_shani(jobs + i, steps);
}

#endif

}  // namespace assay::proofs
