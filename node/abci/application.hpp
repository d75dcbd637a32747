// What an ABCI server drives. Echo and flush are the server's own.
//
// Threads: CometBFT opens four connections (consensus, mempool, query, snapshot) that name themselves only by what they
// ask. The server calls each method from the thread of its connection: consensus methods come one after another, the
// others run beside them and beside each other. The order of the consensus methods is checked by the server
// (call_order.hpp) before one reaches the application.
//
// An Error of a method is the end: the server answers `exception` and closes every connection, and tells `failed`. What
// a transaction or a peer does wrong is no Error but a code in the response.
#pragma once

#include "base/result.hpp"
#include "node/abci/messages.hpp"

namespace assay::node::abci {

class Application {
   public:
    Application() = default;
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;
    virtual ~Application() = default;

    // query connection
    [[nodiscard]] virtual Result<InfoResponse> info(const InfoRequest& r) = 0;
    [[nodiscard]] virtual Result<QueryResponse> query(const QueryRequest& r) = 0;

    // mempool connection
    [[nodiscard]] virtual Result<CheckTxResponse> check_tx(const CheckTxRequest& r) = 0;

    // consensus connection
    [[nodiscard]] virtual Result<InitChainResponse> init_chain(const InitChainRequest& r) = 0;
    [[nodiscard]] virtual Result<PrepareProposalResponse> prepare_proposal(const PrepareProposalRequest& r) = 0;
    [[nodiscard]] virtual Result<ProcessProposalResponse> process_proposal(const ProcessProposalRequest& r) = 0;
    [[nodiscard]] virtual Result<ExtendVoteResponse> extend_vote(const ExtendVoteRequest& r) = 0;
    [[nodiscard]] virtual Result<VerifyVoteExtensionResponse> verify_vote_extension(
        const VerifyVoteExtensionRequest& r) = 0;
    [[nodiscard]] virtual Result<FinalizeBlockResponse> finalize_block(const FinalizeBlockRequest& r) = 0;
    [[nodiscard]] virtual Result<CommitResponse> commit(const CommitRequest& r) = 0;

    // snapshot connection
    [[nodiscard]] virtual Result<ListSnapshotsResponse> list_snapshots(const ListSnapshotsRequest& r) = 0;
    [[nodiscard]] virtual Result<OfferSnapshotResponse> offer_snapshot(const OfferSnapshotRequest& r) = 0;
    [[nodiscard]] virtual Result<LoadSnapshotChunkResponse> load_snapshot_chunk(const LoadSnapshotChunkRequest& r) = 0;
    [[nodiscard]] virtual Result<ApplySnapshotChunkResponse> apply_snapshot_chunk(
        const ApplySnapshotChunkRequest& r) = 0;
};

}  // namespace assay::node::abci
