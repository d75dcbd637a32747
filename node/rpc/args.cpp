#include "node/rpc/args.hpp"

#include <charconv>

#include "base/bech32m.hpp"
#include "base/hex.hpp"

namespace assay::node {
namespace {

constexpr std::size_t kMaxListed = 100;

Error wrong(const Param& p, std::string what) {
    return {Code::invalid_params, p.name + " " + std::move(what)};
}

Result<Address> read_address(const Param& p, const json::Value& v, std::string_view prefix) {
    if (v.kind != json::Kind::string) return wrong(p, "must be an address in a string");
    auto a = decode_address(prefix, v.text);
    if (!a) return {Code::bad_address, p.name + ": " + a.error().message};
    return a;
}

Result<Args::Value> read_value(const Param& p, const json::Value& v, std::string_view prefix) {
    using V = Args::Value;
    switch (p.type) {
        case ParamType::text:
            if (v.kind != json::Kind::string) return wrong(p, "must be a string");
            if (v.text.size() > 1024) return wrong(p, "is longer than 1024 bytes");
            return V{v.text};
        case ParamType::number: {
            std::uint64_t n = 0;
            const char* end = v.text.data() + v.text.size();
            const bool typed = v.kind == json::Kind::number;
            const auto parsed = std::from_chars(v.text.data(), end, n);
            if (!typed || parsed.ec != std::errc() || parsed.ptr != end || n > p.max)
                return wrong(p, "must be a whole number from 0 to " + std::to_string(p.max));
            return V{n};
        }
        case ParamType::flag:
            if (v.kind != json::Kind::boolean) return wrong(p, "must be true or false");
            return V{v.boolean};
        case ParamType::hash: {
            if (v.kind != json::Kind::string) return wrong(p, "must be 64 hex digits in a string");
            auto h = fixed_from_hex<Hash>(v.text);
            if (!h) return wrong(p, "must be 64 lower-case hex digits");
            return V{*h};
        }
        case ParamType::address: {
            ASSAY_TRY(Address a, read_address(p, v, prefix));
            return V{a};
        }
        case ParamType::bytes: {
            if (v.kind != json::Kind::string) return wrong(p, "must be hex in a string");
            auto b = from_hex(v.text);
            if (!b) return wrong(p, "is not lower-case hex: " + b.error().message);
            return V{*std::move(b)};
        }
        case ParamType::texts: {
            if (v.kind != json::Kind::array || v.items.size() > kMaxListed)
                return wrong(p, "must be an array of at most " + std::to_string(kMaxListed) + " strings");
            std::vector<std::string> out;
            for (const auto& item : v.items) {
                if (item.kind != json::Kind::string || item.text.size() > 128)
                    return wrong(p, "must be an array of short strings");
                out.push_back(item.text);
            }
            return V{std::move(out)};
        }
        case ParamType::addresses: {
            if (v.kind != json::Kind::array || v.items.size() > kMaxListed)
                return wrong(p, "must be an array of at most " + std::to_string(kMaxListed) + " addresses");
            std::vector<Address> out;
            for (const auto& item : v.items) {
                ASSAY_TRY(Address a, read_address(p, item, prefix));
                out.push_back(a);
            }
            return V{std::move(out)};
        }
    }
    return wrong(p, "has a type that is not known");
}

std::string listed(const std::vector<Param>& declared) {
    std::string out;
    for (const Param& p : declared) out += (out.empty() ? "" : ", ") + p.name;
    return out.empty() ? "none" : out;
}

}  // namespace

std::uint64_t Args::number_or(const std::string& name, std::uint64_t other) const {
    return has(name) ? number(name) : other;
}
std::string Args::text_or(const std::string& name, std::string other) const {
    return has(name) ? text(name) : std::move(other);
}
bool Args::flag(const std::string& name) const {
    return has(name) && std::get<bool>(values_.at(name));
}
std::vector<std::string> Args::texts(const std::string& name) const {
    return has(name) ? std::get<std::vector<std::string>>(values_.at(name)) : std::vector<std::string>{};
}
std::vector<Address> Args::addresses(const std::string& name) const {
    return has(name) ? std::get<std::vector<Address>>(values_.at(name)) : std::vector<Address>{};
}

Result<Args> read_args(const std::vector<Param>& declared, const std::optional<json::Value>& given,
                       std::string_view prefix) {
    Args out;
    const auto take = [&](const Param& p, const json::Value& v) -> Status {
        if (v.is_null() && !p.required) return {};  // null is the same as leaving it out
        ASSAY_TRY(Args::Value value, read_value(p, v, prefix));
        out.set(p.name, std::move(value));
        return {};
    };
    if (given && given->kind == json::Kind::array) {
        if (given->items.size() > declared.size())
            return {Code::invalid_params,
                    "params has " + std::to_string(given->items.size()) + " values; known are: " + listed(declared)};
        for (std::size_t i = 0; i < given->items.size(); ++i) ASSAY_TRY_VOID(take(declared[i], given->items[i]));
    } else if (given) {
        for (const auto& [key, value] : given->members) {
            const Param* found = nullptr;
            for (const Param& p : declared)
                if (p.name == key) found = &p;
            if (found == nullptr)
                return {Code::invalid_params,
                        "unknown parameter \"" + key.substr(0, 64) + "\"; known are: " + listed(declared)};
            ASSAY_TRY_VOID(take(*found, value));
        }
    }
    for (const Param& p : declared)
        if (p.required && !out.has(p.name)) return {Code::invalid_params, p.name + " is missing"};
    return out;
}

}  // namespace assay::node
