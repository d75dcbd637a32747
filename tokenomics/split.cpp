#include "tokenomics/split.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace assay::tokenomics {

namespace {

// One unit each to the `left` largest remainders, ties to the lower index.
void give_rest(std::span<Amount> parts, std::span<const u128> remainders, std::size_t left) {
    if (left == 0) return;
    std::vector<std::size_t> order(parts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    for (std::size_t i = 0; i < left; ++i) ++parts[order[i]].units;
}

// The same for few: takes the largest again and again.
void give_rest_of_few(std::span<Amount> parts, std::span<u128> remainders, std::size_t left) {
    for (; left > 0; --left) {
        std::size_t best = 0;
        for (std::size_t i = 1; i < parts.size(); ++i)
            if (remainders[i] > remainders[best]) best = i;
        ++parts[best].units;
        remainders[best] = 0;  // what is left is less than the number of remainders above zero
    }
}

}  // namespace

Status largest_remainder(Amount pool, std::span<const u128> weights, std::span<Amount> parts) {
    std::fill(parts.begin(), parts.end(), Amount{});
    u128 total = 0;
    std::size_t last = 0;  // with a weight
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (__builtin_add_overflow(total, weights[i], &total))
            return {Code::overflow, "the weights of a split pass 2^128 - 1"};
        if (weights[i] != 0) last = i;
    }
    if (total == 0) return {};
    if (weights[last] == total) {  // the only one
        parts[last] = pool;
        return {};
    }
    constexpr std::size_t kFew = 16;
    std::array<u128, kFew> few;
    std::vector<u128> many(weights.size() > kFew ? weights.size() : 0);
    const std::span<u128> remainders = many.empty() ? std::span(few).first(weights.size()) : std::span(many);
    u128 given = 0;
    const bool fits = ((pool.units | total) >> 64) == 0;  // then every product does
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (fits) {
            const Divided d = divide_short(pool.units * weights[i], static_cast<std::uint64_t>(total));
            parts[i].units = d.quotient;
            remainders[i] = d.rest;
            given += d.quotient;
            continue;
        }
        ASSAY_TRY(parts[i].units, mul_div(pool.units, weights[i], total));
        given += parts[i].units;
        // The remainder of part i is pool*w mod total. As a wrapping product it is exact modulo 2^128, and it is below
        // total, so pool*w - part*total in wrapping arithmetic is the remainder itself.
        remainders[i] = pool.units * weights[i] - parts[i].units * total;
    }
    const auto left = static_cast<std::size_t>(pool.units - given);  // fewer than there are weights
    if (many.empty())
        give_rest_of_few(parts, remainders, left);
    else
        give_rest(parts, remainders, left);
    return {};
}

Result<std::vector<Amount>> largest_remainder(Amount pool, std::span<const u128> weights) {
    std::vector<Amount> parts(weights.size());
    ASSAY_TRY_VOID(largest_remainder(pool, weights, parts));
    return parts;
}

Result<EpochSplit> split_mint(const SplitParams& s, Amount mint, Amount treasury) {
    u128 weights[] = {s.work.value, s.availability.value, s.stakers.value, s.validators.value, s.treasury.value};
    const bool full = !s.treasury_ceiling.is_zero() && treasury >= s.treasury_ceiling;
    if (full && weights[0] + weights[1] + weights[2] + weights[3] != 0) weights[4] = 0;
    std::array<Amount, 5> p;
    ASSAY_TRY_VOID(largest_remainder(mint, weights, p));
    return EpochSplit{p[0], p[1], p[2], p[3], p[4]};
}

}  // namespace assay::tokenomics
