#include "tokenomics/split.hpp"

#include <algorithm>
#include <numeric>

namespace assay::tokenomics {

Result<std::vector<Amount>> largest_remainder(Amount pool, std::span<const u128> weights) {
    std::vector<Amount> parts(weights.size());
    u128 total = 0;
    for (const u128 w : weights)
        if (__builtin_add_overflow(total, w, &total)) return {Code::overflow, "the weights of a split pass 2^128 - 1"};
    if (total == 0) return parts;
    u128 given = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        ASSAY_TRY(u128 part, mul_div(pool.units, weights[i], total));
        parts[i].units = part;
        given += part;
    }
    // The remainder of part i is pool*w mod total. As a wrapping product it is exact modulo 2^128, and it is below
    // total, so pool*w - part*total in wrapping arithmetic is the remainder itself.
    std::vector<u128> remainders(weights.size());
    for (std::size_t i = 0; i < weights.size(); ++i) remainders[i] = pool.units * weights[i] - parts[i].units * total;
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    const u128 left = pool.units - given;  // fewer than there are weights
    for (std::size_t i = 0; i < left; ++i) ++parts[order[i]].units;
    return parts;
}

Result<EpochSplit> split_mint(const SplitParams& s, Amount mint) {
    const u128 weights[] = {s.work.value, s.availability.value, s.stakers.value, s.validators.value, s.treasury.value};
    ASSAY_TRY(auto p, largest_remainder(mint, weights));
    return EpochSplit{p[0], p[1], p[2], p[3], p[4]};
}

}  // namespace assay::tokenomics
