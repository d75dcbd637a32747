// One validator on one screen, with what its operator has to see to.
#pragma once

#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {

/// The record of `validators` of which this address is the operator, or null.
[[nodiscard]] json::Value validator_record(Session& session, const std::string& address);
/// With `warnings`: {code, message, fix} each, worst first.
void validator_show(Session& session, const std::string& address);

}  // namespace assay::wallet::cli
