// Execution of one transaction and of a block on an overlay. Total: no input makes it fail.
#pragma once

#include "chain/admit.hpp"
#include "chain/block.hpp"
#include "chain/exec.hpp"

namespace assay::chain {

/// Charges the fee, moves the nonce, runs the messages together or not at all, checks the invariants. The transaction
/// has passed check_place on this state.
[[nodiscard]] Receipt execute_tx(Exec& x, const Checked& c);

/// What a block may still carry: half of its bytes for work, half for everything else.
struct Room {
    std::uint64_t gas = 0, verify_units = 0;
    std::size_t other_bytes = 0, work_bytes = 0;
};
[[nodiscard]] Room room_of(const tokenomics::BlockParams& b);
/// Verify units of an opening, 0 for everything else.
[[nodiscard]] std::uint64_t units_of(const StateView& s, const TxBody& body);
/// Bytes that a transaction takes in a block.
[[nodiscard]] std::size_t bytes_of(const Checked& c);
/// Takes the transaction's share, or says block_full and takes nothing.
[[nodiscard]] Status take_room(Room& room, const Checked& c, std::uint64_t units);

}  // namespace assay::chain
