// What genesis and every vote must satisfy beyond single ranges. Each refusal names the field, the rule and the
// numbers.
#include <set>

#include "tokenomics/stake.hpp"

namespace assay::tokenomics {
namespace {

Status bad(std::string what) {
    return {Code::bad_genesis, std::move(what)};
}
std::string n(u128 v) {
    return to_digits(v);
}

Status check_emission(const Params& p) {
    if (p.token.cap.is_zero()) return bad("token.cap is zero");
    if (p.emission.total > p.token.cap)
        return bad("emission.total of " + n(p.emission.total.units) + " passes token.cap of " + n(p.token.cap.units));
    for (std::size_t i = 1; i < p.emission.steps.size(); ++i)
        if (p.emission.steps[i].from_epoch <= p.emission.steps[i - 1].from_epoch)
            return bad("emission.steps[" + std::to_string(i) + "].from_epoch is not above the one before");
    const auto& s = p.split;
    const u128 sum =
        u128{s.work.value} + s.availability.value + s.stakers.value + s.validators.value + s.treasury.value;
    if (sum != Ppb::kOne) return bad("split: the shares sum to " + n(sum) + " ppb, they must sum to 1000000000");
    if (p.bme.payout.value > Ppb::kOne)
        return bad("bme.payout_ppb is above 1000000000: a burn would return more than it burned");
    return {};
}

Status check_classes(const Params& p) {
    if (p.classes.empty()) return bad("classes: there must be at least one device class");
    std::set<std::string> names;
    u128 total_units = 0;
    for (const ClassParams& c : p.classes) {
        const std::string at = "classes." + c.name;
        if (!names.insert(c.name).second) return bad(at + " stands twice");
        if (c.leaf_every == 0 || (c.leaf_every & (c.leaf_every - 1)) != 0)
            return bad(at + ".leaf_every of " + n(c.leaf_every) + " is no power of two");
        if (c.steps % c.leaf_every != 0)
            return bad(at + ".steps of " + n(c.steps) + " is not divisible by leaf_every of " + n(c.leaf_every));
        if (c.lanes == 0 || c.steps == 0) return bad(at + ": lanes and steps must be above zero");
        if (u128{c.lanes} * (c.steps / c.leaf_every) > u128{1} << 40) return bad(at + ": more than 2^40 leaves");
        ASSAY_TRY(Amount required, required_per_device(p.stake, c));
        ASSAY_TRY(Amount least, minimum_stake_per_device(c));
        if (required < least)
            return bad(at + ": stake per device is " + n(required.units) + ", the deterrence bound 3 x cost is " +
                       n(least.units));
        const u128 units = u128{p.work.samples} * c.leaf_every;
        if (units > p.block.max_verify_units)
            return bad(at + ": one opening takes " + n(units) + " verify units, block.max_verify_units is " +
                       n(p.block.max_verify_units));
        total_units += units;
    }
    // Room for one device of each class, twice over; how many devices a chain carries is watched when they are added.
    const u128 blocks = 2 * ((total_units + p.block.max_verify_units - 1) / p.block.max_verify_units);
    if (p.work.open_blocks < blocks)
        return bad("work.open_blocks of " + n(p.work.open_blocks) +
                   " is shorter than 2 x ceil(cost / block.max_verify_units) = " + n(blocks));
    return {};
}

Status check_windows(const Params& p) {
    const u128 window_blocks = (p.work.window_ms + p.block.time_ms - 1) / p.block.time_ms;
    const u128 challenge =
        p.work.start_span_blocks + window_blocks + p.work.challenge_delay_blocks + p.work.open_blocks + 2;
    if (challenge > 2 * u128{p.epoch.blocks})
        return bad("epoch.blocks of " + n(p.epoch.blocks) + ": start, window, challenge and opening take " +
                   n(challenge) + " blocks, at most two epochs");
    const u128 longest_ms = challenge * p.block.time_ms;
    if (p.stake.unbonding_ms <= longest_ms)
        return bad("stake.unbonding_ms of " + n(p.stake.unbonding_ms) + " is not above the longest challenge of " +
                   n(longest_ms) + " ms");
    if (p.slash.two_bad < p.slash.one_bad || p.slash.full < p.slash.two_bad || p.slash.full < p.slash.absent)
        return bad("slash: rates must ascend: one_bad_ppb <= two_bad_ppb <= full_ppb and absent_ppb <= full_ppb");
    if (p.slash.full.value == 0) return bad("slash.full_ppb is zero: faked work would cost nothing");
    if (p.price.stale_blocks < 2 * p.bme.round_blocks)
        return bad("price.stale_blocks of " + n(p.price.stale_blocks) +
                   " is shorter than two rounds of bme.round_blocks = " + n(p.bme.round_blocks));
    return {};
}

}  // namespace

Status validate(const Params& p) {
    ASSAY_TRY_VOID(check_emission(p));
    ASSAY_TRY_VOID(check_classes(p));
    return check_windows(p);
}

}  // namespace assay::tokenomics
