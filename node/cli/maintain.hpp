// Commands that look after a home's past: a block back, old blocks away, snapshots of the state.
#pragma once

#include "node/cli/commands.hpp"

namespace assay::node::cli {

struct RollbackCommand {
    Flags flags;
    bool application_only = false;
    std::optional<std::uint64_t> to;  ///< with application_only
};
int run_rollback(const Output& out, const Home& home, const RollbackCommand& command);

struct PruneCommand {
    Flags flags;
    bool compact = false;
};
int run_prune(const Output& out, const Home& home, const PruneCommand& command);

int run_snapshot_create(const Output& out, const Home& home);
int run_snapshot_list(const Output& out, const Home& home);
/// `what`: a file, or the height of one of this home's. A home that is not set up is set up as `init` says.
int run_snapshot_restore(const Output& out, const Home& home, const std::string& what, InitOptions init);

}  // namespace assay::node::cli
