// The back ends of this machine by name: "cpu", "cuda:0", "auto".
#pragma once

#include <memory>
#include <string>

#include "proofs/prover.hpp"
#include "proofs/worker/health.hpp"

namespace assay::proofs::worker {

/// All cores that it is given. Leaves do not depend on how lanes, rows of tiles or items are split over threads.
class ThreadedCpuBackend final : public Backend {
   public:
    explicit ThreadedCpuBackend(unsigned threads);
    [[nodiscard]] std::string name() const override;
    [[nodiscard]] bool does(WorkKind kind) const override;
    [[nodiscard]] Status run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane,
                                   std::span<Hash> leaves) override;
    [[nodiscard]] Status run_gemm(const GemmParams& p, const Hash& ctx, std::span<Hash> words) override;
    [[nodiscard]] Status run_vram(const VramParams& p, const Hash& ctx, std::span<Hash> leaves) override;
    [[nodiscard]] unsigned threads() const { return threads_; }

   private:
    unsigned threads_;
};

/// Opens a device that passed its self-test. "auto" takes the first card that works, else the CPU, and says so on
/// stderr. `threads` 0: all. Throws Failure: usage (an unknown name), no_device, selftest_failed.
[[nodiscard]] std::unique_ptr<Backend> open_device(const std::string& name, unsigned threads);

/// Reads the card behind `backend`; empty for the processor, and where NVML is absent or does not know the card.
[[nodiscard]] HealthSource watch(const Backend& backend);

/// Compressions per second of lanes, the best of three runs of about that long together; 64 leaves are rechecked.
/// Throws Failure.
[[nodiscard]] double measure_lanes(Backend& backend, double seconds);

/// Multiply-accumulates per second of products with rows of 4096, on a card of 16384, digests and the making of both
/// matrices included; as above. Throws Failure.
[[nodiscard]] double measure_gemm(Backend& backend, double seconds);

struct VramRate {
    VramParams work;              ///< the largest that was measured
    double fill_s = 0;            ///< to fill its memory
    double read_bytes_per_s = 0;  ///< of the walk alone
};
/// Of a walk through 256 MiB, on a card through the largest power of two that 90 % of its memory holds, or through less
/// where that takes too long: what twice the steps take longer is the walk, the rest is the filling. Above 32 GiB it
/// goes through windows of 32 GiB. The best of three; 64 leaves are rechecked. Throws Failure.
[[nodiscard]] VramRate measure_vram(Backend& backend, double seconds);

}  // namespace assay::proofs::worker
