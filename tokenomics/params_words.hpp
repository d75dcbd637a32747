// The words that stand for choices in files: emission.kind is "halving", in the order of the values of its enum.
//
//   words_of(EmissionKind{})[3] == "halving"
#pragma once

#include <span>
#include <string_view>

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

inline constexpr std::string_view kEmissionKinds[] = {
    "none",        "step_table",   "geometric",          "halving",    "exp_decay", "baseline",
    "signed_step", "bonded_ratio", "fraction_of_supply", "mint_ratio", "policy"};
inline constexpr std::string_view kHalvingBy[] = {"time", "issuance"};
inline constexpr std::string_view kBurnModes[] = {"destroy", "fee_destroy", "vault", "mint_ratio"};
inline constexpr std::string_view kWorkBounds[] = {"burned", "none"};
inline constexpr std::string_view kDelegationModes[] = {"closed", "open"};
inline constexpr std::string_view kStakeUnits[] = {"tokens", "usd"};
inline constexpr std::string_view kAccessModes[] = {"all_or_nothing", "scaled"};
inline constexpr std::string_view kLockedStakes[] = {"none", "rewards", "all"};
inline constexpr std::string_view kClassWorks[] = {"lanes", "gemm", "vram"};
constexpr std::span<const std::string_view> words_of(EmissionKind) {
    return kEmissionKinds;
}
constexpr std::span<const std::string_view> words_of(HalvingBy) {
    return kHalvingBy;
}
constexpr std::span<const std::string_view> words_of(BurnMode) {
    return kBurnModes;
}
constexpr std::span<const std::string_view> words_of(WorkBound) {
    return kWorkBounds;
}
constexpr std::span<const std::string_view> words_of(DelegationMode) {
    return kDelegationModes;
}
constexpr std::span<const std::string_view> words_of(StakeUnit) {
    return kStakeUnits;
}
constexpr std::span<const std::string_view> words_of(AccessMode) {
    return kAccessModes;
}
constexpr std::span<const std::string_view> words_of(LockedStake) {
    return kLockedStakes;
}
constexpr std::span<const std::string_view> words_of(ClassWork) {
    return kClassWorks;
}

}  // namespace assay::tokenomics
