// The node's secrets on disk.
#include "base/sha256.hpp"
#include "node/files.hpp"
#include "node/keys.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::node;

TEST_CASE("a consensus key signs, is kept 0600 and comes back the same") {
    auto folder = TemporaryDirectory::make("keys");
    REQUIRE(folder.ok());
    const auto path = folder->path() / "consensus.json";
    const ConsensusKey key = ConsensusKey::generate();
    const Hash message = sha256(as_bytes("a header"));
    const Signature s = key.sign(message);
    CHECK(verify_consensus_signature(key.public_key(), message, s));
    Signature wrong = s;
    wrong.bytes[10] ^= 1;
    CHECK_FALSE(verify_consensus_signature(key.public_key(), message, wrong));
    CHECK_FALSE(verify_consensus_signature(key.public_key(), sha256(as_bytes("another")), s));
    REQUIRE(key.save(path).ok());
    CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    const auto again = ConsensusKey::load(path);
    REQUIRE(again.ok());
    CHECK(again->public_key() == key.public_key());
    CHECK(again->sign(message) == s);
}

TEST_CASE("a key file that others can read, or that is damaged, is refused") {
    auto folder = TemporaryDirectory::make("keys");
    REQUIRE(folder.ok());
    const auto path = folder->path() / "consensus.json";
    const ConsensusKey key = ConsensusKey::generate();
    REQUIRE(key.save(path).ok());
    std::filesystem::permissions(path, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
    CHECK(ConsensusKey::load(path).error().code == Code::io_error);

    const std::string good = [&] {
        REQUIRE(key.save(path).ok());
        return *read_file(path);
    }();
    std::string changed = good;
    const auto at = changed.find("\"public\":\"") + 10;
    changed[at] = changed[at] == '0' ? '1' : '0';
    for (const std::string& bad : {std::string(), std::string("{}"), good.substr(0, 40), changed}) {
        REQUIRE(write_file(path, bad, 0600).ok());
        const auto loaded = ConsensusKey::load(path);
        REQUIRE_FALSE(loaded.ok());
        CHECK(loaded.error().code == Code::keystore_malformed);
        CHECK(loaded.error().message.find(good.substr(30, 40)) == std::string::npos);
    }
    CHECK(ConsensusKey::load(folder->path() / "none").error().code == Code::io_error);
}

TEST_CASE("a beacon secret comes back the same") {
    auto folder = TemporaryDirectory::make("keys");
    REQUIRE(folder.ok());
    const auto path = folder->path() / "beacon.json";
    BeaconSecret s = BeaconSecret::generate(1234);
    s.start = Height{9};
    REQUIRE(save_beacon_secret(s, path).ok());
    const auto back = load_beacon_secret(path);
    REQUIRE(back.ok());
    CHECK(back->seed == s.seed);
    CHECK(back->length == 1234);
    CHECK(back->start == Height{9});
}
