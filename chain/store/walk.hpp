// All of a kept height from a snapshot of the database alone, as proofs are made: the flat table of the newest height,
// taken back through the undo records. Memory: what changed since that height, and one record.
#pragma once

#include <functional>
#include <map>

#include "chain/store/database.hpp"
#include "chain/store/key.hpp"

namespace assay::chain {

/// What a key held before a height, where that differs from after it; none: it was not there.
struct Before {
    StateKey key;
    std::optional<Bytes> value;
};
using Changed = std::map<Path, Before>;

/// Lays the undo of height h over what was changed after it. Errors: store_corrupt, io_error.
[[nodiscard]] Status take_back(const Database& db, const Database::Snapshot& at, Height h, Changed& changed);

/// `begin` once, with the height's root and the number of its records; then `record` for each, ascending by path.
/// Errors: future_height, pruned, io_error, store_corrupt, not_found (an empty store), those of the callbacks.
[[nodiscard]] Status walk_state(const Database& db, const std::optional<Height>& height,
                                const std::function<Status(Height, const Hash& root, std::uint64_t records)>& begin,
                                const std::function<Status(const StateKey&, ByteView value)>& record);

}  // namespace assay::chain
