#include "tokenomics/burn.hpp"

#include <algorithm>
#include <array>

namespace assay::tokenomics {
namespace {

constexpr std::array<u128, 25> kScales = [] {
    std::array<u128, 25> out{};
    u128 power = 100;
    for (u128& scale : out) {
        scale = power;
        power *= 10;
    }
    return out;
}();

// 10^(decimals + 2): micro-USD of a price in USD x 10^-8 per token.
Result<u128> scale(unsigned decimals) {
    if (decimals > 24) return {Code::overflow, "a token has at most 24 decimals"};
    return kScales[decimals];
}

}  // namespace

Result<Credits> credits_for(Amount burned, Price price, unsigned decimals) {
    ASSAY_TRY(u128 per_token, scale(decimals));
    ASSAY_TRY(u128 v, mul_div(burned.units, price.value, per_token));
    return Credits{v};
}

Result<Amount> tokens_worth(Credits credits, Price price, unsigned decimals) {
    if (price.value == 0) return {Code::price_stale, "the price is zero: nothing settles at it"};
    ASSAY_TRY(u128 per_token, scale(decimals));
    ASSAY_TRY(u128 v, mul_div(credits.units, per_token, price.value));
    return Amount{v};
}

Amount carried_by(Credits taken, Credits held, Amount tokens) {
    if (taken.is_zero()) return {};
    if (taken >= held) return tokens;
    const auto part = mul_div(tokens.units, taken.units, held.units);
    return Amount{*part};  // taken < held: below `tokens`
}

Prices prices_of(const BmeParams& bme, const PriceState& price) {
    const Price average = ema(price);
    const std::uint64_t less = deviations(price, bme.deviations);
    const Price low{average.value > less ? average.value - less : 0};
    return {std::min(price.spot, low), std::max(price.spot, average)};
}

Result<Purchase> purchase(const BmeParams& bme, const Prices& prices, unsigned decimals, Amount offered,
                          Credits exact) {
    switch (bme.mode) {
        case BurnMode::vault:
            return purchase_vault(bme, prices.burn, decimals, offered, exact);
        case BurnMode::mint_ratio:
            return purchase_fixed(bme, decimals, offered, exact);
        case BurnMode::destroy:
        case BurnMode::fee_destroy:
            break;
    }
    return purchase_destroying(bme, prices.burn, decimals, offered, exact);
}

Result<Amount> price_of(const BmeParams& bme, const Prices& prices, unsigned decimals, Credits exact) {
    ASSAY_TRY(const Purchase p, purchase(bme, prices, decimals, Amount::max(), exact));
    return p.spent;
}

Result<Settlement> settle(const BmeParams& bme, const Prices& prices, unsigned decimals, const Funds& funds,
                          Credits credits, Amount tokens) {
    switch (bme.mode) {
        case BurnMode::vault:
            return settle_vault(bme, prices.settle, decimals, funds, credits, tokens);
        case BurnMode::mint_ratio:
            return settle_fixed(bme, funds, credits, tokens);
        case BurnMode::destroy:
        case BurnMode::fee_destroy:
            break;
    }
    return settle_destroying(bme, prices.settle, decimals, funds, credits, tokens);
}

Result<Bought> buy_at(const BmeParams& bme, u128 credits, u128 tokens, Amount offered, Credits exact) {
    if (credits == 0)
        return {Code::min_credits_not_met, "the price buys nothing: a token is worth less than any credit"};
    Bought out{offered, exact};
    if (exact.is_zero()) {
        ASSAY_TRY(out.credits.units, mul_div(offered.units, credits, tokens));
    } else {
        const auto needed = mul_div_ceil(exact.units, tokens, credits);
        if (!needed || *needed > offered.units)
            return {Code::min_credits_not_met, to_digits(exact.units) + " micro-USD of credits take " +
                                                   (needed ? to_digits(*needed) : "more than 2^128 - 1") +
                                                   " base units, offered are " + to_digits(offered.units)};
        out.spent = Amount{*needed};
    }
    if (out.credits.is_zero() || out.credits.units < bme.min_credits)
        return {Code::min_credits_not_met, "the burn buys " + to_digits(out.credits.units) +
                                               " micro-USD of credits, bme.min_credits is " +
                                               to_digits(bme.min_credits)};
    if (out.spent < bme.min_burn)
        return {Code::min_credits_not_met, "the burn takes " + to_digits(out.spent.units) +
                                               " base units, bme.min_burn is " + to_digits(bme.min_burn.units)};
    return out;
}

Result<u128> per_token(unsigned decimals) {
    return scale(decimals);
}

}  // namespace assay::tokenomics
