#include "tokenomics/sim/study/axis.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "tokenomics/sim/model/real.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::study {
namespace {

constexpr std::uint64_t kMaxAxisSteps = 100'000;

// A finite number as people write one; "12.5%" of a "_ppb" field is 125000000.
Result<double> axis_number(const std::string& where, const std::string& path, std::string text) {
    const bool percent = path.ends_with("_ppb") && text.ends_with("%");
    if (percent) text.pop_back();
    double x = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), x);
    if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size() || !std::isfinite(x))
        return {Code::usage, where + ": \"" + text + "\" is no number"};
    return percent ? x * 1e7 : x;
}

Status check_axis(const Axis& a, const std::string& where, Code code) {
    if (!a.ranged) {
        if (a.values.empty()) return {code, where + ": the list of values is empty"};
        return {};
    }
    if (!(a.low < a.high))
        return {code, where + ": the range goes from " + shortest(a.low) + " to " + shortest(a.high) +
                          "; the first number must be the smaller"};
    if (a.logarithmic && !(a.low > 0))
        return {code, where + ": a logarithmic range begins above 0, this one at " + shortest(a.low)};
    if (a.steps == 1 || a.steps > kMaxAxisSteps)
        return {code, where + ": a range has 2 to " + std::to_string(kMaxAxisSteps) + " steps"};
    return {};
}

std::vector<std::string> split_at(const std::string& text, char separator) {
    std::vector<std::string> out;
    std::size_t from = 0;
    int depth = 0;  // "[1,2]" and "{…}" are one value
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const char c = i < text.size() ? text[i] : separator;
        if (c == '[' || c == '{') ++depth;
        if (c == ']' || c == '}') --depth;
        if (c != separator || (depth > 0 && i < text.size())) continue;
        out.push_back(text.substr(from, i - from));
        from = i + 1;
    }
    return out;
}

}  // namespace

double Axis::number_at(double unit) const {
    // The ends exactly, whatever exp and log round.
    double x = unit <= 0     ? low
               : unit >= 1   ? high
               : logarithmic ? real::exp(real::log(low) + unit * (real::log(high) - real::log(low)))
                             : low + unit * (high - low);
    x = std::clamp(x, low, high);
    if (decimals < 0) return x;
    const double scale = std::pow(10.0, decimals);
    return std::round(x * scale) / scale;
}

std::string Axis::at(double unit) const {
    const double x = number_at(unit);
    if (decimals < 0) return shortest(x);
    char text[400];
    const auto end = std::to_chars(text, text + sizeof text, x, std::chars_format::fixed, decimals);
    std::string out(text, end.ptr);
    if (decimals > 0) {
        out.erase(out.find_last_not_of('0') + 1);
        if (out.back() == '.') out.pop_back();
    }
    return out;
}

std::vector<std::string> Axis::list() const {
    if (!ranged) return values;
    std::vector<std::string> out;
    for (std::uint64_t i = 0; i < steps; ++i)
        out.push_back(at(static_cast<double>(i) / static_cast<double>(steps - 1)));
    return out;
}

Result<Axis> parse_axis(const std::string& flag, const std::string& text) {
    const std::string where = flag + " " + text;
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
        return {Code::usage, where + ": written as path=low:high, path=low:high:log or path=a,b,c"};
    Axis a;
    a.path = text.substr(0, equals);
    const std::string right = text.substr(equals + 1);
    std::vector<std::string> parts = split_at(right, ':');
    if (parts.size() == 1) {
        for (const std::string& value : split_at(right, ',')) a.values.push_back(plain_value(a.path, value));
        ASSAY_TRY_VOID(check_axis(a, where, Code::usage));
        return a;
    }
    a.ranged = true;
    if (parts.back() == "log") {
        a.logarithmic = true;
        parts.pop_back();
    }
    if (parts.size() < 2 || parts.size() > 3)
        return {Code::usage, where + ": a range is written low:high, low:high:steps, with :log behind where wanted"};
    ASSAY_TRY(a.low, axis_number(where, a.path, parts[0]));
    ASSAY_TRY(a.high, axis_number(where, a.path, parts[1]));
    if (parts.size() == 3) {
        const auto n = parse_digits(parts[2]);
        if (!n || *n < 2 || *n > kMaxAxisSteps)
            return {Code::usage,
                    where + ": steps is \"" + parts[2] + "\", allowed are 2 to " + std::to_string(kMaxAxisSteps)};
        a.steps = static_cast<std::uint64_t>(*n);
    }
    ASSAY_TRY_VOID(check_axis(a, where, Code::usage));
    return a;
}

Result<Axis> axis_from_json(const std::string& path, const json::Value& value) {
    const std::string where = "sweep.params." + path;
    Axis a;
    a.path = path;
    if (value.kind == json::Kind::array) {
        for (const json::Value& v : value.items) a.values.push_back(plain_value(path, set_text(v)));
        ASSAY_TRY_VOID(check_axis(a, where, Code::field_out_of_range));
        return a;
    }
    if (value.kind != json::Kind::object)
        return {Code::json_type, where + " must be a list of values or an object with from and to, or low and high"};
    a.ranged = true;
    ASSAY_TRY(json::Object o, json::object(value, where));
    const bool walked = value.find("from") != nullptr;
    ASSAY_TRY(const json::Value* low, o.required(walked ? "from" : "low"));
    ASSAY_TRY(const json::Value* high, o.required(walked ? "to" : "high"));
    ASSAY_TRY(a.low, json::as_double(*low, where + (walked ? ".from" : ".low")));
    ASSAY_TRY(a.high, json::as_double(*high, where + (walked ? ".to" : ".high")));
    if (walked) {
        ASSAY_TRY(a.steps, o.u64("steps", 2, kMaxAxisSteps));
    }
    if (const json::Value* log = o.optional("log")) {
        ASSAY_TRY(a.logarithmic, json::as_bool(*log, where + ".log"));
    }
    ASSAY_TRY_VOID(o.done());
    ASSAY_TRY_VOID(check_axis(a, where, Code::field_out_of_range));
    return a;
}

std::string plain_value(const std::string& path, const std::string& text) {
    if (!path.ends_with("_ppb") || !text.ends_with("%")) return text;
    const auto ppb = parse_decimal(text.substr(0, text.size() - 1), 7);
    return ppb ? to_digits(*ppb) : text;
}

std::string json_of(const json::Value& value) {
    switch (value.kind) {
        case json::Kind::null:
            return "null";
        case json::Kind::boolean:
            return value.boolean ? "true" : "false";
        case json::Kind::number:
            return value.text;
        case json::Kind::string:
            return json_text(value.text);
        case json::Kind::array: {
            std::string out = "[";
            for (std::size_t i = 0; i < value.items.size(); ++i) out += (i == 0 ? "" : ", ") + json_of(value.items[i]);
            return out + "]";
        }
        case json::Kind::object:
            break;
    }
    std::string out;
    for (const auto& [key, member] : value.members)
        if (!key.starts_with("_") && !key.starts_with("//"))
            out += (out.empty() ? "" : ", ") + json_text(key) + ": " + json_of(member);
    return "{" + out + "}";
}

std::string set_text(const json::Value& value) {
    return value.kind == json::Kind::string ? value.text : json_of(value);
}

}  // namespace assay::sim::study
