#include "tokenomics/sim/cli/commands.hpp"

#include <algorithm>
#include <thread>

#include "base/utc.hpp"
#include "base/version.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/reproduce.hpp"
#include "tokenomics/sim/run/result.hpp"
#include "tokenomics/sim/schedule.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
Result<std::uint64_t> typed_count(const std::string& text, const std::string& flag, std::uint64_t min,
                                  std::uint64_t max) {
    const auto n = parse_digits(text);
    if (!n || *n < min || *n > max)
        return {Code::usage,
                flag + " is \"" + text + "\", allowed are " + std::to_string(min) + " to " + std::to_string(max)};
    return static_cast<std::uint64_t>(*n);
}

Result<std::size_t> thread_count(const std::string& text) {
    if (text.empty()) return std::max<std::size_t>(1, std::thread::hardware_concurrency());
    ASSAY_TRY(std::uint64_t n, typed_count(text, "--threads", 1, 1024));
    return static_cast<std::size_t>(n);
}

std::string version_text() {
    return std::string("assay-sim ") + kVersion + " (" + kCommit + ")";
}

int run_version(const Output& out) {
    if (!out.json) return out.done(version_text() + ", built with " + __VERSION__ + "\n");
    return out.done(std::string("{\"version\":") + json_text(kVersion) + ",\"commit\":" + json_text(kCommit) +
                    ",\"compiler\":" + json_text(__VERSION__) +
                    ",\"cuda_architectures\":[],\"model\":" + std::to_string(kModelVersion) + "}\n");
}

int run_schedule(const Output& out, const ScheduleCommand& c) {
    ScheduleQuery query;
    constexpr const char* kEvery[] = {"epoch", "day", "month", "year"};
    query.every = static_cast<Every>(std::find(std::begin(kEvery), std::end(kEvery), c.every) - std::begin(kEvery));
    const auto periods = typed_count(c.periods, "--periods", 1, 1'000'000);
    if (!periods) return out.fail(periods.error());
    query.periods = *periods;
    const auto threads = thread_count(c.threads);
    if (!threads) return out.fail(threads.error());
    query.threads = *threads;
    if (!c.from.empty()) {
        const auto from = parse_utc(c.from.size() == 10 ? c.from + "T00:00:00Z" : c.from);
        if (!from)
            return out.fail({Code::usage, "--from " + c.from + ": " + from.error().message},
                            "write 2027-01-01 or 2027-01-01T00:00:00Z");
        query.from = *from;
    }
    const auto s = load_scenario(c.source, c.sets);
    if (!s) return out.fail(s.error(), hint_for(s.error()));
    const auto rows = schedule_rows(*s, query);
    if (!rows) return out.fail(rows.error());

    const auto& token = s->params.token;
    if (out.json || c.format == "json") {
        std::string text = "{\"preset\":" + json_text(s->name) + ",\"denom\":" + json_text(token.denom) +
                           ",\"decimals\":" + std::to_string(token.decimals) + ",\"rows\":[";
        for (std::size_t i = 0; i < rows->size(); ++i) {
            const ScheduleRow& r = (*rows)[i];
            text += (i == 0 ? "" : ",") + std::string("{\"period\":") + std::to_string(r.period) + ",\"start\":\"" +
                    format_utc(r.start) + "\",\"minted\":\"" + to_digits(r.minted.units) + "\",\"cumulative\":\"" +
                    to_digits(r.cumulative.units) + "\",\"supply\":\"" + to_digits(r.supply.units) + "\"}";
        }
        return out.done(text + "]}\n");
    }
    if (c.format == "csv") {
        std::string text = "period,start,minted,cumulative,supply\n";
        for (const ScheduleRow& r : *rows)
            text += std::to_string(r.period) + "," + format_utc(r.start) + "," + to_digits(r.minted.units) + "," +
                    to_digits(r.cumulative.units) + "," + to_digits(r.supply.units) + "\n";
        return out.done(text);
    }
    Table table("rlrrr");
    table.row({c.every, "from", "minted " + token.denom, "cumulative", "supply"});
    const auto tokens = [&](Amount a) { return grouped(format_decimal(a.units, token.decimals)); };
    for (const ScheduleRow& r : *rows)
        table.row({std::to_string(r.period),
                   query.every == Every::epoch ? format_utc(r.start) : format_utc(r.start).substr(0, 10),
                   tokens(r.minted), tokens(r.cumulative), tokens(r.supply)});
    return out.done(table.text());
}

int run_reproduce(const Output& out, const std::string& preset) {
    const auto figures = reproduce(preset);
    if (!figures) return out.fail(figures.error());
    Table table("llrrrl");
    table.row({"preset", "figure", "published", "computed", "difference", "source"});
    std::string items;
    std::size_t off = 0;
    for (const Published& f : *figures) {
        off += f.matches() ? 0 : 1;
        table.row({f.preset, f.what, f.published, f.computed, f.matches() ? "0" : "OFF " + f.difference(), f.source});
        items += (items.empty() ? "" : ",") + std::string("{\"preset\":") + json_text(f.preset) +
                 ",\"figure\":" + json_text(f.what) + ",\"published\":" + json_text(f.published) +
                 ",\"computed\":" + json_text(f.computed) + ",\"difference\":" + json_text(f.difference()) +
                 ",\"source\":" + json_text(f.source) + ",\"matches\":" + (f.matches() ? "true" : "false") + "}";
    }
    (void)out.done(out.json ? "{\"items\":[" + items + "],\"next_cursor\":null,\"off\":" + std::to_string(off) + "}\n"
                            : table.text());
    return off == 0 ? 0 : exit_code(Code::verification_failed);
}

}  // namespace assay::sim::cli
