// A shared lock whose writer is never starved: std::shared_mutex lets readers pass a waiting writer, so enough readers
// could keep a block from being committed for ever. Here who comes after a waiting writer waits with it.
//
//   const auto reading = lock.read();      // as long as the object lives
//   const auto writing = lock.write();
//
// Not recursive: a thread that reads must not ask again, or a writer between the two stops both.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace assay::chain {

class FairLock {
   public:
    [[nodiscard]] std::shared_lock<std::shared_mutex> read() {
        const std::lock_guard turn(gate_);
        return std::shared_lock(mutex_);
    }
    [[nodiscard]] std::unique_lock<std::shared_mutex> write() {
        const std::lock_guard turn(gate_);
        return std::unique_lock(mutex_);
    }

   private:
    std::mutex gate_;
    std::shared_mutex mutex_;
};

}  // namespace assay::chain
