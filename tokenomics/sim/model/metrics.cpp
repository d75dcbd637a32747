#include "tokenomics/sim/model/metrics.hpp"

namespace assay::sim {

void compute_figures(const Scenario& scenario, const Journal& journal, LaneFigures& out) {
    for (auto& figure : out) figure.fill(kMissing);
    put(out, kFinalPrice, journal.final_price);
    put(out, kFinalSupply, journal.final_supply);
    put(out, kTotalMinted, journal.minted);
    put(out, kTotalBurned, journal.burned);
    if (journal.steps == 0 || journal.marks.empty()) return;
    const Grid g(journal);
    capture_figures(scenario, g, out);
    incentive_figures(scenario, g, out);
    party_figures(scenario, g, out);
    price_figures(scenario, g, out);
    spiral_figure(scenario.report.spiral, g, out);
}

}  // namespace assay::sim
