#include "wallet/client/chain_info.hpp"

#include <algorithm>

#include "base/bech32m.hpp"
#include "wallet/client/json_write.hpp"

namespace assay::wallet {
namespace {

struct Typed {
    std::string_view number, unit;
};

/// "12.5 ASY" -> "12.5" and "ASY".
Typed split(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    const auto numeric = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    const auto end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), numeric) - text.begin());
    std::string_view unit = text.substr(end);
    while (!unit.empty() && blank(unit.front())) unit.remove_prefix(1);
    return {text.substr(0, end), unit};
}

Error bad(std::string_view text, const std::string& why) {
    return {Code::bad_amount, "the amount '" + std::string(text) + "' " + why};
}

Result<u128> decimal(std::string_view text, std::string_view number, unsigned decimals) {
    if (number.empty()) return bad(text, "does not begin with a number");
    auto out = parse_decimal(number, decimals);
    if (!out) return bad(text, "is refused: " + out.error().message);
    return out;
}

}  // namespace

std::string ChainInfo::show(Amount amount) const {
    return format_decimal(amount.units, decimals) + " " + denom;
}
std::string ChainInfo::show(const Address& address) const {
    return encode_address(prefix, address);
}

Result<Amount> ChainInfo::parse_amount(std::string_view text) const {
    const Typed typed = split(text);
    if (!typed.unit.empty() && typed.unit != denom)
        return bad(text, "is in '" + std::string(typed.unit) + "'; this chain's token is " + denom);
    ASSAY_TRY(const u128 units, decimal(text, typed.number, decimals));
    return Amount{units};
}

Result<ChainInfo> fetch_chain_info(RpcClient& rpc) {
    ASSAY_TRY(const json::Value status, rpc.call("status"));
    ChainInfo out;
    ASSAY_TRY(out.chain_id, text_at(status, "chain_id"));
    ASSAY_TRY(out.height, number_at(status, "height"));
    out.engine = text_or_empty(status, "engine");
    ASSAY_TRY(out.denom, text_at(status, "denom"));
    ASSAY_TRY(const std::uint64_t decimals, number_at(status, "decimals"));
    if (decimals > 24) return {Code::internal, "the node's token has more than 24 decimals"};
    out.decimals = static_cast<unsigned>(decimals);
    ASSAY_TRY(out.prefix, text_at(status, "prefix"));
    ASSAY_TRY(const json::Value fees, rpc.call("fees"));
    ASSAY_TRY(out.min_gas_price.units, digits_at(fees, "min_gas_price"));
    return out;
}

Result<AccountInfo> fetch_account(RpcClient& rpc, const ChainInfo& chain, const Address& address) {
    ASSAY_TRY(const json::Value account, rpc.call("account", Params().text("address", chain.show(address))));
    AccountInfo out;
    ASSAY_TRY(out.nonce, number_at(account, "nonce"));
    ASSAY_TRY(out.next_nonce, number_at(account, "next_nonce"));
    ASSAY_TRY(out.liquid.units, digits_at(account, "liquid"));
    return out;
}

Result<Credits> parse_usd(std::string_view text) {
    std::string_view rest = text;
    if (!rest.empty() && rest.front() == '$') rest.remove_prefix(1);
    const Typed typed = split(rest);
    if (!typed.unit.empty() && typed.unit != "USD") return bad(text, "is not in USD");
    ASSAY_TRY(const u128 units, decimal(text, typed.number, 6));
    return Credits{units};
}

Result<Price> parse_price(std::string_view text) {
    std::string_view rest = text;
    if (!rest.empty() && rest.front() == '$') rest.remove_prefix(1);
    const Typed typed = split(rest);
    if (!typed.unit.empty() && typed.unit != "USD") return bad(text, "is not in USD");
    ASSAY_TRY(const u128 units, decimal(text, typed.number, 8));
    if (units > ~std::uint64_t{0}) return bad(text, "is not a price that any token has");
    return Price{static_cast<std::uint64_t>(units)};
}

std::string show_usd(Credits credits) {
    return "$" + format_decimal(credits.units, 6);
}

Status check_amount_form(std::string_view text) {
    const Typed typed = split(text);
    const auto value = decimal(text, typed.number, 24);
    return value ? Status{} : Status{value.error()};
}

}  // namespace assay::wallet
