// A store in a folder of its own, and a plain model of what it should hold at every height.
#pragma once

#include <map>

#include "chain/store/hashing.hpp"
#include "chain/store/store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_dir.hpp"

namespace assay::chain::test {

using assay::test::TempDir;

using Model = std::map<StateKey, Bytes>;

/// The root by the definition alone: all leaves, sorted by path, as one subtree.
inline Hash root_of(const Model& model) {
    std::vector<TreeLeaf> leaves;
    for (const auto& [key, value] : model) {
        const Path path = state_path(key);
        leaves.push_back({path, leaf_hash(path, value_hash(value))});
    }
    std::sort(leaves.begin(), leaves.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    return subtree(leaves.data(), leaves.data() + leaves.size(), 0).hash;
}

inline StateKey account_key(assay::test::Random& random) {
    return {kAccountTable, random.bytes(32)};
}

/// Some writes: new keys, changed ones and erased ones, in two tables and the accounts.
inline std::vector<Change> random_changes(assay::test::Random& random, const Model& model, std::size_t count) {
    std::map<StateKey, std::optional<Bytes>> out;
    for (std::size_t i = 0; i < count; ++i) {
        StateKey key;
        if (!model.empty() && random.below(2) == 0) {
            auto it = model.lower_bound({static_cast<std::uint8_t>(random.below(256)), random.bytes(8)});
            if (it == model.end()) it = model.begin();
            key = it->first;
        } else if (random.below(4) != 0) {
            key = account_key(random);
        } else {
            key = {static_cast<std::uint8_t>(1 + random.below(2)), random.bytes(1 + random.below(40))};
        }
        if (random.below(4) == 0) {
            out[key] = std::nullopt;
        } else {
            out[key] = random.bytes(random.below(80));
        }
    }
    std::vector<Change> changes;
    for (auto& [key, value] : out) changes.push_back({key, value});
    return changes;
}

inline void apply(Model& model, const std::vector<Change>& changes) {
    for (const Change& c : changes) {
        if (c.value) {
            model[c.key] = *c.value;
        } else {
            model.erase(c.key);
        }
    }
}

inline std::unique_ptr<Store> open_store(const TempDir& folder, std::uint64_t keep_versions = 1000) {
    auto store = Store::open(folder.path(), {.cache_bytes = 1 << 20, .keep_versions = keep_versions, .sync = false});
    if (!store) FAIL(store.error().message);
    return *std::move(store);
}

inline Hash commit_block(Store& store, Height height, const std::vector<Change>& changes,
                         std::vector<Hash> txids = {}) {
    auto root = store.stage(changes);
    REQUIRE(root.ok());
    BlockRecord record;
    record.height = height;
    if (height.value > 0) {
        record.block = Bytes{1, 2, static_cast<std::uint8_t>(height.value)};
        record.results = Bytes{static_cast<std::uint8_t>(height.value), 9};
    }
    record.txids = std::move(txids);
    const Status done = store.commit(record);
    if (!done) FAIL(done.error().message);
    return *root;
}

}  // namespace assay::chain::test
