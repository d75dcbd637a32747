// The network's own tokens and dollars, and what comes free to whom.
#include <algorithm>

#include "tokenomics/sim/model/ledger.hpp"

namespace assay::sim {

void Ledger::take_fee(u128 usd) {
    treasury_usd += usd;
    treasury_in += usd;
}

u128 Ledger::spend(u128 usd) {
    if (usd > treasury_usd) {
        // More than half of a pool's dollars would give its price away.
        const u128 lacking = std::min(usd - treasury_usd, pooled() ? pool_usd / 2 : pool_usd);
        take_fee(sell(tokens_for(lacking), pools.treasury));
    }
    const u128 paid = std::min(usd, treasury_usd);
    treasury_usd -= paid;
    treasury_out += paid;
    return usd - paid;
}

Amount Ledger::buyback(u128 usd, bool burn) {
    Amount bought;
    const u128 before = usd_in;
    buy_for(std::min(usd, treasury_usd), bought);
    treasury_usd -= usd_in - before;
    treasury_out += usd_in - before;
    bought_back.units += bought.units;
    (burn ? burned : pools.treasury).units += bought.units;
    return bought;
}

Amount Ledger::unlock(std::size_t party, Amount amount) {
    PartyLedger& p = parties[party];
    const Amount out = min_of(amount, p.locked);
    p.locked.units -= out.units;
    p.free.units += out.units;
    locked.units -= out.units;
    unlocked.units += out.units;
    return out;
}

}  // namespace assay::sim
