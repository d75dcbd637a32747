#include "tokenomics/sim/run/precision.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/json.hpp"

namespace assay::sim {
namespace {

constexpr double kZ = 1.959963984540054;

std::string trimmed(std::string s) {
    const auto begin = s.find_first_not_of(' ');
    if (begin == std::string::npos) return {};
    return s.substr(begin, s.find_last_not_of(' ') - begin + 1);
}

bool number(const std::string& text, double& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, std::chars_format::fixed);
    return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

Result<Precision> parse_precision(const std::string& text) {
    const auto usage = [&](const std::string& why) {
        return Error{Code::usage, "--precision " + json::shown(text) + ": " + why};
    };
    std::size_t at = std::string::npos, length = 0;
    for (const char* sign : {"±", "+/-", "+-"})
        if (at == std::string::npos && (at = text.find(sign)) != std::string::npos) length = std::string(sign).size();
    if (at == std::string::npos) return usage("write \"max_drawdown.p50 ± 0.01\"");
    Precision out;
    out.name = trimmed(text.substr(0, at));
    if (!number(trimmed(text.substr(at + length)), out.wanted) || !(out.wanted > 0) || !std::isfinite(out.wanted))
        return usage("behind ± stands a number above zero");
    const auto dot = out.name.rfind('.');
    const std::string name = out.name.substr(0, dot), of = dot == std::string::npos ? "mean" : out.name.substr(dot + 1);
    if (const auto i = figure_named(name)) {
        out.figure = *i;
    } else {
        std::vector<std::string> names;
        for (const FigureInfo& f : kFigures) names.emplace_back(f.name);
        const std::string near = json::nearest(name, names);
        return usage("there is no figure " + json::shown(name) + (near.empty() ? "" : ", nearest is \"" + near + "\""));
    }
    if (of == "mean") return out;
    if (of == "fail") {
        out.of = Precision::Of::fail;
        return out;
    }
    double percent = 0;
    if (of.size() < 2 || of[0] != 'p' || !number(of.substr(1), percent) || !(percent > 0 && percent < 100))
        return usage("behind the name stands .mean, .fail or a quantile such as .p50");
    out.of = Precision::Of::quantile;
    out.q = percent / 100;
    return out;
}

double half_width(const Precision& p, const Accumulators& known) {
    const FigureSummary f = known.figure(p.figure);
    if (f.count < 2) return std::numeric_limits<double>::infinity();
    switch (p.of) {
        case Precision::Of::mean:
            return kZ * f.standard_error;
        case Precision::Of::quantile:
            return kZ * known.quantile_error(p.figure, p.q) + least_width(p, known);
        case Precision::Of::fail:
            break;
    }
    if (!f.fail) return std::numeric_limits<double>::infinity();
    const Interval i = f.fail->interval();
    return (i.high - i.low) / 2;
}

double least_width(const Precision& p, const Accumulators& known) {
    if (p.of != Precision::Of::quantile) return 0;
    return known.figure(p.figure).quantile_error * std::abs(known.quantile_of(p.figure, p.q));
}

std::uint64_t next_round(std::uint64_t runs, std::uint64_t most) {
    if (runs == 0) return std::min(kFirstRound, most);
    return std::min((runs + runs / 2 + 1023) / 1024 * 1024, most);
}

}  // namespace assay::sim
