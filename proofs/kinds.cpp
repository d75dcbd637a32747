#include "proofs/kinds.hpp"

#include <algorithm>
#include <bit>

namespace assay::proofs {

WorkKind kind_of(const WorkParams& p) {
    return std::visit([]<class T>(const T&) { return static_cast<WorkKind>(T::kTag); }, p);
}

std::string_view kind_name(WorkKind k) {
    switch (k) {
        case WorkKind::lanes:
            return "lanes";
        case WorkKind::gemm:
            return "gemm";
        case WorkKind::vram:
            return "vram";
    }
    return "unknown";
}

Status validate(const WorkParams& p) {
    return std::visit([](const auto& each) { return validate(each); }, p);
}
std::uint64_t leaf_count(const WorkParams& p) {
    return std::visit([](const auto& each) { return leaf_count(each); }, p);
}
std::uint64_t sample_range(const WorkParams& p) {
    return std::visit([](const auto& each) { return sample_range(each); }, p);
}
std::uint64_t work_units(const WorkParams& p) {
    return std::visit([](const auto& each) { return work_units(each); }, p);
}
std::uint64_t leaf_words(const WorkParams& p) {
    return std::visit([](const auto& each) { return leaf_words(each); }, p);
}

std::uint64_t verify_units(const WorkParams& p, std::uint64_t k) {
    const std::uint64_t samples = std::min(k, sample_range(p));
    const std::uint64_t leaves = leaf_count(p);
    const auto depth = static_cast<std::uint64_t>(leaves <= 1 ? 0 : std::bit_width(leaves - 1));
    // A leaf takes one compression per two words, and one more; a node two.
    const std::uint64_t path = 1 + leaf_words(p) / 2 + 2 * depth;
    const std::uint64_t each = std::visit([&](const auto& x) { return sample_units(x) + sample_leaves(x) * path; }, p);
    std::uint64_t out;
    return __builtin_mul_overflow(samples, each, &out) ? ~std::uint64_t{0} : out;
}

std::vector<std::uint64_t> needed_leaves(const WorkParams& p, std::span<const std::uint64_t> targets) {
    return std::visit([&](const auto& each) { return needed_leaves(each, targets); }, p);
}

}  // namespace assay::proofs
