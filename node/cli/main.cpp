// assayd: the option tree. What each command does is in its own file.
#include <CLI/CLI.hpp>

#include <clocale>
#include <csignal>
#include <cstdlib>

#include "base/cli/documents.hpp"
#include "base/hex.hpp"
#include "node/cli/commands.hpp"
#include "node/cli/maintain.hpp"
#include "node/cli/operate.hpp"
#include "node/memory.hpp"
#include "node/version.hpp"

namespace assay::node::cli {
namespace {

std::string default_home() {
    const char* user = std::getenv("HOME");
    return (user != nullptr && *user != '\0' ? std::string(user) : std::string(".")) + "/.assay/node";
}

// Every setting as a flag, from its one definition.
void add_settings(CLI::App* command, Flags& flags) {
    const Config defaults;
    for (const Setting& s : settings()) {
        const std::string shown = s.show(defaults);
        if (s.type == SettingType::toggle) {
            command
                ->add_flag_callback(
                    s.flag, [&flags, key = s.key] { flags[key] = "1"; }, s.meaning + " (" + s.environment() + ")")
                ->group("Settings");
            continue;
        }
        command
            ->add_option_function<std::string>(
                s.flag, [&flags, key = s.key](const std::string& v) { flags[key] = v; },
                s.meaning + " [" + (shown.empty() ? "unset" : shown) + "] (" + s.environment() + ")")
            ->type_name(s.type == SettingType::text ? "TEXT" : "N")
            ->group("Settings");
    }
}

assay::cli::About about() {
    assay::cli::About out;
    out.version = kVersion;
    out.exits = assay::cli::common_exits();
    out.files = {
        {"~/.assay/node/config.toml", "the settings; a flag goes before the environment, that before the file"},
        {"~/.assay/node/genesis.json", "the chain's beginning"},
        {"~/.assay/node/keys/", "keys of this validator: secrets"},
        {"~/.assay/node/data/", "blocks and state"}};
    for (const Setting& s : settings())
        out.variables.emplace_back(s.environment(), "stands for " + s.flag + ", which goes before it");
    out.see_also = assay::cli::other_programs("assayd");
    return out;
}

bool wants_json(int argc, char** argv) {
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--json") return true;
    return false;
}

int run(int argc, char** argv) {
    Output out;
    std::string home_text = default_home(), color = "auto";
    InitOptions init;
    std::string genesis_hash;
    StartCommand start;
    Flags init_flags;
    VerifyCommand verify;
    SupplyCommand supply;
    ExportCommand exported;
    RollbackCommand rollback;
    PruneCommand prune;
    std::optional<std::uint64_t> export_height;
    std::string file, level, log_format, which_key, preset = "devnet";
    std::string verify_genesis, verify_state, verify_blocks, new_program;
    std::uint64_t check_blocks = 1000;
    BlocksExport blocks;
    std::uint64_t next_length = kBeaconLength;
    KeyMove key_move;
    NewAccount account;
    TicketOptions ticket;
    std::string ticket_file = "-", tickets;
    TestnetOptions testnet;
    Flags testnet_flags;
    bool testnet_start = false;
    bool strict = false;

    CLI::App app("Assay's node: runs the chain.", "assayd");
    app.require_subcommand(1);
    app.fallthrough();
    app.add_option("--home", home_text, "directory of this node")->envname("ASSAYD_HOME")->capture_default_str();
    app.add_flag("--json", out.json, "exactly one JSON value on stdout");
    app.add_option("--color", color, "auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->capture_default_str();
    app.set_version_flag("--version", [] { return std::string("assayd ") + kVersion; });

    auto* c_init = app.add_subcommand("init", "make a home: genesis, keys, configuration");
    c_init->add_option("--network", init.network, "devnet, another preset, or a genesis file")->capture_default_str();
    c_init->add_option("--keys-from", init.keys_from,
                       "take the keys of another home, which can then decide no more blocks");
    c_init->add_option("--genesis-hash", genesis_hash, "refuse any other genesis");
    c_init->add_option("--epoch-length", init.epoch_blocks, "blocks of an epoch, instead of the preset's");
    c_init->add_option("--state", init.state, "begin with a file of assayd export --state instead of a genesis")
        ->excludes("--network")
        ->excludes("--epoch-length");
    c_init->add_option("--beacon-length", init.beacon_length, "heights that the beacon chain lasts")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 32))
        ->capture_default_str();
    add_settings(c_init, init_flags);
    auto* c_start = app.add_subcommand("start", "run the node until it is stopped");
    c_start->add_option("--halt-height", start.halt_height, "stop after this block");
    c_start->add_flag("--new-signer", start.new_signer,
                      "sign here although signer.json says that this key signs elsewhere; stop the other node first");
    add_settings(c_start, start.flags);
    auto* c_stop = app.add_subcommand("stop", "end the running node and wait for it");
    auto* c_status = app.add_subcommand("status", "where the running node is");
    auto* c_trust = app.add_subcommand("trust", "HEIGHT:HASH of the last block, for who trusts this node");
    auto* c_peers = app.add_subcommand("peers", "the nodes that the running one is connected to");
    auto* c_id = app.add_subcommand("id", "consensus key and beacon tip of this home");
    auto* c_key = app.add_subcommand("key", "the keys of this home")->require_subcommand(1);
    auto* c_key_show = c_key->add_subcommand("show", "what others have to know of a key; never a secret");
    const CLI::IsMember any_key({"consensus", "beacon", "node"});
    c_key_show->add_option("KEY", which_key, "consensus, beacon or node")->required()->check(any_key);
    auto* c_key_export =
        c_key->add_subcommand("export", "a key into one encrypted file; it is no longer here then, and the home rests");
    auto* c_key_import = c_key->add_subcommand("import", "a key from such a file; never over one that is there");
    auto* c_key_retire = c_key->add_subcommand("retire", "put a key aside: this home no longer signs with it");
    for (auto* c : {c_key_export, c_key_import, c_key_retire}) {
        c->add_option("KEY", key_move.which,
                      "consensus (with its beacon chain and what it signed last), beacon or node")
            ->required()
            ->check(any_key);
        if (c == c_key_retire) continue;
        c->add_option("FILE", key_move.file, "the encrypted file")->required();
        c->add_option("--password-file", key_move.password_file,
                      "its first line is the password; - is stdin; asked for at a terminal unless given");
    }
    c_key_export->add_flag("--kdf-light", key_move.light, "a password function that takes no time: for tests");
    auto* c_key_renew = c_key->add_subcommand("renew", "the next beacon chain, and its tip to be announced");
    c_key_renew->add_option("KEY", which_key, "beacon")->required()->check(CLI::IsMember({"beacon"}));
    c_key_renew->add_option("--beacon-length", next_length, "heights that it lasts")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 32))
        ->capture_default_str();
    auto* c_verify =
        app.add_subcommand("verify", "re-execute every block and compare every app hash; exit 4 where one differs");
    c_verify->add_option("--progress", verify.progress, "json: progress lines on stderr")
        ->check(CLI::IsMember({"json", "none"}));
    auto* verify_from =
        c_verify->add_option("--from", verify.from, "first height: needs the state before it to be kept still")
            ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 62));
    auto* verify_file = c_verify->add_option("--blocks", verify_blocks, "re-execute this file of blocks instead")
                            ->excludes(verify_from);
    auto* verify_from_genesis =
        c_verify->add_option("--genesis", verify_genesis, "with --blocks: what they begin with")->needs(verify_file);
    c_verify->add_option("--state", verify_state, "with --blocks: a state file that they go on from")
        ->needs(verify_file)
        ->excludes(verify_from_genesis);
    auto* c_blocks = app.add_subcommand("blocks", "blocks as a file")->require_subcommand(1);
    auto* c_blocks_export = c_blocks->add_subcommand("export", "for auditors: assayd verify --blocks reads it");
    c_blocks_export->add_option("--out", blocks.file, "file to write")->required();
    c_blocks_export->add_option("--from", blocks.from, "first height; the first that there is unless told");
    c_blocks_export->add_option("--to", blocks.to, "last height; the last unless told");
    auto* c_upgrade = app.add_subcommand("upgrade-check", "does another assayd reproduce this home's last blocks?");
    c_upgrade->add_option("NEWBIN", new_program, "the other assayd")->required()->check(CLI::ExistingFile);
    c_upgrade->add_option("--blocks", check_blocks, "how many")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    auto* c_rollback =
        app.add_subcommand("rollback", "take the last block back: it is executed anew at the next start");
    c_rollback->add_flag("--application-only", rollback.application_only,
                         "under CometBFT: its side is back already, or will be");
    c_rollback->add_option("--to", rollback.to, "with --application-only: the height to go back to");
    c_rollback->add_option_function<std::string>(
        "--cometbft", [&](const std::string& v) { rollback.flags["cometbft.path"] = v; },
        "the program (ASSAYD_COMETBFT_PATH)");
    auto* c_prune = app.add_subcommand("prune", "delete old blocks and versions of a stopped node");
    c_prune->add_flag("--compact", prune.compact, "then rewrite the database without what was deleted");
    c_prune->add_option_function<std::string>(
        "--keep-blocks", [&](const std::string& v) { prune.flags["prune.keep_blocks"] = v; },
        "blocks that are kept, instead of the setting's (ASSAYD_PRUNE_KEEP_BLOCKS)");
    auto* c_snapshot =
        app.add_subcommand("snapshot", "the state as a file that others begin with")->require_subcommand(1);
    auto* c_snapshot_create = c_snapshot->add_subcommand("create", "one of the last height, now");
    auto* c_snapshot_list = c_snapshot->add_subcommand("list", "those that this home has");
    auto* c_snapshot_restore = c_snapshot->add_subcommand("restore", "begin an empty home with one");
    c_snapshot_restore->add_option("SNAPSHOT", file, "a file of another home's snapshots/, or the height of one here")
        ->required();
    c_snapshot_restore->add_option("--genesis-hash", genesis_hash, "refuse any other genesis");
    c_snapshot_restore->add_option("--keys-from", init.keys_from, "for a new home: take the keys of another one");
    auto* c_alerts = app.add_subcommand("alerts", "alerting rules for Prometheus over this node's metrics");
    auto* c_debug = app.add_subcommand("debug", "for whoever helps")->require_subcommand(1);
    auto* c_bundle = c_debug->add_subcommand("bundle", "one file with state, settings, metrics and sizes; no key");
    c_bundle->add_option("FILE", file, "where to write it")->required();
    auto* c_supply = app.add_subcommand("supply", "every token in its bucket; exit 4 if they do not add up");
    c_supply->add_flag("--per-epoch", supply.per_epoch, "what each epoch minted and burned");
    c_supply->add_flag("--csv", supply.csv, "comma-separated");
    auto* c_export =
        app.add_subcommand("export", "the state as JSON, canonical: also a genesis; or, with --state, whole");
    c_export->add_option("--out", exported.file, "file to write; stdout unless told");
    c_export->add_flag("--state", exported.state, "every record as it is: assayd init --state goes on from it");
    c_export->add_option("--height", export_height, "with --state: of a kept height; the last unless told");
    auto* c_genesis = app.add_subcommand("genesis", "this home's genesis, or a file's")->require_subcommand(1);
    auto* c_new = c_genesis->add_subcommand("new", "a preset's file, comments and all, to be changed");
    c_new->add_option("FILE", file, "where to write it; - is stdout")->required();
    c_new->add_option("--network", preset, "which preset")->capture_default_str();
    auto* c_show = c_genesis->add_subcommand("show", "the genesis in canonical JSON");
    auto* c_hash = c_genesis->add_subcommand("hash", "its hash, over the canonical encoding");
    auto* c_validate = c_genesis->add_subcommand("validate", "is this file a genesis, and what should be known of it?");
    c_show->add_option("FILE", file, "this home's unless told");
    c_hash->add_option("FILE", file, "this home's unless told");
    c_validate->add_option("FILE", file, "the file")->required();
    c_validate->add_flag("--strict", strict, "a warning is an error");
    auto* c_account =
        c_genesis->add_subcommand("add-account", "an account into a genesis file; the rest of its text stays");
    c_account->add_option("FILE", file, "the file")->required();
    c_account->add_option("ADDRESS", account.address, "whose")->required();
    c_account->add_option("AMOUNT", account.amount, "whole tokens, as 12.5 or \"12.5 ASY\"")->required();
    c_account->add_option("--vesting", account.vesting,
                          "AMOUNT,START,CLIFF,END beside it, times as 2027-01-31T00:00:00Z; may be given again");
    auto* c_ticket = c_genesis->add_subcommand(
        "add-validator", "a ticket of this home for whoever collects them; makes its keys where there are none");
    c_ticket->add_option("FILE", file, "the draft of the genesis")->required();
    c_ticket->add_option("--operator", ticket.operator_address, "address that the bond and the pay belong to")
        ->required();
    c_ticket->add_option("--bond", ticket.bond, "whole tokens")->required();
    c_ticket->add_option("--name", ticket.name, "what the validator is called")->required();
    c_ticket->add_option("--at", ticket.at, "HOST:PORT at which other nodes find this one; none are told unless given");
    c_ticket->add_option("--out", ticket_file, "file to write; - is stdout")->capture_default_str();
    c_ticket->add_option("--beacon-length", ticket.beacon_length, "heights that the beacon chain lasts")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 32))
        ->capture_default_str();
    auto* c_collect = c_genesis->add_subcommand("collect", "the tickets of a folder into a genesis file");
    c_collect->add_option("FILE", file, "the draft, changed in place")->required();
    c_collect->add_option("DIR", tickets, "folder of the tickets, *.json")->required();
    auto* c_config = app.add_subcommand("config", "the settings")->require_subcommand(1);
    auto* c_default = c_config->add_subcommand("default", "a file with every setting at its default");
    auto* c_check = c_config->add_subcommand("check", "does this home's configuration read?");
    auto* c_diff = c_config->add_subcommand("diff", "the settings of this home that are not at their defaults");
    auto* c_testnet = app.add_subcommand("testnet", "several validators on this machine, under CometBFT");
    c_testnet->add_option("N", testnet.nodes, "how many")->required()->check(CLI::Range(1, 100));
    c_testnet->add_option("--out", testnet.out, "folder of the homes node0, node1, ...")->required();
    c_testnet->add_flag("--start", testnet_start, "run them all until interrupted; homes that are there go on");
    c_testnet->add_option("--network", testnet.network, "a preset or a genesis file")->capture_default_str();
    c_testnet->add_option("--base-port", testnet.base_port, "node i listens on this plus 10 i, and on +1, +3 and +4")
        ->check(CLI::Range(1, 65'535))
        ->capture_default_str();
    c_testnet->add_option("--epoch-length", testnet.epoch_blocks, "blocks of an epoch, instead of the network's");
    c_testnet->add_option("--beacon-length", testnet.beacon_length, "heights that each beacon chain lasts")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 32))
        ->capture_default_str();
    add_settings(c_testnet, testnet_flags);
    auto* c_level = app.add_subcommand("log-level", "change the running node's log level");
    c_level->add_option("LEVEL", level, "trace, debug, info, warn, error, off")->required();
    c_level->add_option("--format", log_format, "text or json")->check(CLI::IsMember({"text", "json"}));
    auto* c_version = app.add_subcommand("version", "what was built");

    assay::cli::Documents documents(app, about());

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& e) {
        return app.exit(e);
    } catch (const CLI::ParseError& e) {
        out.json = wants_json(argc, argv);
        return out.fail({Code::usage, e.what()}, "assayd --help lists the commands, assayd COMMAND --help its options");
    }
    if (documents.asked()) {
        if (documents.kind() == "man") return out.done(documents.text(), Json{{"page", documents.text()}});
        return out.done(documents.text(), Json{{"shell", documents.kind()}, {"script", documents.text()}});
    }
    if (!genesis_hash.empty()) {
        const auto h = fixed_from_hex<Hash>(genesis_hash);
        if (!h) return out.fail({Code::usage, "--genesis-hash: " + h.error().message});
        init.genesis_hash = *h;
    }
    const Home home{std::filesystem::absolute(home_text)};

    if (c_init->parsed()) return run_init(out, home, init, init_flags);
    if (c_start->parsed()) return run_start(out, home, start);
    if (c_stop->parsed()) return run_stop(out, home);
    if (c_status->parsed()) return run_status(out, home);
    if (c_trust->parsed()) return run_trust(out, home);
    if (c_peers->parsed()) return run_peers(out, home);
    if (c_id->parsed()) return run_id(out, home);
    if (c_key_show->parsed()) return run_key_show(out, home, which_key);
    for (const auto& [c, action] :
         {std::pair{c_key_export, KeyMove::Action::leave}, std::pair{c_key_import, KeyMove::Action::come},
          std::pair{c_key_retire, KeyMove::Action::retire}}) {
        key_move.action = action;
        if (c->parsed()) return run_key_move(out, home, key_move);
    }
    if (c_key_renew->parsed()) return run_key_renew(out, home, next_length);
    if (c_verify->parsed() && !verify_blocks.empty()) {
        if (verify_genesis.empty() && verify_state.empty())
            return out.fail({Code::usage, "--blocks needs --genesis FILE or --state FILE: what the blocks go on from"});
        return run_verify_file(out, verify_genesis, verify_state, verify_blocks);
    }
    if (c_verify->parsed()) return run_verify(out, home, verify);
    if (c_blocks_export->parsed()) return run_blocks_export(out, home, blocks);
    if (c_upgrade->parsed()) return run_upgrade_check(out, home, new_program, check_blocks);
    if (c_rollback->parsed()) return run_rollback(out, home, rollback);
    if (c_prune->parsed()) return run_prune(out, home, prune);
    if (c_snapshot_create->parsed()) return run_snapshot_create(out, home);
    if (c_snapshot_list->parsed()) return run_snapshot_list(out, home);
    if (c_snapshot_restore->parsed()) return run_snapshot_restore(out, home, file, init);
    if (c_alerts->parsed()) return run_alerts(out);
    if (c_bundle->parsed()) return run_debug_bundle(out, home, file);
    if (c_supply->parsed()) return run_supply(out, home, supply);
    if (c_export->parsed()) {
        if (export_height) exported.height = Height{*export_height};
        return run_export(out, home, exported);
    }
    if (c_new->parsed()) return run_genesis_new(out, preset, file);
    if (c_show->parsed()) return run_genesis_show(out, home, file, false);
    if (c_validate->parsed()) return run_genesis_validate(out, file, strict);
    if (c_hash->parsed()) return run_genesis_show(out, home, file, true);
    if (c_account->parsed()) return run_genesis_add_account(out, file, account);
    if (c_ticket->parsed()) return run_genesis_add_validator(out, home, file, ticket_file, ticket);
    if (c_collect->parsed()) return run_genesis_collect(out, file, tickets);
    if (c_default->parsed()) return run_config_default(out);
    if (c_diff->parsed()) return run_config_diff(out, home);
    if (c_check->parsed()) return run_config_check(out, home);
    if (c_testnet->parsed()) return run_testnet(out, testnet, testnet_flags, testnet_start);
    if (c_level->parsed()) return run_log_level(out, home, level, log_format);
    if (c_version->parsed()) return run_version(out);
    return out.fail({Code::usage, "no command"});
}

}  // namespace
}  // namespace assay::node::cli

int main(int argc, char** argv) {
    std::setlocale(LC_ALL, "C");
    std::signal(SIGPIPE, SIG_IGN);
    assay::node::keep_freed_memory();
    try {
        return assay::node::cli::run(argc, argv);
    } catch (const std::exception& e) {
        return assay::node::cli::Output{}.fail({assay::Code::internal, std::string("unexpected: ") + e.what()});
    }
}
