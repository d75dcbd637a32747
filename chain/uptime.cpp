#include "chain/uptime.hpp"

#include <algorithm>

#include "base/amount.hpp"

namespace assay::chain {

void Uptime::note(Epoch e, bool was_committed) {
    ++(was_committed ? committed : missed);
    missed_bits = missed_bits << 1 | (was_committed ? 0 : 1);
    next = e + 1;
}

void count_missed(const StateView& s, Device& d, const WorkRound& now) {
    Uptime& up = d.uptime;
    if (d.removed || up.next >= now.epoch) return;
    const auto from = s.round(up.next);
    ASSAY_CHECK(from.has_value());
    const std::uint64_t n = now.valid_before - from->valid_before;
    up.missed += n;
    up.missed_bits = n >= 128 ? ~u128{0} : up.missed_bits << n | ((u128{1} << n) - 1);
    up.next = now.epoch;
}

Uptime uptime_of(const StateView& s, Device d, const WorkRound& now) {
    count_missed(s, d, now);
    return d.uptime;
}

std::optional<Ppb> uptime_share(std::uint64_t assigned, std::uint64_t missed) {
    if (assigned == 0) return std::nullopt;
    return Ppb{static_cast<std::uint64_t>(u128{assigned - missed} * Ppb::kOne / assigned)};
}

}  // namespace assay::chain
