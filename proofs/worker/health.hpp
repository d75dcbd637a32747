// What a card says of itself while it works: driver, clocks, temperature, power, memory errors. By NVIDIA's management
// library (NVML) where the machine has one: it is looked for at run time, and without it work goes on unwatched.
//
//   const auto nvml = Nvml::load();                                 // none: no such library, or it does not start
//   if (nvml) std::optional<Health> now = nvml->read(device.uuid);  // hex, as cuda::Device has it
//
// Of the library's interface only what has been stable since CUDA 8 is used, by its documented numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "proofs/worker/output.hpp"

namespace assay::proofs::worker {

/// A reading. What a card does not tell is absent: laptops have no ECC, virtual cards no power.
struct Health {
    std::string driver;  ///< "580.65.06"
    std::optional<unsigned> sm_mhz, memory_mhz, temperature_c, power_mw;
    std::optional<std::uint64_t> ecc_corrected, ecc_uncorrected;  ///< since the driver was loaded
    std::string slowed;  ///< why its clocks are below what they could be: "heat", "power", "hardware", or empty
};
[[nodiscard]] Json to_json(const Health& h);
/// "1980 MHz, 67 °C, 512 W; driver 580.65.06".
[[nodiscard]] std::string to_text(const Health& h);

class Nvml {
   public:
    /// Null where there is no such library or it does not start. `library`: a name that the loader looks for, or a
    /// path.
    [[nodiscard]] static std::shared_ptr<const Nvml> load(const std::string& library = "libnvidia-ml.so.1");
    ~Nvml();
    Nvml(const Nvml&) = delete;
    Nvml& operator=(const Nvml&) = delete;

    /// `uuid`: 32 hex digits. Nothing where the library knows no such card, as after one that fell off the bus.
    [[nodiscard]] std::optional<Health> read(const std::string& uuid) const;

   private:
    struct Api;
    Nvml();
    std::unique_ptr<Api> api_;
};

/// Asked before and after each work; empty where nothing is watched.
using HealthSource = std::function<std::optional<Health>()>;

/// Did memory errors that no code could correct come up between two readings? How many; 0 where it cannot be told.
[[nodiscard]] std::uint64_t new_memory_errors(const std::optional<Health>& before, const std::optional<Health>& after);

}  // namespace assay::proofs::worker
