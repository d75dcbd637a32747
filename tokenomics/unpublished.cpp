#include "tokenomics/unpublished.hpp"

namespace assay::tokenomics {
namespace {

void collect(const json::Value& v, const std::string& path, std::vector<Unpublished>& out) {
    if (is_unpublished(v)) {
        out.push_back({path, v.members.front().second.text});
        return;
    }
    for (std::size_t i = 0; i < v.items.size(); ++i) collect(v.items[i], path + "[" + std::to_string(i) + "]", out);
    for (const auto& [name, value] : v.members)
        if (name.empty() || name.front() != '_') collect(value, path.empty() ? name : path + "." + name, out);
}

}  // namespace

bool is_unpublished(const json::Value& v) {
    return v.kind == json::Kind::object && v.members.size() == 1 && v.members.front().first == "unpublished" &&
           v.members.front().second.kind == json::Kind::string;
}

std::vector<Unpublished> unpublished(const json::Value& v, const std::string& path) {
    std::vector<Unpublished> out;
    collect(v, path, out);
    return out;
}

Status check_published(const json::Value& v, const std::string& path) {
    const auto all = unpublished(v, path);
    if (all.empty()) return {};
    std::string message =
        all.size() == 1 ? "a number is not published" : std::to_string(all.size()) + " numbers are not published";
    const char* separator = ": ";
    for (const Unpublished& u : all) {
        message += separator + u.path + " (" + u.known + ")";
        separator = "; ";
    }
    return {Code::number_unpublished, std::move(message)};
}

json::Value without_unpublished(const json::Value& v) {
    json::Value out = v;
    std::erase_if(out.members, [](const auto& m) { return is_unpublished(m.second); });
    std::erase_if(out.items, is_unpublished);
    for (auto& [name, value] : out.members) value = without_unpublished(value);
    for (auto& item : out.items) item = without_unpublished(item);
    return out;
}

}  // namespace assay::tokenomics
