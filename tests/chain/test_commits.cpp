// CommitWork: who may commit to what, when, and once.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

std::string commit_code(Chain& c, const Key& k, const Work& w) {
    return c.code(k, Chain::commit_message(w));
}

}  // namespace

TEST_CASE("a commit is taken between the start and the end of the window") {
    Chain c;
    c.join(c.anna);
    const std::uint64_t epoch = c.clock().epoch.value;
    CHECK(c.code(c.anna, CommitWork{start_task(Epoch{epoch}), 0, {}}) ==
          "too_early");  // the device works from the next epoch on
    c.next_epoch();
    // Before h0 is decided nobody knows ctx; at h0 itself neither.
    while (c.round().h0.value > c.height().value + 1) {
        CHECK(c.code(c.anna, CommitWork{start_task(c.clock().epoch), 0, {}}) == "too_early");
    }
    CHECK(c.code(c.anna, CommitWork{start_task(c.clock().epoch), 0, {}}) == "too_early");  // in the block of h0
    REQUIRE(c.round().h0_time.value != 0);
    const TaskView t = c.task(c.anna);
    CHECK(t.commit_by.value == c.round().h0_time.value + 5'000);
    CHECK_FALSE(t.committed);
    const Work w = Chain::work(t);
    // The very last millisecond counts.
    while (c.now + c.step < t.commit_by.value) c.block();
    c.step = t.commit_by.value - c.now;
    CHECK(commit_code(c, c.anna, w) == "ok");
    CHECK(c.task(c.anna).committed);
    const Commit k = c.commit(w.id(c.anna.address()));
    CHECK(k.task == t.task);
    CHECK(k.ctx == t.ctx);
    CHECK(k.root == w.result.root());
    CHECK(k.samples == 8);
    CHECK(k.weight == 10);
    CHECK(k.exposure == tokens(30));
    CHECK(c.provider(c.anna).exposure == tokens(30));
    CHECK(c.provider(c.anna).open_commits == 1);
}

TEST_CASE("a commit after the window is refused") {
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    c.to_start();
    const Work w = Chain::work(c.task(c.anna));
    while (c.now + c.step < w.task.commit_by.value) c.block();
    c.step = w.task.commit_by.value - c.now + 1;
    CHECK(commit_code(c, c.anna, w) == "deadline_passed");
    c.step = 1000;
    CHECK(commit_code(c, c.anna, w) == "deadline_passed");
    c.next_epoch();
    c.to_start();
    CHECK(commit_code(c, c.anna, w) == "unknown_task");  // last epoch's
}

TEST_CASE("A1: a commit is written once, whatever follows") {
    // Whoever could commit twice would pick the draw that hides the fake.
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    c.to_start();
    const Work w = Chain::spoiled(c.task(c.anna), 1), other = Chain::spoiled(c.task(c.anna), 0);
    CHECK(commit_code(c, c.anna, w) == "ok");
    CHECK(commit_code(c, c.anna, w) == "already_committed");
    CHECK(commit_code(c, c.anna, other) == "already_committed");
    const Bytes before = borsh::encode(c.commit(w.id(c.anna.address())));
    c.to_challenge();
    CHECK(commit_code(c, c.anna, other) == "already_committed");
    c.ok(c.anna, c.opening(c.anna, w));
    CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::failed);
    CHECK(commit_code(c, c.anna, other) == "already_committed");  // after the fail
    CHECK(commit_code(c, c.anna, w) == "already_committed");
    CHECK_FALSE(borsh::encode(c.commit(w.id(c.anna.address()))) == before);
    CHECK(c.commit(w.id(c.anna.address())).root == w.result.root());
}

TEST_CASE("A1: no second commit after an absence, and none by another order of the same two") {
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    c.to_start();
    const Work w = Chain::spoiled(c.task(c.anna), 3), other = Chain::spoiled(c.task(c.anna), 0);
    // Both in one block: the first one stands.
    const auto results =
        c.block({c.tx_at(c.anna, 3, {Chain::commit_message(w)}), c.tx_at(c.anna, 4, {Chain::commit_message(other)})});
    REQUIRE(results.receipts.size() == 2);
    CHECK(results.receipts[0].code == "ok");
    CHECK(results.receipts[1].code == "already_committed");
    c.to_challenge();
    c.blocks(7);
    CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::absent);
    CHECK(commit_code(c, c.anna, other) == "already_committed");
}

TEST_CASE("who may not commit, and to what") {
    Chain c;
    c.join(c.anna);
    c.join(c.bob, "tiny", tokens(99));
    c.ok(c.carl, RegisterProvider{""});
    c.next_epoch();
    c.to_start();
    c.step = 200;
    const Hash task = start_task(c.clock().epoch);
    CHECK(c.code(c.buyer, CommitWork{task, 0, {}}) == "not_registered");
    CHECK(c.code(c.carl, CommitWork{task, 0, {}}) == "unknown_device");
    CHECK(c.code(c.anna, CommitWork{task, 1, {}}) == "unknown_device");
    CHECK(c.code(c.anna, CommitWork{Hash{}, 0, {}}) == "unknown_task");
    CHECK(c.code(c.anna, CommitWork{start_task(c.clock().epoch + 1), 0, {}}) == "unknown_task");
    CHECK(c.code(c.bob, CommitWork{task, 0, {}}) == "stake_below_required");
}

TEST_CASE("stake covers all open commits of a provider together") {
    Chain c([](Genesis& g) { g.params.stake.unit = tokens(30); });  // 30 a device, exposure of a commit 30
    c.ok(c.anna, RegisterProvider{""});
    c.ok(c.anna, AddDevice{0, "tiny"});
    c.ok(c.anna, AddDevice{1, "tiny"});
    c.ok(c.anna, Stake{c.anna.address(), tokens(60)});
    c.next_epoch();
    c.to_start();
    const Work one = Chain::work(c.task(c.anna, 0)), two = Chain::work(c.task(c.anna, 1));
    CHECK(commit_code(c, c.anna, one) == "ok");
    CHECK(commit_code(c, c.anna, two) == "ok");
    CHECK(c.provider(c.anna).exposure == tokens(60));
    CHECK_FALSE(one.task.ctx == two.task.ctx);  // two slots never share a result
}

TEST_CASE("a commit that cannot prepay its opening fails and may be sent again") {
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    c.to_start();
    const Work w = Chain::work(c.task(c.anna));
    const std::uint64_t prepaid = proofs::verify_units(w.task.params, 8);
    const Receipt poor = c.run(c.tx(c.anna, {Chain::commit_message(w)}, {.gas = 9'000}));
    CHECK(poor.code == "out_of_gas");
    CHECK(c.provider(c.anna).open_commits == 0);
    const Receipt rich = c.run(c.anna, Chain::commit_message(w));
    CHECK(rich.code == "ok");
    CHECK(rich.gas_used > prepaid + 9'000);
    CHECK(suggested_gas(Chain::body(c.anna, 0, {Chain::commit_message(w)}, {})) > rich.gas_used);
}

}  // namespace assay::chain::test
