// Who signed: BIP-340 vectors through the chain's own check, wrong keys, k of n, and the same txid under other auth.
#include <fstream>
#include <sstream>

#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

std::vector<std::string> fields(const std::string& line) {
    std::vector<std::string> out;
    std::stringstream in(line);
    for (std::string f; std::getline(in, f, ',');) out.push_back(f);
    return out;
}

Bytes hex(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    auto out = from_hex(text);
    REQUIRE(out.ok());
    return *out;
}

// x|y with even y, or nothing where x is on no point of the curve.
std::optional<PublicKey> lift(const Bytes& x) {
    std::uint8_t compressed[33] = {2};
    std::memcpy(compressed + 1, x.data(), 32);
    secp256k1_pubkey pub;
    if (secp256k1_ec_pubkey_parse(context(), &pub, compressed, sizeof(compressed)) != 1) return std::nullopt;
    std::uint8_t raw[65];
    std::size_t n = sizeof(raw);
    secp256k1_ec_pubkey_serialize(context(), raw, &n, &pub, SECP256K1_EC_UNCOMPRESSED);
    return PublicKey::from({raw + 1, 64});
}

Auth multisig(std::uint8_t threshold, const std::vector<Key>& keys, const std::vector<bool>& signs,
              const TxBody& body) {
    Auth a;
    a.threshold = threshold;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        a.keys.push_back(keys[i].public_key());
        a.signatures.push_back(signs[i] ? std::optional(keys[i].sign(txid(body))) : std::nullopt);
    }
    return a;
}

}  // namespace

TEST_CASE("the BIP-340 vectors pass and fail as they say") {
    std::ifstream in(std::string(ASSAY_SHARED_DIR) + "/vectors/bip340/test-vectors.csv");
    if (!in) {
        WARN("skipped: no vectors/bip340 in " << ASSAY_SHARED_DIR);
        return;
    }
    std::string line;
    std::getline(in, line);
    int valid = 0, invalid = 0;
    while (std::getline(in, line)) {
        const auto f = fields(line);
        if (f.size() < 7 || f[4].size() != 64) continue;  // the chain signs 32 bytes, a txid
        const auto key = lift(hex(f[2]));
        const bool expected = f[6] == "TRUE";
        INFO("vector " << f[0]);
        if (!key) {
            CHECK_FALSE(expected);
            PublicKey off_curve;  // x as it stands, y made up: the chain must refuse the point
            std::memcpy(off_curve.data(), hex(f[2]).data(), 32);
            CHECK_FALSE(verify_auth(Auth::single(off_curve, Signature::from(hex(f[5]))), address_of(off_curve),
                                    Hash::from(hex(f[4])))
                            .ok());
            ++invalid;
            continue;
        }
        const auto ok =
            verify_auth(Auth::single(*key, Signature::from(hex(f[5]))), address_of(*key), Hash::from(hex(f[4])));
        CHECK(ok.ok() == expected);
        if (!ok) CHECK(ok.error().code == Code::bad_signature);
        ++(expected ? valid : invalid);
    }
    CHECK(valid >= 5);
    CHECK(invalid >= 10);
}

TEST_CASE("a wrong signature or another's key is refused") {
    Chain c;
    const TxBody body = Chain::body(c.anna, 0, {pay(c.bob.address(), tokens(1))}, {});
    const Hash id = txid(body);
    const auto word = [&](const Auth& a) { return c.checked(borsh::encode(Tx{body, a})); };
    CHECK(word(Auth::single(c.anna.public_key(), c.anna.sign(id))) == "ok");
    CHECK(word(Auth::single(c.anna.public_key(), c.bob.sign(id))) == "bad_signature");
    CHECK(word(Auth::single(c.bob.public_key(), c.bob.sign(id))) == "bad_signature");
    CHECK(word(Auth::single(c.anna.public_key(), c.anna.sign(Hash{}))) == "bad_signature");
    CHECK(word(Auth::single(c.anna.public_key(), Signature{})) == "bad_signature");
    Auth none = Auth::single(c.anna.public_key(), c.anna.sign(id));
    none.signatures = {std::nullopt};
    CHECK(word(none) == "bad_signature");
    Auth zero = Auth::single(c.anna.public_key(), c.anna.sign(id));
    zero.threshold = 0;
    CHECK(word(zero) == "bad_signature");
    zero.threshold = 2;
    CHECK(word(zero) == "bad_signature");
    CHECK(word(Auth{}) == "tx_malformed");
    Auth extra = Auth::single(c.anna.public_key(), c.anna.sign(id));
    extra.signatures.push_back(std::nullopt);
    CHECK(word(extra) == "tx_malformed");

    SECTION("the other y of the same x is another encoding, and refused") {
        std::uint8_t raw[65] = {4};
        std::memcpy(raw + 1, c.anna.public_key().data(), 64);
        secp256k1_pubkey pub;
        REQUIRE(secp256k1_ec_pubkey_parse(context(), &pub, raw, sizeof(raw)) == 1);
        REQUIRE(secp256k1_ec_pubkey_negate(context(), &pub) == 1);
        std::size_t n = sizeof(raw);
        secp256k1_ec_pubkey_serialize(context(), raw, &n, &pub, SECP256K1_EC_UNCOMPRESSED);
        const PublicKey odd = PublicKey::from({raw + 1, 64});
        CHECK(address_of(odd) == c.anna.address());
        CHECK(word(Auth::single(odd, c.anna.sign(id))) == "bad_signature");
    }
    SECTION("a key that is no point") {
        PublicKey off = c.anna.public_key();
        off.bytes[63] ^= 2;
        CHECK(word(Auth::single(off, c.anna.sign(id))) == "bad_signature");
    }
}

TEST_CASE("A4: the same transaction under other auth bytes is judged by its own bytes") {
    // With warm and with cold caches all nodes say the same.
    Chain c;
    const TxBody body = Chain::body(c.anna, 0, {pay(c.bob.address(), tokens(1))}, {});
    const Bytes good = Chain::signed_by(c.anna, body);
    const Bytes bad = borsh::encode(Tx{body, Auth::single(c.anna.public_key(), c.bob.sign(txid(body)))});
    REQUIRE(txid(borsh::decode<Tx>(bad)->body) == txid(body));

    CHECK(c.checked(bad) == "bad_signature");  // cold
    CHECK(c.checked(good) == "ok");            // warms the cache for these bytes
    CHECK(c.checked(bad) == "bad_signature");
    CHECK(c.checked(good) == "ok");
    // Another valid signature is another cache entry and the same transaction.
    CHECK(c.checked(Chain::signed_by(c.anna, body, 1)) == "ok");
    CHECK(Chain::signed_by(c.anna, body, 1) != good);

    auto made = c.app->make_block(c.next_proposal(), {good});
    REQUIRE(made.ok());
    Block altered = *made;
    altered.txs = {bad};
    altered.header.tx_root = transactions_root(altered.txs);
    CHECK_FALSE(c.app->process_proposal(altered).ok());
    // Decided all the same, warm here and cold in the replay: no effect on either.
    const auto results = c.decide(altered);
    REQUIRE(results.receipts.size() == 1);
    CHECK(results.receipts[0].code == "not_includable");
    CHECK(c.nonce(c.anna) == 0);
    c.replay(options(1));
}

TEST_CASE("a multisig needs exactly k of its n keys") {
    const std::vector<Key> keys{Key(31), Key(32), Key(33)};
    std::vector<PublicKey> publics;
    for (const Key& k : keys) publics.push_back(k.public_key());
    const Address shared = address_of(2, publics);
    Chain c([&](Genesis& g) { g.accounts.push_back({shared, tokens(50)}); });
    TxBody body = Chain::body(c.anna, 0, {pay(c.bob.address(), tokens(1))}, {});
    body.sender = shared;
    const auto word = [&](const Auth& a) { return c.checked(borsh::encode(Tx{body, a})); };

    CHECK(word(multisig(2, keys, {true, true, false}, body)) == "ok");
    CHECK(word(multisig(2, keys, {true, false, true}, body)) == "ok");
    CHECK(word(multisig(2, keys, {false, true, true}, body)) == "ok");
    CHECK(word(multisig(2, keys, {true, false, false}, body)) == "bad_signature");
    CHECK(word(multisig(2, keys, {true, true, true}, body)) == "bad_signature");  // one more is another encoding
    CHECK(word(multisig(1, keys, {true, false, false}, body)) ==
          "bad_signature");  // another threshold, another address
    CHECK(word(multisig(3, keys, {true, true, true}, body)) == "bad_signature");
    CHECK(word(multisig(2, {keys[1], keys[0], keys[2]}, {true, true, false}, body)) == "bad_signature");
    Auth swapped = multisig(2, keys, {true, true, false}, body);
    std::swap(swapped.signatures[0], swapped.signatures[1]);
    CHECK(word(swapped) == "bad_signature");
    // A key that does not sign is looked at too: its y stands in no txid.
    Auth odd = multisig(2, keys, {true, true, false}, body);
    odd.keys[2].bytes[63] ^= 1;
    CHECK(word(odd) == "bad_signature");

    // Gas counts the signatures: k of them.
    const Bytes raw = borsh::encode(Tx{body, multisig(2, keys, {true, true, false}, body)});
    CHECK(intrinsic_gas(body, multisig(2, keys, {true, true, false}, body), raw.size()) ==
          kGasTx + kGasPerByte * raw.size() + 2 * kGasPerSignature);
    const Receipt r = c.run(raw);
    CHECK(r.code == "ok");
    CHECK(c.read([&](const StateView& s) { return s.account(shared); }).nonce == 1);
}

TEST_CASE("a multisig has at most 16 keys") {
    Chain c;
    std::vector<Key> keys;
    for (std::uint32_t i = 0; i < 17; ++i) keys.emplace_back(100 + i);
    const auto word = [&](std::size_t n) {
        std::vector<PublicKey> publics;
        for (std::size_t i = 0; i < n; ++i) publics.push_back(keys[i].public_key());
        TxBody body = Chain::body(c.anna, 0, {pay(c.bob.address(), tokens(1))}, {});
        body.sender = address_of(1, publics);
        std::vector<bool> signs(n, false);
        signs[n - 1] = true;
        return c.checked(borsh::encode(Tx{
            body,
            multisig(1, std::vector<Key>(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(n)), signs, body)}));
    };
    CHECK(word(16) == "insufficient_funds");  // signed rightly by an empty account
    CHECK(word(17) == "tx_malformed");
}

}  // namespace assay::chain::test
