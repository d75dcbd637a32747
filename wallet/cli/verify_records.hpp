// Answers about a provider beside the records that they were made from.
//
// Where a proven record and the answer differ, the answer may be of the last block, whose state no header names yet. So
// both are asked again once a block has come; what differs three times in a row is a lie.
#pragma once

#include "wallet/cli/verify.hpp"

namespace assay::wallet::cli {

/// The answer of `provider`, with what its record and its devices' records say in it, and `state` for vouched().
/// not_found where there is no such provider, with the proof's height and signer in the error.
[[nodiscard]] json::Value verified_provider(Session& session, const Address& who, SignedState& state);
/// The answer of `explain` for an account's epoch (`epoch`, where one was asked for), its pay and its commits as their
/// records say.
[[nodiscard]] json::Value verified_explanation(Session& session, const Params& params, const Address& who,
                                               std::optional<std::uint64_t> epoch, SignedState& state);

}  // namespace assay::wallet::cli
