#include "tokenomics/sim/study/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "tokenomics/sim/text.hpp"

namespace assay::sim::study {
namespace {

// Tasks 0 to `count` on some threads, in any order. The lowest error is the one that is told.
template <class Work>
Status in_parallel(std::uint64_t count, std::uint64_t runs_per_task, const EvaluateOptions& o, const Work& work) {
    std::atomic<std::uint64_t> next{0}, done{0};
    std::atomic<bool> failed{false};
    std::mutex mutex;
    std::condition_variable finished;
    std::optional<std::pair<std::uint64_t, Error>> first;
    const std::size_t threads =
        static_cast<std::size_t>(std::clamp<std::uint64_t>(std::min<std::uint64_t>(o.threads, count), 1, 1024));
    std::size_t working = threads;
    const auto body = [&] {
        BlockResult block;
        for (std::uint64_t task = 0; (task = next.fetch_add(1)) < count;) {
            if (failed || (o.stop != nullptr && *o.stop)) break;
            if (const Status ok = work(task, block); !ok) {
                const std::lock_guard lock(mutex);
                if (!first || task < first->first) first = {task, ok.error()};
                failed = true;
                break;
            }
            done.fetch_add(1, std::memory_order_relaxed);
        }
        const std::lock_guard lock(mutex);
        if (--working == 0) finished.notify_all();
    };
    std::vector<std::thread> pool;
    for (std::size_t i = 0; i < threads; ++i) pool.emplace_back(body);
    {
        std::unique_lock lock(mutex);
        while (!finished.wait_for(lock, std::chrono::milliseconds(200), [&] { return working == 0; }))
            if (o.progress) o.progress(done * runs_per_task, count * runs_per_task);
    }
    for (auto& t : pool) t.join();
    if (first) return first->second;
    if (o.stop != nullptr && *o.stop)
        return {Code::interrupted, "interrupted after " + std::to_string(done * runs_per_task) + " of " +
                                       std::to_string(count * runs_per_task) + " runs"};
    return {};
}

// The models of the points that are being worked on: made by whoever comes first, gone with the last block.
class Models {
   public:
    Models(std::size_t points, std::uint64_t blocks, const ScenarioAt& at, Mode mode)
        : slots_(points), blocks_(blocks), at_(at), mode_(mode) {}
    Result<Model> get(std::size_t point) {
        Slot& slot = slots_[point];
        const std::lock_guard lock(slot.mutex);
        if (!slot.model) {
            auto scenario = at_(point);
            if (!scenario) return scenario.error();
            auto model = Model::make(*scenario, {.points = 1, .threads = 1, .mode = mode_});
            if (!model) return model.error();
            slot.model = *std::move(model);
        }
        return *slot.model;
    }
    void block_done(std::size_t point) {
        Slot& slot = slots_[point];
        const std::lock_guard lock(slot.mutex);
        if (++slot.done == blocks_) slot.model.reset();
    }

   private:
    struct Slot {
        std::mutex mutex;
        std::optional<Model> model;
        std::uint64_t done = 0;
    };
    std::vector<Slot> slots_;
    std::uint64_t blocks_;
    const ScenarioAt& at_;
    Mode mode_;
};

}  // namespace

Result<PointRuns> evaluate(std::size_t points, const ScenarioAt& at, const std::vector<std::size_t>& figures,
                           const EvaluateOptions& options) {
    PointRuns out;
    out.runs = options.runs;
    out.points = points;
    out.figures.assign(figures.size(), std::vector<double>(points * options.runs));
    const std::uint64_t blocks = (options.runs + kLanes - 1) / kLanes;
    Models models(points, blocks, at, options.mode);
    const std::uint64_t per_task = std::min<std::uint64_t>(options.runs, kLanes);
    const auto work = [&](std::uint64_t task, BlockResult& block) -> Status {
        const auto point = static_cast<std::size_t>(task / blocks);
        const std::uint64_t b = task % blocks, from = b * kLanes;
        {
            ASSAY_TRY(const Model model, models.get(point));
            ASSAY_TRY_VOID(model.run_block(b, block));
        }
        for (std::size_t i = 0; i < figures.size(); ++i)
            for (std::uint64_t run = from; run < std::min(options.runs, from + kLanes); ++run)
                out.figures[i][point * options.runs + run] = block.figures[figures[i]][run - from];
        models.block_done(point);
        return {};
    };
    ASSAY_TRY_VOID(in_parallel(points * blocks, per_task, options, work));
    return out;
}

Result<std::vector<std::vector<std::vector<double>>>> evaluate_series(const Scenario& scenario,
                                                                      const std::vector<std::size_t>& series,
                                                                      const std::vector<double>& days,
                                                                      const EvaluateOptions& options) {
    ASSAY_TRY(const Model model,
              Model::make(scenario, {.points = 0, .threads = options.threads, .mode = options.mode}));
    const auto& recorded = model.recorded();
    std::vector<std::size_t> at;
    for (const double day : days) {
        const double last = model.day(recorded.back()), step = model.day(1);
        if (day > last + 0.5 * step)
            return {Code::field_out_of_range,
                    "day " + shortest(day) + " is beyond the horizon of " + shortest(last) + " days"};
        const auto after = std::lower_bound(recorded.begin(), recorded.end(), day,
                                            [&](std::uint64_t s, double d) { return model.day(s) < d; });
        auto near = after == recorded.end() ? std::prev(after) : after;
        if (near != recorded.begin() && day - model.day(*std::prev(near)) < model.day(*near) - day) --near;
        at.push_back(static_cast<std::size_t>(near - recorded.begin()));
    }
    std::vector out(series.size(), std::vector(days.size(), std::vector<double>(options.runs)));
    const std::uint64_t blocks = (options.runs + kLanes - 1) / kLanes;
    const auto work = [&](std::uint64_t b, BlockResult& block) -> Status {
        ASSAY_TRY_VOID(model.run_block(b, block));
        const std::uint64_t from = b * kLanes;
        for (std::size_t i = 0; i < series.size(); ++i)
            for (std::size_t d = 0; d < at.size(); ++d)
                for (std::uint64_t r = from; r < std::min(options.runs, from + kLanes); ++r)
                    out[i][d][r] = block.at(at[d], series[i], r - from);
        return {};
    };
    ASSAY_TRY_VOID(in_parallel(blocks, std::min<std::uint64_t>(options.runs, kLanes), options, work));
    return out;
}

}  // namespace assay::sim::study
