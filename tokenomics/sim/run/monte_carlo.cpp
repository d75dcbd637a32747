#include "tokenomics/sim/run/monte_carlo.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace assay::sim {

std::size_t points_for(std::uint64_t runs, std::uint64_t steps) {
    constexpr std::uint64_t kBytes = 256ull << 20, kMost = 365;
    const std::uint64_t fit = kBytes / (std::max<std::uint64_t>(runs, 1) * kSeriesCount * sizeof(double));
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(std::min(steps, fit), 1, kMost));
}

Result<Outcome> monte_carlo(const Model& model, const MonteCarloOptions& options) {
    if (options.runs == 0 || options.runs > kMaxRuns)
        return {Code::field_out_of_range,
                "--runs is " + std::to_string(options.runs) + ", allowed are 1 to " + std::to_string(kMaxRuns)};
    Outcome out;
    out.runs = options.runs;
    out.points = model.recorded().size();
    out.series.resize(kSeriesCount * out.points * out.runs);
    out.figures.resize(kFigureCount * out.runs);

    std::atomic<std::uint64_t> next{0}, done{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::condition_variable finished;
    std::size_t working = std::clamp<std::size_t>(options.threads, 1, 1024);
    std::optional<std::pair<std::uint64_t, Error>> first_error;

    const auto work = [&] {
        BlockResult block;
        for (std::uint64_t b = 0; (b = next.fetch_add(1)) * kLanes < out.runs;) {
            // After a failure lower blocks still run, so that the lowest failure is the one that is named.
            if (failed || (options.stop != nullptr && *options.stop)) break;
            if (const Status ok = model.run_block(b, block, options.meddle); !ok) {
                const std::lock_guard lock(mutex);
                if (!first_error || b < first_error->first) first_error = {b, ok.error()};
                failed = true;
                break;
            }
            const std::uint64_t from = b * kLanes, count = std::min<std::uint64_t>(kLanes, out.runs - from);
            for (std::size_t i = 0; i < kFigureCount; ++i)
                for (std::size_t k = 0; k < count; ++k) out.figures[i * out.runs + from + k] = block.figures[i][k];
            for (std::size_t i = 0; i < kSeriesCount; ++i)
                for (std::size_t point = 0; point < out.points; ++point)
                    for (std::size_t k = 0; k < count; ++k)
                        out.series[(i * out.points + point) * out.runs + from + k] = block.at(point, i, k);
            done.fetch_add(count, std::memory_order_relaxed);
        }
        const std::lock_guard lock(mutex);
        if (--working == 0) finished.notify_all();
    };
    std::vector<std::thread> threads;
    const std::size_t count = working;
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back(work);
    {
        std::unique_lock lock(mutex);
        while (!finished.wait_for(lock, std::chrono::milliseconds(200), [&] { return working == 0; }))
            if (options.progress) options.progress(done, out.runs);
    }
    for (auto& t : threads) t.join();
    if (first_error) return first_error->second;
    if (options.stop != nullptr && *options.stop)
        return {Code::interrupted,
                "interrupted after " + std::to_string(done) + " of " + std::to_string(out.runs) + " runs"};
    return out;
}

}  // namespace assay::sim
