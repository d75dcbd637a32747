// Snapshots of the state for nodes that join: made every so many blocks beside the chain, served in chunks, restored
// chunk by chunk with each one checked.
//
//   Snapshots snapshots(home, {.interval = 1000, .keep = 2});
//   snapshots.committed(app, height);                 // engine thread: begins one in the background where it is due
//   ASSAY_TRY(auto list, snapshots.list_snapshots({}));
//
// Format 1: a snapshot is the state file of its height (chain/state_file.hpp), cut after each 8 MiB; its hash is
// H("assay/snapshot", metadata), its metadata the SHA-256 of each chunk, joined. The same on every node.
#pragma once

#include <functional>
#include <memory>

#include "chain/app.hpp"
#include "node/abci/messages.hpp"
#include "node/home.hpp"

namespace assay::node {

struct SnapshotOptions {
    std::uint64_t interval = 0;  ///< blocks; 0: none are made
    std::uint64_t keep = 2;
};

class Snapshots {
   public:
    Snapshots(const Home& home, SnapshotOptions options);
    ~Snapshots();  ///< waits for the one in the making

    /// Any block; makes nothing where none is due or one is in the making.
    void committed(const chain::App& app, Height height);
    /// One now, of the last height, in this thread. Errors: io_error, already_exists.
    [[nodiscard]] Result<abci::Snapshot> create(const chain::App& app);
    /// The lowest height that a kept snapshot has; blocks from there on are needed by who restores it.
    [[nodiscard]] std::optional<Height> oldest() const;

    // The four of the snapshot connection; any thread, one at a time.
    [[nodiscard]] Result<abci::ListSnapshotsResponse> list_snapshots(const abci::ListSnapshotsRequest& r);
    [[nodiscard]] Result<abci::LoadSnapshotChunkResponse> load_snapshot_chunk(const abci::LoadSnapshotChunkRequest& r);
    /// Accepts where `empty` says that this node has no state yet, and the snapshot's own words fit together.
    [[nodiscard]] Result<abci::OfferSnapshotResponse> offer_snapshot(const abci::OfferSnapshotRequest& r, bool empty);
    /// After the last chunk `restore` is called with the whole file, whose header has the app hash that was offered,
    /// the chain id and genesis hash of `expected`; where it fails, the snapshot is rejected and nothing has changed.
    [[nodiscard]] Result<abci::ApplySnapshotChunkResponse> apply_snapshot_chunk(
        const abci::ApplySnapshotChunkRequest& r, const chain::StateFileHeader& expected,
        const std::function<Status(const std::filesystem::path&)>& restore);

   private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace assay::node
