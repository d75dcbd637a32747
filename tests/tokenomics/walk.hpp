// Every single parameter by its path, so that a test misses none: also those that later issues add.
#pragma once

#include <type_traits>

#include "tests/tokenomics/model.hpp"

namespace assay::tokenomics::test {

template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};

/// f(path, field, member) for every member that is no struct and no list.
template <class T, class F>
void each_leaf(T& object, F&& f, const std::string& prefix = "") {
    for_each_field(object, [&](const auto& field, auto& member) {
        using M = std::remove_cvref_t<decltype(member)>;
        const std::string path = prefix + field.name;
        if constexpr (Described<M>) {
            each_leaf(member, f, path + ".");
        } else if constexpr (IsList<M>::value) {
            for (std::size_t i = 0; i < member.size(); ++i)
                each_leaf(member[i], f, path + "[" + std::to_string(i) + "].");
        } else {
            f(path, field, member);
        }
    });
}

/// The values next to a range, outside it; none where anything goes.
template <class F>
std::vector<u128> outside(const F& field) {
    std::vector<u128> out;
    if (field.min == 0 && field.max == 0) return out;
    if (field.min > 0) out.push_back(field.min - 1);
    if (field.max < ~std::uint64_t{0}) out.push_back(u128{field.max} + 1);
    return out;
}

/// Sets the member at `path`; false where its type cannot take the value. A text gets that many letters.
inline bool set_leaf(Params& p, const std::string& path, u128 value) {
    bool done = false;
    each_leaf(p, [&](const std::string& at, const auto&, auto& member) {
        using M = std::remove_cvref_t<decltype(member)>;
        if (at != path) return;
        if constexpr (std::is_same_v<M, std::string>) {
            member = std::string(static_cast<std::size_t>(value), 'a');
        } else if constexpr (std::is_same_v<M, Amount>) {
            member.units = value;
        } else if constexpr (std::is_same_v<M, u128>) {
            member = value;
        } else if constexpr (std::is_enum_v<M>) {
            return;
        } else if constexpr (std::is_integral_v<M>) {
            if (value > std::numeric_limits<M>::max()) return;
            member = static_cast<M>(value);
        } else {
            member.value = static_cast<std::uint64_t>(value);
        }
        done = true;
    });
    return done;
}

/// Any value that the range of the field allows, its ends often.
template <class F, class M>
void randomize(Random& r, const F& f, M& member) {
    const bool any = f.min == 0 && f.max == 0;
    const auto number = [&](u128 largest) {
        const u128 low = f.min, high = any ? largest : f.max;
        return r.below(4) == 0 ? low : r.below(3) == 0 ? high : between(r, low, high);
    };
    if constexpr (std::is_same_v<M, std::string>) {
        constexpr std::string_view kLetters = "aZ09 -_.\"\\/\n\t\x01\x7f";
        member.clear();
        for (auto n = static_cast<std::size_t>(number(40)); member.size() < n;)
            member.push_back(kLetters[r.below(kLetters.size())]);
    } else if constexpr (std::is_same_v<M, Amount>) {
        member.units = any ? awkward(r) : number(kMax);
    } else if constexpr (std::is_same_v<M, u128>) {
        member = awkward(r);
    } else if constexpr (std::is_enum_v<M>) {
        member = static_cast<M>(r.below(enum_count(M{})));
    } else if constexpr (std::is_integral_v<M>) {
        member = static_cast<M>(number(std::numeric_limits<M>::max()));
    } else {
        member.value = static_cast<std::uint64_t>(number(~std::uint64_t{0}));
    }
}

}  // namespace assay::tokenomics::test
