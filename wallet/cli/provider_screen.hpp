// A provider on one screen: may it work, what its stake does, how its devices fared, what it earned, what to do next.
//
//   json::Value answer = session.call("provider", …);
//   add_provider_facts(session, address, answer);       // epoch, why_not, tasks, earnings, and each device's last
//   verdicts session.result(answer, session.json ? "" : provider_screen(answer, session.chain()));
#pragma once

#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {

/// From explain of the running epoch and those before it, and tasks.
void add_provider_facts(Session& session, const std::string& address, json::Value& answer);
/// At most 100 columns.
[[nodiscard]] std::string provider_screen(const json::Value& answer, const ChainInfo& chain);

}  // namespace assay::wallet::cli
