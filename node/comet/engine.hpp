// CometBFT decides the blocks: assayd serves it the state machine, starts it, watches it, and ends with it.
//
//   CometEngine engine(app, mempool, home, config, genesis, options, events);
//   ASSAY_TRY_VOID(engine.start());      // the ABCI socket listens; CometBFT starts and connects to it
//   …
//   engine.stop();
//
// Three threads beside those of the ABCI server: one starts CometBFT, logs what it says and starts it again when it
// ends (it ends itself when it loses the state machine, and never connects twice); one passes on transactions that came
// to this node; one asks how consensus is doing.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "node/abci/server.hpp"
#include "node/comet/app.hpp"
#include "node/comet/child.hpp"
#include "node/comet/light_block.hpp"
#include "node/comet/relay.hpp"
#include "node/comet/rpc.hpp"
#include "node/config.hpp"
#include "node/engine/engine.hpp"
#include "node/home.hpp"
#include "node/keys.hpp"
#include "node/snapshots.hpp"

namespace assay::node {

struct CometOptions {
    Height halt_height;       ///< stop after this one; 0 never
    bool new_signer = false;  ///< take over signing here
};

class CometEngine final : public Engine {
   public:
    CometEngine(chain::App& app, Mempool& mempool, Snapshots& snapshots, const Home& home, const Config& config,
                chain::Genesis genesis, ConsensusKey key, BeaconKeeper beacon, CometOptions options,
                EngineEvents events);
    ~CometEngine() override;

    [[nodiscard]] std::string_view name() const override { return "cometbft"; }
    /// Errors: not_found where there is no cometbft program (and how to get it), those of its files and of the socket.
    [[nodiscard]] Status start() override;
    void stop() override;
    void transaction_waits(const chain::RawTx& raw, Mempool::From from) override;
    [[nodiscard]] std::string behind() const override;
    [[nodiscard]] std::uint64_t beacon_left() const override { return comet_.beacon_left(); }
    [[nodiscard]] std::optional<Hash> consensus_key() const override { return key_; }
    [[nodiscard]] std::string consensus() const override;
    [[nodiscard]] std::string metrics() const override;
    [[nodiscard]] Result<std::string> light_block(Height height) const override;
    [[nodiscard]] std::function<std::string(const std::string&)> relay() const override;
    [[nodiscard]] Result<std::string> peers() const override { return read_peers(rpc_); }

   private:
    void supervise();
    void one_life(const std::string& program);
    void take_line(std::string_view line);
    void pass_on();
    void watch();
    [[nodiscard]] bool sleep_for(std::chrono::milliseconds time);  ///< false where the engine stops
    [[nodiscard]] Status restore(const std::filesystem::path& file);
    [[nodiscard]] Height retain(Height height);  ///< deletes our own old blocks, too

    chain::App& app_;
    Mempool& mempool_;
    const Home home_;
    const Config config_;
    const chain::Genesis genesis_;
    const Hash key_;
    const bool new_signer_;
    EngineEvents events_;
    Snapshots& snapshots_;
    CometApp comet_;
    CometRpc rpc_;
    mutable LightBlocks light_blocks_;
    std::atomic<bool> has_state_;  ///< false until a snapshot has come
    std::unique_ptr<abci::Server> server_;
    std::string program_;  ///< path of cometbft

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    std::deque<chain::RawTx> to_pass_on_;
    std::string why_;                     ///< the last error that CometBFT told of, for the sentence about its end
    std::atomic<bool> connected_{false};  ///< CometBFT has asked for the state machine in this life

    /// What the RPC said last.
    struct Seen {
        bool answers = false, catching_up = false;
        std::uint64_t height = 0, peers = 0, restarts = 0;
        std::string round;  ///< "height/round/step"
        std::int64_t power = 0;
    } seen_;

    std::thread supervisor_, sender_, watcher_;
};

/// The program `cometbft`: the configured path, beside this program, in a source tree's build/cometbft, or on the PATH.
/// Errors: not_found with how to get it.
[[nodiscard]] Result<std::filesystem::path> find_cometbft(const Config& config);

}  // namespace assay::node
