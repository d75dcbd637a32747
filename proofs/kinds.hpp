// The kinds of work, and what is asked of any of them. A kind is a parameter struct with a kTag and a file of functions
// of the same names (see lanes.hpp, gemm.hpp and vram.hpp); it joins by one more alternative in WorkParams.
//
//   WorkParams work = LanesParams{.lanes = 64, .steps = 1024, .leaf_every = 256};
//   ASSAY_TRY_VOID(validate(work));
//   std::uint64_t n = leaf_count(work);          // 256
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/borsh.hpp"
#include "base/result.hpp"
#include "proofs/gemm.hpp"
#include "proofs/lanes.hpp"
#include "proofs/vram.hpp"

namespace assay::proofs {

/// Numbers on the wire; they equal the kTag of the parameters.
enum class WorkKind : std::uint8_t { lanes = 0, gemm = 1, vram = 2 };
constexpr std::uint8_t enum_count(WorkKind) {
    return 3;
}

/// Kind and every dimension: the very bytes that ctx binds (FAILURES F20).
using WorkParams = std::variant<LanesParams, GemmParams, VramParams>;
static_assert(LanesParams::kTag == static_cast<std::uint8_t>(WorkKind::lanes));
static_assert(GemmParams::kTag == static_cast<std::uint8_t>(WorkKind::gemm));
static_assert(VramParams::kTag == static_cast<std::uint8_t>(WorkKind::vram));

[[nodiscard]] WorkKind kind_of(const WorkParams& p);
[[nodiscard]] std::string_view kind_name(WorkKind k);  ///< "lanes", "gemm", "vram"

/// Errors: field_out_of_range. The functions below expect parameters that passed.
[[nodiscard]] Status validate(const WorkParams& p);
[[nodiscard]] std::uint64_t leaf_count(const WorkParams& p);
/// Samples are indices below this.
[[nodiscard]] std::uint64_t sample_range(const WorkParams& p);
/// The whole work in units: 1 unit = 1 SHA-256 compression = 256 multiply-accumulates.
[[nodiscard]] std::uint64_t work_units(const WorkParams& p);
/// 32-byte words in a leaf.
[[nodiscard]] std::uint64_t leaf_words(const WorkParams& p);
/// Units that checking an opening of k samples costs at most: what a commit prepays. Saturates at 2^64 - 1.
[[nodiscard]] std::uint64_t verify_units(const WorkParams& p, std::uint64_t k);
/// The leaves that an opening of these targets carries. `targets` ascends, without repetition, below sample_range.
[[nodiscard]] std::vector<std::uint64_t> needed_leaves(const WorkParams& p, std::span<const std::uint64_t> targets);

}  // namespace assay::proofs
