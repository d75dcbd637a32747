// One run of `assay`: its global options, its home, its node, and how it speaks.
//
//   Session s; …options parsed…
//   const ChainInfo& chain = s.chain();              // asks the node once
//   s.result(json, text);                            // the one result, in the form that was asked for
//
// Whatever goes wrong is thrown as a Failure and caught in main, which prints it once and turns it into an exit code.
#pragma once

#include <memory>
#include <optional>

#include "wallet/cli/context.hpp"
#include "wallet/client/chain_info.hpp"
#include "wallet/client/json_write.hpp"
#include "wallet/keys/keystore.hpp"

namespace assay::wallet::cli {

/// Exit codes of the contract (docs/wallet.md).
enum Exit : int { kDone = 0, kFailed = 1, kUsage = 2, kUnreachable = 3, kCheckFailed = 4, kUnknownOutcome = 5 };

struct Failure {
    std::string code;
    std::string message;
    std::string hint;
    int exit = kFailed;
    std::vector<json::Member> more;  ///< further members of the error object: txid, height
};

/// `typed`: the mistake is in what the person typed, so an argument's code (bad_amount, bad_address, …) means usage.
[[noreturn]] void fail(const Error& error, const std::string& hint = {}, bool typed = false);
[[noreturn]] void usage(const std::string& message, const std::string& hint = {});

template <class T>
T take(Result<T> result, const std::string& hint = {}) {
    if (!result) fail(result.error(), hint);
    return std::move(result).value();
}
inline void take(const Status& status) {
    if (!status) fail(status.error());
}
/// For what a person typed.
template <class T>
T typed(Result<T> result, const std::string& hint = {}) {
    if (!result) fail(result.error(), hint, true);
    return std::move(result).value();
}

class Session {
   public:
    // ---- options
    bool json = false;
    std::string node;          ///< by flag or environment; empty: the context's
    std::string context_name;  ///< for this run; empty: the one in use
    std::string home;          ///< empty: ~/.assay/wallet
    std::string password_file;
    std::string color = "auto";

    // ---- speaking
    /// The one result of the run.
    void result(const json::Value& value, const std::string& text) const;
    /// For people only: not with --json.
    void note(const std::string& text) const;
    /// On stderr in both modes: what a script must have even if the connection breaks.
    void say(const std::string& text) const;
    [[nodiscard]] int print(const Failure& failure) const;

    /// For what cannot be undone: shows it and asks, unless `yes`. Throws confirmation_required.
    void confirm(bool yes, const std::string& shown, const std::string& question) const;

    // ---- the node
    RpcClient& rpc();
    /// A call whose refusal is thrown with the node's own word and hint.
    json::Value call(std::string_view method, const Params& params = {});
    const ChainInfo& chain();
    /// What --context names, else the one in use.
    const Context& context();
    /// Before anything is signed. `said` is --chain-id, which goes before the context's. Throws wrong_chain.
    void must_be_chain(const std::string& chain_id, const std::string& said = {});
    [[noreturn]] void fail_call(const Error& error, const std::string& hint = {});

    // ---- the home
    [[nodiscard]] std::filesystem::path home_folder() const;
    [[nodiscard]] Keystore keystore() const { return Keystore(keys_folder(home_folder())); }
    /// The key named by --from, the context's, or the only one there is.
    [[nodiscard]] KeyInfo key_or_only(const std::string& name);
    /// From --password-file or a prompt.
    [[nodiscard]] SecureString password(const std::string& prompt) const;
    /// From another file than --password-file, or a prompt.
    [[nodiscard]] SecureString password_from(const std::string& file, const std::string& prompt) const;
    /// From `file`, or asked twice at a terminal.
    [[nodiscard]] SecureString new_password(const std::string& file, const std::string& encrypts = "the key") const;
    /// A bech32m address, or the name of a key of this wallet.
    [[nodiscard]] Address address(const std::string& text, const std::string& prefix) const;

   private:
    std::unique_ptr<RpcClient> rpc_;
    std::optional<ChainInfo> chain_;
    std::optional<Context> context_;
};

/// A decimal integer as a person types it: digits only. `what` names the option. Throws usage.
[[nodiscard]] std::uint64_t parse_count(const std::string& text, const std::string& what, std::uint64_t min,
                                        std::uint64_t max);
/// "90s", "15m", "1h", "21d" in seconds. Throws usage.
[[nodiscard]] std::uint64_t parse_duration(const std::string& text, const std::string& what);
/// 32 bytes of hex. Throws usage.
[[nodiscard]] Hash parse_hash(const std::string& text, const std::string& what);

}  // namespace assay::wallet::cli
