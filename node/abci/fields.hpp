// Which field of a message has which number: tendermint/abci/types.proto as a table. codec.cpp walks it to count, to
// write and to read; nothing else knows a number.
//
//   template <> inline constexpr auto kFields<Duration> = fields(f(1, &Duration::seconds), f(2, &Duration::nanos));
//
// An optional that holds no message of its own (and f_in) stands for a message with that value as field 1:
// ConsensusParams.version is {app = 1}, and so on.
#pragma once

#include <tuple>

#include "node/abci/messages.hpp"

namespace assay::node::abci {

template <class M, class T>
struct Field {
    using Type = T;
    std::uint32_t number;
    T M::*member;
    bool wrapped;  ///< in a message of its own, as field 1
};
template <class M, class T>
constexpr Field<M, T> f(std::uint32_t number, T M::*member) {
    return {number, member, false};
}
template <class M, class T>
constexpr Field<M, T> f_in(std::uint32_t number, T M::*member) {
    return {number, member, true};
}
template <class... F>
constexpr std::tuple<F...> fields(F... all) {
    return {all...};
}

template <class M>
inline constexpr auto kFields = nullptr;  // no message
/// Whether M is a message with a row here (a public key is one too, but a choice: codec.cpp has it).
template <class M>
inline constexpr bool kIsMessage = !std::is_same_v<decltype(kFields<M>), const std::nullptr_t>;

// ---------------------------------------------------------------- shared
// clang-format off
using Block_ = ConsensusParams::Block;
using Evidence_ = ConsensusParams::Evidence;
template <> inline constexpr auto kFields<Timestamp> = fields(f(1, &Timestamp::seconds), f(2, &Timestamp::nanos));
template <> inline constexpr auto kFields<Duration> = fields(f(1, &Duration::seconds), f(2, &Duration::nanos));
template <> inline constexpr auto kFields<ValidatorUpdate> = fields(f(1, &ValidatorUpdate::pub_key), f(2, &ValidatorUpdate::power));
template <> inline constexpr auto kFields<Validator> = fields(f(1, &Validator::address), f(3, &Validator::power));
template <> inline constexpr auto kFields<VoteInfo> = fields(f(1, &VoteInfo::validator), f(3, &VoteInfo::block_id_flag));
template <> inline constexpr auto kFields<CommitInfo> = fields(f(1, &CommitInfo::round), f(2, &CommitInfo::votes));
template <> inline constexpr auto kFields<ExtendedVoteInfo> = fields(
    f(1, &ExtendedVoteInfo::validator), f(3, &ExtendedVoteInfo::vote_extension), f(4, &ExtendedVoteInfo::extension_signature),
    f(5, &ExtendedVoteInfo::block_id_flag));
template <> inline constexpr auto kFields<ExtendedCommitInfo> = fields(f(1, &ExtendedCommitInfo::round), f(2, &ExtendedCommitInfo::votes));
template <> inline constexpr auto kFields<Misbehavior> = fields(
    f(1, &Misbehavior::type), f(2, &Misbehavior::validator), f(3, &Misbehavior::height), f(4, &Misbehavior::time),
    f(5, &Misbehavior::total_voting_power));
template <> inline constexpr auto kFields<Block_> = fields(f(1, &Block_::max_bytes), f(2, &Block_::max_gas));
template <> inline constexpr auto kFields<Evidence_> = fields(
    f(1, &Evidence_::max_age_num_blocks), f(2, &Evidence_::max_age_duration), f(3, &Evidence_::max_bytes));
template <> inline constexpr auto kFields<ConsensusParams> = fields(
    f(1, &ConsensusParams::block), f(2, &ConsensusParams::evidence), f(3, &ConsensusParams::pub_key_types),
    f(4, &ConsensusParams::app_version), f(5, &ConsensusParams::vote_extensions_enable_height));
template <> inline constexpr auto kFields<EventAttribute> = fields(
    f(1, &EventAttribute::key), f(2, &EventAttribute::value), f(3, &EventAttribute::index));
template <> inline constexpr auto kFields<Event> = fields(f(1, &Event::type), f(2, &Event::attributes));
template <> inline constexpr auto kFields<ExecTxResult> = fields(
    f(1, &ExecTxResult::code), f(2, &ExecTxResult::data), f(3, &ExecTxResult::log), f(4, &ExecTxResult::info),
    f(5, &ExecTxResult::gas_wanted), f(6, &ExecTxResult::gas_used), f(7, &ExecTxResult::events), f(8, &ExecTxResult::codespace));
template <> inline constexpr auto kFields<Snapshot> = fields(
    f(1, &Snapshot::height), f(2, &Snapshot::format), f(3, &Snapshot::chunks), f(4, &Snapshot::hash), f(5, &Snapshot::metadata));
template <> inline constexpr auto kFields<ProofOp> = fields(f(1, &ProofOp::type), f(2, &ProofOp::key), f(3, &ProofOp::data));

// ---------------------------------------------------------------- requests
template <> inline constexpr auto kFields<EchoRequest> = fields(f(1, &EchoRequest::message));
template <> inline constexpr auto kFields<FlushRequest> = fields();
template <> inline constexpr auto kFields<InfoRequest> = fields(
    f(1, &InfoRequest::version), f(2, &InfoRequest::block_version), f(3, &InfoRequest::p2p_version), f(4, &InfoRequest::abci_version));
template <> inline constexpr auto kFields<InitChainRequest> = fields(
    f(1, &InitChainRequest::time), f(2, &InitChainRequest::chain_id), f(3, &InitChainRequest::consensus_params),
    f(4, &InitChainRequest::validators), f(5, &InitChainRequest::app_state_bytes), f(6, &InitChainRequest::initial_height));
template <> inline constexpr auto kFields<QueryRequest> = fields(
    f(1, &QueryRequest::data), f(2, &QueryRequest::path), f(3, &QueryRequest::height), f(4, &QueryRequest::prove));
template <> inline constexpr auto kFields<CheckTxRequest> = fields(f(1, &CheckTxRequest::tx), f(2, &CheckTxRequest::type));
template <> inline constexpr auto kFields<CommitRequest> = fields();
template <> inline constexpr auto kFields<ListSnapshotsRequest> = fields();
template <> inline constexpr auto kFields<OfferSnapshotRequest> = fields(
    f(1, &OfferSnapshotRequest::snapshot), f(2, &OfferSnapshotRequest::app_hash));
template <> inline constexpr auto kFields<LoadSnapshotChunkRequest> = fields(
    f(1, &LoadSnapshotChunkRequest::height), f(2, &LoadSnapshotChunkRequest::format), f(3, &LoadSnapshotChunkRequest::chunk));
template <> inline constexpr auto kFields<ApplySnapshotChunkRequest> = fields(
    f(1, &ApplySnapshotChunkRequest::index), f(2, &ApplySnapshotChunkRequest::chunk), f(3, &ApplySnapshotChunkRequest::sender));
template <> inline constexpr auto kFields<PrepareProposalRequest> = fields(
    f(1, &PrepareProposalRequest::max_tx_bytes), f(2, &PrepareProposalRequest::txs), f(3, &PrepareProposalRequest::local_last_commit),
    f(4, &PrepareProposalRequest::misbehavior), f(5, &PrepareProposalRequest::height), f(6, &PrepareProposalRequest::time),
    f(7, &PrepareProposalRequest::next_validators_hash), f(8, &PrepareProposalRequest::proposer_address));
template <> inline constexpr auto kFields<ProcessProposalRequest> = fields(
    f(1, &ProcessProposalRequest::txs), f(2, &ProcessProposalRequest::proposed_last_commit), f(3, &ProcessProposalRequest::misbehavior),
    f(4, &ProcessProposalRequest::hash), f(5, &ProcessProposalRequest::height), f(6, &ProcessProposalRequest::time),
    f(7, &ProcessProposalRequest::next_validators_hash), f(8, &ProcessProposalRequest::proposer_address));
template <> inline constexpr auto kFields<ExtendVoteRequest> = fields(
    f(1, &ExtendVoteRequest::hash), f(2, &ExtendVoteRequest::height), f(3, &ExtendVoteRequest::time), f(4, &ExtendVoteRequest::txs),
    f(5, &ExtendVoteRequest::proposed_last_commit), f(6, &ExtendVoteRequest::misbehavior),
    f(7, &ExtendVoteRequest::next_validators_hash), f(8, &ExtendVoteRequest::proposer_address));
template <> inline constexpr auto kFields<VerifyVoteExtensionRequest> = fields(
    f(1, &VerifyVoteExtensionRequest::hash), f(2, &VerifyVoteExtensionRequest::validator_address),
    f(3, &VerifyVoteExtensionRequest::height), f(4, &VerifyVoteExtensionRequest::vote_extension));
template <> inline constexpr auto kFields<FinalizeBlockRequest> = fields(
    f(1, &FinalizeBlockRequest::txs), f(2, &FinalizeBlockRequest::decided_last_commit), f(3, &FinalizeBlockRequest::misbehavior),
    f(4, &FinalizeBlockRequest::hash), f(5, &FinalizeBlockRequest::height), f(6, &FinalizeBlockRequest::time),
    f(7, &FinalizeBlockRequest::next_validators_hash), f(8, &FinalizeBlockRequest::proposer_address));

// ---------------------------------------------------------------- responses
template <> inline constexpr auto kFields<ExceptionResponse> = fields(f(1, &ExceptionResponse::error));
template <> inline constexpr auto kFields<EchoResponse> = fields(f(1, &EchoResponse::message));
template <> inline constexpr auto kFields<FlushResponse> = fields();
template <> inline constexpr auto kFields<InfoResponse> = fields(
    f(1, &InfoResponse::data), f(2, &InfoResponse::version), f(3, &InfoResponse::app_version), f(4, &InfoResponse::last_block_height),
    f(5, &InfoResponse::last_block_app_hash));
template <> inline constexpr auto kFields<InitChainResponse> = fields(
    f(1, &InitChainResponse::consensus_params), f(2, &InitChainResponse::validators), f(3, &InitChainResponse::app_hash));
template <> inline constexpr auto kFields<QueryResponse> = fields(
    f(1, &QueryResponse::code), f(3, &QueryResponse::log), f(4, &QueryResponse::info), f(5, &QueryResponse::index),
    f(6, &QueryResponse::key), f(7, &QueryResponse::value), f_in(8, &QueryResponse::proof_ops), f(9, &QueryResponse::height),
    f(10, &QueryResponse::codespace));
template <> inline constexpr auto kFields<CheckTxResponse> = fields(
    f(1, &CheckTxResponse::code), f(2, &CheckTxResponse::data), f(3, &CheckTxResponse::log), f(4, &CheckTxResponse::info),
    f(5, &CheckTxResponse::gas_wanted), f(6, &CheckTxResponse::gas_used), f(7, &CheckTxResponse::events), f(8, &CheckTxResponse::codespace));
template <> inline constexpr auto kFields<CommitResponse> = fields(f(3, &CommitResponse::retain_height));
template <> inline constexpr auto kFields<ListSnapshotsResponse> = fields(f(1, &ListSnapshotsResponse::snapshots));
template <> inline constexpr auto kFields<OfferSnapshotResponse> = fields(f(1, &OfferSnapshotResponse::result));
template <> inline constexpr auto kFields<LoadSnapshotChunkResponse> = fields(f(1, &LoadSnapshotChunkResponse::chunk));
template <> inline constexpr auto kFields<ApplySnapshotChunkResponse> = fields(
    f(1, &ApplySnapshotChunkResponse::result), f(2, &ApplySnapshotChunkResponse::refetch_chunks),
    f(3, &ApplySnapshotChunkResponse::reject_senders));
template <> inline constexpr auto kFields<PrepareProposalResponse> = fields(f(1, &PrepareProposalResponse::txs));
template <> inline constexpr auto kFields<ProcessProposalResponse> = fields(f(1, &ProcessProposalResponse::status));
template <> inline constexpr auto kFields<ExtendVoteResponse> = fields(f(1, &ExtendVoteResponse::vote_extension));
template <> inline constexpr auto kFields<VerifyVoteExtensionResponse> = fields(f(1, &VerifyVoteExtensionResponse::status));
template <> inline constexpr auto kFields<FinalizeBlockResponse> = fields(
    f(1, &FinalizeBlockResponse::events), f(2, &FinalizeBlockResponse::tx_results), f(3, &FinalizeBlockResponse::validator_updates),
    f(4, &FinalizeBlockResponse::consensus_param_updates), f(5, &FinalizeBlockResponse::app_hash));

// ---------------------------------------------------------------- which message has which number
/// In the order of the variants. Every answer's number is its request's and one more; an exception has the first.
inline constexpr std::uint32_t kRequestNumbers[] = {1, 2, 3, 5, 6, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
inline constexpr std::uint32_t kInsertTx = 21, kReapTxs = 22;  // of a mempool that is the application's: not ours
inline constexpr const char* kNames[] = {
    "echo", "flush", "info", "init_chain", "query", "check_tx", "commit", "list_snapshots", "offer_snapshot",
    "load_snapshot_chunk", "apply_snapshot_chunk", "prepare_proposal", "process_proposal", "extend_vote",
    "verify_vote_extension", "finalize_block"};
// clang-format on
static_assert(std::size(kRequestNumbers) == std::variant_size_v<Request>);
static_assert(std::size(kNames) == std::variant_size_v<Request>);
static_assert(std::variant_size_v<Response> == std::variant_size_v<Request> + 1);

}  // namespace assay::node::abci
