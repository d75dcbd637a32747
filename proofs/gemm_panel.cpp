#include "proofs/gemm_panel.hpp"

#include <algorithm>
#include <iterator>

#include "proofs/gemm_simd.hpp"

namespace assay::proofs {

namespace {

void make_panel_portable(const ChaChaKey& key, std::uint64_t row, std::uint64_t block, std::uint64_t blocks,
                         std::uint32_t* panel) {
    for (std::uint64_t b = 0; b < blocks; ++b)
        for (std::uint32_t r = 0; r < kPanelRows; ++r) {
            std::uint32_t words[16];
            chacha8_block(key, row + r, block + b, words);
            for (std::uint32_t w = 0; w < 16; ++w) panel[b * kPanelBlock + w * kPanelRows + r] = words[w];
        }
}

// Rows of 16-bit numbers one after the other: compilers make multiply-add instructions of the sum below.
void widen_rows(const std::uint32_t* panel, std::int16_t (&rows)[kPanelRows][4 * kPanelStep]) {
    for (std::uint32_t r = 0; r < kPanelRows; ++r)
        for (std::uint32_t w = 0; w < kPanelStep; ++w)
            for (std::uint32_t byte = 0; byte < 4; ++byte)
                rows[r][4 * w + byte] = static_cast<std::int8_t>(panel[w * kPanelRows + r] >> (8 * byte));
}

void add_panels_portable(const std::uint32_t* a, const std::uint32_t* b, std::uint64_t words, std::uint32_t* c) {
    std::int16_t x[kPanelRows][4 * kPanelStep], y[kPanelRows][4 * kPanelStep];
    for (std::uint64_t at = 0; at < words; at += kPanelStep) {
        widen_rows(a + at * kPanelRows, x);
        widen_rows(b + at * kPanelRows, y);
        for (std::uint32_t i = 0; i < kPanelRows; ++i)
            for (std::uint32_t j = 0; j < kPanelRows; ++j) {
                std::int32_t sum = 0;
                for (std::uint32_t k = 0; k < 4 * kPanelStep; ++k) sum += std::int32_t{x[i][k]} * y[j][k];
                c[i * kPanelRows + j] += static_cast<std::uint32_t>(sum);
            }
    }
}

bool processor_has(GemmBackend b) {
#if defined(__x86_64__)
    switch (b) {
        case GemmBackend::portable:
            return true;
        case GemmBackend::avx2:
            return __builtin_cpu_supports("avx2") != 0;
        case GemmBackend::avx512_vnni:
            return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
    }
    return false;
#else
    return b == GemmBackend::portable;
#endif
}

void make_with(GemmBackend backend, const ChaChaKey& key, std::uint64_t row, std::uint64_t block, std::uint64_t blocks,
               std::uint32_t* panel) {
    switch (backend) {
        case GemmBackend::portable:
            return make_panel_portable(key, row, block, blocks, panel);
        case GemmBackend::avx2:
            return make_panel_avx2(key, row, block, blocks, panel);
        case GemmBackend::avx512_vnni:
            return make_panel_avx512(key, row, block, blocks, panel);
    }
}

void add_with(GemmBackend backend, const std::uint32_t* a, const std::uint32_t* b, std::uint64_t words,
              std::uint32_t* c) {
    switch (backend) {
        case GemmBackend::portable:
            return add_panels_portable(a, b, words, c);
        case GemmBackend::avx2:
            return add_panels_avx2(a, b, words, c);
        case GemmBackend::avx512_vnni:
            return add_panels_avx512(a, b, words, c);
    }
}

// A validator that computes wrongly slashes the honest: no instructions are trusted before they have shown themselves.
bool agrees_with_portable(GemmBackend backend) {
    constexpr std::uint64_t kBlocks = 4, kRow = 0xfffffff8, kFirst = 0xfffffffe;  // carries in both counters
    const ChaChaKey key{{1, 2, 3, 4, 0x80000000u, 6, 7, 8}};
    std::uint32_t mine[2][kBlocks * kPanelBlock], theirs[2][kBlocks * kPanelBlock], c[2][kPanelRows * kPanelRows] = {};
    for (std::uint64_t m = 0; m < 2; ++m) {
        make_with(backend, key, kRow + 64 * m, kFirst, kBlocks, mine[m]);
        make_with(GemmBackend::portable, key, kRow + 64 * m, kFirst, kBlocks, theirs[m]);
        if (!std::equal(std::begin(mine[m]), std::end(mine[m]), theirs[m])) return false;
        std::fill_n(mine[m], kPanelBlock, m == 0 ? 0x80808080u : 0x7f80807fu);  // the largest products, both signs
    }
    add_with(backend, mine[0], mine[1], 16 * kBlocks, c[0]);
    add_with(GemmBackend::portable, mine[0], mine[1], 16 * kBlocks, c[1]);
    return std::equal(std::begin(c[0]), std::end(c[0]), c[1]);
}

}  // namespace

const char* gemm_backend_name(GemmBackend b) {
    switch (b) {
        case GemmBackend::portable:
            return "portable";
        case GemmBackend::avx2:
            return "avx2";
        case GemmBackend::avx512_vnni:
            return "avx512-vnni";
    }
    return "unknown";
}

bool gemm_backend_works(GemmBackend b) {
    const auto works = [](GemmBackend each) { return processor_has(each) && agrees_with_portable(each); };
    static const bool kAvx2 = works(GemmBackend::avx2), kVnni = works(GemmBackend::avx512_vnni);
    return b == GemmBackend::portable || (b == GemmBackend::avx2 && kAvx2) || (b == GemmBackend::avx512_vnni && kVnni);
}

GemmBackend best_gemm_backend() {
    for (const auto b : {GemmBackend::avx512_vnni, GemmBackend::avx2})
        if (gemm_backend_works(b)) return b;
    return GemmBackend::portable;
}

void make_panel(GemmBackend backend, const ChaChaKey& key, std::uint64_t row, std::uint64_t block, std::uint64_t blocks,
                std::uint32_t* panel) {
    make_with(gemm_backend_works(backend) ? backend : GemmBackend::portable, key, row, block, blocks, panel);
}

void add_panels(GemmBackend backend, const std::uint32_t* a, const std::uint32_t* b, std::uint64_t words,
                std::uint32_t* c) {
    add_with(gemm_backend_works(backend) ? backend : GemmBackend::portable, a, b, words, c);
}

}  // namespace assay::proofs
