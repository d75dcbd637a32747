#include "proofs/gemm.hpp"

#include <algorithm>
#include <string>

#include "base/sha256.hpp"
#include "proofs/merkle.hpp"

namespace assay::proofs {

namespace {

constexpr std::uint64_t kBlockBytes = 64;
constexpr std::size_t kSubtileElements = std::size_t{kSubtileSide} * kSubtileSide;

std::uint64_t tiles_across(const GemmParams& p) {
    return p.n / kGemmTileSide;
}
std::uint64_t panel_words(const GemmParams& p) {
    return p.k / kBlockBytes * kPanelBlock;
}

ChaChaKey key_of(const TaggedHash& tag, const Hash& ctx) {
    const Hash h = tag.hash(ctx.view());
    ChaChaKey out{};
    for (int i = 0; i < 32; ++i) out.w[i / 4] |= std::uint32_t{h.bytes[static_cast<std::size_t>(i)]} << (8 * (i % 4));
    return out;
}

}  // namespace

Status validate(const GemmParams& p) {
    const auto side = [](const char* name, std::uint64_t value) -> Status {
        if (value == 0 || value % 256 != 0)
            return {Code::field_out_of_range,
                    std::string(name) + " is a positive multiple of 256, not " + std::to_string(value)};
        return {};
    };
    ASSAY_TRY_VOID(side("m", p.m));
    ASSAY_TRY_VOID(side("n", p.n));
    if (p.k == 0 || p.k % 128 != 0 || p.k > kMaxGemmK)
        return {Code::field_out_of_range,
                "k is a multiple of 128 from 128 to " + std::to_string(kMaxGemmK) + ", not " + std::to_string(p.k)};
    std::uint64_t leaves;
    if (__builtin_mul_overflow(p.m / kGemmTileSide, p.n / kGemmTileSide, &leaves) || leaves > kMaxLeaves)
        return {Code::field_out_of_range, "m x n / 16384 is at most 2^40 leaves"};
    return {};
}

std::uint64_t leaf_count(const GemmParams& p) {
    return p.m / kGemmTileSide * tiles_across(p);
}
std::uint64_t sample_range(const GemmParams& p) {
    return leaf_count(p) * kSubtilesPerTile;
}
std::uint64_t work_units(const GemmParams& p) {
    return leaf_count(p) * (kGemmTileSide * kGemmTileSide / 256) * p.k;  // at most 2^40 · 2^6 · 2^14
}
std::uint64_t sample_units(const GemmParams& p) {
    return 5 * std::uint64_t{p.k} + 128;
}

std::vector<std::uint64_t> needed_leaves(const GemmParams&, std::span<const std::uint64_t> targets) {
    std::vector<std::uint64_t> out;
    out.reserve(targets.size());
    for (const std::uint64_t t : targets)
        if (out.empty() || out.back() != t / kSubtilesPerTile) out.push_back(t / kSubtilesPerTile);
    return out;
}

std::vector<std::uint64_t> wrong_targets(const GemmParams& p, const Hash& ctx, std::span<const std::uint64_t> targets,
                                         std::span<const std::uint64_t> needed, std::span<const Hash> words,
                                         GemmBackend backend) {
    const GemmKeys keys = gemm_keys(ctx);
    const auto per_leaf = static_cast<std::size_t>(leaf_words(p));
    std::vector<std::uint64_t> bad;
    std::size_t at = 0;
    for (const std::uint64_t t : targets) {
        while (needed[at] != t / kSubtilesPerTile) ++at;  // both ascend and every target's leaf is needed
        const std::uint64_t claimed = read_digest(words.subspan(at * per_leaf, per_leaf), t % kSubtilesPerTile);
        if (subtile_of(p, keys, subtile_place(p.n, t), backend) != claimed) bad.push_back(t);
    }
    return bad;
}

GemmKeys gemm_keys(const Hash& ctx) {
    static const TaggedHash kA("assay/gemm/a"), kB("assay/gemm/b"), kDigest("assay/gemm/digest");
    GemmKeys out;
    out.a = key_of(kA, ctx);
    out.b = key_of(kB, ctx);
    const ChaChaKey stream = key_of(kDigest, ctx);
    for (std::uint64_t block = 0; block < kSubtileElements / 16; ++block)
        chacha8_block(stream, 0, block, out.digest + 16 * block);
    return out;
}

std::uint64_t subtile_digest(const GemmKeys& keys, std::span<const std::uint32_t, kSubtileElements> c) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kSubtileElements; i += 2)
        sum += gemm_pair(c[i], c[i + 1], keys.digest[i], keys.digest[i + 1]);
    return sum;
}

std::uint64_t subtile_of(const GemmParams& p, const GemmKeys& keys, SubtilePlace at, GemmBackend backend) {
    constexpr std::uint64_t kSlice = 8;  // blocks: both slices of panels stay in the nearest cache
    alignas(64) std::uint32_t a[kSlice * kPanelBlock], b[kSlice * kPanelBlock], c[kSubtileElements] = {};
    for (std::uint64_t block = 0; block < p.k / kBlockBytes; block += kSlice) {
        const std::uint64_t blocks = std::min(kSlice, p.k / kBlockBytes - block);
        make_panel(backend, keys.a, at.row * kPanelRows, block, blocks, a);
        make_panel(backend, keys.b, at.col * kPanelRows, block, blocks, b);
        add_panels(backend, a, b, 16 * blocks, c);
    }
    return subtile_digest(keys, c);
}

std::uint64_t read_digest(std::span<const Hash> leaf, std::uint64_t place) {
    const std::uint8_t* from = leaf[place / 4].data() + place % 4 * 8;
    std::uint64_t out = 0;
    for (int i = 0; i < 8; ++i) out |= std::uint64_t{from[i]} << (8 * i);
    return out;
}

void write_digest(std::span<Hash> leaf, std::uint64_t place, std::uint64_t digest) {
    for (std::uint64_t i = 0; i < 8; ++i)
        leaf[place / 4].bytes[place % 4 * 8 + i] = static_cast<std::uint8_t>(digest >> (8 * i));
}

void run_gemm(const GemmParams& p, const Hash& ctx, std::uint64_t first, std::uint64_t count, std::span<Hash> words,
              GemmBackend backend) {
    const std::uint64_t across = tiles_across(p), per_leaf = leaf_words(p), panel = panel_words(p);
    ASSAY_CHECK(words.size() == count * across * per_leaf);
    // B in parts of 32 MiB: A is made anew for each, a thousandth of what multiplying by them costs.
    const std::uint64_t part = std::clamp<std::uint64_t>((32u << 20) / (kSubtilesPerSide * panel * 4), 1, across);
    const GemmKeys keys = gemm_keys(ctx);
    std::vector<std::uint32_t> a(kSubtilesPerSide * panel), b(part * kSubtilesPerSide * panel);
    const auto make = [&](const ChaChaKey& key, std::uint64_t index, std::uint32_t* out) {
        make_panel(backend, key, index * kPanelRows, 0, p.k / kBlockBytes, out);
    };
    for (std::uint64_t left = 0; left < across; left += part) {
        const std::uint64_t wide = std::min(part, across - left);
        for (std::uint64_t i = 0; i < wide * kSubtilesPerSide; ++i)
            make(keys.b, left * kSubtilesPerSide + i, b.data() + i * panel);
        for (std::uint64_t row = 0; row < count; ++row) {
            for (std::uint64_t i = 0; i < kSubtilesPerSide; ++i)
                make(keys.a, (first + row) * kSubtilesPerSide + i, a.data() + i * panel);
            for (std::uint64_t col = 0; col < wide; ++col) {
                const auto leaf = words.subspan((row * across + left + col) * per_leaf, per_leaf);
                for (std::uint64_t place = 0; place < kSubtilesPerTile; ++place) {
                    std::uint32_t c[kSubtileElements] = {};
                    add_panels(backend, a.data() + place / kSubtilesPerSide * panel,
                               b.data() + (col * kSubtilesPerSide + place % kSubtilesPerSide) * panel, p.k / 4, c);
                    write_digest(leaf, place, subtile_digest(keys, c));
                }
            }
        }
    }
}

}  // namespace assay::proofs
