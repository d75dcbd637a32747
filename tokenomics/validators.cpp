#include "tokenomics/validators.hpp"

#include <algorithm>

namespace assay::tokenomics {
namespace {

constexpr std::uint64_t kMost = ~std::uint64_t{0};

// Adds the parts of `pool` by weight to `parts`; returns what was given: nothing where the weights cannot be added up.
Amount give_by_weight(Amount pool, std::span<const u128> weights, std::vector<Amount>& parts,
                      std::vector<Amount>& memory) {
    memory.assign(weights.size(), Amount{});
    if (!largest_remainder(pool, weights, memory)) return {};
    Amount given;  // parts of one pool: their sums cannot overflow
    for (std::size_t i = 0; i < memory.size(); ++i) {
        parts[i].units += memory[i].units;
        given.units += memory[i].units;
    }
    return given;
}

// Of an amount, floored; never more than all of it, whatever the share.
Amount part_of(Amount a, Ppb share) {
    const auto part = share_of(a, share);
    return part ? min_of(*part, a) : a;
}

}  // namespace

ValidatorPay pay_validators(const ValidatorParams& rules, Amount pool, Amount fees, std::span<const ValidatorWork> set,
                            std::vector<Amount>& parts, std::vector<u128>& weights, std::vector<Amount>& halves) {
    ValidatorPay out;
    const Amount burned = part_of(fees, rules.fee_burn);
    if (const auto with_fees = add(pool, sub_or_zero(fees, burned))) {
        pool = *with_fees;
        out.fees_burned = burned;
    } else {
        out.fees_left = fees;
    }
    parts.assign(set.size(), Amount{});
    weights.clear();
    for (const ValidatorWork& v : set) weights.push_back(v.proposed);
    const bool any = std::any_of(set.begin(), set.end(), [](const ValidatorWork& v) { return v.proposed > 0; });
    const Amount by_blocks = any ? part_of(pool, rules.proposed) : Amount{};
    Amount given = give_by_weight(by_blocks, weights, parts, halves);
    weights.clear();
    for (const ValidatorWork& v : set) weights.push_back(v.power);
    given.units += give_by_weight(sub_or_zero(pool, by_blocks), weights, parts, halves).units;
    out.pool_left = sub_or_zero(pool, given);
    return out;
}

MissedBlocks count_blocks(MissedBlocks before, std::uint64_t blocks, u128 power, u128 total, std::uint64_t proposed) {
    const auto share = mul_div(u128{blocks} * kBlock, std::min(power, total), total);
    const u128 expected = before.expected + (share ? std::min<u128>(*share, kMost) : 0);
    const u128 made = u128{before.proposed} + proposed;
    return {static_cast<std::uint64_t>(std::min<u128>(expected, kMost)),
            static_cast<std::uint64_t>(std::min<u128>(made, kMost))};
}

bool may_judge(const ValidatorParams& rules, const MissedBlocks& m) {
    return m.expected > 0 && m.expected >= u128{rules.min_expected} * kBlock;
}

Ppb missed_share(const MissedBlocks& m) {
    const u128 proposed = u128{m.proposed} * kBlock;
    if (proposed >= m.expected) return Ppb{0};
    return Ppb{static_cast<std::uint64_t>((m.expected - proposed) * Ppb::kOne / m.expected)};
}

bool missed_too_many(const ValidatorParams& rules, const MissedBlocks& m) {
    const u128 proposed = u128{m.proposed} * kBlock;
    if (!may_judge(rules, m) || proposed >= m.expected) return false;
    return (m.expected - proposed) * Ppb::kOne > u128{rules.max_missed.value} * m.expected;
}

std::uint64_t scaled_power(Amount bond, Amount largest) {
    if (bond.is_zero() || largest.is_zero()) return 0;
    const auto scaled = mul_div(min_of(bond, largest).units, 1'000'000, largest.units);
    return scaled ? std::max<std::uint64_t>(1, static_cast<std::uint64_t>(*scaled)) : 1;
}

std::vector<std::uint64_t> move_powers(std::span<const std::uint64_t> now, std::span<const std::uint64_t> wanted) {
    std::vector<std::uint64_t> out(now.begin(), now.end());
    const std::size_t n = std::min(now.size(), wanted.size());
    u128 total = 0, moved = 0;
    bool any = false;
    for (std::size_t i = 0; i < n; ++i) {
        total += now[i];
        moved += now[i] > wanted[i] ? now[i] - wanted[i] : wanted[i] - now[i];
        any = any || wanted[i] > 0;
    }
    if (!any) return out;
    const u128 most = total / 3;
    for (std::size_t i = 0; i < n; ++i) {
        if (total == 0 || moved <= most) {
            out[i] = wanted[i];
            continue;
        }
        const bool up = wanted[i] > now[i];
        const auto step = mul_div(up ? wanted[i] - now[i] : now[i] - wanted[i], most, moved);
        const auto by = step ? static_cast<std::uint64_t>(*step) : 0;  // no more than the difference
        out[i] = up ? now[i] + by : now[i] - by;
    }
    return out;
}

}  // namespace assay::tokenomics
