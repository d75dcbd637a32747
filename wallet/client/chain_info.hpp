// What has to be known of a chain before a transaction can be written.
//
//   ASSAY_TRY(ChainInfo chain, fetch_chain_info(rpc));
//   ASSAY_TRY(AccountInfo me, fetch_account(rpc, chain, address));
#pragma once

#include "base/bytes.hpp"
#include "base/types.hpp"
#include "wallet/client/rpc_client.hpp"

namespace assay::wallet {

struct ChainInfo {
    std::string chain_id;
    std::uint64_t height = 0;
    std::string engine;  ///< "solo", "cometbft": who signs its blocks
    std::string denom = "ASY";
    unsigned decimals = 6;
    std::string prefix = "assay";
    Amount min_gas_price;  ///< base units per 1000 gas

    /// "12.5 ASY"
    [[nodiscard]] std::string show(Amount amount) const;
    /// "12.5", "12.5 ASY" or "12.5ASY". Errors: bad_amount, also for another denomination and too many decimals.
    [[nodiscard]] Result<Amount> parse_amount(std::string_view text) const;
    [[nodiscard]] std::string show(const Address& address) const;
};

struct AccountInfo {
    std::uint64_t nonce = 0;
    std::uint64_t next_nonce = 0;  ///< behind what waits in the node's mempool
    Amount liquid;
};

/// From `status` and `fees`. Errors: those of the call, internal for an answer without the members.
[[nodiscard]] Result<ChainInfo> fetch_chain_info(RpcClient& rpc);
[[nodiscard]] Result<AccountInfo> fetch_account(RpcClient& rpc, const ChainInfo& chain, const Address& address);

/// Credits are USD for people: 1.25 is 1250000 micro-USD. "$1.25", "1.25", "1.25 USD". Errors: bad_amount.
[[nodiscard]] Result<Credits> parse_usd(std::string_view text);
/// USD per token with up to 8 decimals. Errors: bad_amount.
[[nodiscard]] Result<Price> parse_price(std::string_view text);
[[nodiscard]] std::string show_usd(Credits credits);

/// Whether a text can be an amount of any token at all: what can be told before a node is asked. Errors: bad_amount.
[[nodiscard]] Status check_amount_form(std::string_view text);

}  // namespace assay::wallet
