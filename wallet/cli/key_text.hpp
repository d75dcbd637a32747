// A key of the wallet, for people and for programs; never its secret.
#pragma once

#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {

/// name, kind, address, public_key, path; the cost of its password; of a multisig threshold and keys.
[[nodiscard]] json::Value key_to_json(Session& session, const KeyInfo& key);
[[nodiscard]] std::string key_in_text(Session& session, const KeyInfo& key);
/// What is there already is told before a password is asked for. Throws already_exists.
void must_be_new(const Session& session, const std::string& name);

}  // namespace assay::wallet::cli
