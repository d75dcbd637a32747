// One block back, as if it had never been; old blocks away, with their space.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "chain/store/block_file.hpp"
#include "tests/chain/store/store_fixture.hpp"

using namespace assay;
using namespace assay::chain;
using namespace assay::chain::test;

namespace {

struct Made {
    std::vector<Change> changes;
    BlockRecord record;
};

// What blocks are made of: few people, so that accounts have a past, and a model of the state as it is.
struct Maker {
    assay::test::Random random{assay::test::seed()};
    std::vector<Address> people{20};
    Maker() {
        for (Address& a : people) a = random.fixed<Address>();
    }
    Made next(const Model& model, Height height) {
        Made out{random_changes(random, model, 1 + random.below(40)), {}};
        out.record.height = height;
        if (height.value == 0) return out;
        out.record.block = random.bytes(1 + random.below(60));
        out.record.results = random.bytes(random.below(60));
        for (std::uint64_t i = random.below(4); i > 0; --i) out.record.txids.push_back(random.fixed<Hash>());
        if (random.below(4) != 0)
            for (const Address& a : people)
                if (random.below(3) == 0)
                    out.record.moments.push_back({a, Amount{random.below(1000)}, Credits{random.below(1000)}});
        return out;
    }
};

void put_block(Store& store, const Made& block) {
    REQUIRE(store.stage(block.changes).ok());
    const Status done = store.commit(block.record);
    if (!done) FAIL(done.error().message);
}

using Records = std::vector<std::pair<StateKey, Bytes>>;
Records all_of(const Store& store, std::optional<Height> height = {}) {
    Records out;
    Store::Walk walk;
    walk.begin = [](Height, const Hash&, std::uint64_t) { return Status{}; };
    walk.record = [&](const StateKey& key, ByteView value) -> Status {
        out.emplace_back(key, Bytes(value.begin(), value.end()));
        return {};
    };
    const Status done = store.walk(height, walk);
    if (!done) FAIL(done.error().message);
    return out;
}

// Everything that can be asked has the same answer.
void same(const Store& a, const Store& b, const std::vector<Made>& blocks, const Maker& maker) {
    REQUIRE(a.info().has_value());
    CHECK((a.info()->height == b.info()->height && a.info()->root == b.info()->root));
    CHECK(a.first_block() == b.first_block());
    const Records records = all_of(a);
    CHECK(records == all_of(b));
    for (const auto& [key, value] : records) CHECK(a.get(key) == value);
    for (const std::uint8_t table : {0x01, 0x02}) {
        std::vector<Bytes> of_a, of_b;
        a.for_prefix(table, {}, [&](ByteView k, ByteView) { return of_a.emplace_back(k.begin(), k.end()), true; });
        b.for_prefix(table, {}, [&](ByteView k, ByteView) { return of_b.emplace_back(k.begin(), k.end()), true; });
        CHECK(of_a == of_b);
    }
    const std::uint64_t head = a.info()->height.value;
    for (const Made& block : blocks) {
        const Height h = block.record.height;
        const auto one = a.block(h), two = b.block(h);
        REQUIRE(one.ok() == two.ok());
        if (one) CHECK((one->block == two->block && one->results == two->results));
        for (const Hash& id : block.record.txids) {
            const auto place = a.find_tx(id);
            REQUIRE(place.ok() == b.find_tx(id).ok());
            CHECK(place.ok() == (h.value <= head));
        }
    }
    for (const Address& who : maker.people) {
        const auto of_a = a.moments(who, Height{0}, Height{head + 100}, 1000);
        const auto of_b = b.moments(who, Height{0}, Height{head + 100}, 1000);
        REQUIRE((of_a.ok() && of_b.ok()));
        REQUIRE(of_a->size() == of_b->size());
        for (std::size_t i = 0; i < of_a->size(); ++i)
            CHECK(((*of_a)[i].height == (*of_b)[i].height && (*of_a)[i].liquid == (*of_b)[i].liquid));
    }
    for (std::uint64_t h = head < 6 ? 0 : head - 6; h <= head && !records.empty(); h += 2) {
        const StateKey& key = records[h % records.size()].first;
        const auto one = a.prove(key, Height{h}), two = b.prove(key, Height{h});
        REQUIRE((one.ok() && two.ok()));
        CHECK(borsh::encode(*one) == borsh::encode(*two));
        CHECK(verify_state_proof(*one, key, two->root).ok());
        CHECK(a.prove(key, Height{head + 1}).error().code == Code::future_height);
    }
}

bool punches_holes(const std::string& dir) {
    const std::string path = dir + "/probe";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT, 0600);
    const bool out = fd >= 0 && ::ftruncate(fd, 8192) == 0 &&
                     ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0;
    if (fd >= 0) ::close(fd);
    ::unlink(path.c_str());
    return out;
}
std::uint64_t bytes_on_disk(const std::string& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_blocks) * 512 : 0;
}

}  // namespace

TEST_CASE("a store that went back some blocks is one that never had them, and goes on as one", "[back]") {
    INFO("ASSAY_TEST_SEED=" << assay::test::seed());
    Maker maker;
    const TempDir folder;
    auto store = open_store(folder);
    std::vector<Made> blocks, gone;
    std::vector<Model> models{{}};  // before each block, and after the last
    const auto grow = [&](std::uint64_t count) {
        for (; count > 0; --count) {
            blocks.push_back(maker.next(models.back(), Height{blocks.size()}));
            put_block(*store, blocks.back());
            models.push_back(models.back());
            chain::test::apply(models.back(), blocks.back().changes);
        }
    };
    grow(40);  // past two merges of the indices' runs
    for (int round = 0; round < assay::test::rounds(8); ++round) {
        INFO("round " << round);
        for (std::uint64_t back = 1 + maker.random.below(20); back > 0 && blocks.size() > 1; --back) {
            const Status done = store->rollback();
            if (!done) FAIL(done.error().message);
            gone.push_back(std::move(blocks.back()));
            blocks.pop_back();
            models.pop_back();
            REQUIRE(store->info()->root == root_of(models.back()));
        }
        if (maker.random.below(2) == 0) {
            store.reset();
            store = open_store(folder);
        }
        grow(maker.random.below(3));
        const TempDir other;
        const auto never = open_store(other);
        for (const Made& block : blocks) put_block(*never, block);
        std::vector<Made> all = blocks;
        for (const Made& block : gone)
            if (block.record.height.value >= blocks.size()) all.push_back(block);
        same(*store, *never, all, maker);
        for (const Made& block : gone)  // of a height that has another block by now too
            for (const Hash& id : block.record.txids) CHECK(store->find_tx(id).error().code == Code::not_found);
        grow(1 + maker.random.below(30));
    }
    store.reset();
    store = open_store(folder);  // which compares the state with its root
    CHECK(store->info()->root == root_of(models.back()));
}

TEST_CASE("a store goes back no further than it began, nor than its undo reaches", "[back]") {
    assay::test::Random random;
    {
        const TempDir folder;
        const auto store = open_store(folder);
        CHECK(store->rollback().error().code == Code::not_found);
        const StateKey key = account_key(random);
        commit_block(*store, Height{0}, {{key, Bytes{1}}});
        CHECK(store->rollback().error().code == Code::not_found);
        commit_block(*store, Height{1}, {{key, Bytes{2}}});
        REQUIRE(store->stage({{key, Bytes{3}}}).ok());  // what was only staged goes too
        REQUIRE(store->rollback().ok());
        CHECK(store->get(key) == Bytes{1});
        CHECK_FALSE(store->first_block().has_value());
        CHECK(store->rollback().error().code == Code::not_found);
        CHECK(store->block(Height{1}).error().code == Code::not_found);
    }
    const TempDir folder;
    auto store = open_store(folder, 5);
    const StateKey key = account_key(random);
    for (std::uint64_t h = 0; h <= 50; ++h)
        commit_block(*store, Height{h}, {{key, Bytes{static_cast<std::uint8_t>(h)}}});
    REQUIRE(store->info()->oldest == Height{46});
    for (std::uint64_t h = 50; h > 46; --h) REQUIRE(store->rollback().ok());
    CHECK(store->info()->height == Height{46});
    const auto refused = store->rollback();
    CHECK(refused.error().code == Code::pruned);
    store.reset();
    CHECK(open_store(folder)->get(key) == Bytes{46});
}

TEST_CASE("what a crash leaves behind the end of the block file after a rollback is cut off", "[back]") {
    const TempDir folder;
    std::uintmax_t before = 0;
    Bytes tail;
    const std::string file = folder.path().string() + "/blocks-000001.dat";
    {
        const auto store = open_store(folder);
        for (std::uint64_t h = 0; h <= 3; ++h) commit_block(*store, Height{h}, {});
        before = std::filesystem::file_size(file);
        REQUIRE(store->rollback().ok());
        CHECK(std::filesystem::file_size(file) < before);
    }
    std::ofstream(file, std::ios::app | std::ios::binary) << "the block that was taken back";
    const auto store = open_store(folder);
    CHECK(std::filesystem::file_size(file) < before);
    commit_block(*store, Height{3}, {});
    CHECK(store->block(Height{3})->block == Bytes{1, 2, 3});
    CHECK(std::filesystem::file_size(file) == before);
}

TEST_CASE("pruned blocks are gone with what the indices had of them, and say so; the others stay", "[back]") {
    INFO("ASSAY_TEST_SEED=" << assay::test::seed());
    Maker maker;
    const TempDir folder;
    auto store = open_store(folder, 30);
    Model model;
    std::vector<Made> blocks;
    for (std::uint64_t h = 0; h <= 200; ++h) {
        blocks.push_back(maker.next(model, Height{h}));
        chain::test::apply(model, blocks.back().changes);
        put_block(*store, blocks.back());
    }
    CHECK(store->first_block() == Height{1});
    REQUIRE(*store->prune_blocks(Height{1}, 1000));  // nothing to do
    CHECK_FALSE(*store->prune_blocks(Height{150}, 100));
    CHECK(store->first_block() == Height{101});
    CHECK(*store->prune_blocks(Height{150}, 100));
    const auto check = [&](std::uint64_t first, std::uint64_t head) {
        CHECK(store->first_block() == Height{first});
        for (std::uint64_t h = 1; h <= head; ++h) {
            const auto got = store->block(Height{h});
            if (h >= first) {
                REQUIRE(got.ok());
                CHECK(got->block == blocks[h].record.block);
                for (const Hash& id : blocks[h].record.txids) CHECK(store->find_tx(id)->height == Height{h});
            } else {
                REQUIRE_FALSE(got.ok());
                CHECK(got.error().code == Code::pruned);
                // A run of the index that goes on above stays whole: its older entries lead to a pruned block.
                for (const Hash& id : blocks[h].record.txids) {
                    const auto place = store->find_tx(id);
                    if (place) CHECK(place->height == Height{h});
                    if (h < first - 100) CHECK_FALSE(place.ok());
                }
            }
        }
        CHECK(store->block(Height{head + 1}).error().code == Code::not_found);
        CHECK(store->info()->root == root_of(model));
        for (const Address& who : maker.people) {
            std::vector<Height> expected;
            for (std::uint64_t h = first; h <= head; ++h)
                for (const AccountMoment& m : blocks[h].record.moments)
                    if (m.address == who) expected.push_back(Height{h});
            const auto kept = store->moments(who, Height{first}, Height{head}, 1000);
            REQUIRE(kept.ok());
            std::vector<Height> told;
            for (const auto& m : *kept) told.push_back(m.height);
            CHECK(told == expected);
            if (first > 100) CHECK(store->moments(who, Height{0}, Height{first - 101}, 1000)->empty());
        }
    };
    check(150, 200);
    store.reset();
    store = open_store(folder, 30);
    check(150, 200);

    // The newest stays, whatever is asked for, and can be taken back.
    CHECK(*store->prune_blocks(Height{500}, 1000));
    check(200, 200);
    REQUIRE(store->rollback().ok());
    CHECK_FALSE(store->first_block().has_value());
    CHECK(store->block(Height{199}).error().code == Code::pruned);
    put_block(*store, blocks[200]);
    check(200, 200);

    REQUIRE(store->info()->oldest > Height{1});
    REQUIRE(store->prune_versions().ok());
    CHECK(store->info()->oldest == Height{171});
    store->compact();
    store.reset();
    store = open_store(folder, 30);
    check(200, 200);
    CHECK(store->info()->oldest == Height{171});
    CHECK(store->rollback().ok());
}

TEST_CASE("the space of pruned blocks is free again", "[back]") {
    const TempDir folder;
    if (!punches_holes(folder.path())) {
        WARN("this file system punches no holes");
        return;
    }
    const std::string file = folder.path().string() + "/blocks-000001.dat";
    assay::test::Random random;
    const auto store = open_store(folder);
    commit_block(*store, Height{0}, {});
    for (std::uint64_t h = 1; h <= 50; ++h) {
        REQUIRE(store->stage({}).ok());
        REQUIRE(store->commit({Height{h}, random.bytes(100'000), {}, {}, {}}).ok());
    }
    const std::uint64_t all = bytes_on_disk(file);
    REQUIRE(all >= 5'000'000);
    REQUIRE(*store->prune_blocks(Height{46}, 1000));
    CHECK(bytes_on_disk(file) < 700'000);
    CHECK(store->block(Height{46})->block.size() == 100'000);
    CHECK(store->block(Height{45}).error().code == Code::pruned);
}

TEST_CASE("block files before the first kept block are deleted, also those that a crash left", "[back]") {
    const TempDir folder;
    const auto path = [&](int n) { return folder.path().string() + "/blocks-00000" + std::to_string(n) + ".dat"; };
    for (const int n : {1, 2, 4}) std::ofstream(path(n)) << "old blocks";  // 3 went before the crash
    auto file = BlockFile::open(folder.path(), {5, 0, 0});
    REQUIRE(file.ok());
    const auto place = (*file)->append(Bytes{7}, {}, false);
    REQUIRE(place.ok());
    (*file)->drop_before(*place);
    for (const int n : {1, 2, 4}) CHECK_FALSE(std::filesystem::exists(path(n)));
    CHECK((*file)->read(*place)->block == Bytes{7});
}
