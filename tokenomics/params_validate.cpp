// What genesis and every vote must satisfy: the range of each field, then what fields must be to each other. Each
// refusal names the field, the rule and the numbers.
#include <algorithm>
#include <set>
#include <type_traits>

#include "tokenomics/class_table.hpp"
#include "tokenomics/class_task.hpp"
#include "tokenomics/stake.hpp"

namespace assay::tokenomics {
namespace {

Status bad(std::string what) {
    return {Code::bad_genesis, std::move(what)};
}
std::string n(u128 v) {
    return to_digits(v);
}

// ---------------------------------------------------------------- ranges of describe()

template <Described T>
Status check_ranges(const T& object, const std::string& prefix);

Status in_range(const std::string& path, u128 value, std::uint64_t min, std::uint64_t max, const char* unit) {
    if ((min == 0 && max == 0) || (value >= min && value <= max)) return {};
    return {Code::field_out_of_range,
            path + " is " + n(value) + (*unit != 0 ? " " : "") + unit + ", allowed are " + n(min) + " to " + n(max)};
}

template <class F, class T>
Status check_field(const std::string& path, const F& f, const T& member) {
    if constexpr (Described<T>) {
        return check_ranges(member, path + ".");
    } else if constexpr (kIsVector<T>) {
        ASSAY_TRY_VOID(in_range(path, member.size(), f.min, f.max, "entries"));
        for (std::size_t i = 0; i < member.size(); ++i)
            ASSAY_TRY_VOID(check_ranges(member[i], path + "[" + std::to_string(i) + "]."));
        return {};
    } else if constexpr (std::is_same_v<T, std::string>) {
        return in_range(path, member.size(), f.min, f.max, "characters");
    } else if constexpr (std::is_enum_v<T>) {
        return in_range(path, static_cast<std::uint64_t>(member), 0, enum_count(T{}) - 1u, "");
    } else if constexpr (std::is_same_v<T, Amount>) {
        return in_range(path, member.units, f.min, f.max, "base units");
    } else if constexpr (std::is_integral_v<T> || std::is_same_v<T, u128>) {
        return in_range(path, member, f.min, f.max, f.unit);
    } else {
        return in_range(path, member.value, f.min, f.max, f.unit);
    }
}

template <Described T>
Status check_ranges(const T& object, const std::string& prefix) {
    Status status;
    for_each_field(object, [&](const auto& f, const auto& member) {
        if (status) status = check_field(prefix + f.name, f, member);
    });
    return status;
}

// ---------------------------------------------------------------- rules between fields

bool is_word(std::string_view s, std::string_view also) {
    return std::all_of(s.begin(), s.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || also.find(c) != std::string_view::npos;
    });
}

Status check_token(const TokenParams& t) {
    constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if (!is_word(t.denom, kUpper)) return bad("token.denom: only letters and digits, since \"12.5 ASY\" is an amount");
    if (!is_word(t.prefix, "")) return bad("token.prefix: only small letters and digits, since it begins addresses");
    if (t.cap.is_zero()) return bad("token.cap is zero");
    return {};
}

Status check_block(const BlockParams& b) {
    if (b.max_tx_bytes > b.max_bytes / 2)
        return bad("block.max_tx_bytes of " + n(b.max_tx_bytes) +
                   " is above half of block.max_bytes, the other half is reserved for work: " + n(b.max_bytes / 2));
    return {};
}

Status check_policy(const PolicyEmission& p) {
    const std::string at = "emission.policy.";
    if (p.min.is_zero()) return bad(at + "min is zero: a level that falls to zero stays there");
    if (p.min > p.initial || p.initial > p.max)
        return bad(at + "min of " + n(p.min.units) + ", initial of " + n(p.initial.units) + " and max of " +
                   n(p.max.units) + " must ascend");
    if (p.low > p.high) return bad(at + "low_ppb of " + n(p.low.value) + " is above high_ppb of " + n(p.high.value));
    return {};
}

Status check_kind(const Params& p) {
    const EmissionParams& e = p.emission;
    const auto needs = [](const std::string& name, u128 value) -> Status {
        return value != 0 ? Status{} : bad("emission." + name + " is zero: this kind would mint nothing");
    };
    switch (e.kind) {
        case EmissionKind::none:
            return {};
        case EmissionKind::step_table:
            return e.steps.empty() ? bad("emission.steps is empty: kind \"step_table\" needs one step at least")
                                   : Status{};
        case EmissionKind::geometric:
            return needs("geometric.first", e.geometric.first.units);
        case EmissionKind::halving:
            return needs("halving.first", e.halving.first.units);
        case EmissionKind::exp_decay:
            return needs("exp_decay.first", e.exp_decay.first.units);
        case EmissionKind::baseline: {
            ASSAY_TRY_VOID(needs("baseline.lambda", e.baseline.lambda));
            ASSAY_TRY_VOID(needs("baseline.growth", e.baseline.growth));
            ASSAY_TRY_VOID(needs("baseline.power", e.baseline.power));
            const auto sum = add(e.baseline.simple, e.baseline.baseline);
            if (!sum || *sum > e.total)
                return bad("emission.baseline: simple and baseline sum to " +
                           (sum ? n(sum->units) : "more than 2^128") + ", emission.total is " + n(e.total.units));
            return needs("baseline.simple and baseline.baseline", sum->units);
        }
        case EmissionKind::signed_step:
            if (e.signed_step.initial > e.signed_step.max)
                return bad("emission.signed_step.initial_ppb of " + n(e.signed_step.initial.value) +
                           " is above max_ppb of " + n(e.signed_step.max.value));
            return needs("signed_step.max_ppb", e.signed_step.max.value);
        case EmissionKind::bonded_ratio: {
            const BondedRatioEmission& b = e.bonded_ratio;
            if (b.goal.value == 0) return bad("emission.bonded_ratio.goal_ppb is zero: the rate could only fall");
            if (b.min > b.initial || b.initial > b.max)
                return bad("emission.bonded_ratio: min_ppb of " + n(b.min.value) + ", initial_ppb of " +
                           n(b.initial.value) + " and max_ppb of " + n(b.max.value) + " must ascend");
            return needs("bonded_ratio.max_ppb", b.max.value);
        }
        case EmissionKind::fraction_of_supply:
            return needs("fraction_of_supply.rate_ppb", e.fraction_of_supply.rate.value);
        case EmissionKind::mint_ratio: {
            // Both pay for the same burn: together they must not return more than it [F2, wash burning].
            if (p.bme.mode == BurnMode::vault)
                return bad(
                    "emission.kind is mint_ratio and bme.mode is vault: a settlement returns the burn's whole "
                    "value, and the mint would come on top of it");
            const std::uint64_t both = e.mint_ratio.ratio.value + p.bme.payout.value;
            if (both > Ppb::kOne)
                return bad("emission.mint_ratio.ratio_ppb of " + n(e.mint_ratio.ratio.value) +
                           " and bme.payout_ppb of " + n(p.bme.payout.value) + " sum to " + n(both) +
                           " ppb of a burn, at most 1000000000 may come back");
            return needs("mint_ratio.ratio_ppb", e.mint_ratio.ratio.value);
        }
        case EmissionKind::policy:
            return check_policy(e.policy);
    }
    return {};
}

Status check_bme(const BmeParams& b) {
    switch (b.mode) {
        case BurnMode::destroy:
            return {};
        case BurnMode::fee_destroy:
            // What is not destroyed must not be paid out a second time.
            if (b.fee_destroy.fee.value == 0)
                return bad("bme.fee_destroy.fee_ppb is zero: without a fee that is mode destroy");
            return {};
        case BurnMode::vault: {
            const VaultParams& v = b.vault;
            if (v.halt_bps > v.restart_bps || v.restart_bps > v.warn_bps)
                return bad("bme.vault: halt_bps of " + n(v.halt_bps) + ", restart_bps of " + n(v.restart_bps) +
                           " and warn_bps of " + n(v.warn_bps) + " must ascend");
            if (v.min_blocks > v.max_blocks)
                return bad("bme.vault.min_blocks of " + n(v.min_blocks) + " is above max_blocks of " + n(v.max_blocks));
            return {};
        }
        case BurnMode::mint_ratio:
            if (b.credits_per_token == 0)
                return bad("bme.credits_per_token is zero: in mode mint_ratio a token would buy no credits");
            return {};
    }
    return {};
}

Status check_emission(const Params& p) {
    const EmissionParams& e = p.emission;
    if (e.total > p.token.cap)
        return bad("emission.total of " + n(e.total.units) + " passes token.cap of " + n(p.token.cap.units));
    for (std::size_t i = 1; i < e.steps.size(); ++i)
        if (e.steps[i].from_epoch <= e.steps[i - 1].from_epoch)
            return bad("emission.steps[" + std::to_string(i) + "].from_epoch of " + n(e.steps[i].from_epoch) +
                       " is not above the one before, " + n(e.steps[i - 1].from_epoch));
    if (e.kind != EmissionKind::none && e.total.is_zero())
        return bad("emission.total is zero: the schedule would mint nothing, which is kind \"none\"");
    ASSAY_TRY_VOID(check_kind(p));
    const auto& s = p.split;
    const u128 sum =
        u128{s.work.value} + s.availability.value + s.stakers.value + s.validators.value + s.treasury.value;
    if (sum != Ppb::kOne) return bad("split: the shares sum to " + n(sum) + " ppb, they must sum to 1000000000");
    return {};
}

// The deterrence bound of PROTOCOL §6: 3 x C. It stands for a full rate of 20 %; a lower rate needs more at stake to
// take the same [a penalty of one unit deters nobody].
Status check_deterrence(const Params& p, const ClassParams& c, const std::string& at) {
    constexpr std::uint64_t kFullRate = 200'000'000;
    if (c.cost.is_zero()) return bad(at + ".cost is zero: a stake of 3 x cost would deter nobody");
    const auto least = deterrent_stake(p, c);
    if (!least) return bad(at + ".cost of " + n(c.cost.units) + ": no stake can cover 3 x cost at slash.full_ppb");
    if (p.stake.unit_in == StakeUnit::usd) {  // a price moves it; it is never below the bound
        const std::uint64_t multiplier = std::max(p.stake.floor, c.multiplier).value;
        if (!mul_div_ceil(p.stake.unit_usd, multiplier, Ppb::kOne))
            return bad(at + ": stake.unit_usd of " + n(p.stake.unit_usd) +
                       " times the multiplier passes 2^128 - 1 micro-USD");
        return {};
    }
    const auto required = required_per_device(p.stake, c);
    if (!required)
        return bad(at + ": stake.unit of " + n(p.stake.unit.units) +
                   " times the multiplier passes 2^128 - 1 base units");
    if (*required < *least)
        return bad(at + ": stake per device is " + n(required->units) + ", the deterrence bound 3 x cost" +
                   (p.slash.full.value < kFullRate ? " x 200000000 / slash.full_ppb of " + n(p.slash.full.value)
                                                   : std::string()) +
                   " is " + n(least->units));
    return {};
}

Status check_stake(const StakeParams& s) {
    if (s.unit_in == StakeUnit::usd && s.unit_usd == 0)
        return bad(
            "stake.unit_usd is zero: stake.unit_in is usd, so nothing would be required but the deterrence bound");
    return {};
}

Status check_slash(const Params& p) {
    const SlashParams& s = p.slash;
    if (s.two_bad < s.one_bad || s.full < s.two_bad || s.full < s.absent)
        return bad("slash: rates must ascend: one_bad_ppb " + n(s.one_bad.value) + " <= two_bad_ppb " +
                   n(s.two_bad.value) + " <= full_ppb " + n(s.full.value) + ", and absent_ppb " + n(s.absent.value) +
                   " <= full_ppb");
    if (s.full.value == 0) return bad("slash.full_ppb is zero: faked work would cost nothing");
    if (s.absent.value == 0) return bad("slash.absent_ppb is zero: withholding would be cheaper than failing");
    // Every task in memory absent, and this one: the rate has doubled memory_tasks times.
    if (s.memory_tasks < 64 && u128{s.absent.value} << s.memory_tasks < s.full.value)
        return bad("slash.memory_tasks of " + n(s.memory_tasks) + ": absent_ppb " + n(s.absent.value) +
                   " doubled so often never reaches full_ppb " + n(s.full.value) +
                   ", so withholding stays cheaper than failing");
    if (s.hold_ms != 0 && p.stake.delegation == DelegationMode::open)
        return bad("slash.hold_ms of " + n(s.hold_ms) +
                   ": with stake.delegation open a slash takes delegators' stake too, and who holds its shares when an "
                   "appeal is granted need not be whom it was taken from; one of the two");
    return {};
}

Status check_classes(const Params& p) {
    std::set<std::string> names;
    u128 total_units = 0;
    for (const ClassParams& c : p.classes) {
        const std::string at = "classes." + c.name;
        if (!is_word(c.name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_."))
            return bad("classes: name \"" + c.name + "\": only letters, digits and - _ . can be typed as a class");
        if (!names.insert(c.name).second) return bad(at + " stands twice");
        ASSAY_TRY_VOID(check_task(c));
        ASSAY_TRY_VOID(check_deterrence(p, c, at));
        const OpeningSize one = opening_size(c, p.work.samples);
        if (one.units > p.block.max_verify_units)
            return bad(at + ": one opening takes " + n(one.units) + " verify units, block.max_verify_units is " +
                       n(p.block.max_verify_units));
        if (one.bytes > p.block.max_tx_bytes)
            return bad(at + ": one opening takes up to " + n(one.bytes) + " bytes, block.max_tx_bytes is " +
                       n(p.block.max_tx_bytes));
        total_units += one.units;
    }
    ASSAY_TRY_VOID(check_class_table(p));
    // Room for one device of each class, twice over. With more devices the lane fills, and a block whose lane was full
    // does not count towards the window: nobody is absent for want of room.
    const u128 blocks = 2 * ((total_units + p.block.max_verify_units - 1) / p.block.max_verify_units);
    if (p.work.open_blocks < blocks)
        return bad("work.open_blocks of " + n(p.work.open_blocks) +
                   " is shorter than 2 x ceil(cost of one opening per class / block.max_verify_units) = " + n(blocks));
    return {};
}

Status check_market(const Params& p) {
    if (p.market.dispute_blocks > 0 && p.block.max_tx_bytes < kDisputeBytes)
        return bad("market.dispute_blocks is " + n(p.market.dispute_blocks) + ", and a dispute takes up to " +
                   n(kDisputeBytes) + " bytes: block.max_tx_bytes is " + n(p.block.max_tx_bytes));
    return {};
}

Status check_windows(const Params& p) {
    const u128 window_blocks = (p.work.window_ms + p.block.time_ms - 1) / p.block.time_ms;
    // A commit is taken in its own epoch only.
    if (p.work.start_span_blocks + window_blocks > p.epoch.blocks)
        return bad("epoch.blocks of " + n(p.epoch.blocks) + " ends before the latest window: work.start_span_blocks " +
                   n(p.work.start_span_blocks) + " + work.window_ms / block.time_ms " + n(window_blocks));
    const u128 challenge =
        p.work.start_span_blocks + window_blocks + p.work.challenge_delay_blocks + p.work.open_blocks + 2;
    if (challenge > 2 * u128{p.epoch.blocks})
        return bad("epoch.blocks of " + n(p.epoch.blocks) + ": start, window, challenge and opening take " +
                   n(challenge) + " blocks, at most two epochs");
    const u128 longest_ms = challenge * p.block.time_ms;
    if (p.stake.unbonding_ms <= longest_ms)
        return bad("stake.unbonding_ms of " + n(p.stake.unbonding_ms) + " is not above the longest challenge of " +
                   n(longest_ms) + " ms");
    if (p.price.stale_blocks < 2 * p.bme.round_blocks)
        return bad("price.stale_blocks of " + n(p.price.stale_blocks) +
                   " is shorter than two rounds of bme.round_blocks = " + n(p.bme.round_blocks));
    return {};
}

}  // namespace

Status validate(const Params& p) {
    ASSAY_TRY_VOID(check_ranges(p, ""));  // first: what follows divides by fields and adds them up
    ASSAY_TRY_VOID(check_token(p.token));
    ASSAY_TRY_VOID(check_block(p.block));
    ASSAY_TRY_VOID(check_emission(p));
    ASSAY_TRY_VOID(check_bme(p.bme));
    ASSAY_TRY_VOID(check_stake(p.stake));
    ASSAY_TRY_VOID(check_slash(p));
    ASSAY_TRY_VOID(check_classes(p));
    ASSAY_TRY_VOID(check_market(p));
    return check_windows(p);
}

}  // namespace assay::tokenomics
