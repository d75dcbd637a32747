// list: what there is to begin with. Presets are parameters as networks published them, scenarios are economies on
// them, stress packs lie over any of those.
#include "tokenomics/params_json.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/library.hpp"
#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/text.hpp"
#include "tokenomics/unpublished.hpp"

namespace assay::sim::cli {
namespace {

using tokenomics::word_of;

std::string epoch_seconds(const tokenomics::Params& p) {
    return shortest(static_cast<double>(p.epoch.blocks * p.block.time_ms) / 1000);
}

// One preset: a row for people and an item for programs.
Status list_preset(const std::string& name, Table& table, std::string& items) {
    ASSAY_TRY(const json::Value document, read_document(name));
    const auto missing = tokenomics::unpublished(document);
    items += (items.empty() ? "" : ",") + std::string("{\"name\":") + json_text(name) + ",\"group\":\"preset\"";
    if (!missing.empty()) {
        const json::Value* params = document.find("params");
        ASSAY_TRY(const auto p, tokenomics::params_from_json(tokenomics::without_unpublished(*params), "params"));
        table.row({name, p.token.denom, std::string(word_of(p.emission.kind)), epoch_seconds(p) + " s",
                   "needs " + std::to_string(missing.size()) + (missing.size() == 1 ? " number" : " numbers"), ""});
        items += ",\"denom\":" + json_text(p.token.denom) + ",\"needs\":[";
        for (std::size_t i = 0; i < missing.size(); ++i)
            items += (i == 0 ? "" : ",") + std::string("{\"path\":") + json_text(missing[i].path) +
                     ",\"known\":" + json_text(missing[i].known) + "}";
        items += "]}";
        return {};
    }
    ASSAY_TRY(const Scenario s, load_scenario(name));
    const auto& p = s.params;
    table.row({name, p.token.denom, std::string(word_of(p.emission.kind)), epoch_seconds(p) + " s",
               grouped(format_decimal(p.token.cap.units, p.token.decimals)),
               grouped(format_decimal(s.initial.supply.units, p.token.decimals))});
    items += ",\"denom\":" + json_text(p.token.denom) + ",\"decimals\":" + std::to_string(p.token.decimals) +
             ",\"emission\":" + json_text(std::string(word_of(p.emission.kind))) + ",\"epoch_s\":" + epoch_seconds(p) +
             ",\"cap\":\"" + to_digits(p.token.cap.units) + "\",\"supply\":\"" + to_digits(s.initial.supply.units) +
             "\",\"needs\":[]}";
    return {};
}

// A scenario or a pack: which of them, and what it says of itself.
Status list_scenario(const std::string& name, Table& scenarios, Table& packs, std::string& items) {
    ASSAY_TRY(const json::Value document, json::parse(*library_text(name), {.comments = true, .source = name}));
    const json::Value* about = document.find("_about");
    const json::Value* over = document.find("over");
    const std::string text = about == nullptr ? "" : about->text;
    (over != nullptr ? packs : scenarios).row({name, text});
    items += (items.empty() ? "" : ",") + std::string("{\"name\":") + json_text(name) + ",\"group\":\"" +
             (over != nullptr ? "stress" : "scenario") + "\",\"about\":" + json_text(text) + ",\"needs\":[]}";
    return {};
}

}  // namespace

int run_list(const Output& out) {
    Table presets("llllrr"), scenarios("ll"), packs("ll");
    presets.row({"preset", "token", "emission", "epoch", "cap", "supply at genesis"});
    scenarios.row({"scenario", "what it is"});
    packs.row({"stress pack", "what it does: assay-sim run akash-base,stress-bear --out DIR"});
    std::string items;
    for (const auto name : tokenomics::preset_names())
        if (Status ok = list_preset(std::string(name), presets, items); !ok) return out.fail(ok.error());
    for (const auto name : library_names())
        if (Status ok = list_scenario(std::string(name), scenarios, packs, items); !ok) return out.fail(ok.error());
    return out.done(out.json ? "{\"items\":[" + items + "],\"next_cursor\":null}\n"
                             : presets.text() + "\n" + scenarios.text() + "\n" + packs.text());
}

}  // namespace assay::sim::cli
