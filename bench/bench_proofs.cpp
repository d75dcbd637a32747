// What checking a proof of 64 samples costs on one core.
//
// Lanes: against 65,536 raw SHA-256 compressions in one dependent chain through the project's best compression, which
// is what a verifier without interleaving would need. Products: 64 sub-tiles of the longest rows, on every back end
// that works here.
// Walks: 64 segments of 128 steps, against the 262,144 compressions that their items take.
//
//   bench_proofs            prints one JSON object a line; exits 1 where a result is wrong
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "base/sha256.hpp"
#include "proofs/prover.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

/// Best of `rounds` runs of f, in seconds: the machine may be shared.
template <class F>
double best_of(int rounds, F&& f) {
    double best = 1e9;
    for (int i = 0; i < rounds; ++i) {
        const auto start = std::chrono::steady_clock::now();
        f();
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

/// Of processor time: a run of tens of milliseconds is interrupted wherever the machine is shared.
template <class F>
double best_processor_time(int rounds, F&& f) {
    double best = 1e9;
    for (int i = 0; i < rounds; ++i) {
        const std::clock_t start = std::clock();
        f();
        best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return best;
}

constexpr std::uint64_t kSamples = 64;

bool bench_gemm() {
    const GemmParams work{.m = 256, .n = 256, .k = kMaxGemmK};  // as many sub-tiles as samples
    const Hash ctx = sha256(as_bytes("bench"));
    CpuBackend cpu;
    const WorkResult done = prove(work, ctx, cpu).value();
    std::vector<std::uint64_t> targets(kSamples);
    for (std::uint64_t i = 0; i < kSamples; ++i) targets[i] = i;
    const auto needed = needed_leaves(work, targets);
    bool right = true;
    for (const auto backend : {GemmBackend::portable, GemmBackend::avx2, GemmBackend::avx512_vnni}) {
        if (!gemm_backend_works(backend)) continue;
        const int rounds = backend == GemmBackend::portable ? 5 : 20;
        const double verify = best_processor_time(rounds, [&] {
            right = right && wrong_targets(work, ctx, targets, needed, done.leaves(), backend).empty();
        });
        const std::uint64_t blocks = work.k / 64;
        std::vector<std::uint32_t> panel(blocks * kPanelBlock), c(1024);
        const GemmKeys keys = gemm_keys(ctx);
        const double rows =
            best_processor_time(rounds, [&] { make_panel(backend, keys.a, 0, 0, blocks, panel.data()); });
        const double product =
            best_processor_time(rounds, [&] { add_panels(backend, panel.data(), panel.data(), work.k / 4, c.data()); });
        const double bound = backend == GemmBackend::avx512_vnni ? 12 : backend == GemmBackend::avx2 ? 45 : 0;
        std::printf(
            "{\"bench\":\"proofs.verify_gemm_k64\",\"backend\":\"%s\",\"verify_ms\":%.3f,\"bound_ms\":%.0f,"
            "\"sample_ms\":%.3f,\"keystream_ms\":%.3f,\"product_ms\":%.3f,\"ns_per_unit\":%.2f,\"results\":\"%s\"}\n",
            gemm_backend_name(backend), verify * 1e3, bound, verify * 1e3 / static_cast<double>(kSamples),
            2 * rows * 1e3, product * 1e3, verify * 1e9 / static_cast<double>(kSamples * sample_units(work)),
            right ? "right" : "WRONG");
    }
    return right;
}

bool bench_vram() {
    const VramParams work{.items = 65'536, .lanes = 64, .steps = 16'384};  // 8,192 leaves
    const Hash ctx = sha256(as_bytes("bench")), seed = sha256(as_bytes("challenge"));
    CpuBackend cpu;
    const WorkResult done = prove(work, ctx, cpu).value();
    const Opening opening = done.open(seed, kSamples).value();
    const Hash root = done.root();
    bool right = true;
    const double verify = best_processor_time(40, [&] {
        const auto verdict = verify_opening(work, ctx, root, seed, kSamples, opening);
        right = right && verdict.ok() && verdict->bad.empty() && verdict->targets.size() == kSamples;
    });
    constexpr std::uint32_t kCompressions = kSamples * 128 * 32;
    LaneJob jobs[4];
    const auto raw = [&](std::size_t n) {
        return best_processor_time(40, [&] {
            for (std::size_t i = 0; i < n; ++i) jobs[i] = lane_start(ctx, i);
            advance_lanes({jobs, n}, static_cast<std::uint32_t>(kCompressions / n));
        });
    };
    const double one = raw(1), four = raw(4);
    std::vector<std::uint32_t> items(1024 * kVramItemWords);
    const double make = best_processor_time(40, [&] { make_items(vram_seed(ctx), 0, 1024, items); }) * 8;
    VramState state = vram_start(ctx, 0);
    const double mix = best_processor_time(40, [&] {
        for (std::uint64_t t = 0; t < kSamples * 128; ++t)
            vram_step(state.h, items.data() + kVramItemWords * vram_address(state.h, 0, 1024), 0, t);
    });
    right = right && vram_leaf(state) != vram_leaf(vram_start(ctx, 0));  // and so the mixing is not left out
    const std::vector<std::uint64_t> targets{0, 64};
    const std::vector<Hash> leaves{done.leaves()[0], done.leaves()[63], done.leaves()[64]};
    const double portable = best_processor_time(5, [&] {
        const auto needed = needed_leaves(work, targets);
        right = right && wrong_targets(work, ctx, targets, needed, leaves, LaneBackend::portable).empty();
    });
    std::printf(
        "{\"bench\":\"proofs.verify_vram_k64\",\"verify_ms\":%.3f,\"bound_ms\":6,\"items_ms\":%.3f,\"mix_ms\":%.3f,"
        "\"raw_1_stream_ms\":%.3f,\"raw_4_streams_ms\":%.3f,\"ratio_to_4_streams\":%.3f,\"portable_ms\":%.1f,"
        "\"ns_per_unit\":%.2f,\"lanes\":\"%s\",\"results\":\"%s\"}\n",
        verify * 1e3, make * 1e3, mix * 1e3, one * 1e3, four * 1e3, verify / four, portable * 32 * 1e3,
        verify * 1e9 / static_cast<double>(kSamples * sample_units(work)), lane_backend_name(best_lane_backend()),
        right ? "right" : "WRONG");
    return right;
}

}  // namespace

int main() {
    constexpr std::uint32_t kCompressions = 65'536;
    const LanesParams work{.lanes = 256, .steps = 16'384, .leaf_every = 1024};  // 4,096 leaves
    const Hash ctx = sha256(as_bytes("bench"));
    CpuBackend cpu;
    auto done = prove(work, ctx, cpu);
    if (!done) {
        std::fprintf(stderr, "%s\n", done.error().message.c_str());
        return 1;
    }

    // A seed whose targets all have a predecessor asks for exactly 64 x 1,024 steps; any seed does.
    const Hash seed = sha256(as_bytes("challenge"));
    const Opening opening = done->open(seed, kSamples).value();
    const Hash root = done->root();
    bool right = true;
    const double verify = best_of(40, [&] {
        const auto verdict = verify_opening(work, ctx, root, seed, kSamples, opening);
        right = right && verdict.ok() && verdict->bad.empty() && verdict->targets.size() == kSamples;
    });
    Opening altered = opening;
    altered.siblings[0].bytes[0] ^= 1;
    right = right && !verify_opening(work, ctx, root, seed, kSamples, altered).ok();

    std::uint8_t block[64] = {};
    Sha256State chain{};
    const double raw = best_of(40, [&] {
        for (std::uint32_t i = 0; i < kCompressions; ++i) {
            sha256_compress(chain, block, 1);
            block[0] = static_cast<std::uint8_t>(chain.h[0]);  // each waits for the one before
        }
    });

    LaneJob jobs[4];
    const auto streams = [&](std::size_t n, LaneBackend backend) {
        return best_of(40, [&] {
            for (std::size_t i = 0; i < n; ++i) jobs[i] = lane_start(ctx, i);
            advance_lanes({jobs, n}, static_cast<std::uint32_t>(kCompressions / n), backend);
        });
    };
    const double one = streams(1, LaneBackend::sha_ni), four = streams(4, best_lane_backend());
    LaneJob check = lane_start(ctx, 0);
    advance_lanes({&check, 1}, kCompressions / 4, LaneBackend::portable);
    right = right && store_state(check) == store_state(jobs[0]);

    std::printf(
        "{\"bench\":\"proofs.verify_lanes_k64\",\"ratio\":%.3f,\"bound\":1.2,\"verify_ms\":%.3f,\"raw_1_stream_ms\":%."
        "3f,"
        "\"lanes_1_stream_ms\":%.3f,\"lanes_4_streams_ms\":%.3f,\"ratio_to_4_streams\":%.3f,\"sha256\":\"%s\","
        "\"lanes\":\"%s\",\"results\":\"%s\"}\n",
        verify / raw, verify * 1e3, raw * 1e3, one * 1e3, four * 1e3, verify / four, sha256_backend(),
        lane_backend_name(best_lane_backend()), right ? "right" : "WRONG");
    right = bench_gemm() && right;
    right = bench_vram() && right;
    return right ? 0 : 1;
}
