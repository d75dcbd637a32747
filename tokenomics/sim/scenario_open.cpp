// What a document leaves open.
#include <algorithm>

#include "tokenomics/emission.hpp"
#include "tokenomics/sim/scenario_read.hpp"

namespace assay::sim {
namespace {

constexpr double kHoursPerDay = 24;

// Groups of one class are told apart: "gpu-small", "gpu-small-2".
void name_groups(Reading& r) {
    std::set<std::string> taken;
    for (std::size_t i = 0; i < r.s.providers.size(); ++i)
        if (r.given.contains("providers[" + std::to_string(i) + "].name")) taken.insert(r.s.providers[i].name);
    for (ProviderGroup& g : r.s.providers) {
        if (!g.name.empty()) continue;
        std::string name = g.device_class;
        for (std::size_t n = 2; taken.contains(name); ++n) name = g.device_class + "-" + std::to_string(n);
        taken.insert(name);
        g.name = name;
    }
}

// Tokens of work and availability that the first epoch's schedule pays a day.
double first_tokens_per_day(const Scenario& s, double token) {
    const auto& p = s.params;
    tokenomics::EmissionView view;  // as the schedule alone sees it
    view.supply = view.genesis = s.initial.supply;
    view.cap = p.token.cap;
    view.bonded = s.initial.bonded;
    view.power = ~u128{0};
    view.cumulative_scheduled = s.initial.scheduled;
    view.start = TimeMs{s.start.value + s.initial.epoch * s.epoch_ms()};
    view.end = TimeMs{view.start.value + s.epoch_ms()};
    view.blocks = p.epoch.blocks;
    const auto first = tokenomics::scheduled_mint(p.emission, Epoch{s.initial.epoch}, view);
    if (!first) return 0;
    const double shares = static_cast<double>(p.split.availability.value + p.split.stakers.value) * 1e-9;
    return static_cast<double>(first->units) / token * shares * 86'400'000.0 / static_cast<double>(s.epoch_ms());
}

}  // namespace

void fill_open(Reading& r) {
    Scenario& s = r.s;
    const auto& p = s.params;
    const auto open = [&](const std::string& path) { return !r.given.contains(path); };
    if (open("initial.supply")) {
        r.errors.push_back({Code::json_missing_key, "initial.supply is missing: no genesis says it"});
        return;
    }
    if (open("initial.price_usd")) s.initial.price_usd = static_cast<double>(p.price.initial.value) * 1e-8;
    if (open("providers")) {
        for (std::uint32_t i = 0; i < p.classes.size(); ++i) {
            ProviderGroup g;
            g.device_class = p.classes[i].name;
            g.class_index = i;
            s.providers.push_back(g);
        }
    }
    name_groups(r);
    double token = 1;
    for (unsigned i = 0; i < p.token.decimals; ++i) token *= 10;
    const auto multiplier = [&](const ProviderGroup& g) {
        return static_cast<double>(p.classes[g.class_index].multiplier.value) * 1e-9;
    };
    double units = 0;
    for (const ProviderGroup& g : s.providers) units += static_cast<double>(g.count) * multiplier(g);
    if (open("market.depth_usd"))
        s.market.depth_usd =
            std::max(1.0, 0.1 * static_cast<double>(s.initial.supply.units) / token * s.initial.price_usd);
    const double per_day = first_tokens_per_day(s, token) * s.initial.price_usd;
    const double emission = units > 0 ? per_day / units / kHoursPerDay : 0;
    if (open("service.usd_per_gpu_hour")) s.service.usd_per_gpu_hour = std::clamp(emission, 0.01, 1e6);
    const double income = emission + s.service.target_utilisation * s.service.usd_per_gpu_hour *
                                         static_cast<double>(p.bme.payout.value) * 1e-9;
    for (std::size_t i = 0; i < s.providers.size(); ++i)
        if (open("providers[" + std::to_string(i) + "].cost_usd_per_gpu_hour"))
            s.providers[i].cost_usd_per_gpu_hour = income * multiplier(s.providers[i]);
    if (open("demand.usd_per_day"))
        s.demand.usd_per_day = s.service.target_utilisation * units * kHoursPerDay * s.service.usd_per_gpu_hour;
}

}  // namespace assay::sim
