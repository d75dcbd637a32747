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

enum class EmissionKind : std::uint8_t { none = 0, step_table = 1, geometric = 2 };
constexpr std::uint8_t enum_count(EmissionKind) {
    return 3;
}
enum class BurnMode : std::uint8_t { destroy = 0 };
constexpr std::uint8_t enum_count(BurnMode) {
    return 1;
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

/// per_epoch(n) = floor(first x ratio^n): the base is fixed, nothing compounds on supply (NETWORKS: io.net).
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

struct EmissionParams {
    EmissionKind kind = EmissionKind::none;
    Amount total;  ///< clamp on cumulative scheduled mint
    std::vector<EmissionStep> steps;
    GeometricEmission geometric;
    static constexpr auto describe() {
        using P = EmissionParams;
        return std::tuple{field("kind", &P::kind, "", 0, 0, "none, step_table or geometric"),
                          field("total", &P::total, "tokens", 0, 0, "sum of the whole schedule, at most"),
                          field("steps", &P::steps, "", 0, 1000, "for step_table, from_epoch strictly ascending"),
                          field("geometric", &P::geometric, "", 0, 0, "for geometric")};
    }
    ASSAY_DESCRIBED
};

/// Shares of an epoch's mint; they sum to 10^9.
struct SplitParams {
    Ppb work, availability, stakers, validators, treasury;
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
            field("treasury_ppb", &P::treasury, "ppb", 0, kOne, "stays in the treasury")};
    }
    ASSAY_DESCRIBED
};

struct BmeParams {
    BurnMode mode = BurnMode::destroy;
    std::uint64_t round_blocks = 5;
    Ppb payout{975'000'000};
    Amount min_burn;
    static constexpr auto describe() {
        using P = BmeParams;
        return std::tuple{field("mode", &P::mode, "", 0, 0, "what a burn does: destroy"),
                          field("round_blocks", &P::round_blocks, "blocks", 1, 600,
                                "burns and settlements execute when a price round closes"),
                          field("payout_ppb", &P::payout, "ppb", 0, Ppb::kOne,
                                "a settlement pays at most this share of the tokens burned for it"),
                          field("min_burn", &P::min_burn, "tokens", 0, 0, "the smallest burn")};
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
            field("max_unbondings", &P::max_unbondings, "entries", 1, 64, "open unbondings per provider")};
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
            field("jail_ms", &P::jail_ms, "ms", 0, 400ull * 86'400'000, "a jailed provider may unjail after this")};
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
    static constexpr auto describe() {
        using P = MarketParams;
        return std::tuple{field("bid_blocks", &P::bid_blocks, "blocks", 1, 100'000, "an order takes bids for so long"),
                          field("max_units", &P::max_units, "units", 1, 1'000'000, "units of work in one order"),
                          field("max_bids", &P::max_bids, "bids", 1, 1'000, "bids per order")};
    }
    ASSAY_DESCRIBED
};

struct ValidatorParams {
    std::uint64_t max = 1;
    Amount min_bond;
    std::uint64_t max_beacon_gap = 1 << 20;
    static constexpr auto describe() {
        using P = ValidatorParams;
        return std::tuple{
            field("max", &P::max, "validators", 1, 300, "the top ones by bond make the set"),
            field("min_bond", &P::min_bond, "tokens", 0, 0, "least self-bond"),
            field("max_beacon_gap", &P::max_beacon_gap, "heights", 1, 1 << 20, "hashes walked to check a reveal")};
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
                          field("validators", &P::validators, "", 0, 0, "the validator set")};
    }
    ASSAY_DESCRIBED
};

/// Everything that genesis and a vote must satisfy: the ranges above, sums, orders, the deterrence bound of PROTOCOL
/// §6, unbonding longer than the longest challenge, windows and sizes that openings fit into. Total. Errors:
/// field_out_of_range, bad_genesis, naming the field, the rule and the numbers.
[[nodiscard]] Status validate(const Params& params);

}  // namespace assay::tokenomics
