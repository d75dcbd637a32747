// What one purchase of credits does and what settling them does, to the base unit: the chain's own rules, no ledger.
//
//   ASSAY_TRY(Quote q, quote_burn(s.params, s.initial.supply, amount, price, price_later));
#pragma once

#include <optional>

#include "tokenomics/burn.hpp"

namespace assay::sim {

struct Quote {
    tokenomics::Purchase bought;
    std::optional<Price> settled_at;  ///< none: nothing was settled
    tokenomics::Settlement settled;
    /// What the supply is more by, and what it is less by.
    [[nodiscard]] Amount minted() const { return settled.minted; }
    [[nodiscard]] Amount destroyed() const;
    [[nodiscard]] std::string supply_change() const;  ///< base units with their sign
    /// What is held outside the vault changes by: less what was spent, fees come back, and what was paid. In mode vault
    /// this is what AEP-76 calls the change of supply.
    [[nodiscard]] std::string circulating_change() const;
};

/// Burns `offered` at `price`; with `settle_at`, all that was bought is consumed and settled then, out of the vault
/// that this purchase filled, where there is one. Supply before it is `supply`. Errors: those of the chain's rules.
[[nodiscard]] Result<Quote> quote_burn(const tokenomics::Params& p, Amount supply, Amount offered, Price price,
                                       const std::optional<Price>& settle_at);
/// Settles `credits` that the fewest tokens were burned for at `price`.
[[nodiscard]] Result<Quote> quote_settle(const tokenomics::Params& p, Amount supply, Credits credits, Price price,
                                         Price settle_at);

}  // namespace assay::sim
