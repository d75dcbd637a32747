// Answers that need not be believed: an account's state, proven against a header that the chain's operator signed.
//
// The chain of checks: value -> (state proof) -> app hash of height h -> (named in) header h + 1 -> (hashed) block hash
// -> (Ed25519) the proposer's consensus key -> (pinned) the key that this wallet saw first for this chain.
#pragma once

#include "base/amount.hpp"
#include "base/bytes.hpp"
#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {

struct VerifiedAccount {
    std::uint64_t height = 0;  ///< of the state
    std::uint64_t nonce = 0;
    Amount liquid;
    Credits credits;
    Amount credit_tokens;
    std::string app_hash;
    std::string by;         ///< "operator": one validator's key, pinned at first use; nobody else vouches for it
    std::string signed_by;  ///< that key, hex
};

/// Throws verification_failed (exit 4) where any step does not hold: the node lies or is broken.
[[nodiscard]] VerifiedAccount verify_account(Session& session, const Address& address);

}  // namespace assay::wallet::cli
