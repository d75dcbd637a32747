#include "tokenomics/sim/study/assertion.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "tokenomics/sim/model/figures.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::study {
namespace {

Error bad_assertion(const std::string& text, const std::string& why) {
    return {Code::usage, "--assert \"" + text + "\": " + why};
}

std::string trimmed(const std::string& s) {
    const auto from = s.find_first_not_of(' ');
    if (from == std::string::npos) return "";
    return s.substr(from, s.find_last_not_of(' ') - from + 1);
}

struct Comparison {
    std::string left;
    Compare op;
    double number;
};

// "LEFT OP NUMBER"; the operator is the last one, so that P(a < 1) < 2 splits where it should.
Result<Comparison> split_comparison(const std::string& text, const std::string& whole) {
    const std::size_t at = text.find_last_of("<>");
    if (at == std::string::npos) return bad_assertion(whole, "it compares nothing: <, <=, > or >= is missing");
    const bool equal = at + 1 < text.size() && text[at + 1] == '=';
    Comparison out;
    out.left = trimmed(text.substr(0, at));
    out.op = text[at] == '<' ? (equal ? Compare::less_equal : Compare::less)
                             : (equal ? Compare::greater_equal : Compare::greater);
    std::string right = trimmed(text.substr(at + (equal ? 2 : 1)));
    const bool percent = right.ends_with("%");
    if (percent) right = trimmed(right.substr(0, right.size() - 1));
    const auto end = std::from_chars(right.data(), right.data() + right.size(), out.number);
    if (right.empty() || end.ec != std::errc{} || end.ptr != right.data() + right.size() || !std::isfinite(out.number))
        return bad_assertion(whole, "\"" + right + "\" is no number");
    if (percent) out.number /= 100;
    return out;
}

bool compares(double x, Compare op, double bound) {
    switch (op) {
        case Compare::less:
            return x < bound;
        case Compare::less_equal:
            return x <= bound;
        case Compare::greater:
            return x > bound;
        case Compare::greater_equal:
            return x >= bound;
    }
    return false;
}

}  // namespace

Result<std::size_t> metric_named(const std::string& name) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        if (name == kFigures[i].name) return i;
        names.emplace_back(kFigures[i].name);
    }
    const std::string near = json::nearest(name, names);
    return {Code::not_found,
            "there is no metric \"" + name + "\"" +
                (near.empty() ? "; a run's summary.json names them all" : "; did you mean \"" + near + "\"?")};
}

std::optional<Threshold> threshold_for(std::size_t figure, const Report& report) {
    const FigureInfo& info = kFigures[figure];
    for (const Threshold& t : report.thresholds)
        if (t.metric == info.name) return t;
    if (info.fails == Fails::never) return std::nullopt;
    return Threshold{info.name, info.fails == Fails::above, info.threshold};
}

Result<Assertion> parse_assertion(const std::string& text) {
    Assertion a;
    a.text = trimmed(text);
    ASSAY_TRY(const Comparison outer, split_comparison(a.text, a.text));
    a.op = outer.op;
    a.number = outer.number;
    std::string name = outer.left;
    if (name.starts_with("P(") || name.starts_with("P (")) {
        const std::size_t open = name.find('(');
        if (!name.ends_with(")"))
            return bad_assertion(a.text, "the bracket after P is not closed before the comparison");
        std::string inner = trimmed(name.substr(open + 1, name.size() - open - 2));
        a.measure = Measure::share;
        if (inner.find_first_of("<>") != std::string::npos) {
            ASSAY_TRY(const Comparison in, split_comparison(inner, a.text));
            a.when = in.op;
            a.bound = in.number;
            inner = in.left;
        }
        name = inner;
    } else {
        const std::size_t dot = name.rfind('.');
        if (dot == std::string::npos)
            return bad_assertion(a.text,
                                 "it says no measure: write METRIC.p50, METRIC.mean, METRIC.fail or P(METRIC > x)");
        const std::string measure = name.substr(dot + 1);
        name.resize(dot);
        const auto digit = [](char c) { return c >= '0' && c <= '9'; };
        const bool written = measure.size() == 3 && measure[0] == 'p' && digit(measure[1]) && digit(measure[2]);
        const int percent = written ? 10 * (measure[1] - '0') + (measure[2] - '0') : 0;
        if (measure == "mean") {
            a.measure = Measure::mean;
        } else if (measure == "fail") {
            a.measure = Measure::share;
        } else if (percent >= 1) {
            a.measure = Measure::quantile;
            a.q = percent / 100.0;
        } else {
            return bad_assertion(a.text, "\"" + measure + "\" is no measure: p01 to p99, mean, fail");
        }
    }
    auto figure = metric_named(name);
    if (!figure) return {figure.error().code, "--assert \"" + a.text + "\": " + figure.error().message};
    a.figure = *figure;
    if (a.measure == Measure::share && (a.number < 0 || a.number > 1))
        return bad_assertion(a.text, "a share of the runs lies between 0 and 1");
    return a;
}

Status settle_threshold(Assertion& a, const Report& report) {
    if (a.measure != Measure::share || a.when) return {};
    const auto t = threshold_for(a.figure, report);
    if (!t)
        return bad_assertion(a.text, std::string(kFigures[a.figure].name) + " has no threshold: write P(" +
                                         kFigures[a.figure].name + " > x), or give it one in report.thresholds");
    a.when = t->above ? Compare::greater : Compare::less;
    a.bound = t->value;
    return {};
}

Judgement judge(const Assertion& a, std::span<const double> values) {
    Judgement out;
    std::vector<double> there;
    for (const double v : values)
        if (!std::isnan(v)) there.push_back(v);
    out.counted = there.size();
    if (a.measure == Measure::share) {
        double hits = 0;
        for (const double v : there) hits += a.when && compares(v, *a.when, a.bound) ? 1 : 0;
        out.estimate = proportion(hits, values.size());
    } else if (there.empty()) {
        out.estimate = {std::nan(""), std::nan(""), std::nan("")};
    } else if (a.measure == Measure::mean) {
        out.estimate = mean_interval(there);
    } else {
        std::sort(there.begin(), there.end());
        out.estimate = quantile_interval(there, a.q);
    }
    const Estimate& e = out.estimate;
    if (std::isnan(e.value)) return out;
    const bool low = compares(e.low, a.op, a.number), high = compares(e.high, a.op, a.number);
    if (std::isnan(e.low)) return out;  // one value: nothing says how sure it is
    if (low == high) {
        out.verdict = low ? Verdict::holds : Verdict::fails;
        return out;
    }
    // Half of the interval on the side of the bound has to shrink below the distance to it.
    const double distance = std::fabs(e.value - a.number);
    const double half = a.number > e.value ? e.high - e.value : e.value - e.low;
    if (!(distance > 0) || !std::isfinite(half)) return out;
    const double needed = static_cast<double>(values.size()) * (half / distance) * (half / distance);
    if (needed > 1e12) return out;
    const double unit = std::pow(10, std::max(0.0, std::floor(std::log10(needed)) - 1));
    out.runs_needed = static_cast<std::uint64_t>(std::ceil(needed / unit + 1e-9) * unit);
    return out;
}

}  // namespace assay::sim::study
