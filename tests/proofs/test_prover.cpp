#include <cmath>
#include <cstdlib>
#include <string>

#include "base/sha256.hpp"
#include "proofs/prover.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

/// A card whose memory returns zeros for one leaf.
class BrokenBackend final : public Backend {
   public:
    explicit BrokenBackend(std::uint64_t leaf) : leaf_(leaf) {}
    std::string name() const override { return "broken"; }
    Status run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane, std::span<Hash> leaves) override {
        ASSAY_TRY_VOID(cpu_.run_lanes(p, ctx, first_lane, leaves));
        leaves[leaf_ % leaves.size()] = Hash{};
        return {};
    }
    bool does(WorkKind kind) const override { return cpu_.does(kind); }
    Status run_gemm(const GemmParams& p, const Hash& ctx, std::span<Hash> words) override {
        ASSAY_TRY_VOID(cpu_.run_gemm(p, ctx, words));
        words[leaf_ % words.size()] = Hash{};
        return {};
    }
    Status run_vram(const VramParams& p, const Hash& ctx, std::span<Hash> leaves) override {
        ASSAY_TRY_VOID(cpu_.run_vram(p, ctx, leaves));
        leaves[leaf_ % leaves.size()] = Hash{};
        return {};
    }

   private:
    CpuBackend cpu_;
    std::uint64_t leaf_;
};

WorkResult work(const WorkParams& p, const Hash& ctx, std::string_view fault = "none") {
    CpuBackend cpu;
    return prove(p, ctx, cpu, parse_fault(fault).value()).value();
}

/// Wrong targets among all.
std::size_t wrong(const WorkResult& done, const Hash& ctx) {
    const std::uint64_t all = sample_range(done.params());
    const Opening opening = done.open(Hash{}, all).value();
    return verify_opening(done.params(), ctx, done.root(), Hash{}, all, opening).value().bad.size();
}

}  // namespace

TEST_CASE("every CPU back end passes the known answers") {
    for (const auto backend : {LaneBackend::portable, LaneBackend::sha_ni, LaneBackend::sha_ni_4}) {
        CpuBackend cpu(backend);
        const Status status = selftest(cpu, WorkKind::lanes);
        INFO(cpu.name() << ": " << (status.ok() ? "" : status.error().message));
        CHECK(status.ok());
    }
    for (const auto backend : {GemmBackend::portable, GemmBackend::avx2, GemmBackend::avx512_vnni}) {
        CpuBackend cpu(LaneBackend::portable, backend);
        const Status status = selftest(cpu, WorkKind::gemm);
        INFO(cpu.name() << ": " << (status.ok() ? "" : status.error().message));
        CHECK(status.ok());
    }
}

TEST_CASE("F17: hardware that returns zeros does not pass the self-test, nor the recheck before a commit") {
    for (std::uint64_t leaf : {0u, 1u, 500u}) {
        BrokenBackend broken(leaf);
        for (const WorkKind kind : {WorkKind::lanes, WorkKind::gemm}) {
            const Status status = selftest(broken, kind);
            REQUIRE(!status.ok());
            CHECK(status.error().code == Code::selftest_failed);
        }
        CHECK(selftest(broken).error().code == Code::selftest_failed);
    }
    const LanesParams p{.lanes = 4, .steps = 128, .leaf_every = 16};
    BrokenBackend broken(7);
    const auto done = prove(p, Hash{}, broken).value();
    CHECK(recheck(done, Hash{}, 32).error().code == Code::selftest_failed);
    CHECK(recheck(work(p, Hash{}), Hash{}, 32).ok());
}

TEST_CASE("faults are read as they are written, and nothing else is") {
    CHECK(parse_fault("skip=0.1")->share.value == 100'000'000);
    CHECK(parse_fault("skip=1")->share.value == Ppb::kOne);
    CHECK(parse_fault("flip=3")->count == 3);
    CHECK(parse_fault("none")->kind == FaultKind::none);
    for (const char* bad : {"skip", "skip=", "skip=1.1", "skip=-1", "flip=0", "flip=x", "flip=-1", "Zero", "zero "})
        CHECK(parse_fault(bad).ok() == false);
}

TEST_CASE("each fault spoils what it says and nothing more, the same on every run") {
    const LanesParams p{.lanes = 16, .steps = 256, .leaf_every = 16};  // 256 leaves
    const Hash ctx = sha256(as_bytes("faults"));
    CHECK(wrong(work(p, ctx), ctx) == 0);
    CHECK(wrong(work(p, ctx, "skip=0"), ctx) == 0);
    CHECK(wrong(work(p, ctx, "skip=1"), ctx) == 256);
    const std::size_t some = wrong(work(p, ctx, "skip=0.2"), ctx);
    CHECK(some > 20);
    CHECK(some < 90);
    const std::size_t flipped = wrong(work(p, ctx, "flip=1"), ctx);
    CHECK(flipped >= 1);  // the leaf and, unless it ends a lane, its successor
    CHECK(flipped <= 2);
    CHECK(wrong(work(p, ctx, "zero"), ctx) == 256);
    CHECK(wrong(work(p, ctx, "replay"), ctx) == 256);
    CHECK(wrong(work(p, ctx, "copy"), ctx) == 240);
    for (const char* fault : {"skip=0.2", "flip=5", "replay", "zero", "copy"}) {
        INFO(fault);
        CHECK(work(p, ctx, fault).root() == work(p, ctx, fault).root());
        CHECK(work(p, ctx, fault).root() != work(p, ctx).root());
    }
}

TEST_CASE("each fault spoils a product as it says") {
    const GemmParams p{.m = 512, .n = 512, .k = 128};  // 16 leaves, 256 sub-tiles
    const Hash ctx = sha256(as_bytes("product faults"));
    CHECK(wrong(work(p, ctx), ctx) == 0);
    CHECK(wrong(work(p, ctx, "skip=0"), ctx) == 0);
    CHECK(wrong(work(p, ctx, "skip=1"), ctx) == 256);
    const std::size_t some = wrong(work(p, ctx, "skip=0.4"), ctx);
    CHECK(some > 0);
    CHECK(some < 256);
    CHECK(some % 16 == 0);  // whole tiles
    CHECK(wrong(work(p, ctx, "flip=1"), ctx) == 1);
    CHECK(wrong(work(p, ctx, "zero"), ctx) == 256);
    CHECK(wrong(work(p, ctx, "replay"), ctx) == 256);
    CHECK(wrong(work(p, ctx, "copy"), ctx) == 128);
    for (const char* fault : {"skip=0.4", "flip=5", "replay", "zero", "copy"}) {
        INFO(fault);
        CHECK(work(p, ctx, fault).root() == work(p, ctx, fault).root());
        CHECK(work(p, ctx, fault).root() != work(p, ctx).root());
    }
    BrokenBackend broken(7);
    CHECK(recheck(prove(p, ctx, broken).value(), Hash{}, 64).error().code == Code::selftest_failed);
    CHECK(recheck(work(p, ctx), Hash{}, 64).ok());
}

TEST_CASE("each fault spoils a walk as it says") {
    const VramParams p{.items = 800, .lanes = 16, .steps = 1024, .leaf_every = 64};  // 256 leaves
    const Hash ctx = sha256(as_bytes("walk faults"));
    CHECK(wrong(work(p, ctx), ctx) == 0);
    CHECK(wrong(work(p, ctx, "skip=0"), ctx) == 0);
    CHECK(wrong(work(p, ctx, "skip=1"), ctx) == 256);
    const std::size_t some = wrong(work(p, ctx, "skip=0.2"), ctx);
    CHECK(some > 20);
    CHECK(some < 90);
    const std::size_t flipped = wrong(work(p, ctx, "flip=1"), ctx);
    CHECK((flipped == 1 || flipped == 2));  // the leaf and, unless it ends a lane, its successor
    CHECK(wrong(work(p, ctx, "zero"), ctx) == 256);
    CHECK(wrong(work(p, ctx, "replay"), ctx) == 256);
    CHECK(wrong(work(p, ctx, "copy"), ctx) == 240);
    for (const char* fault : {"skip=0.2", "flip=5", "replay", "zero", "copy"}) {
        INFO(fault);
        CHECK(work(p, ctx, fault).root() == work(p, ctx, fault).root());
        CHECK(work(p, ctx, fault).root() != work(p, ctx).root());
    }
    BrokenBackend broken(7);
    CHECK(recheck(prove(p, ctx, broken).value(), Hash{}, 256).error().code == Code::selftest_failed);
    CHECK(recheck(work(p, ctx), Hash{}, 64).ok());
    CHECK(selftest(broken, WorkKind::vram).error().message.find("first wrong leaf 7") != std::string::npos);
}

TEST_CASE("a cheater who skips a share f of the work is caught at 1 - (1 - f)^k") {
    test::Random random;
    INFO("seed " << test::seed());
    constexpr std::uint64_t k = 64;
    const WorkParams lanes = LanesParams{.lanes = 32, .steps = 512, .leaf_every = 16};  // 1024 leaves
    const WorkParams gemm = GemmParams{.m = 1024, .n = 2048, .k = 128};                 // 2048 sub-tiles in 128 leaves
    const WorkParams vram = VramParams{.items = 800, .lanes = 16, .steps = 1024, .leaf_every = 16};  // 1024 leaves
    for (const auto& [p, text] : {std::pair{lanes, "skip=0.01"},
                                  {lanes, "skip=0.05"},
                                  {lanes, "skip=0.1"},
                                  {vram, "skip=0.05"},
                                  {gemm, "skip=0.05"},
                                  {gemm, "skip=0.1"}}) {
        const auto leaves = static_cast<double>(sample_range(p));
        constexpr int kCheaters = 20, kChallenges = 60;
        double expected = 0, variance = 0;
        int caught = 0;
        for (int cheater = 0; cheater < kCheaters; ++cheater) {
            const Hash ctx = random.fixed<Hash>();
            const WorkResult done = work(p, ctx, text);
            // Without replacement, for the leaves that this cheater did fake: a little above 1 - (1 - f)^k.
            const double bad = static_cast<double>(wrong(done, ctx));
            double missed = 1;
            for (std::uint64_t i = 0; i < k; ++i) missed *= (leaves - bad - double(i)) / (leaves - double(i));
            const double f = bad / leaves;
            CHECK(1 - missed >= 1 - std::pow(1 - f, double(k)) - 1e-12);
            CHECK(1 - missed <= 1 - std::pow(1 - f, double(k)) + 0.02);
            expected += (1 - missed) * kChallenges;
            variance += missed * (1 - missed) * kChallenges;
            for (int i = 0; i < kChallenges; ++i) {
                const Hash seed = random.fixed<Hash>();
                const auto verdict = verify_opening(p, ctx, done.root(), seed, k, done.open(seed, k).value());
                REQUIRE(verdict.ok());
                caught += !verdict->bad.empty();
            }
        }
        INFO(text << ": caught " << caught << ", expected " << expected << ", seed " << test::seed());
        CHECK(std::abs(caught - expected) <= 3 * std::sqrt(variance) + 1e-9);
    }
}

TEST_CASE("work of a kind that a device does not do is refused before anything is computed") {
    class LanesOnly final : public Backend {
       public:
        std::string name() const override { return "lanes only"; }
        bool does(WorkKind kind) const override { return kind == WorkKind::lanes; }
        Status run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane,
                         std::span<Hash> leaves) override {
            return cpu_.run_lanes(p, ctx, first_lane, leaves);
        }
        Status run_gemm(const GemmParams&, const Hash&, std::span<Hash>) override { std::abort(); }
        Status run_vram(const VramParams&, const Hash&, std::span<Hash>) override { std::abort(); }

       private:
        CpuBackend cpu_;
    } device;
    const auto refused = prove(GemmParams{256, 256, 128}, Hash{}, device);
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == Code::no_device);
    CHECK(refused.error().message == "lanes only does no work of kind gemm");
    CHECK(prove(LanesParams{1, 16, 16}, Hash{}, device).ok());
    CHECK(selftest(device).ok());
}

TEST_CASE("work that does not fit into memory is refused with the numbers") {
    CpuBackend cpu;
    const std::uint64_t most = kMaxWordsInMemory;
    // One lane too long to be kept while its blocks are made; a fault, which needs every leaf; digests of a product.
    const std::pair<WorkParams, std::string_view> works[] = {
        {LanesParams{.lanes = 2, .steps = (most + 1) * 16, .leaf_every = 16}, "none"},
        {LanesParams{.lanes = most + 1, .steps = 16, .leaf_every = 16}, "flip=1"},
        {GemmParams{.m = std::uint64_t{1} << 21, .n = std::uint64_t{1} << 20, .k = 128}, "none"}};
    for (const auto& [work, fault] : works) {
        const auto refused = prove(work, {}, cpu, parse_fault(fault).value());
        REQUIRE(!refused.ok());
        CHECK(refused.error().code == Code::field_out_of_range);
        INFO(refused.error().message);
        CHECK(refused.error().message.find("at most 268435456 do") != std::string::npos);
    }
}
