// A buyer's product of two matrices: delivered off chain by its root, accepted after a while unless the buyer shows
// that a tile of it is wrong. docs/protocol.md §12.
//
// Invariants: (1) what was delivered is written once; (2) from the delivery until it is accepted or shown to be wrong,
// the provider's exposure holds its part and no stake that was there at the delivery comes free; (3) a delivery is
// decided at the latest dispute_blocks + slices x ceil(dispute_blocks / 8) blocks after it was made.
#include <algorithm>

#include "chain/exec.hpp"
#include "proofs/matrix.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/stake.hpp"

namespace assay::chain {
namespace {

// After a slice the next one has this long: a dispute begun in the last block is heard to its end.
std::uint64_t blocks_for_a_slice(const GemmOrder& g) {
    return (g.dispute_blocks + 7) / 8;
}

Result<Order> product_of(Exec& x, const Hash& id) {
    auto o = x.s.order(id);
    if (!o) return {Code::unknown_order, "order is not on this chain"};
    if (!o->gemm) return {Code::not_gemm, "the order is for units of a class, not for a product of matrices"};
    return *std::move(o);
}

// The delivery weighs on its provider no more, and no dispute of it goes on.
void let_go(Exec& x, const Hash& id, const Order& o, Provider& p) {
    const Delivery& d = *o.gemm->delivery;
    --p.open_deliveries;
    p.exposure = sub_or_zero(p.exposure, d.exposure);
    x.s.erase(tables::delivery(o.lease->provider, d.time, id));
    if (x.s.get(tables::dispute(id))) x.s.erase(tables::dispute(id));
}

// The tile is wrong: the provider pays as for work that failed at the full rate, the buyer has its deposit back.
Status condemn(Exec& x, const Hash& id, Order& o, TilePlace tile) {
    const Address a = o.lease->provider;
    auto p = provider_now(x, a);
    ASSAY_CHECK(p.has_value());
    const Delivery d = *o.gemm->delivery;
    (void)release_due(x, a, *p);  // while the delivery holds what was there when it was made
    let_go(x, id, o, *p);
    p->jailed = true;
    p->jailed_until = std::max(p->jailed_until, TimeMs{x.time().value + d.jail_ms});
    x.emit("provider.jailed", {attr("provider", a), attr("until_ms", p->jailed_until.value)});
    ASSAY_TRY(const Slashed taken, slash_provider(x, a, *p, d.rate,
                                                  "tile " + std::to_string(tile.row) + "," + std::to_string(tile.col) +
                                                      " of a delivered product is wrong"));
    auto mine = provider_epoch_of(x, x.epoch(), a);
    ASSAY_TRY_VOID(increase(mine.slashed, taken.own));
    x.s.put_record(tables::provider_epoch(x.epoch(), a), mine);
    x.s.put_record(tables::provider(a), *p);
    o.gemm->wrong = tile;
    o.gemm->slashed = taken.all;
    x.emit("work.disputed",
           {attr("order", id), attr("provider", a), attr("row", std::uint64_t{tile.row}),
            attr("col", std::uint64_t{tile.col}), attr("result", std::string("wrong")), attr("slashed", taken.all)});
    return close_order(x, id, o, OrderStatus::closed);
}

}  // namespace

void accept_delivery(Exec& x, const Hash& id, Order o) {
    const Address a = o.lease->provider;
    auto p = x.s.provider(a);
    ASSAY_CHECK(p.has_value());
    let_go(x, id, o, *p);
    x.s.put_record(tables::provider(a), *p);
    x.emit("lease.accepted", {attr("order", id), attr("provider", a), attr("c_root", o.gemm->delivery->c_root)});
    settle_unit(x, id, a);
}

Status run(Exec& x, const Deliver& m) {
    ASSAY_TRY(Order o, product_of(x, m.order));
    if (!o.lease || o.lease->provider != x.sender)
        return {Code::not_owner, "only the provider of the lease delivers its product"};
    if (o.gemm->delivery) return {Code::already_delivered, "a product is delivered once"};
    if (o.status != OrderStatus::leased || x.height() >= o.expires)
        return {Code::order_closed, "the lease ended at height " + std::to_string(o.expires.value) + " or before"};
    ASSAY_TRY_VOID(may_work_for(x.s, x.rules(), x.s.clock(), x.sender, o.lease->slot, o.device_class));
    auto p = provider_now(x, x.sender);
    ASSAY_CHECK(p.has_value());  // may_work_for saw it
    const Credits price = min_of(o.lease->price, o.deposit);
    ASSAY_TRY(const Amount exposure,
              tokenomics::delivery_exposure(x.rules(), x.rules().classes[o.device_class],
                                            tokenomics::carried_by(price, o.deposit, o.deposit_tokens)));
    ASSAY_TRY(const Amount all, add(p->exposure, exposure));
    if (const Amount there = backing(x.rules().stake, *p); there < all)
        return {Code::stake_below_exposure, "open commits and deliveries need " + to_digits(all.units) +
                                                " of stake, there are " + to_digits(there.units)};
    Delivery d;
    d.c_root = m.c_root;
    d.height = x.height();
    d.time = x.time();
    d.disputes_until = d.until = x.height() + o.gemm->dispute_blocks;
    d.exposure = exposure;
    d.rate = x.rules().slash.full;
    d.jail_ms = x.rules().slash.jail_ms;
    o.gemm->delivery = d;
    p->exposure = all;
    ++p->open_deliveries;
    x.s.put_record(tables::order(m.order), o);
    x.s.put_record(tables::provider(x.sender), *p);
    x.s.put(tables::delivery(x.sender, d.time, m.order), {});
    x.s.put(tables::order_due(d.until, m.order), {});
    x.emit("lease.delivered", {attr("order", m.order), attr("provider", x.sender), attr("c_root", d.c_root),
                               attr("until", d.until.value)});
    return {};
}

Status run(Exec& x, const Dispute& m) {
    ASSAY_TRY(Order o, product_of(x, m.order));
    if (o.buyer != x.sender) return {Code::not_owner, "only the buyer disputes what was delivered to it"};
    if (!o.gemm->delivery) return {Code::not_delivered, "nothing was delivered for this order"};
    if (o.status != OrderStatus::leased)
        return {Code::order_closed, o.gemm->wrong ? "a tile was shown to be wrong" : "the delivery was accepted"};
    const proofs::GemmJob& job = o.gemm->job;
    Delivery& d = *o.gemm->delivery;
    const std::uint64_t slices = proofs::slice_count(job.k);
    const TilePlace tile{m.tile_row, m.tile_col};
    if (tile.row >= job.m / proofs::kTileSide || tile.col >= job.n / proofs::kTileSide || m.slice >= slices)
        return {Code::field_out_of_range, "the product has " + std::to_string(job.m / proofs::kTileSide) + " x " +
                                              std::to_string(job.n / proofs::kTileSide) + " tiles and " +
                                              std::to_string(slices) + " slices"};
    OpenDispute at{tile, 0, {}, {}};
    if (m.slice == 0) {  // from the start, whatever tile was looked at before
        if (x.height() > d.disputes_until)
            return {Code::deadline_passed,
                    "a dispute began at height " + std::to_string(d.disputes_until.value) + " at the latest"};
    } else {
        const auto running = x.s.dispute(m.order);
        if (!running || running->tile != tile || running->next_slice != m.slice)
            return {Code::wrong_slice, running ? "slice " + std::to_string(running->next_slice) + " of tile " +
                                                     std::to_string(running->tile.row) + "," +
                                                     std::to_string(running->tile.col) + " is next"
                                               : "a dispute begins with slice 0"};
        at = *running;
    }
    if (m.c.has_value() != (m.slice == 0))
        return {Code::opening_leaf_count, "the tile of the product stands beside slice 0, and nowhere else"};

    const std::uint64_t width = proofs::slice_width(job.k, m.slice);
    x.s.gas.used += proofs::slice_units(width) * kGasPerVerifyUnit;
    ASSAY_TRY_VOID(proofs::check_panel("a", job.a_root, job.m, job.k, tile.row, m.slice, m.a));
    ASSAY_TRY_VOID(proofs::check_panel("b", job.b_root, job.n, job.k, tile.col, m.slice, m.b));
    if (m.c) {
        ASSAY_TRY_VOID(proofs::check_tile(d.c_root, job.m, job.n, tile.row, tile.col, *m.c));
        at.claimed = proofs::read_tile(m.c->data);
    }
    proofs::add_products(at.sums, m.a.data, m.b.data);
    at.next_slice = m.slice + 1;
    if (at.next_slice == slices && at.sums != at.claimed) return condemn(x, m.order, o, tile);
    const bool over = at.next_slice == slices;
    if (over) {  // the tile is right: as if nothing had been said
        if (m.slice > 0) x.s.erase(tables::dispute(m.order));
        d.until = std::max(d.disputes_until, x.height());
        x.s.put(tables::order_due(d.until, m.order), {});
    } else {
        x.s.put_record(tables::dispute(m.order), at);
        d.until = std::max(d.until, x.height() + blocks_for_a_slice(*o.gemm));
    }
    x.s.put_record(tables::order(m.order), o);
    x.emit("work.disputed",
           {attr("order", m.order), attr("provider", o.lease->provider), attr("row", std::uint64_t{tile.row}),
            attr("col", std::uint64_t{tile.col}), attr("slice", std::uint64_t{m.slice}),
            attr("result", std::string(over ? "right" : "goes on")), attr("until", d.until.value)});
    return {};
}

}  // namespace assay::chain
