#include "tokenomics/sim/study/designs.hpp"

#include "tokenomics/sim/study/draw.hpp"
#include "tokenomics/sim/study/sobol_sequence.hpp"

namespace assay::sim::study {

Matrix latin_hypercube(std::uint32_t n, std::size_t columns, std::uint64_t seed) {
    Matrix out(n, std::vector<double>(columns));
    for (std::size_t c = 0; c < columns; ++c) {
        const auto column = static_cast<std::uint32_t>(c);
        const auto order = random_order(seed, Purpose::permutation, n, column);
        for (std::uint32_t i = 0; i < n; ++i)
            out[i][c] = (order[i] + random_unit(seed, Purpose::stratum, i, column)) / n;
    }
    return out;
}

Matrix sobol_points(std::uint32_t n, std::size_t columns, std::uint64_t shift) {
    const SobolSequence sequence(columns, shift);
    Matrix out;
    for (std::uint32_t i = 0; i < n; ++i) out.push_back(sequence.point(i));
    return out;
}

Matrix saltelli_design(std::uint32_t n, std::size_t columns, std::uint64_t seed) {
    const SobolSequence sequence(2 * columns, seed + 1 == 0 ? 1 : seed + 1);  // 0 would not shift
    Matrix out;
    for (std::uint32_t i = 0; i < n; ++i) {
        const std::vector<double> both = sequence.point(i);
        const auto half = both.begin() + static_cast<std::ptrdiff_t>(columns);
        const std::vector<double> a(both.begin(), half), b(half, both.end());
        out.push_back(a);
        for (std::size_t c = 0; c < columns; ++c) {
            out.push_back(a);
            out.back()[c] = b[c];
        }
        out.push_back(b);
    }
    return out;
}

Matrix morris_design(std::uint32_t n, std::size_t columns, std::uint32_t levels, std::uint64_t seed) {
    const double last = levels - 1;
    const std::uint32_t jump = levels / 2;
    Matrix out;
    for (std::uint32_t t = 0; t < n; ++t) {
        std::vector<std::uint32_t> at(columns);
        for (std::size_t c = 0; c < columns; ++c)
            at[c] = random_below(seed, Purpose::trajectory, levels, t, static_cast<std::uint32_t>(c));
        const auto push = [&] {
            std::vector<double> row;
            for (const std::uint32_t level : at) row.push_back(level / last);
            out.push_back(std::move(row));
        };
        push();
        // Whoever stands in the lower half goes up, the others down: each level is met as often.
        for (const std::uint32_t c : random_order(seed, Purpose::permutation, static_cast<std::uint32_t>(columns), t)) {
            at[c] = at[c] < jump ? at[c] + jump : at[c] - jump;
            push();
        }
    }
    return out;
}

}  // namespace assay::sim::study
