// What the wallet builds and signs is what the chain accepts.
#include <algorithm>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "wallet/client/message_json.hpp"
#include "wallet/client/message_read.hpp"
#include "wallet/client/multisig.hpp"
#include "wallet/client/signed_message.hpp"
#include "wallet/client/tx_builder.hpp"
#include "wallet/client/tx_file.hpp"

using namespace assay;
using namespace assay::wallet;

namespace {

ChainInfo devnet() {
    ChainInfo chain;
    chain.chain_id = "assay-devnet-1";
    chain.height = 40;
    chain.min_gas_price = Amount{3};
    return chain;
}

Signer key(std::uint8_t n) {
    Bytes secret(32, 0);
    secret[31] = n;
    auto signer = Signer::from_secret(secret);
    REQUIRE(signer.ok());
    return std::move(signer).value();
}

// In two transactions: one has at most 16 messages.
std::vector<std::vector<chain::Message>> one_of_each(const Address& who) {
    const std::vector<chain::Message> all{
        chain::Transfer{{{who, Amount{5}, "tag"}}},
        chain::CreateVesting{who, Amount{5}, TimeMs{1}, TimeMs{2}, TimeMs{3}},
        chain::BurnForCredits{Amount{7}, Credits{1}, Credits{}},
        chain::BurnForCredits{Amount{7}, Credits{}, Credits{5}},
        chain::RedeemCredits{Credits{3}},
        chain::RegisterProvider{"http://a"},
        chain::UpdateProvider{"http://b", who, false, Amount{4}},
        chain::UpdateProvider{std::nullopt, std::nullopt, true, Amount{}},
        chain::AddDevice{3, "cpu"},
        chain::RemoveDevice{3},
        chain::Stake{who, Amount{9}},
        chain::Unstake{who, Amount{9}},
        chain::SetCommission{Ppb{50'000'000}},
        chain::ClaimRewards{who},
        chain::Unjail{},
        chain::RegisterValidator{Hash{}, Hash{}, Amount{1}, "v"},
        chain::RotateKey{Hash{}},
        chain::RenewBeacon{Hash{}},
        chain::UnjailValidator{},
        chain::Retire{},
        chain::ReportPrice{Price{100}},
        chain::OpenOrder{"cpu", 2, Credits{3}, Credits{6}, 99},
        chain::OpenOrder{"cpu", 1, Credits{3}, Credits{6}, 99, false, proofs::GemmJob{32, 64, 7, Hash{}, Hash{}}},
        chain::PlaceBid{Hash{}, 1, Credits{2}},
        chain::AcceptBid{Hash{}, who, 1, Credits{2}},
        chain::CloseLease{},
        chain::CancelOrder{},
        chain::Deliver{},
        chain::Propose{{{"market.max_bids", "7"}}, "title", Amount{5}},
        chain::Vote{3, chain::Choice::no}};
    const auto half = all.begin() + 14;
    return {{all.begin(), half}, {half, all.end()}, {chain::Dispute{}}};
}

}  // namespace

TEST_CASE("a signed transaction decodes, verifies and pays the chain's price") {
    const Signer signer = key(3);
    TxOptions options;
    options.nonce = 7;
    options.memo = "hello";
    for (const auto& messages : one_of_each(key(4).address())) {
        const auto body = build_tx_offline(devnet(), signer.address(), messages, options);
        REQUIRE(body.ok());
        CHECK(body->valid_until == 140);
        CHECK(body->gas_limit == chain::suggested_gas(*body));
        CHECK(body->fee == *chain::fee_for(body->gas_limit, Amount{3}));
        const auto tx = sign_tx(*body, signer);
        REQUIRE(tx.ok());
        const auto back = chain::decode_tx(tx->raw, 128 << 10);
        REQUIRE(back.ok());
        CHECK(chain::txid(back->body) == tx->txid);
        CHECK(chain::verify_auth(back->auth, back->body.sender, tx->txid).ok());
        CHECK(chain::intrinsic_gas(back->body, back->auth, tx->raw.size()) <= back->body.gas_limit);

        test::Random random;
        INFO("seed " << test::seed());
        for (int i = 0; i < 300; ++i) {  // one flipped bit anywhere: another id, another signature, or no transaction
            Bytes raw = tx->raw;
            raw[random.below(raw.size())] ^= static_cast<std::uint8_t>(1u << random.below(8));
            const auto damaged = chain::decode_tx(raw, 128 << 10);
            if (!damaged) continue;
            CHECK_FALSE(chain::verify_auth(damaged->auth, damaged->body.sender, chain::txid(damaged->body)).ok());
        }
    }
}

TEST_CASE("a key signs only for its own address, and work goes alone") {
    const auto body = build_tx_offline(devnet(), key(3).address(), {chain::Unjail{}}, {.nonce = 0});
    REQUIRE(body.ok());
    CHECK(sign_tx(*body, key(4)).error().code == Code::bad_signature);
    CHECK(build_tx_offline(devnet(), key(3).address(), {chain::Unjail{}}, {}).error().code == Code::usage);
    CHECK(build_tx_offline(devnet(), key(3).address(), {chain::CommitWork{}, chain::Unjail{}}, {.nonce = 0})
              .error()
              .code == Code::must_be_alone);
    TxOptions free;
    free.nonce = 0;
    free.free = true;
    CHECK(build_tx_offline(devnet(), key(3).address(), {chain::OpenWork{}}, free)->fee == Amount{0});
}

TEST_CASE("a transaction file comes back as it was, signed or not") {
    const Signer signer = key(3);
    TxOptions options;
    options.nonce = 7;
    for (const auto& messages : one_of_each(signer.address())) {
        const auto body = build_tx_offline(devnet(), signer.address(), messages, options);
        REQUIRE(body.ok());
        const auto tx = sign_tx(*body, signer);
        for (const bool with_auth : {false, true}) {
            TxFile file{*body, std::nullopt, "assay"};
            if (with_auth) file.auth = tx->tx.auth;
            const auto back = parse_tx_file(to_json(tx_file_to_json(file), 2));
            REQUIRE(back.ok());
            CHECK(borsh::encode(back->body) == borsh::encode(*body));
            CHECK(back->auth.has_value() == with_auth);
        }
    }
}

TEST_CASE("a transaction file whose words differ from its bytes is refused") {
    TxOptions options;
    options.nonce = 7;
    const auto body =
        build_tx_offline(devnet(), key(3).address(), {chain::Transfer{{{key(4).address(), Amount{5}, ""}}}}, options);
    REQUIRE(body.ok());
    const std::string text = to_json(tx_file_to_json({*body, std::nullopt, "assay"}));
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = text;
        REQUIRE(changed.find(from) != std::string::npos);
        changed.replace(changed.find(from), from.size(), to);
        return parse_tx_file(changed);
    };
    CHECK(with("\"amount\":\"5\"", "\"amount\":\"4\"").error().code == Code::tx_malformed);
    CHECK(with("\"nonce\":7", "\"nonce\":8").error().code == Code::tx_malformed);
    CHECK(with("\"version\":1", "\"version\":2").error().code == Code::tx_malformed);
    CHECK(with("\"body\":\"01", "\"body\":\"02").error().code == Code::tx_malformed);
    CHECK(with("\"auth\":null", "\"auth\":\"00\"").error().code == Code::tx_malformed);
    CHECK(parse_tx_file(text.substr(0, text.size() / 2)).error().code == Code::tx_malformed);
}

TEST_CASE("every message has words for people and fields for programs") {
    for (const auto& messages : one_of_each(key(3).address()))
        for (const auto& m : messages) {
            CHECK_FALSE(message_in_words(m, devnet()).empty());
            CHECK(text_or_empty(message_to_json(m, "assay"), "type") == chain::message_name(m));
        }
}

TEST_CASE("every message comes back from its JSON, but those whose JSON only counts what they carry") {
    for (const auto& messages : one_of_each(key(3).address()))
        for (const auto& m : messages) {
            const json::Value shown = message_to_json(m, "assay");
            const auto back = message_from_json(shown, devnet());
            INFO(to_json(shown));
            if (std::holds_alternative<chain::Dispute>(m)) {
                CHECK(back.error().code == Code::tx_malformed);
                continue;
            }
            REQUIRE(back.ok());
            CHECK(borsh::encode(*back) == borsh::encode(m));
        }
    CHECK(message_from_json(message_to_json(chain::OpenWork{}, "assay"), devnet()).error().code == Code::tx_malformed);
    const chain::Message worker = chain::CommitWork{Hash{}, 2, Hash{}, key(3).address()};
    CHECK(borsh::encode(*message_from_json(message_to_json(worker, "assay"), devnet())) == borsh::encode(worker));
}

TEST_CASE("a message that is wrong is refused with the member's name") {
    const std::string to = encode_address("assay", key(3).address());
    const auto read = [&](const std::string& text) { return messages_from_json(*json::parse(text), devnet()); };
    const std::string good = R"({"type":"transfer","outputs":[{"to":")" + to + R"(","amount":"12.5 ASY"}]})";
    const auto one = read(good);
    REQUIRE(one.ok());
    CHECK(std::get<chain::Transfer>(one->front()).outputs[0].amount == Amount{12'500'000});
    CHECK(read("[" + good + "," + good + "]")->size() == 2);
    CHECK(read(R"({"messages":[)" + good + "]}")->size() == 1);
    const auto wrong = [&](const std::string& text, const std::string& why) {
        INFO(text);
        const auto out = read(text);
        REQUIRE_FALSE(out.ok());
        CHECK(out.error().code == Code::tx_malformed);
        INFO(out.error().message);
        CHECK(out.error().message.find(why) != std::string::npos);
    };
    wrong("[]", "1 to 16");
    wrong("7", "list of objects");
    wrong(R"({"type":"transfre","outputs":[]})", "\"transfer\"");
    wrong(R"([{"type":"transfer"}])", "messages[0]: transfer: outputs");
    wrong(R"({"type":"transfer","outputs":[{"to":")" + to + R"(","amount":"1","tga":"x"}]})", "tga");
    wrong(R"({"type":"transfer","outputs":[{"to":")" + to + R"(","amount":"1.5 AKT"}]})", "amount");
    wrong(R"({"type":"transfer","outputs":[{"to":"assay1x","amount":"1"}]})", "to");
    wrong(R"({"type":"vote","proposal":1,"choice":"maybe"})", "choice");
    wrong(R"({"type":"add_device","slot":4294967296,"device_class":"c"})", "slot");
    wrong(R"({"type":"cancel_order","order":"ab"})", "order");
    wrong(R"({"type":"retire","version":256})", "version");
}

TEST_CASE("k of n: files signed apart are one transaction together") {
    const std::vector<Signer> owners{key(3), key(4), key(5)};
    std::vector<PublicKey> keys;
    for (const Signer& s : owners) keys.push_back(s.public_key());
    const chain::Auth nobody = unsigned_auth(2, keys);
    TxOptions options;
    options.nonce = 7;
    options.extra_gas = multisig_gas(nobody);
    const auto body = build_tx_offline(devnet(), chain::address_of(nobody), {chain::Unjail{}}, options);
    REQUIRE(body.ok());
    const TxFile blank{*body, nobody, "assay"};
    REQUIRE(parse_tx_file(to_json(tx_file_to_json(blank))).ok());
    CHECK(complete(blank).error().message.find("0 of the 2") != std::string::npos);

    std::vector<TxFile> signed_by;
    for (const Signer& s : owners) {
        TxFile copy = blank;
        REQUIRE(add_signature(copy, s).ok());
        REQUIRE(add_signature(copy, s).ok());  // twice is once
        CHECK(count_signatures(*copy.auth) == 1);
        CHECK(complete(copy).error().code == Code::bad_signature);
        signed_by.push_back(copy);
    }
    TxFile foreign = blank;
    CHECK(add_signature(foreign, key(9)).error().code == Code::bad_signature);

    for (const auto& [a, b] : {std::pair{0, 1}, {0, 2}, {1, 2}, {2, 0}}) {
        const auto whole = combine_signatures({signed_by[a], signed_by[b]}, {"a", "b"});
        REQUIRE(whole.ok());
        const auto tx = complete(*whole);
        REQUIRE(tx.ok());
        const auto back = chain::decode_tx(tx->raw, 128 << 10);
        REQUIRE(back.ok());
        CHECK(chain::verify_auth(back->auth, back->body.sender, tx->txid).ok());
        CHECK(chain::intrinsic_gas(back->body, back->auth, tx->raw.size()) <= back->body.gas_limit);
        TxFile more = *whole;
        for (const Signer& s : owners)
            if (std::find_if(whole->auth->keys.begin(), whole->auth->keys.end(), [&](const PublicKey& k) {
                    return k == s.public_key();
                }) == whole->auth->keys.begin() + (3 - a - b))
                CHECK(add_signature(more, s).error().code == Code::bad_signature);  // two are enough
    }
    const auto three = combine_signatures(signed_by, {"a", "b", "c"});  // the chain takes exactly two
    REQUIRE(three.ok());
    CHECK(complete(*three).ok());

    TxFile other = signed_by[1];
    other.body.nonce = 8;
    other.auth = nobody;
    REQUIRE(add_signature(other, owners[1]).ok());
    const auto mixed = combine_signatures({signed_by[0], other}, {"first.json", "second.json"});
    CHECK(mixed.error().code == Code::tx_malformed);
    CHECK(mixed.error().message.find("second.json") != std::string::npos);
    TxFile stolen = signed_by[1];
    stolen.auth->signatures[2] = stolen.auth->signatures[1];
    CHECK(combine_signatures({signed_by[0], stolen}, {"a", "b"}).error().code == Code::bad_signature);
    TxFile fewer = signed_by[1];
    fewer.auth = unsigned_auth(1, keys);
    CHECK_FALSE(combine_signatures({signed_by[0], fewer}, {"a", "b"}).ok());
}

TEST_CASE("a signed message proves its address and is no transaction") {
    const Signer alice = key(3);
    const auto signature = sign_message(alice, "I am alice");
    REQUIRE(signature.ok());
    CHECK(verify_message(alice.address(), "I am alice", *signature).ok());
    CHECK(verify_message(alice.address(), "I am Alice", *signature).error().code == Code::verification_failed);
    CHECK(verify_message(key(4).address(), "I am alice", *signature).error().code == Code::verification_failed);
    for (std::size_t i = 0; i < signature->size(); ++i) {
        Bytes damaged = *signature;
        damaged[i] ^= 1;
        CHECK_FALSE(verify_message(alice.address(), "I am alice", damaged).ok());
        damaged.resize(i);
        CHECK_FALSE(verify_message(alice.address(), "I am alice", damaged).ok());
    }
    // The text of a txid, signed as a message, signs no transaction.
    const auto body = build_tx_offline(devnet(), alice.address(), {chain::Unjail{}}, {.nonce = 0});
    const Hash id = chain::txid(*body);
    const auto trick = sign_message(alice, as_text(id.view()));
    CHECK_FALSE(chain::verify_auth(*borsh::decode<chain::Auth>(*trick), alice.address(), id).ok());
    CHECK(to_hex(message_hash("I am alice").view()) ==
          to_hex(tagged_hash("assay/message", as_bytes("I am alice")).view()));
}
