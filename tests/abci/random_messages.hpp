// Random messages of every kind, and any message as text: both by a walk over fields.hpp.
//
//   Random random(seed);
//   const Request r = random_request(random);
//   to_json(r)             // {"check_tx":{"tx":"0a0b","type":"1"}}: numbers as text, bytes in hex, absent ones left
//   out
#pragma once

#include "base/hex.hpp"
#include "node/abci/codec.hpp"
#include "node/abci/fields.hpp"
#include "tests/support/random.hpp"

namespace assay::test {

using namespace node::abci;

template <class T>
struct OfVector : std::false_type {};
template <class T>
struct OfVector<std::vector<T>> : std::bool_constant<!std::is_same_v<T, std::uint8_t>> {};
template <class T>
struct OfOptional : std::false_type {};
template <class T>
struct OfOptional<std::optional<T>> : std::true_type {};

inline std::uint64_t random_number(Random& random) {
    switch (random.below(4)) {
        case 0:
            return 0;
        case 1:
            return random.below(300);
        case 2:
            return ~random.below(300);  // below zero, or the largest
        default:
            return random.u64() >> random.below(64);
    }
}

template <class T>
void randomize(Random& random, T& v) {
    if constexpr (std::is_same_v<T, bool>) {
        v = random.below(2) == 1;
    } else if constexpr (std::is_enum_v<T>) {
        v = static_cast<T>(random.below(6));
    } else if constexpr (std::is_integral_v<T>) {
        v = static_cast<T>(random_number(random));
    } else if constexpr (std::is_same_v<T, Bytes>) {
        v = random.bytes(random.below(3) == 0 ? 0 : random.below(random.below(20) == 0 ? 300 : 33));
    } else if constexpr (std::is_same_v<T, std::string>) {
        v.clear();
        for (auto n = random.below(random.below(20) == 0 ? 200 : 9); n > 0; --n)
            v += random.below(8) == 0 ? "é€" : std::string(1, static_cast<char>('!' + random.below(90)));
    } else if constexpr (OfOptional<T>::value) {
        v.reset();
        if (random.below(2) == 0) randomize(random, v.emplace());
    } else if constexpr (OfVector<T>::value) {
        v.clear();
        for (auto n = random.below(4); n > 0; --n) randomize(random, v.emplace_back());
    } else if constexpr (std::is_same_v<T, node::abci::PublicKey>) {
        v = {};
        v.type = static_cast<node::abci::PublicKey::Type>(random.below(3));
        if (v.type != node::abci::PublicKey::Type::none) randomize(random, v.bytes);
    } else {
        std::apply([&](const auto&... field) { (randomize(random, v.*field.member), ...); }, kFields<T>);
    }
}

template <class V, std::size_t... I>
V random_alternative(Random& random, std::index_sequence<I...>) {
    const std::size_t which = random.below(sizeof...(I));
    V out;
    ((which == I ? randomize(random, out.template emplace<I>()) : void()), ...);
    return out;
}
inline Request random_request(Random& random) {
    return random_alternative<Request>(random, std::make_index_sequence<std::variant_size_v<Request>>());
}
inline Response random_response(Random& random) {
    return random_alternative<Response>(random, std::make_index_sequence<std::variant_size_v<Response>>());
}

inline std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

template <class T>
std::string json_of(const T& v) {
    if constexpr (std::is_enum_v<T>) {
        return json_of(static_cast<std::int32_t>(v));
    } else if constexpr (std::is_integral_v<T>) {
        return "\"" + std::to_string(v) + "\"";
    } else if constexpr (std::is_same_v<T, Bytes>) {
        return "\"" + to_hex(v) + "\"";
    } else if constexpr (std::is_same_v<T, std::string>) {
        return quoted(v);
    } else if constexpr (OfVector<T>::value) {
        std::string out = "[";
        for (const auto& i : v) out += (out.size() > 1 ? "," : "") + json_of(i);
        return out + "]";
    } else if constexpr (std::is_same_v<T, node::abci::PublicKey>) {
        using Type = node::abci::PublicKey::Type;
        if (v.type == Type::none) return "{}";
        return std::string(v.type == Type::ed25519 ? "{\"ed25519\":" : "{\"secp256k1\":") + json_of(v.bytes) + "}";
    } else {
        std::string out = "{";
        [[maybe_unused]] const auto one = [&](const auto& field) {
            const auto& value = v.*field.member;
            const std::string name = std::string(out.size() > 1 ? "," : "") + "\"" + field.name + "\":";
            if constexpr (OfOptional<std::remove_cvref_t<decltype(value)>>::value) {
                if (value) out += name + json_of(*value);
            } else {
                out += name + json_of(value);
            }
        };
        std::apply([&](const auto&... field) { (one(field), ...); }, kFields<T>);
        return out + "}";
    }
}
template <class V>
std::string to_json(const V& message) {
    return std::string("{\"") + name_of(message) +
           "\":" + std::visit([](const auto& m) { return json_of(m); }, message) + "}";
}

}  // namespace assay::test
