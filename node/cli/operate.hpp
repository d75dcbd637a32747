// Commands for whoever operates a node: files of blocks, checks of a new binary, alerts, what is sent to whoever helps.
#pragma once

#include <filesystem>

#include "node/cli/commands.hpp"

namespace assay::node::cli {

struct BlocksExport {
    std::uint64_t from = 0;  ///< 0: the first that there is
    std::uint64_t to = 0;    ///< 0: the last
    std::string file;
};
int run_blocks_export(const Output& out, const Home& home, const BlocksExport& command);
/// Re-executes a file of blocks from a genesis or a state file: no home is needed.
int run_verify_file(const Output& out, const std::string& genesis, const std::string& state, const std::string& blocks);
/// Lets another assayd re-execute the last blocks, and compares.
int run_upgrade_check(const Output& out, const Home& home, const std::string& program, std::uint64_t blocks);
/// Alerting rules for Prometheus over this node's metrics.
int run_alerts(const Output& out);
/// One file with what somebody who helps needs to know, and no secret.
int run_debug_bundle(const Output& out, const Home& home, const std::string& file);

}  // namespace assay::node::cli
