// An epoch of an account, or a transaction, in words: what explain answers, for people.
//
//   session.result(answer, session.json ? "" : explanation(answer, session.chain()));
#pragma once

#include "wallet/client/chain_info.hpp"

namespace assay::wallet::cli {

/// "-0.25 ASY" or "+$3.10": how much a bucket changed.
[[nodiscard]] std::string signed_text(std::string_view bucket, const std::string& delta, const ChainInfo& chain);
/// The same without a sign for what is there.
[[nodiscard]] std::string balance_text(std::string_view bucket, const std::string& units, const ChainInfo& chain);

[[nodiscard]] std::string explanation(const json::Value& answer, const ChainInfo& chain);
[[nodiscard]] std::string tx_explanation(const json::Value& answer, const ChainInfo& chain);

/// What stands between a provider and its pay, a sentence each with the command that mends it; `why_not` of explain.
[[nodiscard]] std::string reasons(const json::Value& why_not);

}  // namespace assay::wallet::cli
