// May a transaction be included at its place? What this refuses costs its sender nothing and has no effect.
#pragma once

#include "chain/block_state.hpp"

namespace assay::chain {

/// A decoded transaction with what was computed once about its bytes.
struct Checked {
    Hash bytes_hash;  ///< SHA-256 of all bytes, auth included
    Hash id;
    std::uint64_t intrinsic = 0;
    std::size_t bytes = 0;
    Tx tx;
};

/// Decoding, shape, chain, signature: needs no state, any thread. Fills in all but `bytes_hash` of a fresh `out`, which
/// is of no use after an error.
[[nodiscard]] Status check_bytes(ByteView raw, std::size_t max_bytes, std::string_view chain_id, Checked& out);

/// Expiry, gas, fee, nonce, balance against a state; for openings that the free lane is open to them.
/// `nonce_ahead`: how far the nonce may be above the account's (0 at its place in a block).
[[nodiscard]] Status check_place(const StateView& s, const tokenomics::Params& rules, const Checked& c, Height height,
                                 TimeMs time, std::uint64_t nonce_ahead);

}  // namespace assay::chain
