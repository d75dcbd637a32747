#include "chain/store/walk.hpp"

#include "chain/store/layout.hpp"
#include "chain/store/load.hpp"

namespace assay::chain {

Status take_back(const Database& db, const Database::Snapshot& at, Height h, Changed& changed) {
    ASSAY_TRY(auto version, load<layout::Version>(db, layout::height_key('r', h), at, "record of a height"));
    std::vector<std::uint8_t> chunks{layout::kUndoOfTables};
    for (unsigned c = 0; c < 1u << version.undo_bits; ++c) chunks.push_back(static_cast<std::uint8_t>(c));
    for (const std::uint8_t chunk : chunks) {
        ASSAY_TRY(auto raw, db.get(layout::undo_key(h, chunk), &at));
        if (!raw) continue;  // nothing changed there
        auto entries = borsh::decode<std::vector<layout::UndoEntry>>(*raw);
        if (!entries) return {Code::store_corrupt, "an undo record does not decode"};
        for (auto& e : *entries) {
            const Path path = state_path(e.key);
            changed.insert_or_assign(path, Before{std::move(e.key), std::move(e.before)});
        }
    }
    return {};
}

namespace {

// Two ascending sequences merged; what changed wins.
Status merged(const Database& db, const Database::Snapshot& at, const Changed& changed,
              const std::function<Status(const StateKey&, ByteView)>& record) {
    Status done;
    auto next = changed.begin();
    const auto before = [&](const Before& b) { return b.value ? record(b.key, *b.value) : Status{}; };
    const Bytes prefix{'s'};
    ASSAY_TRY_VOID(db.scan(
        prefix,
        [&](ByteView raw_key, ByteView raw) {
            const auto flat = borsh::decode<layout::FlatRecord>(raw);
            if (!flat || raw_key.size() != 1 + Path::kSize) {
                done = Error{Code::store_corrupt, "a record of the state does not decode"};
                return false;
            }
            const Path path = Path::from(raw_key.subspan(1));
            while (done && next != changed.end() && next->first < path) done = before((next++)->second);
            if (!done) return false;
            if (next != changed.end() && next->first == path)
                done = before((next++)->second);
            else
                done = record({path.bytes[0], flat->key}, flat->value);
            return done.ok();
        },
        &at, true));
    while (done && next != changed.end()) done = before((next++)->second);
    return done;
}

}  // namespace

Status walk_state(const Database& db, const std::optional<Height>& height,
                  const std::function<Status(Height, const Hash&, std::uint64_t)>& begin,
                  const std::function<Status(const StateKey&, ByteView)>& record) {
    const Database::Snapshot at(db);
    ASSAY_TRY(auto raw, db.get(layout::meta_key(), &at));
    if (!raw) return {Code::not_found, "no chain in this home yet"};
    ASSAY_TRY(auto meta, load<layout::Meta>(db, layout::meta_key(), at, "record of its height"));
    const Height wanted = height.value_or(meta.height);
    if (wanted > meta.height)
        return {Code::future_height, "height " + std::to_string(wanted.value) + " is not there yet; the state is at " +
                                         std::to_string(meta.height.value)};
    if (wanted < meta.oldest)
        return {Code::pruned, "height " + std::to_string(wanted.value) + " is pruned; the oldest state is of height " +
                                  std::to_string(meta.oldest.value)};
    Changed changed;
    for (Height h = meta.height; h > wanted; h = h - 1) ASSAY_TRY_VOID(take_back(db, at, h, changed));
    ASSAY_TRY(auto version, load<layout::Version>(db, layout::height_key('r', wanted), at, "record of a height"));
    std::uint64_t records = 0;
    ASSAY_TRY_VOID(merged(db, at, changed, [&](const StateKey&, ByteView) -> Status {
        ++records;
        return {};
    }));
    ASSAY_TRY_VOID(begin(wanted, version.root, records));
    return merged(db, at, changed, record);
}

}  // namespace assay::chain
