// Where tokens meet dollars, in doubles: a constant-product pool, or a market maker who trades at his quote as far as
// his tokens and dollars go. ledger_market.cpp's twin.
//
//   V tokens = market.buy_for(usd);         // what came
//   V usd = market.sell(tokens, owner);     // at most what the owner has
#pragma once

#include "tokenomics/sim/model/setup.hpp"
#include "tokenomics/sim/model/simd.hpp"

namespace assay::sim {
namespace {

/// Nearest double or its neighbour: real::of, kept apart for each instruction set.
ASSAY_INLINE double real_of(u128 units) {
    return static_cast<double>(static_cast<std::uint64_t>(units >> 64)) * 0x1p64 +
           static_cast<double>(static_cast<std::uint64_t>(units));
}

class FastMarket {
   public:
    void start(const Setup& setup) {
        const Ledger& l = setup.start;
        pooled_ = setup.scenario.market.kind == MarketKind::cpmm;
        token_ = setup.token;
        kept_ = 1 - static_cast<double>(setup.scenario.market.fee.value) * 1e-9;
        per_token_ = 1 / token_;
        per_kept_ = 1 / kept_;
        tokens = V(real_of(l.pool_tokens.units));
        usd = V(real_of(l.pool_usd) * 1e-6);
        product_ = tokens * usd;
        traded = flow_ = V(0.0);
        quote_ = V(static_cast<double>(l.spot().value) * 1e-8);
    }
    [[nodiscard]] ASSAY_INLINE V spot() const { return pooled_ ? usd / tokens * V(token_) : quote_; }
    ASSAY_INLINE void quote(V price) { quote_ = price; }
    [[nodiscard]] ASSAY_INLINE V most_tokens() const { return pooled_ ? tokens * V(0.5) : tokens; }
    [[nodiscard]] ASSAY_INLINE V most_usd() const { return pooled_ ? usd * V(0.5) : usd; }

    ASSAY_INLINE V buy_for(V offered) {
        const V net = offered * V(kept_);
        V out, paid = offered;
        if (pooled_) {
            out = tokens * net / (usd + net);
        } else {
            const V worth = select(quote_ > V(0.0), net * V(token_) / quote_, V(0.0));
            out = min(worth, tokens);
            paid = select(worth > out, out * quote_ * V(per_token_ * per_kept_), offered);
            paid = select(out > V(0.0), paid, V(0.0));
        }
        return take(paid, out);
    }
    /// As many of the wanted tokens as can be had, for whatever they cost.
    ASSAY_INLINE V buy(V wanted) {
        const V out = min(wanted, most_tokens());
        const V net = pooled_ ? usd * out / (tokens - out) : out * quote_ * V(per_token_);
        return take(net * V(per_kept_), out);
    }
    ASSAY_INLINE V sell(V units, V& from) {
        V in = min(positive(units), from), out;
        const V net = in * V(kept_);
        if (pooled_) {
            out = usd * net / (tokens + net);
        } else {
            const V worth = net * quote_ * V(per_token_);
            out = min(worth, usd);
            in = select(worth > out, min(in, tokens_to_get(out)), in);
        }
        from -= in;
        tokens += in;
        usd -= out;
        traded += out;
        flow_ -= out;
        return out;
    }
    /// Of a pool: buys for the share x of its dollars where x is above zero, else sells the share -x of its tokens.
    ASSAY_INLINE void turn_over(V x, V& owner) {
        if (!pooled_) {
            owner += buy_for(usd * positive(x));
            (void)sell(tokens * positive(-x), owner);
            return;
        }
        const M buying = x > V(0.0);
        const V in = select(buying, usd * x, min(tokens * positive(-x), owner));
        const V net = in * V(kept_);
        const V out = select(buying, tokens, usd) * net / (select(buying, usd, tokens) + net);
        const V bought = select(buying, out, V(0.0)), sold = select(buying, V(0.0), in);
        const V paid = select(buying, in, V(0.0)), got = select(buying, V(0.0), out);
        tokens += sold - bought;
        owner += bought - sold;
        usd += paid - got;
        traded += paid + got;
        flow_ += paid - got;
    }
    [[nodiscard]] ASSAY_INLINE V tokens_to_get(V wanted) const {
        const V net =
            pooled_ ? tokens * wanted / (usd - wanted) : select(quote_ > V(0.0), wanted * V(token_) / quote_, V(0.0));
        return net * V(per_kept_);
    }
    /// Liquidity providers keep this share of both sides; their tokens are the holders'.
    ASSAY_INLINE void liquidity(V keep, V& holders) {
        const V then = min(tokens * keep, tokens + holders);
        const V share = then / tokens;
        holders += tokens - then;
        tokens = then;
        usd = usd * share;
        product_ = tokens * usd;
    }
    /// Dollars in less dollars out since the last call.
    ASSAY_INLINE V net_flow() {
        const V out = flow_;
        flow_ = V(0.0);
        return out;
    }
    /// Where the product of a pool fell since the last call, by more than rounding.
    [[nodiscard]] ASSAY_INLINE M fell() {
        const V now = tokens * usd;
        const M out = pooled_ ? now < product_ * V(1 - 1e-9) : V(0.0) > V(1.0);
        product_ = now;
        return out;
    }

    V tokens, usd, traded;

   private:
    ASSAY_INLINE V take(V paid, V out) {
        usd += paid;
        traded += paid;
        flow_ += paid;
        tokens -= out;
        return out;
    }
    bool pooled_ = true;
    double token_ = 1, kept_ = 1, per_token_ = 1, per_kept_ = 1;  ///< inverses: a division a step is dear
    V quote_, product_, flow_;
};

}  // namespace
}  // namespace assay::sim
