// An application that answers everything with nothing: for tests to override what they look at.
#pragma once

#include "node/abci/application.hpp"

namespace assay::test {

using namespace node::abci;

class SmallApp : public Application {
   public:
    Result<InfoResponse> info(const InfoRequest&) override { return InfoResponse{}; }
    Result<QueryResponse> query(const QueryRequest&) override { return QueryResponse{}; }
    Result<CheckTxResponse> check_tx(const CheckTxRequest&) override { return CheckTxResponse{}; }
    Result<InitChainResponse> init_chain(const InitChainRequest&) override { return InitChainResponse{}; }
    Result<PrepareProposalResponse> prepare_proposal(const PrepareProposalRequest& r) override {
        return PrepareProposalResponse{r.txs};
    }
    Result<ProcessProposalResponse> process_proposal(const ProcessProposalRequest&) override {
        return ProcessProposalResponse{Verdict::accept};
    }
    Result<ExtendVoteResponse> extend_vote(const ExtendVoteRequest&) override { return ExtendVoteResponse{}; }
    Result<VerifyVoteExtensionResponse> verify_vote_extension(const VerifyVoteExtensionRequest&) override {
        return VerifyVoteExtensionResponse{Verdict::accept};
    }
    Result<FinalizeBlockResponse> finalize_block(const FinalizeBlockRequest& r) override {
        FinalizeBlockResponse out;
        out.tx_results.resize(r.txs.size());
        return out;
    }
    Result<CommitResponse> commit(const CommitRequest&) override { return CommitResponse{}; }
    Result<ListSnapshotsResponse> list_snapshots(const ListSnapshotsRequest&) override {
        return ListSnapshotsResponse{};
    }
    Result<OfferSnapshotResponse> offer_snapshot(const OfferSnapshotRequest&) override {
        return OfferSnapshotResponse{OfferSnapshotResponse::Result::reject};
    }
    Result<LoadSnapshotChunkResponse> load_snapshot_chunk(const LoadSnapshotChunkRequest&) override {
        return LoadSnapshotChunkResponse{};
    }
    Result<ApplySnapshotChunkResponse> apply_snapshot_chunk(const ApplySnapshotChunkRequest&) override {
        return ApplySnapshotChunkResponse{};
    }
};

}  // namespace assay::test
