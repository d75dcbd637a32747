// What travels over the ABCI 2.0 socket, field by field as CometBFT's tendermint/abci/types.proto has it (v0.38.25 and
// v0.40.0 agree on all of it). docs/cometbft.md has the tables; codec.hpp turns these into bytes and back.
//
//   Request r = FinalizeBlockRequest{.txs = {…}, .hash = h, .height = 7, …};
//   if (const auto* f = std::get_if<FinalizeBlockRequest>(&r)) …
//
// Integers are signed where the protocol says so: a peer's negative number must be seen to be refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.hpp"

namespace assay::node::abci {

struct Timestamp {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    bool operator==(const Timestamp&) const = default;
};

struct Duration {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    bool operator==(const Duration&) const = default;
};

struct PublicKey {
    enum class Type : std::uint8_t { none, ed25519, secp256k1 };
    Type type = Type::none;  ///< none: absent, or a kind that this program does not know
    Bytes bytes;
    bool operator==(const PublicKey&) const = default;
};

struct ValidatorUpdate {
    PublicKey pub_key;
    std::int64_t power = 0;  ///< 0 takes it out of the set
    bool operator==(const ValidatorUpdate&) const = default;
};

/// How votes name a validator: the first 20 bytes of SHA-256 of an Ed25519 key.
struct Validator {
    Bytes address;
    std::int64_t power = 0;
    bool operator==(const Validator&) const = default;
};

enum class BlockIdFlag : std::int32_t { unknown = 0, absent = 1, commit = 2, nil = 3 };

struct VoteInfo {
    Validator validator;
    BlockIdFlag block_id_flag = BlockIdFlag::unknown;
    bool operator==(const VoteInfo&) const = default;
};

struct CommitInfo {
    std::int32_t round = 0;
    std::vector<VoteInfo> votes;
    bool operator==(const CommitInfo&) const = default;
};

struct ExtendedVoteInfo {
    Validator validator;
    Bytes vote_extension, extension_signature;
    BlockIdFlag block_id_flag = BlockIdFlag::unknown;
    bool operator==(const ExtendedVoteInfo&) const = default;
};

struct ExtendedCommitInfo {
    std::int32_t round = 0;
    std::vector<ExtendedVoteInfo> votes;
    bool operator==(const ExtendedCommitInfo&) const = default;
};

enum class MisbehaviorType : std::int32_t { unknown = 0, duplicate_vote = 1, light_client_attack = 2 };

struct Misbehavior {
    MisbehaviorType type = MisbehaviorType::unknown;
    Validator validator;
    std::int64_t height = 0;
    Timestamp time;
    std::int64_t total_voting_power = 0;
    bool operator==(const Misbehavior&) const = default;
};

/// A part that is present is applied as a whole; one that is absent stays as it was.
struct ConsensusParams {
    struct Block {
        std::int64_t max_bytes = 0, max_gas = 0;
        bool operator==(const Block&) const = default;
    };
    struct Evidence {
        std::int64_t max_age_num_blocks = 0;
        Duration max_age_duration;
        std::int64_t max_bytes = 0;
        bool operator==(const Evidence&) const = default;
    };
    std::optional<Block> block;
    std::optional<Evidence> evidence;
    std::optional<std::vector<std::string>> pub_key_types;
    std::optional<std::uint64_t> app_version;
    std::optional<std::int64_t> vote_extensions_enable_height;
    bool operator==(const ConsensusParams&) const = default;
};

struct EventAttribute {
    std::string key, value;
    bool index = false;
    bool operator==(const EventAttribute&) const = default;
};

struct Event {
    std::string type;
    std::vector<EventAttribute> attributes;
    bool operator==(const Event&) const = default;
};

struct ExecTxResult {
    std::uint32_t code = 0;
    Bytes data;
    std::string log, info;
    std::int64_t gas_wanted = 0, gas_used = 0;
    std::vector<Event> events;
    std::string codespace;
    bool operator==(const ExecTxResult&) const = default;
};

struct Snapshot {
    std::uint64_t height = 0;
    std::uint32_t format = 0, chunks = 0;
    Bytes hash, metadata;
    bool operator==(const Snapshot&) const = default;
};

struct ProofOp {
    std::string type;
    Bytes key, data;
    bool operator==(const ProofOp&) const = default;
};

// ---------------------------------------------------------------- requests: CometBFT to the application

struct EchoRequest {
    std::string message;
    bool operator==(const EchoRequest&) const = default;
};
struct FlushRequest {
    bool operator==(const FlushRequest&) const = default;
};
struct InfoRequest {
    std::string version;
    std::uint64_t block_version = 0, p2p_version = 0;
    std::string abci_version;
    bool operator==(const InfoRequest&) const = default;
};
struct InitChainRequest {
    Timestamp time;
    std::string chain_id;
    std::optional<ConsensusParams> consensus_params;
    std::vector<ValidatorUpdate> validators;
    Bytes app_state_bytes;  ///< app_state of CometBFT's genesis file, as it stands there
    std::int64_t initial_height = 0;
    bool operator==(const InitChainRequest&) const = default;
};
struct QueryRequest {
    Bytes data;
    std::string path;
    std::int64_t height = 0;
    bool prove = false;
    bool operator==(const QueryRequest&) const = default;
};
enum class CheckTxType : std::int32_t { fresh = 0, recheck = 1 };
struct CheckTxRequest {
    Bytes tx;
    CheckTxType type = CheckTxType::fresh;
    bool operator==(const CheckTxRequest&) const = default;
};
struct CommitRequest {
    bool operator==(const CommitRequest&) const = default;
};
struct ListSnapshotsRequest {
    bool operator==(const ListSnapshotsRequest&) const = default;
};
struct OfferSnapshotRequest {
    std::optional<Snapshot> snapshot;
    Bytes app_hash;  ///< as the light client verified it
    bool operator==(const OfferSnapshotRequest&) const = default;
};
struct LoadSnapshotChunkRequest {
    std::uint64_t height = 0;
    std::uint32_t format = 0, chunk = 0;
    bool operator==(const LoadSnapshotChunkRequest&) const = default;
};
struct ApplySnapshotChunkRequest {
    std::uint32_t index = 0;
    Bytes chunk;
    std::string sender;
    bool operator==(const ApplySnapshotChunkRequest&) const = default;
};
struct PrepareProposalRequest {
    std::int64_t max_tx_bytes = 0;
    std::vector<Bytes> txs;
    ExtendedCommitInfo local_last_commit;
    std::vector<Misbehavior> misbehavior;
    std::int64_t height = 0;
    Timestamp time;
    Bytes next_validators_hash, proposer_address;
    bool operator==(const PrepareProposalRequest&) const = default;
};
struct ProcessProposalRequest {
    std::vector<Bytes> txs;
    CommitInfo proposed_last_commit;
    std::vector<Misbehavior> misbehavior;
    Bytes hash;
    std::int64_t height = 0;
    Timestamp time;
    Bytes next_validators_hash, proposer_address;
    bool operator==(const ProcessProposalRequest&) const = default;
};
struct ExtendVoteRequest {
    Bytes hash;
    std::int64_t height = 0;
    Timestamp time;
    std::vector<Bytes> txs;
    CommitInfo proposed_last_commit;
    std::vector<Misbehavior> misbehavior;
    Bytes next_validators_hash, proposer_address;
    bool operator==(const ExtendVoteRequest&) const = default;
};
struct VerifyVoteExtensionRequest {
    Bytes hash, validator_address;
    std::int64_t height = 0;
    Bytes vote_extension;
    bool operator==(const VerifyVoteExtensionRequest&) const = default;
};
struct FinalizeBlockRequest {
    std::vector<Bytes> txs;
    CommitInfo decided_last_commit;
    std::vector<Misbehavior> misbehavior;
    Bytes hash;
    std::int64_t height = 0;
    Timestamp time;
    Bytes next_validators_hash, proposer_address;
    bool operator==(const FinalizeBlockRequest&) const = default;
};

using Request = std::variant<EchoRequest, FlushRequest, InfoRequest, InitChainRequest, QueryRequest, CheckTxRequest,
                             CommitRequest, ListSnapshotsRequest, OfferSnapshotRequest, LoadSnapshotChunkRequest,
                             ApplySnapshotChunkRequest, PrepareProposalRequest, ProcessProposalRequest,
                             ExtendVoteRequest, VerifyVoteExtensionRequest, FinalizeBlockRequest>;

// ---------------------------------------------------------------- responses

/// CometBFT stops when it gets one: only for what must not go on. Whatever a transaction does wrong is a code instead.
struct ExceptionResponse {
    std::string error;
    bool operator==(const ExceptionResponse&) const = default;
};
struct EchoResponse {
    std::string message;
    bool operator==(const EchoResponse&) const = default;
};
struct FlushResponse {
    bool operator==(const FlushResponse&) const = default;
};
struct InfoResponse {
    std::string data, version;
    std::uint64_t app_version = 0;
    std::int64_t last_block_height = 0;
    Bytes last_block_app_hash;
    bool operator==(const InfoResponse&) const = default;
};
struct InitChainResponse {
    std::optional<ConsensusParams> consensus_params;  ///< absent: as in genesis
    std::vector<ValidatorUpdate> validators;          ///< empty: as in genesis
    Bytes app_hash;
    bool operator==(const InitChainResponse&) const = default;
};
struct QueryResponse {
    std::uint32_t code = 0;
    std::string log, info;
    std::int64_t index = 0;
    Bytes key, value;
    std::vector<ProofOp> proof_ops;
    std::int64_t height = 0;
    std::string codespace;
    bool operator==(const QueryResponse&) const = default;
};
struct CheckTxResponse {
    std::uint32_t code = 0;
    Bytes data;
    std::string log, info;
    std::int64_t gas_wanted = 0, gas_used = 0;
    std::vector<Event> events;
    std::string codespace;
    bool operator==(const CheckTxResponse&) const = default;
};
struct CommitResponse {
    std::int64_t retain_height = 0;  ///< CometBFT may delete blocks below; 0 keeps all
    bool operator==(const CommitResponse&) const = default;
};
struct ListSnapshotsResponse {
    std::vector<Snapshot> snapshots;
    bool operator==(const ListSnapshotsResponse&) const = default;
};
struct OfferSnapshotResponse {
    enum class Result : std::int32_t {
        unknown = 0,
        accept = 1,
        abort = 2,
        reject = 3,
        reject_format = 4,
        reject_sender = 5
    };
    Result result = Result::unknown;
    bool operator==(const OfferSnapshotResponse&) const = default;
};
struct LoadSnapshotChunkResponse {
    Bytes chunk;
    bool operator==(const LoadSnapshotChunkResponse&) const = default;
};
struct ApplySnapshotChunkResponse {
    enum class Result : std::int32_t {
        unknown = 0,
        accept = 1,
        abort = 2,
        retry = 3,
        retry_snapshot = 4,
        reject_snapshot = 5
    };
    Result result = Result::unknown;
    std::vector<std::uint32_t> refetch_chunks;
    std::vector<std::string> reject_senders;
    bool operator==(const ApplySnapshotChunkResponse&) const = default;
};
struct PrepareProposalResponse {
    std::vector<Bytes> txs;
    bool operator==(const PrepareProposalResponse&) const = default;
};
enum class Verdict : std::int32_t { unknown = 0, accept = 1, reject = 2 };  ///< unknown makes CometBFT panic
struct ProcessProposalResponse {
    Verdict status = Verdict::unknown;
    bool operator==(const ProcessProposalResponse&) const = default;
};
struct ExtendVoteResponse {
    Bytes vote_extension;
    bool operator==(const ExtendVoteResponse&) const = default;
};
struct VerifyVoteExtensionResponse {
    Verdict status = Verdict::unknown;
    bool operator==(const VerifyVoteExtensionResponse&) const = default;
};
struct FinalizeBlockResponse {
    std::vector<Event> events;
    std::vector<ExecTxResult> tx_results;  ///< as many as transactions
    std::vector<ValidatorUpdate> validator_updates;
    std::optional<ConsensusParams> consensus_param_updates;
    Bytes app_hash;
    bool operator==(const FinalizeBlockResponse&) const = default;
};

using Response =
    std::variant<ExceptionResponse, EchoResponse, FlushResponse, InfoResponse, InitChainResponse, QueryResponse,
                 CheckTxResponse, CommitResponse, ListSnapshotsResponse, OfferSnapshotResponse,
                 LoadSnapshotChunkResponse, ApplySnapshotChunkResponse, PrepareProposalResponse,
                 ProcessProposalResponse, ExtendVoteResponse, VerifyVoteExtensionResponse, FinalizeBlockResponse>;

}  // namespace assay::node::abci
