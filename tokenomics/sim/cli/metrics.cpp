// metrics: how concentrated a file of balances is.
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/study/holders.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
namespace {

// 0.1801 as "18.01 %".
std::string in_percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f %%", 100 * share);
    return text;
}
std::string fixed_digits(double x, int decimals) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, x);
    return text;
}

std::string holders_json(const study::HolderFile& f, const study::HolderReport& r) {
    std::string out = "{\"file\":" + json_text(f.file) + ",\"holders\":" + std::to_string(r.holders) +
                      ",\"excluded\":" + std::to_string(r.excluded) + ",\"total\":" + shortest(r.of.total);
    const std::pair<const char*, double> figures[] = {{"hhi", r.of.hhi},
                                                      {"hhi_share", r.of.hhi / 10'000},
                                                      {"gini", r.of.gini},
                                                      {"top_1", r.top1},
                                                      {"top_5", r.top5},
                                                      {"top_10", r.top10},
                                                      {"nakamoto_33", r.of.nakamoto[0]},
                                                      {"nakamoto_50", r.of.nakamoto[1]},
                                                      {"nakamoto_67", r.of.nakamoto[2]},
                                                      {"theil", r.of.theil},
                                                      {"entropy", r.of.entropy},
                                                      {"max_power", r.of.largest}};
    for (const auto& [name, value] : figures) out += "," + json_text(name) + ":" + shortest(value);
    return out + "}\n";
}

}  // namespace

int run_metrics(const Output& out, const std::string& file, const std::string& exclude) {
    const auto n = parse_digits(exclude);
    if (!n || *n > 1'000'000'000 || (exclude.size() > 1 && exclude[0] == '0'))
        return out.fail(
            {Code::usage, "--exclude is \"" + exclude + "\": how many of the largest to leave out, from 0 on"});
    const auto holders = study::read_holders(file);
    if (!holders) return out.fail(holders.error());
    const auto r = study::holder_report(*holders, static_cast<std::uint64_t>(*n));
    if (!r) return out.fail(r.error());
    if (out.json) return out.done(holders_json(*holders, *r));

    Table table("lrl");
    const auto& c = r->of;
    table.row({"holders", grouped(std::to_string(r->holders)),
               r->excluded == 0 ? "" : "without the " + std::to_string(r->excluded) + " largest"});
    table.row({"total", grouped(fixed_digits(c.total, 2)), "tokens of theirs"});
    table.row(
        {"HHI", fixed_digits(c.hhi, 2),
         "sum of squared shares in percent, 10,000 is one holder; as a share " + fixed_digits(c.hhi / 10'000, 6)});
    table.row({"Gini", fixed_digits(c.gini, 4), "0 is equal"});
    table.row({"top 1", in_percent(r->top1), "of the tokens"});
    table.row({"top 5", in_percent(r->top5), ""});
    table.row({"top 10", in_percent(r->top10), ""});
    table.row({"Nakamoto 1/3", fixed_digits(c.nakamoto[0], 0), "fewest that hold more than a third"});
    table.row({"Nakamoto 1/2", fixed_digits(c.nakamoto[1], 0), "more than half"});
    table.row({"Nakamoto 2/3", fixed_digits(c.nakamoto[2], 0), "more than two thirds"});
    table.row({"Theil", fixed_digits(c.theil, 4), "0 is equal, ln n is one of n"});
    table.row({"entropy", fixed_digits(c.entropy, 4), "bits, Shannon's"});
    return out.done(table.text());
}

}  // namespace assay::sim::cli
