// Parameters of burn and mint: who gets an epoch's mint, what a burn does and buys, and the price that it buys at.
// burn.hpp, split.hpp and price.hpp have the rules.
//
//   p.bme.mode = BurnMode::vault;
//   p.bme.vault.warn_bps = 9500;
#pragma once

#include "base/describe.hpp"

namespace assay::tokenomics {

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

/// Shares of an epoch's mint; they sum to 10^9.
struct SplitParams {
    Ppb work, availability, stakers, validators, treasury;
    Amount treasury_ceiling = {};
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
            field("treasury_ceiling", &P::treasury_ceiling, "tokens", 0, 0,
                  "while the treasury holds as much, its share goes to the others; 0: never")};
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
    WorkBound work_bound = WorkBound::burned;
    Ppb work_share{975'000'000};
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
            field(
                "work_bound", &P::work_bound, "", 0, 0,
                "burned: settlements and the work pool pay for a burn together at most work_share_ppb of it; none: the "
                "work pool is split by consumed credits, whatever was burned"),
            field("work_share_ppb", &P::work_share, "ppb", 0, Ppb::kOne, "of the tokens burned, for bound burned"),
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

}  // namespace assay::tokenomics
