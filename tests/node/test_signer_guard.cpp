// A home that was copied, moved or put back from a backup: who may sign.
#include "base/sha256.hpp"
#include "chain/app.hpp"
#include "node/comet/files.hpp"
#include "node/comet/signer_guard.hpp"
#include "node/files.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"
#include "tests/support/catch.hpp"
#include "tokenomics/presets.hpp"

using namespace assay;
using namespace assay::node;
namespace fs = std::filesystem;

namespace {

struct SignerHome {
    TemporaryDirectory folder = *TemporaryDirectory::make("signer");
    Home home{folder.path() / "home"};
    SignerHome() {
        REQUIRE(make_directory(home.keys(), 0700).ok());
        REQUIRE(ConsensusKey::generate().save(home.consensus_key()).ok());
    }
    [[nodiscard]] Home other(const char* name) const { return Home{folder.path() / name}; }
};

void signs(const Home& home, std::uint64_t height) {
    REQUIRE(make_directory(home.cometbft() / "data", 0700).ok());
    REQUIRE(write_file(comet_sign_state(home),
                       "{\"height\":\"" + std::to_string(height) +
                           "\",\"round\":0,\"step\":3,\"signature\":\"AA==\",\"signbytes\":\"00\"}",
                       0600)
                .ok());
}
std::string refused(const Home& home, std::uint64_t seen = 0) {
    const auto done = check_signer(home, Height{seen}, false);
    REQUIRE_FALSE(done.ok());
    CHECK(done.error().code == Code::signer_moved);
    CHECK(done.error().message.find("assayd start --new-signer") != std::string::npos);
    return done.error().message;
}
bool signs_here(const Home& home, std::uint64_t seen = 0) {
    const auto done = check_signer(home, Height{seen}, false);
    if (!done) UNSCOPED_INFO(done.error().message);
    return done.ok();
}
bool says(const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("a home signs where it began; a copy does not until it is told to") {
    SignerHome h;
    CHECK(signs_here(h.home));
    signs(h.home, 10);
    CHECK(signs_here(h.home, 9));
    CHECK(signs_here(h.home, 10));

    const Home copy = h.other("copy");
    fs::copy(h.home.root, copy.root, fs::copy_options::recursive);
    CHECK(says(refused(copy), "signs in " + h.home.root.string()));
    CHECK(says(refused(copy), "signs in " + h.home.root.string()));  // asking changes nothing
    CHECK(signs_here(h.home));
    REQUIRE(check_signer(copy, Height{0}, true).ok());
    CHECK(signs_here(copy));
    CHECK(signed_height(copy)->value == 10);
}

TEST_CASE("a renamed home, and a disk with another number, are the same place") {
    SignerHome h;
    CHECK(signs_here(h.home));
    const Home renamed = h.other("renamed");
    fs::rename(h.home.root, renamed.root);
    CHECK(signs_here(renamed));

    SignerPlace a = *signer_place(renamed), b = a;
    b.device += 1;
    CHECK(same_place(a, b));
    b.path += "/elsewhere";
    CHECK_FALSE(same_place(a, b));
    b = a;
    b.inode += 1;
    CHECK_FALSE(same_place(a, b));
    b = a;
    b.machine.bytes[0] ^= 1;
    CHECK_FALSE(same_place(a, b));

    // Another machine-id, and none at all, are other machines.
    const fs::path id = h.folder.path() / "machine-id";
    REQUIRE(write_file(id, "0123456789abcdef0123456789abcdef\n").ok());
    CHECK_FALSE(same_place(*signer_place(renamed, id), *signer_place(renamed, h.folder.path() / "none")));
}

TEST_CASE("an older sign state is told by what was written down and by the chain's own blocks") {
    SignerHome h;
    signs(h.home, 0);
    CHECK(signs_here(h.home));
    signs(h.home, 40);
    CHECK(signs_here(h.home));
    signs(h.home, 30);
    CHECK(says(refused(h.home), "ends at height 30, and this key has signed up to 40"));
    signs(h.home, 41);
    CHECK(signs_here(h.home));
    CHECK(says(refused(h.home, 50), "ends at height 41, and the chain has a block of this key at height 50"));

    // Taking over signs nothing up to there.
    REQUIRE(check_signer(h.home, Height{50}, true).ok());
    const Json state = Json::parse(*read_file(comet_sign_state(h.home)));
    CHECK(state == Json{{"height", "50"}, {"round", 2147483647}, {"step", 3}});
    CHECK(signs_here(h.home, 50));
}

TEST_CASE("signer.json that is gone, damaged or of another key") {
    SignerHome h;
    signs(h.home, 5);
    CHECK(says(refused(h.home), "signer.json is gone, and this key has signed up to height 5"));
    REQUIRE(adopt_signer(h.home).ok());
    CHECK(signs_here(h.home));
    // Another key has signed nothing yet.
    REQUIRE(ConsensusKey::generate().save(h.home.consensus_key()).ok());
    CHECK(signs_here(h.home));
    REQUIRE(write_file(h.home.signer(), "{\"key\":1}").ok());
    CHECK(check_signer(h.home, Height{0}, false).error().code == Code::keystore_malformed);
    CHECK(check_signer(h.home, Height{0}, true).error().code == Code::keystore_malformed);
    fs::remove(h.home.signer());
    REQUIRE(write_file(comet_sign_state(h.home), "{\"height\":\"-1\"}").ok());
    CHECK(check_signer(h.home, Height{0}, false).error().code == Code::keystore_malformed);
}

TEST_CASE("the sign state is never lowered") {
    SignerHome h;
    signs(h.home, 20);
    REQUIRE(sign_only_above(h.home, Height{19}).ok());
    CHECK(says(*read_file(comet_sign_state(h.home)), "signbytes"));
    REQUIRE(sign_only_above(h.home, Height{20}).ok());
    CHECK_FALSE(says(*read_file(comet_sign_state(h.home)), "signbytes"));
    CHECK(signed_height(h.home)->value == 20);
}

TEST_CASE("the last block that this key proposed is found in the chain") {
    chain::LocalValidator local;
    local.consensus_key = sha256(as_bytes("me"));
    local.beacon_tip = sha256(as_bytes("tip"));
    const auto genesis = *chain::parse_genesis(*tokenomics::preset_text("devnet"), "devnet.json", local);
    auto folder = TemporaryDirectory::make("own");
    auto app = *chain::App::open({.dir = folder->path().string(), .sync = false});
    CHECK(last_own_block(*app, local.consensus_key).value == 0);
    REQUIRE(app->init_chain(genesis).ok());
    CHECK(last_own_block(*app, local.consensus_key).value == 0);
    for (std::uint64_t t = 1; t <= 3; ++t) {
        const auto block =
            app->make_block({TimeMs{genesis.time.value + 1000 * t}, genesis.validators[0].operator_address, {}}, {});
        REQUIRE(block.ok());
        REQUIRE(app->finalize_block(*block).ok());
        REQUIRE(app->commit().ok());
    }
    CHECK(last_own_block(*app, local.consensus_key).value == 3);
    CHECK(last_own_block(*app, sha256(as_bytes("somebody"))).value == 0);
}
