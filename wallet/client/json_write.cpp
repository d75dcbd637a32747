#include "wallet/client/json_write.hpp"

#include "wallet/client/rpc_client.hpp"

namespace assay::wallet {
namespace make {

json::Value null() {
    return {};
}
json::Value text(std::string_view value) {
    json::Value v;
    v.kind = json::Kind::string;
    v.text = std::string(value);
    return v;
}
json::Value number(std::uint64_t value) {
    json::Value v;
    v.kind = json::Kind::number;
    v.text = std::to_string(value);
    return v;
}
json::Value flag(bool value) {
    json::Value v;
    v.kind = json::Kind::boolean;
    v.boolean = value;
    return v;
}
json::Value amount(u128 base_units) {
    return text(to_digits(base_units));
}
json::Value array(std::vector<json::Value> items) {
    json::Value v;
    v.kind = json::Kind::array;
    v.items = std::move(items);
    return v;
}
json::Value object(std::vector<json::Member> members) {
    json::Value v;
    v.kind = json::Kind::object;
    v.members = std::move(members);
    return v;
}

}  // namespace make

void set(json::Value& object, std::string_view key, json::Value value) {
    for (auto& [name, old] : object.members)
        if (name == key) {
            old = std::move(value);
            return;
        }
    object.members.emplace_back(std::string(key), std::move(value));
}

namespace {

void write(std::string& out, const json::Value& v, unsigned indent, unsigned depth) {
    const auto line = [&](unsigned d) {
        if (indent != 0) out += "\n" + std::string(indent * d, ' ');
    };
    switch (v.kind) {
        case json::Kind::null:
            out += "null";
            return;
        case json::Kind::boolean:
            out += v.boolean ? "true" : "false";
            return;
        case json::Kind::number:
            out += v.text;
            return;
        case json::Kind::string:
            out += json_quote(v.text);
            return;
        case json::Kind::array:
            out += '[';
            for (std::size_t i = 0; i < v.items.size(); ++i) {
                if (i != 0) out += ',';
                line(depth + 1);
                write(out, v.items[i], indent, depth + 1);
            }
            if (!v.items.empty()) line(depth);
            out += ']';
            return;
        case json::Kind::object:
            out += '{';
            for (std::size_t i = 0; i < v.members.size(); ++i) {
                if (i != 0) out += ',';
                line(depth + 1);
                out += json_quote(v.members[i].first) + (indent != 0 ? ": " : ":");
                write(out, v.members[i].second, indent, depth + 1);
            }
            if (!v.members.empty()) line(depth);
            out += '}';
            return;
    }
}

Result<const json::Value*> member(const json::Value& object, std::string_view key) {
    const json::Value* v = object.find(key);
    if (v == nullptr) return {Code::internal, "the node's answer has no member '" + std::string(key) + "'"};
    return v;
}

}  // namespace

std::string to_json(const json::Value& value, unsigned indent) {
    std::string out;
    write(out, value, indent, 0);
    return out;
}

Result<std::string> text_at(const json::Value& object, std::string_view key) {
    ASSAY_TRY(const json::Value* v, member(object, key));
    return json::as_string(*v, key);
}
Result<u128> digits_at(const json::Value& object, std::string_view key) {
    ASSAY_TRY(const json::Value* v, member(object, key));
    return json::as_u128(*v, key);
}
Result<std::uint64_t> number_at(const json::Value& object, std::string_view key) {
    ASSAY_TRY(const u128 wide, digits_at(object, key));
    if (wide > ~std::uint64_t{0}) return {Code::internal, "the node's '" + std::string(key) + "' passes 2^64 - 1"};
    return static_cast<std::uint64_t>(wide);
}
std::string text_or_empty(const json::Value& object, std::string_view key) {
    const json::Value* v = object.find(key);
    return v != nullptr && v->kind == json::Kind::string ? v->text : std::string();
}

}  // namespace assay::wallet
