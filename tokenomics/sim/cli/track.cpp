// track: what a chain did since a result's parameters were voted in, beside what the result predicted.
#include "tokenomics/sim/study/track.hpp"

#include <algorithm>

#include "base/utc.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/run/result.hpp"
#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/text.hpp"
#include "wallet/client/rpc_client.hpp"

namespace assay::sim::cli {
namespace {

constexpr std::uint64_t kEpochsPerCall = 500;  // a node answers for 1,000 at most
constexpr double kMsPerDay = 86'400'000;

// An epoch as the node tells it.
struct Told {
    std::uint64_t number = 0;
    TimeMs start;
    Price price;
    Amount minted, burned, slashed, fees_burned;
    Credits consumed;
};

Result<Told> told(const json::Value& v) {
    ASSAY_TRY(json::Object o, json::object(v, "epoch"));
    Told out;
    ASSAY_TRY(out.number, o.u64("epoch"));
    ASSAY_TRY(const std::string start, o.string("start_time"));
    ASSAY_TRY(out.start, parse_utc(start));
    ASSAY_TRY(const u128 price, o.units("price"));
    out.price = Price{static_cast<std::uint64_t>(std::min(price, u128{~std::uint64_t{0}}))};
    ASSAY_TRY(out.minted.units, o.units("minted"));
    ASSAY_TRY(out.burned.units, o.units("burned"));
    ASSAY_TRY(out.slashed.units, o.units("slashed"));
    ASSAY_TRY(out.fees_burned.units, o.units("fees_burned"));
    ASSAY_TRY(out.consumed.units, o.units("credits_consumed"));
    return out;
}

Result<std::vector<Told>> epochs_from(wallet::RpcClient& rpc, std::uint64_t from, std::uint64_t running) {
    std::vector<Told> out;
    for (std::uint64_t at = from; at <= running; at += kEpochsPerCall) {
        const std::uint64_t to = std::min(running, at + kEpochsPerCall - 1);
        ASSAY_TRY(const json::Value answer, rpc.call("epochs", wallet::Params().number("from", at).number("to", to)));
        ASSAY_TRY(json::Object a, json::object(answer, "epochs"));
        ASSAY_TRY(const std::vector<json::Value> items, a.array("items", kEpochsPerCall));
        for (const json::Value& item : items) {
            ASSAY_TRY(const Told one, told(item));
            if (one.number != from + out.size())
                return {Code::pruned, "the node does not keep epoch " + std::to_string(from + out.size()) +
                                          " any more: sums since epoch " + std::to_string(from) + " need all of them"};
            out.push_back(one);
        }
        if (out.size() != to - from + 1)
            return {Code::pruned, "the node does not keep epoch " + std::to_string(from + out.size())};
    }
    return out;
}

// Where the prediction's day 0 lies on the chain.
struct DayZero {
    std::uint64_t epoch = 0;
    std::string why;  ///< "--from", "proposal 3", "scenario", "genesis"
};

// The last applied proposal whose title names the result: of several votes the last one made its parameters whole.
Result<std::optional<DayZero>> applied_vote(wallet::RpcClient& rpc, const std::string& result_hash) {
    std::optional<DayZero> out;
    std::string cursor;
    do {
        wallet::Params params;
        params.text("status", "applied");
        if (!cursor.empty()) params.text("cursor", cursor);
        ASSAY_TRY(const json::Value answer, rpc.call("proposals", params));
        ASSAY_TRY(json::Object a, json::object(answer, "proposals"));
        ASSAY_TRY(const std::vector<json::Value> items, a.array("items", 1'000));
        for (const json::Value& item : items) {
            ASSAY_TRY(json::Object p, json::object(item, "proposal"));
            ASSAY_TRY(const std::string title, p.string("title"));
            ASSAY_TRY(const std::uint64_t id, p.u64("id"));
            ASSAY_TRY(const std::uint64_t applied, p.u64("applied"));
            if (title.ends_with(result_hash) && (!out || applied >= out->epoch))
                out = DayZero{applied, "proposal " + std::to_string(id)};
        }
        cursor.clear();
        if (const json::Value* next = a.optional("next_cursor"); next != nullptr && next->kind == json::Kind::string)
            cursor = next->text;
    } while (!cursor.empty());
    return out;
}

// The last epoch that began at `time` or before; epoch 0 where the chain is younger.
Result<DayZero> epoch_at(wallet::RpcClient& rpc, TimeMs time, std::uint64_t running) {
    std::uint64_t low = 0, high = running;
    while (low < high) {
        const std::uint64_t middle = low + (high - low + 1) / 2;
        ASSAY_TRY(const json::Value answer, rpc.call("epoch", wallet::Params().number("epoch", middle)));
        ASSAY_TRY(const Told one, told(answer));
        if (one.start.value <= time.value)
            low = middle;
        else
            high = middle - 1;
    }
    return DayZero{low, low == 0 ? "genesis" : "scenario"};
}

struct Seen {
    std::string chain_id;
    DayZero zero;
    TimeMs zero_time;
    double days = 0;  ///< that the chain has seen since
    study::Track track;
};

Result<Seen> look(wallet::RpcClient& rpc, const TrackCommand& c, std::uint64_t cell, const Scenario& s,
                  const Manifest& manifest) {
    ASSAY_TRY(const study::Bands bands, study::read_bands(c.dir, cell));
    Seen out;
    ASSAY_TRY(const json::Value status, rpc.call("status"));
    ASSAY_TRY(json::Object st, json::object(status, "status"));
    ASSAY_TRY(out.chain_id, st.string("chain_id"));
    ASSAY_TRY(const std::uint64_t running, st.u64("epoch"));
    ASSAY_TRY(const json::Value answer, rpc.call("params", wallet::Params().flag("genesis", true)));
    ASSAY_TRY(json::Object a, json::object(answer, "params"));
    ASSAY_TRY(const json::Value* genesis, a.required("genesis"));
    ASSAY_TRY(const tokenomics::Params live, tokenomics::params_from_json(*genesis, "params"));
    if (live.token.denom != s.params.token.denom || live.token.decimals != s.params.token.decimals)
        return {Code::bad_proposal, "the result is of " + s.params.token.denom + " with " +
                                        std::to_string(s.params.token.decimals) + " decimals, " + out.chain_id +
                                        " has " + live.token.denom + " with " + std::to_string(live.token.decimals)};

    if (!c.from.empty()) {
        out.zero = {static_cast<std::uint64_t>(*parse_digits(c.from)), "--from"};
        if (out.zero.epoch > running)
            return {Code::not_found, "--from " + c.from + ": the chain is in epoch " + std::to_string(running)};
    } else {
        ASSAY_TRY(const auto vote, applied_vote(rpc, manifest.result_hash));
        if (vote) {
            out.zero = *vote;
        } else {
            ASSAY_TRY(out.zero, epoch_at(rpc, s.start, running));
        }
    }
    ASSAY_TRY(const std::vector<Told> told, epochs_from(rpc, out.zero.epoch, running));
    out.zero_time = told[0].start;
    double token = 1;
    for (unsigned i = 0; i < s.params.token.decimals; ++i) token *= 10;
    const auto day = [&](TimeMs t) { return static_cast<double>(t.value - out.zero_time.value) / kMsPerDay; };
    std::vector<study::LiveEpoch> epochs;
    for (std::size_t i = 0; i + 1 < told.size(); ++i) {  // the last one runs
        study::LiveEpoch e;
        e.number = told[i].number;
        e.from_day = day(told[i].start);
        e.to_day = day(told[i + 1].start);
        e.price_usd = static_cast<double>(told[i].price.value) * 1e-8;
        e.minted = static_cast<double>(told[i].minted.units) / token;
        // All that left the supply, as the series has it.
        for (const Amount x : {told[i].burned, told[i].slashed, told[i].fees_burned})
            e.burned += static_cast<double>(x.units) / token;
        e.consumed_usd = static_cast<double>(told[i].consumed.units) * 1e-6;
        epochs.push_back(e);
    }
    out.days = epochs.empty() ? 0 : epochs.back().to_day;
    out.track = study::track(bands, epochs, static_cast<double>(s.step_ms) / kMsPerDay);
    return out;
}

std::string covered(std::uint64_t part, std::uint64_t of) {
    return of == 0 ? "" : shortest(static_cast<double>(part) / static_cast<double>(of));
}

std::string track_json(const Seen& seen, const Manifest& manifest) {
    std::string metrics;
    for (const auto& m : seen.track.metrics) {
        const auto number = [](const std::string& text) { return text.empty() ? "null" : text; };
        metrics += (metrics.empty() ? "{" : ",{") + std::string("\"metric\":") + json_text(m.name) +
                   ",\"epochs\":" + std::to_string(m.epochs) +
                   ",\"coverage_50\":" + number(covered(m.inside50, m.epochs)) +
                   ",\"coverage_90\":" + number(covered(m.inside90, m.epochs)) + ",\"first_outside\":";
        if (const auto& f = m.first_outside)
            metrics += "{\"epoch\":" + std::to_string(f->epoch) + ",\"day\":" + shortest(f->day) +
                       ",\"value\":" + shortest(f->value) + ",\"low\":" + shortest(f->low) +
                       ",\"high\":" + shortest(f->high) + "}";
        else
            metrics += "null";
        metrics += ",\"last\":";
        if (m.epochs > 0)
            metrics += "{\"epoch\":" + std::to_string(m.last_epoch) + ",\"day\":" + shortest(m.last_day) +
                       ",\"value\":" + shortest(m.last_value) + ",\"low\":" + shortest(m.last_band.q[0]) +
                       ",\"median\":" + shortest(m.last_band.q[2]) + ",\"high\":" + shortest(m.last_band.q[4]) + "}}";
        else
            metrics += "null}";
    }
    return "{\"chain_id\":" + json_text(seen.chain_id) + ",\"result_hash\":" + json_text(manifest.result_hash) +
           ",\"day0\":{\"epoch\":" + std::to_string(seen.zero.epoch) +
           ",\"time\":" + json_text(format_utc(seen.zero_time)) + ",\"why\":" + json_text(seen.zero.why) +
           "},\"days\":" + shortest(seen.days) + ",\"epochs\":" + std::to_string(seen.track.epochs) + ",\"metrics\":[" +
           metrics + "]}\n";
}

std::string six_digits(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", x);
    return text;
}

std::string track_text(const Seen& seen, const Scenario& s) {
    std::string out = seen.chain_id + " since epoch " + std::to_string(seen.zero.epoch) + ", " +
                      format_utc(seen.zero_time) + " (" + seen.zero.why + "), beside " + s.name + ": " +
                      std::to_string(seen.track.epochs) + " epochs compared, " + six_digits(seen.days) + " days\n\n";
    if (seen.track.epochs == 0)
        return out + "No epoch that is over lies between the prediction's first and last recorded day yet.\n";
    Table table("lrrrrrrl");
    table.row({"metric", "epochs", "in 5-95 %", "in 25-75 %", "now", "median", "5-95 %", "first outside"});
    const auto percent = [](std::uint64_t part, std::uint64_t of) {
        return of == 0 ? "" : six_digits(100 * static_cast<double>(part) / static_cast<double>(of)) + " %";
    };
    for (const auto& m : seen.track.metrics) {
        const auto& q = m.last_band.q;
        table.row({m.name, std::to_string(m.epochs), percent(m.inside90, m.epochs), percent(m.inside50, m.epochs),
                   m.epochs == 0 ? "" : six_digits(m.last_value), m.epochs == 0 ? "" : six_digits(q[2]),
                   m.epochs == 0 ? "" : six_digits(q[0]) + " to " + six_digits(q[4]),
                   m.first_outside
                       ? "epoch " + std::to_string(m.first_outside->epoch) + ", day " + six_digits(m.first_outside->day)
                       : ""});
    }
    return out + table.text() + "\nA prediction that fits has about 90 % and 50 % of its epochs in the two bands.\n";
}

}  // namespace

int run_track(const Output& out, const TrackCommand& c) {
    const auto plain = [](const std::string& text) {
        const auto n = parse_digits(text);
        return n && *n <= ~std::uint64_t{0} && (text.size() == 1 || text[0] != '0');
    };
    if (!c.from.empty() && !plain(c.from))
        return out.fail({Code::usage, "--from is \"" + c.from + "\": the number of the epoch that is day 0"});
    if (!plain(c.cell)) return out.fail({Code::usage, "--cell is \"" + c.cell + "\": the number of a cell, from 0 on"});
    const auto manifest = read_manifest(c.dir);
    if (!manifest)
        return out.fail(manifest.error(), manifest.error().code == Code::not_found
                                              ? "assay-sim run SCENARIO --out DIR makes a result"
                                              : "");
    const auto scenario = load_scenario(c.dir);
    if (!scenario) return out.fail(scenario.error(), hint_for(scenario.error()));
    const auto url = wallet::parse_url(c.node);
    if (!url) return out.fail(url.error());
    wallet::RpcClient rpc(*url);
    const auto seen = look(rpc, c, static_cast<std::uint64_t>(*parse_digits(c.cell)), *scenario, *manifest);
    if (!seen) return out.fail(seen.error(), rpc.last().hint);
    return out.done(out.json ? track_json(*seen, *manifest) : track_text(*seen, *scenario));
}

}  // namespace assay::sim::cli
