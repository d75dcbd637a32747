#include "tokenomics/sim/report/json_out.hpp"

#include "tokenomics/sim/text.hpp"

namespace assay::sim::report {

std::string json_of(const json::Value& v) {
    std::string out;
    switch (v.kind) {
        case json::Kind::null:
            return "null";
        case json::Kind::boolean:
            return v.boolean ? "true" : "false";
        case json::Kind::number:
            return v.text;
        case json::Kind::string:
            return json_text(v.text);
        case json::Kind::array:
            for (const json::Value& item : v.items) out += (out.empty() ? "" : ",") + json_of(item);
            return "[" + out + "]";
        case json::Kind::object:
            for (const auto& [name, value] : v.members)
                out += (out.empty() ? "" : ",") + json_text(name) + ":" + json_of(value);
            return "{" + out + "}";
    }
    return out;
}

std::string inside_script(const std::string& json) {
    std::string out;
    out.reserve(json.size());
    for (const char c : json) {
        if (c == '<')
            out += "\\u003c";
        else if (c == '>')
            out += "\\u003e";
        else if (c == '&')
            out += "\\u0026";
        else
            out.push_back(c);
    }
    return out;
}

std::string html_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out.push_back(c);
        }
    }
    return out;
}

}  // namespace assay::sim::report
