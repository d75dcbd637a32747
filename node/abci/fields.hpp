// Which field of a message has which number: tendermint/abci/types.proto as a table. codec.cpp walks it to count, to
// write and to read; nothing else knows a number.
//
//   kFields<Duration>: 1 seconds, 2 nanos
//
// An optional that holds no message of its own (and ASSAY_F_IN) stands for a message with that value as field 1:
// ConsensusParams.version is {app = 1}, and so on.
#pragma once

#include <tuple>

#include "node/abci/messages.hpp"

namespace assay::node::abci {

template <class M, class T>
struct Field {
    using Type = T;
    std::uint32_t number;
    const char* name;
    T M::*member;
    bool wrapped;  ///< in a message of its own, as field 1
};
template <class... F>
constexpr std::tuple<F...> fields(F... all) {
    return {all...};
}

template <class M>
inline constexpr auto kFields = nullptr;  // no message
/// Whether M is a message with a row here (a public key is one too, but a choice: codec.cpp has it).
template <class M>
inline constexpr bool kIsMessage = !std::is_same_v<decltype(kFields<M>), const std::nullptr_t>;

// clang-format off
#define ASSAY_F(number, member) Field<M, decltype(M::member)>{number, #member, &M::member, false}
#define ASSAY_F_IN(number, member) Field<M, decltype(M::member)>{number, #member, &M::member, true}
#define ASSAY_MESSAGE(Type, ...)                        \
    template <>                                         \
    inline constexpr auto kFields<Type> = [] {          \
        using M [[maybe_unused]] = Type;                \
        return fields(__VA_ARGS__);                     \
    }()

// ---------------------------------------------------------------- shared
ASSAY_MESSAGE(Timestamp, ASSAY_F(1, seconds), ASSAY_F(2, nanos));
ASSAY_MESSAGE(Duration, ASSAY_F(1, seconds), ASSAY_F(2, nanos));
ASSAY_MESSAGE(ValidatorUpdate, ASSAY_F(1, pub_key), ASSAY_F(2, power));
ASSAY_MESSAGE(Validator, ASSAY_F(1, address), ASSAY_F(3, power));
ASSAY_MESSAGE(VoteInfo, ASSAY_F(1, validator), ASSAY_F(3, block_id_flag));
ASSAY_MESSAGE(CommitInfo, ASSAY_F(1, round), ASSAY_F(2, votes));
ASSAY_MESSAGE(ExtendedVoteInfo, ASSAY_F(1, validator), ASSAY_F(3, vote_extension), ASSAY_F(4, extension_signature),
    ASSAY_F(5, block_id_flag));
ASSAY_MESSAGE(ExtendedCommitInfo, ASSAY_F(1, round), ASSAY_F(2, votes));
ASSAY_MESSAGE(Misbehavior, ASSAY_F(1, type), ASSAY_F(2, validator), ASSAY_F(3, height), ASSAY_F(4, time),
    ASSAY_F(5, total_voting_power));
ASSAY_MESSAGE(ConsensusParams::Block, ASSAY_F(1, max_bytes), ASSAY_F(2, max_gas));
ASSAY_MESSAGE(ConsensusParams::Evidence, ASSAY_F(1, max_age_num_blocks), ASSAY_F(2, max_age_duration),
    ASSAY_F(3, max_bytes));
ASSAY_MESSAGE(ConsensusParams, ASSAY_F(1, block), ASSAY_F(2, evidence), ASSAY_F(3, pub_key_types),
    ASSAY_F(4, app_version), ASSAY_F(5, vote_extensions_enable_height));
ASSAY_MESSAGE(EventAttribute, ASSAY_F(1, key), ASSAY_F(2, value), ASSAY_F(3, index));
ASSAY_MESSAGE(Event, ASSAY_F(1, type), ASSAY_F(2, attributes));
ASSAY_MESSAGE(ExecTxResult, ASSAY_F(1, code), ASSAY_F(2, data), ASSAY_F(3, log), ASSAY_F(4, info),
    ASSAY_F(5, gas_wanted), ASSAY_F(6, gas_used), ASSAY_F(7, events), ASSAY_F(8, codespace));
ASSAY_MESSAGE(Snapshot, ASSAY_F(1, height), ASSAY_F(2, format), ASSAY_F(3, chunks), ASSAY_F(4, hash),
    ASSAY_F(5, metadata));
ASSAY_MESSAGE(ProofOp, ASSAY_F(1, type), ASSAY_F(2, key), ASSAY_F(3, data));

// ---------------------------------------------------------------- requests
ASSAY_MESSAGE(EchoRequest, ASSAY_F(1, message));
ASSAY_MESSAGE(FlushRequest);
ASSAY_MESSAGE(InfoRequest, ASSAY_F(1, version), ASSAY_F(2, block_version), ASSAY_F(3, p2p_version),
    ASSAY_F(4, abci_version));
ASSAY_MESSAGE(InitChainRequest, ASSAY_F(1, time), ASSAY_F(2, chain_id), ASSAY_F(3, consensus_params),
    ASSAY_F(4, validators), ASSAY_F(5, app_state_bytes), ASSAY_F(6, initial_height));
ASSAY_MESSAGE(QueryRequest, ASSAY_F(1, data), ASSAY_F(2, path), ASSAY_F(3, height), ASSAY_F(4, prove));
ASSAY_MESSAGE(CheckTxRequest, ASSAY_F(1, tx), ASSAY_F(2, type));
ASSAY_MESSAGE(CommitRequest);
ASSAY_MESSAGE(ListSnapshotsRequest);
ASSAY_MESSAGE(OfferSnapshotRequest, ASSAY_F(1, snapshot), ASSAY_F(2, app_hash));
ASSAY_MESSAGE(LoadSnapshotChunkRequest, ASSAY_F(1, height), ASSAY_F(2, format), ASSAY_F(3, chunk));
ASSAY_MESSAGE(ApplySnapshotChunkRequest, ASSAY_F(1, index), ASSAY_F(2, chunk), ASSAY_F(3, sender));
ASSAY_MESSAGE(PrepareProposalRequest, ASSAY_F(1, max_tx_bytes), ASSAY_F(2, txs), ASSAY_F(3, local_last_commit),
    ASSAY_F(4, misbehavior), ASSAY_F(5, height), ASSAY_F(6, time), ASSAY_F(7, next_validators_hash),
    ASSAY_F(8, proposer_address));
ASSAY_MESSAGE(ProcessProposalRequest, ASSAY_F(1, txs), ASSAY_F(2, proposed_last_commit), ASSAY_F(3, misbehavior),
    ASSAY_F(4, hash), ASSAY_F(5, height), ASSAY_F(6, time), ASSAY_F(7, next_validators_hash),
    ASSAY_F(8, proposer_address));
ASSAY_MESSAGE(ExtendVoteRequest, ASSAY_F(1, hash), ASSAY_F(2, height), ASSAY_F(3, time), ASSAY_F(4, txs),
    ASSAY_F(5, proposed_last_commit), ASSAY_F(6, misbehavior), ASSAY_F(7, next_validators_hash),
    ASSAY_F(8, proposer_address));
ASSAY_MESSAGE(VerifyVoteExtensionRequest, ASSAY_F(1, hash), ASSAY_F(2, validator_address), ASSAY_F(3, height),
    ASSAY_F(4, vote_extension));
ASSAY_MESSAGE(FinalizeBlockRequest, ASSAY_F(1, txs), ASSAY_F(2, decided_last_commit), ASSAY_F(3, misbehavior),
    ASSAY_F(4, hash), ASSAY_F(5, height), ASSAY_F(6, time), ASSAY_F(7, next_validators_hash),
    ASSAY_F(8, proposer_address));

// ---------------------------------------------------------------- responses
ASSAY_MESSAGE(ExceptionResponse, ASSAY_F(1, error));
ASSAY_MESSAGE(EchoResponse, ASSAY_F(1, message));
ASSAY_MESSAGE(FlushResponse);
ASSAY_MESSAGE(InfoResponse, ASSAY_F(1, data), ASSAY_F(2, version), ASSAY_F(3, app_version),
    ASSAY_F(4, last_block_height), ASSAY_F(5, last_block_app_hash));
ASSAY_MESSAGE(InitChainResponse, ASSAY_F(1, consensus_params), ASSAY_F(2, validators), ASSAY_F(3, app_hash));
ASSAY_MESSAGE(QueryResponse, ASSAY_F(1, code), ASSAY_F(3, log), ASSAY_F(4, info), ASSAY_F(5, index), ASSAY_F(6, key),
    ASSAY_F(7, value), ASSAY_F_IN(8, proof_ops), ASSAY_F(9, height), ASSAY_F(10, codespace));
ASSAY_MESSAGE(CheckTxResponse, ASSAY_F(1, code), ASSAY_F(2, data), ASSAY_F(3, log), ASSAY_F(4, info),
    ASSAY_F(5, gas_wanted), ASSAY_F(6, gas_used), ASSAY_F(7, events), ASSAY_F(8, codespace));
ASSAY_MESSAGE(CommitResponse, ASSAY_F(3, retain_height));
ASSAY_MESSAGE(ListSnapshotsResponse, ASSAY_F(1, snapshots));
ASSAY_MESSAGE(OfferSnapshotResponse, ASSAY_F(1, result));
ASSAY_MESSAGE(LoadSnapshotChunkResponse, ASSAY_F(1, chunk));
ASSAY_MESSAGE(ApplySnapshotChunkResponse, ASSAY_F(1, result), ASSAY_F(2, refetch_chunks), ASSAY_F(3, reject_senders));
ASSAY_MESSAGE(PrepareProposalResponse, ASSAY_F(1, txs));
ASSAY_MESSAGE(ProcessProposalResponse, ASSAY_F(1, status));
ASSAY_MESSAGE(ExtendVoteResponse, ASSAY_F(1, vote_extension));
ASSAY_MESSAGE(VerifyVoteExtensionResponse, ASSAY_F(1, status));
ASSAY_MESSAGE(FinalizeBlockResponse, ASSAY_F(1, events), ASSAY_F(2, tx_results), ASSAY_F(3, validator_updates),
    ASSAY_F(4, consensus_param_updates), ASSAY_F(5, app_hash));

// ---------------------------------------------------------------- which message has which number
/// In the order of the variants. Every answer's number is its request's and one more; an exception has the first.
inline constexpr std::uint32_t kRequestNumbers[] = {1, 2, 3, 5, 6, 8, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
inline constexpr std::uint32_t kInsertTx = 21, kReapTxs = 22;  // of a mempool that is the application's: not ours
inline constexpr const char* kNames[] = {
    "echo", "flush", "info", "init_chain", "query", "check_tx", "commit", "list_snapshots", "offer_snapshot",
    "load_snapshot_chunk", "apply_snapshot_chunk", "prepare_proposal", "process_proposal", "extend_vote",
    "verify_vote_extension", "finalize_block"};
#undef ASSAY_MESSAGE
#undef ASSAY_F
#undef ASSAY_F_IN
// clang-format on
static_assert(std::size(kRequestNumbers) == std::variant_size_v<Request>);
static_assert(std::size(kNames) == std::variant_size_v<Request>);
static_assert(std::variant_size_v<Response> == std::variant_size_v<Request> + 1);

}  // namespace assay::node::abci
