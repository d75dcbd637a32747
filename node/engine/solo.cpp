#include "node/engine/solo.hpp"

#include <chrono>

#include "base/hex.hpp"

namespace assay::node {
namespace {

TimeMs wall_clock() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return TimeMs{static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count())};
}

}  // namespace

SoloEngine::SoloEngine(chain::App& app, Mempool& mempool, ConsensusKey key, BeaconKeeper beacon, SoloOptions options,
                       EngineEvents events)
    : app_(app),
      mempool_(mempool),
      key_(std::move(key)),
      beacon_(std::move(beacon)),
      options_(std::move(options)),
      events_(std::move(events)),
      guard_(options_.signed_block, options_.sync),
      block_time_ms_(options_.block_time_ms) {}

SoloEngine::~SoloEngine() {
    stop();
}

Status SoloEngine::start() {
    bool found = false;
    read_params();
    app_.read([&](const chain::StateView& s) {
        s.each_validator([&](const Address& a, const chain::Validator& v) {
            if (v.consensus_key != key_.public_key() || v.power == 0) return true;
            operator_ = a;
            found = true;
            return false;
        });
        return 0;
    });
    if (!found)
        return {Code::not_validator, "consensus key " + to_hex(key_.public_key().view()) +
                                         " of this home is not in the chain's validator set"};
    const Height height = app_.info().height;
    beacon_left_ = beacon_.left(height);
    ASSAY_TRY(std::optional<chain::Block> left, guard_.load(height));
    if (left) ASSAY_TRY_VOID(decide(std::move(*left), true));
    thread_ = std::thread([this] { run(); });
    return {};
}

void SoloEngine::read_params() {
    const auto params = app_.read([](const chain::StateView& s) { return s.params(); });
    block_bytes_ = static_cast<std::size_t>(params.block.max_bytes);
    max_beacon_gap_ = params.validators.max_beacon_gap;
    if (options_.chain_time) block_time_ms_ = params.block.time_ms;
}

void SoloEngine::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
}

void SoloEngine::wake() {
    if (block_time_ms_ != 0) return;
    {
        const std::lock_guard lock(mutex_);
        waiting_ = true;
    }
    wake_.notify_all();
}

// True when a block is due, false when the engine stops.
bool SoloEngine::wait_for_turn(std::chrono::steady_clock::time_point turn) {
    std::unique_lock lock(mutex_);
    if (block_time_ms_ == 0) {
        wake_.wait(lock, [&] { return stopping_ || waiting_; });
        waiting_ = false;
    } else {
        wake_.wait_until(lock, turn, [&] { return stopping_; });
    }
    return !stopping_;
}

void SoloEngine::run() {
    using Clock = std::chrono::steady_clock;
    Clock::time_point turn = Clock::now();
    if (mempool_.counts().txs > 0) wake();
    while (wait_for_turn(turn)) {
        if (auto done = one_block(); !done) {
            events_.failed(done.error());
            return;
        }
        if (options_.halt_height.value != 0 && app_.info().height >= options_.halt_height) {
            events_.failed({Code::ok, "halt height " + std::to_string(options_.halt_height.value) + " is reached"});
            return;
        }
        // A block that took longer than its time delays the next ones; it does not make them come in a rush.
        turn = std::max(turn + std::chrono::milliseconds(block_time_ms_.load()), Clock::now());
        // A transaction that no block takes must not make blocks without end.
        if (included_ > 0 && mempool_.counts().txs > 0) wake();
    }
}

// The chain may have taken another key, or this validator out of its set: nobody would accept what this home signs.
Result<chain::Validator> SoloEngine::still_proposes() const {
    const Hash& mine = key_.public_key();
    auto v = app_.read([&](const chain::StateView& s) { return s.validator(operator_); });
    if (!v || v->power == 0) return {Code::not_validator, "this home's validator is no longer in the set"};
    if (v->consensus_key == mine) return std::move(*v);
    return {Code::not_validator, "the chain expects consensus key " + to_hex(v->consensus_key.view()) +
                                     " from here on (rotate_key), this home has " + to_hex(mine.view())};
}

Status SoloEngine::one_block() {
    ASSAY_TRY(const chain::Validator me, still_proposes());
    const Height height = app_.info().height + 1;
    std::optional<Hash> reveal;
    if (me.beacon) {
        ASSAY_TRY(reveal, beacon_.reveal(height, *me.beacon, max_beacon_gap_));
    }
    const chain::Proposal proposal{wall_clock(), operator_, reveal.value_or(Hash{})};
    ASSAY_TRY(chain::Block block, app_.make_block(proposal, mempool_.candidates(block_bytes_ + block_bytes_ / 2)));
    return decide(std::move(block), false);
}

Status SoloEngine::decide(chain::Block block, bool saved) {
    block.commit_signature = Signature{};
    if (!saved) ASSAY_TRY_VOID(guard_.save(block));
    block.commit_signature = key_.sign(chain::block_hash(block.header));
    ASSAY_TRY(chain::BlockResults results, app_.finalize_block(block));
    ASSAY_TRY_VOID(app_.commit());
    included_ = block.txs.size();
    for (const chain::Event& e : results.end_events)
        if (e.kind == "params.changed") {
            read_params();
            break;
        }
    beacon_left_ = beacon_.left(block.header.height);
    events_.committed(block, results);
    return {};
}

}  // namespace assay::node
