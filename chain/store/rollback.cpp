// One block back.
//
//   1. The undo of the newest height is read, and laid over the tree in memory: that must give the root of the height
//      before, as its own record has it.
//   2. One batch: the flat table as it was, without the height's undo, version, block place and index entries, and the
//      record `m` of the height before. kill -9 before it leaves the newer height, after it the older one, and there is
//      nothing in between, because LevelDB applies a batch whole or not at all.
//   3. The block file is cut. A crash before leaves bytes behind the end that `m` names: open() cuts them off.
#include "chain/store/load.hpp"
#include "chain/store/store_impl.hpp"
#include "chain/store/walk.hpp"

namespace assay::chain {

Status Store::rollback() {
    Impl& m = *impl_;
    discard_stage();
    if (!m.meta) return {Code::not_found, "no chain in this home yet"};
    const Height now = m.meta->height, then = now - 1;
    const std::string newest = std::to_string(now.value);
    ASSAY_TRY(const auto raw_place, m.db->get(layout::height_key('b', now)));
    if (!raw_place)
        return {Code::not_found, "this home begins at height " + newest + ": there is no block to take back"};
    const auto place = borsh::decode<BlockFile::Place>(*raw_place);
    if (!place) return {Code::store_corrupt, "the place of block " + newest + " does not decode"};
    if (now <= m.meta->oldest)
        return {Code::pruned,
                "the state before height " + newest + " is pruned: store.keep_versions is how many are kept"};

    Changed changed;
    Hash root;
    {
        const Database::Snapshot at(*m.db);
        ASSAY_TRY_VOID(take_back(*m.db, at, now, changed));
        ASSAY_TRY(const auto version,
                  load<layout::Version>(*m.db, layout::height_key('r', then), at, "record of a height"));
        root = version.root;
    }
    std::vector<Trie::Change> leaves, redo;
    for (const auto& [path, before] : changed) {
        std::optional<Hash> leaf;
        if (before.value) leaf = leaf_hash(path, value_hash(*before.value));
        leaves.push_back({path, leaf});
    }
    m.trie.apply(leaves, redo);
    if (m.trie.root().hash != root) {
        m.trie.apply(redo, leaves);
        return {Code::store_corrupt, "the undo of height " + newest + " does not give the root of the height before"};
    }

    Database::Batch& batch = m.batch;
    batch.clear();
    layout::Meta next = *m.meta;
    next.height = then;
    next.root = root;
    next.blocks = {place->file, place->offset, 0};
    for (const auto& [path, before] : changed) {
        const bool there = m.get(before.key).has_value();
        std::uint64_t& count = m.leaves[before.key.table];
        if (before.value && !there) ++count;
        if (!before.value && there) --count;
        if (before.value)
            batch.put(layout::flat_key(path), borsh::encode(layout::FlatRecord{before.key.key, *before.value}));
        else
            batch.erase(layout::flat_key(path));
    }
    for (unsigned c = 0; c < 1u << layout::kUndoBits; ++c)
        batch.erase(layout::undo_key(now, static_cast<std::uint8_t>(c)));
    batch.erase(layout::undo_key(now, layout::kUndoOfTables));
    batch.erase(layout::height_key('r', now));
    batch.erase(layout::height_key('b', now));
    ASSAY_TRY_VOID(m.txs->remove_newest(batch, now));
    ASSAY_TRY_VOID(m.moments->remove_newest(batch, now));
    batch.put(layout::meta_key(), borsh::encode(next));
    ASSAY_TRY_VOID(
        m.moments->publish([&] { return m.txs->publish([&] { return m.db->write(batch, m.options.sync); }); }));

    for (auto& [path, before] : changed) {
        if (before.key.table == kAccountTable) {
            if (before.value)
                m.accounts.put(address_in(before.key), *before.value);
            else
                m.accounts.forget(address_in(before.key));
        } else if (before.value) {
            m.tables[before.key] = std::move(*before.value);
        } else {
            m.tables.erase(before.key);
        }
    }
    m.visible.emplace(*m.db);
    m.meta = next;
    if (m.first_block > then.value) m.first_block = 0;
    return m.blocks->cut(next.blocks);
}

}  // namespace assay::chain
