// `assay-sim bench`: how fast this machine is, on one core.
#include <chrono>

#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/model/instruction_set.hpp"
#include "tokenomics/sim/run/simulate.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
namespace {

double bench_clock() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Speed {
    double model = 0, whole = 0;  ///< path-steps a second: of the model alone, and with all statistics
    std::uint64_t runs = 0;
};

Result<Speed> speed_of(const Scenario& scenario, Mode mode, double seconds) {
    const auto steps = static_cast<double>(scenario.steps() * kLanes);
    Speed out;
    {
        ASSAY_TRY(const Model model, Model::make(scenario, {.points = 1, .mode = mode}));
        BlockResult block;
        ASSAY_TRY_VOID(model.run_block(0, block));  // warm
        const double began = bench_clock();
        double now = began;
        std::uint64_t blocks = 0;
        for (; now < began + seconds / 2; now = bench_clock(), ++blocks)
            ASSAY_TRY_VOID(model.run_block(blocks + 1, block));
        out.model = static_cast<double>(blocks) * steps / (now - began);
        out.runs = blocks * kLanes;
    }
    // As `run` does it with more runs than it keeps.
    SimulateOptions options;
    options.runs = kMaxRuns;
    options.mode = mode;
    options.metrics = 0;
    ASSAY_TRY(Simulation all, Simulation::make(scenario, options));
    std::atomic<bool> stop{false};
    const double began = bench_clock();
    const Status ran = all.run(0, blocks_of(kMaxRuns), 1, &stop, [&](std::uint64_t) {
        if (bench_clock() > began + seconds / 2) stop = true;
    });
    if (!ran && ran.error().code != Code::interrupted) return ran.error();
    const double took = bench_clock() - began;
    out.whole = static_cast<double>(all.known().blocks_done()) * steps / took;
    out.runs += all.known().blocks_done() * kLanes;
    return out;
}

}  // namespace

int run_bench(const Output& out, const BenchCommand& c) {
    const auto seconds = typed_count(c.seconds, "--seconds", 1, 600);
    if (!seconds) return out.fail(seconds.error());
    std::vector<std::string> sets = {"horizon_days=3650", "step=1d"};
    sets.insert(sets.end(), c.sets.begin(), c.sets.end());
    const auto scenario = load_scenario(c.source, sets);
    if (!scenario) return out.fail(scenario.error(), hint_for(scenario.error()));
    std::string items;
    Table table("lrrr");
    table.row({"mode", "path-steps/s", "with statistics", "runs"});
    for (const Mode mode : {Mode::exact, Mode::fast}) {
        const std::string name = mode == Mode::exact ? "exact" : "fast";
        if (!c.mode.empty() && c.mode != name) continue;
        const auto speed = speed_of(*scenario, mode, static_cast<double>(*seconds));
        if (!speed) return out.fail(speed.error());
        const auto whole = [](double x) { return std::to_string(static_cast<std::uint64_t>(x)); };
        table.row({name, grouped(whole(speed->model)), grouped(whole(speed->whole)), std::to_string(speed->runs)});
        items += (items.empty() ? "" : ",") + std::string("{\"mode\":\"") + name +
                 "\",\"path_steps_per_s\":" + whole(speed->model) +
                 ",\"with_statistics_per_s\":" + whole(speed->whole) + ",\"runs\":" + std::to_string(speed->runs) + "}";
    }
    if (out.json)
        return out.done("{\"scenario\":" + json_text(scenario->name) +
                        ",\"steps\":" + std::to_string(scenario->steps()) + ",\"cores\":1,\"simd\":\"" +
                        word_of(instruction_set()) + "\",\"modes\":[" + items + "]}\n");
    return out.done(scenario->name + ", " + std::to_string(scenario->steps()) + " steps, one core, " +
                    word_of(instruction_set()) + "\n\n" + table.text());
}

}  // namespace assay::sim::cli
