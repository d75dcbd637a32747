#include "tokenomics/sim/report/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tokenomics/sim/text.hpp"

namespace assay::sim::report {
namespace {

// What a broken threshold means, in words; {} is the threshold. Only the way that kFigures fails has them: a scenario
// that turns a threshold round gets the figure's own meaning.
struct FailureWords {
    const char* name;
    bool above;
    const char* words;
};
constexpr FailureWords kWords[] = {
    {"value_capture", false, "the price answers to revenue with a slope below {}"},
    {"burn_to_mint", false, "less than {} of what is minted is burned"},
    {"premium", true, "the price ends above {} times its fundamental value"},
    {"mean_margin", false, "the mean margin of providers is below {}"},
    {"underwater", true, "devices work at a loss for more than {} of their days"},
    {"payback_months", true, "hardware takes more than {} months to pay back"},
    {"reward_gini", true, "equal work is paid unequally (Gini above {})"},
    {"retention_30d", false, "fewer than {} of the devices stay for 30 days after a fall of the price"},
    {"unmet_demand", true, "more than {} of the wanted GPU-hours are served by nobody"},
    {"wash_gain", true, "self-dealing gains more than {}"},
    {"stake_hhi", true, "the stake is concentrated (HHI above {})"},
    {"stake_nakamoto_33", false, "fewer than {} parties hold a third of the stake"},
    {"max_power", true, "one party holds more than {} of the stake"},
    {"insider_votes", true, "insiders hold more than {} of the votes"},
    {"party_over_third", true, "some party passes a third of the stake"},
    {"inflation", true, "the supply grows by more than {} a year"},
    {"float_inflation", true, "what circulates grows by more than {} a year"},
    {"unlock_overhang", true, "a month sets free more than {} times a month's trade"},
    {"volatility", true, "the price swings by more than {} a year"},
    {"max_drawdown", true, "the price falls more than {} from an earlier high"},
    {"spiral", true, "price, capacity and demand spiral down together"},
    {"vault_below_warn", true, "the vault falls below the breaker's warning"},
    {"vault_below_halt", true, "the vault falls so low that burning halts"},
    {"halted_days", true, "the breaker lets nobody burn for more than {} days"},
    {"stale_days", true, "the chain has no price for more than {} days"},
};

constexpr const char* kShares[] = {"utilisation",
                                   "margin",
                                   "vault_ratio",
                                   "burn_to_mint",
                                   "mean_margin",
                                   "low_margin",
                                   "underwater",
                                   "retention_30d",
                                   "unmet_demand",
                                   "wash_gain",
                                   "mean_utilisation",
                                   "max_power",
                                   "insider_supply",
                                   "insider_float",
                                   "insider_votes",
                                   "inflation",
                                   "float_inflation",
                                   "volatility",
                                   "max_drawdown",
                                   "time_underwater",
                                   "spiral",
                                   "service_volatility",
                                   "expected_shortfall",
                                   "vault_below_warn",
                                   "vault_below_halt",
                                   "party_over_third"};

std::string decimal(double x, const char* format) {
    char text[32];
    std::snprintf(text, sizeof text, format, x);
    return text;
}

std::string threshold_text(const MetricName& metric, double x) {
    std::string out = is_share(metric.name) ? decimal(x * 100, "%.3g") + " %" : decimal(x, "%.4g");
    if (out[0] == '-') out.replace(0, 1, "\u2212");  // a minus, as the rest of the page writes it
    return out;
}

std::string grouped_count(std::uint64_t n) {
    std::string out = std::to_string(n);
    for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
    return out;
}

std::string interval_text(const Failing& f) {
    return percent_text(f.low) + " and " + percent_text(f.high);
}

// "in 71 % of runs"
std::string in_runs(double p) {
    return p == 1 ? "in every run" : "in " + percent_text(p) + " of runs";
}

// What else breaks, after the worst: the two likeliest that are at risk or fail.
std::string what_follows(const ReportData& data, const ReportCell& cell, const Verdict& v) {
    std::vector<std::size_t> next;
    for (std::size_t i = 0; i < cell.metrics.size(); ++i)
        if (i != v.worst && cell.metrics[i].fail && health_of(*cell.metrics[i].fail) >= Health::risk) next.push_back(i);
    std::stable_sort(next.begin(), next.end(),
                     [&](std::size_t a, std::size_t b) { return cell.metrics[a].fail->p > cell.metrics[b].fail->p; });
    constexpr std::size_t kNamed = 2;
    std::string out;
    for (std::size_t i = 0; i < next.size() && i < kNamed; ++i) {
        const Failing& f = *cell.metrics[next[i]].fail;
        out += (i == 0 ? " Then: " : "; ") + failure_words(data.metrics[next[i]], f) + " " + in_runs(f.p);
    }
    return out.empty() ? out : out + ".";
}

std::string answer(const ReportData& data, const ReportCell& cell, const Verdict& v) {
    if (v.health == Health::unknown) return "No verdict: no figure of this result is held against a threshold.";
    const Failing& f = *cell.metrics[v.worst].fail;
    const std::string words = failure_words(data.metrics[v.worst], f);
    switch (v.health) {
        case Health::fails:
            return "Not healthy: " + words + " " + in_runs(f.p) + ".";
        case Health::risk:
            return "At risk: " + words + " " + in_runs(f.p) + ".";
        case Health::unclear:
            return "Too few runs to call it healthy: " + words + " in " + percent_text(f.p) + " of " +
                   grouped_count(data.runs) + " runs, and up to " + percent_text(f.high) + " cannot be ruled out.";
        default:
            if (f.p == 0)
                return "Healthy by these thresholds: none breaks in any of " + grouped_count(data.runs) + " runs.";
            return "Healthy by these thresholds: the weakest point, that " + words + ", shows in " + percent_text(f.p) +
                   " of runs.";
    }
}

}  // namespace

const char* word_of(Health h) {
    constexpr const char* kNames[] = {"not measured", "holds", "unclear", "at risk", "fails"};
    return kNames[static_cast<std::size_t>(h)];
}

bool is_share(const std::string& name) {
    return std::find(std::begin(kShares), std::end(kShares), name) != std::end(kShares);
}

std::string percent_text(double p) {
    const double x = p * 100;
    if (x == 0 || x == 100) return decimal(x, "%.0f") + " %";
    if (x < 0.1) return decimal(x, "%.1g") + " %";
    if (x < 10 || x > 99) {
        std::string out = decimal(x, x > 99.9 ? "%.2f" : "%.1f");
        if (out == "100.00") out = "99.99";
        return out + " %";
    }
    return decimal(x, "%.0f") + " %";
}

Failing share_of(std::uint64_t hits, std::uint64_t runs) {
    Failing out;
    if (runs == 0) return out;
    const Interval i = wilson(hits, runs);
    out.p = static_cast<double>(hits) / static_cast<double>(runs);
    out.low = i.low;
    out.high = i.high;
    return out;
}

Health health_of(const Failing& f) {
    if (std::isnan(f.p) || std::isnan(f.low) || std::isnan(f.high)) return Health::unknown;
    if (f.high <= kRare) return Health::holds;
    if (f.low > kLikely) return Health::fails;
    return f.p > kRare ? Health::risk : Health::unclear;
}

std::string failure_words(const MetricName& metric, const Failing& f) {
    const std::string limit = threshold_text(metric, f.threshold);
    for (const FailureWords& w : kWords)
        if (metric.name == w.name && w.above == f.above) {
            std::string out = w.words;
            if (const std::size_t at = out.find("{}"); at != std::string::npos) out.replace(at, 2, limit);
            return out;
        }
    return metric.name + " is " + (f.above ? "above " : "below ") + limit;
}

Verdict verdict_of(const ReportData& data, const ReportCell& cell) {
    Verdict v;
    double worst_p = -1;
    for (std::size_t i = 0; i < cell.metrics.size(); ++i) {
        const auto& fail = cell.metrics[i].fail;
        if (!fail) continue;
        const Health h = health_of(*fail);
        if (h == Health::unknown) continue;
        const unsigned condition = std::min(data.metrics[i].condition, 4u);
        if (condition != 0) v.conditions[condition] = std::max(v.conditions[condition], h);
        // The verdict's word first: among those, whichever fails in the most runs.
        if (h > v.health || (h == v.health && fail->p > worst_p)) {
            v.worst = i;
            worst_p = fail->p;
        }
        v.health = std::max(v.health, h);
    }
    v.sentence = answer(data, cell, v);
    if (v.health == Health::unknown) return v;
    const Failing& f = *cell.metrics[v.worst].fail;
    v.sure = "From " + grouped_count(data.runs) + (data.runs == 1 ? " run" : " runs") +
             " this share is known to lie between " + interval_text(f) + " (95 % interval)." +
             what_follows(data, cell, v);
    if (cell.runs_seen > 0) {
        const Failing any = share_of(cell.any_failed, cell.runs_seen);
        v.sure += " At least one threshold breaks in " + percent_text(any.p) + " of " +
                  (cell.runs_seen < data.runs ? "the first " + grouped_count(cell.runs_seen) + " runs" : "the runs") +
                  " (between " + interval_text(any) + ").";
    }
    return v;
}

}  // namespace assay::sim::report
