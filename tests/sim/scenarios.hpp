// Scenarios that several tests begin with, and single runs of a model.
#pragma once

#include <cstring>

#include "tests/support/catch.hpp"
#include "tokenomics/sim/model/model.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

inline Scenario devnet(const std::vector<std::string>& sets = {}) {
    auto s = load_scenario("devnet", sets);
    if (!s) FAIL(s.error().message);
    return *s;
}

inline Model model_of(const Scenario& s, std::size_t points = 0, std::size_t threads = 1, Mode mode = Mode::exact) {
    auto m = Model::make(s, {.points = points, .threads = threads, .mode = mode});
    if (!m) FAIL(m.error().message);
    return *std::move(m);
}

/// The same bits, so that what is missing equals what is missing.
inline bool same(const Figures& a, const Figures& b) {
    return std::memcmp(a.data(), b.data(), sizeof a) == 0;
}

/// One run out of its block: its figures, and what is seen at each recorded step.
using Observer = std::function<void(std::size_t point, const Sample& sample)>;
inline Result<Figures> run_one(const Model& m, std::uint64_t run, const Observer& observe = {},
                               const Meddler& meddle = {}) {
    BlockResult block;
    Meddler mine;
    if (meddle)
        mine = [&](std::uint64_t r, std::uint64_t step, Ledger& l) {
            if (r == run) meddle(r, step, l);
        };
    ASSAY_TRY_VOID(m.run_block(run / kLanes, block, mine));
    const std::size_t lane = run % kLanes;
    for (std::size_t p = 0; observe && p < m.recorded().size(); ++p) {
        Sample s;
        for (std::size_t i = 0; i < kSeriesCount; ++i) s[i] = block.at(p, i, lane);
        observe(p, s);
    }
    Figures out;
    for (std::size_t i = 0; i < kFigureCount; ++i) out[i] = block.figures[i][lane];
    return out;
}

}  // namespace assay::sim
