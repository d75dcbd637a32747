// What one purchase of credits does and what settling them does, to the base unit: the chain's own rules, no ledger.
//
//   ASSAY_TRY(Quote q, quote_burn(s.params, s.initial.supply, amount, price, price_later));
#pragma once

#include <optional>

#include "tokenomics/params.hpp"

namespace assay::sim {

struct Quote {
    Amount spent;                                     ///< of what was offered
    Credits credits;                                  ///< bought
    Amount destroyed;                                 ///< by the purchase
    std::optional<Price> settled_at;                  ///< none: nothing was settled
    Amount paid;                                      ///< to the provider
    Amount minted;                                    ///< for that
    [[nodiscard]] std::string supply_change() const;  ///< base units with their sign
};

/// Burns `offered` at `price`; with `settle_at`, all that was bought is consumed and settled then. Supply before it is
/// `supply`. Errors: those of the chain's rules.
[[nodiscard]] Result<Quote> quote_burn(const tokenomics::Params& p, Amount supply, Amount offered, Price price,
                                       const std::optional<Price>& settle_at);
/// Settles `credits` that the fewest tokens were burned for at `price`.
[[nodiscard]] Result<Quote> quote_settle(const tokenomics::Params& p, Amount supply, Credits credits, Price price,
                                         Price settle_at);

}  // namespace assay::sim
