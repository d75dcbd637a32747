#include <memory>

#include "proofs/worker/commands_run.hpp"
#include "proofs/worker/home.hpp"
#include "proofs/worker/options.hpp"
#include "wallet/keys/secure.hpp"

namespace assay::proofs::worker {

namespace {

void add_home(CLI::App& command, std::string& home) {
    command.add_option("--home", home, "where keys and state are [~/.assay/prover]")
        ->envname("ASSAY_PROVER_HOME")
        ->type_name("DIR");
}

void add_state(CLI::App& command, RunArguments& a) {
    add_home(command, a.home);
    command.add_option("--state", a.state, "what a restart needs to open [HOME/state]")
        ->envname("ASSAY_PROVER_STATE")
        ->type_name("DIR");
}

void add_password(CLI::App& command, std::string& file) {
    command.add_option("--password-file", file, "password: the first line of a file, - is stdin")
        ->envname("ASSAY_PROVER_PASSWORD_FILE")
        ->type_name("FILE");
}

/// Key, node, device: what run and preflight have in common.
void add_provider(CLI::App& command, Common& common, RunArguments& a) {
    add_state(command, a);
    command
        .add_option("--device", a.devices,
                    "cpu, cuda:N, auto (the first card that passes its self-test) or all; again for each device more, "
                    "with the slots it works for where they are not to be dealt out: cuda:0=0,2")
        ->envname("ASSAY_PROVER_DEVICE")
        ->type_name("NAME[=SLOTS]")
        ->allow_extra_args(false)
        ->capture_default_str();
    add_threads_option(command, common);
    command
        .add_option("--from", a.from,
                    "the provider's key, or its work key: a name, or the path of its file [the only one]")
        ->envname("ASSAY_PROVER_FROM")
        ->type_name("KEY");
    command
        .add_option("--provider", a.provider,
                    "the provider that --from is the work key of ('assay provider set-worker') [--from itself]")
        ->envname("ASSAY_PROVER_PROVIDER")
        ->type_name("ADDRESS");
    command.add_option("--node", a.node, "the node")
        ->envname("ASSAY_PROVER_NODE")
        ->type_name("URL")
        ->capture_default_str();
    command.add_option("--slots", a.slots, "only these devices of the provider: 0,1")
        ->envname("ASSAY_PROVER_SLOTS")
        ->delimiter(',');
}

void add_keys(CLI::App& app, Common& common) {
    auto a = std::make_shared<KeyArguments>();
    CLI::App* key = app.add_subcommand("key", "the keys of this home");
    key->require_subcommand(1);
    const auto add = [&](const char* name, const char* what) {
        CLI::App* command = key->add_subcommand(name, what);
        add_home(*command, a->home);
        return command;
    };
    const auto add_new = [&](CLI::App* command) {
        command->add_option("NAME", a->name, "what the key is called here")->required();
        add_password(*command, a->password_file);
        command->add_flag("--kdf-light", a->kdf_light,
                          "a password that costs milliseconds instead of half a second: for tests and devnets only");
        return command;
    };
    add_new(add("new", "a new key from fresh words, encrypted under a password"))->callback([a, &common] {
        wallet::harden_process();
        key_new_command(common.json, *a);
    });
    CLI::App* import = add_new(add("import", "a key file, such as the wallet's WALLET_HOME/keys/NAME.json"));
    import->add_option("--file", a->file, "the key file")->required()->type_name("FILE");
    import
        ->add_option("--file-password-file", a->file_password_file,
                     "the file's own password, where the key gets a new one here")
        ->type_name("FILE");
    import->callback([a, &common] {
        wallet::harden_process();
    key_import_command(common.json, *a);
});
add("list", "names and addresses")->callback([a, &common] { key_list_command(common.json, *a); });
}  // namespace

}  // namespace assay::proofs::worker

void add_online_commands(CLI::App& app, Common& common, int& exit) {
    auto a = std::make_shared<RunArguments>();
    CLI::App* run = app.add_subcommand("run", "takes each epoch's tasks, commits, opens; SIGTERM drains");
    add_provider(*run, common, *a);
    add_password(*run, a->password_file);
    run->add_option("--fault", a->fault, "misbehave, on a devnet: skip=SHARE, flip=N, replay, zero or copy")
        ->capture_default_str();
    run->add_option("--epochs", a->epochs, "stop once so many epochs were worked and paid, 0 for never")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 32))
        ->capture_default_str();
    run->add_flag_callback(
        "--once", [a] { a->epochs = 1; }, "the same as --epochs 1");
    run->add_option("--node-wait", a->node_wait,
                    "seconds in which the node has to answer first; later it is waited for")
        ->envname("ASSAY_PROVER_NODE_WAIT")
        ->check(CLI::Range(0, 86'400))
        ->capture_default_str();
    run->add_option("--samples", a->samples, "leaves that the CPU recomputes before each commit")
        ->check(CLI::Range(32, 65'536))
        ->capture_default_str();
    run->add_option("--max-temp", a->max_temperature, "degrees Celsius: a card that is hotter begins no task")
        ->envname("ASSAY_PROVER_MAX_TEMP")
        ->check(CLI::Range(30, 150))
        ->capture_default_str();
    run->add_option("--serve", a->serve,
                    "where buyers of products bring matrices and fetch products; port 0 is any free one")
        ->envname("ASSAY_PROVER_SERVE")
        ->type_name("HOST:PORT");
    run->add_option("--serve-max", a->serve_most, "MiB of one order's matrices and product together")
        ->envname("ASSAY_PROVER_SERVE_MAX")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 24))
        ->capture_default_str();
    run->callback([a, &common, &exit] {
        wallet::harden_process();
        exit = run_command(common, *a);
    });

    CLI::App* preflight = app.add_subcommand("preflight", "would a run earn? sync, clock, stake, fees, speed");
    add_provider(*preflight, common, *a);
    preflight->add_option("--seconds", a->bench_seconds, "about how long the device is measured")
        ->check(CLI::Range(0.1, 300.0))
        ->capture_default_str();
    preflight->callback([a, &common, &exit] { exit = preflight_command(common, *a); });

    CLI::App* status = app.add_subcommand("status", "open commits, last verdicts, totals; asks no node");
    add_state(*status, *a);
    status->callback([a, &common] { status_command(common, *a); });

    CLI::App* drain = app.add_subcommand("drain", "asks the running one to finish its open commits and stop");
    add_state(*drain, *a);
    drain->add_flag("--wait", a->wait, "until it has stopped");
    drain->callback([a, &common] { drain_command(common, *a); });

    add_keys(app, common);
}

}  // namespace assay::proofs::worker
