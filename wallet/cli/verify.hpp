// Answers that need not be believed: any record of the state, or that there is none, proven against a header that the
// chain's operator signed, or the validators of a network (verify_network.hpp).
//
// The chain of checks: value -> (state proof) -> app hash of height h -> (named in) header h + 1 -> (hashed) block hash
// -> (Ed25519) the proposer's consensus key -> (pinned) the key that this wallet saw first for this chain.
//
//   const SignedState state = signed_state(session);
//   const auto account = proven<chain::Account>(session, state, tables::account(who), "the account");
//   if (!account) …                                     // there is none at state.height, and that is proven too
//
// A node that lies is told from one that is broken: evidence that does not hold is verification_failed (exit 4), an
// answer without the evidence is no node's (node_unreachable, exit 3), a refusal is the node's own word.
#pragma once

#include "base/borsh.hpp"
#include "chain/store/key.hpp"
#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {

struct SignedState {
    std::uint64_t height = 0;  ///< of the state; the header that names it is one above
    TimeMs time;               ///< of that header: an old one is true and of no use
    Hash app_hash;
    /// "operator": one validator's key, pinned at first use, nobody else vouches for it. "signed": more than two thirds
    /// of a network's validators.
    std::string by;
    std::string signed_by;  ///< that key, or the hash of that set, hex
};

/// The newest state that a header names.
[[nodiscard]] SignedState signed_state(Session& session);
/// The same, once it is newer than `than`. Waits some seconds for a block; not_found where none comes.
[[nodiscard]] SignedState later_state(Session& session, const SignedState& than);

/// The bytes under `key` in that state, or nothing where it has none. `what` names the record in errors.
[[nodiscard]] std::optional<Bytes> proven_value(Session& session, const SignedState& state, const chain::StateKey& key,
                                                const std::string& what);
template <class Record>
[[nodiscard]] std::optional<Record> proven(Session& session, const SignedState& state, const chain::StateKey& key,
                                           const std::string& what);

/// The node says what the signed state does not. Throws verification_failed.
[[noreturn]] void lie(const std::string& what);

/// height, verified, verified_members, app_hash, state_time and signed_by of an answer.
void mark(json::Value& answer, const SignedState& state, const std::vector<std::string>& members);
/// The same for people. `proven` says what was, `rest` what was not.
[[nodiscard]] std::string vouched(const SignedState& state, const std::string& proven, const std::string& rest);

template <class Record>
std::optional<Record> proven(Session& session, const SignedState& state, const chain::StateKey& key,
                             const std::string& what) {
    const auto value = proven_value(session, state, key, what);
    if (!value) return std::nullopt;
    auto record = borsh::decode<Record>(*value);
    if (!record)  // proven bytes that this program cannot read: another protocol version, no lie
        fail(record.error(), "the chain may follow a newer protocol than this program");
    return std::move(record).value();
}

}  // namespace assay::wallet::cli
