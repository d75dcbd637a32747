// The work round: start, deadline, challenge height, counted blocks, several validators, limits of a block.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

std::uint64_t missed(Chain& c, std::uint64_t e) {
    return c.epoch_record(e).missed;
}

}  // namespace

TEST_CASE("the challenge waits for the deadline and two blocks") {
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    const Work w = c.commit_work(c.anna);
    c.to_challenge();
    const WorkRound r = c.round();
    CHECK(r.h0.value >= c.clock().epoch_start.value);
    CHECK(r.h0.value < c.clock().epoch_start.value + 4);
    const auto time_of = [&](Height h) { return c.history.at(h.value - 1).header.time.value; };
    CHECK(time_of(r.h0) == r.h0_time.value);
    CHECK(time_of(r.deadline) > r.h0_time.value + 5'000);
    CHECK(time_of(r.deadline - 1) <= r.h0_time.value + 5'000);
    CHECK(r.challenge.value == r.deadline.value + 2);
    // The beacon of that height, and the reveal in it, came two blocks after the last commit could.
    CHECK(r.challenge_beacon == c.clock().beacon);
    c.ok(c.anna, c.opening(c.anna, w));
}

TEST_CASE("the challenge waits until proposers with more than a third of the power have spoken") {
    // Four validators of equal power: one alone holds a quarter, two hold half.
    Chain c({}, 4);
    c.join(c.anna);
    c.next_epoch();
    const Work w = c.commit_work(c.anna);
    while (c.round(1).deadline.value == 0) c.block();
    c.blocks(5);  // the same proposer all the time
    CHECK(c.round(1).challenge.value == 0);
    CHECK(c.round(1).proposers.size() == 1);
    CHECK(c.checked(c.tx(c.anna, OpenWork{w.id(c.anna.address()), {}})) == "not_challenged");
    c.proposer = 1;
    c.block();
    CHECK(c.round(1).challenge == c.height());

    // And absence needs blocks by more than a third, however many one proposer makes.
    c.blocks(10);
    CHECK(c.round(1).counted_blocks == 10);
    CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::open);
    c.proposer = 2;
    c.block();
    CHECK(c.commit(w.id(c.anna.address())).status == CommitStatus::absent);
    c.replay(options(2));
}

TEST_CASE("an opening counts for open_blocks blocks after the challenge, and not one longer") {
    for (const std::uint64_t late : {0u, 1u}) {
        Chain c;
        c.join(c.anna);
        c.next_epoch();
        const Work w = c.commit_work(c.anna);
        c.to_challenge();
        const OpenWork good = c.opening(c.anna, w);
        c.blocks(5 + late);
        if (late == 0) {
            c.ok(c.anna, good);  // the sixth block of six
            CHECK(c.commit(good.commit).status == CommitStatus::passed);
        } else {
            CHECK(c.commit(good.commit).status == CommitStatus::absent);
            CHECK(c.checked(c.tx(c.anna, good)) == "already_decided");
            c.next_epoch();
            CHECK(c.provider_epoch(c.anna, 1).availability.is_zero());
        }
    }
}

TEST_CASE("a round closes early when every commit has its verdict") {
    Chain c;
    c.join(c.anna);
    c.join(c.bob);
    c.next_epoch();
    c.do_task(c.anna);
    CHECK(c.round(1).closed == c.height());
    CHECK(missed(c, 1) == 1);  // Bob had a task too, and committed nothing
    CHECK(c.epoch_record(1).passed == 1);
    CHECK(c.provider(c.bob).stake == tokens(1000));  // a mark, no slash
}

TEST_CASE("a gap between blocks voids the window, and nobody is marked as missing") {
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    c.to_start();
    c.step = 4'000;  // 4 block times, the least that counts as a gap here
    c.block();
    CHECK_FALSE(c.round().void_window);
    c.step = 4'001;
    c.block();
    CHECK(c.round().void_window);
    c.step = 1'000;
    while (c.round(1).closed.value == 0) c.block();
    CHECK(missed(c, 1) == 0);
    // The next round starts anew.
    c.next_epoch();
    while (c.round(2).closed.value == 0) c.block();
    CHECK_FALSE(c.round(2).void_window);
    CHECK(missed(c, 2) == 1);
}

TEST_CASE("openings have bounds in a block, and a full block does not count towards the window") {
    Chain c([&](Genesis& g) {
        g.params.classes.resize(1);
        auto& one = g.params.classes[0];
        one.lanes = 32;
        one.steps = 4096 * 8;
        one.leaf_every = 4096;
        g.params.block.max_verify_units = 65'536;  // the least: one opening of 8 samples of 4096 steps, and not two
        g.params.work.open_blocks = 4;
    });
    const std::uint64_t each = proofs::verify_units(proofs::LanesParams{32, 4096 * 8, 4096}, 8);
    REQUIRE(each <= 65'536);
    REQUIRE(2 * each > 65'536);
    std::vector<const Key*> providers{&c.anna, &c.bob, &c.carl, &c.buyer};
    for (const Key* k : providers) c.join(*k);
    c.next_epoch();
    c.to_start();
    std::vector<Work> works;
    std::vector<Bytes> txs;
    for (const Key* k : providers) {
        works.push_back(Chain::work(c.task(*k)));
        txs.push_back(c.tx(*k, Chain::commit_message(works.back())));
    }
    CHECK(c.block(txs).receipts.size() == 4);
    c.to_challenge();
    std::vector<Bytes> openings;
    for (std::size_t i = 0; i < 4; ++i) openings.push_back(c.tx(*providers[i], c.opening(*providers[i], works[i])));
    // One per block: each of these was full, so even more blocks than open_blocks leave the last in time.
    for (std::size_t i = 0; i < 4; ++i) {
        auto results = c.block(openings);
        REQUIRE(results.receipts.size() == 1);
        CHECK(results.receipts[0].code == "ok");
        if (i < 3) CHECK(c.round(1).counted_blocks == 0);
    }
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(c.commit(works[i].id(providers[i]->address())).status == CommitStatus::passed);

    // A block with more than fits is refused as a proposal, and executed without what is over.
    c.next_epoch();
    c.to_start();
    works.clear();
    txs.clear();
    for (const Key* k : providers) {
        works.push_back(Chain::work(c.task(*k)));
        txs.push_back(c.tx(*k, Chain::commit_message(works.back())));
    }
    c.block(txs);
    c.to_challenge();
    Block b = *c.app->make_block(c.next_proposal(), {});
    for (std::size_t i = 0; i < 4; ++i) b.txs.push_back(c.tx(*providers[i], c.opening(*providers[i], works[i])));
    b.header.tx_root = transactions_root(b.txs);
    const auto refused = c.app->process_proposal(b);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.find("verify units") != std::string::npos);
    const auto results = c.decide(b);
    CHECK(results.receipts[0].code == "ok");
    for (std::size_t i = 1; i < 4; ++i) CHECK(results.receipts[i].code == "not_includable");
    c.replay(options(1));
}

TEST_CASE("A6: a lane that is full by bytes does not count either; openings come before commits and payments") {
    // Commits that pay cannot keep openings out of the half that both share.
    Chain c(
        [](Genesis& g) {
            g.params.block.max_bytes = 65'536;
            g.params.block.max_tx_bytes = 32'768;
            g.params.work.samples = 70;  // two openings pass a half, wherever the samples fall
            auto& one = g.params.classes[0];
            one.lanes = 512;
            one.steps = 16 * 16;
            g.params.classes.resize(1);
            g.params.work.open_blocks = 4;
        },
        1, options(1));
    c.join(c.anna);
    c.join(c.bob);
    c.next_epoch();
    c.to_start();
    const Work a = Chain::work(c.task(c.anna)), b = Chain::work(c.task(c.bob));
    c.block({c.tx(c.anna, Chain::commit_message(a)), c.tx(c.bob, Chain::commit_message(b))});
    c.to_challenge();
    const Bytes open_a = c.tx(c.anna, {c.opening(c.anna, a)}, {.memo = std::string(256, 'm')});
    const Bytes open_b = c.tx(c.bob, {c.opening(c.bob, b)}, {.memo = std::string(256, 'm')});
    REQUIRE(open_a.size() + open_b.size() > 32'768);  // two do not fit into one half
    std::vector<Bytes> txs;
    for (std::uint64_t i = 0; i < 200; ++i)
        txs.push_back(c.tx_at(c.carl, i, {CommitWork{}}, {.memo = std::string(256, 'm')}));
    txs.push_back(open_a);
    txs.push_back(open_b);
    const auto results = c.block(txs);
    REQUIRE(results.receipts.size() > 1);
    CHECK(results.receipts[0].code == "ok");  // an opening first
    CHECK(c.commit(a.id(c.anna.address())).status == CommitStatus::passed);
    CHECK(c.commit(b.id(c.bob.address())).status == CommitStatus::open);
    CHECK(c.round(1).counted_blocks == 0);
    c.block({open_b});
    CHECK(c.commit(b.id(c.bob.address())).status == CommitStatus::passed);
}

TEST_CASE("every task of an epoch has one start; ctx binds task, slot, provider and epoch") {
    Chain c;
    c.join(c.anna, "cpu");
    c.join(c.bob, "tiny");
    c.ok(c.anna, AddDevice{3, "tiny"});
    c.next_epoch();
    c.to_start();
    const auto anna = c.tasks(c.anna), bob = c.tasks(c.bob);
    REQUIRE(anna.size() == 2);
    REQUIRE(bob.size() == 1);
    CHECK(anna[0].h0 == bob[0].h0);
    CHECK(anna[0].task == bob[0].task);
    std::vector<Hash> ctxs{anna[0].ctx, anna[1].ctx, bob[0].ctx};
    const TaskView first = anna[0];
    CHECK(first.ctx ==
          proofs::work_ctx(kChainId, first.params, first.task, first.epoch, c.anna.address(), 0, c.round().h0_beacon));
    c.next_epoch();
    c.to_start();
    for (const auto& t : c.tasks(c.anna)) ctxs.push_back(t.ctx);
    std::sort(ctxs.begin(), ctxs.end());
    CHECK(std::adjacent_find(ctxs.begin(), ctxs.end()) == ctxs.end());
}

}  // namespace assay::chain::test
