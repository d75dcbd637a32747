// Halving by the calendar, and by what has been issued.
//
// By time the schedule is a function of time, S(t), and an epoch mints S(end) - S(start): however long its epochs are
// and wherever they begin, a year sums to its published number to the last unit, leap years too. Within a year S grows
// by its milliseconds, floored.
#include <algorithm>

#include "base/utc.hpp"
#include "tokenomics/emission.hpp"

namespace assay::tokenomics {
namespace {

constexpr TimeMs kYear10000{253'402'300'800'000};  // where the calendar of this program ends

u128 halved(u128 first, std::uint64_t times) {
    return times < 128 ? first >> times : 0;
}

// `blocks` blocks of first >> k, where k is how often half of what was left has been issued.
Result<Amount> by_issuance(const HalvingEmission& h, const EmissionView& view) {
    ASSAY_TRY(const Amount issued, add(view.genesis, view.cumulative_scheduled));
    u128 left = sub_or_zero(view.cap, issued).units;
    Amount mint;
    for (std::uint64_t blocks = view.blocks; blocks > 0 && left > 0;) {
        unsigned k = 0;
        while (k < 127 && left <= view.cap.units >> (k + 1)) ++k;
        const u128 each = std::min(halved(h.first.units, k), left);
        if (each == 0) break;
        // Blocks at this rate: the one after which `left` is at or below the next half mints it still.
        const u128 next = k < 127 ? view.cap.units >> (k + 1) : 0,
                   above = left - next;  // k is the largest: left > next
        const u128 until = above / each + (above % each != 0 ? 1 : 0);
        const auto count = static_cast<std::uint64_t>(std::min<u128>({until, blocks, left / each}));
        mint.units += each * count;  // at most `left`
        left -= each * count;
        blocks -= count;
    }
    return mint;
}

}  // namespace

Result<Amount> halving_until(const HalvingEmission& h, TimeMs time) {
    const TimeMs start{h.start_ms}, now = std::min(time, kYear10000);
    if (now <= start) return Amount{};
    const std::uint64_t done = whole_years(start, now);
    Amount sum;
    for (std::uint64_t k = 0; k <= done / h.years && k < 128; ++k) {
        const std::uint64_t years = std::min(h.years, done - k * h.years);
        ASSAY_TRY(const Amount part, mul_div(Amount{halved(h.first.units, k)}, years, 1));
        ASSAY_TRY(sum, add(sum, part));
    }
    const std::uint64_t from = years_later(start, done).value, to = years_later(start, done + 1).value;
    ASSAY_TRY(const Amount part, mul_div(Amount{halved(h.first.units, done / h.years)}, now.value - from, to - from));
    return add(sum, part);
}

Result<Amount> halving_mint(const HalvingEmission& h, const EmissionView& view) {
    if (h.by == HalvingBy::issuance) return by_issuance(h, view);
    ASSAY_TRY(const Amount before, halving_until(h, view.start));
    ASSAY_TRY(const Amount after, halving_until(h, view.end));
    return sub_or_zero(after, before);
}

}  // namespace assay::tokenomics
