#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/sha256.hpp"
#include "base/version.hpp"
#include "proofs/cuda/device.hpp"
#include "proofs/worker/commands.hpp"
#include "proofs/worker/machine.hpp"
#include "proofs/worker/output.hpp"

namespace assay::proofs::worker {

namespace {

std::string version_text(int v) {
    return std::to_string(v / 1000) + "." + std::to_string(v % 1000 / 10);
}

std::string fixed_text(double value, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

/// Rotations, shifts and logic of one compression, which only the 64-lane logic pipe of a multiprocessor does: the
/// limit where all additions are on the multiply pipe (docs/benchmarks.md).
constexpr double kLogicPerCompression = 983;

}  // namespace

void devices_command(const Common& c) {
    const auto platform = cuda::platform();
    const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
    Json out;
    out["cuda"] = {{"built", platform.built},
                   {"architectures", cuda::architectures()},
                   {"driver", platform.driver == 0 ? Json() : Json(version_text(platform.driver))},
                   {"runtime", platform.runtime == 0 ? Json() : Json(version_text(platform.runtime))},
                   {"why_not", platform.why_not.empty() ? Json() : Json(platform.why_not)}};
    out["items"] = Json::array();
    out["items"].push_back(
        {{"device", "cpu"},
         {"name", std::string(lane_backend_name(best_lane_backend())) + ", " + gemm_backend_name(best_gemm_backend())},
         {"cores", cores},
         {"usable", true}});
    for (const auto& d : platform.devices)
        out["items"].push_back({{"device", "cuda:" + std::to_string(d.index)},
                                {"name", d.name},
                                {"uuid", d.uuid},
                                {"memory", d.memory},
                                {"capability", std::to_string(d.major) + "." + std::to_string(d.minor)},
                                {"multiprocessors", d.multiprocessors},
                                {"clock_mhz", d.clock_khz / 1000},
                                {"ecc", d.ecc},
                                {"usable", d.why_not.empty()},
                                {"why_not", d.why_not.empty() ? Json() : Json(d.why_not)}});
    if (c.json) return print_json(out);
    print_line("cpu      " + std::string(lane_backend_name(best_lane_backend())) + ", " +
               gemm_backend_name(best_gemm_backend()) + ", " + std::to_string(cores) + " cores");
    for (const auto& d : platform.devices)
        print_line("cuda:" + std::to_string(d.index) + "   " + d.name + ", " + std::to_string(d.memory >> 30) +
                   " GiB, compute capability " + std::to_string(d.major) + "." + std::to_string(d.minor) +
                   (d.why_not.empty() ? "" : "; cannot be used: " + d.why_not));
    if (!platform.why_not.empty()) print_line("no card: " + platform.why_not);
    print_line("kernels: " + cuda::architectures() +
               (platform.driver == 0 ? "" : "; driver up to CUDA " + version_text(platform.driver)) +
               (platform.runtime == 0 ? "" : ", built with " + version_text(platform.runtime)));
}

void selftest_command(const Common& c) {
    // Without a name every back end of this machine is tried.
    std::vector<std::string> names{c.device};
    if (c.device == "auto") {
        names = {"cpu"};
        for (const auto& d : cuda::platform().devices)
            if (d.why_not.empty()) names.push_back("cuda:" + std::to_string(d.index));
    }
    Json items = Json::array();
    for (const auto& name : names) {
        const auto backend = open_device(name, c.threads);  // throws where it does not pass
        Json kinds = Json::array();
        std::string text;
        for (const WorkKind kind : {WorkKind::lanes, WorkKind::gemm, WorkKind::vram}) {
            if (!backend->does(kind)) continue;
            take(selftest(*backend, kind));  // a card has shown lanes so far
            kinds.push_back(kind_name(kind));
            text += (text.empty() ? "" : ", ") + std::string(kind_name(kind));
        }
        items.push_back({{"device", name}, {"name", backend->name()}, {"kinds", kinds}, {"passed", true}});
        if (!c.json) print_line(name + ": " + backend->name() + " passed: " + text);
    }
    if (c.device == "auto" || c.device == "cpu") {  // what another processor would fall back to
        for (const auto b : {LaneBackend::portable, LaneBackend::sha_ni}) {
            CpuBackend cpu(b);
            take(selftest(cpu, WorkKind::lanes));
        }
        for (const auto b : {GemmBackend::portable, GemmBackend::avx2}) {
            CpuBackend cpu(best_lane_backend(), b);
            take(selftest(cpu, WorkKind::gemm));
        }
    }
    if (c.json) print_json({{"items", items}, {"passed", true}});
}

double measure_lanes(Backend& backend, double seconds) {
    const bool gpu = backend.name().starts_with("cuda:");
    LanesParams p{
        .lanes = gpu ? std::uint64_t{1} << 21 : 1024, .steps = gpu ? 4096u : 1024u, .leaf_every = gpu ? 4096u : 1024u};
    const Hash ctx = sha256(as_bytes("bench"));
    double rate = 0, best = 0;
    std::vector<Hash> leaves;
    // Longer and longer until a run takes its share of the time; then the best of three, which others disturb least.
    for (int settled = 0; settled < 3;) {
        leaves.resize(static_cast<std::size_t>(leaf_count(p)));
        const auto start = std::chrono::steady_clock::now();
        take(backend.run_lanes(p, ctx, 0, leaves));
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        rate = static_cast<double>(work_units(p)) / took;
        if (took < seconds / 4 && p.steps < (std::uint64_t{1} << 26)) {
            p.steps *= 2;
            continue;
        }
        best = std::max(best, rate);
        ++settled;
    }
    const WorkResult work(p, ctx, std::move(leaves));
    take(recheck(work, ctx, 64));
    return best;
}

double measure_gemm(Backend& backend, double seconds) {
    const bool gpu = backend.name().starts_with("cuda:");
    GemmParams p{.m = gpu ? 16384u : 512u, .n = gpu ? 32768u : 512u, .k = gpu ? kMaxGemmK : 4096u};
    const Hash ctx = sha256(as_bytes("bench"));
    double best = 0;
    std::vector<Hash> words;
    for (int settled = 0; settled < 3;) {
        words.resize(static_cast<std::size_t>(leaf_count(p) * leaf_words(p)));
        const auto start = std::chrono::steady_clock::now();
        take(backend.run_gemm(p, ctx, words));
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (took < seconds / 4 && p.m < (std::uint64_t{1} << 22)) {
            p.m *= 2;
            continue;
        }
        best = std::max(best, static_cast<double>(work_units(p)) * 256 / took);
        ++settled;
    }
    const WorkResult work(p, ctx, std::move(words));
    take(recheck(work, ctx, 64));
    return best;
}

namespace {

/// Sixteen reads of an item; a card's lanes are enough to keep its memory busy.
VramParams bench_walk(std::uint64_t items, bool gpu) {
    constexpr std::uint64_t kMostInWindow = std::uint64_t{1} << 28;  // 32 GiB
    VramParams p{.items = items, .lanes = gpu ? std::uint64_t{1} << 18 : 64};
    p.steps = 16 * items / p.lanes;
    if (items > kMostInWindow) {
        p.windows = static_cast<std::uint32_t>(items / kMostInWindow);
        p.stay = static_cast<std::uint32_t>(kMostInWindow / p.lanes / p.leaf_every);
    }
    return p;
}

}  // namespace

VramRate measure_vram(Backend& backend, double seconds) {
    const bool gpu = backend.name().starts_with("cuda:");
    std::uint64_t most = std::uint64_t{1} << 21;  // 256 MiB
    if (gpu) {
        const auto index = static_cast<std::size_t>(std::stoi(backend.name().substr(5)));
        most = std::bit_floor(cuda::platform().devices.at(index).memory / 10 * 9 / kVramItemBytes);
    }
    VramParams p = bench_walk(std::min(most, std::uint64_t{1} << (gpu ? 24 : 17)), gpu);
    const Hash ctx = sha256(as_bytes("bench"));
    std::vector<Hash> leaves;
    const auto time_of = [&](const VramParams& work) {
        leaves.resize(static_cast<std::size_t>(leaf_count(work)));
        const auto start = std::chrono::steady_clock::now();
        take(backend.run_vram(work, ctx, leaves));
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    while (time_of(p) < seconds / 12 && p.items < most) p = bench_walk(2 * p.items, gpu);
    VramParams twice = p;
    twice.steps *= 2;
    double one = 1e9, two = 1e9;
    for (int i = 0; i < 3; ++i) two = std::min(two, time_of(twice)), one = std::min(one, time_of(p));
    take(recheck(WorkResult(p, ctx, std::move(leaves)), ctx, 64));
    const double walk = std::max(two - one, 1e-9);
    return {p, std::max(one - walk, 0.0), static_cast<double>(p.lanes * p.steps * kVramItemBytes) / walk};
}

namespace {

void bench_vram(const Common& c, Backend& backend, double seconds) {
    const VramRate rate = measure_vram(backend, seconds);
    if (c.json)
        return print_json({{"kind", "vram"},
                           {"device", backend.name()},
                           {"memory_bytes", memory_bytes(rate.work)},
                           {"windows", rate.work.windows},
                           {"fill_s", rate.fill_s},
                           {"read_bytes_per_s", rate.read_bytes_per_s},
                           {"checked", true}});
    print_line(backend.name() + ": " + std::to_string(memory_bytes(rate.work) >> 20) + " MiB filled in " +
               fixed_text(rate.fill_s, 2) + " s, walked through at " + fixed_text(rate.read_bytes_per_s / 1e9, 2) +
               " GB/s" +
               (rate.work.windows > 1 ? " in " + std::to_string(rate.work.windows) + " windows" : std::string()) +
               "; 64 leaves rechecked");
}

void bench_gemm(const Common& c, Backend& backend, double seconds) {
    const double best = measure_gemm(backend, seconds);
    if (c.json)
        return print_json(
            {{"kind", "gemm"}, {"device", backend.name()}, {"multiply_accumulates_per_s", best}, {"checked", true}});
    print_line(backend.name() + ": " + fixed_text(best / 1e9, 1) + " G multiply-accumulates/s, " +
               fixed_text(2 * best / 1e12, 2) + " TOPS; 64 sub-tiles rechecked");
}

}  // namespace

void bench_command(const Common& c, const std::string& kind, double seconds) {
    if (kind != "lanes" && kind != "gemm" && kind != "vram")
        throw Failure(Code::usage, "kind is lanes, gemm or vram, not " + kind);
    const auto backend = open_device(c.device, c.threads);
    if (kind == "gemm") return bench_gemm(c, *backend, seconds);
    if (kind == "vram") return bench_vram(c, *backend, seconds);
    const bool gpu = backend->name().starts_with("cuda:");
    const double best = measure_lanes(*backend, seconds);
    Json out{{"kind", "lanes"}, {"device", backend->name()}, {"compressions_per_s", best}, {"checked", true}};
    std::string text = backend->name() + ": " + fixed_text(best / 1e6, 1) + " M compressions/s";
    if (gpu) {
        const auto platform = cuda::platform();
        const int index = std::stoi(backend->name().substr(5));
        const auto& d = platform.devices.at(static_cast<std::size_t>(index));
        const double limit = d.multiprocessors * 64.0 * d.clock_khz * 1e3 / kLogicPerCompression;
        out["limit_compressions_per_s"] = limit;
        out["share_of_limit"] = best / limit;
        out["clock_mhz"] = d.clock_khz / 1000;
        out["driver"] = version_text(platform.driver);
        text += ", " + fixed_text(100 * best / limit, 1) + " % of the limit at " + std::to_string(d.clock_khz / 1000) +
                " MHz";
    }
    if (c.json) return print_json(out);
    print_line(text + "; 64 leaves rechecked");
}

void version_command(const Common& c) {
    const std::string compiler =
#if defined(__clang__)
        "clang " __clang_version__;
#else
        "gcc " __VERSION__;
#endif
    if (c.json)
        return print_json({{"version", kVersion},
                           {"commit", kCommit},
                           {"compiler", compiler},
                           {"cuda_architectures", cuda::architectures()}});
    print_line(std::string("assay-prover ") + kVersion + " (" + kCommit + ", " + compiler +
               ", CUDA: " + cuda::architectures() + ")");
}

}  // namespace assay::proofs::worker
