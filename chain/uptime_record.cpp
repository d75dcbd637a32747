#include <algorithm>

#include "chain/uptime_record.hpp"

namespace assay::chain {

void Uptime::note(Epoch e, bool was_committed) {
    ++(was_committed ? committed : missed);
    missed_bits = missed_bits << 1 | (was_committed ? 0 : 1);
    next = e + 1;
}

namespace {

std::optional<Ppb> share_of(std::uint64_t assigned, std::uint64_t missed) {
    if (assigned == 0) return std::nullopt;
    return Ppb{static_cast<std::uint64_t>(u128{assigned - missed} * Ppb::kOne / assigned)};
}

}  // namespace

UptimeView view_of(const Uptime& up) {
    UptimeView out{up.assigned(), up.missed, share_of(up.assigned(), up.missed), {}, {}};
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(up.assigned(), 100); ++i)
        out.recent += (up.missed_bits >> i & 1) != 0 ? 'm' : 'c';
    out.recent_share =
        share_of(out.recent.size(), static_cast<std::uint64_t>(std::count(out.recent.begin(), out.recent.end(), 'm')));
    return out;
}

}  // namespace assay::chain
