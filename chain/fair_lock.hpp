// A shared lock whose writer is never starved: std::shared_mutex lets readers pass a waiting writer, so enough readers
// could keep a block from being committed for ever. Here who comes after a waiting writer waits with it.
//
//   const auto reading = lock.read();      // as long as the object lives
//   const auto writing = lock.write();
//
// Not recursive: a thread that reads must not ask again, or a writer between the two stops both for ever. It is caught
// at the first time, whether a writer waits or not.
#pragma once

#include <mutex>
#include <shared_mutex>

#include "base/check.hpp"

namespace assay::chain {

class FairLock {
   public:
    /// Lives and ends in the thread that made it.
    class Reading {
       public:
        explicit Reading(FairLock& lock) : before_(of_thread()) {
            ASSAY_CHECK(before_ != &lock);
            const std::lock_guard turn(lock.gate_);
            held_ = std::shared_lock(lock.mutex_);
            of_thread() = &lock;
        }
        ~Reading() { of_thread() = before_; }
        Reading(const Reading&) = delete;
        Reading& operator=(const Reading&) = delete;

       private:
        static const FairLock*& of_thread() {
            thread_local const FairLock* reads = nullptr;
            return reads;
        }
        const FairLock* before_;
        std::shared_lock<std::shared_mutex> held_;
    };

    [[nodiscard]] Reading read() { return Reading(*this); }
    [[nodiscard]] std::unique_lock<std::shared_mutex> write() {
        const std::lock_guard turn(gate_);
        return std::unique_lock(mutex_);
    }

   private:
    std::mutex gate_;
    std::shared_mutex mutex_;
};

}  // namespace assay::chain
