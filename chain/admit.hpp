// May a transaction be included at its place? What this refuses costs its sender nothing and has no effect.
#pragma once

#include <memory>

#include "chain/raw_tx.hpp"
#include "chain/tx.hpp"
#include "chain/view.hpp"

namespace assay::chain {

/// A decoded transaction with what was computed once about its bytes.
struct Checked {
    RawTx raw;
    Hash id;
    std::uint64_t intrinsic = 0;
    Tx tx;
};
using CheckedPtr = std::shared_ptr<const Checked>;

/// Decoding, shape, chain, signature of `out.raw`: needs no state, any thread. Fills in the rest of `out`, which is of
/// no use after an error.
[[nodiscard]] Status check_bytes(Checked& out, std::size_t max_bytes, std::string_view chain_id);

/// The same of a body that nobody has signed, as if one key had: for trying it out, never for a block. Work is refused
/// (bad_signature): what it costs to try is bounded only by what its sender has paid.
[[nodiscard]] Result<Checked> check_unsigned(const TxBody& body, std::size_t max_bytes, std::string_view chain_id);

/// Expiry, gas, fee, nonce, balance against a state; for openings that the free lane is open to them.
/// `nonce_ahead`: how far the nonce may be above the account's (0 at its place in a block).
[[nodiscard]] Status check_place(const StateView& s, const tokenomics::Params& rules, const Checked& c, Height height,
                                 TimeMs time, std::uint64_t nonce_ahead);

}  // namespace assay::chain
