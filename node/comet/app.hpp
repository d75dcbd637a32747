// The state machine as CometBFT sees it: chain::App behind the ABCI calls.
//
//   CometApp comet(app, mempool, std::move(beacon), snapshots, options, events);
//   abci::Server server(comet, …);
//
// A block of CometBFT is one of ours in other words (docs/cometbft.md): its first transaction carries the proposer's
// beacon reveal, the others are ours; our header is made of its height, time and proposer, and of our own state. So
// whoever has the decided blocks has the same chain::Block, byte by byte.
//
// Threads: as application.hpp says.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "node/abci/application.hpp"
#include "node/beacon_keeper.hpp"
#include "node/engine/engine.hpp"
#include "node/snapshots.hpp"

namespace assay::node {

struct CometAppOptions {
    chain::Genesis genesis;
    Hash consensus_key;  ///< of this home, whether it validates or not
    Height halt_height;  ///< stop after this one; 0 never
    /// What CometBFT may delete below, after this height; 0 keeps all.
    std::function<Height(Height)> retain;
    /// Begins with a state file whose hashes were checked.
    std::function<Status(const std::filesystem::path&)> restore;
};

class CometApp final : public abci::Application {
   public:
    CometApp(chain::App& app, Mempool& mempool, BeaconKeeper beacon, Snapshots& snapshots, CometAppOptions options,
             EngineEvents events);

    Result<abci::InfoResponse> info(const abci::InfoRequest& r) override;
    Result<abci::QueryResponse> query(const abci::QueryRequest& r) override;
    Result<abci::CheckTxResponse> check_tx(const abci::CheckTxRequest& r) override;
    Result<abci::InitChainResponse> init_chain(const abci::InitChainRequest& r) override;
    Result<abci::PrepareProposalResponse> prepare_proposal(const abci::PrepareProposalRequest& r) override;
    Result<abci::ProcessProposalResponse> process_proposal(const abci::ProcessProposalRequest& r) override;
    Result<abci::ExtendVoteResponse> extend_vote(const abci::ExtendVoteRequest& r) override;
    Result<abci::VerifyVoteExtensionResponse> verify_vote_extension(const abci::VerifyVoteExtensionRequest& r) override;
    Result<abci::FinalizeBlockResponse> finalize_block(const abci::FinalizeBlockRequest& r) override;
    Result<abci::CommitResponse> commit(const abci::CommitRequest& r) override;
    Result<abci::ListSnapshotsResponse> list_snapshots(const abci::ListSnapshotsRequest& r) override;
    Result<abci::OfferSnapshotResponse> offer_snapshot(const abci::OfferSnapshotRequest& r) override;
    Result<abci::LoadSnapshotChunkResponse> load_snapshot_chunk(const abci::LoadSnapshotChunkRequest& r) override;
    Result<abci::ApplySnapshotChunkResponse> apply_snapshot_chunk(const abci::ApplySnapshotChunkRequest& r) override;

    [[nodiscard]] std::uint64_t beacon_left() const { return beacon_left_; }
    /// Blocks since this process began whose commit has no signature of this home's validator, while it had power.
    [[nodiscard]] std::uint64_t missed() const { return missed_; }
    [[nodiscard]] std::uint64_t proposals_refused() const { return refused_; }
    /// The version by which CometBFT introduced itself; "" before it did.
    [[nodiscard]] std::string engine_version() const;

   private:
    /// What prepare, process and finalize have in common.
    struct Decided {
        std::int64_t height = 0;
        abci::Timestamp time;
        const Bytes& proposer;
        const std::vector<abci::Misbehavior>& misbehavior;
    };
    [[nodiscard]] chain::Block block_of(const Decided& d, const std::vector<Bytes>& txs) const;
    [[nodiscard]] Result<std::optional<Hash>> own_reveal(const Address& me);

    chain::App& app_;
    Mempool& mempool_;
    BeaconKeeper beacon_;
    Snapshots& snapshots_;
    const CometAppOptions options_;
    const Bytes own_address_;
    EngineEvents events_;

    /// Finalized and not committed yet.
    struct Finalized {
        chain::Block block;
        chain::BlockResults results;
    };
    std::optional<Finalized> finalized_;

    std::atomic<std::uint64_t> beacon_left_{0}, missed_{0}, refused_{0};
    mutable std::mutex mutex_;
    std::string engine_version_;
};

/// The first transaction of a block: the reveal of its proposer, under a prefix that no transaction of ours has.
[[nodiscard]] Bytes reveal_tx(const Hash& reveal);
[[nodiscard]] std::optional<Hash> reveal_of(const Bytes& tx);

/// By which CometBFT's votes name an Ed25519 key: the first 20 bytes of its SHA-256.
[[nodiscard]] Bytes comet_address(const Hash& consensus_key);

}  // namespace assay::node
