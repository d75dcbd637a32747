// BIP-39 and BIP-32 against the public vectors.
#include <cryptopp/sha.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "wallet/keys/bip32.hpp"
#include "wallet/keys/bip39.hpp"
#include "wallet/keys/keystore.hpp"
#include "wallet/keys/xpub.hpp"

using namespace assay;
using namespace assay::wallet;

namespace {

using Json = nlohmann::json;

const std::filesystem::path kVectors = std::filesystem::path(ASSAY_SHARED_DIR) / "vectors";

std::optional<Json> load(const std::filesystem::path& file) {
    std::ifstream in(kVectors / file);
    if (!in) {
        WARN("skipped: " << (kVectors / file).string() << " is not there");
        return std::nullopt;
    }
    return Json::parse(in);
}

std::string hex(const SecureBytes& bytes) {
    return to_hex(ByteView(bytes.data(), bytes.size()));
}

/// Base58Check, only here: the vectors write extended keys in it.
std::string base58check(Bytes data) {
    const Hash sum = sha256(sha256(data).view());
    data.insert(data.end(), sum.bytes.begin(), sum.bytes.begin() + 4);
    constexpr std::string_view kAlphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    std::vector<int> digits{0};
    for (const std::uint8_t byte : data) {
        int carry = byte;
        for (int& d : digits) {
            carry += d * 256;
            d = carry % 58;
            carry /= 58;
        }
        for (; carry != 0; carry /= 58) digits.push_back(carry % 58);
    }
    std::string out;
    for (std::size_t i = 0; i < data.size() && data[i] == 0; ++i) out += '1';
    for (auto d = digits.rbegin(); d != digits.rend(); ++d) out += kAlphabet[static_cast<std::size_t>(*d)];
    return out;
}

void be32(Bytes& out, std::uint32_t v) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(v >> shift));
}

std::string extended(const ExtendedKey& key, bool secret) {
    Bytes out;
    be32(out, secret ? 0x0488ade4u : 0x0488b21eu);
    out.push_back(key.depth);
    be32(out, key.parent_fingerprint);
    be32(out, key.child);
    out.insert(out.end(), key.chain_code.begin(), key.chain_code.end());
    if (secret) {
        out.push_back(0);
        out.insert(out.end(), key.secret.begin(), key.secret.end());
    } else {
        const Bytes point = key.compressed_public();
        out.insert(out.end(), point.begin(), point.end());
    }
    return base58check(out);
}

}  // namespace

TEST_CASE("every public BIP-39 vector: entropy, words, seed and master key agree") {
    const auto vectors = load("bip39/vectors.json");
    if (!vectors) return;
    std::size_t count = 0;
    for (const Json& v : vectors->at("english")) {
        const std::string entropy = v[0], words = v[1], seed = v[2], master = v[3];
        INFO(words);
        const auto raw = from_hex(entropy);
        REQUIRE(raw.ok());
        const auto made = mnemonic_from_entropy(*raw);
        REQUIRE(made.ok());
        CHECK(std::string(made->view()) == words);
        const auto back = entropy_from_mnemonic(words);
        REQUIRE(back.ok());
        CHECK(hex(*back) == entropy);
        const SecureBytes derived = seed_from_mnemonic(words, "TREZOR");
        CHECK(hex(derived) == seed);
        const auto key = ExtendedKey::from_seed(derived);
        REQUIRE(key.ok());
        CHECK(extended(*key, true) == master);
        ++count;
    }
    CHECK(count >= 24);
}

TEST_CASE("the word list is that of BIP-39: sorted, distinct in four letters") {
    std::set<std::string> heads;
    for (std::size_t i = 0; i < kEnglishWords.size(); ++i) {
        if (i != 0) CHECK(kEnglishWords[i - 1] < kEnglishWords[i]);
        heads.insert(std::string(kEnglishWords[i].substr(0, 4)));
    }
    CHECK(heads.size() == 2048);
    std::ifstream in(kVectors / "bip39/english.txt");
    if (!in) return;
    std::string word;
    for (std::size_t i = 0; in >> word; ++i) CHECK(word == kEnglishWords[i]);
}

TEST_CASE("every valid BIP-32 vector: private and public keys along each path") {
    const auto vectors = load("bip32/index.json");
    if (!vectors) return;
    std::size_t keys = 0;
    for (const Json& v : vectors->at("valid")) {
        const Json& master = v.at("master");
        if (!master.contains("seed") || master.value("base58Priv", "").substr(0, 4) != "xprv") continue;
        const auto seed = from_hex(master.at("seed").get<std::string>());
        REQUIRE(seed.ok());
        const auto root = ExtendedKey::from_seed(*seed);
        REQUIRE(root.ok());
        CHECK(extended(*root, true) == master.at("base58Priv").get<std::string>());
        CHECK(extended(*root, false) == master.at("base58").get<std::string>());
        for (const Json& child : v.at("children")) {
            if (!child.contains("privKey")) continue;
            const std::string path = child.at("path");
            INFO(path);
            const auto key = root->derive(path);
            REQUIRE(key.ok());
            CHECK(hex(key->secret) == child.at("privKey").get<std::string>());
            CHECK(hex(key->chain_code) == child.at("chainCode").get<std::string>());
            CHECK(to_hex(key->compressed_public()) == child.at("pubKey").get<std::string>());
            CHECK(extended(*key, true) == child.at("base58Priv").get<std::string>());
            CHECK(extended(*key, false) == child.at("base58").get<std::string>());
            const auto shown = ExtendedPublicKey::of(*key);
            CHECK(shown.text() == child.at("base58").get<std::string>());
            const auto back = ExtendedPublicKey::parse(shown.text());
            REQUIRE(back.ok());
            CHECK(back->text() == shown.text());
            CHECK(back->child_key(7)->text() == ExtendedPublicKey::of(*key->child_key(7)).text());
            ++keys;
        }
    }
    CHECK(keys >= 10);
}

TEST_CASE("a wrong word is named by its place and the near words, never with the others") {
    const std::string words =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    CHECK(entropy_from_mnemonic("  ABANDON" + words.substr(7) + "\n").ok());
    const auto wrong = entropy_from_mnemonic("abandon zeebra" + words.substr(15));
    REQUIRE_FALSE(wrong.ok());
    CHECK(wrong.error().code == Code::bad_mnemonic);
    CHECK(wrong.error().message.find("word 2") != std::string::npos);
    CHECK(wrong.error().message.find("zebra") != std::string::npos);
    CHECK(wrong.error().message.find("about") == std::string::npos);
    const auto checksum = entropy_from_mnemonic(words.substr(0, words.size() - 5) + "abandon");
    REQUIRE_FALSE(checksum.ok());
    CHECK(checksum.error().message.find("checksum") != std::string::npos);
    // One slip of the pen: a near word of the list, or two neighbours.
    const std::string typed = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    REQUIRE(entropy_from_mnemonic(typed).ok());
    const auto near = entropy_from_mnemonic("legal winter" + typed.substr(12));
    CHECK(near.error().message.find("word 2 as 'winner'") != std::string::npos);
    const auto swapped = entropy_from_mnemonic("winner legal" + typed.substr(12));
    CHECK(swapped.error().message.find("words 1 and 2 swapped") != std::string::npos);
    CHECK_FALSE(entropy_from_mnemonic("abandon about").ok());
    CHECK_FALSE(entropy_from_mnemonic("").ok());
    CHECK_FALSE(mnemonic_from_entropy(Bytes(17)).ok());
}

TEST_CASE("entropy of every size survives the way through words") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 200; ++i) {
        const Bytes entropy = random.bytes(16 + 4 * random.below(5));
        const auto words = mnemonic_from_entropy(entropy);
        REQUIRE(words.ok());
        const auto back = entropy_from_mnemonic(words->view());
        REQUIRE(back.ok());
        CHECK(hex(*back) == to_hex(entropy));
    }
}

TEST_CASE("a malformed key path is refused with its place") {
    const auto root = ExtendedKey::from_seed(Bytes(32, 7));
    REQUIRE(root.ok());
    for (const char* path : {"", "x", "m/", "m//1", "m/1/", "m/2147483648", "m/1''", "m/-1", "m/1x", "44'/0"}) {
        INFO(path);
        CHECK_FALSE(root->derive(path).ok());
    }
    CHECK(root->derive("m").ok());
    CHECK(hex(root->derive("m/44h/1")->secret) == hex(root->derive("m/44'/1")->secret));
    CHECK(account_path(1, 2) == "m/44'/8710'/1'/0/2");
}

TEST_CASE("an extended public key is refused with the reason") {
    const auto master = ExtendedKey::from_seed(Bytes(32, 7));
    REQUIRE(master.ok());
    const auto account = master->derive("m/44'/8710'/0'");
    REQUIRE(account.ok());
    const ExtendedPublicKey shown = ExtendedPublicKey::of(*account);
    const std::string text = shown.text();
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string wrong = text;
        wrong[i] = wrong[i] == '7' ? '8' : '7';
        CHECK(ExtendedPublicKey::parse(wrong).error().code == Code::bad_key);
    }
    CHECK(ExtendedPublicKey::parse("").error().code == Code::bad_key);
    CHECK(ExtendedPublicKey::parse(text + "1").error().code == Code::bad_key);
    CHECK(ExtendedPublicKey::parse(extended(*account, true)).error().message.find("xprv") != std::string::npos);
    CHECK(shown.child_key(0x80000000u).error().code == Code::bad_key);
    CHECK(ExtendedPublicKey::of(*master).key_at(0).error().message.find("depth is 0") != std::string::npos);
    // What watches sees the very keys that sign.
    for (const std::uint32_t index : {0u, 1u, 77u}) {
        const auto secret = master->derive(account_path(0, index));
        REQUIRE(secret.ok());
        CHECK(*shown.key_at(index) == Signer::from_secret(secret->secret)->public_key());
    }
}

TEST_CASE("a public key is taken in three forms, and only with the y that signatures have") {
    const auto signer = Signer::from_secret(Bytes(32, 5));
    REQUIRE(signer.ok());
    const std::string x = to_hex({signer->public_key().data(), 32}), both = to_hex(signer->public_key().view());
    for (const std::string& form : {x, "02" + x, "03" + x, both})
        CHECK(*public_key_from_hex(form) == signer->public_key());
    std::string odd = both;
    odd.back() = odd.back() == '0' ? '1' : '0';
    for (const std::string& bad :
         {std::string(), x.substr(2), odd, "05" + x, std::string(64, 'f'), "zz" + x.substr(2)}) {
        INFO(bad);
        CHECK(public_key_from_hex(bad).error().code == Code::bad_key);
    }
}
