// The loop of `assay-prover run`: takes each epoch's tasks, commits, waits for the challenge, opens, tells the verdict.
//
//   Runner runner(node, signing, state, devices, tell, options, chain, block_ms);
//   return runner.run();                        // until it is drained, or the epochs that were asked for are done
//
// Several devices work at once, each for its own slots (device_pool.hpp). One that fails kDeviceFailures times in a row
// begins nothing more, and the others go on; the run drains when none is left.
//
// Invariants: (1) a commit's file is on the disk before its transaction leaves; (2) a task is committed with one root
// only, the one in its file; (3) a transaction is signed anew only when the one before is in no block and never will
// be; (4) once drained, no task is begun and every commit that is out is followed to its verdict.
//
// Owned by one thread. The node may be away at any time: the loop waits and goes on where it was.
#pragma once

#include <map>
#include <set>

#include "proofs/worker/device_pool.hpp"
#include "proofs/worker/events.hpp"
#include "proofs/worker/node_client.hpp"
#include "proofs/worker/signing.hpp"
#include "proofs/worker/state.hpp"

namespace assay::proofs::worker {

struct RunOptions {
    std::string fault = "none";
    Slots slots;                    ///< only these of the provider's slots; empty: all
    std::uint64_t epochs = 0;       ///< stop after so many with work of ours; 0: go on
    Address provider;               ///< whose work it is: of the key that signs, or of whom it is the work key
    unsigned max_temperature = 85;  ///< degrees Celsius; a hotter card begins nothing
};

class Runner {
   public:
    Runner(NodeClient& node, SigningSession& signing, StateFolder& state, std::vector<WorkDevice>& devices,
           const Events& tell, RunOptions options, wallet::ChainInfo chain, std::uint64_t block_ms);

    /// Exit code: 0 when drained or done, 4 where a device kept computing wrongly, 1 where one stopped answering.
    int run();

   private:
    /// A commit between its work and its verdict.
    struct Open {
        Record record;
        std::optional<WorkResult> work;  ///< absent after a restart, until it is made again
        unsigned tries = 0;              ///< times it was made again
        bool hopeless = false;           ///< cannot be opened; waits for the verdict
        bool challenge_told = false, opened_told = false;
        std::string last_trouble;
    };

    // runner.cpp: the loop
    void step();
    void restore();
    void adopt();
    void look_for_drain();
    [[nodiscard]] bool finished() const;
    void take_tasks();
    [[nodiscard]] bool begin(const Task& task, const Hash& commit, WorkDevice* device);
    void take_result(WorkDevice& device);
    void failed(WorkDevice& device, const Error& error);
    [[nodiscard]] bool ours(std::uint32_t slot) const;
    [[nodiscard]] bool working(const Hash& commit) const;
    [[nodiscard]] bool has_access();
    [[nodiscard]] bool too_hot(WorkDevice& device);
    void tell_paid();
    void wait_for(const std::string& what, const std::string& reason, const std::string& fix);
    void stop(int exit, const std::string& reason);

    // runner_commits.cpp: one commit on its way
    void commit(const Task& task, const WorkDevice& device, DeviceThread::Done done);
    void make_again(Open& o);
    void send_commit(Open& o);
    void advance(Open& o);
    void follow_commit(Open& o);
    void follow_opening(Open& o);
    [[nodiscard]] bool is_on_chain(Open& o);
    void committed(Open& o, std::uint64_t height);
    void refused(const Record& r, const std::string& code, const std::string& message);
    void missed(const Task& task, const std::string& reason, const WorkDevice* device = nullptr);
    void decided(const Record& r);
    void trouble(Open& o, const std::string& text);
    void forget(const Hash& commit);
    [[nodiscard]] std::uint64_t blocks_until(TimeMs when) const;
    [[nodiscard]] SentTx signed_commit(const Record& r);

    [[nodiscard]] std::string show(u128 base_units) const { return chain_.show(Amount{base_units}); }

    NodeClient& node_;
    SigningSession& signing_;
    StateFolder& state_;
    std::vector<WorkDevice>& devices_;
    const Events& tell_;
    const RunOptions options_;
    const Fault fault_;
    const wallet::ChainInfo chain_;
    const std::string me_;
    const std::uint64_t block_ms_;

    ChainStatus now_;
    std::map<Hash, Open> open_;
    std::set<Hash> done_with_;        ///< of the running epoch: refused, missed, decided
    std::set<std::uint64_t> worked_;  ///< epochs, for options_.epochs
    Summary summary_;
    std::optional<std::uint64_t> seen_height_;
    std::uint64_t idle_until_height_ = 0;  ///< nothing to take before
    std::optional<Epoch> idle_epoch_;      ///< everything of it is taken
    bool adopted_ = false, draining_ = false;
    std::string waiting_for_;
    int exit_ = 0;
    std::string why_stopped_ = "drained";
};

/// "epoch 3, slot 0" and the order where there is one: how events name a commit to people.
[[nodiscard]] std::string place_of(Epoch epoch, std::uint32_t slot, const std::optional<Hash>& order);

}  // namespace assay::proofs::worker
