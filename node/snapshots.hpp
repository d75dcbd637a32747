// Snapshots of the state for nodes that join: made every so many blocks beside the chain, served in chunks, restored
// chunk by chunk with each one checked.
//
//   Snapshots snapshots(home, {.interval = 1000, .keep = 2});
//   snapshots.committed(app, height);                 // engine thread: begins one in the background where it is due
//   ASSAY_TRY(auto list, snapshots.list_snapshots({}));
//
// Format 1: a snapshot is the state file of its height (chain/state_file.hpp), cut after each 8 MiB; its hash is
// H("assay/snapshot", metadata), its metadata the SHA-256 of each chunk, joined. The same on every node.
//
//   snapshots/HEIGHT.state   the file, 0600
//   snapshots/HEIGHT.meta    its metadata; read anew from the file where it is missing
//   snapshots/restoring      what comes from other nodes, until it is whole
//
// Traps: (1) the metadata of an offered snapshot is a peer's claim, and only the app hash is known to be good: the
// header in chunk 0 is compared before more is fetched, the state's root before anything is believed; (2) CometBFT
// carries 4 MB of metadata and 16 MB of chunk at most.
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

struct KeptSnapshot {
    Height height;
    std::uint64_t bytes = 0;
    Bytes metadata;
    [[nodiscard]] Hash hash() const;
    [[nodiscard]] std::size_t chunks() const { return metadata.size() / Hash::kSize; }
};

/// Those in a home, ascending; nothing there is touched, so that it may be asked beside the node that runs.
[[nodiscard]] std::vector<KeptSnapshot> kept_snapshots(const Home& home);
[[nodiscard]] std::filesystem::path snapshot_file(const Home& home, Height height);

/// The state of an empty home, which keeps the file as its initial state: verify begins there. Nothing is changed
/// unless all of it is good. Errors: as App::init_state.
[[nodiscard]] Result<chain::StateFileHeader> begin_from_snapshot(chain::App& app, const Home& home,
                                                                 const std::filesystem::path& file);

class Snapshots {
   public:
    /// Removes what a crash left half made.
    Snapshots(const Home& home, SnapshotOptions options);
    ~Snapshots();  ///< breaks off the one in the making

    /// Any block; makes nothing where none is due or one is in the making.
    void committed(const chain::App& app, Height height);
    /// One now, of the last height, in this thread. Errors: io_error, already_exists, not_found before the first block.
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
