#include "chain/store/trie.hpp"

#include "tests/chain/store/store_fixture.hpp"

using namespace assay;
using namespace assay::chain;

namespace {

using Leaves = std::map<Path, Hash>;

Summary by_definition(const Leaves& leaves) {
    std::vector<TreeLeaf> all;
    for (const auto& [path, hash] : leaves) all.push_back({path, hash});
    return subtree(all.data(), all.data() + all.size(), 0);
}

// Paths that differ in few bits as well as such that differ in many: what somebody would grind.
Path some_path(assay::test::Random& random) {
    Path p = random.fixed<Path>();
    const std::uint64_t same = random.below(4) == 0 ? random.below(32) : 0;
    for (std::size_t i = 0; i < same; ++i) p.bytes[i] = 0x5a;
    if (random.below(8) == 0) {
        p = Path{};
        p.bytes[31] = static_cast<std::uint8_t>(random.below(16));
    }
    return p;
}

std::vector<Trie::Change> some_changes(assay::test::Random& random, const Leaves& leaves, std::size_t count) {
    std::map<Path, std::optional<Hash>> out;
    for (std::size_t i = 0; i < count; ++i) {
        Path p = some_path(random);
        if (!leaves.empty() && random.below(2) == 0) {
            auto it = leaves.lower_bound(p);
            p = it == leaves.end() ? leaves.begin()->first : it->first;
        }
        out[p] = random.below(3) == 0 ? std::nullopt : std::optional(random.fixed<Hash>());
    }
    std::vector<Trie::Change> changes;
    for (const auto& [path, leaf] : out) changes.push_back({path, leaf});
    return changes;
}

void apply_to(Leaves& leaves, const std::vector<Trie::Change>& changes) {
    for (const auto& c : changes) {
        if (c.leaf) {
            leaves[c.path] = *c.leaf;
        } else {
            leaves.erase(c.path);
        }
    }
}

}  // namespace

TEST_CASE("an empty tree is 32 zero bytes and a lone leaf is its own root", "[trie]") {
    Trie trie;
    CHECK(trie.root().hash.is_zero());
    assay::test::Random random;
    const Path path = random.fixed<Path>();
    const Hash leaf = random.fixed<Hash>();
    std::vector<Trie::Change> undo;
    trie.apply(std::vector<Trie::Change>{{path, leaf}}, undo);
    CHECK(trie.root() == Summary{Fill::single, leaf});
    CHECK(trie.contains(path));
}

TEST_CASE("after any inserts, changes and removals the root is that of the set, and undo leads back", "[trie]") {
    const std::uint64_t seed = assay::test::seed();
    INFO("ASSAY_TEST_SEED=" << seed);
    assay::test::Random random(seed);
    for (int round = 0; round < 20; ++round) {
        Trie trie;
        Leaves leaves;
        for (int step = 0; step < 60; ++step) {
            const auto changes = some_changes(random, leaves, 1 + random.below(step % 10 == 0 ? 200 : 20));
            const Summary before = trie.root();
            std::vector<Trie::Change> undo, again;
            trie.apply(changes, undo);
            if (random.below(3) == 0) {  // discarded: as if it had not been
                trie.apply(undo, again);
                REQUIRE(trie.root() == before);
                REQUIRE(trie.size() == leaves.size());
                continue;
            }
            apply_to(leaves, changes);
            REQUIRE(trie.root() == by_definition(leaves));
            REQUIRE(trie.size() == leaves.size());
        }
        for (const auto& [path, hash] : leaves) CHECK(trie.contains(path));
        // And down to nothing.
        std::vector<Trie::Change> all, undo;
        for (const auto& [path, hash] : leaves) all.push_back({path, std::nullopt});
        trie.apply(all, undo);
        CHECK(trie.root() == Summary{});
    }
}

TEST_CASE("a cut of the tree joins up to the tree", "[trie]") {
    const std::uint64_t seed = assay::test::seed();
    INFO("ASSAY_TEST_SEED=" << seed);
    assay::test::Random random(seed);
    for (const std::size_t count : {1u, 2u, 5u, 9u, 40u, 3000u}) {
        Trie trie;
        std::map<Path, Hash> leaves;
        for (std::size_t i = 0; i < count; ++i) {
            Path p = random.fixed<Path>();
            p.bytes[0] = random.below(3) == 0 ? 0x80 : static_cast<std::uint8_t>(random.below(4));
            leaves[p] = random.fixed<Hash>();
        }
        std::vector<Trie::Change> changes, undo;
        for (const auto& [path, hash] : leaves) changes.push_back({path, hash});
        trie.apply(changes, undo);
        for (const std::uint8_t table : {0x00, 0x01, 0x80}) {
            for (const unsigned levels : {0u, 1u, 5u}) {
                Path prefix;
                prefix.bytes[0] = table;
                const auto shards = trie.cut(prefix, 8, levels);
                REQUIRE(shards.size() == (std::size_t{1} << levels));
                for (std::size_t shard = 0; shard < shards.size(); ++shard) {
                    std::vector<TreeLeaf> inside;
                    for (const auto& [path, hash] : leaves)
                        if (path.bytes[0] == table && (path.bytes[1] >> (8 - levels)) == static_cast<int>(shard))
                            inside.push_back({path, hash});
                    CHECK(shards[shard] == subtree(inside.data(), inside.data() + inside.size(), 8 + levels));
                }
            }
        }
    }
}
