#include "tokenomics/sim/run/simulate.hpp"

#include <algorithm>
#include <mutex>

#include "tokenomics/sim/run/bytes.hpp"

namespace assay::sim {

std::vector<double> CellResult::figure(std::size_t which) const {
    std::vector<double> out;
    out.reserve(kept);
    for (std::uint64_t run = 0; run < kept; ++run) out.push_back(figure(which, run));
    return out;
}

Result<Simulation> Simulation::make(const Scenario& scenario, const SimulateOptions& o) {
    if (o.runs == 0 || o.runs > kMaxRuns)
        return {Code::field_out_of_range,
                "--runs is " + std::to_string(o.runs) + ", allowed are 1 to " + std::to_string(kMaxRuns)};
    const std::size_t points = o.points != 0 ? o.points : points_for(o.runs, scenario.steps());
    ASSAY_TRY(Model model, Model::make(scenario, {.points = points, .threads = o.threads, .mode = o.mode}));
    AccumulatorPlan plan;
    plan.runs = o.runs;
    plan.points = model.recorded().size();
    plan.antithetic = scenario.antithetic;
    plan.bounds = thresholds_of(scenario);
    Simulation out;
    out.shared_ = std::make_shared<Shared>(std::move(model), Accumulators(plan));
    Shared& s = *out.shared_;
    s.options = o;
    s.runs = o.runs;
    s.plan = plan;
    const std::uint64_t most = std::max(o.runs, o.room);
    s.figures = Rows::in_memory(o.keep_figures ? most : std::min(o.metrics, most), kFigureCount);
    s.paths = Rows::in_memory(std::min(o.paths, most), kSeriesCount * plan.points);
    return out;
}

Status Simulation::keep_in(const std::string& folder) {
    Shared& s = *shared_;
    ASSAY_TRY(s.figures, Rows::in_file(folder + "/figures.bin", s.figures.rows(), s.figures.width()));
    ASSAY_TRY(s.paths, Rows::in_file(folder + "/paths.bin", s.paths.rows(), s.paths.width()));
    return {};
}

std::uint64_t Simulation::checksum_of(std::uint64_t block) const {
    std::uint64_t out = 0;
    for (const Rows* rows : {&shared_->figures, &shared_->paths}) {
        const std::uint64_t first = block * kLanes;
        if (first < rows->rows()) out += rows->checksum(first, std::min(first + kLanes, rows->rows()));
    }
    return out;
}

Status Simulation::run(std::uint64_t first, std::uint64_t end, std::size_t threads, std::atomic<bool>* stop,
                       const std::function<void(std::uint64_t)>& tick) {
    Shared& s = *shared_;
    BlockOptions blocks;
    blocks.first = first;
    blocks.end = end;
    blocks.threads = threads;
    blocks.stop = stop;
    blocks.meddle = s.options.meddle;
    blocks.skip = [&](std::uint64_t b) { return s.known.done(b); };
    blocks.tick = tick;
    // Batches wait here for whoever needs one: as many as there are threads in the end.
    std::mutex mutex;
    std::vector<std::unique_ptr<Accumulators::Batch>> idle;
    const auto flush = [&](Accumulators::Batch& batch) {
        const auto held = s.known.shared();  // blocks and their rows belong together when a state is saved
        std::uint64_t sum = 0;
        for (const std::uint64_t b : batch.blocks()) sum += checksum_of(b);
        s.known.add(batch);
        s.checksum += sum;
    };
    const Status ran = run_blocks(s.model, blocks, [&](std::uint64_t b, const BlockResult& r) {
        for (std::uint64_t k = 0, run = b * kLanes; k < kLanes && run < s.runs; ++k, ++run) {
            if (run < s.figures.rows())
                for (std::size_t i = 0; i < kFigureCount; ++i) s.figures.row(run)[i] = r.figures[i][k];
            if (run >= s.paths.rows()) continue;
            const auto row = s.paths.row(run);
            const std::size_t points = row.size() / kSeriesCount;
            for (std::size_t i = 0; i < kSeriesCount; ++i)
                for (std::size_t p = 0; p < points; ++p) row[i * points + p] = r.at(p, i, k);
        }
        if (s.known.keeps_values()) {
            const auto held = s.known.shared();
            s.known.add(b, r);
            s.checksum += checksum_of(b);
            return;
        }
        std::unique_ptr<Accumulators::Batch> batch;
        {
            const std::lock_guard lock(mutex);
            if (!idle.empty()) {
                batch = std::move(idle.back());
                idle.pop_back();
            }
        }
        if (!batch) batch = std::make_unique<Accumulators::Batch>();
        s.known.put(*batch, b, r);
        if (batch->full()) flush(*batch);
        const std::lock_guard lock(mutex);
        idle.push_back(std::move(batch));
    });
    for (const auto& batch : idle) flush(*batch);
    return ran;
}

CellResult Simulation::result() const {
    const Shared& s = *shared_;
    CellResult out;
    out.scenario = s.model.scenario();
    out.mode = s.options.mode;
    out.runs = s.runs;
    out.steps = s.model.steps();
    out.days = s.model.day(s.model.steps());
    out.recorded = s.model.recorded();
    for (const std::uint64_t step : out.recorded) out.recorded_days.push_back(s.model.day(step));
    for (std::size_t i = 0; i < kFigureCount; ++i) out.summary[i] = s.known.figure(i);
    out.quantiles.reserve(out.recorded.size() * kSeriesCount * kQuantiles.size());
    for (std::size_t p = 0; p < out.recorded.size(); ++p)
        for (std::size_t i = 0; i < kSeriesCount; ++i)
            for (const double x : s.known.series(p, i)) out.quantiles.push_back(x);
    out.kept = std::min(s.figures.rows(), s.runs);
    out.figures = s.figures.all().first(out.kept * kFigureCount);
    out.metrics = std::min(s.options.metrics, s.runs);
    out.kept_paths = std::min(s.paths.rows(), s.runs);
    out.paths = s.paths.all().first(out.kept_paths * s.paths.width());
    out.holders = {s.figures.holder(), s.paths.holder()};
    return out;
}

std::string Simulation::save() const {
    const auto held = shared_->known.exclusive();
    std::string out;
    put_count(out, shared_->checksum);
    return out + shared_->known.save();
}

std::uint64_t Simulation::checksum_of(const Accumulators& known) const {
    std::uint64_t sum = 0;
    for (std::uint64_t b = 0; b < blocks_of(known.runs()); ++b)
        if (known.done(b)) sum += checksum_of(b);
    return sum;
}

Status Simulation::load(std::string_view in) {
    ASSAY_TRY(const std::uint64_t checksum, take_count(in));
    ASSAY_TRY_VOID(shared_->known.load(in));
    if (!in.empty()) return state_error();
    shared_->runs = shared_->known.runs();
    if (checksum_of(shared_->known) != checksum) return state_error();
    shared_->checksum = checksum;
    return {};
}

Status Simulation::merge(std::string_view saved) {
    ASSAY_TRY(const std::uint64_t checksum, take_count(saved));
    Accumulators other(shared_->plan);
    ASSAY_TRY_VOID(other.load(saved));
    if (!saved.empty() || other.runs() != shared_->runs || checksum_of(other) != checksum) return state_error();
    ASSAY_TRY_VOID(shared_->known.merge(other));
    shared_->checksum += checksum;
    return {};
}

void Simulation::grow(std::uint64_t runs) {
    shared_->runs = runs;
    shared_->known.grow(runs);
}

Result<CellResult> simulate(const Scenario& scenario, const SimulateOptions& o) {
    ASSAY_TRY(Simulation all, Simulation::make(scenario, o));
    std::function<void(std::uint64_t)> tick;
    if (o.progress) tick = [&](std::uint64_t done) { o.progress(std::min(done * kLanes, o.runs), o.runs); };
    ASSAY_TRY_VOID(all.run(0, blocks_of(o.runs), o.threads, o.stop, tick));
    return all.result();
}

}  // namespace assay::sim
