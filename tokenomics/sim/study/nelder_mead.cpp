#include "tokenomics/sim/study/nelder_mead.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tokenomics/sim/study/sobol_sequence.hpp"

namespace assay::sim::study {
namespace {

using Vertex = std::pair<double, std::vector<double>>;

struct Search {
    const std::function<double(const std::vector<double>&)>& f;
    std::uint64_t left;
    bool ended = false;
    Minimum best = {};

    // Points outside are pulled to the wall: a bound that binds is found exactly.
    Vertex look(std::vector<double> x) {
        for (double& v : x) v = std::clamp(v, 0.0, 1.0);
        if (left == 0 || ended) return {std::numeric_limits<double>::infinity(), std::move(x)};
        --left;
        double y = f(x);
        if (y == kEndSearch) {
            ended = true;
            y = std::numeric_limits<double>::infinity();
        }
        if (std::isnan(y)) y = std::numeric_limits<double>::infinity();
        ++best.evaluations;
        if (best.at.empty() || y < best.value) {
            best.at = x;
            best.value = y;
        }
        return {y, std::move(x)};
    }
    [[nodiscard]] bool over() const { return left == 0 || ended; }
};

bool lower(const Vertex& a, const Vertex& b) {
    return a.first < b.first;
}

void descend(Search& s, Vertex start) {
    const std::size_t d = start.second.size();
    const double n = static_cast<double>(d);
    const double expand = d > 1 ? 1 + 2 / n : 2, contract = d > 1 ? 0.75 - 1 / (2 * n) : 0.5,
                 shrink = d > 1 ? 1 - 1 / n : 0.5;
    std::vector<Vertex> simplex = {std::move(start)};
    for (std::size_t i = 0; i < d; ++i) {
        std::vector<double> x = simplex[0].second;
        x[i] += x[i] > 0.5 ? -0.15 : 0.15;
        simplex.push_back(s.look(std::move(x)));
    }
    while (!s.over()) {
        std::stable_sort(simplex.begin(), simplex.end(), lower);
        double size = 0;
        for (const Vertex& v : simplex)
            for (std::size_t i = 0; i < d; ++i) size = std::max(size, std::fabs(v.second[i] - simplex[0].second[i]));
        if (size < 1e-4) return;
        std::vector<double> centre(d, 0);
        for (std::size_t k = 0; k < d; ++k)
            for (std::size_t i = 0; i < d; ++i) centre[i] += simplex[k].second[i] / n;
        const auto towards = [&](const std::vector<double>& to, double step) {
            std::vector<double> x(d);
            for (std::size_t i = 0; i < d; ++i) x[i] = centre[i] + step * (to[i] - centre[i]);
            return x;
        };
        Vertex& worst = simplex.back();
        Vertex reflected = s.look(towards(worst.second, -1));
        if (reflected.first < simplex[0].first) {
            Vertex further = s.look(towards(reflected.second, expand));
            worst = further.first < reflected.first ? std::move(further) : std::move(reflected);
            continue;
        }
        if (reflected.first < simplex[d - 1].first) {
            worst = std::move(reflected);
            continue;
        }
        const bool outside = reflected.first < worst.first;
        Vertex nearer = s.look(towards(outside ? reflected.second : worst.second, contract));
        if (nearer.first < std::min(reflected.first, worst.first)) {
            worst = std::move(nearer);
            continue;
        }
        for (std::size_t k = 1; k <= d && !s.over(); ++k) {
            std::vector<double> x(d);
            for (std::size_t i = 0; i < d; ++i)
                x[i] = simplex[0].second[i] + shrink * (simplex[k].second[i] - simplex[0].second[i]);
            simplex[k] = s.look(std::move(x));
        }
    }
}

}  // namespace

Minimum minimise(std::size_t dimensions, std::uint64_t evaluations,
                 const std::function<double(const std::vector<double>&)>& f) {
    Search s{f, evaluations};
    const SobolSequence sequence(dimensions);
    std::uint32_t next = 1;  // the origin is a corner
    while (!s.over()) {
        // A third of what is left, at most eight points a dimension, to find where to begin; then down from the best.
        const std::uint64_t looks = std::clamp<std::uint64_t>(s.left / 3, 1, 8 * dimensions);
        std::vector<Vertex> starts;
        for (std::uint64_t i = 0; i < looks; ++i) starts.push_back(s.look(sequence.point(next++)));
        descend(s, *std::min_element(starts.begin(), starts.end(), lower));
        if (!s.over()) {
            ++s.best.restarts;
            // From the best point once more with a new simplex: a wall may have flattened the last one.
            descend(s, {s.best.value, s.best.at});
        }
    }
    return s.best;
}

}  // namespace assay::sim::study
