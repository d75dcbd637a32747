// Every state change goes this one way: build, show, ask, sign, log, send, wait, say what became of it.
//
//   change(session, options, [&](const ChainInfo& chain, const Address& sender) { return Messages{chain::Stake{…}}; });
#pragma once

#include <functional>

#include "wallet/cli/session.hpp"
#include "wallet/client/sender.hpp"
#include "wallet/client/tx_file.hpp"

namespace assay::wallet::cli {

/// The options that every state change has.
struct ChangeOptions {
    std::string from;
    std::string fee, gas_limit, valid_until, nonce, memo;  ///< as typed; empty: not given
    std::string chain_id;                                  ///< any other is refused
    bool dry_run = false;
    bool generate_only = false;
    bool offline = false;
    bool yes = false;
    bool force = false;  ///< send what the node says would fail
    bool no_wait = false;
};

using Messages = std::vector<chain::Message>;
using MakeMessages = std::function<Messages(const ChainInfo& chain, const Address& sender)>;

/// Before anything else is done: where nobody can be asked, -y has to be there.
void must_be_confirmable(const Session& session, const ChangeOptions& options);
/// What a transaction will do, for a person: messages, sender, chain, fee, nonce.
[[nodiscard]] std::string screen(const chain::TxBody& body, const ChainInfo& chain, const std::string& from);
/// With the key of --from. A key whose secret is elsewhere, a multisig or a bare address can only --generate-only.
void change(Session& session, const ChangeOptions& options, const MakeMessages& make_messages);
/// With a key that is published, as a devnet's faucet is: no password, and `name` for the log.
void change_with(Session& session, const ChangeOptions& options, const Signer& signer, const std::string& name,
                 const MakeMessages& make_messages);
/// The same without a screen or a result, for who goes on afterwards: what became of it. Throws Failure as change()
/// does.
[[nodiscard]] Outcome send_quietly(Session& session, const ChangeOptions& options, const Signer& signer,
                                   const std::string& name, const Messages& messages);
/// A transaction file; "-" is stdin. Throws.
[[nodiscard]] TxFile read_tx_file(const std::string& path);
/// Sends what was signed elsewhere.
void send_signed(Session& session, const ChangeOptions& options, const SignedTx& tx, const ChainInfo& chain);
/// The outcome as the result of the run, or as a Failure.
void report(Session& session, const Outcome& outcome, const json::Value& transaction, const ChainInfo* chain);

}  // namespace assay::wallet::cli
