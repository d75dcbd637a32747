// What holds of any chain at its end, whatever happened on it: other Apps execute the same blocks to the same hashes,
// its state goes through a file and back, and every account's past adds up.
#pragma once

#include "chain/account_history.hpp"
#include "tests/chain/through_a_file.hpp"

namespace assay::chain::test {

// The state at the walk's end, as a file and back: the same hash, and the same file once more.
inline void check_export(const Chain& c) {
    const Bytes file = exported(*c.app);
    const TempDir dir;
    auto app = Chain::open(dir.path(), {});
    const auto header = read_in(*app, file);
    if (!header) FAIL(header.error().message);
    CHECK(app->info().app_hash == c.app->info().app_hash);
    CHECK(exported(*app) == file);
    // There the past is one change, and its epochs cannot be explained.
    const Address who = c.anna.address();
    std::size_t told = 0;
    const auto end = each_change(*app, who, Height{0}, c.height(), {}, [&](const AccountChange& change) {
        CHECK(change.cause == "state_file");
        const Account now = c.account(c.anna);
        CHECK(change.after == (change.bucket == Bucket::liquid ? now.liquid.units : now.credits.units));
        ++told;
        return true;
    });
    REQUIRE(end.ok());
    CHECK(told > 0);
    CHECK(explain_account(*app, who, Epoch{0}, {}, {}).error().code == Code::pruned);
}

inline void check_replays(const Chain& c) {
    c.replay(options(1, 1 << 16));
    c.replay(options(16));
    // With a restart after each few blocks, and with every block checked as a proposal first.
    const TempDir dir;
    auto app = Chain::open(dir.path(), options(2));
    REQUIRE(app->init_chain(c.genesis).ok());
    for (std::size_t i = 0; i < c.history.size(); ++i) {
        if (i % 97 == 96) {
            app.reset();
            app = Chain::open(dir.path(), options(3, 1 << 18));
        }
        (void)app->process_proposal(c.history[i]);
        if (i % 5 == 0) (void)app->finalize_block(c.history[i]);
        const auto results = app->finalize_block(c.history[i]);
        REQUIRE(results.ok());
        INFO("height " << i + 1);
        REQUIRE(results->app_hash == c.hashes[i]);
        REQUIRE(app->commit().ok());
    }
}

// Everybody's ledger sums to the balance, from page to page and as a whole, and the terms of each epoch to its change.
inline void check_history(const Chain& c) {
    std::map<Address, Account> all;
    c.read([&](const StateView& s) {
        s.for_prefix(tables::kAccounts, {}, [&](ByteView key, ByteView value) {
            all[Address::from(key)] = *borsh::decode<Account>(value);
            return true;
        });
        return 0;
    });
    const std::uint64_t epochs = c.clock().epoch.value;
    std::size_t changes = 0, looked_at = 0;
    for (const auto& [who, account] : all) {
        if (all.size() > 30 && looked_at >= 30 && account.nonce == 0) continue;  // most were sent to once
        ++looked_at;
        std::array<u128, 2> sum{};
        Height from;
        for (bool more = true; more;) {  // pages of a few blocks
            const HistoryBudget few{3 + changes % 50, 1'000};
            const auto end = each_change(*c.app, who, from, c.height(), few, [&](const AccountChange& change) {
                u128& units = sum[change.bucket == Bucket::liquid ? 0 : 1];
                units = change.in ? units + change.value : units - change.value;
                CHECK(units == change.after);
                CHECK(change.cause != "unrecorded");
                CHECK((change.cause == "genesis") == (change.height.value == 0));
                CHECK_FALSE(rule_of_cause(change.cause).empty());
                ++changes;
                return true;
            });
            REQUIRE(end.ok());
            more = end->cut;
            from = end->through + 1;
        }
        CHECK(sum[0] == account.liquid.units);
        CHECK(sum[1] == account.credits.units);
        if (account.nonce == 0) continue;
        const std::uint64_t step = std::max<std::uint64_t>(1, epochs / 40);
        for (std::uint64_t e = 0; e <= epochs; e += step) {
            const auto told = explain_account(*c.app, who, Epoch{e}, {}, {});
            if (!told && e == epochs) continue;  // its first block is not there yet
            REQUIRE(told.ok());
            CHECK(told->adds_up);
            std::array<u128, 2> at{told->liquid_before.units, told->credits_before.units};
            for (const AccountTerm& t : told->terms) {
                u128& units = at[t.bucket == Bucket::liquid ? 0 : 1];
                units = t.in ? units + t.value : units - t.value;
                CHECK_FALSE(t.rule.empty());
            }
            CHECK(at[0] == told->liquid_after.units);
            CHECK(at[1] == told->credits_after.units);
        }
    }
    std::printf("  changes told             %zu\n", changes);
}

}  // namespace assay::chain::test
