#include "tokenomics/sim/study/base_scenario.hpp"

#include "tokenomics/sim/document.hpp"
#include "tokenomics/unpublished.hpp"

namespace assay::sim::study {

Result<BaseScenario> BaseScenario::load(const std::string& source, const std::vector<std::string>& sets) {
    ASSAY_TRY(json::Value document, read_document(source));
    return of(std::move(document), source, sets);
}

Result<BaseScenario> BaseScenario::of(json::Value document, const std::string& source,
                                      const std::vector<std::string>& sets) {
    BaseScenario out;
    for (const std::string& set : sets) ASSAY_TRY_VOID(apply_set(document, set));
    if (const Status ok = tokenomics::check_published(document); !ok)
        return {ok.error().code, source + ": " + ok.error().message};
    json::Value bare = document;
    std::erase_if(bare.members, [](const auto& m) { return m.first == "sweep"; });
    out.document_ = std::move(document);
    auto scenario = scenario_of(bare);
    if (!scenario) return {scenario.error().code, source + ": " + scenario.error().message};
    out.scenario_ = *std::move(scenario);
    ASSAY_TRY(out.resolved_, json::parse(scenario_json(out.scenario_), {.max_bytes = 64u << 20, .max_depth = 32}));
    const auto forget = [](const auto& self, json::Value& v) -> void {  // no file holds it: messages name no place
        v.at.line = 0;
        for (json::Value& item : v.items) self(self, item);
        for (auto& member : v.members) self(self, member.second);
    };
    forget(forget, out.resolved_);
    return out;
}

Result<json::Value> BaseScenario::document_with(const std::vector<std::string>& sets) const {
    json::Value out = resolved_;
    for (const std::string& set : sets) ASSAY_TRY_VOID(apply_set(out, set));
    return out;
}

Result<Scenario> BaseScenario::with(const std::vector<std::string>& sets) const {
    ASSAY_TRY(const json::Value document, document_with(sets));
    return scenario_of(document);
}

Status BaseScenario::fit(std::span<Axis> axes) const {
    for (Axis& a : axes) {
        if (!a.ranged) continue;
        Axis probe = a;  // of a value with many digits: behaviour takes them all, money so many, counts none
        probe.low = a.low + 0.41421356237309505 * (a.high - a.low);
        for (const int decimals : {-1, 8, 6, 0}) {
            probe.decimals = decimals;
            if (!with({a.path + "=" + probe.at(0)})) continue;
            a.decimals = decimals;
            break;
        }
        for (const double end : {0.0, 1.0})
            if (const auto good = with({a.path + "=" + a.at(end)}); !good)
                return {good.error().code, a.path + "=" + a.at(end) + ": " + good.error().message};
    }
    return {};
}

}  // namespace assay::sim::study
