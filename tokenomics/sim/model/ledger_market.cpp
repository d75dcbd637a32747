// Where tokens meet dollars. A trade that would give nothing costs nothing.
#include <algorithm>

#include "tokenomics/sim/model/ledger.hpp"

namespace assay::sim {

// What a buyer pays so that `net` is left after the fee.
u128 Ledger::with_fee(u128 net) {
    return must(mul_div_ceil(net, Ppb::kOne, Ppb::kOne - fee_.value));
}

void Ledger::take_in(u128 usd, Amount out, Amount& to) {
    pool_usd += usd;
    usd_in += usd;
    traded_usd += usd;
    pool_tokens.units -= out.units;
    to.units += out.units;
}

Amount Ledger::buy_for(u128 usd, Amount& to) {
    const u128 net = usd - must(mul_div_ceil(usd, fee_.value, Ppb::kOne));
    if (net == 0) return {};
    Amount out;
    if (pooled()) {
        out.units = must(mul_div(pool_tokens.units, net, pool_usd + net));
        if (out >= pool_tokens) return {};
    } else if (quote_.value != 0) {
        const auto worth = mul_div(net, scale_, quote_.value);
        out = worth ? min_of(Amount{*worth}, pool_tokens) : pool_tokens;
        if (!worth || *worth > out.units)
            usd = std::min(usd, with_fee(must(mul_div_ceil(out.units, quote_.value, scale_))));
    }
    if (out.is_zero()) return {};
    take_in(usd, out, to);
    return out;
}

Amount Ledger::buy(Amount wanted, Amount& to) {
    const Amount out = min_of(wanted, most_to_buy());
    if (out.is_zero() || (!pooled() && quote_.value == 0)) return {};
    const u128 net = pooled() ? must(mul_div_ceil(pool_usd, out.units, pool_tokens.units - out.units))
                              : must(mul_div_ceil(out.units, quote_.value, scale_));
    take_in(with_fee(net), out, to);
    return out;
}

u128 Ledger::sell(Amount amount, Amount& from) {
    Amount in = min_of(amount, from);
    const u128 net = in.units - must(mul_div_ceil(in.units, fee_.value, Ppb::kOne));
    u128 usd = 0;
    if (pooled()) {
        usd = must(mul_div(pool_usd, net, pool_tokens.units + net));
    } else {
        const auto worth = mul_div(net, quote_.value, scale_);
        usd = worth ? std::min(*worth, pool_usd) : pool_usd;
        if (usd != 0 && (!worth || *worth > usd)) in = min_of(in, tokens_for(usd));
    }
    if (usd == 0) return 0;
    from.units -= in.units;
    pool_tokens.units += in.units;
    pool_usd -= usd;
    usd_out += usd;
    traded_usd += usd;
    return usd;
}

// The fewest tokens that sell for `usd`, which the market has more than (a market maker: at least as much).
Amount Ledger::tokens_for(u128 usd) {
    if (usd == 0 || (!pooled() && quote_.value == 0)) return {};
    const u128 net = pooled() ? must(mul_div_ceil(pool_tokens.units, usd, pool_usd - usd))
                              : must(mul_div_ceil(usd, scale_, quote_.value));
    return Amount{with_fee(net)};
}

Price Ledger::spot() const {
    if (!pooled()) return quote_;
    const auto price = mul_div(pool_usd, scale_, pool_tokens.units);
    constexpr std::uint64_t kMost = 0xffffffffffffull;
    return Price{price ? static_cast<std::uint64_t>(std::min<u128>(*price, kMost)) : kMost};
}

void Ledger::liquidity(Ppb keep) {
    if (pooled() && product_fell()) fail({Code::conservation_broken, "the product of the pool fell"});
    const u128 tokens = pool_tokens.units;
    if (tokens == 0) return;
    u128 then = std::max<u128>(1, must(mul_div(tokens, keep.value, Ppb::kOne)));
    then = std::min(then, tokens + holders.units);
    const u128 usd = must(mul_div_ceil(pool_usd, then, tokens));
    if (broken_) return;
    holders.units = holders.units + tokens - then;
    pool_tokens.units = then;
    if (usd > pool_usd)
        usd_in += usd - pool_usd;
    else
        usd_out += pool_usd - usd;
    pool_usd = usd;
    remember_product();
}

}  // namespace assay::sim
