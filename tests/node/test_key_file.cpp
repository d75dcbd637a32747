// Keys on their way to another machine: one encrypted file, one home at a time.
#include "node/beacon_keeper.hpp"
#include "node/comet/files.hpp"
#include "node/comet/signer_guard.hpp"
#include "node/files.hpp"
#include "node/init.hpp"
#include "node/json.hpp"
#include "node/key_file.hpp"
#include "node/keys.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::node;
namespace fs = std::filesystem;

namespace {

constexpr const char* kPassword = "correct horse";

struct TwoHomes {
    TemporaryDirectory folder = *TemporaryDirectory::make("moving");
    Home from{folder.path() / "from"}, to{folder.path() / "to"};
    fs::path file = folder.path() / "validator.key";
    TwoHomes() {
        InitOptions options;
        options.beacon_length = 1000;
        const auto made = init_home(from, options);
        if (!made) FAIL(made.error().message);
    }
    [[nodiscard]] Status leave(KeyKind kind = KeyKind::consensus) const {
        return export_keys(from, kind, file, kPassword, KeyCost::light());
    }
};
bool there(const fs::path& p) {
    return fs::exists(p);
}
std::string flipped(std::string text, std::size_t at) {
    text[at] = text[at] == '0' ? '1' : '0';
    return text;
}

}  // namespace

TEST_CASE("a validator's keys leave one home and come to another with what they signed") {
    TwoHomes h;
    const Hash key = ConsensusKey::load(h.from.consensus_key())->public_key();
    const Hash tip = BeaconChain(*load_beacon_secret(h.from.beacon_secret())).tip();
    REQUIRE(make_next_beacon(h.from, 500).ok());
    REQUIRE(make_directory(h.from.cometbft() / "data", 0700).ok());
    REQUIRE(make_directory(h.from.cometbft() / "config", 0700).ok());
    const std::string state = "{\"height\":\"42\",\"round\":0,\"step\":3,\"signature\":\"AA==\",\"signbytes\":\"00\"}";
    REQUIRE(write_file(comet_sign_state(h.from), state, 0600).ok());
    REQUIRE(write_file(comet_validator_key(h.from), "a copy", 0600).ok());
    REQUIRE(write_file(h.from.signed_block(), "the last block", 0600).ok());

    REQUIRE(h.leave().ok());
    CHECK((fs::status(h.file).permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
    const std::string text = *read_file(h.file);
    CHECK(text.find("seed") == std::string::npos);  // nothing secret in clear
    for (const fs::path& p : {h.from.consensus_key(), h.from.beacon_secret(), h.from.next_beacon_secret(),
                              comet_validator_key(h.from), h.from.beacon_cache(), h.from.next_beacon_cache()}) {
        INFO(p.string());
        CHECK_FALSE(there(p));
    }
    CHECK(there(h.from.consensus_key().string() + ".moved"));
    const auto gone = ConsensusKey::load(h.from.consensus_key());
    CHECK(gone.error().code == Code::not_found);
    CHECK(gone.error().message.find("gave its key away") != std::string::npos);

    CHECK(import_keys(h.to, KeyKind::consensus, h.file, "wrong horse").error().code == Code::wrong_password);
    CHECK_FALSE(there(h.to.root));
    REQUIRE(import_keys(h.to, KeyKind::consensus, h.file, kPassword).ok());
    CHECK(ConsensusKey::load(h.to.consensus_key())->public_key() == key);
    CHECK(BeaconChain(*load_beacon_secret(h.to.beacon_secret())).tip() == tip);
    CHECK(there(h.to.next_beacon_secret()));
    CHECK(*read_file(comet_sign_state(h.to)) == state);
    CHECK(*read_file(h.to.signed_block()) == "the last block");
    CHECK(check_signer(h.to, Height{42}, false).ok());  // it was brought here on purpose
    CHECK(import_keys(h.to, KeyKind::consensus, h.file, kPassword).error().code == Code::already_exists);
}

TEST_CASE("an import never takes back what a home has signed") {
    TwoHomes h;
    REQUIRE(sign_only_above(h.from, Height{42}).ok());
    REQUIRE(h.leave().ok());
    REQUIRE(sign_only_above(h.from, Height{50}).ok());
    REQUIRE(import_keys(h.from, KeyKind::consensus, h.file, kPassword).ok());
    CHECK(signed_height(h.from)->value == 50);
    // And once more away and back: the first copy stays where it was put aside.
    fs::remove(h.file);
    REQUIRE(h.leave().ok());
    CHECK(there(h.from.consensus_key().string() + ".moved"));
    CHECK(there(h.from.consensus_key().string() + ".moved.2"));
}

TEST_CASE("a changed byte, another kind, a weak password: nothing comes, nothing goes") {
    TwoHomes h;
    CHECK(export_keys(h.from, KeyKind::consensus, h.file, "short", KeyCost::light()).error().code ==
          Code::weak_password);
    CHECK(export_keys(h.from, KeyKind::consensus, h.file, "aaaaaaaaaa", KeyCost::light()).error().code ==
          Code::weak_password);
    CHECK_FALSE(there(h.file));
    REQUIRE(write_file(h.file, "somebody's").ok());
    CHECK(h.leave().error().code == Code::already_exists);
    CHECK(*read_file(h.file) == "somebody's");
    CHECK(there(h.from.consensus_key()));
    CHECK(import_keys(h.to, KeyKind::consensus, h.file, kPassword).error().code == Code::keystore_malformed);
    fs::remove(h.file);

    REQUIRE(h.leave(KeyKind::node).ok());
    CHECK(import_keys(h.to, KeyKind::consensus, h.file, kPassword).error().code == Code::field_out_of_range);
    const std::string good = *read_file(h.file);
    for (const char* field : {"\"public\": \"", "\"salt\": \"", "\"nonce\": \"", "\"sealed\": \""}) {
        INFO(field);
        REQUIRE(write_file(h.file, flipped(good, good.find(field) + std::string_view(field).size())).ok());
        CHECK(import_keys(h.to, KeyKind::node, h.file, kPassword).error().code == Code::wrong_password);
    }
    std::string dearer = good;
    dearer.replace(dearer.find("\"n\": 4096"), 9, "\"n\": 2048");
    REQUIRE(write_file(h.file, dearer).ok());
    CHECK(import_keys(h.to, KeyKind::node, h.file, kPassword).error().code == Code::wrong_password);
    dearer = good;
    dearer.replace(dearer.find("\"n\": 4096"), 9, "\"n\": 1073741824");
    REQUIRE(write_file(h.file, dearer).ok());
    CHECK(import_keys(h.to, KeyKind::node, h.file, kPassword).error().code == Code::keystore_malformed);
    CHECK_FALSE(there(h.to.root));
}

TEST_CASE("each kind of key goes alone, and retiring puts it aside") {
    TwoHomes h;
    const std::string id = *node_id(h.from);
    REQUIRE(h.leave(KeyKind::node).ok());
    CHECK(there(h.from.consensus_key()));
    CHECK(node_id(h.from).error().code == Code::not_found);  // no new identity by accident
    REQUIRE(import_keys(h.to, KeyKind::node, h.file, kPassword).ok());
    CHECK(*node_id(h.to) == id);
    CHECK_FALSE(there(h.to.consensus_key()));
    CHECK(retire_keys(h.to, KeyKind::beacon).error().code == Code::not_found);
    fs::remove(h.file);

    REQUIRE(h.leave(KeyKind::beacon).ok());
    CHECK(there(h.from.consensus_key()));
    CHECK_FALSE(there(h.from.beacon_secret()));
    REQUIRE(import_keys(h.from, KeyKind::beacon, h.file, kPassword).ok());
    REQUIRE(retire_keys(h.from, KeyKind::consensus).ok());
    CHECK_FALSE(there(h.from.consensus_key()));
    CHECK_FALSE(there(h.from.beacon_secret()));
    CHECK(key_kind("beacon").value() == KeyKind::beacon);
    CHECK(key_kind("faucet").error().code == Code::field_out_of_range);
}
