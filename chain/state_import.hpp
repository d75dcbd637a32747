// What a state must be before a chain goes on from it. The root shows that the records belong together; nothing shows
// that an honest chain made them, so each must be a record of its table, and all of them must add up.
#pragma once

#include <map>

#include "chain/state_file.hpp"
#include "chain/view.hpp"

namespace assay::chain {

/// Records as a view, and once they are whole, as the changes that write them.
class LoadedState final : public StateView {
   public:
    /// Errors: bad_state_file: an unknown table, a key of another length, a value that is no record of its table.
    [[nodiscard]] Status add(StateKey key, Bytes value);
    /// The records are those of a chain at this height with this genesis, its parameters are valid and every invariant
    /// holds. Errors: bad_state_file naming what does not.
    [[nodiscard]] Status check(const StateFileHeader& header) const;
    /// Leaves nothing behind.
    [[nodiscard]] std::vector<Change> take();

    [[nodiscard]] std::optional<Bytes> get(const StateKey& key) const override;
    void for_range(std::uint8_t table, ByteView prefix, ByteView from,
                   const std::function<bool(ByteView, ByteView)>& f) const override;

   private:
    std::map<StateKey, Bytes> records_;
};

}  // namespace assay::chain
