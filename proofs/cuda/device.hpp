// NVIDIA cards as back ends. The header is the same whether or not CUDA was there at build time.
//
//   cuda::Platform platform = cuda::platform();
//   for (const auto& d : platform.devices) if (d.why_not.empty()) …
//   ASSAY_TRY(std::unique_ptr<Backend> card, cuda::open(0));      // passed the self-test of lanes already
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "proofs/prover.hpp"

namespace assay::proofs::cuda {

struct Device {
    int index = 0;
    std::string name;
    std::string uuid;          ///< hex
    std::uint64_t memory = 0;  ///< bytes
    int major = 0, minor = 0;  ///< compute capability
    int multiprocessors = 0;
    int clock_khz = 0;  ///< the highest that its multiprocessors reach
    bool ecc = false;
    std::string why_not;  ///< empty when it can be used, else one sentence
};

struct Platform {
    bool built = false;   ///< with CUDA kernels
    int driver = 0;       ///< newest CUDA version that the driver takes: 13000 for 13.0; 0 without a driver
    int runtime = 0;      ///< CUDA version of this program
    std::string why_not;  ///< why there is no device at all, or empty
    std::vector<Device> devices;
};

[[nodiscard]] Platform platform();
/// Architectures that this program has kernels for, "sm_80 sm_90a compute_80", or "none".
[[nodiscard]] std::string architectures();

struct Options {
    std::uint64_t launch_timeout_ms = 60'000;
};

/// Opens a device and runs the self-test of lanes on it; those of gemm and vram come before the first work of
/// their kind, which is refused with no_device where they fail. Errors: no_device, selftest_failed.
[[nodiscard]] Result<std::unique_ptr<Backend>> open(int index, const Options& options = {});

}  // namespace assay::proofs::cuda
