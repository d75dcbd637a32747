#include "proofs/cuda/device.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "proofs/cuda/gemm_launch.hpp"
#include "proofs/cuda/lanes_launch.hpp"
#include "proofs/cuda/merkle_launch.hpp"
#include "proofs/cuda/raii.hpp"
#include "proofs/cuda/vram_card.hpp"
#include "proofs/gemm_parts.hpp"

namespace assay::proofs::cuda {

namespace {

std::string version_text(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

Device describe(int index) {
    Device out;
    out.index = index;
    cudaDeviceProp p{};
    if (const cudaError_t error = cudaGetDeviceProperties(&p, index); error != cudaSuccess) {
        out.why_not = cuda_error(error, "cudaGetDeviceProperties", __FILE__, __LINE__).message;
        return out;
    }
    out.name = p.name;
    out.uuid = to_hex({reinterpret_cast<const std::uint8_t*>(p.uuid.bytes), sizeof p.uuid.bytes});
    out.memory = p.totalGlobalMem;
    out.major = p.major, out.minor = p.minor;
    out.multiprocessors = p.multiProcessorCount;
    out.ecc = p.ECCEnabled != 0;
    cudaDeviceGetAttribute(&out.clock_khz, cudaDevAttrClockRate, index);
    int mode = 0;
    cudaDeviceGetAttribute(&mode, cudaDevAttrComputeMode, index);
    if (p.major < 8)
        out.why_not = "compute capability " + std::to_string(p.major) + "." + std::to_string(p.minor) +
                      " is below 8.0, the lowest that there are kernels for";
    else if (mode == cudaComputeModeProhibited)
        out.why_not = "its compute mode forbids every program";
    return out;
}

class CudaBackend final : public Backend {
   public:
    CudaBackend(Device device, const Options& options) : device_(std::move(device)), options_(options) {}

    Status create() {
        ASSAY_CUDA(cudaSetDevice(device_.index));
        ASSAY_TRY_VOID(stream_.create());
        return done_.create();
    }

    std::string name() const override {
        return "cuda:" + std::to_string(device_.index) + " (" + device_.name + ", " + device_.uuid.substr(0, 8) + ")";
    }

    bool does(WorkKind kind) const override {
        return kind == WorkKind::lanes || kind == WorkKind::gemm || kind == WorkKind::vram;
    }

    /// The first product, and the first walk, wait for their known answers; who does lanes alone never runs the other
    /// kernels.
    Status run_gemm(const GemmParams& p, const Hash& ctx, std::span<Hash> words) override {
        std::call_once(gemm_tried_, [&] { choose_gemm(); });
        if (!gemm_why_not_.empty()) return {Code::no_device, name() + " does no gemm: " + gemm_why_not_};
        return multiply(p, ctx, words);
    }

    Status run_vram(const VramParams& p, const Hash& ctx, std::span<Hash> leaves) override {
        std::call_once(vram_tried_, [&] {
            Untested card(*this);
            if (const Status passed = selftest(card, WorkKind::vram); !passed) vram_why_not_ = passed.error().message;
        });
        if (!vram_why_not_.empty()) return {Code::no_device, name() + " does no vram: " + vram_why_not_};
        return walk(p, ctx, leaves);
    }

    Status run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane, std::span<Hash> leaves) override {
        const std::uint64_t per_lane = segments_per_lane(p), lanes = leaves.size() / per_lane;
        // At most 1 GiB of leaves at once, and half of what is free: other programs may run here too.
        ASSAY_TRY(const std::uint64_t room, leaves_at_once(2));
        return each_batch(p, ctx, first_lane, lanes, std::max<std::uint64_t>(1, room / per_lane),
                          [&](std::uint64_t done, std::uint64_t n) {
                              return copy_out(&leaves[static_cast<std::size_t>(done * per_lane)], buffer_, n * per_lane,
                                              "copying the leaves");
                          });
    }

    /// Leaves never leave the card: they are hashed and reduced where they are.
    Status run_lane_blocks(const LanesParams& p, const Hash& ctx, LaneBlocks& blocks) override {
        const std::uint64_t per_lane = segments_per_lane(p), size = std::uint64_t{1} << blocks.height;
        ASSAY_TRY(const std::uint64_t room, leaves_at_once(4));
        // A batch ends with a block. Where so many lanes do not fit, the processor sees to the tree.
        const std::uint64_t whole = size / std::gcd(size, per_lane), fit = room / per_lane;
        const std::uint64_t batch = fit >= p.lanes ? p.lanes : fit / whole * whole;
        if (batch == 0) return Backend::run_lane_blocks(p, ctx, blocks);
        std::size_t made = 0;
        return each_batch(p, ctx, 0, p.lanes, batch, [&](std::uint64_t, std::uint64_t n) -> Status {
            const std::uint64_t count = n * per_lane, here = (count + size - 1) / size;
            const std::uint64_t ends = std::min<std::uint64_t>(count / size, blocks.ends.size() - made);
            ASSAY_TRY_VOID(roots_.reserve(static_cast<std::size_t>(here)));
            ASSAY_TRY_VOID(ends_.reserve(static_cast<std::size_t>(here)));
            ASSAY_CUDA(launch_blocks({buffer_.get(), count, blocks.height, roots_.get(), ends_.get()}, stream_.get()));
            ASSAY_TRY_VOID(copy_out(&blocks.roots[made], roots_, here, "hashing the leaves"));
            if (ends != 0) ASSAY_TRY_VOID(copy_out(&blocks.ends[made], ends_, ends, "copying the ends of blocks"));
            made += static_cast<std::size_t>(here);
            return {};
        });
    }

    /// Measures both ways of shifting (lane_step.hpp) and takes the one by products where it is faster and right.
    Status choose_shifts() {
        using lane_detail::Shifts;
        ASSAY_TRY(const std::uint64_t by_logic, time_lanes(Shifts::logic));
        ASSAY_TRY(const std::uint64_t by_products, time_lanes(Shifts::products));
        if (by_products + by_logic / 100 > by_logic) return {};  // less than a hundredth is noise
        shifts_ = Shifts::products;
        if (!selftest(*this, WorkKind::lanes)) shifts_ = Shifts::logic;  // which has passed
        return {};
    }

   private:
    /// The card as its self-test sees it.
    class Untested final : public Backend {
       public:
        explicit Untested(CudaBackend& card) : card_(card) {}
        std::string name() const override { return card_.name(); }
        bool does(WorkKind kind) const override { return card_.does(kind); }
        Status run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane,
                         std::span<Hash> leaves) override {
            return card_.run_lanes(p, ctx, first_lane, leaves);
        }
        Status run_gemm(const GemmParams& p, const Hash& ctx, std::span<Hash> words) override {
            return card_.multiply(p, ctx, words);
        }
        Status run_vram(const VramParams& p, const Hash& ctx, std::span<Hash> leaves) override {
            return card_.walk(p, ctx, leaves);
        }

       private:
        CudaBackend& card_;
    };

    /// On cards of compute capability 9.0 the kernel by `wgmma` where it passes, else the one for all.
    void choose_gemm() {
        Untested card(*this);
        if (device_.major == 9 && device_.minor == 0) {
            wgmma_ = true;
            // With all blocks at once each has at most one place in C, so its ring of stages starts anew for none: once
            // more with as few blocks as there can be, which then go from place to place.
            for (const int blocks : {2, device_.multiprocessors}) {
                gemm_blocks_ = blocks;
                wgmma_ = wgmma_ && selftest(card, WorkKind::gemm).ok();
            }
            if (wgmma_) return;
        }
        if (const Status passed = selftest(card, WorkKind::gemm); !passed) gemm_why_not_ = passed.error().message;
    }

    /// Half of what is free on the card, or another part of it, and never more than 1 GiB.
    Result<std::uint64_t> leaves_at_once(std::uint64_t part) {
        const std::lock_guard lock(mutex_);
        ASSAY_CUDA(cudaSetDevice(device_.index));
        std::size_t free = 0, total = 0;
        ASSAY_CUDA(cudaMemGetInfo(&free, &total));
        return std::min<std::uint64_t>(std::uint64_t{1} << 30, free / part) / sizeof(HashPlace);
    }

    /// `count` hashes to the host, once everything before is done.
    Status copy_out(Hash* to, const Buffer<HashPlace>& from, std::uint64_t count, std::string_view what) {
        ASSAY_CUDA(cudaMemcpyAsync(to->data(), from.get(), static_cast<std::size_t>(count) * sizeof(HashPlace),
                                   cudaMemcpyDeviceToHost, stream_.get()));
        ASSAY_TRY_VOID(done_.record(stream_));
        return done_.wait(what, options_.launch_timeout_ms);
    }

    LanesLaunch launch_for(const LanesParams& p, const Hash& ctx) {
        LanesLaunch launch{};
        static const TaggedHash kStart("assay/lane/start"), kTag("assay/lane");
        for (int i = 0; i < 8; ++i) {
            launch.start_midstate[i] = kStart.midstate().h[i];
            launch.tag_midstate[i] = kTag.midstate().h[i];
            launch.ctx[i] = std::uint32_t{ctx.bytes[4 * i]} << 24 | std::uint32_t{ctx.bytes[4 * i + 1]} << 16 |
                            std::uint32_t{ctx.bytes[4 * i + 2]} << 8 | ctx.bytes[4 * i + 3];
        }
        launch.segments_per_lane = segments_per_lane(p);
        launch.leaf_every = p.leaf_every;
        launch.leaves = buffer_.get();
        return launch;
    }

    /// Lanes from `first_lane` on, `batch` at a time; `take(done, n)` has the leaves of n of them in the buffer.
    /// One owner at a time: kernels of two works never share it.
    template <class Take>
    Status each_batch(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane, std::uint64_t lanes,
                      std::uint64_t batch, Take&& take) {
        const std::lock_guard lock(mutex_);
        ASSAY_CUDA(cudaSetDevice(device_.index));
        const std::uint64_t per_lane = segments_per_lane(p);
        batch = std::min(batch, lanes);
        ASSAY_TRY_VOID(buffer_.reserve(static_cast<std::size_t>(batch * per_lane)));
        LanesLaunch launch = launch_for(p, ctx);
        for (std::uint64_t done = 0; done < lanes; done += batch) {
            launch.first_lane = first_lane + done;
            launch.lanes = std::min(batch, lanes - done);
            // A launch does some 2^33 compressions, under a second: long kernels block a display and hide a hang.
            const std::uint64_t most =
                std::max<std::uint64_t>(1, (std::uint64_t{1} << 33) / (launch.lanes * p.leaf_every));
            for (std::uint64_t g = 0; g < per_lane; g += most) {
                launch.first_segment = g;
                launch.segments = std::min(most, per_lane - g);
                ASSAY_CUDA(launch_lanes(launch, shifts_, stream_.get()));
                ASSAY_TRY_VOID(done_.record(stream_));
                ASSAY_TRY_VOID(done_.wait("the lanes kernel", options_.launch_timeout_ms));
            }
            ASSAY_TRY_VOID(take(done, launch.lanes));
        }
        return {};
    }

    /// Microseconds, the least of three, of one lane in each thread that the card runs at once: some 25,000 of them.
    Result<std::uint64_t> time_lanes(lane_detail::Shifts shifts) {
        const std::lock_guard lock(mutex_);
        ASSAY_CUDA(cudaSetDevice(device_.index));
        const LanesParams p{.lanes = static_cast<std::uint64_t>(device_.multiprocessors) * kLanesPerMultiprocessor,
                            .steps = 4096,
                            .leaf_every = 4096};
        ASSAY_TRY_VOID(buffer_.reserve(static_cast<std::size_t>(leaf_count(p))));
        LanesLaunch launch = launch_for(p, Hash{});
        launch.lanes = p.lanes;
        launch.segments = 1;
        TimedEvent start, end;
        ASSAY_TRY_VOID(start.create());
        ASSAY_TRY_VOID(end.create());
        std::uint64_t best = 0;
        for (int round = 0; round < 4; ++round) {  // the first one wakes the card
            ASSAY_TRY_VOID(start.record(stream_));
            ASSAY_CUDA(launch_lanes(launch, shifts, stream_.get()));
            ASSAY_TRY_VOID(end.record(stream_));
            ASSAY_TRY_VOID(end.wait("timing the lanes kernel", options_.launch_timeout_ms));
            ASSAY_TRY(const std::uint64_t took, end.microseconds_since(start));
            if (round == 1 || (round > 1 && took < best)) best = took;
        }
        return best;
    }

    Status multiply(const GemmParams& p, const Hash& ctx, std::span<Hash> words) {
        const std::lock_guard lock(mutex_);
        ASSAY_CUDA(cudaSetDevice(device_.index));
        std::size_t free = 0, total = 0;
        ASSAY_CUDA(cudaMemGetInfo(&free, &total));
        // Half of what is free, as for lanes; 2^46 multiply-accumulates take a slow card a second.
        const auto parts =
            gemm_parts(p, std::min<std::uint64_t>(std::uint64_t{8} << 30, free / 2), std::uint64_t{1} << 46);
        const GemmPart& largest = parts[0];
        ASSAY_TRY_VOID(rows_a_.reserve(static_cast<std::size_t>(largest.rows * p.k / 4)));
        ASSAY_TRY_VOID(rows_b_.reserve(static_cast<std::size_t>(largest.cols * p.k / 4)));
        ASSAY_TRY_VOID(digests_.reserve(static_cast<std::size_t>(largest.rows * largest.cols / 1024)));
        ASSAY_TRY_VOID(digest_keys_.reserve(1024));
        const GemmKeys keys = gemm_keys(ctx);
        ASSAY_CUDA(cudaMemcpyAsync(digest_keys_.get(), keys.digest, sizeof keys.digest, cudaMemcpyHostToDevice,
                                   stream_.get()));
        const std::uint64_t across = p.n / kGemmTileSide;
        for (const GemmPart& part : parts) {
            if (part.first_row == 0)
                ASSAY_CUDA(launch_rows({keys.b, part.first_col, part.cols, p.k, rows_b_.get()}, stream_.get()));
            ASSAY_CUDA(launch_rows({keys.a, part.first_row, part.rows, p.k, rows_a_.get()}, stream_.get()));
            ASSAY_CUDA(
                (wgmma_ ? launch_gemm_wgmma : launch_gemm)({rows_a_.get(), rows_b_.get(), part.rows, part.cols, p.k,
                                                            digest_keys_.get(), digests_.get(), gemm_blocks_},
                                                           stream_.get()));
            ASSAY_TRY_VOID(done_.record(stream_));
            ASSAY_TRY_VOID(done_.wait("the gemm kernel", options_.launch_timeout_ms));
            // A row of leaves of the part into its place in a row of all leaves: 128 bytes for each 128 columns.
            const std::uint64_t first = part.first_row / kGemmTileSide * across + part.first_col / kGemmTileSide;
            ASSAY_CUDA(cudaMemcpy2DAsync(
                words.data() + first * leaf_words(p), static_cast<std::size_t>(p.n), digests_.get(),
                static_cast<std::size_t>(part.cols), static_cast<std::size_t>(part.cols),
                static_cast<std::size_t>(part.rows / kGemmTileSide), cudaMemcpyDeviceToHost, stream_.get()));
            ASSAY_TRY_VOID(done_.record(stream_));
            ASSAY_TRY_VOID(done_.wait("copying the digests", options_.launch_timeout_ms));
        }
        return {};
    }

    Status walk(const VramParams& p, const Hash& ctx, std::span<Hash> leaves) {
        const std::lock_guard lock(mutex_);
        ASSAY_CUDA(cudaSetDevice(device_.index));
        return vram_.run(p, ctx, leaves, stream_, done_, options_.launch_timeout_ms);
    }

    Device device_;
    Options options_;
    std::mutex mutex_;
    Stream stream_;
    Event done_;
    Buffer<HashPlace> buffer_, roots_, ends_;
    lane_detail::Shifts shifts_ = lane_detail::Shifts::logic;
    std::once_flag gemm_tried_;
    bool wgmma_ = false;
    int gemm_blocks_ = device_.multiprocessors;  ///< at once
    std::string gemm_why_not_;
    Buffer<std::uint32_t> rows_a_, rows_b_, digest_keys_;
    Buffer<std::uint64_t> digests_;
    std::once_flag vram_tried_;
    std::string vram_why_not_;
    VramCard vram_;
};

}  // namespace

Platform platform() {
    Platform out;
    out.built = true;
    cudaRuntimeGetVersion(&out.runtime);
    if (cudaDriverGetVersion(&out.driver) != cudaSuccess || out.driver == 0) {
        out.driver = 0;
        out.why_not = "no NVIDIA driver is loaded";
        return out;
    }
    // Before anything else: with an older driver every later call fails with a less clear word.
    if (out.driver / 1000 < out.runtime / 1000) {
        out.why_not = "the driver takes CUDA up to " + version_text(out.driver) + ", this program needs " +
                      version_text(out.runtime / 1000 * 1000) + ": update the driver";
        return out;
    }
    int count = 0;
    if (const cudaError_t error = cudaGetDeviceCount(&count); error != cudaSuccess) {
        out.why_not = cuda_error(error, "cudaGetDeviceCount", __FILE__, __LINE__).message;
        return out;
    }
    if (count == 0) out.why_not = "the driver shows no device";
    for (int i = 0; i < count; ++i) out.devices.push_back(describe(i));
    return out;
}

std::string architectures() {
    return ASSAY_CUDA_ARCHITECTURES;
}

Result<std::unique_ptr<Backend>> open(int index, const Options& options) {
    const Platform all = platform();
    if (!all.why_not.empty()) return {Code::no_device, all.why_not};
    if (index < 0 || static_cast<std::size_t>(index) >= all.devices.size())
        return {Code::no_device, "there is no cuda:" + std::to_string(index) + ", only " +
                                     std::to_string(all.devices.size()) + " device(s)"};
    const Device& device = all.devices[static_cast<std::size_t>(index)];
    if (!device.why_not.empty()) return {Code::no_device, "cuda:" + std::to_string(index) + ": " + device.why_not};
    auto backend = std::make_unique<CudaBackend>(device, options);
    ASSAY_TRY_VOID(backend->create());
    ASSAY_TRY_VOID(selftest(*backend, WorkKind::lanes));
    ASSAY_TRY_VOID(backend->choose_shifts());
    return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace assay::proofs::cuda
