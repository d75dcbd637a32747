// Execution of one transaction and of a block on an overlay. Total: no input makes it fail.
#pragma once

#include "chain/admit.hpp"
#include "chain/block.hpp"
#include "chain/exec.hpp"

namespace assay::chain {

/// Charges the fee, moves the nonce, runs the messages together or not at all, checks the invariants. The transaction
/// has passed check_place on this state.
[[nodiscard]] Receipt execute_tx(Exec& x, const Checked& c);

/// What a block may still carry.
struct Room {
    std::uint64_t gas = 0, verify_units = 0;
    std::size_t bytes = 0, work_bytes = 0;
};
[[nodiscard]] Room room_of(const tokenomics::BlockParams& b);
/// Verify units of an opening, 0 for everything else.
[[nodiscard]] std::uint64_t units_of(const StateView& s, const TxBody& body);
/// Takes the transaction's share, or says block_full and takes nothing. Half the bytes are reserved for work.
[[nodiscard]] Status take_room(Room& room, const Checked& c, std::uint64_t units, const tokenomics::BlockParams& b);

}  // namespace assay::chain
