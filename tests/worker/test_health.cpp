// What a card says of itself, and what a run makes of it.
#include <chrono>
#include <thread>

#include "proofs/worker/device_thread.hpp"
#include "proofs/worker/health.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::proofs;
using namespace assay::proofs::worker;

TEST_CASE("a card's readings come from the management library, and what it does not tell is absent") {
    const auto nvml = Nvml::load(ASSAY_FAKE_NVML);
    REQUIRE(nvml);
    const auto all = nvml->read("00112233445566778899aabbccddeeff");
    REQUIRE(all);
    CHECK(to_json(*all) == Json{{"driver", "580.65.06"},
                                {"sm_mhz", 1980},
                                {"memory_mhz", 2619},
                                {"temperature_c", 67},
                                {"power_mw", 512345},
                                {"ecc_corrected", 12},
                                {"ecc_uncorrected", 2},
                                {"slowed", "heat"}});
    CHECK(to_text(*all) == "1980 MHz (slowed by heat), 67 °C, 512 W, 2 uncorrectable memory errors; driver 580.65.06");
    const auto little = nvml->read("ffffffffffffffffffffffffffffffff");
    REQUIRE(little);
    CHECK(little->sm_mhz == 1980u);
    CHECK_FALSE(little->temperature_c.has_value());
    CHECK_FALSE(little->ecc_uncorrected.has_value());
    CHECK(little->slowed.empty());
    CHECK(to_text(*little) == "1980 MHz; driver 580.65.06");
    CHECK_FALSE(nvml->read("00000000000000000000000000000000").has_value());  // it fell off the bus
    CHECK_FALSE(nvml->read("").has_value());
}

TEST_CASE("a machine without the library, or with a file that is none, is not watched") {
    CHECK(Nvml::load("libno-such-library.so.1") == nullptr);
    CHECK(Nvml::load(ASSAY_SOURCE_DIR "/README.md") == nullptr);
    CHECK(Nvml::load("libc.so.6") == nullptr);  // a library, but not this one
}

TEST_CASE("work during which memory errors came up is given up, and nothing else is", "[threads]") {
    for (const std::uint64_t more : {0u, 1u}) {
        std::atomic<int> readings{0};
        DeviceThread device(std::make_unique<CpuBackend>(), 32, [&]() -> std::optional<Health> {
            Health h;
            h.temperature_c = 50;
            h.ecc_uncorrected = 7 + (readings++ == 0 ? 0 : more);
            return h;
        });
        device.start(
            {.commit = {}, .params = LanesParams{.lanes = 4, .steps = 64, .leaf_every = 16}, .ctx = {}, .fault = {}});
        std::optional<DeviceThread::Done> done;
        while (!(done = device.finished())) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        CHECK(readings == 2);
        REQUIRE(done->health);
        CHECK(done->health->temperature_c == 50u);
        CHECK(done->work.ok() == (more == 0));
        if (more != 0) {
            CHECK(done->work.error().code == Code::no_device);
            CHECK(done->work.error().message == "the card counted 1 uncorrectable memory errors while it worked");
        }
    }
}

TEST_CASE("memory errors are counted between two readings that both tell them") {
    Health before, after;
    CHECK(new_memory_errors(std::nullopt, after) == 0);
    CHECK(new_memory_errors(before, after) == 0);
    before.ecc_uncorrected = 5;
    CHECK(new_memory_errors(before, after) == 0);
    after.ecc_uncorrected = 8;
    CHECK(new_memory_errors(before, after) == 3);
    after.ecc_uncorrected = 0;  // the driver was loaded anew
    CHECK(new_memory_errors(before, after) == 0);
}
