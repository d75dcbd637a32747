// Blocks: what a proposal must be, what a decided block does with what could not stand in it, room, and replay.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

std::string refusal(Chain& c, const Block& b) {
    const auto ok = c.app->process_proposal(b);
    return ok ? "" : std::string(ok.error().word()) + ": " + ok.error().message;
}

}  // namespace

TEST_CASE("a proposal that is altered in any field is refused") {
    Chain c;
    c.blocks(2);
    const Bytes raw = c.tx(c.anna, pay(c.bob.address(), tokens(1)));
    auto made = c.app->make_block(c.next_proposal(), {raw});
    REQUIRE(made.ok());
    REQUIRE(made->txs.size() == 1);
    const auto altered = [&](const std::function<void(Block&)>& f) {
        Block b = *made;
        f(b);
        return !refusal(c, b).empty();
    };
    CHECK(altered([](Block& b) { b.header.version = 2; }));
    CHECK(altered([](Block& b) { b.header.chain_id = "x"; }));
    CHECK(altered([](Block& b) { b.header.height = b.header.height + 1; }));
    CHECK(altered([](Block& b) { b.header.height = b.header.height - 1; }));
    CHECK(altered([&](Block& b) { b.header.time = TimeMs{c.now}; }));
    CHECK(altered([](Block& b) { b.header.time = TimeMs{(std::uint64_t{1} << 53) + 1}; }));
    CHECK(altered([&](Block& b) { b.header.proposer = c.anna.address(); }));
    CHECK(altered([](Block& b) { b.header.reveal.bytes[0] ^= 1; }));
    CHECK(altered([](Block& b) { b.header.last_block.bytes[0] ^= 1; }));
    CHECK(altered([](Block& b) { b.header.last_app_hash.bytes[0] ^= 1; }));
    CHECK(altered([](Block& b) { b.header.tx_root.bytes[0] ^= 1; }));
    CHECK(altered([](Block& b) { b.txs.clear(); }));
    CHECK(altered([&](Block& b) { b.txs.push_back(raw); }));
    // With a root that fits, it is the transaction itself that is looked at.
    CHECK(altered([&](Block& b) {
        b.txs.push_back(raw);
        b.header.tx_root = transactions_root(b.txs);
    }));
    CHECK(altered([&](Block& b) {
        b.txs = {c.tx_at(c.anna, 1, {pay(c.bob.address(), tokens(1))})};
        b.header.tx_root = transactions_root(b.txs);
    }));
    CHECK(altered([](Block& b) {
        b.txs = {Bytes{1, 2, 3}};
        b.header.tx_root = transactions_root(b.txs);
    }));
    CHECK(refusal(c, *made).empty());
    c.decide(*made, true);
}

TEST_CASE("a reveal of one's own block is checked like everybody's") {
    Chain c;
    Proposal p = c.next_proposal();
    p.reveal.bytes[3] ^= 1;
    auto made = c.app->make_block(p, {});
    REQUIRE(made.ok());
    CHECK(refusal(c, *made).find("reveal") != std::string::npos);
}

TEST_CASE("a decided block with a wrong reveal counts as zero bytes") {
    Chain c;
    c.block();
    const Hash before = c.clock().beacon;
    Proposal p = c.next_proposal();
    p.reveal.bytes[3] ^= 1;
    auto made = c.app->make_block(p, {});
    REQUIRE(made.ok());
    c.decide(*made);
    Bytes data;
    borsh::Writer w(data);
    w.put(before);
    w.put(std::uint64_t{2});
    w.put(Hash{});
    CHECK(c.clock().beacon == tagged_hash("assay/beacon", data));
    // The tip stands where it was, and the next reveal leads to it over the gap.
    c.block();
    const auto v = c.read([&](const StateView& s) { return s.validator(c.operators[0].address()); });
    REQUIRE(v.has_value());
    CHECK(v->beacon->height == Height{3});
    CHECK(v->proposed == 3);
    c.replay(options(2));
}

TEST_CASE("a decided transaction that could not stand there has no effect") {
    Chain c;
    const Bytes good = c.tx(c.anna, pay(c.bob.address(), tokens(1)));
    const Bytes again = good;
    const Bytes gap = c.tx_at(c.carl, 5, {pay(c.bob.address(), tokens(1))});
    const Bytes expired = c.tx(c.buyer, {pay(c.bob.address(), tokens(1))}, {.valid_until = 0});
    Block b = *c.app->make_block(c.next_proposal(), {});
    b.txs = {Bytes{}, Bytes(40, 0xff), gap, good, again, expired};
    b.header.tx_root = transactions_root(b.txs);
    CHECK_FALSE(refusal(c, b).empty());
    const auto bob = c.liquid(c.bob);
    const auto results = c.decide(b);
    REQUIRE(results.receipts.size() == 6);
    for (const std::size_t i : {0, 1, 2, 4, 5}) {
        INFO(i);
        CHECK(results.receipts[i].code == "not_includable");
        CHECK(results.receipts[i].events.empty());
        CHECK(results.receipts[i].fee.is_zero());
    }
    CHECK(results.receipts[3].code == "ok");
    CHECK(results.receipts[2].message.find("nonce_gap") != std::string::npos);
    CHECK(results.receipts[5].message.find("expired") != std::string::npos);
    CHECK(c.liquid(c.bob).units == bob.units + tokens(1).units);
    CHECK(c.nonce(c.carl) == 0);
    CHECK(c.nonce(c.anna) == 1);

    // The refused copy does not hide the receipt of the one that executed.
    const auto found = c.app->find_tx(results.receipts[3].txid);
    REQUIRE(found.ok());
    CHECK(found->index == 3);
    CHECK(found->receipt.code == "ok");
    CHECK(found->raw == good);
    c.replay(options(4));
}

TEST_CASE("each half of a block is kept for its kind", "[threads]") {
    Chain c([](Genesis& g) {
        g.params.block.max_bytes = 65'536;
        g.params.block.max_tx_bytes = 16'384;
    });
    c.join(c.anna);
    std::vector<Output> outputs(100, Output{c.bob.address(), Amount{1}, std::string(64, 't')});
    std::vector<Bytes> payments, commits;
    for (std::uint64_t i = 0; i < 8; ++i)
        payments.push_back(c.tx_at(c.buyer, i, {Transfer{outputs}}, {.gas = 600'000, .memo = std::string(256, 'm')}));
    const std::size_t each = payments[0].size() + 4;
    REQUIRE(each < 16'384);
    const std::size_t fit = 32'768 / each;
    REQUIRE(fit < payments.size());
    CHECK(c.block(payments).receipts.size() == fit);

    // Commits that fail cost their fee and stay in their half; payments still find theirs.
    std::vector<Bytes> both;
    for (std::uint64_t i = 0; i < 200; ++i)
        both.push_back(c.tx_at(c.anna, 3 + i, {CommitWork{}}, {.memo = std::string(256, 'm')}));
    const std::size_t commits_fit = 32'768 / (both[0].size() + 4);
    REQUIRE(commits_fit < both.size());
    const std::uint64_t next = c.nonce(c.buyer);
    for (std::uint64_t i = 0; i < 8; ++i)
        both.push_back(
            c.tx_at(c.buyer, next + i, {Transfer{outputs}}, {.gas = 600'000, .memo = std::string(256, 'm')}));
    std::size_t n = 0, paid = 0;
    for (const Receipt& r : c.block(both).receipts) ++(r.code == "ok" ? paid : n);
    CHECK(paid == fit);
    CHECK(n == commits_fit);
}

TEST_CASE("the gas of a block has a bound") {
    Chain c([](Genesis& g) { g.params.block.max_gas = 1'000'000; });
    std::vector<Bytes> txs;
    for (std::uint64_t i = 0; i < 5; ++i)
        txs.push_back(c.tx_at(c.anna, i, {pay(c.bob.address(), Amount{1})}, {.gas = 300'000}));
    CHECK(c.block(txs).receipts.size() == 3);
    Block b = *c.app->make_block(c.next_proposal(), {});
    b.txs.assign(txs.begin() + 3, txs.end());
    for (std::uint64_t i = 5; i < 7; ++i)
        b.txs.push_back(c.tx_at(c.anna, i, {pay(c.bob.address(), Amount{1})}, {.gas = 300'000}));
    b.header.tx_root = transactions_root(b.txs);
    CHECK(refusal(c, b).find("gas") != std::string::npos);
    const auto results = c.decide(b);
    CHECK(results.receipts[2].code == "ok");
    CHECK(results.receipts[3].code == "not_includable");
}

TEST_CASE("a block may be executed again before it is committed") {
    Chain c;
    const Bytes raw = c.tx(c.anna, pay(c.bob.address(), tokens(1)));
    const Block one = *c.app->make_block(c.next_proposal(), {raw});
    const Block other =
        *c.app->make_block({TimeMs{c.now + 2000}, c.operators[0].address(), c.beacons[0].reveal(Height{1})}, {});
    const auto first = c.app->finalize_block(one);
    const auto second = c.app->finalize_block(other);
    const auto third = c.app->finalize_block(one);
    REQUIRE(first.ok());
    REQUIRE(second.ok());
    REQUIRE(third.ok());
    CHECK(first->app_hash == third->app_hash);
    CHECK_FALSE(first->app_hash == second->app_hash);
    CHECK(c.nonce(c.anna) == 0);  // nothing is visible before the commit
    REQUIRE(c.app->commit().ok());
    CHECK(c.nonce(c.anna) == 1);
    CHECK_FALSE(c.app->commit().ok());
}

TEST_CASE("what was executed for a proposal counts only for the very transactions of the block that is decided") {
    Chain c;
    const Bytes of_anna = c.tx(c.anna, pay(c.carl.address(), tokens(1)));
    const Bytes of_bob = c.tx(c.bob, pay(c.carl.address(), tokens(2)));
    REQUIRE(of_anna.size() == of_bob.size());
    CHECK(RawTx(of_anna) == RawTx(of_anna));
    CHECK_FALSE(RawTx(of_anna) == RawTx(of_bob));
    Block block = *c.app->make_block(c.next_proposal(), {of_anna});
    const auto proposed = c.app->finalize_block(block);
    REQUIRE(proposed.ok());
    block = *c.app->make_block(c.next_proposal(), {of_anna});
    block.txs = {of_bob};  // under the same header
    const auto decided = c.app->finalize_block(block);
    REQUIRE(decided.ok());
    CHECK_FALSE(decided->receipts[0].txid == proposed->receipts[0].txid);
    CHECK_FALSE(decided->app_hash == proposed->app_hash);
}

TEST_CASE("a block that does not follow the last one is an error and changes nothing") {
    Chain c;
    c.block();
    Block b = *c.app->make_block(c.next_proposal(), {});
    b.header.height = Height{9};
    CHECK_FALSE(c.app->finalize_block(b).ok());
    CHECK(c.height() == Height{1});
    c.block();
}

TEST_CASE("a proposal is made at least a millisecond after the block before") {
    Chain c;
    c.block();
    auto made = c.app->make_block({TimeMs{5}, c.operators[0].address(), c.beacons[0].reveal(Height{2})}, {});
    REQUIRE(made.ok());
    CHECK(made->header.time.value == c.now + 1);
    CHECK(refusal(c, *made).empty());
}

TEST_CASE("blocks, results, transactions and proofs are found again") {
    Chain c;
    const Bytes raw = c.tx(c.anna, pay(c.bob.address(), tokens(7)));
    const auto results = c.block({raw});
    c.blocks(3);
    const auto stored = c.app->block(Height{1});
    REQUIRE(stored.ok());
    CHECK(stored->txs == std::vector<RawTx>{raw});
    const auto again = c.app->results(Height{1});
    REQUIRE(again.ok());
    CHECK(borsh::encode(*again) == borsh::encode(results));
    const StateKey key = tables::account(c.bob.address());
    const auto proof = c.app->prove(key, Height{1});
    REQUIRE(proof.ok());
    const auto value = verify_state_proof(*proof, key, results.app_hash);
    REQUIRE(value.ok());
    REQUIRE(value->has_value());
    CHECK(borsh::decode<Account>(**value)->liquid == tokens(100'007));
    const StateKey nobody = tables::account(Key(99).address());
    const auto absence = c.app->prove(nobody, Height{4});
    REQUIRE(absence.ok());
    const auto nothing = verify_state_proof(*absence, nobody, c.hashes.back());
    REQUIRE(nothing.ok());
    CHECK_FALSE(nothing->has_value());
    CHECK(c.app->find_tx(Hash{}).error().code == Code::not_found);
    CHECK(c.app->init_chain(c.genesis).error().code == Code::already_exists);
}

}  // namespace assay::chain::test
