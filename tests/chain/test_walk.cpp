// Random walks of a length that every run of the tests can afford, over networks that differ in what they ask of the
// chain (walk.hpp).
#include "tests/chain/walk.hpp"
#include "tests/chain/walk_checks.hpp"

namespace assay::chain::test {
namespace {

#ifdef ASSAY_SANITIZED  // every invariant is scanned after every block: minutes of a sanitizer
constexpr std::size_t kLength = ASSAY_LONG_TESTS ? 30'000 : 2'000;
#else
constexpr std::size_t kLength = ASSAY_LONG_TESTS ? 30'000 : 5'000;
#endif

// What a walk must meet comes by chance, and whatever changes a hash changes when: it goes on for what is rare.
void check_walk(Walk& w, const std::vector<const char*>& causes = {}) {
    const bool products = w.chain().genesis.params.market.dispute_blocks != 0;
    const auto has = [](const auto& counts, const char* what) { return counts.count(what) > 0; };
    w.go(kLength);
    w.go_on(4 * kLength, [&] {
        return w.changed() > 0 && (!products || has(w.products(), "lease.delivered")) &&
               std::all_of(causes.begin(), causes.end(), [&](const char* cause) { return has(w.flows(), cause); });
    });
    std::size_t codes = 0;
    for (const auto& [code, n] : w.outcomes()) {
        std::printf("  %-24s %zu\n", code.c_str(), n);
        codes += n > 0;
    }
    for (const auto& [cause, n] : w.flows()) std::printf("  %-24s %zu\n", cause.c_str(), n);
    std::printf("  parameters changed       %zu\n", w.changed());
    CHECK((!products || has(w.products(), "lease.delivered")));
    for (const auto& [what, n] : w.products()) std::printf("  %-24s %zu\n", what.c_str(), n);
    for (const char* cause : causes) CHECK(has(w.flows(), cause));
    CHECK(w.changed() > 0);
    CHECK(codes >= 15);  // the walk is of use only where it gets about
    CHECK(w.outcomes().at("ok") > w.sent() / 5);
    check_history(w.chain());
    check_replays(w.chain());
    check_export(w.chain());
}

}  // namespace

TEST_CASE("a random walk with one validator keeps every invariant and replays to the same hashes") {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed()));
    Walk w(seed(), 1, [](Genesis& g) { g.params.stake.delegation = tokenomics::DelegationMode::open; });
    check_walk(w);
}

TEST_CASE("a random walk with three validators and short epochs") {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed() + 1));
    Walk w(seed() + 1, 3, [](Genesis& g) {
        g.params.epoch.blocks = 12;
        g.params.epoch.payments_per_block = 1;  // an epoch is paid while the next one is lived in
        g.params.work.open_blocks = 8;
        g.params.stake.delegation = tokenomics::DelegationMode::open;
        g.params.slash.full = Ppb{1'000'000'000};  // pools go to zero
        g.params.stake.unit_in = tokenomics::StakeUnit::usd;
        g.params.stake.unit_usd = 90'000'000;
        g.params.stake.access = tokenomics::AccessMode::scaled;
        g.params.stake.unbonding_ms = 25'000;
        g.params.slash.jail_ms = 5'000;
        g.params.validators.max = 5;
        g.params.vesting = {tokens(1), 3, Ppb{750'000'000}, 7'000, 5};
        g.params.stake.locked = tokenomics::LockedStake::all;
    });
    check_walk(w, {"reward_locked", "reward_released", "vesting_released"});
}

TEST_CASE("a random walk in each of the other burn modes, with recycling") {
    using tokenomics::BurnMode;
    for (const BurnMode mode : {BurnMode::fee_destroy, BurnMode::vault, BurnMode::mint_ratio}) {
        const std::uint64_t walk_seed = seed() + 10 + static_cast<std::uint64_t>(mode);
        std::printf("seed %llu\n", static_cast<unsigned long long>(walk_seed));
        Walk w(walk_seed, 1, [&](Genesis& g) {
            auto& bme = g.params.bme;
            bme.mode = mode;
            bme.credits_per_token = 1'000'000;
            bme.deviations = Ppb{Ppb::kOne};
            bme.attempts = 2;
            bme.items_per_block = 3;
            bme.fee_destroy = {Ppb{50'000'000}, Ppb{10'000'000}, Ppb{700'000'000}};
            bme.vault.shortfall = Ppb{10'000};  // a few tokens an epoch: the line of what waits is used
            bme.vault.warn_bps = 10'400;        // and so are its back-off and halt
            bme.vault.restart_bps = 10'200;
            bme.vault.halt_bps = 9'900;
            bme.vault.step_bps = 100;
            bme.recycle = {tokens(3), 4};
        });
        w.go(kLength / 3);
        CHECK(w.outcomes().at("ok") > w.sent() / 5);
        check_history(w.chain());
        check_replays(w.chain());
    }
}

TEST_CASE(
    "F14: parameters change by votes inside epochs, under open commits, orders and queued items: no block fails") {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed() + 3));
    Walk w(seed() + 3, 1, [](Genesis& g) {
        g.params.epoch.blocks = 12;
        g.params.epoch.payments_per_block = 2;
        g.params.work.open_blocks = 8;
        g.params.slash.jail_ms = 5'000;
        g.params.slash.hold_ms = 20'000;
        auto& v = g.params.governance;
        v.voting_ms = 3'000;
        v.timelock_ms = 1'000;
        v.quorum = Ppb{1};
        v.window_ms = 20'000;
        v.max_open = 64;
        v.deposit_min = Amount{};
    });
    w.vote_often();
    check_walk(w);
    CHECK(w.changed() > w.sent() / 200);
}

TEST_CASE("A10: a random walk near the cap, with 24 decimals and a full block every time") {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed() + 2));
    Walk w(seed() + 2, 1, [](Genesis& g) {
        g.params.token.decimals = 24;
        Amount sum;
        for (const auto& a : g.accounts) sum.units += a.amount.units;
        for (const auto& v : g.validators) sum.units += v.bond.units;
        g.params.token.cap = Amount{sum.units + tokens(3'000).units};
        g.params.emission.total = tokens(2'900);
        g.params.market.dispute_blocks = 0;
        g.params.block.max_bytes = 65'536;
        g.params.block.max_tx_bytes = 8'192;
        g.params.block.max_gas = 1'500'000;
    });
    check_walk(w);
}

TEST_CASE("blocks of hundreds of transactions have the same hashes on one thread and on sixteen", "[threads]") {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed() + 20));
    Walk w(seed() + 20, 1, [](Genesis& g) { g.params.block.max_gas = 4'000'000'000; },
           {.crowd = 0, .each = 4'000, .scan_blocks = 5});
    std::size_t most = 0;
    const auto helped = [&] {
        if (!w.chain().history.empty()) most = std::max(most, w.chain().history.back().txs.size());
        return most > 128;  // a helper for each 64
    };
    w.go(kLength);
    for (const Block& b : w.chain().history) most = std::max(most, b.txs.size());
    w.go_on(4 * kLength, helped);
    std::printf("at most %zu transactions in a block\n", most);
    CHECK(helped());
    w.chain().replay(options(1, 1 << 16));
    w.chain().replay(options(16));
}

}  // namespace assay::chain::test
