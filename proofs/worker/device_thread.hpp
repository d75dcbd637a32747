// The device and a thread that drives it, so that openings and signals are served while a long work runs. One job at a
// time, taken from and given back to the thread that owns this object.
//
//   DeviceThread device(open_device("auto", 0), samples);
//   device.start({.commit = id, .params = params, .ctx = ctx, .check = true});
//   if (auto done = device.finished()) …                      // never waits
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "proofs/prover.hpp"
#include "proofs/worker/health.hpp"

namespace assay::proofs::worker {

class DeviceThread {
   public:
    struct Job {
        Hash commit;
        WorkParams params;
        Hash ctx;
        Fault fault;
        bool again = false;  ///< for the opening of a commit that is out already
    };
    struct Done {
        Job job;
        Result<WorkResult> work;
        double seconds = 0;
        std::optional<Health> health;  ///< right after the work
    };

    /// `samples`: how many leaves the processor recomputes, at places nobody knows, before a work may be committed.
    /// `health`: work during which the card counted memory errors that nothing corrected is given up.
    DeviceThread(std::unique_ptr<Backend> backend, std::uint64_t samples, HealthSource health = {});
    /// Waits for the job that runs.
    ~DeviceThread();
    DeviceThread(const DeviceThread&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::optional<Health> health() const { return health_ ? health_() : std::nullopt; }
    [[nodiscard]] bool does(WorkKind kind) const { return backend_->does(kind); }  ///< the same at any time
    [[nodiscard]] bool idle() const;
    void start(Job job);  ///< only while idle
    [[nodiscard]] std::optional<Done> finished();

   private:
    void loop();
    [[nodiscard]] Result<WorkResult> work_on(const Job& job);

    std::unique_ptr<Backend> backend_;
    std::uint64_t samples_;
    HealthSource health_;
    std::string name_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Job> job_;
    std::optional<Done> done_;
    bool busy_ = false, stop_ = false;
    std::thread thread_;
};

}  // namespace assay::proofs::worker
