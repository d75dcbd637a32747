#include "proofs/prover.hpp"

#include <algorithm>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "proofs/known_answers.hpp"
#include "proofs/sample.hpp"

namespace assay::proofs {

std::string CpuBackend::name() const {
    return std::string("cpu (") + lane_backend_name(lanes_) + ")";
}

Status CpuBackend::run_lanes(const LanesParams& p, const Hash& ctx, std::span<Hash> leaves) {
    proofs::run_lanes(p, ctx, 0, p.lanes, leaves, lanes_);
    return {};
}

namespace {

std::vector<Hash> hash_leaves(const WorkParams& params, std::span<const Hash> leaves) {
    const auto words = static_cast<std::size_t>(leaf_words(params));
    std::vector<Hash> out;
    out.reserve(leaves.size() / words);
    for (std::size_t i = 0; i < leaves.size(); i += words) out.push_back(merkle_leaf({leaves[i].data(), 32 * words}));
    return out;
}

/// Numbers that look random and are the same on every run: H("assay/fault", ctx | what) and an index.
Hash fault_bytes(const Hash& ctx, std::string_view what, std::uint64_t index) {
    static const TaggedHash kTag("assay/fault");
    Bytes input(ctx.bytes.begin(), ctx.bytes.end());
    borsh::Writer out(input);
    out.raw(what.data(), what.size());
    out.put(index);
    return kTag.hash(input);
}

std::uint64_t first_word(const Hash& h) {
    std::uint64_t out = 0;
    for (int i = 0; i < 8; ++i) out |= std::uint64_t{h.bytes[i]} << (8 * i);
    return out;
}

Status honest(const LanesParams& p, const Hash& ctx, Backend& backend, std::span<Hash> leaves) {
    return backend.run_lanes(p, ctx, leaves);
}

/// A made-up leaf costs nothing, and the lane goes on from it: every other leaf still follows from the one before.
void skip(const LanesParams& p, const Hash& ctx, Ppb share, std::span<Hash> leaves) {
    const std::uint64_t per_lane = segments_per_lane(p);
    for (std::uint64_t lane = 0; lane < p.lanes; ++lane) {
        LaneJob job = lane_start(ctx, lane);
        for (std::uint64_t g = 0; g < per_lane; ++g) {
            const std::uint64_t index = lane * per_lane + g;
            if (first_word(fault_bytes(ctx, "skip", index)) % Ppb::kOne < share.value) {
                load_state(job, fault_bytes(ctx, "made up", index));
                job.first += p.leaf_every;
            } else {
                advance_lanes({&job, 1}, p.leaf_every);
            }
            leaves[index] = store_state(job);
        }
    }
}

Status dishonest(const LanesParams& p, const Hash& ctx, Backend& backend, const Fault& fault, std::span<Hash> leaves) {
    const std::uint64_t per_lane = segments_per_lane(p);
    switch (fault.kind) {
        case FaultKind::none:
            return honest(p, ctx, backend, leaves);
        case FaultKind::skip:
            skip(p, ctx, fault.share, leaves);
            return {};
        case FaultKind::flip:
            ASSAY_TRY_VOID(honest(p, ctx, backend, leaves));
            for (std::uint64_t i = 0; i < fault.count; ++i) {
                const std::uint64_t r = first_word(fault_bytes(ctx, "flip", i));
                leaves[(r >> 8) % leaves.size()].bytes[(r & 255) / 8] ^= static_cast<std::uint8_t>(1u << (r & 7));
            }
            return {};
        case FaultKind::replay:
            return honest(p, fault_bytes(ctx, "replay", 0), backend, leaves);
        case FaultKind::zero:
            std::fill(leaves.begin(), leaves.end(), Hash{});
            return {};
        case FaultKind::copy: {
            const LanesParams one{.lanes = 1, .steps = p.steps, .leaf_every = p.leaf_every};
            const auto first = leaves.first(static_cast<std::size_t>(per_lane));
            ASSAY_TRY_VOID(honest(one, ctx, backend, first));
            for (std::size_t i = first.size(); i < leaves.size(); ++i) leaves[i] = leaves[i % first.size()];
            return {};
        }
    }
    return {};
}

}  // namespace

WorkResult::WorkResult(const WorkParams& params, const Hash& ctx, std::vector<Hash> leaves)
    : params_(params), ctx_(ctx), leaves_(std::move(leaves)), tree_(hash_leaves(params, leaves_)) {}

Result<Opening> WorkResult::open(const Hash& seed, std::uint64_t k) const {
    if (k == 0) return {Code::field_out_of_range, "a sample has at least one index"};
    return open(sample_indices(seed, sample_range(params_), k));
}

Result<Opening> WorkResult::open(std::span<const std::uint64_t> targets) const {
    if (targets.empty()) return {Code::opening_index_missing, "a sample has at least one index"};
    for (std::size_t i = 0; i < targets.size(); ++i)
        if (targets[i] >= sample_range(params_) || (i > 0 && targets[i] <= targets[i - 1]))
            return {Code::opening_index_missing,
                    "indices ascend strictly and stay below " + std::to_string(sample_range(params_))};
    const auto needed = needed_leaves(params_, targets);
    const std::uint64_t words = leaf_words(params_);
    Opening out;
    for (const std::uint64_t leaf : needed)
        for (std::uint64_t w = 0; w < words; ++w) out.leaves.push_back(leaves_[leaf * words + w]);
    out.siblings = tree_.prove(needed);
    return out;
}

Result<WorkResult> prove(const WorkParams& params, const Hash& ctx, Backend& backend, const Fault& fault) {
    ASSAY_TRY_VOID(validate(params));
    const std::uint64_t count = leaf_count(params);
    if (count > kMaxLeavesInMemory)
        return {Code::field_out_of_range, std::to_string(count) + " leaves do not fit into memory, at most " +
                                              std::to_string(kMaxLeavesInMemory) + " do"};
    std::vector<Hash> leaves(static_cast<std::size_t>(count * leaf_words(params)));
    ASSAY_TRY_VOID(std::visit([&](const auto& p) { return dishonest(p, ctx, backend, fault, leaves); }, params));
    return WorkResult(params, ctx, std::move(leaves));
}

Status recheck(const WorkResult& work, const Hash& salt, std::uint64_t samples) {
    static const TaggedHash kTag("assay/recheck");
    const Hash root = work.root();
    const Hash seed = kTag.hash(salt.view(), root.view());
    ASSAY_TRY(const Opening opening, work.open(seed, samples));
    ASSAY_TRY(const Verdict verdict, verify_opening(work.params(), work.ctx(), root, seed, samples, opening));
    if (!verdict.bad.empty())
        return {Code::selftest_failed,
                std::to_string(verdict.bad.size()) + " of " + std::to_string(verdict.targets.size()) +
                    " rechecked leaves are wrong, the first is leaf " + std::to_string(verdict.bad[0])};
    return {};
}

Status selftest(Backend& backend) {
    for (const KnownAnswer& known : kKnownAnswers) {
        const LanesParams p{.lanes = known.lanes, .steps = known.steps, .leaf_every = known.leaf_every};
        const Hash ctx = sha256(as_bytes(known.ctx_text));
        std::vector<Hash> leaves(static_cast<std::size_t>(leaf_count(p)));
        ASSAY_TRY_VOID(backend.run_lanes(p, ctx, leaves));
        const std::string root = to_hex(merkle_root_of_hashes(hash_leaves(p, leaves)).view());
        if (root == known.root) continue;
        // Every leaf against the portable arithmetic, so that the message can name the first one that differs.
        std::vector<Hash> expected(leaves.size());
        run_lanes(p, ctx, 0, p.lanes, expected, LaneBackend::portable);
        const auto differs = std::mismatch(leaves.begin(), leaves.end(), expected.begin()).first;
        return {Code::selftest_failed,
                backend.name() + " computes lanes wrongly: root " + root + ", expected " + std::string(known.root) +
                    ", first wrong leaf " +
                    (differs == leaves.end() ? std::string("none (the portable arithmetic is wrong too)")
                                             : std::to_string(differs - leaves.begin()))};
    }
    return {};
}

}  // namespace assay::proofs
