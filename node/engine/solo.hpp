// One validator, one process: a block each block time, or as soon as a transaction waits.
//
//   SoloEngine engine(app, mempool, std::move(key), std::move(beacon), options, events);
//   ASSAY_TRY_VOID(engine.start());
//   …
//   engine.stop();
//
// One thread drives the App. With one validator the operator knows the beacon in advance (docs/protocol.md says so).
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "node/beacon_keeper.hpp"
#include "node/engine/engine.hpp"
#include "node/engine/signed_block.hpp"
#include "node/keys.hpp"
#include "node/mempool.hpp"

namespace assay::node {

struct SoloOptions {
    std::uint64_t block_time_ms = 1000;  ///< 0: on demand
    bool chain_time = false;             ///< that of the chain's parameters instead, also after a vote
    std::filesystem::path signed_block;
    bool sync = true;
    Height halt_height;  ///< stop after this one; 0 never
};

class SoloEngine final : public Engine {
   public:
    SoloEngine(chain::App& app, Mempool& mempool, ConsensusKey key, BeaconKeeper beacon, SoloOptions options,
               EngineEvents events);
    ~SoloEngine() override;

    [[nodiscard]] std::string_view name() const override { return "solo"; }
    /// Errors: not_validator when genesis does not know this node's consensus key, store_corrupt, io_error.
    [[nodiscard]] Status start() override;
    void stop() override;
    void transaction_waits(const chain::RawTx&, Mempool::From) override { wake(); }
    [[nodiscard]] std::uint64_t beacon_left() const override { return beacon_left_; }
    [[nodiscard]] std::optional<Hash> consensus_key() const override { return key_.public_key(); }

   private:
    void run();
    void wake();  ///< a block on demand
    void read_params();
    /// This validator, where the chain still waits for what it signs. Errors: not_validator.
    [[nodiscard]] Result<chain::Validator> still_proposes() const;
    [[nodiscard]] Status one_block();
    [[nodiscard]] Status decide(chain::Block block, bool saved);
    [[nodiscard]] bool wait_for_turn(std::chrono::steady_clock::time_point turn);

    chain::App& app_;
    Mempool& mempool_;
    ConsensusKey key_;
    BeaconKeeper beacon_;
    SoloOptions options_;
    EngineEvents events_;
    SignedBlock guard_;
    std::atomic<std::uint64_t> block_time_ms_;  ///< read by whoever brings transactions
    Address operator_;
    std::size_t block_bytes_ = 2u << 20;
    std::uint64_t max_beacon_gap_ = 0;
    std::size_t included_ = 0;  ///< transactions of the last block
    std::atomic<std::uint64_t> beacon_left_{0};

    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    bool waiting_ = false;
    std::thread thread_;
};

}  // namespace assay::node
