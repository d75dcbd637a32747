// What every part of the model includes. A part is one file: a class with start(), and a function for its place in a
// step; it knows the scenario and vectors of eight, and money only through a bank.
#pragma once

#include "tokenomics/sim/model/books.hpp"
#include "tokenomics/sim/model/random.hpp"
#include "tokenomics/sim/model/real.hpp"
#include "tokenomics/sim/model/setup.hpp"
#include "tokenomics/sim/model/simd_math.hpp"

namespace assay::sim {
namespace {

/// sqrt, whose bits IEEE 754 fixes.
ASSAY_INLINE double real_root(double x) {
    return __builtin_sqrt(x);
}

}  // namespace
}  // namespace assay::sim
