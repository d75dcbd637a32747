// The node's own hash chain against hashing step by step.
#include "base/sha256.hpp"
#include "node/beacon_chain.hpp"
#include "node/beacon_keeper.hpp"
#include "node/files.hpp"
#include "node/keys.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::node;

namespace {

Hash naive(Hash h, std::uint64_t steps) {
    for (std::uint64_t i = 0; i < steps; ++i) h = sha256(h.view());
    return h;
}

BeaconSecret secret_of(std::uint64_t length, std::uint64_t start = 0) {
    BeaconSecret s;
    s.seed.bytes.fill(0x5a);
    s.length = length;
    s.start = Height{start};
    return s;
}

}  // namespace

TEST_CASE("a step is plain SHA-256 of 32 bytes") {
    Hash h;
    h.bytes.fill(7);
    CHECK(hash_steps(h, 0) == h);
    CHECK(hash_steps(h, 1) == sha256(h.view()));
    CHECK(hash_steps(h, 137) == naive(h, 137));
}

TEST_CASE("every reveal of chains of many lengths is the naive one and leads to the tip") {
    for (const std::uint64_t length : {1ull, 2ull, 4095ull, 4096ull, 4097ull, 10'000ull}) {
        const BeaconSecret s = secret_of(length, 5);
        BeaconChain chain(s);
        INFO("length " << length);
        CHECK(chain.tip() == naive(s.seed, length));
        CHECK_FALSE(chain.reveal(Height{5}).has_value());
        for (const std::uint64_t steps : {std::uint64_t{1}, std::uint64_t{2}, length / 2, length - 1, length}) {
            if (steps == 0 || steps > length) continue;
            const auto r = chain.reveal(Height{5 + steps});
            REQUIRE(r.has_value());
            CHECK(*r == naive(s.seed, length - steps));
            CHECK(naive(*r, steps) == chain.tip());
        }
        CHECK_FALSE(chain.reveal(Height{5 + length + 1}).has_value());
    }
}

TEST_CASE("what is left of a chain counts down to nothing") {
    const BeaconChain chain(secret_of(100, 10));
    CHECK(chain.left(Height{0}) == 100);
    CHECK(chain.left(Height{10}) == 100);
    CHECK(chain.left(Height{11}) == 99);
    CHECK(chain.left(Height{110}) == 0);
    CHECK(chain.left(Height{5000}) == 0);
}

TEST_CASE("a cache gives the same reveals, and one of another secret or a damaged one is not believed") {
    auto folder = TemporaryDirectory::make("beacon");
    REQUIRE(folder.ok());
    const auto cache = folder->path() / "cache";
    const BeaconSecret s = secret_of(50'000);
    BeaconChain fresh(s, cache);
    REQUIRE(std::filesystem::exists(cache));
    CHECK((std::filesystem::status(cache).permissions() & std::filesystem::perms::others_all) ==
          std::filesystem::perms::none);
    BeaconChain again(s, cache);
    CHECK(again.tip() == fresh.tip());
    CHECK(again.reveal(Height{31'234}) == fresh.reveal(Height{31'234}));

    BeaconSecret other = s;
    other.seed.bytes[0] ^= 1;
    CHECK(BeaconChain(other, cache).tip() == naive(other.seed, other.length));

    REQUIRE(write_file(cache, "assay-beacon-1 broken", 0600).ok());
    CHECK(BeaconChain(s, cache).tip() == fresh.tip());
}

TEST_CASE("a chain that is registered later begins at the height that the network gave it, also after a restart") {
    auto folder = TemporaryDirectory::make("beacon");
    const Home home{folder->path()};
    REQUIRE(make_directory(home.keys(), 0700).ok());
    const BeaconSecret s = secret_of(100);
    REQUIRE(save_beacon_secret(s, home.beacon_secret()).ok());
    const chain::BeaconTip registered{naive(s.seed, 100), Height{500}};
    for (const std::uint64_t h : {501, 502, 600}) {
        auto keeper = BeaconKeeper::open(home);
        REQUIRE(keeper.ok());
        const auto r = keeper->reveal(Height{h}, registered, 1000);
        REQUIRE((r.ok() && r->has_value()));
        CHECK(naive(**r, h - 500) == registered.tip);
    }
    auto keeper = BeaconKeeper::open(home);
    CHECK(keeper->left(Height{501}) == 99);
    CHECK_FALSE((*keeper->reveal(Height{601}, registered, 1000)).has_value());  // used up
}
