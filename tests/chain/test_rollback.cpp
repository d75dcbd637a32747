// A block back, whatever was in it, and the same blocks again; old blocks away while the chain goes on.
#include "chain/account_history.hpp"
#include "tests/chain/through_a_file.hpp"

namespace assay::chain::test {
namespace {

void live_on(Chain& c) {
    c.join(c.anna, "tiny", tokens(1000));
    c.buy_credits(c.buyer, tokens(100));
    const Hash order = c.open_order(c.buyer, "tiny", 2, 1'000'000);
    c.ok(c.anna, PlaceBid{order, 0, Credits{900'000}});
    c.ok(c.anna, Unstake{c.anna.address(), tokens(10)});
    c.next_epoch();
    c.commit_work(c.anna);
    c.next_epoch();
}

}  // namespace

TEST_CASE("blocks that were taken back and are executed again give the same app hashes, through an epoch's end") {
    Chain c;
    live_on(c);
    std::vector<Bytes> states;  // from the newest down
    const Height top = c.height();
    for (int back = 0; back < 25; ++back) {
        states.push_back(exported(*c.app));
        const auto was = c.app->info();
        const Status done = c.app->rollback();
        if (!done) FAIL(done.error().message);
        CHECK(c.app->info().height == was.height - 1);
        CHECK(c.app->info().app_hash == c.hashes[was.height.value - 2]);
        CHECK(c.app->info().time < was.time);
        CHECK(c.app->block(was.height).error().code == Code::not_found);
        c.check_invariants();
    }
    for (Height h = c.height() + 1; h <= top; h = h + 1) {
        const Block& b = c.history[h.value - 1];
        CHECK(c.app->finalize_block(c.history[h.value - 2]).error().code == Code::not_includable);
        if (h.value % 2 == 0) REQUIRE(c.app->process_proposal(b).ok());
        const auto results = c.app->finalize_block(b);
        REQUIRE(results.ok());
        CHECK(results->app_hash == c.hashes[h.value - 1]);
        REQUIRE(c.app->commit().ok());
        CHECK(exported(*c.app) == states[top.value - h.value]);
        CHECK(borsh::encode(*c.app->block(h)) == borsh::encode(b));
    }
    c.ok(c.buyer, pay(c.bob.address(), tokens(1)));
}

TEST_CASE("a proposal that was executed before a rollback is executed anew after it") {
    Chain c;
    c.blocks(3);
    REQUIRE(c.app->make_block(c.next_proposal(), {}).ok());
    REQUIRE(c.app->finalize_block(*c.app->make_block(c.next_proposal(), {})).ok());  // staged, not committed
    REQUIRE(c.app->rollback().ok());
    CHECK(c.app->commit().error().code == Code::internal);
    const auto again = c.app->finalize_block(c.history[2]);
    REQUIRE(again.ok());
    CHECK(again->app_hash == c.hashes[2]);
}

TEST_CASE("the start of a chain cannot be taken back, nor what is pruned") {
    {
        Chain c;
        CHECK(c.app->rollback().error().code == Code::not_found);
        c.block();
        REQUIRE(c.app->rollback().ok());
        CHECK(c.app->info().height == Height{0});
        CHECK(c.app->rollback().error().code == Code::not_found);
        CHECK(c.app->info().chain_id == kChainId);
    }
    AppOptions how;
    how.keep_versions = 3;
    Chain c({}, 1, how);
    c.blocks(50);
    REQUIRE(c.app->rollback().ok());
    REQUIRE(c.app->rollback().ok());
    CHECK(c.app->rollback().error().code == Code::pruned);
}

TEST_CASE("a chain that deletes old blocks as it goes answers pruned for them, and for the rest as before") {
    Chain c;
    c.scan = false;
    const Height old = c.height() + 1;
    c.ok(c.buyer, pay(c.bob.address(), tokens(3)));
    const Hash gone = c.app->results(old)->receipts.at(0).txid;
    std::uint64_t calls = 0;
    for (int i = 0; i < 190; ++i) {
        c.block();
        const auto before = c.app->first_block();
        if (c.height().value > 20) REQUIRE(c.app->prune_blocks(Height{c.height().value - 20}).ok());
        calls += before != c.app->first_block();
    }
    CHECK((calls > 0 && calls <= 4));  // many at once, or each block would cost a sync
    REQUIRE(c.app->first_block().has_value());
    const Height first = *c.app->first_block();
    CHECK((first.value > c.height().value - 71 && first.value <= c.height().value - 20));
    CHECK(c.app->block(Height{first.value - 1}).error().code == Code::pruned);
    CHECK(c.app->results(old).error().code == Code::pruned);
    CHECK(c.app->block(first).ok());
    CHECK_FALSE(c.app->find_tx(gone).ok());
    CHECK_FALSE(c.app->block_with_results(old)->has_value());

    // What an account has now is right; where it came from is told as far as the blocks reach.
    c.ok(c.buyer, pay(c.bob.address(), tokens(2)));
    std::vector<std::string> causes;
    u128 sum = 0;
    const auto end = each_change(*c.app, c.bob.address(), Height{0}, c.height(), {}, [&](const AccountChange& change) {
        causes.push_back(change.cause);
        sum = change.in ? sum + change.value : sum - change.value;
        return true;
    });
    REQUIRE(end.ok());
    CHECK(sum == c.liquid(c.bob).units);
    CHECK(std::count(causes.begin(), causes.end(), "unrecorded") == 1);

    REQUIRE(c.app->prune(c.height(), true).ok());
    CHECK(c.app->first_block() == c.height());
    c.ok(c.buyer, pay(c.bob.address(), tokens(1)));
    REQUIRE(c.app->rollback().ok());
    REQUIRE(c.app->rollback().ok());
    c.app.reset();
}

}  // namespace assay::chain::test
