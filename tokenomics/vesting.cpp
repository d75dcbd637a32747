#include "tokenomics/vesting.hpp"

namespace assay::tokenomics {

Status check_grant(const Grant& g) {
    if (g.amount.is_zero()) return {Code::amount_zero, "amount of a grant is zero"};
    const auto out_of_order = [](const char* first, TimeMs a, const char* second, TimeMs b) -> Status {
        return {Code::field_out_of_range, std::string(first) + " is " + std::to_string(a.value) + " ms, " + second +
                                              " is " + std::to_string(b.value) +
                                              " ms: start <= cliff <= end must hold, and end at most in year 9999"};
    };
    if (g.start > g.cliff) return out_of_order("start", g.start, "cliff", g.cliff);
    if (g.cliff > g.end) return out_of_order("cliff", g.cliff, "end", g.end);
    if (g.end > kLatestGrant) return out_of_order("end", g.end, "the latest time", kLatestGrant);
    return {};
}

Amount vested(const Grant& g, TimeMs now) {
    if (now >= g.end) return g.amount;
    if (now < g.cliff || now < g.start) return {};
    // start <= now < end: the divisor is above zero and the share below one.
    const auto part = mul_div(g.amount.units, now.value - g.start.value, g.end.value - g.start.value);
    return part ? Amount{*part} : Amount{};
}

Amount least_grant(const VestingParams& p, std::uint64_t running) {
    const u128 first = p.min_grant.is_zero() ? u128{1} : p.min_grant.units;
    if (running >= 128 || first > Amount::max().units >> running) return Amount::max();
    return Amount{first << running};
}

}  // namespace assay::tokenomics
