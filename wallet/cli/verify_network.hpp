// The state that a network of validators signed: no node is believed, only more than two thirds of their power.
//
//   const NetworkState state = network_state(session, header_height);
//
// The chain of checks: the app hash of height h is in (the hashed) CometBFT header h + 1 -> signed by the validators of
// that height -> who follow from the block that the context trusts, or from the last one that this wallet verified so
// (wallet/light/verify.hpp). That last one is in HOME/trust/light-….json, one for each context and chain.
#pragma once

#include "wallet/cli/session.hpp"
#include "wallet/light/types.hpp"

namespace assay::wallet::cli {

struct NetworkState {
    Hash app_hash;
    TimeMs time;             ///< of the header
    std::string validators;  ///< hash of the set that signed, hex
};

/// What the header of this height names. Throws: usage where the context trusts no block; trust_expired;
/// verification_failed for what does not hold; syncing for a node that is behind what was verified before.
[[nodiscard]] NetworkState network_state(Session& session, std::uint64_t header_height);

/// Throws verification_failed where this wallet has verified this chain as a network's: a node that now calls itself
/// its only operator lies.
void must_not_be_network(Session& session);

}  // namespace assay::wallet::cli
