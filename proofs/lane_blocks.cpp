#include "proofs/lane_blocks.hpp"

#include <algorithm>

namespace assay::proofs {

namespace {

Hash root_of_words(std::span<const Hash> words) {
    std::vector<Hash> hashes;
    hashes.reserve(words.size());
    for (const Hash& word : words) hashes.push_back(merkle_leaf(word.view()));
    return merkle_root_of_hashes(hashes);
}

/// Neighbouring leaves of one lane that are still to be computed, and where they go.
struct Piece {
    LaneJob job;
    Hash* out;
    std::uint64_t left;
};

}  // namespace

LaneBlocks lane_blocks(const LanesParams& p, std::uint64_t most) {
    const std::uint64_t leaves = leaf_count(p);
    LaneBlocks out;
    const auto blocks = [&] { return ((leaves - 1) >> out.height) + 1; };
    while (blocks() > most) ++out.height;
    out.roots.resize(static_cast<std::size_t>(blocks()));
    out.ends.resize(out.roots.size() - 1);
    return out;
}

Status fill_lane_blocks(const LanesParams& p, const LaneRunner& run, LaneBlocks& out) {
    const std::uint64_t per_lane = segments_per_lane(p), size = std::uint64_t{1} << out.height;
    constexpr std::uint64_t kLongLane = std::uint64_t{1} << 24, kWindow = std::uint64_t{1} << 18;
    // Fours of lanes: they are computed in four streams.
    const std::uint64_t lanes = per_lane >= kLongLane ? 1 : 4 * std::max<std::uint64_t>(1, kWindow / 4 / per_lane);
    std::vector<Hash> words;  // from a block's first leaf on
    std::size_t block = 0;
    for (std::uint64_t first = 0; first < p.lanes; first += lanes) {
        const std::uint64_t n = std::min(lanes, p.lanes - first);
        const std::size_t carried = words.size();
        words.resize(carried + static_cast<std::size_t>(n * per_lane));
        ASSAY_TRY_VOID(run(first, std::span(words).subspan(carried)));
        std::span<const Hash> rest = words;
        const bool last = first + n == p.lanes;
        while (rest.size() >= size || (last && !rest.empty())) {
            const auto here = rest.first(static_cast<std::size_t>(std::min<std::uint64_t>(size, rest.size())));
            out.roots[block] = root_of_words(here);
            if (block < out.ends.size()) out.ends[block] = here.back();
            ++block;
            rest = rest.subspan(here.size());
        }
        words.erase(words.begin(), words.end() - static_cast<std::ptrdiff_t>(rest.size()));
    }
    return {};
}

std::vector<std::vector<Hash>> block_words(const LanesParams& p, const Hash& ctx, const LaneBlocks& kept,
                                           std::span<const std::uint64_t> which) {
    const std::uint64_t leaves = leaf_count(p), per_lane = segments_per_lane(p);
    std::vector<std::vector<Hash>> out;
    std::vector<Piece> pieces;
    for (const std::uint64_t block : which) {
        const std::uint64_t first = block << kept.height, end = std::min(leaves, (block + 1) << kept.height);
        auto& words = out.emplace_back(static_cast<std::size_t>(end - first));
        for (std::uint64_t leaf = first; leaf < end;) {
            const std::uint64_t lane = leaf / per_lane, segment = leaf % per_lane;
            Piece piece{lane_start(ctx, lane), &words[static_cast<std::size_t>(leaf - first)],
                        std::min(end - leaf, per_lane - segment)};
            if (segment != 0) {  // only at a block's first leaf
                load_state(piece.job, kept.ends[static_cast<std::size_t>(block - 1)]);
                piece.job.first = segment * p.leaf_every;
            }
            pieces.push_back(piece);
            leaf += piece.left;
        }
    }
    // Pieces do not depend on each other: all that are left take a segment at once, four of them in four streams.
    std::vector<LaneJob> jobs;
    while (!pieces.empty()) {
        jobs.clear();
        for (const Piece& piece : pieces) jobs.push_back(piece.job);
        advance_lanes(jobs, p.leaf_every);
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            pieces[i].job = jobs[i];
            *pieces[i].out++ = store_state(jobs[i]);
            --pieces[i].left;
        }
        std::erase_if(pieces, [](const Piece& piece) { return piece.left == 0; });
    }
    return out;
}

}  // namespace assay::proofs
