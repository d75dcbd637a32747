// The light client against blocks that a real CometBFT made (data/light_blocks.json: a network of four with one vote
// each; from height 7 on the one with key 0 of the new order has 100, and signs alone), and against forgeries of them.
#include <cryptopp/xed25519.h>

#include <fstream>
#include <iterator>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "tests/support/catch.hpp"
#include "wallet/light/hash.hpp"
#include "wallet/light/read.hpp"
#include "wallet/light/verify.hpp"

using namespace assay;
using namespace assay::wallet::light;

namespace {

const std::string& recorded_text() {
    static const std::string text = [] {
        std::ifstream in(std::string(ASSAY_SOURCE_DIR) + "/tests/wallet/data/light_blocks.json");
        return std::string(std::istreambuf_iterator<char>(in), {});
    }();
    return text;
}

const std::vector<LightBlock>& recorded() {
    static const std::vector<LightBlock> all = [] {
        const auto parsed = json::parse(recorded_text());
        REQUIRE(parsed.ok());
        std::vector<LightBlock> out;
        for (const json::Value& v : parsed->items) {
            auto block = read_light_block(v);
            INFO((block ? std::string() : block.error().message));
            REQUIRE(block.ok());
            out.push_back(std::move(block).value());
        }
        return out;
    }();
    return all;
}

LightBlock at(std::int64_t height) {
    for (const LightBlock& b : recorded())
        if (b.header.height == height) return b;
    FAIL("no recorded block of height " << height);
    return {};
}

constexpr std::int64_t kWeek = 7 * 86400;

Rules soon_after(const LightBlock& block) {
    Rules out{.trusting_seconds = kWeek, .now = block.header.time};
    out.now.seconds += 5;
    return out;
}

std::string refused(const Status& s) {
    REQUIRE_FALSE(s.ok());
    CHECK(s.error().code == Code::verification_failed);
    return s.error().message;
}
bool has(const std::string& text, std::string_view part) {
    INFO(text);
    return text.find(part) != std::string::npos;
}

// A header that was changed, and a commit that says it was for that one: only signatures can tell.
void rename(LightBlock& b) {
    const Hash id = header_hash(b.header);
    b.commit.block_id.hash.assign(id.view().begin(), id.view().end());
}

// Validators of this test's own, so that every share of power can sign.
struct Signer {
    CryptoPP::ed25519Signer secret;
    Validator validator;
};

Signer signer(std::uint8_t seed, std::int64_t power) {
    const Hash bytes = sha256({&seed, 1});
    Signer out{CryptoPP::ed25519Signer(bytes.data()), {}};
    const auto& key = static_cast<const CryptoPP::ed25519PrivateKey&>(out.secret.GetPrivateKey());
    out.validator.key = Ed25519Key::from({key.GetPublicKeyBytePtr(), Ed25519Key::kSize});
    out.validator.address = address_of(out.validator.key);
    out.validator.power = power;
    return out;
}

LightBlock made(std::int64_t height, const std::vector<Signer>& set, const std::vector<Vote>& votes,
                const std::vector<Signer>& next) {
    LightBlock b;
    b.header = at(2).header;
    b.header.height = height;
    b.header.time.seconds += height * 60;
    for (const Signer& s : set) b.validators.push_back(s.validator);
    std::vector<Validator> next_set;
    for (const Signer& s : next) next_set.push_back(s.validator);
    const Hash now_hash = validators_hash(b.validators), next_hash = validators_hash(next_set);
    b.header.validators_hash.assign(now_hash.view().begin(), now_hash.view().end());
    b.header.next_validators_hash.assign(next_hash.view().begin(), next_hash.view().end());
    b.commit = {.height = height, .round = 1, .block_id = at(2).commit.block_id, .signatures = {}};
    rename(b);
    for (std::size_t i = 0; i < set.size(); ++i) {
        CommitSignature s{votes[i], set[i].validator.address, b.header.time, Bytes(64)};
        if (votes[i] == Vote::absent) s = {};
        if (votes[i] == Vote::commit) {
            const Bytes message = vote_sign_bytes(b.header.chain_id, b.commit, s);
            set[i].secret.SignMessage(CryptoPP::NullRNG(), message.data(), message.size(), s.signature.data());
        }
        b.commit.signatures.push_back(s);
    }
    return b;
}

}  // namespace

TEST_CASE("light client: a real header's hash is the one that its commit and the next header name") {
    const auto& all = recorded();
    REQUIRE(all.size() == 19);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const Hash id = header_hash(all[i].header);
        CHECK(Hash::from(all[i].commit.block_id.hash) == id);
        CHECK(Hash::from(all[i].header.validators_hash) == validators_hash(all[i].validators));
        for (const Validator& v : all[i].validators) CHECK(v.address == address_of(v.key));
        if (i == 0) continue;
        CHECK(all[i].header.last_block_id == all[i - 1].commit.block_id);
        CHECK(all[i].header.validators_hash == all[i - 1].header.next_validators_hash);
    }
    CHECK(at(6).header.validators_hash != at(7).header.validators_hash);
}

TEST_CASE("light client: step by step, and in jumps as far as the trusted power reaches") {
    for (std::int64_t h = 2; h < 20; ++h) {
        const auto step = verify_adjacent(at(h), at(h + 1), soon_after(at(h + 1)));
        INFO((step ? std::string() : step.error().message));
        CHECK(step.ok());
    }
    const auto jump = verify_skipping(at(2), at(6), soon_after(at(6)));
    REQUIRE(jump.ok());
    CHECK(*jump);
    CHECK(*verify_skipping(at(7), at(20), soon_after(at(20))));
    // One of four signed the later ones: a quarter of what was trusted.
    const auto far = verify_skipping(at(2), at(20), soon_after(at(20)));
    REQUIRE(far.ok());
    CHECK_FALSE(*far);

    std::vector<std::uint64_t> asked;
    const auto provider = [&](std::uint64_t h) -> Result<LightBlock> {
        asked.push_back(h);
        return at(static_cast<std::int64_t>(h));
    };
    const auto reached = verify_to(at(2), at(20), provider, soon_after(at(20)));
    REQUIRE(reached.ok());
    CHECK(reached->header.height == 20);
    CHECK(asked == std::vector<std::uint64_t>{11, 6, 8, 7});
    CHECK(verify_to(at(2), at(3), provider, soon_after(at(3))).ok());
    CHECK(asked.size() == 4);

    const auto elsewhere = verify_to(
        at(2), at(20), [](std::uint64_t) -> Result<LightBlock> { return at(4); }, soon_after(at(20)));
    CHECK(has(refused(elsewhere.ok() ? Status() : Status(elsewhere.error())), "another height"));
    const auto gone = verify_to(
        at(2), at(20),
        [](std::uint64_t) -> Result<LightBlock> {
            return {Code::pruned, "that height is gone"};
        },
        soon_after(at(20)));
    REQUIRE(!gone.ok());
    CHECK(gone.error().code == Code::pruned);
}

TEST_CASE("light client: the block that is trusted has to be the one of that hash, and signed") {
    const LightBlock b = at(5);
    const Hash id = header_hash(b.header);
    CHECK(check_trusted(b, "light-net", id).ok());
    CHECK(has(refused(check_trusted(b, "light-net", header_hash(at(4).header))), "is trusted"));
    CHECK(has(refused(check_trusted(b, "other-net", id)), "belongs to chain light-net"));
    LightBlock unsigned_one = b;
    for (auto& s : unsigned_one.commit.signatures) s.vote = Vote::nil;
    CHECK(has(refused(check_trusted(unsigned_one, "light-net", id)), "0 of 4"));
}

TEST_CASE("light client: forgeries of a real block") {
    const LightBlock trusted = at(4), honest = at(5);
    const Rules rules = soon_after(honest);
    const auto both = [&](const LightBlock& forged) {
        const std::string next = refused(verify_adjacent(trusted, forged, rules));
        const auto jump = verify_skipping(at(2), forged, rules);
        REQUIRE_FALSE(jump.ok());
        CHECK(jump.error().code == Code::verification_failed);
        return next;
    };
    REQUIRE(verify_adjacent(trusted, honest, rules).ok());

    LightBlock f = honest;
    f.header.app_hash[0] ^= 1;
    CHECK(has(both(f), "not the one that its commit signed"));
    rename(f);
    CHECK(has(both(f), "does not hold"));

    f = honest;
    f.validators[0].power = 1'000'000;
    CHECK(has(both(f), "not those that its header names"));
    f = honest;
    f.validators[1] = f.validators[0];
    CHECK(has(both(f), "address that is not its own"));
    f = honest;
    f.validators[0].power = 0;
    CHECK(has(both(f), "without power"));
    f = honest;
    f.validators.clear();
    CHECK(has(both(f), "without validators"));

    f = honest;
    f.commit.signatures[0].signature[5] ^= 1;
    CHECK(has(both(f), "does not hold"));
    f = honest;
    f.commit.signatures[0].signature.resize(63);
    CHECK(has(both(f), "does not hold"));
    f = honest;
    f.commit.signatures[0].time.nanos += 1;  // signed too
    CHECK(has(both(f), "does not hold"));
    f = honest;
    f.commit.round += 1;
    CHECK(has(both(f), "does not hold"));
    f = honest;
    f.commit.block_id.parts += 1;
    CHECK(has(both(f), "does not hold"));
    f = honest;
    f.commit = at(6).commit;
    CHECK(has(both(f), "the commit is of height 6"));
    f = honest;
    f.commit.block_id.parts = 0;
    CHECK(has(both(f), "for no block"));
    f = honest;
    std::swap(f.commit.signatures[0], f.commit.signatures[1]);
    CHECK(has(refused(verify_adjacent(trusted, f, rules)), "validator of its place"));
    f = honest;
    f.commit.signatures.pop_back();
    CHECK(has(both(f), "3 votes of 4"));

    // Three of four are more than two thirds, two are not.
    f = honest;
    f.commit.signatures[2].vote = Vote::absent;
    CHECK(verify_adjacent(trusted, f, rules).ok());
    f.commit.signatures[1].vote = Vote::nil;
    CHECK(has(both(f), "2 of 4"));

    f = honest;
    f.header.chain_id = "other-net";
    rename(f);
    CHECK(has(both(f), "belongs to chain other-net"));
}

TEST_CASE("light client: order and clocks") {
    const LightBlock trusted = at(4), next = at(5);
    CHECK(has(refused(verify_adjacent(trusted, at(6), soon_after(at(6)))), "not the next one"));
    CHECK(has(refused(verify_adjacent(next, trusted, soon_after(next))), "not above"));
    CHECK(has(refused(verify_adjacent(next, next, soon_after(next))), "not above"));
    // Another set than the header before names: the real one of height 7 under height 5's header.
    LightBlock sudden = trusted;
    sudden.header.next_validators_hash = at(7).header.validators_hash;
    CHECK(has(refused(verify_adjacent(sudden, next, soon_after(next))), "other validators"));
    LightBlock late = trusted;
    late.header.time = next.header.time;
    CHECK(has(refused(verify_adjacent(late, next, soon_after(next))), "not later"));

    Rules rules = soon_after(next);
    rules.now = {next.header.time.seconds - 10, next.header.time.nanos};
    CHECK(has(refused(verify_adjacent(trusted, next, rules)), "future"));
    rules.now.nanos += 1;
    CHECK(verify_adjacent(trusted, next, rules).ok());

    rules.now = trusted.header.time;
    rules.now.seconds += kWeek;
    const auto old = verify_adjacent(trusted, next, rules);
    REQUIRE_FALSE(old.ok());
    CHECK(old.error().code == Code::trust_expired);
    CHECK(verify_skipping(at(2), next, rules).error().code == Code::trust_expired);
    --rules.now.seconds;
    CHECK(verify_adjacent(trusted, next, rules).ok());
}

TEST_CASE("light client: shares of power, as CometBFT's own light client judges them") {
    constexpr Vote yes = Vote::commit, no = Vote::absent, nil = Vote::nil;
    // 20, 30, 40, 50: the first three have not two thirds, the last three do (light/verifier_test.go).
    const std::vector<Signer> four{signer(1, 20), signer(2, 30), signer(3, 40), signer(4, 50)};
    const LightBlock first = made(1, four, {yes, yes, yes, yes}, four);
    const auto next = [&](const std::vector<Vote>& votes) {
        const LightBlock b = made(2, four, votes, four);
        return verify_adjacent(first, b, soon_after(b)).ok();
    };
    CHECK(next({yes, yes, yes, yes}));
    CHECK(next({no, yes, yes, yes}));
    CHECK(next({nil, yes, yes, yes}));
    CHECK_FALSE(next({yes, yes, yes, no}));
    CHECK_FALSE(next({no, no, no, yes}));
    CHECK_FALSE(next({nil, nil, nil, nil}));
    // Exactly two thirds is not more than two thirds.
    const std::vector<Signer> three{signer(1, 1), signer(2, 1), signer(3, 1)};
    const LightBlock begin = made(1, three, {yes, yes, yes}, three);
    const LightBlock two = made(2, three, {yes, yes, no}, three);
    CHECK_FALSE(verify_adjacent(begin, two, soon_after(two)).ok());

    // Jumps: what of the trusted 140 is in the new set, which always signs as a whole.
    const auto jump = [&](const std::vector<Signer>& set) {
        const LightBlock b = made(9, set, std::vector<Vote>(set.size(), yes), set);
        return verify_skipping(first, b, soon_after(b));
    };
    CHECK(*jump(four));
    CHECK(*jump({four[1], four[2], four[3]}));
    CHECK(*jump({four[3], signer(7, 1000)}));
    CHECK_FALSE(*jump({four[0], signer(7, 1000)}));
    CHECK_FALSE(*jump({signer(7, 1000)}));
    // Enough of the old, too little of the new.
    const std::vector<Signer> mixed{four[3], signer(7, 1000)};
    const LightBlock thin = made(9, mixed, {yes, no}, mixed);
    CHECK_FALSE(verify_skipping(first, thin, soon_after(thin)).ok());
    // A third and no more of the trusted power.
    const LightBlock third = made(9, {three[0], signer(8, 5)}, {yes, yes}, three);
    CHECK_FALSE(*verify_skipping(begin, third, soon_after(third)));
    // One vote in two places counts once.
    LightBlock twice = made(9, {four[1], signer(7, 1000)}, {yes, yes}, four);  // 30 of 140, and 60 if it did
    twice.commit.signatures[1] = twice.commit.signatures[0];
    CHECK_FALSE(*verify_skipping(first, twice, soon_after(twice)));
    // Power beyond CometBFT's own bound.
    const std::vector<Signer> giants{signer(1, std::int64_t{1} << 62), signer(2, std::int64_t{1} << 62)};
    const LightBlock big = made(2, giants, {yes, yes}, giants);
    CHECK(has(refused(check_trusted(big, "light-net", header_hash(big.header))), "too much power"));
}

TEST_CASE("light client: JSON that is none of a light block names the member") {
    const std::string good = [] {
        const std::string& all = recorded_text();
        const std::size_t begin = all.find('{');
        return all.substr(begin, all.find(",\n{") - begin);
    }();
    const auto read = [](const std::string& text) {
        const auto parsed = json::parse(text);
        REQUIRE(parsed.ok());
        return read_light_block(*parsed);
    };
    REQUIRE(read(good).ok());
    const std::vector<std::tuple<std::string, std::string, std::string>> cases{
        {"\"height\":\"2\",\"time\"", "\"height\":\"-2\",\"time\"", "height"},
        {"\"height\":\"2\",\"time\"", "\"height\":\"9223372036854775808\",\"time\"", "height"},
        {"\"app_hash\":\"", "\"app_hash\":\"z", "app_hash"},
        {"\"app_hash\":\"", "\"app_hashes\":\"", "app_hash"},
        {"\"validators_hash\":\"", "\"validators_hash\":\"AA", "validators_hash"},
        {"\"block_id_flag\":2", "\"block_id_flag\":4", "block_id_flag"},
        {"tendermint/PubKeyEd25519", "tendermint/PubKeySecp256k1", "pub_key.type"},
        {"\"voting_power\":\"1\"", "\"voting_power\":\"-1\"", "voting_power"},
        {"\"signature\":\"", "\"signature\":\"!", "signature"},
        {"\"round\":0", "\"round\":4294967296", "round"},
        {"\"total\":1", "\"total\":4294967296", "total"},
        {"Z\",\"last_block_id\"", "\",\"last_block_id\"", "time"},
    };
    for (const auto& [from, to, names] : cases) {
        INFO(from << " -> " << to);
        std::string bad = good;
        const std::size_t place = bad.find(from);
        REQUIRE(place != std::string::npos);
        bad.replace(place, from.size(), to);
        const auto answer = read(bad);
        REQUIRE_FALSE(answer.ok());
        CHECK(has(answer.error().message, names));
    }
    for (const char* other : {"null", "[]", "{}", "7", R"({"signed_header":null,"validators":[]})"})
        CHECK_FALSE(read(other).ok());
}

TEST_CASE("light client: times to the nanosecond") {
    CHECK(*parse_time("1970-01-01T00:00:01Z") == Time{1, 0});
    CHECK(*parse_time("1970-01-01T00:00:01.5Z") == Time{1, 500'000'000});
    CHECK(*parse_time("1970-01-01T00:00:01.000000001Z") == Time{1, 1});
    for (const char* bad : {"", "Z", ".Z", "1970-01-01T00:00:01.Z", "1970-01-01T00:00:01.1", "1970-01-01T00:00:01.x1Z",
                            "1970-01-01T00:00:01.0000000001Z", "0001-01-01T00:00:00Z", "1970-01-01T00:00:01+00:00"})
        CHECK_FALSE(parse_time(bad).ok());
}
