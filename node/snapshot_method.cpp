#include "node/snapshot_method.hpp"

#include "base/hex.hpp"

namespace assay::node {

Json snapshot_json(const Home& home, const KeptSnapshot& snapshot) {
    return Json{{"height", snapshot.height.value},
                {"format", 1},
                {"bytes", snapshot.bytes},
                {"chunks", snapshot.chunks()},
                {"hash", to_hex(snapshot.hash().view())},
                {"file", snapshot_file(home, snapshot.height).string()}};
}

Result<std::string> snapshot_method(const chain::App& app, Snapshots& snapshots, const Home& home) {
    ASSAY_TRY(const abci::Snapshot made, snapshots.create(app));
    for (const KeptSnapshot& k : kept_snapshots(home))
        if (k.height.value == made.height) return to_text(snapshot_json(home, k));
    return {Code::io_error, "the snapshot of height " + std::to_string(made.height) + " is gone already"};
}

}  // namespace assay::node
