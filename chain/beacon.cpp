#include "chain/beacon.hpp"

#include "base/sha256.hpp"

namespace assay::chain {

Hash next_beacon(const Hash& before, Height height, const Hash& reveal) {
    static const TaggedHash kTag("assay/beacon");
    Bytes data;
    borsh::Writer w(data);
    w.put(before);
    w.put(height);
    w.put(reveal);
    return kTag.hash(data);
}

bool reveal_matches(const BeaconTip& tip, Height height, const Hash& reveal, std::uint64_t max_gap) {
    if (height <= tip.height) return false;
    const std::uint64_t steps = height.value - tip.height.value;
    if (steps > max_gap) return false;
    Hash at = reveal;
    for (std::uint64_t i = 0; i < steps; ++i) at = sha256(at.view());
    return at == tip.tip;
}

std::uint64_t beacon_number(std::string_view tag, const Hash& beacon, std::uint64_t salt, std::uint64_t n) {
    Bytes data;
    borsh::Writer w(data);
    w.put(beacon);
    w.put(salt);
    const Hash h = tagged_hash(tag, data);
    std::uint64_t number = 0;
    for (int i = 7; i >= 0; --i) number = number << 8 | h.bytes[static_cast<std::size_t>(i)];
    return number % n;
}

u128 total_power(const StateView& state) {
    u128 total = 0;
    state.each_validator([&](const Address&, const Validator& v) {
        total += v.power;
        return true;
    });
    return total;
}

bool holds_more_than_third(const StateView& state, const std::vector<Address>& who) {
    u128 power = 0;
    for (const Address& a : who)
        if (const auto v = state.validator(a)) power += v->power;
    return 3 * power > total_power(state);
}

}  // namespace assay::chain
