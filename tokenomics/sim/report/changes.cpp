// What a scenario changed in its preset, member by member.
#include <map>

#include "tokenomics/sim/report/json_out.hpp"
#include "tokenomics/sim/report/result_data.hpp"

namespace assay::sim::report {
namespace {

using Flat = std::map<std::string, std::string>;

void flatten(const json::Value& v, const std::string& path, Flat& out) {
    if (v.kind == json::Kind::object && !v.members.empty()) {
        for (const auto& [name, value] : v.members) flatten(value, path.empty() ? name : path + "." + name, out);
    } else if (v.kind == json::Kind::array && !v.items.empty()) {
        for (std::size_t i = 0; i < v.items.size(); ++i) flatten(v.items[i], path + "[" + std::to_string(i) + "]", out);
    } else {
        out[path] = v.kind == json::Kind::string ? v.text : json_of(v);
    }
}

}  // namespace

std::vector<ChangedParameter> changed_parameters(const json::Value& before, const json::Value& now) {
    Flat a, b;
    flatten(before, "", a);
    flatten(now, "", b);
    std::vector<ChangedParameter> out;
    for (const auto& [path, value] : b) {
        const auto had = a.find(path);
        if (had == a.end())
            out.push_back({path, "", value});
        else if (had->second != value)
            out.push_back({path, had->second, value});
    }
    for (const auto& [path, value] : a)
        if (b.count(path) == 0) out.push_back({path, value, ""});
    return out;
}

}  // namespace assay::sim::report
