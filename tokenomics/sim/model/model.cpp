#include "tokenomics/sim/model/model.hpp"

#include <limits>

#include "tokenomics/sim/model/engine_entry.hpp"
#include "tokenomics/sim/model/instruction_set.hpp"

namespace assay::sim {
namespace {

constexpr std::uint64_t kMostReturns = 100'000;  // a return of each step is kept for the worst twentieth of them

// What a thread keeps from one block to the next.
struct Scratch {
    Room room;
    std::unique_ptr<ExactBank> exact;
    WalkLanes walks;
    Journal journal;
};

void prepare(Journal& j, const Setup& setup) {
    j.step_days = setup.step_days;
    j.steps = setup.steps;
    j.mark_day.assign(1, 0.0);
    for (const std::uint64_t m : setup.marks) j.mark_day.push_back(setup.day(m));
    j.marks.resize(setup.marks.size() + 1);
    j.margins.resize(setup.marks.size());
    j.returns_kept = setup.steps <= kMostReturns;
    j.returns.resize(j.returns_kept ? setup.steps : 0);
    j.parties.resize(setup.groups.size() + setup.scenario.initial.holders.size() + 1);
}

EngineEntry entry() {
    switch (instruction_set()) {
        case InstructionSet::avx512:
            return run_engine_512;
        case InstructionSet::avx2:
            return run_engine_256;
        case InstructionSet::baseline:
            break;
    }
    return run_engine_128;
}

}  // namespace

struct Model::Shared {
    Setup setup;
};

Result<Model> Model::make(const Scenario& scenario, const ModelOptions& options) {
    auto shared = std::make_shared<Shared>();
    ASSAY_TRY(shared->setup, sim::prepare(scenario, options));
    Model out;
    out.shared_ = std::move(shared);
    return out;
}

const Scenario& Model::scenario() const {
    return shared_->setup.scenario;
}
Mode Model::mode() const {
    return shared_->setup.mode;
}
std::uint64_t Model::steps() const {
    return shared_->setup.steps;
}
const std::vector<std::uint64_t>& Model::recorded() const {
    return shared_->setup.recorded;
}
double Model::day(std::uint64_t step) const {
    return shared_->setup.day(step);
}

Status Model::run_block(std::uint64_t block, BlockResult& out, const Meddler& meddle) const {
    const Setup& setup = shared_->setup;
    if (!out.scratch) out.scratch = std::make_shared<Scratch>();
    auto& scratch = *static_cast<Scratch*>(out.scratch.get());
    scratch.room.clear();
    scratch.walks.start();
    if (setup.mode == Mode::exact && !scratch.exact) scratch.exact = std::make_unique<ExactBank>();
    prepare(scratch.journal, setup);
    out.series.resize(setup.recorded.size() * kSeriesCount * kLanes);
    Trouble why;
    if (!entry()(setup, block * kLanes, setup.mode == Mode::exact ? scratch.exact.get() : nullptr, &scratch.walks,
                 scratch.room, &meddle, out.series.data(), scratch.journal, why))
        return *why.error;
    compute_figures(setup.scenario, scratch.journal, out.figures);
    return {};
}

}  // namespace assay::sim
