// One definition per parameter: its name, unit, range and meaning. Borsh, genesis and scenario JSON, the RPC's `params`
// and the documentation all read this one definition, so a name is the same everywhere.
//
//   struct EpochParams {
//       std::uint64_t blocks = 20;
//       static constexpr auto describe() {
//           return std::tuple{field("blocks", &EpochParams::blocks, "blocks", 1, 1'000'000, "length of an epoch")};
//       }
//   };
#pragma once

#include <cstdint>
#include <tuple>

#include "base/borsh.hpp"

namespace assay {

/// Bounds are inclusive and apply to integers, Ppb, Price and (as base units) Amounts; 0..0 means "any".
template <class Owner, class T>
struct Field {
    const char* name;
    T Owner::*member;
    const char* unit;
    std::uint64_t min;
    std::uint64_t max;
    const char* meaning;
    using Type = T;
};

template <class Owner, class T>
constexpr Field<Owner, T> field(const char* name, T Owner::*member, const char* unit, std::uint64_t min,
                                std::uint64_t max, const char* meaning) {
    return {name, member, unit, min, max, meaning};
}

template <class T>
concept Described = requires {
    T::describe();
};

template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;

/// Calls f(field, value) for every field in order.
template <Described T, class F>
constexpr void for_each_field(T& object, F&& f) {
    std::apply([&](const auto&... each) { (f(each, object.*(each.member)), ...); }, std::remove_const_t<T>::describe());
}

/// Calls f(first field, second field, …) once.
template <Described T, class F>
constexpr decltype(auto) with_fields(T& object, F&& f) {
    return std::apply([&](const auto&... each) -> decltype(auto) { return f(object.*(each.member)...); },
                      std::remove_const_t<T>::describe());
}

}  // namespace assay

/// Gives a described struct its Borsh encoding, in the order of describe().
#define ASSAY_DESCRIBED                                \
    using HasFields = void;                            \
    template <class F>                                 \
    constexpr decltype(auto) each_field(F&& f) {       \
        return ::assay::with_fields(*this, f);         \
    }                                                  \
    template <class F>                                 \
    constexpr decltype(auto) each_field(F&& f) const { \
        return ::assay::with_fields(*this, f);         \
    }
