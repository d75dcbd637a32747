#include "tokenomics/price.hpp"

#include <algorithm>
#include <bit>

namespace assay::tokenomics {
namespace {

// Powers saturate: whatever they sum to, the same reports give the same round.
u128 plus(u128 a, u128 b) {
    return b > ~u128{0} - a ? ~u128{0} : a + b;
}

// The lower weighted median: the first price, ascending, at which half of the reporting power is reached.
Price lower_median(std::vector<PriceReport> reports, u128 reporting) {
    if (reports.size() > 1)
        std::stable_sort(reports.begin(), reports.end(),
                         [](const auto& a, const auto& b) { return a.price < b.price; });
    u128 seen = 0;
    for (const PriceReport& r : reports) {
        seen = plus(seen, r.power);
        if (seen >= reporting - reporting / 2) return r.price;
    }
    return reports.back().price;
}

std::uint64_t share_of_price(std::uint64_t price, Ppb share) {
    const u128 product = u128{price} * share.value;
    return product >> 64 < Ppb::kOne ? divide_short(product, Ppb::kOne).quotient : ~std::uint64_t{0};
}

// How far one round moves the price: at least a unit, or a price of a few units could never rise again.
std::uint64_t step_of(std::uint64_t price, Ppb max_move) {
    return max_move.value == 0 ? 0 : std::max<std::uint64_t>(share_of_price(price, max_move), 1);
}

// A step of a moving average in Q32: value += (target - value) x 2 / (N + 1), with floors of the magnitude.
u128 average(u128 value, u128 target, u128 over) {
    const u128 apart = target >= value ? target - value : value - target;
    const u128 step = apart >> 127 == 0 && over >> 64 == 0  // floor(apart x 2 / over), without passing 2^128
                          ? divide_by_word(apart * 2, static_cast<std::uint64_t>(over))
                          : apart / over * 2 + apart % over * 2 / over;
    return target >= value ? value + step : value - step;
}

// The largest number whose square is not above v. Digits double from step to step, and the last is one too large at
// most: the integer square root of CPython's math.isqrt, with its proof there.
u128 square_root(u128 v) {
    if (v == 0) return 0;
    const auto high = static_cast<std::uint64_t>(v >> 64), low = static_cast<std::uint64_t>(v);
    const int bits = high != 0 ? 127 - std::countl_zero(high) : 63 - std::countl_zero(low);  // of the highest
    const int half = bits / 2;
    u128 root = 1;
    int digits = 0;
    for (int s = std::bit_width(static_cast<unsigned>(half)) - 1; s >= 0; --s) {
        const int before = digits;
        digits = half >> s;
        root = (root << (digits - before - 1)) +
               divide_by_word(v >> (2 * half - before - digits + 1), static_cast<std::uint64_t>(root));
    }
    return root * root > v || root >> 64 != 0 ? root - 1 : root;
}

// Quorum's rules for the price itself: it follows the median, and the averages follow it.
void follow(const PriceParams& p, Price median, Height height, PriceState& s) {
    const std::uint64_t before = s.spot.value, step = step_of(before, p.max_move);
    const std::uint64_t low = before - std::min(step, before);
    const std::uint64_t high = before > ~std::uint64_t{0} - step ? ~std::uint64_t{0} : before + step;
    s.spot = Price{std::clamp(median.value, low, high)};
    const u128 over = std::max<u128>(u128{p.ema_rounds} + 1, 2);
    s.ema_q32 = average(s.ema_q32, u128{s.spot.value} << 32, over);
    // Prices stay below 2^48 by the range of `initial` and of reports; where they do not, the square stops there.
    const std::uint64_t mean = ema(s).value, spot = s.spot.value;
    const std::uint64_t apart = std::min(spot > mean ? spot - mean : mean - spot, (std::uint64_t{1} << 48) - 1);
    s.variance_q32 = average(s.variance_q32, u128{apart} * apart << 32, over);
    s.last_quorum = height;
}

void grow_old(const PriceParams& p, Height height, PriceState& s) {
    const bool too_old = height.value - std::min(s.last_quorum.value, height.value) >= p.stale_blocks;
    s.stale = too_old || std::min(s.spot, ema(s)).value < Price::kStale;  // a burn takes the lower
}

bool is_quorum(u128 reporting, u128 total_power) {
    return total_power > 0 && (reporting >= total_power || reporting >= total_power - total_power / 3);
}

}  // namespace

PriceState initial_price(const PriceParams& p) {
    return {p.initial, u128{p.initial.value} << 32, Height{0}, 0, false, 0};
}

std::uint64_t deviations(const PriceState& s, Ppb k) {
    if (k.value == 0) return 0;
    const auto product = mul_div(square_root(s.variance_q32), k.value, Ppb::kOne);  // the root has 16 fraction bits
    return product ? static_cast<std::uint64_t>(*product >> 16) : 0;                // k is at most 10: it fits
}

Price ema(const PriceState& s) {
    return Price{static_cast<std::uint64_t>(s.ema_q32 >> 32)};
}

RoundResult close_round(const PriceParams& p, const PriceState& before, const std::vector<PriceReport>& reports,
                        u128 total_power, Height height) {
    RoundResult out{before, false, std::vector<bool>(reports.size(), false)};
    ++out.state.rounds;
    u128 reporting = 0;
    for (const PriceReport& r : reports) reporting = plus(reporting, r.power);
    out.quorum = !reports.empty() && is_quorum(reporting, total_power);
    if (out.quorum) {
        const Price median = lower_median(reports, reporting);
        const std::uint64_t band = share_of_price(median.value, p.deviation);
        for (std::size_t i = 0; i < reports.size(); ++i) {
            const std::uint64_t r = reports[i].price.value;
            out.marked[i] = (r > median.value ? r - median.value : median.value - r) > band;
        }
        follow(p, median, height, out.state);
    }
    grow_old(p, height, out.state);
    return out;
}

PriceState close_round_of_one(const PriceParams& p, const PriceState& before, const PriceReport& report,
                              u128 total_power, Height height) {
    PriceState out = before;
    ++out.rounds;
    if (is_quorum(report.power, total_power)) follow(p, report.price, height, out);
    grow_old(p, height, out);
    return out;
}

}  // namespace assay::tokenomics
