// Which bytes are a transaction, which transaction may stand at its place, and what execution leaves of it.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

Bytes with_messages(Chain& c, std::vector<Message> messages) {
    return c.tx(c.anna, std::move(messages));
}

}  // namespace

TEST_CASE("transaction bytes are canonical or refused") {
    Chain c;
    const Bytes good = c.tx(c.anna, pay(c.bob.address(), tokens(1), "rent"));
    REQUIRE(c.checked(good) == "ok");

    SECTION("cut off at any length") {
        for (std::size_t n = 0; n < good.size(); ++n) {
            INFO("first " << n << " bytes");
            CHECK(c.checked(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n))) == "tx_malformed");
        }
    }
    SECTION("with bytes left over") {
        Bytes longer = good;
        longer.push_back(0);
        CHECK(c.checked(longer) == "tx_malformed");
    }
    SECTION("larger than a transaction may be") {
        Bytes huge(c.genesis.params.block.max_tx_bytes + 1);
        CHECK(c.checked(huge) == "tx_too_large");
    }
    SECTION("with a message nobody knows") {
        // version 2 | chain id 4 + n | sender 32 | nonce 8 | fee 16 | gas 8 | valid_until 8 | memo 4 | count 4 | tag
        const std::size_t tag = 2 + 4 + std::strlen(kChainId) + 32 + 8 + 16 + 8 + 8 + 4 + 4;
        REQUIRE(good[tag] == Transfer::kTag);
        for (const int other : {1, 9, 21, 23, 34, 52, 200, 255}) {
            Bytes altered = good;
            altered[tag] = static_cast<std::uint8_t>(other);
            CHECK(c.checked(altered) == "tx_malformed");
        }
    }
    SECTION("with a count that promises more than there is") {
        const std::size_t count = 2 + 4 + std::strlen(kChainId) + 32 + 8 + 16 + 8 + 8 + 4;
        Bytes altered = good;
        for (std::size_t i = 0; i < 4; ++i) altered[count + i] = 0xff;
        CHECK(c.checked(altered) == "tx_malformed");
    }
    SECTION("every altered bit is refused") {
        Random random;
        INFO("seed " << seed());
        for (int i = 0; i < 300; ++i) {
            Bytes altered = good;
            const std::uint64_t bit = random.below(8 * good.size());
            altered[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
            CHECK(c.checked(altered) != "ok");
        }
    }
}

TEST_CASE("the shape of a transaction has bounds") {
    Chain c;
    const Message one = pay(c.bob.address(), Amount{1});
    CHECK(c.checked(with_messages(c, {})) == "tx_malformed");
    CHECK(c.checked(with_messages(c, std::vector<Message>(16, one))) == "ok");
    CHECK(c.checked(with_messages(c, std::vector<Message>(17, one))) == "tx_malformed");
    CHECK(c.checked(c.tx(c.anna, {one}, {.memo = std::string(256, 'm')})) == "ok");
    CHECK(c.checked(c.tx(c.anna, {one}, {.memo = std::string(257, 'm')})) == "tx_malformed");
    CHECK(c.checked(c.tx(c.anna, {one}, {.version = 2})) == "tx_malformed");
    CHECK(c.checked(c.tx(c.anna, pay(c.bob.address(), Amount{1}, std::string(64, 't')))) == "ok");
    CHECK(c.checked(c.tx(c.anna, pay(c.bob.address(), Amount{1}, std::string(65, 't')))) == "tx_malformed");
    CHECK(c.checked(c.tx(c.anna, Transfer{})) == "tx_malformed");
    CHECK(c.checked(c.tx(c.anna, Transfer{std::vector<Output>(257, Output{c.bob.address(), Amount{1}, ""})})) ==
          "tx_malformed");
    CHECK(c.checked(c.tx(c.anna, RegisterProvider{std::string(257, 'e')})) == "tx_malformed");
    CHECK(c.checked(c.tx(c.anna, AddDevice{0, std::string(33, 'c')})) == "tx_malformed");
    CHECK(c.checked(c.tx(c.anna, RegisterValidator{{}, {}, tokens(1), std::string(65, 'n')})) == "tx_malformed");
}

TEST_CASE("work messages travel alone") {
    Chain c;
    const Message one = pay(c.bob.address(), Amount{1});
    CHECK(c.checked(with_messages(c, {CommitWork{}, one})) == "must_be_alone");
    CHECK(c.checked(with_messages(c, {one, CommitWork{}})) == "must_be_alone");
    CHECK(c.checked(with_messages(c, {OpenWork{}, one})) == "must_be_alone");
    CHECK(c.checked(with_messages(c, {CommitWork{}, CommitWork{}})) == "must_be_alone");
}

TEST_CASE("a transaction is refused at its place with a word of its own") {
    Chain c;
    const Message one = pay(c.bob.address(), Amount{1});
    CHECK(c.checked(c.tx(c.anna, {one}, {.chain_id = "another-1"})) == "wrong_chain");
    CHECK(c.checked(c.tx(c.anna, {one}, {.valid_until = 0})) == "expired");
    CHECK(c.checked(c.tx(c.anna, {one}, {.valid_until = 1})) == "ok");
    CHECK(c.checked(c.tx(c.anna, {one}, {.fee = Amount{199}, .gas = 200'000})) == "fee_too_low");
    CHECK(c.checked(c.tx(c.anna, {one}, {.fee = Amount{200}, .gas = 200'000})) == "ok");
    CHECK(c.checked(c.tx(c.anna, {one}, {.fee = Amount{200}, .gas = 200'001})) ==
          "fee_too_low");  // the payer pays the ceiling
    CHECK(c.checked(c.tx(c.anna, {one}, {.gas = 5'000})) == "gas_too_low");
    CHECK(c.checked(c.tx(c.anna, {one}, {.gas = c.genesis.params.block.max_gas + 1})) == "gas_too_low");
    CHECK(c.checked(c.tx(c.anna, {one}, {.fee = tokens(100'001)})) == "insufficient_funds");
    CHECK(c.checked(c.tx(Key(77), one)) == "insufficient_funds");
    // The mempool takes later nonces; a block takes the next one only.
    CHECK(c.checked(c.tx_at(c.anna, 1000, {one})) == "ok");
    CHECK(c.checked(c.tx_at(c.anna, 1001, {one})) == "nonce_gap");
    CHECK(c.block({c.tx_at(c.anna, 1, {one})}).receipts.empty());
    c.ok(c.anna, one);
    CHECK(c.checked(c.tx_at(c.anna, 0, {one})) == "nonce_too_low");
    c.blocks(2);
    CHECK(c.checked(c.tx(c.anna, {one}, {.valid_until = 4})) == "expired");
    CHECK(c.checked(c.tx(c.anna, {one}, {.valid_until = 5})) == "ok");
}

TEST_CASE("intrinsic gas is the table over bytes and signatures") {
    Chain c;
    const Message one = pay(c.bob.address(), Amount{1});
    const auto gas_needed = [&](std::uint64_t gas) { return c.tx(c.anna, {one}, {.gas = gas}); };
    const std::uint64_t bytes = gas_needed(10'000).size();
    const std::uint64_t intrinsic = kGasTx + kGasPerByte * bytes + kGasPerSignature;
    CHECK(c.checked(gas_needed(intrinsic)) == "ok");
    CHECK(c.checked(gas_needed(intrinsic - 1)) == "gas_too_low");
    // Gas used does not depend on what is cached: the same transaction first and again, in the same state.
    const Bytes raw = c.tx(c.anna, one);
    const auto first = c.app->simulate(raw), again = c.app->simulate(raw);
    REQUIRE(first.ok());
    REQUIRE(again.ok());
    CHECK(first->gas_used == again->gas_used);
    CHECK(first->gas_used == c.run(raw).gas_used);
}

TEST_CASE("a transaction that runs out of gas pays and does nothing") {
    Chain c;
    const Message one = pay(c.bob.address(), tokens(5));
    const std::uint64_t bytes = c.tx(c.anna, one).size();
    const std::uint64_t intrinsic = kGasTx + kGasPerByte * bytes + kGasPerSignature;
    const auto before = c.ledger();
    const auto bob = c.liquid(c.bob);
    const Receipt r = c.run(c.tx(c.anna, {one}, {.gas = intrinsic + 300}));
    CHECK(r.code == "out_of_gas");
    CHECK(r.gas_used == intrinsic + 300);
    CHECK(c.liquid(c.bob) == bob);
    CHECK(c.nonce(c.anna) == 1);
    CHECK(c.ledger().fees.units - before.fees.units == intrinsic + 300);
}

TEST_CASE("messages succeed or fail together; fee and nonce stay") {
    Chain c;
    const Amount anna = c.liquid(c.anna), bob = c.liquid(c.bob);
    const Receipt r =
        c.run(c.anna, {pay(c.bob.address(), tokens(1)), RegisterProvider{"x"}, pay(c.bob.address(), tokens(100'000))});
    CHECK(r.code == "insufficient_funds");
    CHECK(r.events.empty());
    CHECK(c.liquid(c.bob) == bob);
    CHECK(c.liquid(c.anna).units == anna.units - r.fee.units);
    CHECK(c.nonce(c.anna) == 1);
    CHECK_FALSE(c.read([&](const StateView& s) { return s.provider(c.anna.address()); }).has_value());

    const Receipt both =
        c.run(c.anna, {pay(c.bob.address(), tokens(1)), RegisterProvider{"x"}, pay(c.carl.address(), tokens(2))});
    CHECK(both.code == "ok");
    CHECK(c.liquid(c.bob).units == bob.units + tokens(1).units);
    CHECK(c.provider(c.anna).endpoint == "x");
}

TEST_CASE("simulation has no effect and says what execution will say") {
    Chain c;
    const Hash root = c.app->info().app_hash;
    const Bytes good = c.tx(c.anna, pay(c.bob.address(), tokens(3)));
    const Bytes bad = c.tx(c.anna, pay(c.bob.address(), tokens(100'000)));
    REQUIRE(c.app->simulate(good).ok());
    CHECK(c.app->simulate(good)->code == "ok");
    CHECK(c.app->simulate(bad)->code == "insufficient_funds");
    CHECK(c.app->simulate(c.tx(c.anna, {pay(c.bob.address(), tokens(3))}, {.gas = 1})).error().code ==
          Code::gas_too_low);
    // The same before anybody has signed; what costs more to try than its fee is not tried for nobody.
    const auto body_of = [](const Bytes& raw) { return borsh::decode<Tx>(raw)->body; };
    CHECK(c.app->simulate(body_of(good))->gas_used == c.app->simulate(good)->gas_used);
    CHECK(c.app->simulate(body_of(bad))->code == "insufficient_funds");
    CHECK(c.app->simulate(body_of(c.tx(c.anna, OpenWork{}))).error().code == Code::bad_signature);
    CHECK(c.app->simulate(body_of(c.tx(c.anna, CommitWork{}))).error().code == Code::bad_signature);
    CHECK(c.app->simulate(body_of(c.tx(c.anna, Dispute{}))).error().code == Code::bad_signature);
    TxBody elsewhere = body_of(good);
    elsewhere.chain_id = "another-1";
    CHECK(c.app->simulate(elsewhere).error().code == Code::wrong_chain);
    CHECK(c.app->info().app_hash == root);
    CHECK(c.nonce(c.anna) == 0);
    CHECK(c.run(bad).code == "insufficient_funds");
}

}  // namespace assay::chain::test
