#include "tokenomics/price.hpp"

#include <algorithm>

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
    return static_cast<std::uint64_t>(std::min<u128>(u128{price} * share.value / Ppb::kOne, ~std::uint64_t{0}));
}

// How far one round moves the price: at least a unit, or a price of a few units could never rise again.
std::uint64_t step_of(std::uint64_t price, Ppb max_move) {
    return max_move.value == 0 ? 0 : std::max<std::uint64_t>(share_of_price(price, max_move), 1);
}

// A step of a moving average in Q32: value += (target - value) x 2 / (N + 1), with floors of the magnitude.
u128 average(u128 value, u128 target, u128 over) {
    const u128 apart = target >= value ? target - value : value - target;
    const u128 step = apart / over * 2 + apart % over * 2 / over;  // apart x 2 / over, without passing 2^128
    return target >= value ? value + step : value - step;
}

// The largest number whose square is not above v.
u128 square_root(u128 v) {
    u128 root = 0;
    for (unsigned bit = 64; bit-- > 0;) {
        const u128 with = root | u128{1} << bit;
        if (with * with <= v) root = with;
    }
    return root;
}

}  // namespace

PriceState initial_price(const PriceParams& p) {
    return {p.initial, u128{p.initial.value} << 32, Height{0}, 0, false, 0};
}

std::uint64_t deviations(const PriceState& s, Ppb k) {
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
    out.quorum = total_power > 0 && !reports.empty() && reporting >= total_power - total_power / 3;
    if (out.quorum) {
        const Price median = lower_median(reports, reporting);
        const std::uint64_t band = share_of_price(median.value, p.deviation);
        for (std::size_t i = 0; i < reports.size(); ++i) {
            const std::uint64_t r = reports[i].price.value;
            out.marked[i] = (r > median.value ? r - median.value : median.value - r) > band;
        }
        const std::uint64_t step = step_of(before.spot.value, p.max_move);
        const std::uint64_t low = before.spot.value - std::min(step, before.spot.value);
        const std::uint64_t high =
            before.spot.value > ~std::uint64_t{0} - step ? ~std::uint64_t{0} : before.spot.value + step;
        out.state.spot = Price{std::clamp(median.value, low, high)};
        const u128 over = std::max<u128>(u128{p.ema_rounds} + 1, 2);
        out.state.ema_q32 = average(before.ema_q32, u128{out.state.spot.value} << 32, over);
        // Prices stay below 2^48 by the range of `initial` and of reports; where they do not, the square stops there.
        const std::uint64_t mean = ema(out.state).value, spot = out.state.spot.value;
        const std::uint64_t apart = std::min(spot > mean ? spot - mean : mean - spot, (std::uint64_t{1} << 48) - 1);
        out.state.variance_q32 = average(before.variance_q32, u128{apart} * apart << 32, over);
        out.state.last_quorum = height;
    }
    const bool too_old = height.value - std::min(out.state.last_quorum.value, height.value) >= p.stale_blocks;
    out.state.stale =
        too_old || std::min(out.state.spot, ema(out.state)).value < Price::kStale;  // a burn takes the lower
    return out;
}

}  // namespace assay::tokenomics
