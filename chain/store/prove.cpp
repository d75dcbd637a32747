#include "chain/store/prove.hpp"

#include <map>
#include <span>

#include "chain/store/layout.hpp"
#include "chain/store/load.hpp"

namespace assay::chain {
namespace {

// A subtree of the cut: everything under the first `depth` bits of `prefix`.
struct Cell {
    Path path;
    unsigned depth = 0;
    Summary summary;
    std::uint8_t levels = 0;
};

struct Value {
    Path path;
    Hash value_hash;
    Bytes value;
};

std::vector<Cell> cells_of(const layout::Version& version) {
    std::vector<Cell> out;
    for (const layout::TableCut& t : version.tables) {
        for (std::size_t shard = 0; shard < t.shards.size(); ++shard) {
            Cell c;
            c.path.bytes[0] = t.table;
            for (unsigned l = 0; l < t.levels; ++l)
                if (shard >> (t.levels - 1u - l) & 1)
                    c.path.bytes[1 + l / 8] |= static_cast<std::uint8_t>(0x80 >> (l % 8));
            c.depth = 8u + t.levels;
            c.levels = t.levels;
            c.summary = t.shards[shard];
            out.push_back(c);
        }
    }
    return out;
}

Summary summary_of(std::span<const Cell> cells, unsigned depth) {
    if (cells.empty()) return {};
    if (cells.size() == 1 && cells.front().depth == depth) return cells.front().summary;
    const Cell* middle = split_at(cells.data(), cells.data() + cells.size(), depth);
    const std::size_t left = static_cast<std::size_t>(middle - cells.data());
    return join(summary_of(cells.first(left), depth + 1), summary_of(cells.subspan(left), depth + 1));
}

// Proof while it is made, from the root down.
struct Way {
    StateProof proof;
    void step(const Summary& sibling) {
        const unsigned d = proof.depth++;
        if (proof.bitmap.size() < (proof.depth + 7u) / 8) proof.bitmap.push_back(0);
        if (sibling.fill == Fill::empty) return;
        proof.bitmap[d / 8] |= static_cast<std::uint8_t>(0x80 >> (d % 8));
        proof.siblings.push_back(sibling.hash);
    }
};

// Everything that lay in a cell at `height`, ascending by path.
Result<std::vector<Value>> load_cell(const Database& db, const Database::Snapshot& at, const Cell& cell, Height height,
                                     Height head) {
    std::map<StateKey, Bytes> found;
    Status bad;
    const auto inside = [&](const StateKey& key) {
        return key.table == cell.path.bytes[0] &&
               layout::shard_of(state_path(key), cell.levels) == layout::shard_of(cell.path, cell.levels);
    };
    // Order of the flat table is order of the tree: a cell is one range of it.
    Bytes from{'s'}, to;
    from.insert(from.end(), cell.path.bytes.begin(), cell.path.bytes.begin() + (cell.depth + 7) / 8);
    const bool accounts = cell.path.bytes[0] == kAccountTable;
    ASSAY_TRY_VOID(db.scan_range(
        from, to,
        [&](ByteView raw_key, ByteView raw) {
            if (raw_key.size() < 2 || raw_key[0] != 's') return false;
            auto record = borsh::decode<layout::FlatRecord>(raw);
            if (!record) {
                bad = Error{Code::store_corrupt, "a record of the state does not decode"};
                return false;
            }
            StateKey key{raw_key[1], std::move(record->key)};
            if (!inside(key)) return false;
            found.emplace(std::move(key), std::move(record->value));
            return true;
        },
        &at, true));
    ASSAY_TRY_VOID(std::move(bad));
    for (Height h = head; h > height; h = h - 1) {
        ASSAY_TRY(auto version, load<layout::Version>(db, layout::height_key('r', h), at, "record of a height"));
        std::vector<std::uint8_t> chunks;
        if (!accounts) {
            chunks.push_back(layout::kUndoOfTables);
        } else {
            for (unsigned c = 0; c < 1u << version.undo_bits; ++c) {
                // Chunks and shards are both cut by leading bits: they overlap where the shorter agrees with the
                // longer.
                const unsigned bits = std::min<unsigned>(version.undo_bits, cell.levels);
                if (c >> (version.undo_bits - bits) == layout::shard_of(cell.path, bits))
                    chunks.push_back(static_cast<std::uint8_t>(c));
            }
        }
        for (const std::uint8_t chunk : chunks) {
            ASSAY_TRY(auto raw, db.get(layout::undo_key(h, chunk), &at));
            if (!raw) continue;  // nothing changed there
            auto entries = borsh::decode<std::vector<layout::UndoEntry>>(*raw);
            if (!entries) return {Code::store_corrupt, "an undo record does not decode"};
            for (auto& e : *entries) {
                if (!inside(e.key)) continue;
                if (e.before) {
                    found[e.key] = std::move(*e.before);
                } else {
                    found.erase(e.key);
                }
            }
        }
    }
    std::vector<Value> out;
    out.reserve(found.size());
    for (auto& [key, value] : found) out.push_back({state_path(key), value_hash(value), std::move(value)});
    std::sort(out.begin(), out.end(), [](const Value& a, const Value& b) { return a.path < b.path; });
    return out;
}

void finish(Way& way, const Value* leaf, const Path& path) {
    if (leaf == nullptr) return;
    way.proof.leaf = ProofLeaf{leaf->path, leaf->value_hash};
    if (leaf->path == path) way.proof.value = leaf->value;
}

// From the cell's depth down through its own leaves.
void descend_values(Way& way, std::span<const Value> values, const Path& path) {
    std::vector<TreeLeaf> leaves;
    leaves.reserve(values.size());
    for (const Value& v : values) leaves.push_back({v.path, leaf_hash(v.path, v.value_hash)});
    const TreeLeaf* begin = leaves.data();
    const TreeLeaf* end = begin + leaves.size();
    while (end - begin > 1) {
        const unsigned d = way.proof.depth;
        const TreeLeaf* middle = split_at(begin, end, d);
        if (bit_at(path, d)) {
            way.step(subtree(begin, middle, d + 1));
            begin = middle;
        } else {
            way.step(subtree(middle, end, d + 1));
            end = middle;
        }
    }
    finish(way, begin == end ? nullptr : &values[static_cast<std::size_t>(begin - leaves.data())], path);
}

}  // namespace

Result<StateProof> make_proof(const Database& db, const StateKey& key, Height height) {
    const Database::Snapshot at(db);
    ASSAY_TRY(auto meta, load<layout::Meta>(db, layout::meta_key(), at, "record of its height"));
    if (height > meta.height)
        return {Code::future_height, "height " + std::to_string(height.value) + " is not there yet; the state is at " +
                                         std::to_string(meta.height.value)};
    if (height < meta.oldest)
        return {Code::pruned, "height " + std::to_string(height.value) + " is pruned; the oldest provable is " +
                                  std::to_string(meta.oldest.value)};
    ASSAY_TRY(auto version, load<layout::Version>(db, layout::height_key('r', height), at, "record of a height"));
    const std::vector<Cell> cells = cells_of(version);
    const Path path = state_path(key);

    Way way;
    way.proof.root = version.root;
    std::span<const Cell> range(cells);
    // Through the cut, as long as more than one leaf is below.
    while (summary_of(range, way.proof.depth).fill == Fill::many) {
        const unsigned d = way.proof.depth;
        if (range.size() == 1 && range.front().depth == d) {
            ASSAY_TRY(auto values, load_cell(db, at, range.front(), height, meta.height));
            descend_values(way, values, path);
            return std::move(way.proof);
        }
        const Cell* middle = split_at(range.data(), range.data() + range.size(), d);
        const std::size_t left = static_cast<std::size_t>(middle - range.data());
        const auto zeros = range.first(left), ones = range.subspan(left);
        way.step(summary_of(bit_at(path, d) ? zeros : ones, d + 1));
        range = bit_at(path, d) ? ones : zeros;
    }
    // Empty, or one leaf that rose to here: it lies in the only cell that is not empty.
    for (const Cell& cell : range) {
        if (cell.summary.fill == Fill::empty) continue;
        ASSAY_TRY(auto values, load_cell(db, at, cell, height, meta.height));
        if (values.size() != 1) return {Code::store_corrupt, "a shard's leaves do not match its record"};
        finish(way, values.data(), path);
    }
    return std::move(way.proof);
}

}  // namespace assay::chain
