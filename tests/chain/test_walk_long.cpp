// The long walk, a million transactions over fifty chains of five networks: prints what came of each message, and one
// hash of all app hashes that depends on the seed alone (scripts/same-hash compares it over compilers and optimization
// levels):
//
//   ASSAY_WALK_TXS=1000000 ASSAY_TEST_SEED=7 build/release/tests/test_chain_walk "[long-walk]"
#include "tests/chain/walk.hpp"
#include "tests/chain/walk_checks.hpp"

namespace assay::chain::test {
namespace {

std::size_t long_walk_length() {
    if (const char* text = std::getenv("ASSAY_WALK_TXS")) return std::strtoull(text, nullptr, 10);
#ifdef ASSAY_SANITIZED
    return ASSAY_LONG_TESTS ? 100'000 : 2'000;
#else
    return ASSAY_LONG_TESTS ? 1'000'000 : 12'000;
#endif
}

// The networks of the long walk, one per mode of burning, with what else is to be met on the way.
void walk_network(Genesis& g, std::size_t number) {
    using tokenomics::BurnMode;
    constexpr std::array kModes = {BurnMode::destroy, BurnMode::fee_destroy, BurnMode::vault, BurnMode::mint_ratio,
                                   BurnMode::destroy};
    auto& p = g.params;
    p.epoch.blocks = 12;
    p.work.open_blocks = 8;
    p.stake.delegation = tokenomics::DelegationMode::open;
    p.stake.unbonding_ms = 25'000;
    p.slash.jail_ms = 5'000;
    p.bme.mode = kModes.at(number);
    p.bme.credits_per_token = 1'000'000;
    p.bme.deviations = Ppb{Ppb::kOne};
    p.bme.fee_destroy = {Ppb{50'000'000}, Ppb{10'000'000}, Ppb{700'000'000}};
    p.bme.vault.shortfall = Ppb{10'000};
    p.bme.vault.warn_bps = 10'400;
    p.bme.vault.restart_bps = 10'200;
    p.bme.vault.halt_bps = 9'900;
    p.bme.vault.step_bps = 100;
    p.bme.recycle = {tokens(3), 4};
    p.vesting = {tokens(1), 3, Ppb{750'000'000}, 7'000, 5};
    p.stake.locked = static_cast<tokenomics::LockedStake>(number % 3);
    p.validators.max = 5;
    p.validators.max_missed = Ppb{300'000'000};  // newcomers never propose: jail, and the way out of it
    p.validators.min_expected = 2;
    p.validators.jail_ms = 5'000;
    if (number % 2 == 1) {
        p.stake.unit_in = tokenomics::StakeUnit::usd;
        p.stake.unit_usd = 90'000'000;
        p.stake.access = tokenomics::AccessMode::scaled;
        p.slash.full = Ppb{1'000'000'000};  // pools go to zero
    }
    if (number == 0) {  // votes pass often
        auto& v = p.governance;
        v.voting_ms = 3'000;
        v.timelock_ms = 1'000;
        v.quorum = Ppb{1};
        v.deposit_min = Amount{};
    }
    g.accounts.at(0).amount = tokens(200'000'000);  // the buyer's, who pays for the newcomers
    if (number == 4) {                              // near the cap, with many decimals
        p.token.decimals = 24;
        Amount sum;
        for (const auto& a : g.accounts) sum.units += a.amount.units;
        for (const auto& v : g.validators) sum.units += v.bond.units;
        p.emission.total = tokens(500'000);
        p.token.cap = Amount{sum.units + tokens(510'000).units};
    }
}

/// The name of each alternative of Message.
std::vector<std::string> all_message_names() {
    std::vector<std::string> out;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (out.emplace_back(message_name(Message(std::in_place_index<I>))), ...);
    }
    (std::make_index_sequence<std::variant_size_v<Message>>());
    return out;
}

}  // namespace

TEST_CASE("a long random walk over five networks: all messages pass often, any number of threads gives the same hash",
          "[long-walk][threads]") {
    constexpr std::size_t kNetworks = 5;
    const std::size_t length = long_walk_length();
    std::printf("seed %llu, %zu transactions\n", static_cast<unsigned long long>(seed()), length);
    std::map<std::string, std::size_t> outcomes;
    std::map<std::string, Walk::Came> messages;
    std::size_t sent = 0, blocks = 0, epochs = 0, changed = 0;
    Bytes hashes;
    // A chain's epochs and blocks cost more as its records get more: many chains of a few hundred blocks in all.
    const std::size_t chains = kNetworks * std::max<std::size_t>(1, length / kNetworks / 20'000);
    for (std::size_t n = 0; n < chains; ++n) {
        const std::size_t network = n % kNetworks;
        Walk w(seed() * kNetworks + n, network == 0 ? 1 : 3, [&](Genesis& g) { walk_network(g, network); },
               {.crowd = 20, .each = 5, .scan_blocks = 50});
        w.go(length / chains);
        const Chain& c = w.chain();
        c.check_invariants();
        c.replay(options(16, 1 << 20));
        for (const auto& [code, count] : w.outcomes()) outcomes[code] += count;
        for (const auto& [name, came] : w.messages()) {
            messages[name].accepted += came.accepted;
            messages[name].refused += came.refused;
        }
        sent += w.sent();
        changed += w.changed();
        blocks += c.height().value;
        epochs += c.clock().epoch.value;
        const Hash app_hash = c.app->info().app_hash;
        hashes.insert(hashes.end(), app_hash.bytes.begin(), app_hash.bytes.end());
        std::printf("network %zu: height %llu, app hash %s\n", network,
                    static_cast<unsigned long long>(c.height().value), to_hex(app_hash.view()).c_str());
        std::fflush(stdout);  // who waits for a million sees how far it is
    }
    std::printf("%-26s %9s %9s\n", "message", "accepted", "refused");
    for (const auto& [name, came] : messages)
        std::printf("  %-24s %9zu %9zu\n", name.c_str(), came.accepted, came.refused);
    for (const auto& [code, count] : outcomes) std::printf("  %-24s %9zu\n", code.c_str(), count);
    std::printf("%zu transactions, %zu accepted, %zu blocks, %zu epochs, %zu parameters changed\n", sent,
                outcomes.at("ok"), blocks, epochs, changed);
    std::printf("hash of the walk: %s\n", to_hex(sha256(hashes).view()).c_str());
    CHECK(outcomes.at("ok") > sent / 4);
    if (length >= 10'000) CHECK(changed > 0);
    // A long walk leaves out not one message; a short one may miss those that follow jail.
    const std::size_t least = length / 200'000;
    std::size_t kinds = 0;
    for (const std::string& name : all_message_names()) {
        INFO(name << " of " << length << " transactions");
        CHECK(messages[name].accepted >= least);
        kinds += messages[name].accepted > 0;
    }
    if (length >= 10'000) CHECK(kinds + 6 >= all_message_names().size());
}

}  // namespace assay::chain::test
