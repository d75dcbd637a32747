// Old blocks and old versions away.
//
// Order: the batch that deletes places, indices and says so in `p` is durable before any byte of a body goes, so that
// nothing names what is not there; a crash in between leaves files that open() deletes.
#include "chain/store/store_impl.hpp"

namespace assay::chain {

Status Store::Impl::load_block_range() {
    ASSAY_TRY(const auto pruned, db->get(layout::pruned_key()));
    if (pruned) {
        const auto height = borsh::decode<Height>(*pruned);
        if (!height) return {Code::store_corrupt, "the height below which blocks are pruned does not decode"};
        pruned_below = height->value;
    }
    Status bad;
    const Bytes prefix{'b'};
    ASSAY_TRY_VOID(db->scan(prefix, [&](ByteView key, ByteView value) {
        const auto place = borsh::decode<BlockFile::Place>(value);
        if (!place || key.size() != 9) {
            bad = Error{Code::store_corrupt, "the place of the first block does not decode"};
            return false;
        }
        std::uint64_t height = 0;
        for (const std::uint8_t b : key.subspan(1)) height = height << 8 | b;
        first_block = height;
        if (pruned_below > 0) blocks->drop_before(*place);
        return false;
    }));
    return bad;
}

std::optional<Height> Store::first_block() const {
    const std::uint64_t first = impl_->first_block;
    return first == 0 ? std::nullopt : std::optional(Height{first});
}

Result<bool> Store::prune_blocks(Height keep_from, std::uint64_t most) {
    Impl& m = *impl_;
    const Height first{m.first_block};
    if (!m.meta || first.value == 0) return true;
    keep_from = std::min(keep_from, m.meta->height);  // the newest is what a rollback takes back
    if (keep_from <= first) return true;
    const Height to = keep_from.value - first.value > most ? first + most : keep_from;
    ASSAY_TRY(const auto raw, m.db->get(layout::height_key('b', to)));
    if (!raw) return {Code::store_corrupt, "the store has no block " + std::to_string(to.value)};
    const auto place = borsh::decode<BlockFile::Place>(*raw);
    if (!place) return {Code::store_corrupt, "the place of block " + std::to_string(to.value) + " does not decode"};

    Database::Batch& batch = m.batch;
    batch.clear();
    for (Height h = first; h < to; h = h + 1) batch.erase(layout::height_key('b', h));
    m.txs->forget_below(batch, to);
    m.moments->forget_below(batch, to);
    batch.put(layout::pruned_key(), borsh::encode(to));
    ASSAY_TRY_VOID(
        m.moments->publish([&] { return m.txs->publish([&] { return m.db->write(batch, m.options.sync); }); }));
    m.pruned_below = to.value;  // before the bytes go: Store::block asks for it after it has read
    m.first_block = to.value;
    m.blocks->drop_before(*place);
    return to == keep_from;
}

void Store::Impl::erase_versions(layout::Meta& next, std::uint64_t most) {
    if (next.height.value < next.oldest.value + options.keep_versions) return;
    const Height wanted = next.height + 1 - options.keep_versions;
    const Height oldest = wanted.value - next.oldest.value > most ? next.oldest + most : wanted;
    for (Height h = next.oldest; h < oldest; h = h + 1) {
        batch.erase(layout::height_key('r', h));
        // The undo of the oldest height leads below it.
        for (unsigned c = 0; c < 1u << layout::kUndoBits; ++c)
            batch.erase(layout::undo_key(h + 1, static_cast<std::uint8_t>(c)));
        batch.erase(layout::undo_key(h + 1, layout::kUndoOfTables));
    }
    next.oldest = oldest;
}

Status Store::prune_versions() {
    constexpr std::uint64_t kInOneBatch = 10'000;
    Impl& m = *impl_;
    while (m.meta) {
        layout::Meta next = *m.meta;
        m.batch.clear();
        m.erase_versions(next, kInOneBatch);
        if (next.oldest == m.meta->oldest) break;
        m.batch.put(layout::meta_key(), borsh::encode(next));
        ASSAY_TRY_VOID(m.db->write(m.batch, m.options.sync));
        m.meta = next;
    }
    return {};
}

void Store::compact() {
    impl_->visible.emplace(*impl_->db);  // an older look at the database would keep what was deleted since
    impl_->db->compact();
}

}  // namespace assay::chain
