// The parameters of an economy: what genesis fixes, governance changes and a scenario varies. Names here are the names
// in genesis, in `assay params`, in scenarios and in proposals.
//
//   ASSAY_TRY(Params p, params_from_json(value));      // params_json.hpp
//   ASSAY_TRY_VOID(validate(p));                       // the very check that genesis and every vote pass
#pragma once

#include <string>
#include <vector>

#include "tokenomics/params_bme.hpp"
#include "tokenomics/params_emission.hpp"
#include "tokenomics/params_stake.hpp"

namespace assay::tokenomics {

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
    std::uint64_t payments_per_block = 1'000;
    static constexpr auto describe() {
        return std::tuple{field("blocks", &EpochParams::blocks, "blocks", 10, 1'000'000, "length of an epoch"),
                          field("payments_per_block", &EpochParams::payments_per_block, "", 1, 100'000,
                                "providers paid in a block after an epoch's end; the next end waits for the last")};
    }
    ASSAY_DESCRIBED
};

struct MarketParams {
    std::uint64_t bid_blocks = 10;
    std::uint64_t max_units = 1000;
    std::uint64_t max_bids = 100;
    std::uint64_t index_epochs = 24;
    std::uint64_t dispute_blocks = 0;
    static constexpr auto describe() {
        using P = MarketParams;
        return std::tuple{field("bid_blocks", &P::bid_blocks, "blocks", 1, 100'000, "an order takes bids for so long"),
                          field("max_units", &P::max_units, "units", 1, 1'000'000, "units of work in one order"),
                          field("max_bids", &P::max_bids, "bids", 1, 1'000, "bids per order"),
                          field("index_epochs", &P::index_epochs, "epochs", 1, 1'000,
                                "the index of prices looks back over so many, the running one included"),
                          field("dispute_blocks", &P::dispute_blocks, "blocks", 0, 1'000'000,
                                "a delivered product is accepted after so many; 0: no orders of products are taken")};
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
    Ppb reward;
    std::uint64_t reward_step_ms = 86'400'000;
    std::uint64_t reward_steps = 180;
    static constexpr auto describe() {
        using P = VestingParams;
        return std::tuple{field("min_grant", &P::min_grant, "tokens", 0, 0,
                                "the smallest first grant of a holder; doubles with each that runs"),
                          field("max_grants", &P::max_grants, "grants", 1, 64, "grants of one holder that run at once"),
                          field("reward_ppb", &P::reward, "ppb", 0, Ppb::kOne,
                                "of what the pools pay a provider for work, locked when it is paid"),
                          field("reward_step_ms", &P::reward_step_ms, "ms", 1'000, 400ull * 86'400'000,
                                "locked rewards come free in steps of the clock's days, or whatever this is"),
                          field("reward_steps", &P::reward_steps, "steps", 1, 400,
                                "in so many equal parts, the first at the step after the payment's")};
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

/// What a transaction with one slice of a dispute takes at most: two panels of 32 KiB, a tile of 4 KiB, their paths of
/// 72 hashes together, and around them the largest multisig.
inline constexpr std::uint64_t kDisputeBytes = 74 << 10;

/// What one opening of any class can take of a block, at most.
struct OpeningSize {
    u128 units = 0;
    u128 bytes = 0;
};
/// Of valid parameters.
[[nodiscard]] OpeningSize largest_opening(const Params& params);

}  // namespace assay::tokenomics
