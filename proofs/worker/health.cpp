#include "proofs/worker/health.hpp"

#include <dlfcn.h>

namespace assay::proofs::worker {
namespace {

// nvml.h's own numbers.
constexpr int kSuccess = 0;
constexpr int kClockSm = 1, kClockMemory = 2;
constexpr int kTemperatureGpu = 0;
constexpr int kCorrected = 0, kUncorrected = 1, kVolatile = 0;
constexpr unsigned long long kPowerCap = 0x4, kHardware = 0x8, kHeatSoftware = 0x20, kHeatHardware = 0x40,
                             kPowerBrake = 0x80;
using DeviceHandle = void*;

// 8-4-4-4-12, with the library's prefix.
std::string library_name(const std::string& uuid) {
    if (uuid.size() != 32) return {};
    return "GPU-" + uuid.substr(0, 8) + "-" + uuid.substr(8, 4) + "-" + uuid.substr(12, 4) + "-" + uuid.substr(16, 4) +
           "-" + uuid.substr(20);
}

}  // namespace

struct Nvml::Api {
    void* library = nullptr;
    bool started = false;
    std::string driver;
    int (*shutdown)() = nullptr;
    int (*by_uuid)(const char*, DeviceHandle*) = nullptr;
    // Any of these may be absent in a library.
    int (*clock)(DeviceHandle, int, unsigned*) = nullptr;
    int (*temperature)(DeviceHandle, int, unsigned*) = nullptr;
    int (*power)(DeviceHandle, unsigned*) = nullptr;
    int (*ecc)(DeviceHandle, int, int, unsigned long long*) = nullptr;
    int (*slowed)(DeviceHandle, unsigned long long*) = nullptr;

    template <class F>
    void find(F*& function, const char* name) const {
        function = reinterpret_cast<F*>(dlsym(library, name));
    }
};

Nvml::Nvml() : api_(std::make_unique<Api>()) {}

Nvml::~Nvml() {
    if (api_->started && api_->shutdown != nullptr) api_->shutdown();
    if (api_->library != nullptr) dlclose(api_->library);
}

std::shared_ptr<const Nvml> Nvml::load(const std::string& library) {
    std::shared_ptr<Nvml> out(new Nvml());
    Api& api = *out->api_;
    api.library = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (api.library == nullptr) return nullptr;
    int (*start)() = nullptr;
    int (*driver)(char*, unsigned) = nullptr;
    api.find(start, "nvmlInit_v2");
    api.find(driver, "nvmlSystemGetDriverVersion");
    api.find(api.shutdown, "nvmlShutdown");
    api.find(api.by_uuid, "nvmlDeviceGetHandleByUUID");
    if (start == nullptr || api.by_uuid == nullptr || start() != kSuccess) return nullptr;
    api.started = true;
    char text[81] = {};
    if (driver != nullptr && driver(text, sizeof text - 1) == kSuccess) api.driver = text;
    api.find(api.clock, "nvmlDeviceGetClockInfo");
    api.find(api.temperature, "nvmlDeviceGetTemperature");
    api.find(api.power, "nvmlDeviceGetPowerUsage");
    api.find(api.ecc, "nvmlDeviceGetTotalEccErrors");
    api.find(api.slowed, "nvmlDeviceGetCurrentClocksThrottleReasons");
    return out;
}

std::optional<Health> Nvml::read(const std::string& uuid) const {
    const std::string name = library_name(uuid);
    DeviceHandle card = nullptr;
    if (name.empty() || api_->by_uuid(name.c_str(), &card) != kSuccess) return std::nullopt;
    Health out;
    out.driver = api_->driver;
    const auto number = [](auto function, auto&... arguments) -> std::optional<unsigned> {
        unsigned value = 0;
        if (function == nullptr || function(arguments..., &value) != kSuccess) return std::nullopt;
        return value;
    };
    const auto errors = [&](int kind) -> std::optional<std::uint64_t> {
        unsigned long long value = 0;
        if (api_->ecc == nullptr || api_->ecc(card, kind, kVolatile, &value) != kSuccess) return std::nullopt;
        return value;
    };
    out.sm_mhz = number(api_->clock, card, kClockSm);
    out.memory_mhz = number(api_->clock, card, kClockMemory);
    out.temperature_c = number(api_->temperature, card, kTemperatureGpu);
    out.power_mw = number(api_->power, card);
    out.ecc_corrected = errors(kCorrected);
    out.ecc_uncorrected = errors(kUncorrected);
    if (unsigned long long why = 0; api_->slowed != nullptr && api_->slowed(card, &why) == kSuccess)
        out.slowed = (why & (kHeatSoftware | kHeatHardware)) != 0 ? "heat"
                     : (why & (kPowerCap | kPowerBrake)) != 0     ? "power"
                     : (why & kHardware) != 0                     ? "hardware"
                                                                  : "";
    return out;
}

Json to_json(const Health& h) {
    const auto or_null = [](const auto& value) { return value ? Json(*value) : Json(); };
    return {{"driver", h.driver},
            {"sm_mhz", or_null(h.sm_mhz)},
            {"memory_mhz", or_null(h.memory_mhz)},
            {"temperature_c", or_null(h.temperature_c)},
            {"power_mw", or_null(h.power_mw)},
            {"ecc_corrected", or_null(h.ecc_corrected)},
            {"ecc_uncorrected", or_null(h.ecc_uncorrected)},
            {"slowed", h.slowed.empty() ? Json() : Json(h.slowed)}};
}

std::string to_text(const Health& h) {
    std::string out;
    const auto add = [&](const std::string& part) { out += (out.empty() ? "" : ", ") + part; };
    if (h.sm_mhz) add(std::to_string(*h.sm_mhz) + " MHz" + (h.slowed.empty() ? "" : " (slowed by " + h.slowed + ")"));
    if (h.temperature_c) add(std::to_string(*h.temperature_c) + " °C");
    if (h.power_mw) add(std::to_string(*h.power_mw / 1000) + " W");
    if (h.ecc_uncorrected.value_or(0) != 0) add(std::to_string(*h.ecc_uncorrected) + " uncorrectable memory errors");
    return out + (h.driver.empty() ? "" : (out.empty() ? "" : "; ") + std::string("driver ") + h.driver);
}

std::uint64_t new_memory_errors(const std::optional<Health>& before, const std::optional<Health>& after) {
    if (!before || !after || !before->ecc_uncorrected || !after->ecc_uncorrected) return 0;
    return *after->ecc_uncorrected > *before->ecc_uncorrected ? *after->ecc_uncorrected - *before->ecc_uncorrected : 0;
}

}  // namespace assay::proofs::worker
