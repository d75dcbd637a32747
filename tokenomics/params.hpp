// The parameters of an economy: what genesis fixes, governance changes and a scenario varies. Names here are the names
// in genesis, in `assay params`, in scenarios and in proposals.
//
//   ASSAY_TRY(Params p, params_from_json(value));      // params_json.hpp
//   ASSAY_TRY_VOID(validate(p));                       // the very check that genesis and every vote pass
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
/// What becomes of burned tokens, and what pays for consumed credits (PROTOCOL §8).
enum class BurnMode : std::uint8_t { destroy = 0, fee_destroy = 1, vault = 2, mint_ratio = 3 };
constexpr std::uint8_t enum_count(BurnMode) {
    return 4;
}
/// What bounds a provider's part of the work pool.
enum class WorkBound : std::uint8_t { burned = 0, none = 1 };
constexpr std::uint8_t enum_count(WorkBound) {
    return 2;
}
/// Whether others may stake with a provider.
enum class DelegationMode : std::uint8_t { closed = 0, open = 1 };
constexpr std::uint8_t enum_count(DelegationMode) {
    return 2;
}
/// What a requirement is counted in: base units of the token, or micro-USD at the smoothed price.
enum class StakeUnit : std::uint8_t { tokens = 0, usd = 1 };
constexpr std::uint8_t enum_count(StakeUnit) {
    return 2;
}
/// All or nothing: no access below the requirement. Scaled: a free share, and the rest as collateral covers it.
enum class AccessMode : std::uint8_t { all_or_nothing = 0, scaled = 1 };
constexpr std::uint8_t enum_count(AccessMode) {
    return 2;
}
/// Kinds of work by the number they carry in proofs (PROTOCOL §6); named here so that a class table can be read alone.
enum class ClassWork : std::uint8_t { lanes = 0 };
constexpr std::uint8_t enum_count(ClassWork) {
    return 1;
}

struct TokenParams {
    std::string denom = "ASY";
    std::uint8_t decimals = 6;
    std::string prefix = "assay";
    Amount cap;
    static constexpr auto describe() {
        using P = TokenParams;
        return std::tuple{field("denom", &P::denom, "", 1, 12, "what a whole token is called"),
                          field("decimals", &P::decimals, "digits", 0, 24, "base units per token are 10^decimals"),
                          field("prefix", &P::prefix, "", 1, 20, "bech32m prefix of addresses"),
                          field("cap", &P::cap, "tokens", 0, 0, "supply never passes it")};
    }
    ASSAY_DESCRIBED
};

struct BlockParams {
    std::uint64_t time_ms = 1000;
    std::uint64_t max_bytes = 2 << 20;
    std::uint64_t max_tx_bytes = 128 << 10;
    std::uint64_t max_gas = 400'000'000;
    std::uint64_t max_verify_units = 12'000'000;
    Amount min_gas_price;
    static constexpr auto describe() {
        using P = BlockParams;
        return std::tuple{
            field("time_ms", &P::time_ms, "ms", 20, 600'000, "time between blocks that the solo engine aims at"),
            field("max_bytes", &P::max_bytes, "bytes", 65'536, 16 << 20, "size of a block; half is reserved for work"),
            field("max_tx_bytes", &P::max_tx_bytes, "bytes", 1'024, 1 << 20, "size of a transaction"),
            field("max_gas", &P::max_gas, "gas", 1'000'000, 1'000'000'000'000, "sum of gas limits in a block"),
            field("max_verify_units", &P::max_verify_units, "units", 65'536, 100'000'000,
                  "openings a block may carry; a unit is one SHA-256 compression"),
            field("min_gas_price", &P::min_gas_price, "base units per 1000 gas", 0, 1'000'000'000'000,
                  "fee >= ceil(gas_limit x min_gas_price / 1000)")};
    }
    ASSAY_DESCRIBED
};

struct EpochParams {
    std::uint64_t blocks = 20;
    static constexpr auto describe() {
        return std::tuple{field("blocks", &EpochParams::blocks, "blocks", 10, 1'000'000, "length of an epoch")};
    }
    ASSAY_DESCRIBED
};

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

/// Shares of an epoch's mint; they sum to 10^9.
struct SplitParams {
    Ppb work, availability, stakers, validators, treasury;
    WorkBound work_bound = WorkBound::burned;
    Ppb work_bound_ppb{975'000'000};
    static constexpr auto describe() {
        using P = SplitParams;
        constexpr std::uint64_t kOne = Ppb::kOne;
        return std::tuple{
            field("work_ppb", &P::work, "ppb", 0, kOne,
                  "split over consumed credits by what was burned for them and not yet paid"),
            field("availability_ppb", &P::availability, "ppb", 0, kOne,
                  "split by class weight over passed canonical tasks"),
            field("stakers_ppb", &P::stakers, "ppb", 0, kOne, "split by min(stake at start, at end)"),
            field("validators_ppb", &P::validators, "ppb", 0, kOne, "to validators by power, with the fees"),
            field("treasury_ppb", &P::treasury, "ppb", 0, kOne, "stays in the treasury"),
            field(
                "work_bound", &P::work_bound, "", 0, 0,
                "burned: settlements and the work pool pay for a burn together at most work_bound_ppb of it; none: the "
                "work pool is split by consumed credits, whatever was burned"),
            field("work_bound_ppb", &P::work_bound_ppb, "ppb", 0, kOne, "of the tokens burned, for bound burned")};
    }
    ASSAY_DESCRIBED
};

/// Mode fee_destroy: a share of each burn is not destroyed. Gensyn's split of what its fees bought back is the same:
/// executor first, then a share of the rest burns, and what is left is the treasury's.
struct BurnFeeParams {
    Ppb fee, executor, burn;
    static constexpr auto describe() {
        using P = BurnFeeParams;
        return std::tuple{
            field("fee_ppb", &P::fee, "ppb", 0, Ppb::kOne, "of each burn; the rest is destroyed"),
            field("executor_ppb", &P::executor, "ppb", 0, Ppb::kOne, "of the fee, to the validators' pool"),
            field("burn_ppb", &P::burn, "ppb", 0, Ppb::kOne,
                  "of what is left of the fee, destroyed too; the last "
                  "rest is the treasury's")};
    }
    ASSAY_DESCRIBED
};

/// Mode vault (AEP-76): burned tokens wait in a vault and pay for what their credits buy.
struct VaultParams {
    Ppb spread{2'500'000}, settle_spread, shortfall{10'000'000}, backoff{100'000'000};
    std::uint64_t warn_bps = 9500, halt_bps = 9000, restart_bps = 9300, step_bps = 10;
    std::uint64_t min_blocks = 10, max_blocks = 14'400;
    static constexpr auto describe() {
        using P = VaultParams;
        constexpr std::uint64_t kMost = 100'000;
        return std::tuple{
            field("spread_ppb", &P::spread, "ppb", 0, Ppb::kOne - 1, "kept back from the credits of a burn"),
            field("settle_spread_ppb", &P::settle_spread, "ppb", 0, Ppb::kOne - 1, "kept back from a settlement"),
            field("shortfall_ppb", &P::shortfall, "ppb of the supply", 0, Ppb::kOne,
                  "what an epoch may mint where the vault does not suffice, at most"),
            field("backoff_ppb", &P::backoff, "ppb", 0, Ppb::kOne,
                  "rounds stretch by this for each step_bps below warn_bps"),
            field("warn_bps", &P::warn_bps, "bps", 1, kMost, "healthy above this: value of the vault / credits"),
            field("halt_bps", &P::halt_bps, "bps", 1, kMost, "at or below this nothing burns; settling goes on"),
            field("restart_bps", &P::restart_bps, "bps", 1, kMost, "from this on burning goes on again"),
            field("step_bps", &P::step_bps, "bps", 1, 10'000, "one step of the back-off"),
            field("min_blocks", &P::min_blocks, "blocks", 1, kMost, "between rounds at warn_bps"),
            field("max_blocks", &P::max_blocks, "blocks", 1, kMost, "between rounds, at most")};
    }
    ASSAY_DESCRIBED
};

/// Burns of the past that are minted again (HIP-20): smoothed, and never more than the cap.
struct RecycleParams {
    Amount cap;
    std::uint64_t smoothing = 7;
    static constexpr auto describe() {
        using P = RecycleParams;
        return std::tuple{field("cap", &P::cap, "tokens", 0, 0, "minted again in an epoch, at most; 0 is never"),
                          field("smoothing", &P::smoothing, "epochs", 1, 100'000,
                                "N: smoothed = ((N - 1) x smoothed + burned for credits) / N")};
    }
    ASSAY_DESCRIBED
};

struct BmeParams {
    BurnMode mode = BurnMode::destroy;
    std::uint64_t round_blocks = 5;
    Ppb payout{975'000'000};
    Amount min_burn;
    std::uint64_t min_credits = 0;
    Ppb deviations;
    std::uint64_t items_per_block = 500;
    std::uint64_t attempts = 1;
    std::uint64_t credits_per_token = 0;
    BurnFeeParams fee_destroy;
    VaultParams vault;
    RecycleParams recycle;
    static constexpr auto describe() {
        using P = BmeParams;
        return std::tuple{
            field("mode", &P::mode, "", 0, 0, "what a burn does: destroy, fee_destroy, vault or mint_ratio"),
            field("round_blocks", &P::round_blocks, "blocks", 1, 600,
                  "burns and settlements execute when a price round closes"),
            field("payout_ppb", &P::payout, "ppb", 0, Ppb::kOne,
                  "a settlement pays at most this share of the tokens burned for it; in mode mint_ratio just this"),
            field("min_burn", &P::min_burn, "tokens", 0, 0, "the smallest burn"),
            field("min_credits", &P::min_credits, "micro-USD", 0, 0, "the fewest credits that a burn may buy"),
            field("deviations_ppb", &P::deviations, "ppb", 0, 10 * Ppb::kOne,
                  "k: a burn buys at min(spot, EMA - k standard deviations)"),
            field("items_per_block", &P::items_per_block, "items", 1, 10'000, "of the queue, in one block"),
            field("attempts", &P::attempts, "rounds", 1, 100,
                  "a burn that would buy too few credits is tried in so many rounds"),
            field("credits_per_token", &P::credits_per_token, "micro-USD", 0, 0,
                  "mode mint_ratio: the fixed conversion of a whole token"),
            field("fee_destroy", &P::fee_destroy, "", 0, 0, "for fee_destroy"),
            field("vault", &P::vault, "", 0, 0, "for vault"),
            field("recycle", &P::recycle, "", 0, 0, "burns that are minted again")};
    }
    ASSAY_DESCRIBED
};

struct PriceParams {
    Price initial{Price::kOneUsd};
    Ppb deviation{15'000'000};
    Ppb max_move{100'000'000};
    std::uint64_t ema_rounds = 12;
    std::uint64_t stale_blocks = 60;
    static constexpr auto describe() {
        using P = PriceParams;
        return std::tuple{
            field("initial", &P::initial, "USD x 10^-8", Price::kStale, 0xffffffffffffull, "price at genesis"),
            field("deviation_ppb", &P::deviation, "ppb", 0, Ppb::kOne, "a report further from the median is marked"),
            field("max_move_ppb", &P::max_move, "ppb", 0, Ppb::kOne, "a round moves the price by at most this"),
            field("ema_rounds", &P::ema_rounds, "rounds", 1, 100'000,
                  "averaging length N; weight of a round is 2/(N+1)"),
            field("stale_blocks", &P::stale_blocks, "blocks", 1, 1'000'000,
                  "without a quorum for so long the price is stale")};
    }
    ASSAY_DESCRIBED
};

struct StakeParams {
    Amount unit;
    Ppb floor{Ppb::kOne};
    Amount min_stake;
    Amount min_unbonding;
    std::uint64_t unbonding_ms = 21ull * 86'400'000;
    std::uint64_t max_unbondings = 8;
    DelegationMode delegation = DelegationMode::closed;
    Ppb commission_floor{50'000'000};
    AccessMode access = AccessMode::all_or_nothing;
    Ppb free_share{200'000'000};
    StakeUnit unit_in = StakeUnit::tokens;
    std::uint64_t unit_usd = 0;
    std::uint64_t grace_ms = 7ull * 86'400'000;
    static constexpr auto describe() {
        using P = StakeParams;
        return std::tuple{
            field("unit", &P::unit, "tokens", 0, 0, "required per device = unit x max(floor, class multiplier)"),
            field("floor_ppb", &P::floor, "ppb", 0, 1000 * Ppb::kOne, "least multiplier of a device"),
            field("min_stake", &P::min_stake, "tokens", 0, 0, "the smallest amount that can be staked at once"),
            field("min_unbonding", &P::min_unbonding, "tokens", 0, 0,
                  "the smallest amount that can be unstaked, unless it is all"),
            field("unbonding_ms", &P::unbonding_ms, "ms", 1'000, 400ull * 86'400'000,
                  "unstaked tokens wait so long and can be slashed"),
            field("max_unbondings", &P::max_unbondings, "entries", 1, 64,
                  "open unbondings of a holder with a provider"),
            field("delegation", &P::delegation, "", 0, 0,
                  "who may stake with a provider: closed, itself alone; open, all"),
            field("commission_floor_ppb", &P::commission_floor, "ppb", 0, Ppb::kOne,
                  "least share that a provider keeps of its delegators' rewards"),
            field("access", &P::access, "", 0, 0, "below the requirement: all_or_nothing, or scaled by what covers it"),
            field("free_share_ppb", &P::free_share, "ppb", 0, Ppb::kOne,
                  "scaled: weight without collateral; 3 x cost per device are needed all the same"),
            field("unit_in", &P::unit_in, "", 0, 0, "tokens: stake.unit counts; usd: stake.unit_usd at the EMA"),
            field("unit_usd", &P::unit_usd, "micro-USD", 0, 0, "unit where unit_in is usd"),
            field("grace_ms", &P::grace_ms, "ms", 0, 400ull * 86'400'000,
                  "who had access when a fall of the price raised the requirement keeps it so long")};
    }
    ASSAY_DESCRIBED
};

struct SlashParams {
    Ppb one_bad{20'000'000};
    Ppb two_bad{40'000'000};
    Ppb full{200'000'000};
    Ppb absent{10'000'000};
    std::uint64_t memory_tasks = 100;
    std::uint64_t jail_ms = 3'600'000;
    Ppb double_sign{50'000'000};
    static constexpr auto describe() {
        using P = SlashParams;
        return std::tuple{
            field("one_bad_ppb", &P::one_bad, "ppb", 0, Ppb::kOne,
                  "one wrong sample of k: hardware does corrupt silently"),
            field("two_bad_ppb", &P::two_bad, "ppb", 0, Ppb::kOne, "two wrong samples"),
            field("full_ppb", &P::full, "ppb", 0, Ppb::kOne, "three or more, or a repeat: the full rate, with jail"),
            field("absent_ppb", &P::absent, "ppb", 0, Ppb::kOne,
                  "first absence; doubles with each in memory, up to full"),
            field("memory_tasks", &P::memory_tasks, "tasks", 1, 128,
                  "how many of a device's last tasks count for repeats"),
            field("jail_ms", &P::jail_ms, "ms", 0, 400ull * 86'400'000, "a jailed provider may unjail after this"),
            field("double_sign_ppb", &P::double_sign, "ppb", 0, Ppb::kOne,
                  "of a validator's bond, for two signatures of one height")};
    }
    ASSAY_DESCRIBED
};

struct WorkRules {
    std::uint64_t samples = 64;
    std::uint64_t window_ms = 60'000;
    std::uint64_t start_span_blocks = 4;
    std::uint64_t challenge_delay_blocks = 2;
    std::uint64_t open_blocks = 10;
    std::uint64_t open_attempts = 3;
    static constexpr auto describe() {
        using P = WorkRules;
        return std::tuple{field("samples", &P::samples, "leaves", 1, 256, "k: distinct samples per commit"),
                          field("window_ms", &P::window_ms, "ms", 100, 86'400'000,
                                "W: a commit counts while block time <= time(h0) + W"),
                          field("start_span_blocks", &P::start_span_blocks, "blocks", 1, 10'000,
                                "h0 is drawn from so many first blocks of an epoch"),
                          field("challenge_delay_blocks", &P::challenge_delay_blocks, "blocks", 2, 100,
                                "hc is at least this after the deadline"),
                          field("open_blocks", &P::open_blocks, "blocks", 1, 10'000,
                                "O: counted blocks in which an opening is taken"),
                          field("open_attempts", &P::open_attempts, "openings", 1, 16,
                                "malformed openings of one commit that are looked at")};
    }
    ASSAY_DESCRIBED
};

struct ClassParams {
    std::string name;
    Ppb multiplier{Ppb::kOne};
    std::uint64_t weight = 0;
    Amount cost;
    std::uint64_t memory_bytes = 0;
    std::uint64_t bandwidth_bytes_s = 0;
    ClassWork work = ClassWork::lanes;
    std::uint64_t lanes = 0;
    std::uint64_t steps = 0;
    std::uint64_t leaf_every = 1024;
    static constexpr auto describe() {
        using P = ClassParams;
        return std::tuple{
            field("name", &P::name, "", 1, 32, "device class, as typed on the command line"),
            field("multiplier_ppb", &P::multiplier, "ppb", 0, 1'000'000 * Ppb::kOne,
                  "stake per device relative to the unit"),
            field("weight", &P::weight, "", 0, 1'000'000'000,
                  "share of the availability pool per passed task; 0 earns no emission"),
            field("cost", &P::cost, "tokens", 0, 0,
                  "C: what one task costs its prover; a stake covers three times that"),
            field("memory_bytes", &P::memory_bytes, "bytes", 0, 0, "memory of the device"),
            field("bandwidth_bytes_s", &P::bandwidth_bytes_s, "bytes/s", 0, 0, "memory bandwidth of the device"),
            field("work", &P::work, "", 0, 0, "kind of the canonical task: lanes"),
            field("lanes", &P::lanes, "lanes", 1, 1ull << 32, "N of the lanes task"),
            field("steps", &P::steps, "steps", 16, 1ull << 32, "S of the lanes task, divisible by leaf_every"),
            field("leaf_every", &P::leaf_every, "steps", 16, 4096, "T: one leaf per so many steps, a power of two")};
    }
    ASSAY_DESCRIBED
};

struct MarketParams {
    std::uint64_t bid_blocks = 10;
    std::uint64_t max_units = 1000;
    std::uint64_t max_bids = 100;
    std::uint64_t index_epochs = 24;
    static constexpr auto describe() {
        using P = MarketParams;
        return std::tuple{field("bid_blocks", &P::bid_blocks, "blocks", 1, 100'000, "an order takes bids for so long"),
                          field("max_units", &P::max_units, "units", 1, 1'000'000, "units of work in one order"),
                          field("max_bids", &P::max_bids, "bids", 1, 1'000, "bids per order"),
                          field("index_epochs", &P::index_epochs, "epochs", 1, 1'000,
                                "the index of prices looks back over so many, the running one included")};
    }
    ASSAY_DESCRIBED
};

struct ValidatorParams {
    std::uint64_t max = 1;
    Amount min_bond;
    std::uint64_t max_beacon_gap = 1 << 20;
    Ppb fee_burn;
    Ppb proposed{500'000'000};
    Ppb max_missed{950'000'000};
    std::uint64_t min_expected = 50;
    std::uint64_t jail_ms = 600'000;
    static constexpr auto describe() {
        using P = ValidatorParams;
        return std::tuple{
            field("max", &P::max, "validators", 1, 300, "the top ones by bond make the set"),
            field("min_bond", &P::min_bond, "tokens", 0, 0, "least self-bond"),
            field("max_beacon_gap", &P::max_beacon_gap, "heights", 1, 1 << 20, "hashes walked to check a reveal"),
            field("fee_burn_ppb", &P::fee_burn, "ppb", 0, Ppb::kOne, "of the fees, destroyed at an epoch's end"),
            field("proposed_ppb", &P::proposed, "ppb", 0, Ppb::kOne,
                  "of validators' pay, by blocks proposed in the epoch; the rest by power"),
            field("max_missed_ppb", &P::max_missed, "ppb", 0, Ppb::kOne,
                  "who misses more of the blocks expected of him is jailed"),
            field("min_expected", &P::min_expected, "blocks", 1, 1'000'000, "are expected of one before he is judged"),
            field("jail_ms", &P::jail_ms, "ms", 0, 400ull * 86'400'000, "a jailed validator may unjail after this")};
    }
    ASSAY_DESCRIBED
};

struct VestingParams {
    Amount min_grant;
    std::uint64_t max_grants = 16;
    static constexpr auto describe() {
        using P = VestingParams;
        return std::tuple{
            field("min_grant", &P::min_grant, "tokens", 0, 0,
                  "the smallest first grant of a holder; doubles with each that runs"),
            field("max_grants", &P::max_grants, "grants", 1, 64, "grants of one holder that run at once")};
    }
    ASSAY_DESCRIBED
};

/// Changes of these very parameters by vote. Weight is stake; docs/protocol.md §13 has the rules.
struct GovernanceParams {
    Amount deposit_min;
    std::uint64_t voting_ms = 7ull * 86'400'000;
    std::uint64_t timelock_ms = 2ull * 86'400'000;
    Ppb quorum{334'000'000};
    Ppb threshold{666'666'667};
    Ppb vote_cap{100'000'000};
    Ppb monetary_step{100'000'000};
    std::uint64_t window_ms = 30ull * 86'400'000;
    std::uint64_t max_open = 16;
    static constexpr auto describe() {
        using P = GovernanceParams;
        constexpr std::uint64_t kDay = 86'400'000;
        return std::tuple{
            field("deposit_min", &P::deposit_min, "tokens", 0, 0, "least deposit of a proposal"),
            field("voting_ms", &P::voting_ms, "ms", 1'000, 400 * kDay, "votes are taken for so long"),
            field("timelock_ms", &P::timelock_ms, "ms", 1'000, 400 * kDay,
                  "what was accepted is visible for so long before it takes effect"),
            field("quorum_ppb", &P::quorum, "ppb", 1, Ppb::kOne, "share of all voting stake that must have voted"),
            field("threshold_ppb", &P::threshold, "ppb", 666'666'667, Ppb::kOne,
                  "share of yes among yes and no, two thirds at least"),
            field("vote_cap_ppb", &P::vote_cap, "ppb", 1, Ppb::kOne,
                  "of all voting stake, one holder's yes or no counts at most this"),
            field("monetary_step_ppb", &P::monetary_step, "ppb", 0, 100'000'000,
                  "a monetary parameter moves by at most this share of its value in a window"),
            field("window_ms", &P::window_ms, "ms", 1'000, 400 * kDay,
                  "length of a window, which begins with the first change"),
            field("max_open", &P::max_open, "proposals", 0, 64,
                  "undecided or waiting proposals at once; 0 takes none")};
    }
    ASSAY_DESCRIBED
};

struct Params {
    TokenParams token;
    BlockParams block;
    EpochParams epoch;
    EmissionParams emission;
    SplitParams split;
    BmeParams bme;
    PriceParams price;
    StakeParams stake;
    SlashParams slash;
    WorkRules work;
    std::vector<ClassParams> classes;
    MarketParams market;
    ValidatorParams validators;
    VestingParams vesting;
    GovernanceParams governance;
    static constexpr auto describe() {
        using P = Params;
        return std::tuple{field("token", &P::token, "", 0, 0, "the token"),
                          field("block", &P::block, "", 0, 0, "limits of a block"),
                          field("epoch", &P::epoch, "", 0, 0, "epochs"),
                          field("emission", &P::emission, "", 0, 0, "the schedule of minting"),
                          field("split", &P::split, "", 0, 0, "who gets an epoch's mint"),
                          field("bme", &P::bme, "", 0, 0, "burn and mint"),
                          field("price", &P::price, "", 0, 0, "the oracle"),
                          field("stake", &P::stake, "", 0, 0, "stake for access"),
                          field("slash", &P::slash, "", 0, 0, "penalties"),
                          field("work", &P::work, "", 0, 0, "windows and sampling"),
                          field("classes", &P::classes, "", 1, 256, "device classes"),
                          field("market", &P::market, "", 0, 0, "orders and bids"),
                          field("validators", &P::validators, "", 0, 0, "the validator set"),
                          field("vesting", &P::vesting, "", 0, 0, "tokens that come free with time"),
                          field("governance", &P::governance, "", 0, 0, "changes by vote")};
    }
    ASSAY_DESCRIBED
};

/// Everything that genesis and a vote must satisfy: the ranges above, sums, orders, the deterrence bound of PROTOCOL
/// §6, unbonding longer than the longest challenge, windows and sizes that openings fit into. Total. Errors:
/// field_out_of_range, bad_genesis, naming the field, the rule and the numbers.
[[nodiscard]] Status validate(const Params& params);

/// What one opening of any class can take of a block, at most.
struct OpeningSize {
    u128 units = 0;
    u128 bytes = 0;
};
/// Of valid parameters.
[[nodiscard]] OpeningSize largest_opening(const Params& params);

}  // namespace assay::tokenomics
