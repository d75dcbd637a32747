// e^-rate in integers. A rate is below one, so sixty terms of the series in Q.192 leave less than one unit of Q.128.
#include "base/wide.hpp"
#include "tokenomics/emission.hpp"

namespace assay::tokenomics {

GeometricEmission as_geometric(const ExpDecayEmission& e) {
    constexpr unsigned kGuard = 64, kPoint = 128 + kGuard;
    const Wide x = Wide(e.rate) << kGuard;
    Wide plus = Wide(1) << kPoint, minus, term = plus;
    for (unsigned k = 1; k <= 60; ++k) {
        term = ((term * x) >> kPoint) / Wide(k);
        if (k % 2 == 1)
            minus = minus + term;
        else
            plus = plus + term;
    }
    const Wide ratio = (plus - minus) >> kGuard;  // at most 2^128, which is 1
    return {e.first, ((Wide(1) << 128) - ratio).low128(), e.epochs};
}

}  // namespace assay::tokenomics
