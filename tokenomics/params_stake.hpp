// Parameters of access: what a provider has at stake and loses, what work it is asked for, and for which device.
// stake.hpp and slash.hpp have the rules.
//
//   p.stake.unit = Amount{200'000'000};
//   p.classes.push_back({.name = "h100", .multiplier = Ppb{10 * Ppb::kOne}});
#pragma once

#include <string>

#include "base/describe.hpp"

namespace assay::tokenomics {

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
/// What of a provider's locked tokens stands behind its work beside its stake, and is slashed with it.
enum class LockedStake : std::uint8_t { none = 0, rewards = 1, all = 2 };
constexpr std::uint8_t enum_count(LockedStake) {
    return 3;
}
/// Kinds of work by the number they carry in proofs (PROTOCOL §6); named here so that a class table can be read alone.
enum class ClassWork : std::uint8_t { lanes = 0, gemm = 1, vram = 2 };
constexpr std::uint8_t enum_count(ClassWork) {
    return 3;
}

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
    LockedStake locked = LockedStake::none;
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
                  "who had access when a fall of the price raised the requirement keeps it so long"),
            field(
                "locked", &P::locked, "", 0, 0,
                "what counts for access beside stake, and is slashed: none; rewards that are locked; all, grants too")};
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
    std::uint64_t hold_ms = 0;
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
                  "of a validator's bond, for two signatures of one height"),
            field("hold_ms", &P::hold_ms, "ms", 0, 400ull * 86'400'000,
                  "a slash of a provider's own stake waits so long for an appeal, and burns then; 0: at the verdict")};
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
    std::uint64_t gemm_min_k = 4096;
    std::uint64_t gemm_min_side = 32768;
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
                                "malformed openings of one commit that are looked at"),
                          field("gemm_min_k", &P::gemm_min_k, "bytes", 128, 16'384,
                                "least k of a gemm class with weight: shorter rows leave the digest with one fence"),
                          field("gemm_min_side", &P::gemm_min_side, "rows", 256, 1ull << 32,
                                "least m and n of the largest gemm class with weight, an eighth of it of the others: "
                                "of a small product much of the work is making its matrices")};
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
    std::uint64_t leaf_every = 0;
    std::uint64_t m = 0;
    std::uint64_t n = 0;
    std::uint64_t k = 0;
    std::uint64_t items = 0;
    std::uint64_t windows = 0;
    std::uint64_t stay = 0;
    std::uint64_t task_ms = 0;
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
            field("work", &P::work, "", 0, 0,
                  "kind of the canonical task: lanes, gemm or vram; the sizes of others are 0"),
            field("lanes", &P::lanes, "lanes", 0, 1ull << 32, "lanes, vram: N, 1 at least; vram: items / 25 at most"),
            field("steps", &P::steps, "steps", 0, 1ull << 32,
                  "lanes, vram: S, divisible by leaf_every; lanes: 16 at least; vram: 1,024"),
            field("leaf_every", &P::leaf_every, "steps", 0, 4096,
                  "T, one leaf per so many steps, a power of two, 16 at least; lanes: 1024 is usual; vram: 128, 512 at "
                  "most"),
            field("m", &P::m, "rows", 0, 1ull << 32, "gemm: rows of A and of the product, a multiple of 256"),
            field("n", &P::n, "rows", 0, 1ull << 32, "gemm: rows of B, columns of the product, a multiple of 256"),
            field("k", &P::k, "bytes", 0, 16'384, "gemm: length of a row of A and of B, a multiple of 128"),
            field("items", &P::items, "items", 0, 1ull << 40,
                  "vram: 128 bytes of memory each; lanes x steps is 16 x items at least, better 64"),
            field("windows", &P::windows, "", 0, (1ull << 32) - 1,
                  "vram: equal parts of the memory that lanes go through in turn; 1: all at once"),
            field("stay", &P::stay, "leaves", 0, (1ull << 32) - 1,
                  "vram: leaves of a lane in a window before the next one; 0 where windows is 1"),
            field("task_ms", &P::task_ms, "ms", 0, 86'400'000,
                  "what the task takes a device of the class, so long that none does two in a window; 0: not claimed")};
    }
    ASSAY_DESCRIBED
};

}  // namespace assay::tokenomics
