#include "chain/store/store.hpp"

#include <filesystem>

#include "chain/store/prove.hpp"
#include "chain/store/store_impl.hpp"
#include "chain/store/walk.hpp"

namespace assay::chain {
namespace {

constexpr std::uint64_t kPruneEvery = 50;
constexpr std::uint64_t kAllVersions = ~std::uint64_t{0};
constexpr unsigned kMaxShardLevels = 10;
constexpr unsigned kShardLeavesLog2 = 10;

template <std::size_t N>
void write_be(std::array<std::uint8_t, N>& out, std::size_t at, std::size_t bytes, u128 v) {
    for (std::size_t i = 0; i < bytes; ++i) out[at + i] = static_cast<std::uint8_t>(v >> (8 * (bytes - 1 - i)));
}
u128 read_u128(ByteView in) {
    u128 v = 0;
    for (const std::uint8_t b : in) v = v << 8 | b;
    return v;
}

std::vector<RunIndex<4>::Entry> entries_of(const std::vector<Hash>& txids) {
    std::vector<RunIndex<4>::Entry> out(txids.size());
    for (std::size_t i = 0; i < txids.size(); ++i) {
        out[i].id = RunIndex<4>::id_of(txids[i].view());
        write_be(out[i].tail, 0, 4, i);
    }
    return out;
}
std::vector<RunIndex<32>::Entry> entries_of(const std::vector<AccountMoment>& moments) {
    std::vector<RunIndex<32>::Entry> out(moments.size());
    for (std::size_t i = 0; i < moments.size(); ++i) {
        out[i].id = RunIndex<32>::id_of(moments[i].address.view());
        write_be(out[i].tail, 0, 16, moments[i].liquid.units);
        write_be(out[i].tail, 16, 16, moments[i].credits.units);
    }
    return out;
}
Store::Moment moment_of(const RunIndex<32>::Found& f) {
    const ByteView tail(f.tail);
    return {f.height, Amount{read_u128(tail.first(16))}, Credits{read_u128(tail.subspan(16))}};
}

unsigned shard_levels(std::uint64_t leaves) {
    unsigned log2 = 0;
    while (leaves >> (log2 + 1) != 0) ++log2;
    return log2 <= kShardLeavesLog2 ? 0 : std::min(kMaxShardLevels, log2 - kShardLeavesLog2);
}

}  // namespace

Store::Store() : impl_(std::make_unique<Impl>()) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::string& dir, const Options& options) {
    std::error_code ec;
    std::filesystem::create_directories(dir, ec);
    if (ec) return {Code::io_error, "the folder " + dir + " cannot be made: " + ec.message()};
    std::unique_ptr<Store> out(new Store());
    Impl& m = *out->impl_;
    m.options = options;
    m.accounts.set_budget(options.cache_bytes);
    ASSAY_TRY(m.db, Database::open(dir + "/state"));
    ASSAY_TRY(auto raw, m.db->get(layout::meta_key()));
    if (raw) {
        auto meta = borsh::decode<layout::Meta>(*raw);
        if (!meta || meta->format != layout::kFormat)
            return {Code::store_corrupt, "the store in " + dir + " is of another format than this program's, " +
                                             std::to_string(layout::kFormat)};
        m.meta = *meta;
    }
    ASSAY_TRY(m.blocks, BlockFile::open(dir, m.meta ? m.meta->blocks : BlockFile::Place{}));
    m.txs = std::make_unique<RunIndex<4>>(*m.db, 'T', 't');
    ASSAY_TRY_VOID(m.txs->load());
    m.moments = std::make_unique<RunIndex<32>>(*m.db, 'A', 'a');
    ASSAY_TRY_VOID(m.moments->load());
    ASSAY_TRY_VOID(m.load_block_range());
    if (m.meta) ASSAY_TRY_VOID(m.load_state());
    m.visible.emplace(*m.db);
    return out;
}

// Builds the tree from the flat table, whose order is the tree's, and compares it with the root that was committed.
Status Store::Impl::load_state() {
    constexpr std::size_t kPart = 1 << 16;
    std::vector<Trie::Change> part, ignored;
    Status bad;
    const auto flush = [&] {
        ignored.clear();
        trie.apply(part, ignored);
        part.clear();
    };
    const Bytes prefix{'s'};
    ASSAY_TRY_VOID(db->scan(
        prefix,
        [&](ByteView raw_key, ByteView raw) {
            auto record = borsh::decode<layout::FlatRecord>(raw);
            if (!record || raw_key.size() != 1 + Path::kSize) {
                bad = Error{Code::store_corrupt, "a record of the state does not decode"};
                return false;
            }
            StateKey key{raw_key[1], std::move(record->key)};
            Bytes value = std::move(record->value);
            const Path path = state_path(key);
            part.push_back({path, leaf_hash(path, value_hash(value))});
            ++leaves[key.table];
            if (key.table != kAccountTable) {
                tables.emplace(std::move(key), std::move(value));
            } else if (key.key.size() == Address::kSize) {
                accounts.put(address_in(key), value);
            }
            if (part.size() == kPart) flush();
            return true;
        },
        nullptr, true));
    ASSAY_TRY_VOID(std::move(bad));
    flush();
    if (trie.root().hash != meta->root)
        return {Code::store_corrupt, "the state on disk does not give the root of height " +
                                         std::to_string(meta->height.value) +
                                         ": restore the folder from a backup or replay the blocks"};
    return {};
}

std::optional<Store::Info> Store::info() const {
    if (!impl_->meta) return std::nullopt;
    return Info{impl_->meta->height, impl_->meta->root, impl_->meta->oldest};
}

std::optional<Bytes> Store::Impl::get(const StateKey& key) const {
    if (key.table != kAccountTable) {
        const auto it = tables.find(key);
        if (it == tables.end()) return std::nullopt;
        return it->second;
    }
    if (const auto cached = accounts.find(address_in(key))) return Bytes(cached->begin(), cached->end());
    auto read = db->get(layout::flat_key(state_path(key)), &*visible);
    ASSAY_CHECK(read.ok());  // the disk does not answer: better no block than a guessed state
    if (!*read) return std::nullopt;
    auto record = borsh::decode<layout::FlatRecord>(**read);
    ASSAY_CHECK(record.ok() && record->key == key.key);
    return std::move(record->value);
}

std::optional<Bytes> Store::get(const StateKey& key) const {
    return impl_->get(key);
}

std::optional<ByteView> Store::cached_account(const Address& a) const {
    return impl_->accounts.find(a);
}

void Store::for_range(std::uint8_t table, ByteView prefix, ByteView from,
                      const std::function<bool(ByteView, ByteView)>& f) const {
    if (table == kAccountTable) {
        const Bytes all{'s', kAccountTable};
        const Status read = impl_->db->scan(
            all,
            [&](ByteView, ByteView raw) {
                const auto record = borsh::decode<layout::FlatRecord>(raw);
                ASSAY_CHECK(record.ok());
                const Bytes& key = record->key;
                const bool begins =
                    key.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), key.begin());
                return !begins || f(key, record->value);
            },
            &*impl_->visible, true);
        ASSAY_CHECK(read.ok());  // as in get
        return;
    }
    for (auto it = impl_->tables.lower_bound({table, Bytes(from.begin(), from.end())}); it != impl_->tables.end();
         ++it) {
        const StateKey& key = it->first;
        if (key.table != table || key.key.size() < prefix.size() ||
            !std::equal(prefix.begin(), prefix.end(), key.key.begin()))
            return;
        if (!f(key.key, it->second)) return;
    }
}

Result<Hash> Store::stage(std::vector<Change> changes) {
    Impl& m = *impl_;
    discard_stage();
    // Ascending by path: what is sorted is small, what it stands for is moved once.
    struct Place {
        std::uint64_t head = 0;  // the path's first eight bytes
        std::uint32_t index = 0;
        Path path;
    };
    std::vector<Place> order;
    order.reserve(changes.size());
    for (std::uint32_t i = 0; i < changes.size(); ++i) {
        Place p{0, i, state_path(changes[i].key)};
        for (std::size_t b = 0; b < 8; ++b) p.head = p.head << 8 | p.path.bytes[b];
        order.push_back(p);
    }
    std::sort(order.begin(), order.end(),
              [](const Place& a, const Place& b) { return a.head != b.head ? a.head < b.head : a.path < b.path; });
    Impl::Staged s;
    s.writes.reserve(changes.size());
    for (const Place& p : order) {
        Change& c = changes[p.index];
        auto before = m.get(c.key);
        if (before == c.value) continue;
        s.writes.push_back({std::move(c), p.path, std::move(before)});
    }
    std::vector<Trie::Change> leaves;
    leaves.reserve(s.writes.size());
    for (std::size_t i = 0; i < s.writes.size(); ++i) {
        const auto& w = s.writes[i];
        // Two keys with one path would be one leaf. 2^124 hashes would find such a pair; it must not be believed.
        const bool taken = (i > 0 && s.writes[i - 1].path == w.path) || (!w.before && m.trie.contains(w.path));
        if (taken) return {Code::internal, "two keys of the state have the same path"};
        std::optional<Hash> leaf;
        if (w.change.value) leaf = leaf_hash(w.path, value_hash(*w.change.value));
        leaves.push_back({w.path, leaf});
    }
    s.undo.reserve(leaves.size());
    m.trie.apply(leaves, s.undo);
    s.root = m.trie.root().hash;
    const Hash root = s.root;
    m.staged = std::move(s);
    return root;
}

void Store::discard_stage() {
    Impl& m = *impl_;
    if (!m.staged) return;
    ASSAY_CHECK(!m.staged->meta);  // what is durable cannot be taken back
    std::vector<Trie::Change> ignored;
    m.trie.apply(m.staged->undo, ignored);
    m.staged.reset();
}

layout::Version Store::Impl::version_of(const Hash& root, std::uint8_t undo_bits) const {
    layout::Version v;
    v.root = root;
    v.undo_bits = undo_bits;
    for (const auto& [table, count] : leaves) {
        if (count == 0) continue;
        Path prefix;
        prefix.bytes[0] = table;
        const unsigned levels = shard_levels(count);
        v.tables.push_back({table, static_cast<std::uint8_t>(levels), trie.cut(prefix, 8, levels)});
    }
    return v;
}

void Store::Impl::write_undo(Height height, std::uint8_t undo_bits) {
    // Writes are ascending by path, so each chunk is a run of them, and all tables but accounts are one chunk.
    const auto& writes = staged->writes;
    Bytes out;
    for (std::size_t from = 0, to = 0; from < writes.size(); from = to) {
        const std::uint8_t chunk = layout::undo_chunk(writes[from].path, undo_bits);
        while (to < writes.size() && layout::undo_chunk(writes[to].path, undo_bits) == chunk) ++to;
        out.clear();
        borsh::Writer writer(out);
        writer.put(static_cast<std::uint32_t>(to - from));
        for (std::size_t i = from; i < to; ++i) {
            writer.put(writes[i].change.key);
            writer.put(writes[i].before);
        }
        batch.put(layout::undo_key(height, chunk), out);
    }
}

Status Store::write(const BlockRecord& record) {
    Impl& m = *impl_;
    if (!m.staged) return {Code::internal, "nothing is staged"};
    Database::Batch& batch = m.batch;
    batch.clear();
    layout::Meta next = m.meta ? *m.meta : layout::Meta{};
    if (!m.meta) next.oldest = record.height;
    next.height = record.height;
    next.root = m.staged->root;
    if (!record.block.empty()) {
        ASSAY_TRY(auto place, m.blocks->append(record.block, record.results, m.options.sync));
        batch.put(layout::height_key('b', record.height), borsh::encode(place));
        next.blocks = place.end();
    }
    std::size_t accounts = 0;
    Bytes flat_record;  // a layout::FlatRecord, from its parts
    for (const auto& w : m.staged->writes) {
        const StateKey& key = w.change.key;
        const auto flat = layout::flat_key(w.path);
        accounts += key.table == kAccountTable;
        if (w.change.value) {
            flat_record.clear();
            borsh::Writer writer(flat_record);
            writer.put(key.key);
            writer.put(*w.change.value);
            batch.put(flat, flat_record);
        } else {
            batch.erase(flat);
        }
        std::uint64_t& count = m.leaves[key.table];
        if (w.change.value && !w.before) ++count;
        if (!w.change.value && w.before) --count;
    }
    const std::uint8_t undo_bits = accounts < layout::kUndoChunkFrom ? 0 : layout::kUndoBits;
    if (m.meta) m.write_undo(record.height, undo_bits);  // before the first commit there was nothing
    batch.put(layout::height_key('r', record.height), borsh::encode(m.version_of(m.staged->root, undo_bits)));
    ASSAY_TRY_VOID(m.txs->add(batch, record.height, entries_of(record.txids)));
    ASSAY_TRY_VOID(m.moments->add(batch, record.height, entries_of(record.moments)));
    if (next.height.value % kPruneEvery == 0) m.erase_versions(next, kAllVersions);
    batch.put(layout::meta_key(), borsh::encode(next));
    ASSAY_TRY_VOID(
        m.moments->publish([&] { return m.txs->publish([&] { return m.db->write(batch, m.options.sync); }); }));
    if (!record.block.empty() && m.first_block == 0) m.first_block = record.height.value;
    m.staged->meta = next;
    return {};
}

void Store::publish() {
    Impl& m = *impl_;
    ASSAY_CHECK(m.staged && m.staged->meta);
    for (auto& w : m.staged->writes) {
        const StateKey& key = w.change.key;
        if (key.table == kAccountTable) {
            if (w.change.value) {
                m.accounts.put(address_in(key), *w.change.value);
            } else {
                m.accounts.forget(address_in(key));
            }
        } else if (w.change.value) {
            m.tables[key] = std::move(*w.change.value);
        } else {
            m.tables.erase(key);
        }
    }
    m.visible.emplace(*m.db);
    m.meta = *m.staged->meta;
    m.staged.reset();
}

Status Store::commit(const BlockRecord& record) {
    ASSAY_TRY_VOID(write(record));
    publish();
    return {};
}

Result<StateProof> Store::prove(const StateKey& key, Height height) const {
    if (key.table == kAccountTable && key.key.size() != Address::kSize)
        return {Code::invalid_params, "the key of an account is its 32-byte address"};
    return make_proof(*impl_->db, key, height);
}

Status Store::walk(const std::optional<Height>& height, const Walk& f) const {
    return walk_state(*impl_->db, height, f.begin, f.record);
}

Result<Store::StoredBlock> Store::block(Height height) const {
    const auto pruned = [&]() -> std::optional<Error> {
        const std::uint64_t first = impl_->pruned_below;
        if (height.value >= first) return std::nullopt;
        return Error{Code::pruned, "block " + std::to_string(height.value) + " is pruned; the oldest kept is block " +
                                       std::to_string(first)};
    };
    ASSAY_TRY(auto raw, impl_->db->get(layout::height_key('b', height)));
    if (!raw) {
        if (const auto gone = pruned()) return *gone;
        return {Code::not_found, "there is no block of height " + std::to_string(height.value)};
    }
    auto place = borsh::decode<BlockFile::Place>(*raw);
    if (!place) return {Code::store_corrupt, "the place of block " + std::to_string(height.value) + " does not decode"};
    auto body = impl_->blocks->read(*place);
    // Asked after the read: what was deleted in between may have been read as zeros, or not at all.
    if (const auto gone = pruned()) return *gone;
    if (!body) return body.error();
    return StoredBlock{std::move(body->block), std::move(body->results)};
}

Result<Store::TxPlace> Store::find_tx(const Hash& txid) const {
    ASSAY_TRY(auto found, impl_->txs->find(RunIndex<4>::id_of(txid.view())));
    if (found.empty()) return {Code::not_found, "no transaction with this id is on the chain"};
    return TxPlace{found.front().height, static_cast<std::uint32_t>(read_u128(found.front().tail))};
}

Result<std::vector<Store::Moment>> Store::moments(const Address& a, Height from, Height to, std::size_t limit) const {
    ASSAY_TRY(const auto found, impl_->moments->find_from(RunIndex<32>::id_of(a.view()), from, to, limit));
    std::vector<Moment> out;
    out.reserve(found.size());
    for (const auto& f : found) out.push_back(moment_of(f));
    return out;
}

Result<std::optional<Store::Moment>> Store::moment_below(const Address& a, Height height) const {
    ASSAY_TRY(const auto found, impl_->moments->find_below(RunIndex<32>::id_of(a.view()), height));
    return found ? std::optional(moment_of(*found)) : std::nullopt;
}

}  // namespace assay::chain
