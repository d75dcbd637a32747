// Snapshots: the same bytes on every node, made beside the chain, and restored only where each chunk, the header and
// the state's root are right.
#include "node/snapshots.hpp"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <thread>

#include "node/export.hpp"
#include "node/files.hpp"
#include "node/pruning.hpp"
#include "tests/chain/through_a_file.hpp"

namespace assay::node::test {
namespace {

namespace fs = std::filesystem;
using chain::App;
using chain::StateFileHeader;
using chain::test::Chain;
using chain::test::exported;
using chain::test::pay;
using chain::test::TempDir;
using chain::test::tokens;
using Offered = abci::OfferSnapshotResponse::Result;
using Applied = abci::ApplySnapshotChunkResponse::Result;

struct Place {
    TempDir folder;
    Home home{folder.path()};
    Place() {
        // Warnings are what these tests provoke.
        spdlog::set_level(spdlog::level::off);
    }
    [[nodiscard]] fs::path file(std::uint64_t height, const char* ending = ".state") const {
        return home.snapshots() / (std::to_string(height) + ending);
    }
    [[nodiscard]] std::vector<std::string> files() const {
        std::vector<std::string> out;
        std::error_code ec;
        for (const auto& f : fs::directory_iterator(home.snapshots(), ec)) out.push_back(f.path().filename().string());
        std::sort(out.begin(), out.end());
        return out;
    }
};

// So many accounts that the state takes two chunks.
void crowd(chain::Genesis& g) {
    for (std::uint32_t i = 0; i < 60'000; ++i)
        g.accounts.push_back({Address::from(tagged_hash("test/crowd", borsh::encode(i)).view()), Amount{1}, {}});
}

std::vector<abci::Snapshot> list(Snapshots& s) {
    auto out = s.list_snapshots({});
    REQUIRE(out.ok());
    return out->snapshots;
}
abci::Snapshot made(Snapshots& s, const App& app) {
    auto out = s.create(app);
    if (!out) FAIL(out.error().message);
    return *out;
}
Bytes chunk(Snapshots& s, const abci::Snapshot& of, std::uint32_t index) {
    auto out = s.load_snapshot_chunk({of.height, of.format, index});
    REQUIRE(out.ok());
    return out->chunk;
}
Bytes app_hash(const App& app) {
    const Hash h = app.info().app_hash;
    return Bytes(h.bytes.begin(), h.bytes.end());
}
StateFileHeader of_chain(const Chain& c) {
    StateFileHeader out;
    out.chain_id = c.genesis.chain_id;
    out.genesis_hash = chain::genesis_hash(c.genesis);
    return out;
}

// A home that has nothing yet.
struct Joiner : Place {
    std::unique_ptr<App> app = Chain::open(home.data(), {});
    Snapshots snapshots{home, {}};
    StateFileHeader expected;
    int restored = 0;

    explicit Joiner(const Chain& c) : expected(of_chain(c)) {}
    [[nodiscard]] bool empty() const { return app->info().chain_id.empty(); }
    Offered offer(const std::optional<abci::Snapshot>& s, const Bytes& hash) {
        const auto out = snapshots.offer_snapshot({s, hash}, empty());
        REQUIRE(out.ok());
        return out->result;
    }
    abci::ApplySnapshotChunkResponse apply(std::uint32_t index, Bytes bytes, const std::string& sender = "peer") {
        const auto out = snapshots.apply_snapshot_chunk({index, std::move(bytes), sender}, expected,
                                                        [&](const fs::path& file) -> Status {
                                                            ++restored;
                                                            ASSAY_TRY(auto h, begin_from_snapshot(*app, home, file));
                                                            (void)h;
                                                            return {};
                                                        });
        if (!out) FAIL(out.error().message);
        return *out;
    }
};

}  // namespace

TEST_CASE("a new node restores the state from chunks, each checked, and goes on with the chain") {
    Chain c(crowd);
    c.blocks(3);
    Place there;
    Snapshots source(there.home, {});
    const abci::Snapshot s = made(source, *c.app);
    CHECK((s.height == 3 && s.format == 1 && s.chunks == 2));
    CHECK(s.metadata.size() == 64);
    CHECK(source.create(*c.app).error().code == Code::already_exists);
    struct stat info {};
    REQUIRE(::stat(there.file(3).c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    const Bytes first = chunk(source, s, 0), second = chunk(source, s, 1);
    CHECK(first.size() == 8u << 20);
    Bytes whole = first;
    whole.insert(whole.end(), second.begin(), second.end());
    CHECK(whole == exported(*c.app));
    CHECK(chunk(source, s, 2).empty());
    CHECK(source.load_snapshot_chunk({3, 2, 0})->chunk.empty());
    CHECK(source.load_snapshot_chunk({4, 1, 0})->chunk.empty());

    Joiner j(c);
    REQUIRE(j.offer(s, app_hash(*c.app)) == Offered::accept);
    CHECK(j.apply(1, second).result == Applied::retry_snapshot);  // ahead of what is there
    CHECK(j.apply(0, first).result == Applied::accept);
    CHECK(j.apply(0, first).result == Applied::accept);  // once more changes nothing
    Bytes wrong = second;
    wrong[wrong.size() / 2] ^= 1;
    const auto told = j.apply(1, wrong, "liar");
    CHECK(told.result == Applied::retry);
    CHECK(told.refetch_chunks == std::vector<std::uint32_t>{1});
    CHECK(told.reject_senders == std::vector<std::string>{"liar"});
    CHECK((j.empty() && j.restored == 0));
    CHECK(j.apply(1, second, "honest").result == Applied::accept);
    CHECK(j.restored == 1);
    CHECK(j.app->info().app_hash == c.app->info().app_hash);
    CHECK(j.app->info().height == Height{3});
    CHECK(exported(*j.app) == whole);
    CHECK(fs::exists(j.home.initial_state()));
    CHECK(j.files() == std::vector<std::string>{"3.meta", "3.state"});
    CHECK(list(j.snapshots) == list(source));  // now it has the snapshot too
    CHECK(chunk(j.snapshots, s, 1) == second);
    CHECK(j.offer(s, app_hash(*c.app)) == Offered::abort);
    CHECK(j.apply(0, first).result == Applied::retry_snapshot);

    // From here on alike: a snapshot of a later height is the same though one node never had the first blocks.
    c.history.clear();
    c.hashes.clear();
    c.ok(c.buyer, pay(c.anna.address(), tokens(7)));
    c.blocks(4);
    for (std::size_t i = 0; i < c.history.size(); ++i) {
        const auto results = j.app->finalize_block(c.history[i]);
        REQUIRE((results.ok() && results->app_hash == c.hashes[i]));
        REQUIRE(j.app->commit().ok());
    }
    CHECK(made(j.snapshots, *j.app) == made(source, *c.app));
}

TEST_CASE("what does not fit together is refused before anything is fetched, and a new offer ends the one before") {
    Chain c;
    c.blocks(2);
    Place there;
    Snapshots source(there.home, {});
    const abci::Snapshot s = made(source, *c.app);
    const Bytes hash = app_hash(*c.app);
    Joiner j(c);
    CHECK(j.offer(std::nullopt, hash) == Offered::reject);
    const auto changed = [&](const std::function<void(abci::Snapshot&)>& f) {
        abci::Snapshot out = s;
        f(out);
        return j.offer(out, hash);
    };
    CHECK(changed([](auto& x) { x.format = 2; }) == Offered::reject_format);
    CHECK(changed([](auto& x) { x.height = 0; }) == Offered::reject);
    CHECK(changed([](auto& x) { x.chunks = 0; }) == Offered::reject);
    CHECK(changed([](auto& x) { x.chunks = 2; }) == Offered::reject);
    CHECK(changed([](auto& x) { x.chunks = 0xffffffff; }) == Offered::reject);
    CHECK(changed([](auto& x) { x.metadata.pop_back(); }) == Offered::reject);
    CHECK(changed([](auto& x) { x.metadata[0] ^= 1; }) == Offered::reject);
    CHECK(changed([](auto& x) { x.hash.pop_back(); }) == Offered::reject);
    CHECK(changed([](auto& x) { x.hash[0] ^= 1; }) == Offered::reject);
    CHECK(j.offer(s, Bytes(31, 1)) == Offered::reject);
    const Bytes only = chunk(source, s, 0);
    CHECK(j.apply(0, only).result == Applied::retry_snapshot);  // of nothing that was accepted

    REQUIRE(j.offer(s, Bytes(32, 1)) == Offered::accept);  // another app hash than the file's
    CHECK(j.apply(0, only).result == Applied::reject_snapshot);
    REQUIRE(j.offer(s, hash) == Offered::accept);
    j.expected.chain_id = "another-1";
    CHECK(j.apply(0, only).result == Applied::reject_snapshot);
    j.expected = of_chain(c);
    j.expected.genesis_hash.bytes[0] ^= 1;
    REQUIRE(j.offer(s, hash) == Offered::accept);
    CHECK(j.apply(0, only).result == Applied::reject_snapshot);
    j.expected = of_chain(c);
    abci::Snapshot other = s;
    other.height = 3;
    REQUIRE(j.offer(other, hash) == Offered::accept);  // the height is the file's to say
    CHECK(j.apply(0, only).result == Applied::reject_snapshot);
    CHECK((j.empty() && j.restored == 0));
    CHECK(j.files().empty());

    REQUIRE(j.offer(s, hash) == Offered::accept);
    CHECK(j.apply(1, only).result == Applied::retry_snapshot);
    REQUIRE(j.offer(s, hash) == Offered::accept);
    CHECK(j.apply(0, only).result == Applied::accept);
    CHECK(j.app->info().height == Height{2});
}

TEST_CASE("a snapshot whose parts fit and whose state is not the chain's is rejected, and the honest one still works") {
    Chain c;
    c.ok(c.buyer, pay(c.anna.address(), tokens(1)));
    const Bytes honest = exported(*c.app);
    // The same header over other records: anna has a little more.
    StateFileHeader header;
    std::vector<std::pair<chain::StateKey, Bytes>> records;
    chain::StateFileReader in(
        [&](const StateFileHeader& h) {
            header = h;
            return Status{};
        },
        [&](chain::StateKey key, Bytes value) {
            records.emplace_back(std::move(key), std::move(value));
            return Status{};
        });
    REQUIRE((in.feed(honest).ok() && in.end().ok()));
    Bytes forged;
    chain::StateFileWriter out([&](ByteView piece) {
        forged.insert(forged.end(), piece.begin(), piece.end());
        return Status{};
    });
    REQUIRE(out.begin(header).ok());
    for (auto& [key, value] : records) {
        if (key == chain::tables::account(c.anna.address())) {
            auto account = borsh::decode<chain::Account>(value);
            REQUIRE(account.ok());
            account->liquid.units += 1;
            value = borsh::encode(*account);
        }
        REQUIRE(out.record(key, value).ok());
    }
    REQUIRE(out.end().ok());
    const auto described = [](const Bytes& file) {
        const Hash sum = sha256(file);
        const Bytes metadata(sum.bytes.begin(), sum.bytes.end());
        const Hash hash = tagged_hash("assay/snapshot", metadata);
        return abci::Snapshot{1, 1, 1, Bytes(hash.bytes.begin(), hash.bytes.end()), metadata};
    };
    Joiner j(c);
    REQUIRE(j.offer(described(forged), app_hash(*c.app)) == Offered::accept);
    CHECK(j.apply(0, forged).result == Applied::reject_snapshot);
    CHECK(j.restored == 1);
    CHECK(j.empty());
    const Bytes cut(honest.begin(), honest.end() - 40);
    REQUIRE(j.offer(described(cut), app_hash(*c.app)) == Offered::accept);
    CHECK(j.apply(0, cut).result == Applied::reject_snapshot);
    CHECK(j.empty());
    CHECK(j.files().empty());
    REQUIRE(j.offer(described(honest), app_hash(*c.app)) == Offered::accept);
    CHECK(j.apply(0, honest).result == Applied::accept);
    CHECK(j.app->info().app_hash == c.app->info().app_hash);
}

TEST_CASE("snapshots come by themselves beside the chain, and the oldest go", "[threads]") {
    Chain c;
    Place there;
    {
        Snapshots s(there.home, {.interval = 4, .keep = 2});
        CHECK_FALSE(s.oldest().has_value());
        for (int i = 0; i < 17; ++i) {
            c.block();
            s.committed(*c.app, c.height());
            // The background is given its time: one at a time is made.
            for (int wait = 0; c.height().value % 4 == 0 && wait < 5000; ++wait) {
                const auto now = list(s);
                if (!now.empty() && now.front().height == c.height().value) break;
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        }
        const auto now = list(s);
        REQUIRE(now.size() == 2);
        CHECK((now[0].height == 16 && now[1].height == 12));
        CHECK(s.oldest() == Height{12});
        CHECK(there.files() == std::vector<std::string>{"12.meta", "12.state", "16.meta", "16.state"});
        const std::string text = *read_file(there.file(12));
        const Bytes file(text.begin(), text.end());
        CHECK(file == exported(*c.app, Height{12}));
    }
    // One that is due while the node ends is whole or not there.
    Snapshots(there.home, {.interval = 17, .keep = 2}).committed(*c.app, c.height());
    for (const std::string& name : there.files()) CHECK(name.find(".new") == std::string::npos);
    for (const auto& k : kept_snapshots(there.home)) CHECK(k.chunks() == 1);
}

TEST_CASE("at start half-made files go, missing metadata is read again, a damaged file is offered no more") {
    Chain c;
    c.blocks(2);
    Place there;
    std::vector<abci::Snapshot> before;
    {
        Snapshots s(there.home, {});
        CHECK(Snapshots(Place().home, {}).create(*Chain().app).error().code == Code::not_found);
        (void)made(s, *c.app);
        c.block();
        (void)made(s, *c.app);
        before = list(s);
    }
    for (const char* name : {"9.state.new", "9.meta.new", "9.meta", "restoring", "restoring.new"})
        REQUIRE(write_file(there.home.snapshots() / name, "half", 0600).ok());
    fs::rename(there.home.snapshots() / "9.meta", there.file(8, ".meta"));
    REQUIRE(write_file(there.home.snapshots() / "notes.txt", "the operator's", 0600).ok());
    fs::remove(there.file(2, ".meta"));
    REQUIRE(write_file(there.file(3, ".meta"), "short", 0600).ok());
    CHECK(kept_snapshots(there.home).empty());  // beside a node that runs: only what is whole
    {
        Snapshots s(there.home, {});
        CHECK(list(s) == before);
        CHECK(there.files() == std::vector<std::string>{"2.meta", "2.state", "3.meta", "3.state", "notes.txt"});
        REQUIRE(kept_snapshots(there.home).size() == 2);
        CHECK(kept_snapshots(there.home)[1].hash() == Hash::from(before[0].hash));
        fs::resize_file(there.file(3), fs::file_size(there.file(3)) - 1);  // while it is offered
        CHECK(chunk(s, before[0], 0).empty());
        CHECK(list(s).size() == 1);
        CHECK_FALSE(chunk(s, before[1], 0).empty());
    }
    std::string text = *read_file(there.file(2));
    text[100] = static_cast<char>(text[100] ^ 1);
    REQUIRE(write_file(there.file(2), text, 0600).ok());
    Snapshots s(there.home, {});
    CHECK(chunk(s, before[1], 0).empty());
}

TEST_CASE("a full disk costs the snapshot and nothing else") {
    if (!fs::exists("/dev/full")) return;
    Chain c;
    c.blocks(2);
    Place there;
    REQUIRE(make_directory(there.home.snapshots(), 0700).ok());
    Snapshots s(there.home, {});
    fs::create_symlink("/dev/full", there.file(2, ".state.new"));
    CHECK(s.create(*c.app).error().code == Code::io_error);
    CHECK(there.files().empty());
    const abci::Snapshot good = made(s, *c.app);

    Joiner j(c);
    REQUIRE(make_directory(j.home.snapshots(), 0700).ok());
    fs::create_symlink("/dev/full", j.home.snapshots() / "restoring.new");
    REQUIRE(j.offer(good, app_hash(*c.app)) == Offered::accept);
    CHECK(j.apply(0, chunk(s, good, 0)).result == Applied::reject_snapshot);
    CHECK(j.empty());
    CHECK(j.files().empty());
    REQUIRE(j.offer(good, app_hash(*c.app)) == Offered::accept);
    CHECK(j.apply(0, chunk(s, good, 0)).result == Applied::accept);
}

TEST_CASE("what may be pruned is below the blocks to keep, the oldest snapshot and the time of evidence") {
    CHECK_FALSE(retain_height(Height{5000}, {}).has_value());
    CHECK_FALSE(retain_height(Height{100}, {.keep_blocks = 100}).has_value());
    CHECK_FALSE(retain_height(Height{101}, {.keep_blocks = 100}).has_value());  // 1: nothing lies below
    CHECK(retain_height(Height{102}, {.keep_blocks = 100}) == Height{2});
    CHECK(retain_height(Height{5000}, {.keep_blocks = 100}) == Height{4900});
    CHECK(retain_height(Height{5000}, {.keep_blocks = 100, .oldest_snapshot = Height{4000}}) == Height{4000});
    CHECK(retain_height(Height{5000}, {.keep_blocks = 100, .oldest_snapshot = Height{4950}}) == Height{4900});
    CHECK(retain_height(Height{5000}, {.keep_blocks = 100, .evidence_blocks = 3000}) == Height{2000});
    CHECK_FALSE(retain_height(Height{5000}, {.keep_blocks = 100, .oldest_snapshot = Height{1}}).has_value());
    CHECK_FALSE(retain_height(Height{5000}, {.keep_blocks = 1, .evidence_blocks = 100'000}));
    CHECK_FALSE(retain_height(Height{5000}, {.keep_blocks = ~std::uint64_t{0}}).has_value());
}

}  // namespace assay::node::test
