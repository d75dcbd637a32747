// A buyer's matrices, their product, and the messages that a dispute over it takes.
#pragma once

#include "proofs/matrix.hpp"
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {

struct Matrices {
    std::uint64_t m, n, k;
    Bytes a, b;
    std::vector<std::uint32_t> c;

    Matrices(Random& random, std::uint64_t rows, std::uint64_t cols, std::uint64_t depth)
        : m(rows), n(cols), k(depth), a(random.bytes(rows * depth)), b(random.bytes(cols * depth)), c(rows * cols) {
        for (std::uint64_t r = 0; r < m; ++r)
            for (std::uint64_t s = 0; s < n; ++s) {
                std::int32_t sum = 0;
                for (std::uint64_t i = 0; i < k; ++i)
                    sum += static_cast<std::int8_t>(a[r * k + i]) * static_cast<std::int8_t>(b[s * k + i]);
                c[r * n + s] = static_cast<std::uint32_t>(sum);
            }
    }
    /// One element of a tile is off by one.
    [[nodiscard]] std::vector<std::uint32_t> wrong_in(std::uint32_t row, std::uint32_t col) const {
        auto out = c;
        out[(row * 32 + 7) * n + col * 32 + 9] += 1;
        return out;
    }
    [[nodiscard]] proofs::GemmJob job() const {
        return {m, n, k, proofs::panel_tree(a, m, k).root(), proofs::panel_tree(b, n, k).root()};
    }
    [[nodiscard]] Hash root(const std::vector<std::uint32_t>& product) const {
        return proofs::tile_tree(product, m, n).root();
    }
    [[nodiscard]] std::uint32_t slices() const { return static_cast<std::uint32_t>(proofs::slice_count(k)); }
    /// One message of a dispute over what was delivered.
    [[nodiscard]] Dispute dispute(const Hash& order, const std::vector<std::uint32_t>& product, std::uint32_t row,
                                  std::uint32_t col, std::uint32_t slice = 0) const {
        Dispute d{order, row, col, slice, {}, {}, {}};
        d.a = {proofs::cut_panel(a, k, row, slice),
               proofs::panel_tree(a, m, k).path(proofs::panel_index(m, row, slice))};
        d.b = {proofs::cut_panel(b, k, col, slice),
               proofs::panel_tree(b, n, k).path(proofs::panel_index(n, col, slice))};
        if (slice == 0)
            d.c = proofs::Panel{proofs::cut_tile(product, n, row, col),
                                proofs::tile_tree(product, m, n).path(row * (n / 32) + col)};
        return d;
    }
};

}  // namespace assay::chain::test
