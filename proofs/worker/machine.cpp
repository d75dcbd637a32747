#include "proofs/worker/machine.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <thread>
#include <vector>

#include "proofs/cuda/device.hpp"
#include "proofs/worker/output.hpp"

namespace assay::proofs::worker {

ThreadedCpuBackend::ThreadedCpuBackend(unsigned threads)
    : threads_(threads != 0 ? threads : std::max(1u, std::thread::hardware_concurrency())) {}

std::string ThreadedCpuBackend::name() const {
    return std::string("cpu (") + lane_backend_name(best_lane_backend()) + ", " +
           gemm_backend_name(best_gemm_backend()) + ", " + std::to_string(threads_) + " threads)";
}

bool ThreadedCpuBackend::does(WorkKind kind) const {
    return kind == WorkKind::lanes || kind == WorkKind::gemm || kind == WorkKind::vram;
}

Status ThreadedCpuBackend::run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane,
                                     std::span<Hash> leaves) {
    const std::uint64_t per_lane = segments_per_lane(p), lanes = leaves.size() / per_lane;
    const std::uint64_t parts = std::min<std::uint64_t>(threads_, lanes);
    std::vector<std::thread> workers;
    for (std::uint64_t i = 0; i < parts; ++i) {
        // Whole fours of lanes to each thread, so that its four streams stay full.
        const auto cut = [&](std::uint64_t n) {
            return n == parts ? lanes : std::min(lanes, lanes * n / parts / 4 * 4);
        };
        const std::uint64_t first = cut(i), count = cut(i + 1) - first;
        const auto out =
            leaves.subspan(static_cast<std::size_t>(first * per_lane), static_cast<std::size_t>(count * per_lane));
        workers.emplace_back([=, &p, &ctx] { proofs::run_lanes(p, ctx, first_lane + first, count, out); });
    }
    for (auto& each : workers) each.join();
    return {};
}

Status ThreadedCpuBackend::run_gemm(const GemmParams& p, const Hash& ctx, std::span<Hash> words) {
    const std::uint64_t rows = p.m / kGemmTileSide, per_row = p.n / kGemmTileSide * leaf_words(p);
    const std::uint64_t parts = std::min<std::uint64_t>(threads_, rows);
    std::vector<std::thread> workers;
    for (std::uint64_t i = 0; i < parts; ++i) {
        const std::uint64_t first = rows * i / parts, count = rows * (i + 1) / parts - first;
        const auto out =
            words.subspan(static_cast<std::size_t>(first * per_row), static_cast<std::size_t>(count * per_row));
        workers.emplace_back([=, &p, &ctx] { proofs::run_gemm(p, ctx, first, count, out); });
    }
    for (auto& each : workers) each.join();
    return {};
}

Status ThreadedCpuBackend::run_vram(const VramParams& p, const Hash& ctx, std::span<Hash> leaves) {
    // A system that lends more memory than it has would end the program in the middle of the work.
    const std::uint64_t memory = static_cast<std::uint64_t>(std::max(0l, sysconf(_SC_PHYS_PAGES))) *
                                 static_cast<std::uint64_t>(std::max(0l, sysconf(_SC_PAGESIZE)));
    if (memory_bytes(p) > memory)
        return {Code::no_device, "a walk through " + std::to_string(memory_bytes(p) >> 20) +
                                     " MiB does not fit into this machine's " + std::to_string(memory >> 20) + " MiB"};
    ASSAY_TRY(VramMemory memory_of_work, VramMemory::of(p));
    const std::span<std::uint32_t> items = memory_of_work.words();
    const VramSeed seed = vram_seed(ctx);
    const auto in_parts = [&](std::uint64_t whole, auto&& do_part) {
        const std::uint64_t parts = std::min<std::uint64_t>(threads_, whole);
        std::vector<std::thread> workers;
        for (std::uint64_t i = 0; i < parts; ++i) {
            const std::uint64_t first = whole * i / parts, count = whole * (i + 1) / parts - first;
            workers.emplace_back([=] { do_part(first, count); });
        }
        for (auto& each : workers) each.join();
    };
    in_parts(p.items, [&](std::uint64_t first, std::uint64_t count) {
        make_items(seed, first, count,
                   items.subspan(static_cast<std::size_t>(first * kVramItemWords),
                                 static_cast<std::size_t>(count * kVramItemWords)));
    });
    const std::uint64_t per_lane = segments_per_lane(p);
    in_parts(p.lanes, [&](std::uint64_t first, std::uint64_t count) {
        walk_vram(
            p, ctx, items, first, count,
            leaves.subspan(static_cast<std::size_t>(first * per_lane), static_cast<std::size_t>(count * per_lane)));
    });
    return {};
}

std::unique_ptr<Backend> open_device(const std::string& name, unsigned threads) {
    if (name == "cpu" || name == "auto") {
        if (name == "auto") {
            const auto platform = cuda::platform();
            for (const auto& device : platform.devices) {
                auto opened = cuda::open(device.index);
                if (opened) return std::move(*opened);
                note("cuda:" + std::to_string(device.index) + " is left out: " + opened.error().message);
            }
            note("working on the CPU: " +
                 (platform.why_not.empty() ? "no card passed its self-test" : platform.why_not));
        }
        auto cpu = std::make_unique<ThreadedCpuBackend>(threads);
        take(selftest(*cpu));
        return cpu;
    }
    if (name.starts_with("cuda:")) {
        int index = -1;
        const char* end = name.data() + name.size();
        if (const auto [at, error] = std::from_chars(name.data() + 5, end, index);
            error == std::errc() && at == end && index >= 0)
            return take(cuda::open(index));
    }
    throw Failure(Code::usage, "a device is cpu, cuda:N or auto, not '" + name + "'", "assay-prover devices");
}

HealthSource watch(const Backend& backend) {
    const std::string name = backend.name();
    for (const auto& device : cuda::platform().devices) {
        if (!name.starts_with("cuda:" + std::to_string(device.index) + " ")) continue;
        const auto nvml = Nvml::load();
        if (!nvml || !nvml->read(device.uuid)) return {};
        return [nvml, uuid = device.uuid] { return nvml->read(uuid); };
    }
    return {};
}

}  // namespace assay::proofs::worker
