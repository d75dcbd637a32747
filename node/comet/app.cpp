#include "node/comet/app.hpp"

#include <spdlog/spdlog.h>

#include "base/hex.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "node/comet/params.hpp"
#include "node/version.hpp"

namespace assay::node {
namespace {

constexpr std::string_view kRevealPrefix = "assay/reveal:";  // transactions begin with their version, 01 00
constexpr std::uint32_t kRefused = 1;
constexpr const char* kCodespace = "assay";

TimeMs time_of(const abci::Timestamp& t) {
    if (t.seconds <= 0) return TimeMs{0};
    const auto nanos = static_cast<std::uint64_t>(std::clamp(t.nanos, 0, 999'999'999));
    constexpr auto kLatest = std::uint64_t{1} << 53;  // what a header may say
    const auto seconds = std::min(static_cast<std::uint64_t>(t.seconds), kLatest);
    return TimeMs{seconds * 1000 + nanos / 1'000'000};
}

abci::ValidatorUpdate update_of(const chain::PowerChange& c) {
    return {{abci::PublicKey::Type::ed25519, Bytes(c.consensus_key.data(), c.consensus_key.data() + 32)},
            static_cast<std::int64_t>(c.power)};
}

Bytes bytes_of(const Hash& h) {
    return Bytes(h.data(), h.data() + h.size());
}

std::string words(const Error& e) {
    return std::string(e.word()) + ": " + e.message;
}

// How many bytes a transaction takes in CometBFT's block: its own, and its field's tag and length.
std::int64_t bytes_in_block(std::size_t n) {
    std::int64_t length = 1;
    for (std::size_t rest = n; rest >= 0x80; rest >>= 7) ++length;
    return static_cast<std::int64_t>(n) + 1 + length;
}

}  // namespace

Bytes reveal_tx(const Hash& reveal) {
    Bytes out(kRevealPrefix.begin(), kRevealPrefix.end());
    out.insert(out.end(), reveal.data(), reveal.data() + reveal.size());
    return out;
}

std::optional<Hash> reveal_of(const Bytes& tx) {
    const ByteView view = tx;
    if (view.size() != kRevealPrefix.size() + 32 || as_text(view.first(kRevealPrefix.size())) != kRevealPrefix)
        return std::nullopt;
    return Hash::from(view.subspan(kRevealPrefix.size()));
}

Bytes comet_address(const Hash& consensus_key) {
    const Hash h = sha256(consensus_key.view());
    return Bytes(h.data(), h.data() + 20);
}

CometApp::CometApp(chain::App& app, Mempool& mempool, BeaconKeeper beacon, Snapshots& snapshots,
                   CometAppOptions options, EngineEvents events)
    : app_(app),
      mempool_(mempool),
      beacon_(std::move(beacon)),
      snapshots_(snapshots),
      options_(std::move(options)),
      own_address_(comet_address(options_.consensus_key)),
      events_(std::move(events)),
      beacon_left_(beacon_.left(app.info().height)) {}

std::string CometApp::engine_version() const {
    const std::lock_guard lock(mutex_);
    return engine_version_;
}

// ---------------------------------------------------------------- query connection

Result<abci::InfoResponse> CometApp::info(const abci::InfoRequest& r) {
    if (!r.abci_version.empty() && !r.abci_version.starts_with("2."))
        return {Code::engine_unsuitable, "this CometBFT (" + r.version + ") speaks ABCI " + r.abci_version +
                                             ", assayd speaks 2.x: CometBFT v0.40.0 or v0.38"};
    {
        const std::lock_guard lock(mutex_);
        engine_version_ = r.version;
    }
    const auto at = app_.info();
    abci::InfoResponse out;
    out.data = "assay";
    out.version = kVersion;
    out.app_version = kProtocol;
    out.last_block_height = static_cast<std::int64_t>(at.height.value);
    if (at.height.value > 0) out.last_block_app_hash = bytes_of(at.app_hash);
    return out;
}

// For people with CometBFT's tools: a record by its table and key, with a proof. Everything else is in our own RPC.
Result<abci::QueryResponse> CometApp::query(const abci::QueryRequest& r) {
    abci::QueryResponse out;
    out.codespace = kCodespace;
    out.height = static_cast<std::int64_t>(app_.info().height.value);
    const auto refuse = [&](std::string why) {
        out.code = kRefused;
        out.log = std::move(why);
        return out;
    };
    if (r.path != "/key") return refuse("path is not /key (data: the table's byte and the key)");
    if (r.data.empty()) return refuse("data is empty: the table's byte and the key");
    if (r.height < 0) return refuse("height is negative");
    if (r.height > 0) out.height = r.height;
    const chain::StateKey key{r.data[0], Bytes(r.data.begin() + 1, r.data.end())};
    const auto proof = app_.prove(key, Height{static_cast<std::uint64_t>(out.height)});
    if (!proof) return refuse(words(proof.error()));
    out.key = r.data;
    if (proof->value) out.value = *proof->value;
    if (r.prove) out.proof_ops.push_back({"assay:state:1", r.data, borsh::encode(*proof)});
    return out;
}

// ---------------------------------------------------------------- mempool connection

Result<abci::CheckTxResponse> CometApp::check_tx(const abci::CheckTxRequest& r) {
    abci::CheckTxResponse out;
    const auto refuse = [&](std::string why) {
        out.code = kRefused;
        out.log = std::move(why);
        out.codespace = kCodespace;
        return out;
    };
    if (app_.info().chain_id.empty()) return refuse("this node has no state yet");
    const chain::RawTx raw(r.tx);
    if (r.type == abci::CheckTxType::recheck) {
        // Our own mempool has looked at it after the block; its signature is remembered.
        const auto checked = app_.check_signed(raw);
        if (!checked) return refuse(words(checked.error()));
        if (!mempool_.holds((*checked)->id)) return refuse("it waits no longer");
        return out;
    }
    const auto added = mempool_.add(raw, Mempool::From::network);
    if (!added) return refuse(words(added.error()));
    if (added->height) return refuse("it is in block " + std::to_string(added->height->value));
    return out;
}

// ---------------------------------------------------------------- consensus connection

Result<abci::InitChainResponse> CometApp::init_chain(const abci::InitChainRequest& r) {
    const auto bad = [](std::string why) -> Result<abci::InitChainResponse> {
        return {Code::bad_genesis, "CometBFT's genesis.json is not of this chain: " + std::move(why)};
    };
    if (r.chain_id != options_.genesis.chain_id)
        return bad("its chain_id is " + r.chain_id + ", ours " + options_.genesis.chain_id);
    if (r.initial_height != 1) return bad("its initial_height is not 1");
    const auto state = json::parse(as_text(r.app_state_bytes), {.max_bytes = 4096, .max_depth = 2, .source = {}});
    if (!state) return bad("app_state: " + state.error().message);
    const auto* hash = state->find("genesis_hash");
    const std::string ours = to_hex(chain::genesis_hash(options_.genesis).view());
    if (hash == nullptr || hash->text != ours) return bad("app_state.genesis_hash is not " + ours);
    std::vector<chain::PowerChange> theirs;
    for (const abci::ValidatorUpdate& v : r.validators) {
        if (v.pub_key.type != abci::PublicKey::Type::ed25519 || v.pub_key.bytes.size() != 32)
            return bad("a validator's key is not Ed25519");
        theirs.push_back({Hash::from(v.pub_key.bytes), static_cast<std::uint64_t>(v.power)});
    }
    std::sort(theirs.begin(), theirs.end(),
              [](const auto& a, const auto& b) { return a.consensus_key < b.consensus_key; });
    if (theirs != app_.powers()) return bad("its validators are not those of the chain's state at height 0");
    if (app_.info().height.value != 0) return bad("the chain has begun already");
    abci::InitChainResponse out;
    out.app_hash = bytes_of(app_.info().app_hash);
    return out;
}

chain::Block CometApp::block_of(const Decided& d, const std::vector<Bytes>& txs) const {
    chain::Block block;
    chain::Header& h = block.header;
    const auto at = app_.info();
    h.chain_id = at.chain_id;
    h.height = Height{static_cast<std::uint64_t>(std::max<std::int64_t>(0, d.height))};
    // Two blocks of one millisecond are no reason to stop.
    h.time = std::max(time_of(d.time), TimeMs{at.time.value + 1});
    h.last_app_hash = at.app_hash;
    std::size_t first = 0;
    if (!txs.empty()) {
        if (const auto reveal = reveal_of(txs[0])) {
            h.reveal = *reveal;
            first = 1;
        }
    }
    block.txs.reserve(txs.size() - first);
    for (std::size_t i = first; i < txs.size(); ++i) block.txs.emplace_back(txs[i]);
    h.tx_root = chain::transactions_root(block.txs);
    app_.read([&](const chain::StateView& s) {
        h.last_block = s.chain().last_block;
        std::vector<std::optional<Hash>> proved(d.misbehavior.size());
        s.each_validator([&](const Address& who, const chain::Validator& v) {
            const Bytes now = comet_address(v.consensus_key);
            const Bytes before = v.previous_key ? comet_address(*v.previous_key) : Bytes{};
            if (now == d.proposer || before == d.proposer) h.proposer = who;
            for (std::size_t i = 0; i < proved.size(); ++i) {
                if (d.misbehavior[i].validator.address == now) proved[i] = v.consensus_key;
                if (!before.empty() && d.misbehavior[i].validator.address == before) proved[i] = *v.previous_key;
            }
            return true;
        });
        for (const auto& key : proved)
            if (key && std::find(h.misbehaved.begin(), h.misbehaved.end(), *key) == h.misbehaved.end())
                h.misbehaved.push_back(*key);
        return 0;
    });
    return block;
}

Result<std::optional<Hash>> CometApp::own_reveal(const Address& me) {
    const auto [validator, max_gap] = app_.read([&](const chain::StateView& s) {
        return std::pair{s.validator(me), s.params().validators.max_beacon_gap};
    });
    if (!validator || !validator->beacon) return std::optional<Hash>{};
    return beacon_.reveal(app_.info().height + 1, *validator->beacon, max_gap);
}

Result<abci::PrepareProposalResponse> CometApp::prepare_proposal(const abci::PrepareProposalRequest& r) {
    const chain::Block empty = block_of({r.height, r.time, r.proposer_address, r.misbehavior}, {});
    abci::PrepareProposalResponse out;
    ASSAY_TRY(const auto reveal, own_reveal(empty.header.proposer));
    if (!reveal) {
        spdlog::error("no reveal of this home's beacon chain fits height {}: others propose; assayd key renew beacon",
                      r.height);
        return out;  // refused by everybody, as it must be
    }
    const auto max_bytes = app_.read([](const chain::StateView& s) { return s.params().block.max_bytes; });
    chain::Proposal proposal{empty.header.time, empty.header.proposer, *reveal, empty.header.misbehaved};
    auto candidates = mempool_.candidates(static_cast<std::size_t>(max_bytes + max_bytes / 2));
    out.txs.push_back(reveal_tx(*reveal));
    std::int64_t room = r.max_tx_bytes - bytes_in_block(out.txs[0].size());
    ASSAY_TRY(chain::Block block, app_.make_block(proposal, candidates));
    for (const chain::RawTx& tx : block.txs) {
        room -= bytes_in_block(tx.size());
        if (room < 0) break;  // only where a vote made blocks larger than CometBFT knows yet
        out.txs.push_back(tx.bytes());
    }
    return out;
}

Result<abci::ProcessProposalResponse> CometApp::process_proposal(const abci::ProcessProposalRequest& r) {
    const chain::Block block = block_of({r.height, r.time, r.proposer_address, r.misbehavior}, r.txs);
    const bool halted = options_.halt_height.value != 0 && block.header.height > options_.halt_height;
    if (const auto ok = app_.process_proposal(block); !ok || halted) {
        ++refused_;
        spdlog::warn("refused a proposal for height {} by {}: {}", r.height, to_hex(r.proposer_address),
                     halted ? "the halt height is passed" : ok.error().message);
        return abci::ProcessProposalResponse{abci::Verdict::reject};
    }
    return abci::ProcessProposalResponse{abci::Verdict::accept};
}

// Nothing of the state depends on vote extensions: price reports are transactions.
Result<abci::ExtendVoteResponse> CometApp::extend_vote(const abci::ExtendVoteRequest&) {
    return abci::ExtendVoteResponse{};
}

Result<abci::VerifyVoteExtensionResponse> CometApp::verify_vote_extension(const abci::VerifyVoteExtensionRequest& r) {
    return abci::VerifyVoteExtensionResponse{r.vote_extension.empty() ? abci::Verdict::accept : abci::Verdict::reject};
}

Result<abci::FinalizeBlockResponse> CometApp::finalize_block(const abci::FinalizeBlockRequest& r) {
    finalized_.reset();
    Finalized f;
    f.block = block_of({r.height, r.time, r.proposer_address, r.misbehavior}, r.txs);
    if (options_.halt_height.value != 0 && f.block.header.height > options_.halt_height)
        return {Code::ok, "halt height " + std::to_string(options_.halt_height.value) + " is reached"};
    const auto params = app_.read([](const chain::StateView& s) { return s.params(); });
    ASSAY_TRY(f.results, app_.finalize_block(f.block));
    abci::FinalizeBlockResponse out;
    out.app_hash = bytes_of(f.results.app_hash);
    if (r.txs.size() > f.block.txs.size()) out.tx_results.emplace_back();  // the reveal's
    for (const chain::Receipt& receipt : f.results.receipts) {
        abci::ExecTxResult one;
        one.gas_used = static_cast<std::int64_t>(receipt.gas_used);
        if (receipt.code != "ok") {
            one.code = kRefused;
            one.codespace = kCodespace;
            one.log = receipt.code + ": " + receipt.message;
        }
        out.tx_results.push_back(std::move(one));
    }
    for (const chain::PowerChange& c : app_.power_changes()) out.validator_updates.push_back(update_of(c));
    if (const auto next = app_.staged_params(); next && consensus_params(*next) != consensus_params(params))
        out.consensus_param_updates = consensus_params(*next);
    for (const abci::VoteInfo& v : r.decided_last_commit.votes)
        if (v.validator.address == own_address_ && v.block_id_flag != abci::BlockIdFlag::commit) ++missed_;
    finalized_ = std::move(f);
    return out;
}

Result<abci::CommitResponse> CometApp::commit(const abci::CommitRequest&) {
    if (!finalized_) return {Code::internal, "commit without a finalized block"};
    ASSAY_TRY_VOID(app_.commit());
    const Finalized f = *std::exchange(finalized_, std::nullopt);
    const Height height = f.block.header.height;
    beacon_left_ = beacon_.left(height);
    events_.committed(f.block, f.results);
    abci::CommitResponse out;
    if (options_.retain) out.retain_height = static_cast<std::int64_t>(options_.retain(height).value);
    if (options_.halt_height.value != 0 && height >= options_.halt_height)
        events_.failed({Code::ok, "halt height " + std::to_string(options_.halt_height.value) + " is reached"});
    return out;
}

// ---------------------------------------------------------------- snapshot connection

Result<abci::ListSnapshotsResponse> CometApp::list_snapshots(const abci::ListSnapshotsRequest& r) {
    return snapshots_.list_snapshots(r);
}

Result<abci::OfferSnapshotResponse> CometApp::offer_snapshot(const abci::OfferSnapshotRequest& r) {
    return snapshots_.offer_snapshot(r, app_.info().chain_id.empty());
}

Result<abci::LoadSnapshotChunkResponse> CometApp::load_snapshot_chunk(const abci::LoadSnapshotChunkRequest& r) {
    return snapshots_.load_snapshot_chunk(r);
}

Result<abci::ApplySnapshotChunkResponse> CometApp::apply_snapshot_chunk(const abci::ApplySnapshotChunkRequest& r) {
    chain::StateFileHeader expected;
    expected.chain_id = options_.genesis.chain_id;
    expected.genesis_hash = chain::genesis_hash(options_.genesis);
    return snapshots_.apply_snapshot_chunk(r, expected, options_.restore);
}

}  // namespace assay::node
