// The option tree of assay-prover. A command that has an exit code of its own leaves it in `exit`.
#pragma once

#include <CLI/CLI.hpp>

#include "proofs/worker/commands.hpp"

namespace assay::proofs::worker {

/// devices, selftest, bench, example, prove, open, verify, version: no node, no key.
void add_offline_commands(CLI::App& app, Common& common);
/// run, status, drain, preflight, key.
void add_online_commands(CLI::App& app, Common& common, int& exit);

/// --device and --threads.
void add_device_options(CLI::App& command, Common& common);
void add_threads_option(CLI::App& command, Common& common);

}  // namespace assay::proofs::worker
