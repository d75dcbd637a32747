// The death spiral: from some day on, within 90 days the price falls by 70 %, capacity by half and what is served by
// half, and none of the three wins back half of what it lost within 180 days of its lowest point. All five numbers are
// the scenario's (report.spiral). Days are marks, ten days apart; what is served is the mean of the ten days before. A
// fall counts where the horizon shows the whole time to recover: what happened too late to be judged is no spiral.
#include <algorithm>

#include "tokenomics/sim/model/metrics.hpp"
#include "tokenomics/sim/model/metrics_simd.hpp"

namespace assay::sim {
namespace {

constexpr double kRounding = 1 + 1e-9;  // a half is a half, although it is the difference of two sums

struct Rule {
    std::size_t within, recovery;  ///< marks
    double price, capacity, demand;
};

// Of one lane: fell by `fall` of its value at `from` within the time, and did not come back.
template <class Value>
bool lost(const Value& value, std::size_t from, const Rule& rule, double fall) {
    const double before = value(from);
    double low = before;
    std::size_t lowest = from;
    for (std::size_t i = from + 1; i <= from + rule.within; ++i)
        if (value(i) < low) {
            low = value(i);
            lowest = i;
        }
    if (!(before > 0) || low > (1 - fall) * before * kRounding) return false;
    for (std::size_t i = lowest + 1; i <= lowest + rule.recovery; ++i)
        if (value(i) >= low + 0.5 * (before - low)) return false;
    return true;
}

}  // namespace

void spiral_figure(const Spiral& rule, const Grid& g, LaneFigures& out) {
    if (g.marks == 0) return;
    const Rule r{g.in_marks(rule.within_days), g.in_marks(rule.recovery_days), rule.price_fall, rule.capacity_fall,
                 rule.demand_fall};
    if (g.marks <= r.within + r.recovery) return;
    Lanes spiral{};
    for (std::size_t from = 0; from + r.within + r.recovery < g.marks; ++from) {
        // Few prices fall so far: all lanes at once ask for that first.
        V low = at(g, kMarkPrice, from + 1);
        for (std::size_t i = from + 2; i <= from + r.within; ++i) low = min(low, at(g, kMarkPrice, i));
        const unsigned fell = bits(low <= V((1 - r.price) * kRounding) * at(g, kMarkPrice, from));
        if (fell == 0) continue;
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            if ((fell >> lane & 1) == 0 || spiral[lane] != 0) continue;
            const auto price = [&](std::size_t i) { return g.at(kMarkPrice, i)[lane]; };
            const auto capacity = [&](std::size_t i) { return g.at(kMarkCapacity, i)[lane]; };
            const auto served = [&](std::size_t i) {
                const std::size_t to = std::max<std::size_t>(i, 1);
                return g.at(kMarkServed, to)[lane] - g.at(kMarkServed, to - 1)[lane];
            };
            if (lost(price, from, r, r.price) && lost(capacity, from, r, r.capacity) && lost(served, from, r, r.demand))
                spiral[lane] = 1;
        }
    }
    put(out, kSpiral, spiral);
}

}  // namespace assay::sim
