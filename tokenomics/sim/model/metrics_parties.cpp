// Condition 3, no concentration: who holds the stake, the float and the votes at the end; and, of condition 2, whether
// a unit of work is paid alike.
#include <algorithm>

#include "tokenomics/sim/model/concentration.hpp"
#include "tokenomics/sim/model/metrics.hpp"
#include "tokenomics/sim/model/metrics_simd.hpp"

namespace assay::sim {
namespace {

constexpr double kThird = 1.0 / 3;

void put_concentration(const Concentration& c, std::size_t lane, LaneFigures& out) {
    out[kStakeGini][lane] = c.gini;
    out[kStakeHhi][lane] = c.hhi;
    out[kStakeNakamoto33][lane] = c.nakamoto[0];
    out[kStakeNakamoto50][lane] = c.nakamoto[1];
    out[kStakeNakamoto67][lane] = c.nakamoto[2];
    out[kStakeTheil][lane] = c.theil;
    out[kStakeEntropy][lane] = c.entropy;
    out[kMaxPower][lane] = c.largest;
}

// Gini's and Jain's of what a unit of work was paid, over the parties that did any.
void equal_pay(const std::vector<PartyRow>& parties, std::size_t lane, std::vector<Holders>& rows, LaneFigures& out) {
    rows.clear();
    double unpaid = 0;
    for (const PartyRow& p : parties) {
        if (!(p.work[lane] > 0) || !(p.entities[lane] > 0)) continue;
        rows.push_back({p.income[lane] / p.work[lane], p.entities[lane]});
        if (!(p.income[lane] > 0)) unpaid += p.entities[lane];
    }
    out[kRewardJain][lane] = jain(rows);
    const Concentration paid = concentration(rows);
    // Who worked for nothing is a party here: n people of whom k share everything have 1 - k/n (1 - G of those k).
    out[kRewardGini][lane] = 1 - (1 - paid.gini) * paid.parties / (paid.parties + unpaid);
}

// Voting weight: stake, of one party at most governance.vote_cap_ppb of all stake. Parties of which nobody knows how
// many they are count uncapped.
double insider_votes(const Scenario& s, const std::vector<PartyRow>& parties, std::size_t lane) {
    double stake = 0, insiders = 0, all = 0;
    for (const PartyRow& p : parties) stake += p.stake[lane];
    const double cap = stake * static_cast<double>(s.params.governance.vote_cap.value) * 1e-9;
    for (const PartyRow& p : parties) {
        const double capped = p.counted ? std::min(p.stake[lane], cap * p.entities[lane]) : p.stake[lane];
        all += capped;
        if (p.insider) insiders += capped;
    }
    return all > 0 ? insiders / all : kMissing;
}

}  // namespace

void party_figures(const Scenario& s, const Grid& g, LaneFigures& out) {
    const Journal& j = g.j;
    std::vector<Holders> rows;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        rows.clear();
        double held = 0, free = 0;
        for (const PartyRow& p : j.parties) {
            if (p.counted && p.entities[lane] > 0) rows.push_back({p.stake[lane] / p.entities[lane], p.entities[lane]});
            if (!p.insider) continue;
            held += p.stake[lane] + p.free[lane] + p.locked[lane];
            free += p.free[lane];
        }
        put_concentration(concentration(rows), lane, out);
        equal_pay(j.parties, lane, rows, out);
        out[kInsiderVotes][lane] = insider_votes(s, j.parties, lane);
        if (j.final_supply[lane] > 0) out[kInsiderSupply][lane] = held / j.final_supply[lane];
        if (const double floats = g.last(kMarkCirculating)[lane]; floats > 0) out[kInsiderFloat][lane] = free / floats;
    }
    V most(0.0);
    for (const auto& mark : j.marks) most = max(most, V(mark[kMarkLargestParty]));
    put(out, kInsiderOverThird, select(most > V(kThird), V(1.0), V(0.0)));
}

}  // namespace assay::sim
