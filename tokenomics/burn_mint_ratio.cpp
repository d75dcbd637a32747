// Credits at a fixed conversion; their tokens wait in the vault and are destroyed when work consumes them, and a share
// of them is minted to who did it (Pocket: 97.5 %, PIP-41). No price decides anything here.
#include "tokenomics/burn.hpp"

namespace assay::tokenomics {

Result<Purchase> purchase_fixed(const BmeParams& bme, unsigned decimals, Amount offered, Credits exact) {
    ASSAY_TRY(u128 scale, per_token(decimals));
    ASSAY_TRY(const Bought b, buy_at(bme, bme.credits_per_token, scale / 100, offered, exact));
    Purchase out;
    out.credits = b.credits;
    out.spent = out.carried = out.vaulted = b.spent;
    return out;
}

Result<Settlement> settle_fixed(const BmeParams& bme, const Funds& funds, Credits credits, Amount tokens) {
    Settlement out;
    out.credits = credits;
    out.tokens = tokens;
    out.destroyed = min_of(tokens, funds.vault);
    ASSAY_TRY(const Amount pay, share_of(out.destroyed, bme.payout));
    const auto room = add(funds.mintable, out.destroyed);  // what is destroyed makes room under the cap
    out.paid = out.minted = room ? min_of(pay, *room) : pay;
    return out;
}

}  // namespace assay::tokenomics
