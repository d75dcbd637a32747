#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "proofs/ctx.hpp"
#include "proofs/prover.hpp"
#include "proofs/sample.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

template <class Fixed>
Fixed filled(std::uint8_t byte) {
    Fixed out;
    out.bytes.fill(byte);
    return out;
}

const LanesParams kWork{.lanes = 64, .steps = 1024, .leaf_every = 256};

Hash example_ctx() {
    return work_ctx("assay-devnet-1", kWork, filled<Hash>(1), Epoch{7}, filled<Address>(2), 3, filled<Hash>(4));
}

}  // namespace

TEST_CASE("ctx, root, challenge and sample equal those of another implementation") {
    const Hash ctx = example_ctx();
    CHECK(to_hex(ctx.view()) == "c1f3a9cd56019628df80f0381c818a5e14a05c7461210495652aec13ec398b74");
    CpuBackend cpu;
    const auto work = prove(kWork, ctx, cpu);
    REQUIRE(work.ok());
    CHECK(to_hex(work->root().view()) == "5cbc339523cf805e4f7cb9ea64a016bc41169abb602a3345a083ad489f999d12");
    const Hash seed = challenge_seed(filled<Hash>(5), work->root(), ctx);
    CHECK(to_hex(seed.view()) == "93c5ac15607f717b208b7e2f3ee6e18581a84376ddec82f42793c977caf0e240");
    CHECK(sample_indices(seed, 256, 8) == std::vector<std::uint64_t>{12, 71, 73, 80, 108, 113, 164, 254});
    CHECK(sample_indices(seed, (std::uint64_t{1} << 63) + 12345, 4) ==
          std::vector<std::uint64_t>{1354830991338233927u, 4376517557134324076u, 4887822068218938069u,
                                     8174546107335992945u});
}

TEST_CASE("ctx changes with every single thing that it binds") {
    const Hash ctx = example_ctx();
    const auto with = [](std::string_view chain, LanesParams p, std::uint8_t task, std::uint64_t epoch,
                         std::uint8_t provider, std::uint32_t slot, std::uint8_t beacon) {
        return work_ctx(chain, p, filled<Hash>(task), Epoch{epoch}, filled<Address>(provider), slot,
                        filled<Hash>(beacon));
    };
    CHECK(with("assay-devnet-1", kWork, 1, 7, 2, 3, 4) == ctx);
    CHECK(with("assay-devnet-2", kWork, 1, 7, 2, 3, 4) != ctx);
    CHECK(with("assay-devnet-1", {65, 1024, 256}, 1, 7, 2, 3, 4) != ctx);
    CHECK(with("assay-devnet-1", {64, 2048, 256}, 1, 7, 2, 3, 4) != ctx);
    CHECK(with("assay-devnet-1", {64, 1024, 128}, 1, 7, 2, 3, 4) != ctx);
    CHECK(with("assay-devnet-1", kWork, 9, 7, 2, 3, 4) != ctx);
    CHECK(with("assay-devnet-1", kWork, 1, 8, 2, 3, 4) != ctx);
    CHECK(with("assay-devnet-1", kWork, 1, 7, 9, 3, 4) != ctx);
    CHECK(with("assay-devnet-1", kWork, 1, 7, 2, 9, 4) != ctx);
    CHECK(with("assay-devnet-1", kWork, 1, 7, 2, 3, 9) != ctx);
}

TEST_CASE("work parameters out of range are refused") {
    CHECK(validate(WorkParams{kWork}).ok());
    CHECK(validate(WorkParams{LanesParams{1, 16, 16}}).ok());
    CHECK(validate(WorkParams{LanesParams{std::uint64_t{1} << 40, 16, 16}}).ok());
    for (const LanesParams p :
         {LanesParams{0, 1024, 256}, LanesParams{64, 0, 256}, LanesParams{64, 1000, 256}, LanesParams{64, 1024, 0},
          LanesParams{64, 1024, 8}, LanesParams{64, 8192, 8192}, LanesParams{64, 960, 48},
          LanesParams{(std::uint64_t{1} << 40) + 1, 16, 16}, LanesParams{std::uint64_t{1} << 40, 32, 16},
          LanesParams{std::uint64_t{1} << 63, ~std::uint64_t{15}, 16}}) {
        INFO(p.lanes << " lanes, " << p.steps << " steps, a leaf every " << p.leaf_every);
        CHECK(validate(WorkParams{p}).ok() == false);
    }
}

TEST_CASE("work parameters survive their encoding, and an unknown kind does not decode") {
    const Bytes raw = borsh::encode(WorkParams{kWork});
    CHECK(raw.size() == 21);
    CHECK(borsh::decode<WorkParams>(raw).value() == WorkParams{kWork});
    Bytes other = raw;
    other[0] = 9;
    CHECK(borsh::decode<WorkParams>(other).ok() == false);
}

TEST_CASE("the price of a check is at least the work of the check") {
    const WorkParams p = LanesParams{.lanes = 1u << 10, .steps = 1u << 20, .leaf_every = 1024};
    CHECK(work_units(p) == std::uint64_t{1} << 30);
    CHECK(verify_units(p, 64) >= 64 * 1024);
    CHECK(verify_units(p, 64) < 64 * 1024 * 11 / 10);
    CHECK(verify_units(p, ~std::uint64_t{0}) == verify_units(p, leaf_count(p)));
    CHECK(verify_units(WorkParams{LanesParams{1, 16, 16}}, 64) >= 16);
}
