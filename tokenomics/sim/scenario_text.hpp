// Members of a scenario as text and as JSON.
//
//   value_json(f, s.market.kind) == "\"cpmm\""
#pragma once

#include <string>

#include "base/utc.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/sim/scenario_fields.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim {

inline std::string bound_text(const Threshold& t) {
    return (t.above ? "< " : "> ") + shortest(t.value);
}

// A value in words: digits, "0.8", "cpmm".
template <class F, class T>
std::string text_of(const F& f, const T& v) {
    if constexpr (std::is_same_v<T, std::string>)
        return v;
    else if constexpr (std::is_same_v<T, bool>)
        return v ? "true" : "false";
    else if constexpr (std::is_same_v<T, double>)
        return shortest(v);
    else if constexpr (std::is_same_v<T, Amount>)
        return to_digits(v.units);
    else if constexpr (std::is_same_v<T, TimeMs>)
        return format_utc(v);
    else if constexpr (std::is_enum_v<T>)
        return std::string(words_of(v)[static_cast<std::size_t>(v)]);
    else if constexpr (std::is_integral_v<T>)
        return std::to_string(v) + (f.form == Form::duration ? "ms" : "");
    else
        return std::to_string(v.value);
}

template <class T>
constexpr bool is_bare(Form form) {  // a number or a truth in JSON, not a text
    return form == Form::plain && !std::is_enum_v<T> && !std::is_same_v<T, std::string> && !std::is_same_v<T, Amount> &&
           !std::is_same_v<T, TimeMs>;
}

template <Behaviour T>
std::string object_json(const T& object);

template <class F, class T>
std::string value_json(const F& f, const T& v) {
    if constexpr (std::is_same_v<T, tokenomics::Params>) {
        return tokenomics::params_to_json(v);
    } else if constexpr (std::is_same_v<T, std::vector<Threshold>>) {
        std::string out = "{";
        for (const Threshold& t : v)
            out += (out.size() > 1 ? "," : "") + json_text(t.metric) + ":" + json_text(bound_text(t));
        return out + "}";
    } else if constexpr (Behaviour<T>) {
        return object_json(v);
    } else if constexpr (kIsVector<T>) {
        std::string out = "[";
        for (const auto& entry : v) out += (out.size() > 1 ? "," : "") + object_json(entry);
        return out + "]";
    } else {
        const std::string text = text_of(f, v);
        const bool exact = !std::is_integral_v<T> || text.size() <= 15;  // other programs round longer integers
        return is_bare<T>(f.form) && exact ? text : json_text(text);
    }
}

// Members that are not there unless told, and would not be read where they mean nothing.
template <class T, class F>
bool is_said(const T& object, const F& f) {
    if constexpr (std::is_same_v<T, Shock>)
        return shape_of(object.kind).has(f.name) && (std::string_view(f.name) != "group" || !object.group.empty());
    else
        return true;
}

template <Behaviour T>
std::string object_json(const T& object) {
    std::string out = "{";
    for_each_behaviour(object, [&](const auto& f, const auto& member) {
        if (!is_said(object, f)) return;
        out += (out.size() > 1 ? "," : "") + json_text(f.name) + ":" + value_json(f, member);
    });
    return out + "}";
}

}  // namespace assay::sim
