#include "base/sha256.hpp"

#include "base/sha256_core.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace assay {

void sha256_compress_portable(Sha256State& state, const std::uint8_t* blocks, std::size_t count) {
    for (; count > 0; --count, blocks += 64) {
        std::uint32_t w[16];
        for (int i = 0; i < 16; ++i)
            w[i] = std::uint32_t{blocks[4 * i]} << 24 | std::uint32_t{blocks[4 * i + 1]} << 16 |
                   std::uint32_t{blocks[4 * i + 2]} << 8 | blocks[4 * i + 3];
        sha256_core::compress_words(state.h, w);
    }
}

namespace {

#if defined(__x86_64__)
alignas(16) constexpr std::uint32_t kRoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The CPU keeps the state as (ABEF, CDGH); four rounds take two sha256rnds2.
__attribute__((target("sha,sse4.1,ssse3"))) void sha256_compress_ni(Sha256State& state, const std::uint8_t* blocks,
                                                                    std::size_t count) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i t = _mm_shuffle_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(state.h)), 0xB1);
    __m128i u = _mm_shuffle_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(state.h + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(t, u, 8);
    __m128i cdgh = _mm_blend_epi16(u, t, 0xF0);
    for (; count > 0; --count, blocks += 64) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];
        for (int i = 0; i < 4; ++i)
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(blocks + 16 * i)), swap);
#pragma GCC unroll 16
        for (int r = 0; r < 16; ++r) {
            __m128i x =
                _mm_add_epi32(w[r & 3], _mm_load_si128(reinterpret_cast<const __m128i*>(kRoundConstants + 4 * r)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, x);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(x, 0x0E));
            if (r < 12) {
                __m128i next = _mm_sha256msg1_epu32(w[r & 3], w[(r + 1) & 3]);
                next = _mm_add_epi32(next, _mm_alignr_epi8(w[(r + 3) & 3], w[(r + 2) & 3], 4));
                w[r & 3] = _mm_sha256msg2_epu32(next, w[(r + 3) & 3]);
            }
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    t = _mm_shuffle_epi32(abef, 0x1B);
    u = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state.h), _mm_blend_epi16(t, u, 0xF0));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(state.h + 4), _mm_alignr_epi8(u, t, 8));
}

bool cpu_has_sha() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & (1u << 29)) == 0) return false;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & (1u << 19)) != 0 && (c & (1u << 9)) != 0;  // SSE4.1, SSSE3
}
#endif

using Compress = void (*)(Sha256State&, const std::uint8_t*, std::size_t);

Compress choose() {
#if defined(__x86_64__)
    if (cpu_has_sha()) return &sha256_compress_ni;
#endif
    return &sha256_compress_portable;
}

Compress chosen() {
    static const Compress compress = choose();
    return compress;
}

}  // namespace

const char* sha256_backend() {
    return chosen() == &sha256_compress_portable ? "portable" : "sha-ni";
}

void sha256_compress(Sha256State& state, const std::uint8_t* blocks, std::size_t count) {
    chosen()(state, blocks, count);
}

Sha256::Sha256() {
    sha256_core::initial_state(state_.h);
}

Sha256& Sha256::update(ByteView data) {
    if (data.empty()) return *this;
    length_ += data.size();
    const std::uint8_t* p = data.data();
    std::size_t n = data.size();
    if (buffered_ > 0) {
        const std::size_t take = std::min(n, sizeof buffer_ - buffered_);
        std::memcpy(buffer_ + buffered_, p, take);
        buffered_ += take, p += take, n -= take;
        if (buffered_ < sizeof buffer_) return *this;
        sha256_compress(state_, buffer_, 1);
        buffered_ = 0;
    }
    if (n >= 64) sha256_compress(state_, p, n / 64);
    p += n - n % 64;
    std::memcpy(buffer_, p, n % 64);
    buffered_ = n % 64;
    return *this;
}

Hash Sha256::final() {
    const std::uint64_t bits = length_ * 8;
    std::uint8_t tail[128] = {};
    std::memcpy(tail, buffer_, buffered_);
    tail[buffered_] = 0x80;
    const std::size_t blocks = buffered_ < 56 ? 1 : 2;
    for (int i = 0; i < 8; ++i) tail[64 * blocks - 1 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
    sha256_compress(state_, tail, blocks);
    Hash out;
    for (int i = 0; i < 8; ++i)
        for (int j = 0; j < 4; ++j) out.bytes[4 * i + j] = static_cast<std::uint8_t>(state_.h[i] >> (24 - 8 * j));
    return out;
}

Hash sha256(ByteView data) {
    return Sha256().update(data).final();
}

TaggedHash::TaggedHash(std::string_view tag) {
    const Hash name = sha256(as_bytes(tag));
    std::uint8_t block[64];
    std::memcpy(block, name.data(), 32);
    std::memcpy(block + 32, name.data(), 32);
    sha256_core::initial_state(midstate_.h);
    sha256_compress(midstate_, block, 1);
}

Hash tagged_hash(std::string_view tag, ByteView data) {
    return TaggedHash(tag).hash(data);
}

}  // namespace assay
