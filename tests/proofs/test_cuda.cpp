#include <cstdio>

#include "base/sha256.hpp"
#include "proofs/cuda/device.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

/// Every usable device, opened: each has passed its self-test.
std::vector<std::unique_ptr<Backend>> devices() {
    std::vector<std::unique_ptr<Backend>> out;
    const cuda::Platform platform = cuda::platform();
    if (!platform.why_not.empty()) std::printf("no device compared: %s\n", platform.why_not.c_str());
    for (const auto& device : platform.devices) {
        if (!device.why_not.empty()) continue;
        auto opened = cuda::open(device.index);
        INFO((opened.ok() ? std::string() : opened.error().message));
        REQUIRE(opened.ok());
        out.push_back(std::move(*opened));
    }
    return out;
}

void compare(Backend& device, const LanesParams& p, const Hash& ctx) {
    CpuBackend cpu;
    std::vector<Hash> ours(leaf_count(p)), theirs(ours.size());
    REQUIRE(cpu.run_lanes(p, ctx, ours).ok());
    const Status status = device.run_lanes(p, ctx, theirs);
    INFO(device.name() << ": " << p.lanes << " lanes, " << p.steps << " steps, a leaf every " << p.leaf_every << " "
                       << (status.ok() ? "" : status.error().message));
    REQUIRE(status.ok());
    REQUIRE(ours == theirs);
}

}  // namespace

TEST_CASE("a missing device is one sentence") {
    const auto none = cuda::open(999);
    REQUIRE(!none.ok());
    CHECK(none.error().code == Code::no_device);
    CHECK(!none.error().message.empty());
    CHECK(cuda::open(-1).ok() == false);
}

TEST_CASE("a platform without devices says why") {
    const cuda::Platform platform = cuda::platform();
    CHECK((!platform.devices.empty() || !platform.why_not.empty()));
    CHECK((platform.built || cuda::architectures() == "none"));
}

TEST_CASE("GPU equals CPU leaf by leaf: edge sizes, random sizes, ten repetitions") {
    test::Random random;
    for (const auto& device : devices()) {
        for (const std::uint64_t lanes : {1, 2, 31, 32, 33, 255, 256, 257, 1023})
            compare(*device, {lanes, 128, 32}, random.fixed<Hash>());
        compare(*device, {3, 70'000 * 16, 16}, random.fixed<Hash>());
        for (int i = 0; i < 10; ++i)
            compare(*device, {1 + random.below(5000), 256 * (1 + random.below(8)), 256}, random.fixed<Hash>());
        const Hash same = random.fixed<Hash>();
        for (int i = 0; i < 10; ++i) compare(*device, {2048, 1024, 512}, same);
    }
}
