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

constexpr std::uint64_t kWindow = 16;  // market.dispute_blocks
constexpr std::uint64_t kPrice = 2'000'000;

struct Product {
    Random random{seed()};
    Matrices x;
    Chain c;
    Hash order;

    explicit Product(std::uint64_t depth = 40, const Chain::Tweak& tweak = {})
        : x(random, 64, 96, depth), c([&](Genesis& g) {
              g.params.market.dispute_blocks = kWindow;
              if (tweak) tweak(g);
          }) {
        c.join(c.anna);
        c.buy_credits(c.buyer, tokens(1000));
    }
    [[nodiscard]] OpenOrder open(std::uint64_t lasts = 60) const {
        return {"tiny", 1, Credits{kPrice}, Credits{kPrice}, c.height().value + 1 + lasts, true, x.job()};
    }
    static Hash id_in(const Receipt& r) {
        for (const Event& e : r.events)
            if (e.kind == "order.opened") return std::get<AttrHash>(e.attrs.at(0).value).value;
        FAIL("no event of the order");
        return {};
    }
    /// Leased to anna; or the order of another buyer.
    void lease(std::uint64_t lasts = 60) { order = lease(c.buyer, c.anna, lasts); }
    Hash lease(const Key& buyer, const Key& provider, std::uint64_t lasts = 60) {
        const Receipt r = c.run(buyer, open(lasts));
        INFO(r.message);
        REQUIRE(r.code == "ok");
        const Hash id = id_in(r);
        c.ok(provider, PlaceBid{id, 0, Credits{kPrice}});
        c.ok(buyer, AcceptBid{id, provider.address(), 0, Credits{kPrice}});
        return id;
    }
    std::string deliver(const std::vector<std::uint32_t>& product) {
        return c.code(c.anna, Deliver{order, x.root(product)});
    }
    /// A 75 KiB message costs more gas than the fixture gives.
    std::string send(const Key& from, Message m) { return receipt(from, std::move(m)).code; }
    Receipt receipt(const Key& from, Message m) {
        Chain::Terms t;
        t.gas = 900'000;
        return c.run(c.tx(from, {std::move(m)}, t));
    }
    [[nodiscard]] GemmOrder gemm() const { return *c.order(order).gemm; }
    [[nodiscard]] Height until() const { return gemm().delivery->until; }
    void to(Height h) {
        while (c.height() < h) c.block(c.reports());
    }
};

}  // namespace assay::chain::test
