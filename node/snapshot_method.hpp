// What is said of a snapshot, on the command line and through the control socket.
//
//   if (r.method == "node.snapshot") return snapshot_method(*app_, snapshots, home);
#pragma once

#include "node/json.hpp"
#include "node/snapshots.hpp"

namespace assay::node {

/// {"height","format","bytes","chunks","hash","file"}
[[nodiscard]] Json snapshot_json(const Home& home, const KeptSnapshot& snapshot);

/// Makes one of the last height; the answer is that of `assayd snapshot create --json`. Errors: those of create.
[[nodiscard]] Result<std::string> snapshot_method(const chain::App& app, Snapshots& snapshots, const Home& home);

}  // namespace assay::node
