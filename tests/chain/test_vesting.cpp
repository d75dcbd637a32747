// Grants: who pays for them, when they come free, what keeps dust away, and that no unit is lost on the way.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

CreateVesting grant(const Key& to, Amount amount, std::uint64_t start, std::uint64_t cliff, std::uint64_t end) {
    return {to.address(), amount, TimeMs{start}, TimeMs{cliff}, TimeMs{end}};
}
std::vector<VestingGrant> grants_of(const Chain& c, const Key& k) {
    return c.read([&](const StateView& s) {
        std::vector<VestingGrant> out;
        s.each_grant(k.address(), [&](const Hash&, const VestingGrant& g) {
            out.push_back(g);
            return true;
        });
        return out;
    });
}
Amount spendable(const Chain& c, const Key& k) {
    return c.read([&](const StateView& s) { return s.spendable(k.address(), s.account(k.address()), s.chain().time); });
}
Amount less(Amount a, Amount b) {
    return Amount{a.units - b.units};
}
constexpr std::uint64_t kFee = 200'000;  // of the fixture's transactions

}  // namespace

TEST_CASE(
    "a grant leaves the sender's balance, waits in the ledger's bucket and comes free in a line after its cliff") {
    Chain c;
    const Amount buyers = c.liquid(c.buyer), annas = c.liquid(c.anna);
    const std::uint64_t t0 = c.now + 1000;
    c.ok(c.buyer, grant(c.anna, tokens(100), t0, t0 + 10'000, t0 + 40'000));
    CHECK(c.liquid(c.buyer) == less(buyers, Amount{tokens(100).units + kFee}));
    CHECK(c.liquid(c.anna) == annas);
    CHECK(c.ledger().vesting == tokens(100));
    CHECK(c.account(c.anna).grants == 1);
    CHECK(c.count("vesting.created") == 1);

    c.blocks(8);  // before the cliff: her own transactions release nothing
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    CHECK(c.ledger().vesting == tokens(100));
    CHECK(c.count("vesting.released") == 0);

    c.blocks(1);  // at the cliff
    REQUIRE(c.now == t0 + 10'000);
    CHECK(c.ledger().vesting == tokens(100));  // lazy: nothing moves by itself
    CHECK(spendable(c, c.anna) == Amount{c.liquid(c.anna).units + tokens(25).units});
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));  // a second later: 11/40 of it
    CHECK(c.ledger().vesting == less(tokens(100), Amount{27'500'000}));
    CHECK(grants_of(c, c.anna).at(0).left.shares == tokens(100).units - 27'500'000);
    CHECK(c.liquid(c.anna).units == annas.units - 2 * tokens(1).units - 2 * kFee + 27'500'000);
    CHECK(c.count("vesting.released") == 1);

    c.blocks(50);
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    CHECK(c.ledger().vesting.is_zero());
    CHECK(grants_of(c, c.anna).empty());
    CHECK(c.account(c.anna).grants == 0);
    CHECK(c.liquid(c.anna).units == annas.units + tokens(100).units - 3 * tokens(1).units - 3 * kFee);
    c.replay(options(1, 1 << 16));
}

TEST_CASE("an account with nothing but a grant pays its first fee out of what has vested") {
    Chain c;
    const Key newcomer{77};
    const std::uint64_t t0 = c.now;
    c.ok(c.buyer, grant(newcomer, tokens(10), t0, t0, t0 + 100'000));
    CHECK(c.checked(c.tx(newcomer, pay(c.bob.address(), Amount{1}))) == "insufficient_funds");
    c.blocks(2);  // 3 s of 100: 0.3 tokens
    CHECK(c.checked(c.tx(newcomer, pay(c.bob.address(), Amount{1}))) == "ok");
    c.ok(newcomer, pay(c.bob.address(), Amount{1}));
    CHECK(c.liquid(newcomer).units == 10 * kToken * 4 / 100 - kFee - 1);
}

TEST_CASE("what is still locked can be neither sent nor staked nor burned") {
    Chain c;
    const Key newcomer{78};
    c.ok(c.buyer, pay(newcomer.address(), tokens(2)));
    c.ok(c.buyer, grant(newcomer, tokens(1000), c.now, c.now + 1'000'000, c.now + 2'000'000));
    CHECK(c.code(newcomer, pay(c.bob.address(), tokens(3))) == "insufficient_funds");
    CHECK(c.code(newcomer, BurnForCredits{tokens(3), Credits{}}) == "insufficient_funds");
    CHECK(c.code(newcomer, RegisterProvider{""}) == "ok");
    CHECK(c.code(newcomer, Stake{newcomer.address(), tokens(3)}) == "insufficient_funds");
}

TEST_CASE("a grant that cannot be is refused by name") {
    Chain c;
    const std::uint64_t t = c.now;
    CHECK(c.code(c.buyer, grant(c.anna, Amount{}, t, t, t + 9'999'000)) == "amount_zero");
    CHECK(c.code(c.buyer, grant(c.anna, tokens(1), t + 2, t + 1, t + 9'999'000)) == "field_out_of_range");
    CHECK(c.code(c.buyer, grant(c.anna, tokens(1), t, t + 9'999'001, t + 9'999'000)) == "field_out_of_range");
    CHECK(c.code(c.buyer, grant(c.anna, tokens(1), 0, 0, ~std::uint64_t{0})) == "field_out_of_range");
    CHECK(c.code(c.buyer, grant(c.anna, tokens(1), 0, 0, c.now + 1000)) == "field_out_of_range");  // already over
    CHECK(c.code(c.buyer, grant(c.anna, tokens(100'000), t, t, t + 9'999'000)) == "insufficient_funds");
    CHECK(c.code(c.buyer, grant(c.anna, Amount::max(), t, t, t + 9'999'000)) == "insufficient_funds");
    CHECK(c.ledger().vesting.is_zero());
}

TEST_CASE("a stranger who wants to fill somebody's places must give away what they keep out") {
    Chain c([](Genesis& g) {
        g.params.vesting.min_grant = tokens(1);
        g.params.vesting.max_grants = 5;
    });
    const auto give = [&](Amount amount) {
        return c.code(c.carl, grant(c.anna, amount, c.now, c.now + 500'000, c.now + 900'000));
    };
    CHECK(give(Amount{tokens(1).units - 1}) == "grant_too_small");
    CHECK(give(tokens(1)) == "ok");
    CHECK(give(tokens(1)) == "grant_too_small");
    CHECK(give(tokens(2)) == "ok");
    CHECK(give(tokens(4)) == "ok");
    CHECK(give(Amount{tokens(8).units - 1}) == "grant_too_small");
    CHECK(give(tokens(8)) == "ok");
    CHECK(give(tokens(16)) == "ok");
    CHECK(give(tokens(1000)) == "too_many_grants");
    CHECK(c.ledger().vesting == tokens(31));
    // A place is free again once its grant is all released.
    c.step = 1'000'000;
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    CHECK(c.account(c.anna).grants == 0);
    CHECK(c.ledger().vesting.is_zero());
    c.step = 1000;
    CHECK(give(tokens(1)) == "ok");
}

TEST_CASE("what genesis grants is in the supply from the start and released like any other") {
    Chain c([](Genesis& g) {
        g.accounts[1].vesting = {
            {tokens(12), TimeMs{kGenesisTime}, TimeMs{kGenesisTime + 5000}, TimeMs{kGenesisTime + 12'000}},
            {tokens(7), TimeMs{kGenesisTime}, TimeMs{kGenesisTime + 90'000}, TimeMs{kGenesisTime + 90'000}}};
    });
    CHECK(c.ledger().vesting == tokens(19));
    CHECK(c.ledger().genesis == Amount{tokens(19 + 500'000 + 10'000)});
    c.check_invariants();
    const Amount before = c.liquid(c.anna);
    c.blocks(5);
    c.ok(c.anna, pay(c.bob.address(), tokens(1)));
    CHECK(c.liquid(c.anna).units == before.units + tokens(6).units - tokens(1).units - kFee);
    CHECK(c.account(c.anna).grants == 2);
}

TEST_CASE("grants in genesis: JSON there and back, and each refusal names the account and the rule") {
    Chain c;
    Genesis g = c.genesis;
    const std::uint64_t t = kGenesisTime;
    g.accounts[0].vesting = {{tokens(3), TimeMs{t}, TimeMs{t + 1}, TimeMs{t + 2}}, {Amount{1}, {}, {}, TimeMs{1}}};
    const auto back = parse_genesis(genesis_to_json(g), "test.json");
    if (!back) FAIL(back.error().message);
    CHECK(borsh::encode(*back) == borsh::encode(g));
    CHECK_FALSE(genesis_hash(g) == genesis_hash(c.genesis));

    const auto refused = [&](const std::function<void(std::vector<tokenomics::Grant>&)>& f) {
        Genesis bad = g;
        f(bad.accounts[0].vesting);
        const auto ok = validate(bad);
        return ok ? std::string("ok") : ok.error().message;
    };
    CHECK(refused([](auto&) {}) == "ok");
    CHECK(refused([](auto& v) { v[1].amount = {}; }).find("[1]: amount") != std::string::npos);
    CHECK(refused([](auto& v) { v[0].cliff = TimeMs{5}; }).find("[0]: start") != std::string::npos);
    CHECK(refused([](auto& v) { v.resize(17, v[0]); }).find("max_grants is 16") != std::string::npos);
    CHECK(refused([](auto& v) { v[0].amount = tokens(1'000'000'000); }).find("token.cap") != std::string::npos);
    CHECK(refused([](auto& v) { v[0].amount = Amount::max(); }).find("2^128") != std::string::npos);
}

TEST_CASE("a network that begins at another time takes its grants along") {
    Chain c;
    Genesis g = c.genesis;
    g.accounts[0].vesting = {{tokens(3), TimeMs{kGenesisTime - 5}, TimeMs{kGenesisTime}, TimeMs{kGenesisTime + 9}}};
    Genesis later = g;
    REQUIRE(begin_at(later, TimeMs{kGenesisTime + 100}).ok());
    CHECK(later.time.value == kGenesisTime + 100);
    CHECK(later.accounts[0].vesting[0].start.value == kGenesisTime + 95);
    CHECK(later.accounts[0].vesting[0].end.value == kGenesisTime + 109);
    REQUIRE(begin_at(later, TimeMs{kGenesisTime}).ok());
    CHECK(borsh::encode(later) == borsh::encode(g));
    CHECK_FALSE(begin_at(later, TimeMs{4}).ok());  // the start would lie before 1970
    CHECK_FALSE(begin_at(g, tokenomics::kLatestGrant).ok());
}

}  // namespace assay::chain::test
