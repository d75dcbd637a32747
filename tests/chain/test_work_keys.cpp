// UpdateProvider: a key that commits and opens for a provider, within a budget of fees, and can do nothing else.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

UpdateProvider work_key(const Key& k, Amount budget) {
    UpdateProvider m;
    m.work_key = k.address();
    m.fee_budget = budget;
    return m;
}
UpdateProvider budget(Amount a) {
    UpdateProvider m;
    m.fee_budget = a;
    return m;
}
UpdateProvider no_work_key() {
    UpdateProvider m;
    m.clear_work_key = true;
    return m;
}
Message commit_for(const Key& provider, const Work& w) {
    return CommitWork{w.task.task, w.task.slot, w.result.root(), provider.address()};
}
CommitStatus verdict(const Chain& c, const Key& provider, const Work& w) {
    return c.commit(w.id(provider.address())).status;
}

}  // namespace

TEST_CASE("a work key commits and opens for its provider, which pays the fees, and the key needs no tokens") {
    Chain c;
    const Key worker{77};
    c.join(c.anna);
    c.ok(c.anna, work_key(worker, tokens(1)));
    c.next_epoch();
    c.to_start();
    const Work w = Chain::work(c.task(c.anna));
    const Amount before = c.liquid(c.anna);
    const Receipt r = c.run(worker, commit_for(c.anna, w));
    REQUIRE(r.code == "ok");
    CHECK(c.liquid(c.anna).units == before.units - r.fee.units);
    CHECK(c.provider(c.anna).work_key.fee_budget.units == tokens(1).units - r.fee.units);
    CHECK(c.nonce(worker) == 1);
    CHECK(c.liquid(worker).is_zero());
    CHECK(c.commit(w.id(c.anna.address())).provider == c.anna.address());
    c.to_challenge();
    REQUIRE(c.code(worker, c.opening(c.anna, w)) == "ok");
    CHECK(verdict(c, c.anna, w) == CommitStatus::passed);
    CHECK(c.nonce(worker) == 2);
    c.next_epoch();
    CHECK_FALSE(c.provider_epoch(c.anna, 1).availability.is_zero());
    CHECK_FALSE(c.account(worker).liquid > Amount{});
}

TEST_CASE("a work key counts from the next epoch on, the one before it until then, and a budget at once") {
    Chain c;
    const Key first{77}, second{78};
    c.join(c.anna);
    c.ok(c.anna, work_key(first, tokens(1)));
    CHECK_FALSE(c.provider(c.anna).work_key.in_force(c.clock().epoch));
    c.next_epoch();
    c.to_start();
    c.ok(c.anna, work_key(second, tokens(1)));
    const Work w = Chain::work(c.task(c.anna));
    CHECK(c.checked(c.tx(second, commit_for(c.anna, w))) == "not_owner");
    CHECK(c.checked(c.tx(first, commit_for(c.anna, w))) == "ok");
    c.ok(c.anna, budget(Amount{}));  // stops whichever key there is
    CHECK(c.checked(c.tx(first, commit_for(c.anna, w))) == "fee_budget_spent");
    c.ok(c.anna, budget(tokens(1)));
    c.ok(c.anna, no_work_key());
    CHECK(c.code(first, commit_for(c.anna, w)) == "ok");  // until this epoch's end
    c.to_challenge();
    CHECK(c.checked(c.tx(second, c.opening(c.anna, w))) == "not_owner");
    CHECK(c.code(first, c.opening(c.anna, w)) == "ok");
    c.next_epoch();
    c.to_start();
    const Work next = Chain::work(c.task(c.anna));
    for (const Key& k : {first, second}) CHECK(c.checked(c.tx(k, commit_for(c.anna, next))) == "not_owner");
    CHECK(c.code(c.anna, Chain::commit_message(next)) == "ok");
}

TEST_CASE("changes never touch an open commit: the key of its hour opens it, and so does the provider, in jail too") {
    for (const bool by_key : {true, false}) {
        Chain c;
        const Key worker{77};
        c.ok(c.anna, RegisterProvider{""});
        for (std::uint32_t slot : {0u, 1u}) c.ok(c.anna, AddDevice{slot, "tiny"});
        c.ok(c.anna, Stake{c.anna.address(), tokens(1000)});
        c.ok(c.anna, work_key(worker, tokens(2)));
        c.next_epoch();
        c.to_start();
        const Work good = Chain::work(c.task(c.anna, 0)), bad = Chain::spoiled(c.task(c.anna, 1), 4);
        REQUIRE(c.code(worker, commit_for(c.anna, good)) == "ok");
        REQUIRE(c.code(worker, commit_for(c.anna, bad)) == "ok");
        c.ok(c.anna, no_work_key());
        c.ok(c.anna, budget(Amount{}));
        c.to_challenge();
        REQUIRE(c.code(c.anna, c.opening(c.anna, bad)) == "ok");
        REQUIRE(c.provider(c.anna).jailed);
        REQUIRE(c.code(by_key ? worker : c.anna, c.opening(c.anna, good)) == "ok");
        CHECK(verdict(c, c.anna, good) == CommitStatus::passed);
        CHECK(verdict(c, c.anna, bad) == CommitStatus::failed);
    }
}

TEST_CASE("a work key can do nothing else, and nobody spends a provider's tokens by naming it") {
    Chain c;
    const Key worker{77}, stranger{79};
    c.join(c.anna);
    c.ok(c.anna, work_key(worker, tokens(1)));
    c.next_epoch();
    c.to_start();
    const Work w = Chain::work(c.task(c.anna));
    for (const Message& m :
         {pay(worker.address(), Amount{1}), Message(Unstake{c.anna.address(), tokens(1)}), Message(budget(tokens(9))),
          Message(AddDevice{3, "tiny"}), Message(CommitWork{w.task.task, 0, w.result.root()})})
        CHECK(c.checked(c.tx(worker, m)) == "insufficient_funds");  // its own account pays for all else
    CHECK(c.code(c.bob, Unstake{c.anna.address(), tokens(1)}) == "not_owner");
    CHECK(c.checked(c.tx(stranger, commit_for(c.anna, w))) == "not_owner");
    CHECK(c.checked(c.tx(c.bob, commit_for(c.anna, w))) == "not_owner");
    CHECK(c.checked(c.tx(worker, commit_for(c.bob, w))) == "not_registered");
    CHECK(c.checked(c.tx(worker, {commit_for(c.anna, w)}, {.fee = tokens(2)})) == "fee_budget_spent");
    CHECK(c.checked(c.tx(worker, {commit_for(c.anna, w)}, {.fee = Amount{1}})) == "fee_too_low");
    CHECK(c.code(c.anna, commit_for(c.anna, w)) == "ok");  // its own name is no other's
    CHECK(c.provider(c.anna).work_key.fee_budget == tokens(1));
}

TEST_CASE("a work key's failed commits cost the budget and no more, and a poor provider's key waits") {
    Chain c;
    const Key worker{77};
    c.join(c.anna);
    c.ok(c.anna, work_key(worker, Amount{3 * 200'000}));
    c.next_epoch();
    const Message wrong = CommitWork{Hash{}, 9, Hash{}, c.anna.address()};
    const Amount before = c.liquid(c.anna);
    for (int i = 0; i < 3; ++i) CHECK(c.code(worker, wrong) == "unknown_device");
    CHECK(c.checked(c.tx(worker, wrong)) == "fee_budget_spent");
    CHECK(c.liquid(c.anna).units == before.units - 3 * 200'000);
    // In one block: what the first ones spend, the later ones do not have.
    c.ok(c.anna, budget(Amount{2 * 200'000}));
    std::vector<Bytes> txs;
    for (std::uint64_t i = 0; i < 4; ++i) txs.push_back(c.tx_at(worker, c.nonce(worker) + i, {wrong}));
    CHECK(c.block(txs).receipts.size() == 2);
    CHECK(c.provider(c.anna).work_key.fee_budget.is_zero());
    c.ok(c.anna, budget(Amount::max()));
    c.ok(c.anna, pay(c.bob.address(), Amount{c.liquid(c.anna).units - 2 * 200'000}));
    CHECK(c.code(worker, wrong) == "unknown_device");
    CHECK(c.checked(c.tx(worker, wrong)) == "insufficient_funds");
}

TEST_CASE("one key works for two providers, one of them itself a provider; the same bytes count once") {
    Chain c;
    c.join(c.anna);
    c.join(c.bob);
    c.join(c.carl);
    for (const Key& k : {c.anna, c.bob}) c.ok(k, work_key(c.carl, tokens(1)));
    c.next_epoch();
    c.to_start();
    const Work a = Chain::work(c.task(c.anna)), b = Chain::work(c.task(c.bob)), own = Chain::work(c.task(c.carl));
    const Bytes once = c.tx(c.carl, commit_for(c.anna, a));
    CHECK(c.run(once).code == "ok");
    CHECK(c.checked(once) == "nonce_too_low");
    CHECK(c.code(c.carl, commit_for(c.bob, b)) == "ok");
    CHECK(c.code(c.carl, Chain::commit_message(own)) == "ok");
    CHECK(c.code(c.carl, commit_for(c.anna, b)) == "already_committed");
    for (const Key& k : {c.anna, c.bob, c.carl}) CHECK(c.provider(k).open_commits == 1);
    c.to_challenge();
    CHECK(c.code(c.carl, c.opening(c.anna, a)) == "ok");
    CHECK(c.code(c.carl, c.opening(c.bob, b)) == "ok");
    CHECK(c.checked(c.tx(c.bob, c.opening(c.carl, own))) == "not_owner");
    CHECK(c.code(c.carl, c.opening(c.carl, own)) == "ok");
    c.replay(options(2));
}

TEST_CASE("an update names what changes, and nothing that contradicts itself") {
    Chain c;
    UpdateProvider m;
    CHECK(c.code(c.anna, m) == "field_out_of_range");
    m.endpoint = "http://b";
    CHECK(c.code(c.anna, m) == "not_registered");
    c.ok(c.anna, RegisterProvider{"http://a"});
    c.ok(c.anna, m);
    CHECK(c.provider(c.anna).endpoint == "http://b");
    m = work_key(c.anna, tokens(1));
    CHECK(c.code(c.anna, m) == "field_out_of_range");
    m = work_key(c.bob, tokens(1));
    m.clear_work_key = true;
    CHECK(c.code(c.anna, m) == "field_out_of_range");
    m = {};
    m.endpoint = std::string(257, 'x');
    CHECK(c.checked(c.tx(c.anna, m)) == "tx_malformed");
    m.endpoint = "";
    c.ok(c.anna, m);
    CHECK(c.provider(c.anna).endpoint.empty());
}

}  // namespace assay::chain::test
