// A ledger with what a step needs around it, for tests of the ledger alone.
//
//   Economy e = economy_of(start_of());
//   e.ledger.buy_for(5 * kUsd, e.ledger.holders);
//   e.check();
#pragma once

#include "tests/sim/scenarios.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

namespace assay::sim {

inline constexpr u128 kToken = 1'000'000;
inline constexpr u128 kUsd = 1'000'000;

/// A ledger with what a step needs around it.
struct Economy {
    tokenomics::Params params;
    Ledger ledger;
    tokenomics::PriceState oracle;
    tokenomics::EpochInput in;
    tokenomics::EpochOutput out;
    tokenomics::EpochScratch scratch;
    std::vector<u128> weights;

    void hear(Price p) {
        oracle.spot = p;
        oracle.ema_q32 = u128{p.value} << 32;
    }
    void see() { hear(ledger.spot()); }
    void close(std::uint64_t step) {
        in.epoch = Epoch{step};
        for (std::size_t i = 0; i < in.providers.size(); ++i)
            in.providers[i].stake_at_start = in.providers[i].stake_at_end = ledger.groups[i].staked;
        ledger.close(params, in, out, scratch);
    }
    Credits consume(Credits wanted) { return ledger.consume(params, wanted, weights, oracle, in.providers); }
    void check() {
        const Status s = ledger.check_fully(params);
        if (!s) FAIL(s.error().message);
    }
};

inline Ledger::Start start_of(std::size_t groups = 3) {
    Ledger::Start s;
    s.supply = Amount{100'000'000 * kToken};
    s.bonded = Amount{1'000'000 * kToken};
    s.depth_usd = 2'000'000 * kUsd;
    s.price_usd = 0.5;
    s.stakes.assign(groups, Amount{10'000 * kToken});
    s.unbonding_steps = 5;
    s.fee = Ppb{3'000'000};
    return s;
}

inline Economy economy_of(const Ledger::Start& start, const std::vector<std::string>& sets = {}) {
    Economy e;
    e.params = devnet(sets).params;
    auto ledger = Ledger::open(e.params, start);
    if (!ledger) FAIL(ledger.error().message);
    e.ledger = *std::move(ledger);
    e.in.providers.resize(start.stakes.size());
    for (std::size_t i = 0; i < start.stakes.size(); ++i) {
        e.in.providers[i].provider.bytes[0] = static_cast<std::uint8_t>(i + 1);
        e.in.providers[i].passed_weight = 1 + i;
        e.weights.push_back(1 + i);
    }
    e.see();
    return e;
}

inline constexpr const char* kModes[] = {"destroy", "fee_destroy", "vault", "mint_ratio"};

/// A log-uniform number: dust and fortunes alike.
inline u128 any(test::Random& random, unsigned bits) {
    return random.u64() & ((u128{1} << random.below(bits)) - 1);
}

}  // namespace assay::sim
