#include "tokenomics/sim/schema.hpp"

#include <map>

#include "tokenomics/params_words.hpp"
#include "tokenomics/sim/scenario_read.hpp"
#include "tokenomics/sim/scenario_text.hpp"

namespace assay::sim {
namespace {

using tokenomics::Params;

template <class Words>
std::string enum_json(const Words& words) {
    std::string out;
    for (const auto w : words) out += (out.empty() ? "" : ",") + json_text(w);
    return "\"enum\":[" + out + "]";
}

// What is said of a value beside its type.
std::string about(const char* meaning, const char* unit, const std::string& standard) {
    std::string text = meaning;
    if (*unit != '\0') text += " [" + std::string(unit) + "]";
    return ",\"description\":" + json_text(text) + (standard.empty() ? "" : ",\"default\":" + standard);
}

// Comments stand beside any member.
constexpr const char* kClosed = R"json("patternProperties":{"^(_|//)":true},"additionalProperties":false)json";

std::string object_of(const std::string& properties, const std::string& more = "") {
    return "{\"type\":\"object\",\"properties\":{" + properties + "}," + kClosed + more + "}";
}

// Integers may be digits in a text, which other programs do not round.
std::string whole(const std::string& min, const std::string& max) {
    return R"("type":["integer","string"],"pattern":"^(0|[1-9][0-9]*)$","minimum":)" + (min.empty() ? "0" : min) +
           (max.empty() ? "" : ",\"maximum\":" + max);
}

// ---------------------------------------------------------------- params

using Rows = std::map<std::string, tokenomics::ParamRow>;

template <Described T>
std::string params_object(const Rows& rows, const std::string& prefix);

template <class F, class T>
std::string param_schema(const Rows& rows, const std::string& path, const F& f, const T&) {
    if constexpr (Described<T>) {
        return params_object<T>(rows, path + ".");
    } else if constexpr (kIsVector<T>) {
        return "{\"type\":\"array\",\"description\":" + json_text(f.meaning) +
               (f.max == 0 ? "" : ",\"minItems\":" + std::to_string(f.min) + ",\"maxItems\":" + std::to_string(f.max)) +
               ",\"items\":" + params_object<typename T::value_type>(rows, path + "[0].") + "}";
    } else {
        const tokenomics::ParamRow& row = rows.at(path);
        const bool any = row.min == 0 && row.max == 0;
        const std::string min = any ? "" : std::to_string(row.min), max = any ? "" : std::to_string(row.max);
        std::string type, standard = json_text(row.value);
        if constexpr (std::is_same_v<T, Amount>) {
            type = R"("$ref":"#/$defs/amount")";
        } else if constexpr (std::is_same_v<T, u128>) {
            type = R"("type":"string","pattern":"^0([.][0-9]{1,39})?$")";
        } else if constexpr (std::is_enum_v<T>) {
            type = enum_json(words_of(T{}));
        } else if constexpr (std::is_same_v<T, std::string>) {
            type = R"("type":"string")";
            if (!any) type += ",\"minLength\":" + min + ",\"maxLength\":" + max;
        } else {
            type = whole(min, max);
            if (row.value.size() <= 15) standard = row.value;
        }
        return "{\"anyOf\":[{" + type + R"(},{"$ref":"#/$defs/unpublished"}])" +
               about(row.meaning.c_str(), row.unit.c_str(), standard) + "}";
    }
}

template <Described T>
std::string params_object(const Rows& rows, const std::string& prefix) {
    std::string out;
    T object{};
    for_each_field(object, [&](const auto& f, const auto& member) {
        out += (out.empty() ? "" : ",") + json_text(f.name) + ":" + param_schema(rows, prefix + f.name, f, member);
    });
    return object_of(out);
}

std::string params_schema() {
    Params p;
    p.classes.resize(1);
    p.emission.steps.resize(1);
    Rows rows;
    for (auto& row : tokenomics::list_params(p, tokenomics::EntryNames::number)) rows.emplace(row.path, row);
    return params_object<Params>(rows, "");
}

// ---------------------------------------------------------------- behaviour

template <Behaviour T>
std::string behaviour_properties();

std::string thresholds_schema() {
    std::string out;
    for (const std::string& name : figure_names())
        out += (out.empty() ? "" : ",") + json_text(name) + R"(:{"type":"string","pattern":"^[<>] *-?[0-9]"})";
    return object_of(out);
}

// The members of each kind: what it needs, and what means nothing there.
std::string shock_rules() {
    std::string rules;
    for (std::size_t i = 0; i < kShockKinds.size(); ++i) {
        const ShockShape shape = shape_of(static_cast<ShockKind>(i));
        std::string required, properties;
        Shock shock;
        for_each_behaviour(shock, [&](const auto& f, const auto&) {
            const std::string_view name = f.name;
            if (!shape.has(name)) {
                properties += (properties.empty() ? "" : ",") + json_text(name) + ":false";
                return;
            }
            if (name == "factor")
                properties += (properties.empty() ? "" : ",") + std::string("\"factor\":{\"minimum\":") +
                              shortest(shape.least) + ",\"maximum\":" + shortest(shape.most) + "}";
            const bool may_miss = name == "at_day" || name == "kind" || name == "group";
            if (!may_miss) required += (required.empty() ? "" : ",") + json_text(name);
        });
        rules += (rules.empty() ? "" : ",") + std::string(R"({"if":{"properties":{"kind":{"const":)") +
                 json_text(kShockKinds[i]) + R"(}},"required":["kind"]},"then":{"required":[)" + required +
                 R"(],"properties":{)" + properties + "}}}";
    }
    return ",\"required\":[\"kind\"],\"allOf\":[" + rules + "]";
}

template <class F, class T>
std::string behaviour_schema(const F& f, const T& standard) {
    const bool any = f.min == 0 && f.max == 0;
    if constexpr (std::is_same_v<T, Params>) {
        return params_schema();
    } else if constexpr (std::is_same_v<T, std::vector<Threshold>>) {
        return thresholds_schema();
    } else if constexpr (Behaviour<T>) {
        return object_of(behaviour_properties<T>());
    } else if constexpr (kIsVector<T>) {
        using Entry = typename T::value_type;
        std::string more;
        if constexpr (std::is_same_v<Entry, Shock>) more = shock_rules();
        if constexpr (std::is_same_v<Entry, ProviderGroup>) more = R"(,"required":["class"])";
        if constexpr (std::is_same_v<Entry, Holding>) more = R"(,"required":["name"])";
        if constexpr (std::is_same_v<Entry, Vesting>) more = R"(,"required":["holder"])";
        return "{\"type\":\"array\",\"minItems\":" + shortest(f.min) + ",\"maxItems\":" + shortest(f.max) +
               ",\"description\":" + json_text(f.meaning) +
               ",\"items\":" + object_of(behaviour_properties<Entry>(), more) + "}";
    } else {
        std::string type, value = value_json(f, standard);
        if constexpr (std::is_same_v<T, Amount>) {
            type = R"("anyOf":[{"$ref":"#/$defs/amount"},{"$ref":"#/$defs/unpublished"}])";
        } else if constexpr (std::is_same_v<T, TimeMs>) {
            type = R"("type":"string","pattern":"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")";
            value.clear();
        } else if constexpr (std::is_same_v<T, bool>) {
            type = R"("type":"boolean")";
        } else if constexpr (std::is_enum_v<T>) {
            type = enum_json(words_of(T{}));
        } else if constexpr (std::is_same_v<T, double>) {
            type = "\"type\":\"number\"";
            if (!any) type += ",\"minimum\":" + shortest(f.min) + ",\"maximum\":" + shortest(f.max);
        } else if constexpr (std::is_same_v<T, std::string>) {
            type = std::string_view(f.name) == "value" ? R"("type":["string","number"])" : R"("type":"string")";
            if (!any) type += ",\"minLength\":" + shortest(f.min) + ",\"maxLength\":" + shortest(f.max);
            value.clear();
        } else if (f.form == Form::duration) {
            type = R"("type":"string","pattern":"^(epoch|[1-9][0-9]*(ms|s|m|h|d))$")";
        } else {
            type = whole(any ? "" : shortest(f.min), any ? "" : shortest(f.max));
        }
        return "{" + type + about(f.meaning, f.unit, value) + "}";
    }
}

template <Behaviour T>
std::string behaviour_properties() {
    std::string out;
    T standard;
    for_each_behaviour(standard, [&](const auto& f, const auto& member) {
        out += (out.empty() ? "" : ",") + json_text(f.name) + ":" + behaviour_schema(f, member);
    });
    return out;
}

}  // namespace

std::string scenario_schema() {
    const std::string sources =
        "{\"description\":\"a preset, a scenario that assay-sim list shows, or a file beside this one; of a list, one "
        "over "
        "the other\","
        R"("anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"},"minItems":1,"maxItems":8}]})";
    std::string out = R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":"A scenario of assay-sim",)";
    out += std::string(R"("type":"object",)") + kClosed + ",";
    out += R"("anyOf":[{"required":["extends"]},{"required":["over"]},{"required":["params"]}],"properties":{)";
    out += R"("$schema":{"type":"string"},"extends":)" + sources + ",\"over\":" + sources + ",";
    out += R"("sweep":{"type":"object","description":"what assay-sim sweep varies"},)";
    out += behaviour_properties<Scenario>();
    out += R"(},"$defs":{"amount":{"description":"tokens with their denomination, or digits of base units",)";
    out += R"("type":["string","integer"],"minimum":0,"pattern":"^[0-9]+([.][0-9]+)?( [^ ]+)?$"},)";
    out += R"("unpublished":{"description":"a number that the network has not published",)";
    out += R"("type":"object","properties":{"unpublished":{"type":"string"}},"required":["unpublished"]}}})";
    return out;
}

}  // namespace assay::sim
