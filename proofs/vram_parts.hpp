// A walk in parts that fit into a launch and into a card's room for leaves.
//
//   for (const VramPart& part : vram_parts(params, room, std::uint64_t{1} << 33)) …
//
// All lanes do a part before any does the next: so they are all in one window. Parts of one page write their leaves
// side by side, and a page is copied out as a whole.
#pragma once

#include <algorithm>
#include <vector>

#include "proofs/vram.hpp"

namespace assay::proofs {

struct VramPart {
    std::uint64_t first_segment, segments;    ///< of every lane, all in one window
    std::uint64_t page_first, page_segments;  ///< the page that these segments are in
};

/// Pages of at most `room` bytes of leaves, parts of at most `at_once` steps of all lanes together; but one segment
/// where that is less. `p` passed validate.
inline std::vector<VramPart> vram_parts(const VramParams& p, std::uint64_t room, std::uint64_t at_once) {
    const std::uint64_t all = segments_per_lane(p);
    const std::uint64_t page = std::clamp<std::uint64_t>(room / 32 / p.lanes, 1, all);
    const std::uint64_t most = std::max<std::uint64_t>(1, at_once / p.lanes / p.leaf_every);
    std::vector<VramPart> out;
    for (std::uint64_t first = 0; first < all; first += page) {
        const std::uint64_t here = std::min(page, all - first);
        for (std::uint64_t g = first; g < first + here;) {
            const std::uint64_t to_border = p.windows == 1 ? all : p.stay - g % p.stay;
            const std::uint64_t segments = std::min({most, to_border, first + here - g});
            out.push_back({g, segments, first, here});
            g += segments;
        }
    }
    return out;
}

}  // namespace assay::proofs
