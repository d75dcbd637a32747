#include "wallet/cli/session.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "wallet/cli/terminal.hpp"

namespace assay::wallet::cli {
namespace {

// A value that the user typed wrong is wrong usage; from a file or a node it is a failure.
int exit_of(Code code, bool typed) {
    switch (code) {
        case Code::bad_amount:
        case Code::bad_address:
        case Code::bad_prefix:
        case Code::bad_checksum:
        case Code::bad_hex:
        case Code::field_out_of_range:
            return typed ? kUsage : kFailed;
        default:
            return exit_code(code);
    }
}

std::string hint_of(Code code) {
    switch (code) {
        case Code::node_unreachable:
            return "start a node with 'assayd start', or name another with --node";
        case Code::unknown_key:
            return "'assay key list' shows the keys of this wallet";
        case Code::wrong_password:
            return "type it again; without the password only the words bring the key back";
        case Code::insufficient_funds:
            return "'assay balance' shows what there is; on a devnet 'assay faucet' gives more";
        case Code::expired:
            return "it can never be included any more: signing anew is safe";
        case Code::nonce_taken:
        case Code::nonce_too_low:
            return "another transaction of this key came first: run the command again";
        default:
            return {};
    }
}

}  // namespace

void fail(const Error& error, const std::string& hint, bool typed) {
    throw Failure{std::string(error.word()),
                  error.message,
                  hint.empty() ? hint_of(error.code) : hint,
                  exit_of(error.code, typed),
                  {}};
}

void usage(const std::string& message, const std::string& hint) {
    fail({Code::usage, message}, hint);
}

void Session::result(const json::Value& value, const std::string& text) const {
    std::string out = json ? to_json(value) : text;
    if (out.empty() || out.back() != '\n') out += '\n';
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
}

void Session::note(const std::string& text) const {
    if (!json) say(text);
}

void Session::say(const std::string& text) const {
    std::fprintf(stderr, "%s\n", text.c_str());
    std::fflush(stderr);
}

void Session::confirm(bool yes, const std::string& shown, const std::string& question) const {
    if (yes) return;
    if (json || !stdin_is_terminal())
        fail({Code::confirmation_required, shown + " Nobody can be asked whether that is meant"},
             "add -y once you are sure");
    say(shown);
    if (!ask_yes(question)) fail({Code::confirmation_required, "not confirmed; nothing was done"}, "say y, or add -y");
}

int Session::print(const Failure& f) const {
    if (json) {
        std::vector<json::Member> error{
            {"code", make::text(f.code)}, {"message", make::text(f.message)}, {"hint", make::text(f.hint)}};
        error.insert(error.end(), f.more.begin(), f.more.end());
        result(make::object({{"error", make::object(std::move(error))}}), "");
        return f.exit;
    }
    const char* no_color = std::getenv("NO_COLOR");
    const bool plain =
        color == "never" || (color == "auto" && ((no_color != nullptr && *no_color != '\0') || !stderr_is_terminal()));
    say(std::string(plain ? "error" : "\033[1;31merror\033[0m") + " (" + f.code + "): " + f.message);
    if (!f.hint.empty()) say("  " + f.hint);
    return f.exit;
}

RpcClient& Session::rpc() {
    if (!rpc_) rpc_ = std::make_unique<RpcClient>(typed(parse_url(node.empty() ? context().node : node)));
    return *rpc_;
}

void Session::fail_call(const Error& error, const std::string& hint) {
    Failure f{std::string(error.word()), error.message, hint, exit_of(error.code, false), {}};
    if (rpc_ && !rpc_->last().word.empty()) f.code = rpc_->last().word;
    if (f.hint.empty() && rpc_) f.hint = rpc_->last().hint;
    if (f.hint.empty()) f.hint = hint_of(error.code);
    throw f;
}

json::Value Session::call(std::string_view method, const Params& params) {
    auto answer = rpc().call(method, params);
    if (!answer) fail_call(answer.error());
    return std::move(answer).value();
}

const ChainInfo& Session::chain() {
    if (!chain_) {
        auto info = fetch_chain_info(rpc());
        if (!info) fail_call(info.error());
        chain_ = std::move(info).value();
    }
    return *chain_;
}

const Context& Session::context() {
    if (!context_) {
        const Contexts all = load_contexts(home_folder());
        const std::string& name = context_name.empty() ? all.current : context_name;
        const Context* found = all.find(name);
        if (found == nullptr) {
            const std::string near = json::nearest(name, all.names());
            fail({Code::not_found,
                  "there is no context '" + name + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?")},
                 "'assay context list' shows them, 'assay context use local' goes back to the preset");
        }
        context_ = *found;
    }
    return *context_;
}

void Session::must_be_chain(const std::string& chain_id, const std::string& said) {
    if (!said.empty() && said != chain_id)
        fail({Code::wrong_chain, "this is for chain " + chain_id + ", not for " + said + ", which --chain-id says"});
    const std::string& expected = context().chain_id;
    if (said.empty() && !expected.empty() && expected != chain_id)
        fail({Code::wrong_chain,
              "this is for chain " + chain_id + ", and the context '" + context().name + "' is chain " + expected},
             "name another with --context, or the chain with --chain-id " + chain_id);
}

std::filesystem::path Session::home_folder() const {
    return home.empty() ? typed(default_wallet_home()) : std::filesystem::path(home);
}

KeyInfo Session::key_or_only(const std::string& name) {
    if (!name.empty()) return typed(keystore().info(name));
    if (!context().key.empty())
        return typed(keystore().info(context().key), "it is the default key of the context '" + context().name + "'");
    const auto keys = take(keystore().list());
    if (keys.size() == 1) return keys.front();
    if (keys.empty()) fail({Code::unknown_key, "this wallet has no key"}, "make one with 'assay key new NAME'");
    std::string names;
    for (const KeyInfo& k : keys) names += (names.empty() ? "" : ", ") + k.name;
    usage("this wallet has several keys, so --from has to name one", "they are: " + names);
}

SecureString Session::password(const std::string& prompt) const {
    return password_from(password_file, prompt);
}

SecureString Session::password_from(const std::string& file, const std::string& prompt) const {
    if (!file.empty()) return typed(read_password_file(file));
    if (json || !stdin_is_terminal())
        usage("a password is needed, and nobody can be asked", "give --password-file FILE, or - for stdin");
    std::fprintf(stderr, "%s: ", prompt.c_str());
    std::fflush(stderr);
    SecureString out;
    if (!read_line(out, true)) fail({Code::interrupted, "no password was typed"});
    return out;
}

SecureString Session::new_password(const std::string& file, const std::string& encrypts) const {
    SecureString first = password_from(file, "New password, which encrypts " + encrypts);
    if (!file.empty()) return first;
    const SecureString second = password_from(file, "The same password again");
    if (!equal_in_constant_time(first.bytes(), second.bytes()))
        fail({Code::wrong_password, "the two passwords differ; nothing was written"}, "run the command again");
    return first;
}

Address Session::address(const std::string& text, const std::string& prefix) const {
    // A name of this wallet comes first; no name can pass for an address, since those are longer than a name may be.
    if (check_key_name(text)) {
        const auto key = keystore().info(text);
        if (key) return key->address;
        auto decoded = decode_address(prefix, text);
        if (decoded) return *decoded;
        if (text.find(prefix + "1") != 0) fail(key.error(), "or give an address, which begins with " + prefix + "1");
        fail(decoded.error(), {}, true);
    }
    return typed(decode_address(prefix, text));
}

std::uint64_t parse_count(const std::string& text, const std::string& what, std::uint64_t min, std::uint64_t max) {
    const auto value = parse_digits(text);
    if (!value) usage(what + " '" + text + "' is not a number of digits alone");
    if (*value < min || *value > max)
        usage(what + " " + text + " is not between " + std::to_string(min) + " and " + std::to_string(max));
    return static_cast<std::uint64_t>(*value);
}

std::uint64_t parse_duration(const std::string& text, const std::string& what) {
    std::uint64_t unit = 0;
    if (!text.empty()) {
        switch (text.back()) {
            case 's':
                unit = 1;
                break;
            case 'm':
                unit = 60;
                break;
            case 'h':
                unit = 3600;
                break;
            case 'd':
                unit = 86400;
                break;
            default:
                break;
        }
    }
    if (unit == 0) usage(what + " '" + text + "' is not a duration such as 90s, 15m, 1h or 21d");
    return unit * parse_count(text.substr(0, text.size() - 1), what, 1, 10'000'000);
}

Hash parse_hash(const std::string& text, const std::string& what) {
    const auto hash = fixed_from_hex<Hash>(text);
    if (!hash) usage(what + " is not 32 bytes of hex: " + hash.error().message);
    return *hash;
}

}  // namespace assay::wallet::cli
