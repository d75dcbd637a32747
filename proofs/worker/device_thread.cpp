#include "proofs/worker/device_thread.hpp"

#include <chrono>
#include <new>

#include "wallet/keys/random.hpp"

namespace assay::proofs::worker {

DeviceThread::DeviceThread(std::unique_ptr<Backend> backend, std::uint64_t samples, HealthSource health)
    : backend_(std::move(backend)),
      samples_(samples),
      health_(std::move(health)),
      name_(backend_->name()),
      thread_([this] { loop(); }) {}

DeviceThread::~DeviceThread() {
    {
        const std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

bool DeviceThread::idle() const {
    const std::lock_guard lock(mutex_);
    return !busy_ && !done_;
}

void DeviceThread::start(Job job) {
    {
        const std::lock_guard lock(mutex_);
        ASSAY_CHECK(!busy_ && !done_);
        job_ = std::move(job);
        busy_ = true;
    }
    changed_.notify_all();
}

std::optional<DeviceThread::Done> DeviceThread::finished() {
    const std::lock_guard lock(mutex_);
    return std::exchange(done_, std::nullopt);
}

Result<WorkResult> DeviceThread::work_on(const Job& job) {
    try {
        ASSAY_TRY(WorkResult work, prove(job.params, job.ctx, *backend_, job.fault));
        // A card that computes wrongly is found here and costs nothing; on the chain it would cost stake. The places
        // are random, so that an error which avoids fixed places has none to avoid.
        if (job.fault.kind == FaultKind::none && !job.again) {
            Hash salt;
            ASSAY_TRY_VOID(wallet::fill_random(salt.bytes));
            ASSAY_TRY_VOID(recheck(work, salt, samples_));
        }
        return work;
    } catch (const std::bad_alloc&) {
        return {Code::no_device,
                "there is not enough memory for " + std::to_string(leaf_count(job.params)) + " leaves"};
    }
}

void DeviceThread::loop() {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return stop_ || job_.has_value(); });
            if (stop_) return;
            job = *std::exchange(job_, std::nullopt);
        }
        const auto start = std::chrono::steady_clock::now();
        const auto before = health();
        Result<WorkResult> work = work_on(job);
        const auto after = health();
        // What is committed would be a bet on where the wrong bits went.
        if (const std::uint64_t errors = new_memory_errors(before, after); errors != 0 && work)
            work = Error{Code::no_device,
                         "the card counted " + std::to_string(errors) + " uncorrectable memory errors while it worked"};
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        const std::lock_guard lock(mutex_);
        done_.emplace(Done{std::move(job), std::move(work), took, after});
        busy_ = false;
    }
}

}  // namespace assay::proofs::worker
