// What a run keeps on disk.
#include <filesystem>
#include <fstream>

#include "base/hex.hpp"
#include "proofs/worker/state.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/worker/failure_of.hpp"

using namespace assay;
using namespace assay::proofs;
using namespace assay::proofs::worker;

namespace {

Record make_record(test::Random& random) {
    Record r;
    r.commit = random.fixed<Hash>(), r.task = random.fixed<Hash>(), r.ctx = random.fixed<Hash>();
    r.root = random.fixed<Hash>();
    r.epoch = Epoch{random.below(1'000)};
    r.slot = static_cast<std::uint32_t>(random.u64());
    r.device_class = "cpu-small";
    if (random.below(2) != 0) r.device = "cuda:1";
    if (random.below(2) != 0) r.order = random.fixed<Hash>();
    r.params = LanesParams{.lanes = 1 + random.below(100), .steps = 1024, .leaf_every = 64};
    r.commit_by = TimeMs{1'700'000'000'000 + random.below(1'000'000'000)};
    r.fault = "flip=3";
    r.commit_tx = SentTx{random.fixed<Hash>(), random.bytes(200), random.below(10'000)};
    if (random.below(2) != 0) {
        r.phase = Phase::committed;
        r.height = random.below(10'000);
        r.open_tx = SentTx{random.fixed<Hash>(), random.bytes(3'000), random.below(10'000)};
    }
    return r;
}

}  // namespace

TEST_CASE("a commit's file holds all of it") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 50; ++i) {
        const Record r = make_record(random);
        const std::string text = to_json(r).dump();
        CHECK(to_json(parse_record(text, "r")).dump() == text);
    }
}

TEST_CASE("a commit's file that is not whole is refused by name") {
    test::Random random;
    const std::string text = to_json(make_record(random)).dump();
    for (std::size_t n = 0; n < text.size(); ++n) {
        INFO("cut after " << n);
        REQUIRE(failure_of([&] { (void)parse_record(text.substr(0, n), "r"); }));
    }
    const auto change = [&](const char* key, Json value) {
        Json out = Json::parse(text);
        out[key] = std::move(value);
        return failure_of([&] { (void)parse_record(out.dump(), "r.json"); });
    };
    CHECK(change("version", 2));
    CHECK(change("format", "assay-key"));
    CHECK(change("phase", "lost"));
    CHECK(change("root", "ab"));
    CHECK(change("params_hex", "07"));
    CHECK(change("fault", "sleep"));
    CHECK(change("commit_by", "yesterday"));
    CHECK(change("more", 1));
    Json unsent = Json::parse(text);
    unsent["phase"] = "sent";
    unsent["commit_tx"] = nullptr;
    CHECK(failure_of([&] { (void)parse_record(unsent.dump(), "r"); }));
}

TEST_CASE("records are found again in the order of their epochs, and a broken one is put aside") {
    test::Random random;
    const test::TempDir folder;
    const StateFolder state = StateFolder::hold(folder.path() / "state");
    for (int i = 0; i < 20; ++i) state.save(make_record(random));
    auto records = state.records();
    REQUIRE(records.size() == 20);
    for (std::size_t i = 1; i < records.size(); ++i) CHECK(records[i - 1].epoch <= records[i].epoch);
    state.remove(records[0].commit);
    // Under another's name it is another's: it would be opened for the wrong commit.
    const auto commits = folder.path() / "state" / "commits";
    std::filesystem::rename(commits / (to_hex(records[1].commit.view()) + ".json"),
                            commits / (to_hex(records[0].commit.view()) + ".json"));
    CHECK(state.records().size() == 18);
    CHECK(std::filesystem::exists(commits / (to_hex(records[0].commit.view()) + ".json.bad")));
}

TEST_CASE("totals survive, count a verdict once, and remember the last ones") {
    const test::TempDir folder;
    const StateFolder state = StateFolder::hold(folder.path() / "state");
    CHECK(state.summary().passed == 0);
    Summary sum;
    for (std::uint64_t i = 0; i < 30; ++i) {
        const Decided d{std::to_string(i),   Epoch{i / 2}, 0, i % 3 == 0 ? "fail" : "pass", "why", i,
                        i % 3 == 0 ? 5u : 0u};
        sum.add(d);
        sum.add(d);
    }
    sum.earned = u128{1} << 90;
    state.save(sum);
    const Summary back = state.summary();
    CHECK(back.passed == 20);
    CHECK(back.failed == 10);
    CHECK(back.absent == 0);
    CHECK((back.slashed == 50));
    CHECK((back.earned == u128{1} << 90));
    CHECK(back.unpaid.size() == 15);
    REQUIRE(back.last.size() == Summary::kMostRemembered);
    CHECK(back.last.back().commit == "29");
}

TEST_CASE("asking for a drain is seen and forgotten") {
    const test::TempDir folder;
    CHECK(failure_of([&] { (void)StateFolder::look(folder.path() / "none"); })->code == Code::not_found);
    const StateFolder state = StateFolder::hold(folder.path() / "state");
    CHECK(!state.drain_asked());
    StateFolder::look(folder.path() / "state").ask_drain();
    CHECK(state.drain_asked());
    state.forget_drain();
    CHECK(!state.drain_asked());
    state.save_identity({"chain-1", "ab", "assay1x"}, "http://n", "cpu");
    CHECK(state.identity()->chain_id == "chain-1");
    CHECK(state.device() == "cpu");
}
