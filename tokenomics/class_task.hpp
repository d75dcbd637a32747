// The canonical task of a class by its kind of work: which of its numbers are sizes of the task, what they must be, and
// what follows from them. proofs/ does the work; a test holds these numbers to its own.
//
//   ClassParams c{.name = "h100", .work = ClassWork::gemm, .m = 32768, .n = 65536, .k = 16384};
//   ASSAY_TRY_VOID(check_task(c));
//   u128 units = task_size(c).units;             // 2^37: m x n x k / 256
//   OpeningSize one = opening_size(c, 64);       // what an opening of 64 samples takes of a block
#pragma once

#include <array>

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

/// The sizes of the kind in their ranges and multiples, those of every other kind zero, at most 2^40 leaves; of vram
/// the rules of proofs::validate. Expects the ranges of describe(). Errors: field_out_of_range, bad_genesis, naming
/// class, field, rule and numbers.
[[nodiscard]] Status check_task(const ClassParams& c);

struct TaskSize {
    std::uint64_t leaves = 0;         ///< of the tree
    std::uint64_t samples = 0;        ///< indices that a sample is drawn from
    std::uint64_t leaf_words = 1;     ///< hashes that a leaf takes in an opening
    std::uint64_t sample_leaves = 1;  ///< that one sample opens, at most
    std::uint64_t sample_units = 0;   ///< to recompute one sample, its path left out
    u128 units = 0;                   ///< the whole work; 1 unit = 1 SHA-256 compression = 256 multiply-accumulates
    /// What a device's time goes into, in parts that differ from device to device: of vram the items that are made and
    /// those that are read; of other kinds the units, twice.
    std::array<u128, 2> loads{};
};
/// Of a class that passed check_task.
[[nodiscard]] TaskSize task_size(const ClassParams& c);

/// What an opening of so many samples takes at most: verify units as proofs::verify_units has them, and bytes of its
/// transaction.
[[nodiscard]] OpeningSize opening_size(const ClassParams& c, std::uint64_t samples);

}  // namespace assay::tokenomics
