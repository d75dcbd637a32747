#include "tokenomics/sim/model/random.hpp"

#include <cmath>

#include "tokenomics/sim/model/real.hpp"

namespace assay::sim {

std::array<double, 4> Draws::normals(std::uint32_t step, Stream stream) const {
    const PhiloxCounter u = bits(step, stream);
    std::array<double, 4> out{};
    for (std::size_t pair = 0; pair < 2; ++pair) {
        const double radius = std::sqrt(-2.0 * real::log(uniform(u[2 * pair])));  // IEEE 754 fixes every bit of sqrt
        const real::SinCos turn = real::sincos_turns(uniform(u[2 * pair + 1]));
        out[2 * pair] = radius * turn.cos;
        out[2 * pair + 1] = radius * turn.sin;
    }
    return out;
}

}  // namespace assay::sim
