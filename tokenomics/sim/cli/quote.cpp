// quote: one purchase or settlement, as typed.
#include "tokenomics/sim/quote.hpp"

#include "tokenomics/params_json.hpp"
#include "tokenomics/sim/cli/commands.hpp"
#include "tokenomics/sim/scenario.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
namespace {

// A price as typed, "1.14" USD of a whole token.
Result<Price> typed_price(const std::string& text, const char* option) {
    const auto units = parse_decimal(text, 8);
    if (!units || *units == 0 || *units > ~std::uint64_t{0})
        return {Code::usage, std::string(option) + " is \"" + text +
                                 "\": a price in USD of a whole token, above zero, with at most eight decimals"};
    return Price{static_cast<std::uint64_t>(*units)};
}

// "12.5" or "12.5 AKT".
Result<Amount> typed_tokens(const std::string& text, const tokenomics::TokenParams& token) {
    const std::size_t space = text.find(' ');
    if (space != std::string::npos && text.substr(space + 1) != token.denom)
        return {Code::usage, "--amount is in " + text.substr(space + 1) + ", the token is " + token.denom};
    const auto units = parse_decimal(text.substr(0, space), token.decimals);
    if (!units) return {Code::usage, "--amount " + text + ": " + units.error().message};
    return Amount{*units};
}

Result<Credits> typed_usd(const std::string& text) {
    const std::size_t space = text.find(' ');
    if (space != std::string::npos && text.substr(space + 1) != "USD")
        return {Code::usage, "--amount of a settlement is in USD"};
    const auto units = parse_decimal(text.substr(0, space), 6);
    if (!units) return {Code::usage, "--amount " + text + ": " + units.error().message};
    return Credits{*units};
}

Result<Quote> computed(const Scenario& s, const QuoteCommand& c, Price price, const std::optional<Price>& later) {
    if (c.settle) {
        ASSAY_TRY(const Credits credits, typed_usd(c.amount));
        return quote_settle(s.params, s.initial.supply, credits, price, later.value_or(price));
    }
    ASSAY_TRY(const Amount offered, typed_tokens(c.amount, s.params.token));
    return quote_burn(s.params, s.initial.supply, offered, price, later);
}

}  // namespace

int run_quote(const Output& out, const QuoteCommand& c) {
    const auto price = typed_price(c.price, "--price");
    if (!price) return out.fail(price.error());
    std::optional<Price> later;
    if (!c.price_settle.empty()) {
        const auto typed = typed_price(c.price_settle, "--price-settle");
        if (!typed) return out.fail(typed.error());
        later = *typed;
    }
    const auto s = load_scenario(c.source, c.sets);
    if (!s) return out.fail(s.error(), hint_for(s.error()));
    const auto q = computed(*s, c, *price, later);
    if (!q)
        return out.fail(q.error(), q.error().code == Code::insufficient_funds
                                       ? "the supply is that of the genesis: --set initial.supply=… is another"
                                       : "");

    const auto& token = s->params.token;
    const auto& bought = q->bought;
    const auto& settled = q->settled;
    const std::string mode(tokenomics::word_of(s->params.bme.mode));
    if (out.json) {
        const auto digits = [](u128 v) { return "\"" + to_digits(v) + "\""; };
        std::string text =
            "{\"preset\":" + json_text(s->name) + ",\"denom\":" + json_text(token.denom) +
            ",\"decimals\":" + std::to_string(token.decimals) + ",\"mode\":" + json_text(mode) +
            ",\"price\":" + digits(price->value) + ",\"spent\":" + digits(bought.spent.units) +
            ",\"credits\":" + digits(bought.credits.units) + ",\"destroyed\":" + digits(bought.destroyed.units) +
            ",\"vaulted\":" + digits(bought.vaulted.units) + ",\"treasury\":" + digits(bought.treasury.units) +
            ",\"validators\":" + digits(bought.validators.units) + ",\"settlement\":";
        text += q->settled_at
                    ? "{\"price\":" + digits(q->settled_at->value) + ",\"credits\":" + digits(settled.credits.units) +
                          ",\"paid\":" + digits(settled.paid.units) +
                          ",\"from_vault\":" + digits(settled.from_vault.units) +
                          ",\"minted\":" + digits(settled.minted.units) +
                          ",\"destroyed\":" + digits(settled.destroyed.units) + "}"
                    : "null";
        return out.done(text + ",\"supply_change\":\"" + q->supply_change() + "\",\"circulating_change\":\"" +
                        q->circulating_change() + "\"}\n");
    }
    const auto tokens = [&](Amount a) { return grouped(format_decimal(a.units, token.decimals)) + " " + token.denom; };
    const auto usd = [](Price p) { return "$" + format_decimal(p.value, 8); };
    const auto dollars = [](Credits of) { return "$" + grouped(format_decimal(of.units, 6)); };
    Table table("lr");
    table.row({"mode " + mode, ""});
    table.row({"price", usd(*price)});
    table.row({"spent", tokens(bought.spent)});
    table.row({"credits", dollars(bought.credits)});
    const auto part = [&](const char* name, Amount a) {
        if (!a.is_zero()) table.row({name, tokens(a)});
    };
    part("destroyed", bought.destroyed);
    part("into the vault", bought.vaulted);
    part("to the treasury", bought.treasury);
    part("to the validators", bought.validators);
    if (q->settled_at) {
        table.row({"settled at", usd(*q->settled_at)});
        if (settled.credits < bought.credits)
            table.row({"still waiting", dollars(sub_or_zero(bought.credits, settled.credits))});
        table.row({"paid", tokens(settled.paid)});
        if (settled.paid.is_zero()) table.row({"", "providers are paid from the epoch's mint alone"});
        part("out of the vault", settled.from_vault);
        part("minted", settled.minted);
        part("destroyed then", settled.destroyed);
    }
    const auto change = [&](const std::string& units) {  // with its sign
        const bool less = units.front() == '-';
        const auto size = parse_digits(less ? units.substr(1) : units);
        return (less ? "-" : "+") + tokens(Amount{size ? *size : 0});
    };
    table.row({"supply", change(q->supply_change())});
    if (s->params.bme.mode == tokenomics::BurnMode::vault)
        table.row({"outside the vault", change(q->circulating_change())});
    return out.done(table.text());
}

}  // namespace assay::sim::cli
