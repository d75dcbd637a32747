#include <fstream>

#include "tests/chain/store/store_fixture.hpp"

using namespace assay;
using namespace assay::chain;
using namespace assay::chain::test;

TEST_CASE("what was committed is there after the store is opened again, what was staged is not", "[store]") {
    const std::uint64_t seed = assay::test::seed();
    INFO("ASSAY_TEST_SEED=" << seed);
    assay::test::Random random(seed);
    const TempDir folder;
    Model model;
    Hash root;
    for (std::uint64_t session = 0; session < 5; ++session) {
        const auto store = open_store(folder);
        REQUIRE(store->info().has_value() == (session > 0));
        if (session > 0) CHECK(store->info()->root == root);
        for (const auto& [key, value] : model) REQUIRE(store->get(key) == value);
        std::size_t seen = 0;
        for (const std::uint8_t table : {0x01, 0x02, 0x80})
            store->for_prefix(table, {}, [&](ByteView key, ByteView value) {
                const auto it = model.find({table, Bytes(key.begin(), key.end())});
                CHECK((it != model.end() &&
                       std::equal(value.begin(), value.end(), it->second.begin(), it->second.end())));
                ++seen;
                return true;
            });
        CHECK(seen == model.size());
        for (std::uint64_t i = 0; i < 4; ++i) {
            const auto dropped = random_changes(random, model, 30);
            REQUIRE(store->stage(dropped).ok());
            for (const Change& c : dropped)  // nothing shows before the commit
                CHECK(store->get(c.key) == (model.contains(c.key) ? std::optional(model.at(c.key)) : std::nullopt));
            store->discard_stage();
            const auto changes = random_changes(random, model, 1 + random.below(300));
            apply(model, changes);
            root = commit_block(*store, Height{4 * session + i}, changes);
            REQUIRE(root == root_of(model));
        }
        REQUIRE(store->stage(random_changes(random, model, 30)).ok());  // and the program ends here
    }
}

TEST_CASE("what was written shows when it is published, in the maps and on the disk alike", "[store]") {
    assay::test::Random random;
    const TempDir folder;
    const auto store = open_store(folder);
    std::vector<Change> changes;  // more accounts than the cache holds: some reads go to the disk
    for (std::size_t i = 0; i < 12'000; ++i) changes.push_back({account_key(random), Bytes{1}});
    changes.push_back({{1, {7}}, Bytes{1}});
    commit_block(*store, Height{0}, changes);
    for (Change& c : changes) c.value = Bytes{2};
    REQUIRE(store->stage(changes).ok());
    REQUIRE(store->write({Height{1}, Bytes{1}, {}, {}, {}}).ok());
    const auto all_hold = [&](std::uint8_t value) {
        std::size_t count = 0;
        for (const Change& c : changes) count += store->get(c.key) == Bytes{value};
        store->for_prefix(kAccountTable, {}, [&](ByteView, ByteView v) { return count += v[0] == value, true; });
        return count == 2 * changes.size() - 1;
    };
    CHECK(all_hold(1));
    CHECK(store->info()->height == Height{0});
    store->publish();
    CHECK(all_hold(2));
    CHECK(store->info()->height == Height{1});
}

TEST_CASE("a key reads as it was written last, erased or too long for the cache, however the cache turns over",
          "[store]") {
    const std::uint64_t seed = assay::test::seed();
    INFO("ASSAY_TEST_SEED=" << seed);
    assay::test::Random random(seed);
    const TempDir folder;
    const auto store = open_store(folder);
    std::vector<StateKey> keys;  // twice what a generation of the cache holds
    for (std::size_t i = 0; i < 8'000; ++i) keys.push_back(account_key(random));
    Model model;
    for (std::uint64_t height = 0; height < 60; ++height) {
        std::map<StateKey, std::optional<Bytes>> writes;
        for (std::size_t i = 0; i < 400; ++i) {
            // A few keys again and again, the others now and then.
            const StateKey& key = keys[random.below(random.below(2) == 0 ? 200 : keys.size())];
            writes[key] = random.below(3) == 0 ? std::nullopt : std::optional(random.bytes(random.below(90)));
        }
        std::vector<Change> changes;
        for (auto& [key, value] : writes) changes.push_back({key, value});
        commit_block(*store, Height{height}, changes);
        chain::test::apply(model, changes);  // not the one of <tuple>
        for (std::size_t i = 0; i < 400; ++i) {
            const StateKey& key = i < 200 ? keys[i] : keys[random.below(keys.size())];
            const auto known = model.find(key);
            const auto there = store->get(key);
            REQUIRE(there.has_value() == (known != model.end()));
            if (there) REQUIRE(*there == known->second);
        }
    }
}

TEST_CASE("keys of a prefix come ascending and stop when told", "[store]") {
    const TempDir folder;
    const auto store = open_store(folder);
    commit_block(*store, Height{0},
                 {{{1, {1, 1}}, Bytes{1}}, {{1, {1, 2}}, Bytes{2}}, {{1, {2}}, Bytes{3}}, {{2, {1, 1}}, Bytes{4}}});
    Bytes values;
    const Bytes prefix{1};
    store->for_prefix(1, prefix, [&](ByteView, ByteView v) { return values.push_back(v[0]), true; });
    CHECK(values == Bytes{1, 2});
    values.clear();
    store->for_prefix(1, {}, [&](ByteView, ByteView v) { return values.push_back(v[0]), values.size() < 2; });
    CHECK(values == Bytes{1, 2});
}

TEST_CASE("old heights are pruned, newer ones still prove", "[store]") {
    assay::test::Random random;
    const TempDir folder;
    const auto store = open_store(folder, 20);
    const StateKey key = account_key(random);
    std::vector<Hash> roots;
    for (std::uint64_t h = 0; h <= 100; ++h)
        roots.push_back(commit_block(*store, Height{h}, {{key, Bytes{static_cast<std::uint8_t>(h)}}}));
    CHECK(store->info()->oldest == Height{81});
    for (const std::uint64_t h : {81u, 90u, 100u}) {
        const auto proof = store->prove(key, Height{h});
        REQUIRE(proof.ok());
        const auto value = verify_state_proof(*proof, key, roots[h]);
        REQUIRE(value.ok());
        CHECK(*value == Bytes{static_cast<std::uint8_t>(h)});
    }
    CHECK(store->prove(key, Height{80}).error().code == Code::pruned);
    CHECK(store->prove(key, Height{101}).error().code == Code::future_height);
    CHECK(store->block(Height{1})->block == Bytes{1, 2, 1});  // bodies stay
}

TEST_CASE("blocks come back as they were, and unknown ones are not found", "[store]") {
    const TempDir folder;
    const auto store = open_store(folder);
    for (std::uint64_t h = 0; h < 5; ++h) commit_block(*store, Height{h}, {});
    CHECK(store->block(Height{3})->block == Bytes{1, 2, 3});
    CHECK(store->block(Height{3})->results == Bytes{3, 9});
    CHECK(store->block(Height{0}).error().code == Code::not_found);
    CHECK(store->block(Height{5}).error().code == Code::not_found);
}

TEST_CASE("a second program gets store_locked", "[store]") {
    const TempDir folder;
    const auto store = open_store(folder);
    const auto second = Store::open(folder.path(), {});
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == Code::store_locked);
}

TEST_CASE("what a crash left behind the last block is cut off", "[store]") {
    const TempDir folder;
    {
        const auto store = open_store(folder);
        commit_block(*store, Height{0}, {});
        commit_block(*store, Height{1}, {});
    }
    const auto file = folder.path() / "blocks-000001.dat";
    const auto size = std::filesystem::file_size(file);
    std::ofstream(file, std::ios::app) << "half a block that no batch names";
    std::ofstream(folder.path() / "blocks-000002.dat") << "and a file";
    {
        const auto store = open_store(folder);
        CHECK(std::filesystem::file_size(file) == size);
        CHECK_FALSE(std::filesystem::exists(folder.path() / "blocks-000002.dat"));
        commit_block(*store, Height{2}, {});
        CHECK(store->block(Height{2})->block == Bytes{1, 2, 2});
        CHECK(store->block(Height{1})->block == Bytes{1, 2, 1});
    }
    std::filesystem::resize_file(file, size - 1);
    CHECK(Store::open(folder.path(), {}).error().code == Code::store_corrupt);
}

TEST_CASE("a state that does not give its root is refused", "[store]") {
    assay::test::Random random;
    const TempDir folder;
    {
        const auto store = open_store(folder);
        // Large and alike, so that one flipped byte on disk lies in a value.
        std::vector<Change> changes;
        for (int i = 0; i < 64; ++i) changes.push_back({{1, {static_cast<std::uint8_t>(i)}}, Bytes(2000, 0x41)});
        commit_block(*store, Height{0}, changes);
    }
    std::size_t flipped = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path() / "state")) {
        if (entry.path().extension() != ".log" && entry.path().extension() != ".ldb") continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        std::string all((std::istreambuf_iterator<char>(file)), {});
        const auto at = all.find("AAAAAAAA");
        if (at == std::string::npos) continue;
        file.clear();
        file.seekp(static_cast<std::streamoff>(at + 3));
        file.put('B');
        ++flipped;
    }
    REQUIRE(flipped > 0);
    const auto store = Store::open(folder.path(), {});
    REQUIRE_FALSE(store.ok());
    CHECK(store.error().code == Code::store_corrupt);
}

TEST_CASE("a path that is taken is refused, and nothing is staged", "[store]") {
    const TempDir folder;
    const auto store = open_store(folder);
    const Hash root = commit_block(*store, Height{0}, {{{1, {1}}, Bytes{1}}});
    // The same key twice stands for a collision, which nobody can make.
    CHECK(store->stage({{{1, {2}}, Bytes{1}}, {{1, {2}}, Bytes{2}}}).error().code == Code::internal);
    CHECK(store->info()->root == root);
    CHECK(commit_block(*store, Height{1}, {}) == root);
}
