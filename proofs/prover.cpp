#include "proofs/prover.hpp"

#include <algorithm>
#include <numeric>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "proofs/known_answers.hpp"
#include "proofs/sample.hpp"

namespace assay::proofs {

std::string CpuBackend::name() const {
    return std::string("cpu (") + lane_backend_name(lanes_) + ", " + gemm_backend_name(gemm_) + ")";
}

bool CpuBackend::does(WorkKind kind) const {
    return kind == WorkKind::lanes || kind == WorkKind::gemm || kind == WorkKind::vram;
}

Status Backend::run_lane_blocks(const LanesParams& p, const Hash& ctx, LaneBlocks& blocks) {
    return fill_lane_blocks(
        p, [&](std::uint64_t first, std::span<Hash> leaves) { return run_lanes(p, ctx, first, leaves); }, blocks);
}

Status CpuBackend::run_lanes(const LanesParams& p, const Hash& ctx, std::uint64_t first_lane, std::span<Hash> leaves) {
    proofs::run_lanes(p, ctx, first_lane, leaves.size() / segments_per_lane(p), leaves, lanes_);
    return {};
}

Status CpuBackend::run_gemm(const GemmParams& p, const Hash& ctx, std::span<Hash> words) {
    proofs::run_gemm(p, ctx, 0, p.m / kGemmTileSide, words, gemm_);
    return {};
}

Status CpuBackend::run_vram(const VramParams& p, const Hash& ctx, std::span<Hash> leaves) {
    ASSAY_TRY(VramMemory memory, VramMemory::of(p));
    make_items(vram_seed(ctx), 0, p.items, memory.words(), lanes_);
    walk_vram(p, ctx, memory.words(), 0, p.lanes, leaves);
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
    return backend.run_lanes(p, ctx, 0, leaves);
}
Status honest(const GemmParams& p, const Hash& ctx, Backend& backend, std::span<Hash> words) {
    return backend.run_gemm(p, ctx, words);
}
Status honest(const VramParams& p, const Hash& ctx, Backend& backend, std::span<Hash> leaves) {
    return backend.run_vram(p, ctx, leaves);
}

bool is_skipped(const Hash& ctx, std::uint64_t leaf, Ppb share) {
    return first_word(fault_bytes(ctx, "skip", leaf)) % Ppb::kOne < share.value;
}

/// A made-up leaf costs nothing, and the lane goes on from it: every other leaf still follows from the one before.
Status skip(const LanesParams& p, const Hash& ctx, Backend&, Ppb share, std::span<Hash> leaves) {
    const std::uint64_t per_lane = segments_per_lane(p);
    for (std::uint64_t lane = 0; lane < p.lanes; ++lane) {
        LaneJob job = lane_start(ctx, lane);
        for (std::uint64_t g = 0; g < per_lane; ++g) {
            const std::uint64_t index = lane * per_lane + g;
            if (is_skipped(ctx, index, share)) {
                load_state(job, fault_bytes(ctx, "made up", index));
                job.first += p.leaf_every;
            } else {
                advance_lanes({&job, 1}, p.leaf_every);
            }
            leaves[index] = store_state(job);
        }
    }
    return {};
}

/// As of lanes. What is skipped is the walk: the memory is there.
Status skip(const VramParams& p, const Hash& ctx, Backend&, Ppb share, std::span<Hash> leaves) {
    ASSAY_TRY(VramMemory memory, VramMemory::of(p));
    make_items(vram_seed(ctx), 0, p.items, memory.words());
    const std::uint64_t per_lane = segments_per_lane(p);
    for (std::uint64_t lane = 0; lane < p.lanes; ++lane) {
        VramState state = vram_start(ctx, lane);
        for (std::uint64_t g = 0; g < per_lane; ++g) {
            const std::uint64_t index = lane * per_lane + g;
            if (is_skipped(ctx, index, share))
                state = vram_state(fault_bytes(ctx, "made up", index));
            else
                walk_segment(p, memory.words(), lane, g, {&state, 1});
            leaves[index] = vram_leaf(state);
        }
    }
    return {};
}

/// No tile depends on another: whoever left some out made the rest like everybody else.
Status skip(const GemmParams& p, const Hash& ctx, Backend& backend, Ppb share, std::span<Hash> words) {
    ASSAY_TRY_VOID(honest(p, ctx, backend, words));
    for (std::uint64_t i = 0; i < words.size(); ++i)
        if (is_skipped(ctx, i / leaf_words(p), share)) words[i] = fault_bytes(ctx, "made up", i);
    return {};
}

/// The first lane's leaves stand for all lanes.
Status copy(const LanesParams& p, const Hash& ctx, Backend& backend, std::span<Hash> leaves) {
    const LanesParams one{.lanes = 1, .steps = p.steps, .leaf_every = p.leaf_every};
    const auto first = leaves.first(static_cast<std::size_t>(segments_per_lane(p)));
    ASSAY_TRY_VOID(honest(one, ctx, backend, first));
    for (std::size_t i = first.size(); i < leaves.size(); ++i) leaves[i] = leaves[i % first.size()];
    return {};
}

Status copy(const VramParams& p, const Hash& ctx, Backend& backend, std::span<Hash> leaves) {
    VramParams one = p;
    one.lanes = 1;
    const auto first = leaves.first(static_cast<std::size_t>(segments_per_lane(p)));
    ASSAY_TRY_VOID(honest(one, ctx, backend, first));
    for (std::size_t i = first.size(); i < leaves.size(); ++i) leaves[i] = leaves[i % first.size()];
    return {};
}

/// The first two rows of tiles, the smallest product with these columns, stand for all rows.
Status copy(const GemmParams& p, const Hash& ctx, Backend& backend, std::span<Hash> words) {
    const GemmParams few{.m = 256, .n = p.n, .k = p.k};
    const auto first = words.first(static_cast<std::size_t>(leaf_count(few) * leaf_words(few)));
    ASSAY_TRY_VOID(honest(few, ctx, backend, first));
    for (std::size_t i = first.size(); i < words.size(); ++i) words[i] = words[i % first.size()];
    return {};
}

template <class Params>
Status dishonest(const Params& p, const Hash& ctx, Backend& backend, const Fault& fault, std::span<Hash> leaves) {
    switch (fault.kind) {
        case FaultKind::none:
            return honest(p, ctx, backend, leaves);
        case FaultKind::skip:
            return skip(p, ctx, backend, fault.share, leaves);
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
        case FaultKind::copy:
            return copy(p, ctx, backend, leaves);
    }
    return {};
}

/// Compares the root of a known work, and says in the message which leaf is the first wrong one.
template <class Params, class Portable>
Status check_answer(Backend& backend, const Params& p, std::string_view ctx_text, std::string_view known_root,
                    Portable&& portable) {
    const Hash ctx = sha256(as_bytes(ctx_text));
    std::vector<Hash> leaves(static_cast<std::size_t>(leaf_count(p) * leaf_words(p)));
    ASSAY_TRY_VOID(honest(p, ctx, backend, leaves));
    const std::string root = to_hex(merkle_root_of_hashes(hash_leaves(p, leaves)).view());
    if (root == known_root) return {};
    std::vector<Hash> expected(leaves.size());
    portable(ctx, expected);
    const auto differs = std::mismatch(leaves.begin(), leaves.end(), expected.begin()).first - leaves.begin();
    return {Code::selftest_failed, backend.name() + " computes " + std::string(kind_name(kind_of(p))) +
                                       " wrongly: root " + root + ", expected " + std::string(known_root) +
                                       ", first wrong leaf " +
                                       (static_cast<std::size_t>(differs) == leaves.size()
                                            ? std::string("none (the portable arithmetic is wrong too)")
                                            : std::to_string(static_cast<std::uint64_t>(differs) / leaf_words(p)))};
}

/// The same for work of which only blocks are kept: the tree over them, and what they are computed again from.
Status check_blocks(Backend& backend, const LanesParams& p, std::string_view ctx_text, std::string_view known_root) {
    const Hash ctx = sha256(as_bytes(ctx_text));
    LaneBlocks kept = lane_blocks(p, 7);  // blocks within a lane and over several, a shorter last one
    ASSAY_TRY_VOID(backend.run_lane_blocks(p, ctx, kept));
    const std::string root = to_hex(merkle_root_of_hashes(kept.roots).view());
    if (root != known_root)
        return {Code::selftest_failed, backend.name() + " makes trees of lanes wrongly: root " + root + ", expected " +
                                           std::string(known_root)};
    std::vector<std::uint64_t> all(kept.roots.size());
    std::iota(all.begin(), all.end(), 0);
    const auto words = block_words(p, ctx, kept, all);
    for (std::size_t i = 0; i < words.size(); ++i)
        if (merkle_root_of_hashes(hash_leaves(p, words[i])) != kept.roots[i])
            return {Code::selftest_failed, backend.name() + " keeps a wrong leaf before block " + std::to_string(i)};
    return {};
}

}  // namespace

WorkResult::WorkResult(const WorkParams& params, const Hash& ctx, std::vector<Hash> leaves)
    : params_(params), ctx_(ctx), leaves_(std::move(leaves)), tree_(hash_leaves(params, leaves_)) {}

WorkResult::WorkResult(const LanesParams& params, const Hash& ctx, LaneBlocks blocks)
    : params_(params), ctx_(ctx), tree_(std::move(blocks.roots)), blocks_(std::move(blocks)) {}

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
    if (blocks_) return open_blocks(needed);
    const std::uint64_t words = leaf_words(params_);
    Opening out;
    for (const std::uint64_t leaf : needed)
        for (std::uint64_t w = 0; w < words; ++w) out.leaves.push_back(leaves_[leaf * words + w]);
    out.siblings = tree_.prove(needed);
    return out;
}

Result<Opening> WorkResult::open_blocks(std::span<const std::uint64_t> needed) const {
    const auto& p = std::get<LanesParams>(params_);
    std::vector<std::uint64_t> which;
    for (const std::uint64_t leaf : needed)
        if (which.empty() || which.back() != leaf >> blocks_->height) which.push_back(leaf >> blocks_->height);
    const auto words = block_words(p, ctx_, *blocks_, which);
    std::vector<MerkleTree> trees;
    trees.reserve(which.size());
    Opening out;
    std::size_t next = 0;
    for (std::size_t i = 0; i < which.size(); ++i) {
        const std::uint64_t first = which[i] << blocks_->height;
        trees.emplace_back(hash_leaves(params_, words[i]));
        if (trees.back().root() != tree_.leaf_hashes()[which[i]])
            return {Code::selftest_failed, "leaves " + std::to_string(first) + " to " +
                                               std::to_string(first + words[i].size() - 1) +
                                               ", computed again, are not those of the committed root"};
        for (; next < needed.size() && needed[next] >> blocks_->height == which[i]; ++next)
            out.leaves.push_back(words[i][static_cast<std::size_t>(needed[next] - first)]);
    }
    out.siblings = tree_.prove(needed, blocks_->height, trees);
    return out;
}

Result<WorkResult> prove(const WorkParams& params, const Hash& ctx, Backend& backend, const Fault& fault,
                         std::uint64_t most_blocks) {
    ASSAY_TRY_VOID(validate(params));
    const auto* const lanes = std::get_if<LanesParams>(&params);
    const bool in_blocks = lanes != nullptr && fault.kind == FaultKind::none && leaf_count(params) > most_blocks;
    const std::uint64_t count = in_blocks ? segments_per_lane(*lanes) : leaf_count(params) * leaf_words(params);
    if (count > kMaxWordsInMemory)
        return {Code::field_out_of_range, std::to_string(count) + " words of leaves" +
                                              (in_blocks ? " in one lane" : "") + " do not fit into memory, at most " +
                                              std::to_string(kMaxWordsInMemory) + " do"};
    if (!backend.does(kind_of(params)))
        return {Code::no_device, backend.name() + " does no work of kind " + std::string(kind_name(kind_of(params)))};
    if (in_blocks) {
        LaneBlocks kept = lane_blocks(*lanes, most_blocks);
        ASSAY_TRY_VOID(backend.run_lane_blocks(*lanes, ctx, kept));
        return WorkResult(*lanes, ctx, std::move(kept));
    }
    std::vector<Hash> leaves(static_cast<std::size_t>(count));
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
                    " rechecked samples are wrong, the first is index " + std::to_string(verdict.bad[0])};
    return {};
}

Status selftest(Backend& backend, WorkKind kind) {
    if (kind == WorkKind::lanes)
        for (const LanesAnswer& known : kLanesAnswers) {
            const LanesParams p{.lanes = known.lanes, .steps = known.steps, .leaf_every = known.leaf_every};
            ASSAY_TRY_VOID(
                check_answer(backend, p, known.ctx_text, known.root, [&](const Hash& ctx, std::span<Hash> out) {
                    run_lanes(p, ctx, 0, p.lanes, out, LaneBackend::portable);
                }));
            ASSAY_TRY_VOID(check_blocks(backend, p, known.ctx_text, known.root));
        }
    if (kind == WorkKind::gemm)
        for (const GemmAnswer& known : kGemmAnswers) {
            const GemmParams p{.m = known.m, .n = known.n, .k = known.k};
            ASSAY_TRY_VOID(
                check_answer(backend, p, known.ctx_text, known.root, [&](const Hash& ctx, std::span<Hash> out) {
                    run_gemm(p, ctx, 0, p.m / kGemmTileSide, out, GemmBackend::portable);
                }));
        }
    if (kind == WorkKind::vram)
        for (const VramAnswer& known : kVramAnswers) {
            ASSAY_TRY_VOID(check_answer(
                backend, known.work, known.ctx_text, known.root, [&](const Hash& ctx, std::span<Hash> out) {
                    (void)CpuBackend(LaneBackend::portable).run_vram(known.work, ctx, out);  // half a MiB
                }));
        }
    return {};
}

Status selftest(Backend& backend) {
    for (const WorkKind kind : {WorkKind::lanes, WorkKind::gemm, WorkKind::vram})
        if (backend.does(kind)) ASSAY_TRY_VOID(selftest(backend, kind));
    return {};
}

}  // namespace assay::proofs
