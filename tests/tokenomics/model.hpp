// What the tests of the money rules share: integers without a bound (Boost.Multiprecision), so that a second way to
// compute a rule shares neither a limit nor a line of code with the first; awkward random amounts; parameters to vary.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>

#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/presets.hpp"

namespace assay::tokenomics::test {

using Big = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>, boost::multiprecision::et_off>;

constexpr u128 kMax = ~u128{0};

inline Big big(u128 v) {
    return (Big{static_cast<std::uint64_t>(v >> 64)} << 64) + static_cast<std::uint64_t>(v);
}
inline Big ten_to(unsigned n) {
    Big out = 1;
    for (unsigned i = 0; i < n; ++i) out *= 10;
    return out;
}
inline Big big(Amount a) {
    return big(a.units);
}
inline u128 small(const Big& v) {
    REQUIRE(v >= 0);
    REQUIRE(v <= big(kMax));
    return u128{static_cast<std::uint64_t>(Big{v >> 64})} << 64 |
           static_cast<std::uint64_t>(Big{v & ~std::uint64_t{0}});
}
inline Big floor_div(const Big& a, const Big& b) {
    return a / b;  // both at least zero
}
inline Big ceil_div(const Big& a, const Big& b) {
    return (a + b - 1) / b;
}

using assay::test::Random;

/// Of every size from 0 to 128 bits, with the edges 0, 1, 2^n and the largest far more often than chance gives them.
inline u128 awkward(Random& r) {
    switch (r.below(8)) {
        case 0:
            return r.below(3);
        case 1:
            return kMax - r.below(3);
        case 2:
            return u128{1} << r.below(128);
        default: {
            const u128 any = u128{r.u64()} << 64 | r.u64();
            return any >> r.below(128);
        }
    }
}
inline u128 between(Random& r, u128 low, u128 high) {
    const u128 any = u128{r.u64()} << 64 | r.u64();
    return high - low == kMax ? any : low + any % (high - low + 1);
}

/// The parameters of genesis/devnet.json: valid, with six classes.
inline Params devnet() {
    const auto text = preset_text("devnet");
    REQUIRE(text.has_value());
    const auto root = json::parse(*text, {.comments = true});
    REQUIRE(root.ok());
    const json::Value* params = root->find("params");
    REQUIRE(params != nullptr);
    auto p = params_from_json(*params, "params");
    INFO((p ? "" : p.error().message));
    REQUIRE(p.ok());
    return *p;
}

}  // namespace assay::tokenomics::test
