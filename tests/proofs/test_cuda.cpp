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
    REQUIRE(cpu.run_lanes(p, ctx, 0, ours).ok());
    const Status status = device.run_lanes(p, ctx, 0, theirs);
    INFO(device.name() << ": " << p.lanes << " lanes, " << p.steps << " steps, a leaf every " << p.leaf_every << " "
                       << (status.ok() ? "" : status.error().message));
    REQUIRE(status.ok());
    REQUIRE(ours == theirs);
}

/// Blocks as the device reduces them, against the CPU's.
void compare_blocks(Backend& device, const LanesParams& p, const Hash& ctx, std::uint64_t most) {
    CpuBackend cpu;
    LaneBlocks ours = lane_blocks(p, most), theirs = ours;
    REQUIRE(cpu.run_lane_blocks(p, ctx, ours).ok());
    const Status status = device.run_lane_blocks(p, ctx, theirs);
    INFO(device.name() << ": " << leaf_count(p) << " leaves in blocks of 2^" << ours.height << " "
                       << (status.ok() ? "" : status.error().message));
    REQUIRE(status.ok());
    REQUIRE(ours.roots == theirs.roots);
    REQUIRE(ours.ends == theirs.ends);
}

void compare_products(Backend& device, const GemmParams& p, const Hash& ctx) {
    CpuBackend cpu;
    std::vector<Hash> ours(leaf_count(p) * leaf_words(p)), theirs(ours.size());
    REQUIRE(cpu.run_gemm(p, ctx, ours).ok());
    const Status status = device.run_gemm(p, ctx, theirs);
    INFO(device.name() << ": " << p.m << " x " << p.n << " x " << p.k << " "
                       << (status.ok() ? "" : status.error().message));
    REQUIRE(status.ok());
    REQUIRE(ours == theirs);
}

void compare_walks(Backend& device, const VramParams& p, const Hash& ctx) {
    CpuBackend cpu;
    std::vector<Hash> ours(leaf_count(p)), theirs(ours.size());
    REQUIRE(validate(p).ok());
    REQUIRE(cpu.run_vram(p, ctx, ours).ok());
    const Status status = device.run_vram(p, ctx, theirs);
    INFO(device.name() << ": " << p.items << " items, " << p.lanes << " lanes, " << p.steps << " steps, a leaf every "
                       << p.leaf_every << ", " << p.windows << " windows, stay " << p.stay << " "
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

TEST_CASE("GPU equals CPU in trees of lanes: edge sizes, random sizes, ten repetitions") {
    test::Random random;
    for (const auto& device : devices()) {
        for (const std::uint64_t lanes : {1, 2, 31, 32, 33, 255, 256, 257, 1023})
            for (const std::uint64_t most : {std::uint64_t{1}, std::uint64_t{3}, lanes, 4 * lanes})
                compare_blocks(*device, {lanes, 128, 32}, random.fixed<Hash>(), most);
        for (int i = 0; i < 10; ++i)
            compare_blocks(*device, {1 + random.below(5000), 16 * (1 + random.below(40)), 16}, random.fixed<Hash>(),
                           1 + random.below(1000));
        const Hash same = random.fixed<Hash>();
        for (int i = 0; i < 10; ++i) compare_blocks(*device, {2048, 1024, 64}, same, 500);
    }
}

TEST_CASE("GPU equals CPU leaf by leaf in products: edge sizes, random sizes, ten repetitions") {
    test::Random random;
    for (const auto& device : devices()) {
        for (const auto& [m, n] : {std::pair{256, 256}, {256, 4096}, {4096, 256}, {2304, 512}, {768, 1280}})
            for (const std::uint32_t k : {128u, 256u, 384u, 1024u})
                compare_products(*device, {static_cast<std::uint64_t>(m), static_cast<std::uint64_t>(n), k},
                                 random.fixed<Hash>());
        compare_products(*device, {512, 512, kMaxGemmK}, random.fixed<Hash>());
        for (int i = 0; i < 10; ++i)
            compare_products(*device,
                             GemmParams{256 * (1 + random.below(6)), 256 * (1 + random.below(6)),
                                        static_cast<std::uint32_t>(128 * (1 + random.below(16)))},
                             random.fixed<Hash>());
        const Hash same = random.fixed<Hash>();
        for (int i = 0; i < 10; ++i) compare_products(*device, GemmParams{1024, 1024, 512}, same);
    }
}

TEST_CASE("GPU equals CPU leaf by leaf in walks: edge sizes, windows, ten repetitions") {
    test::Random random;
    for (const auto& device : devices()) {
        for (const std::uint64_t lanes : {1, 2, 31, 32, 33, 255, 256, 257, 1023})
            for (const std::uint32_t leaf_every : {16u, 128u, 512u})
                compare_walks(
                    *device,
                    {.items = 25 * lanes + random.below(100), .lanes = lanes, .steps = 3072, .leaf_every = leaf_every},
                    random.fixed<Hash>());
        for (int i = 0; i < 10; ++i) {
            VramParams p{.lanes = 1 + random.below(300), .steps = 4096, .leaf_every = 16};
            p.windows = static_cast<std::uint32_t>(1u << (1 + random.below(3)));
            p.stay = static_cast<std::uint32_t>(1u << random.below(3));
            p.items = p.windows * p.lanes * (p.stay * p.leaf_every + 16);
            while (p.lanes * p.steps < 16 * p.items) p.steps *= 2;
            compare_walks(*device, p, random.fixed<Hash>());
        }
        const Hash same = random.fixed<Hash>();
        for (int i = 0; i < 10; ++i) compare_walks(*device, {.items = 65'536, .lanes = 1024, .steps = 1024}, same);
        // More than any card has: one sentence with the numbers, and the next work is done.
        std::vector<Hash> leaves(16);
        const Status refused = device->run_vram({.items = kMaxVramItems, .lanes = 1, .steps = 2048}, same, leaves);
        REQUIRE(!refused.ok());
        CHECK(refused.error().code == Code::no_device);
        CHECK(refused.error().message.find("MiB are free") != std::string::npos);
        compare_walks(*device, {.items = 4096, .lanes = 64, .steps = 1024}, same);
    }
}
