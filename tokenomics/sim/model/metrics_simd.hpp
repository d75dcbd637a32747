// The figures' loops over marks, all lanes at once: in the registers that every processor has, compiled once. A file
// that includes this is a unit of its own (no unity build), as the engine's are.
//
//   V sum = change(g, kMarkServed, i, g.month);       // of the last 30 days
//   put_ratio(out, kBurnToMint, V(j.gross_burned), V(j.gross_minted));
#pragma once

#define ASSAY_SIMD 128
#include "tokenomics/sim/model/lowest.hpp"
#include "tokenomics/sim/model/metrics.hpp"
#include "tokenomics/sim/model/simd_math.hpp"

namespace assay::sim {
namespace {

ASSAY_INLINE void put(LaneFigures& out, Figure which, V values) {
    values.store(out[which].data());
}
/// a / b where b is above zero, else missing.
ASSAY_INLINE void put_ratio(LaneFigures& out, Figure which, V a, V b) {
    const M good = b > V(0.0);
    put(out, which, select(good, a / select(good, b, V(1.0)), V(kMissing)));
}
ASSAY_INLINE V at(const Grid& g, Mark which, std::size_t i) {
    return V(g.at(which, i));
}
/// Of a sum, over the last `marks` marks.
ASSAY_INLINE V change(const Grid& g, Mark which, std::size_t i, std::size_t marks) {
    return V(g.at(which, i)) - V(g.at(which, i - marks));
}

/// Mean and standard deviation of n values from their sum and squares.
ASSAY_INLINE Lowest::Usual usual_of(V sum, V squares, std::size_t n) {
    const V count(static_cast<double>(n)), mean = sum / count;
    Lowest::Usual out;
    mean.store(out.mean.data());
    sqrt(positive(squares / count - mean * mean)).store(out.sd.data());
    return out;
}

}  // namespace
}  // namespace assay::sim
