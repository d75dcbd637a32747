// The option tree, one function per group of commands. Each adds its subcommands and what they do.
#pragma once

#include <memory>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace assay::wallet::cli {

class Session;
struct ChangeOptions;

void add_context_commands(CLI::App& app, Session& session);
void add_key_commands(CLI::App& app, Session& session);
/// export, rename, delete, passwd, multisig, beneath `key`
void add_key_change_commands(CLI::App& key, Session& session);
void add_backup_commands(CLI::App& app, Session& session);   ///< backup, restore
void add_message_commands(CLI::App& app, Session& session);  ///< sign, verify, address
/// faucet, send, vest, burn, redeem, stake, unstake, claim, commission, unjail
void add_token_commands(CLI::App& app, Session& session);
void add_provider_commands(CLI::App& app, Session& session);   ///< provider
void add_market_commands(CLI::App& app, Session& session);     ///< order, bid, market
void add_lease_commands(CLI::App& app, Session& session);      ///< lease
void add_validator_commands(CLI::App& app, Session& session);  ///< validator
void add_gov_commands(CLI::App& app, Session& session);        ///< gov propose, vote, list, show
void add_query_commands(CLI::App& app, Session& session);      ///< status, balance, supply, explain, ledger, …
void add_tx_commands(CLI::App& app, Session& session);         ///< tx, log
/// build, replace, cancel, beneath `tx`
void add_tx_making_commands(CLI::App& tx, Session& session);

/// What a transaction says beside its messages: fee, gas limit, nonce, …
void add_body_options(CLI::App& command, ChangeOptions& options);
/// The options of every state change, from one definition; `--from` too unless told.
std::shared_ptr<ChangeOptions> add_change_options(CLI::App& command, bool with_from = true);

}  // namespace assay::wallet::cli
