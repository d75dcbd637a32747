#include "tokenomics/sim/run/monte_carlo.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace assay::sim {

std::size_t points_for(std::uint64_t runs, std::uint64_t steps) {
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(steps, 1, runs <= 1000 ? 365 : 50));
}

Status run_blocks(const Model& model, const BlockOptions& options, const BlockSink& sink) {
    std::atomic<std::uint64_t> next{options.first}, done{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::condition_variable finished;
    const std::uint64_t blocks = std::max<std::uint64_t>(1, options.end - options.first);
    std::size_t working = std::min<std::uint64_t>(std::clamp<std::size_t>(options.threads, 1, 1024), blocks);
    std::optional<std::pair<std::uint64_t, Error>> first_error;

    const auto work = [&] {
        BlockResult block;
        for (std::uint64_t b = 0; (b = next.fetch_add(1)) < options.end;) {
            // After a failure lower blocks still run, so that the lowest failure is the one that is named.
            if (failed || (options.stop != nullptr && *options.stop)) break;
            if (!(options.skip && options.skip(b))) {
                if (const Status ok = model.run_block(b, block, options.meddle); !ok) {
                    const std::lock_guard lock(mutex);
                    if (!first_error || b < first_error->first) first_error = {b, ok.error()};
                    failed = true;
                    break;
                }
                sink(b, block);
            }
            done.fetch_add(1, std::memory_order_relaxed);
        }
        const std::lock_guard lock(mutex);
        if (--working == 0) finished.notify_all();
    };
    std::vector<std::thread> threads;
    const std::size_t count = working;
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back(work);
    {
        std::unique_lock lock(mutex);
        while (!finished.wait_for(lock, std::chrono::milliseconds(200), [&] { return working == 0; })) {
            if (!options.tick) continue;
            lock.unlock();  // who ends meanwhile is not held up
            options.tick(done);
            lock.lock();
        }
    }
    for (auto& t : threads) t.join();
    if (first_error) return first_error->second;
    if (options.stop != nullptr && *options.stop && done < options.end - options.first)
        return {Code::interrupted, "interrupted after " + std::to_string(done) + " of " +
                                       std::to_string(options.end - options.first) + " blocks of runs"};
    return {};
}

}  // namespace assay::sim
