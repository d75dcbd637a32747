// Parameters of the schedule of minting: one struct per kind, and which of them is in use. emission.hpp has the rules.
//
//   p.emission.kind = EmissionKind::halving;
//   p.emission.halving.first = Amount{60'000'000};
#pragma once

#include <string>
#include <vector>

#include "base/describe.hpp"

namespace assay::tokenomics {

enum class EmissionKind : std::uint8_t {
    none = 0,
    step_table = 1,
    geometric = 2,
    halving = 3,
    exp_decay = 4,
    baseline = 5,
    signed_step = 6,
    bonded_ratio = 7,
    fraction_of_supply = 8,
    mint_ratio = 9,
    policy = 10
};
constexpr std::uint8_t enum_count(EmissionKind) {
    return 11;
}
enum class HalvingBy : std::uint8_t { time = 0, issuance = 1 };
constexpr std::uint8_t enum_count(HalvingBy) {
    return 2;
}

/// From `from_epoch` on, `per_epoch` is minted each epoch until the next step begins.
struct EmissionStep {
    std::uint64_t from_epoch = 0;
    Amount per_epoch;
    static constexpr auto describe() {
        using P = EmissionStep;
        return std::tuple{field("from_epoch", &P::from_epoch, "epoch", 0, 0, "first epoch of the step"),
                          field("per_epoch", &P::per_epoch, "tokens", 0, 0, "minted in each epoch of the step")};
    }
    ASSAY_DESCRIBED
};

/// per_epoch(n) = floor(first x ratio^n): the base is fixed, nothing compounds on supply (io.net).
struct GeometricEmission {
    Amount first;
    u128 decay = 0;  ///< 1 - ratio as Q0.128
    std::uint64_t epochs = 0;
    static constexpr auto describe() {
        using P = GeometricEmission;
        return std::tuple{field("first", &P::first, "tokens", 0, 0, "minted in epoch 0"),
                          field("decay", &P::decay, "Q0.128", 0, 0,
                                "1 - ratio between epochs, a decimal fraction such as 0.0001 in files"),
                          field("epochs", &P::epochs, "epochs", 0, 0, "the schedule ends after these; 0 is never")};
    }
    ASSAY_DESCRIBED
};

/// By time: `first` a year, halved every `years` years, each year whole to the base unit whatever its epochs are.
/// By issuance: `first` a block, halved each time that half of what was left below the cap is issued (Bittensor).
struct HalvingEmission {
    HalvingBy by = HalvingBy::time;
    Amount first;
    std::uint64_t years = 2;
    std::uint64_t start_ms = 0;
    static constexpr auto describe() {
        using P = HalvingEmission;
        return std::tuple{
            field("by", &P::by, "", 0, 0, "time, or issuance"),
            field("first", &P::first, "tokens", 0, 0, "before the first halving: a year by time, a block by issuance"),
            field("years", &P::years, "years", 1, 1000, "calendar years between halvings by time"),
            field("start_ms", &P::start_ms, "ms since 1970", 0, 0, "where the first year of time begins")};
    }
    ASSAY_DESCRIBED
};

/// per_epoch(n) = floor(first x e^(-rate n)), the exponential in Q0.128 (Gonka).
struct ExpDecayEmission {
    Amount first;
    u128 rate = 0;
    std::uint64_t epochs = 0;
    static constexpr auto describe() {
        using P = ExpDecayEmission;
        return std::tuple{field("first", &P::first, "tokens", 0, 0, "minted in epoch 0"),
                          field("rate", &P::rate, "Q0.128", 0, 0, "exponent per epoch, a decimal fraction in files"),
                          field("epochs", &P::epochs, "epochs", 0, 0, "the schedule ends after these; 0 is never")};
    }
    ASSAY_DESCRIBED
};

/// Filecoin's two schedules: one decays with time, the other with the time at which the network's power, capped at a
/// growing baseline, has come as far as that baseline.
struct BaselineEmission {
    Amount simple, baseline;
    u128 lambda = 0, growth = 0;
    std::uint64_t power = 0;
    u128 power_growth = 0;
    static constexpr auto describe() {
        using P = BaselineEmission;
        return std::tuple{
            field("simple", &P::simple, "tokens", 0, 0, "minted with time, in all"),
            field("baseline", &P::baseline, "tokens", 0, 0, "minted with effective network time, in all"),
            field("lambda", &P::lambda, "Q0.128", 0, 0, "ln 2 / epochs of a half-life"),
            field("growth", &P::growth, "Q0.128", 0, 0, "e^lambda - 1"),
            field("power", &P::power, "weight", 0, 0, "baseline of the first epoch, in weight of passed tasks"),
            field("power_growth", &P::power_growth, "Q0.128", 0, 0, "its growth per epoch, less one")};
    }
    ASSAY_DESCRIBED
};

/// The rate of an epoch rises or falls by a fixed step towards a share of bonded supply (Livepeer).
struct SignedStepEmission {
    Ppb initial, step, target, max;
    static constexpr auto describe() {
        using P = SignedStepEmission;
        constexpr std::uint64_t kOne = Ppb::kOne;
        return std::tuple{
            field("initial_ppb", &P::initial, "ppb", 0, kOne, "rate before the first epoch"),
            field("step_ppb", &P::step, "ppb", 0, kOne, "added below the target, taken away above it, in each epoch"),
            field("target_ppb", &P::target, "ppb", 0, kOne, "share of the supply that is to be bonded"),
            field("max_ppb", &P::max, "ppb", 0, kOne, "ceiling of the rate; the floor is zero")};
    }
    ASSAY_DESCRIBED
};

/// The yearly rate moves towards a goal of bonded supply, faster the farther it is (Akash; Cosmos' x/mint).
struct BondedRatioEmission {
    Ppb initial, goal, change, min, max;
    static constexpr auto describe() {
        using P = BondedRatioEmission;
        constexpr std::uint64_t kOne = Ppb::kOne;
        return std::tuple{field("initial_ppb", &P::initial, "ppb a year", 0, kOne, "rate before the first epoch"),
                          field("goal_ppb", &P::goal, "ppb", 0, kOne, "share of the supply that is to be bonded"),
                          field("change_ppb", &P::change, "ppb a year", 0, kOne,
                                "how far the rate moves in a year with nothing bonded"),
                          field("min_ppb", &P::min, "ppb a year", 0, kOne, "floor of the rate"),
                          field("max_ppb", &P::max, "ppb a year", 0, kOne, "ceiling of the rate")};
    }
    ASSAY_DESCRIBED
};

/// A share of the supply a year of 365 days, by the length of the epoch (NEAR).
struct FractionEmission {
    Ppb rate;
    static constexpr auto describe() {
        return std::tuple{
            field("rate_ppb", &FractionEmission::rate, "ppb a year", 0, Ppb::kOne, "of the supply at the epoch's end")};
    }
    ASSAY_DESCRIBED
};

/// A share of the tokens whose credits were consumed in the epoch (Pocket).
struct MintRatioEmission {
    Ppb ratio;
    static constexpr auto describe() {
        return std::tuple{field("ratio_ppb", &MintRatioEmission::ratio, "ppb", 0, Ppb::kOne,
                                "minted for each token that was burned for consumed credits")};
    }
    ASSAY_DESCRIBED
};

/// A level that follows burns (RNP-020): held while it is between low and high times the anchor, or near it;
/// else moved by a step that grows with each move in the same direction.
struct PolicyEmission {
    Amount initial, min, max, unit;
    std::uint64_t period = 12, max_streak = 10;
    Ppb low{Ppb::kOne}, high{3 * Ppb::kOne}, near{100'000'000}, step{100'000'000}, factor{Ppb::kOne};
    static constexpr auto describe() {
        using P = PolicyEmission;
        constexpr std::uint64_t kMost = 1000 * Ppb::kOne;
        return std::tuple{
            field("initial", &P::initial, "tokens", 0, 0, "minted in each epoch before the first decision"),
            field("min", &P::min, "tokens", 0, 0, "floor of the level"),
            field("max", &P::max, "tokens", 0, 0, "ceiling of the level"),
            field("unit", &P::unit, "tokens", 0, 0, "levels are rounded to multiples of this, halves upwards"),
            field("period", &P::period, "epochs", 1, 100'000, "epochs between decisions, and of the mean of burns"),
            field("max_streak", &P::max_streak, "moves", 1, 1'000, "the step grows with so many moves at most"),
            field("low_ppb", &P::low, "ppb", 0, kMost, "held from this much of the anchor"),
            field("high_ppb", &P::high, "ppb", 0, kMost, "to this much of it"),
            field("near_ppb", &P::near, "ppb", 0, Ppb::kOne, "or within this share of it"),
            field("step_ppb", &P::step, "ppb", 0, Ppb::kOne, "first move in a direction"),
            field("factor_ppb", &P::factor, "ppb", 0, kMost, "anchor = mean x growth of the mean x factor")};
    }
    ASSAY_DESCRIBED
};

struct EmissionParams {
    EmissionKind kind = EmissionKind::none;
    Amount total;  ///< clamp on cumulative scheduled mint
    std::vector<EmissionStep> steps;
    GeometricEmission geometric;
    HalvingEmission halving;
    ExpDecayEmission exp_decay;
    BaselineEmission baseline;
    SignedStepEmission signed_step;
    BondedRatioEmission bonded_ratio;
    FractionEmission fraction_of_supply;
    MintRatioEmission mint_ratio;
    PolicyEmission policy;
    static constexpr auto describe() {
        using P = EmissionParams;
        return std::tuple{field("kind", &P::kind, "", 0, 0, "which of the kinds below mints, or none"),
                          field("total", &P::total, "tokens", 0, 0, "sum of the whole schedule, at most"),
                          field("steps", &P::steps, "", 0, 1000, "for step_table, from_epoch strictly ascending"),
                          field("geometric", &P::geometric, "", 0, 0, "for geometric"),
                          field("halving", &P::halving, "", 0, 0, "for halving"),
                          field("exp_decay", &P::exp_decay, "", 0, 0, "for exp_decay"),
                          field("baseline", &P::baseline, "", 0, 0, "for baseline"),
                          field("signed_step", &P::signed_step, "", 0, 0, "for signed_step"),
                          field("bonded_ratio", &P::bonded_ratio, "", 0, 0, "for bonded_ratio"),
                          field("fraction_of_supply", &P::fraction_of_supply, "", 0, 0, "for fraction_of_supply"),
                          field("mint_ratio", &P::mint_ratio, "", 0, 0, "for mint_ratio"),
                          field("policy", &P::policy, "", 0, 0, "for policy")};
    }
    ASSAY_DESCRIBED
};

}  // namespace assay::tokenomics
