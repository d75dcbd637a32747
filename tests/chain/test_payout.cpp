// Paying an epoch over several blocks: the same money as in one, whatever its providers do before their turn.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

Chain::Tweak paying(std::uint64_t per_block) {
    return [=](Genesis& g) {
        g.params.epoch.payments_per_block = per_block;
        g.params.stake.delegation = tokenomics::DelegationMode::open;
    };
}

struct Paid {
    Amount work, availability, late, staking, delegators;
    bool operator==(const Paid&) const = default;
};
Paid paid(const Chain& c, const Key& k, std::uint64_t epoch) {
    const ProviderEpoch p = c.provider_epoch(k, epoch);
    return {p.work_bonus, p.availability, p.late, p.staking, p.delegators};
}

// Three providers, all of whom work in epoch 1; two have delegators.
void live(Chain& c) {
    c.join(c.anna, "tiny", tokens(1000));
    c.join(c.bob, "cpu", tokens(2000));
    c.join(c.carl, "tiny", tokens(700));
    c.ok(c.buyer, Stake{c.anna.address(), tokens(500)});
    c.ok(c.buyer, Stake{c.carl.address(), tokens(333)});
    c.next_epoch();
    c.to_start();
    const Work a = Chain::work(c.task(c.anna)), b = Chain::work(c.task(c.bob)), d = Chain::work(c.task(c.carl));
    c.block({c.tx(c.anna, Chain::commit_message(a)), c.tx(c.bob, Chain::commit_message(b)),
             c.tx(c.carl, Chain::commit_message(d))});
    c.to_challenge();
    c.block({c.tx(c.anna, c.opening(c.anna, a)), c.tx(c.bob, c.opening(c.bob, b)), c.tx(c.carl, c.opening(c.carl, d))});
    c.next_epoch();
}

PayingStage stage(const Chain& c) {
    return c.clock().paying.stage;
}

}  // namespace

TEST_CASE("an epoch that is paid over many blocks pays what it pays in one") {
    Chain at_once(paying(1000)), slowly(paying(1));
    live(at_once);
    live(slowly);
    CHECK(stage(at_once) == PayingStage::done);
    CHECK(stage(slowly) == PayingStage::work);
    int blocks = 0;
    while (stage(slowly) != PayingStage::done) slowly.block(), ++blocks;
    CHECK(blocks == 6);  // the epoch's last block paid one; who sees that no more come for work begins with stake
    for (const Key& k : {at_once.anna, at_once.bob, at_once.carl}) {
        const Paid once = paid(at_once, k, 1), slow = paid(slowly, k, 1);
        CHECK(once.staking == slow.staking);
        CHECK(once.delegators == slow.delegators);
        CHECK(once.availability.units <= slow.availability.units + 2);
        CHECK(slow.availability.units <= once.availability.units + 2);
        CHECK(once.availability > Amount{});
        CHECK(once.staking > Amount{});
    }
    CHECK(at_once.ledger().pool_availability.is_zero());
    CHECK(slowly.ledger().pool_availability.is_zero());
    CHECK(slowly.ledger().pool_stakers == at_once.ledger().pool_stakers);
    slowly.replay(options(2));
}

TEST_CASE("A9: who stakes, unstakes, delegates or changes its commission before its turn is paid what it was due") {
    Chain c(paying(1)), quiet(paying(1));
    live(c);
    live(quiet);
    REQUIRE(stage(c) == PayingStage::work);  // nobody has been paid for stake
    c.ok(c.anna, Unstake{c.anna.address(), tokens(999)});
    c.ok(c.bob, Stake{c.bob.address(), tokens(5000)});
    c.ok(c.buyer, Unstake{c.carl.address(), tokens(300)});
    while (stage(c) != PayingStage::done) c.block();
    while (stage(quiet) != PayingStage::done) quiet.block();
    for (const Key& k : {c.anna, c.bob, c.carl}) CHECK(paid(c, k, 1) == paid(quiet, k, 1));
    CHECK(c.ledger().pool_stakers == quiet.ledger().pool_stakers);

    Chain d(paying(1));
    live(d);
    d.ok(d.anna, SetCommission{Ppb{1'000'000'000}});
    d.ok(d.buyer, ClaimRewards{d.anna.address()});
    d.ok(d.buyer, Stake{d.anna.address(), tokens(4000)});
    while (stage(d) != PayingStage::done) d.block();
    for (const Key& k : {d.anna, d.bob, d.carl}) CHECK(paid(d, k, 1) == paid(quiet, k, 1));
    c.replay(options(2));
}

TEST_CASE("a provider that registers while an epoch is paid gets nothing of it") {
    Chain c(paying(1));
    live(c);
    REQUIRE(stage(c) == PayingStage::work);
    c.join(c.buyer, "tiny", tokens(1000));
    while (stage(c) != PayingStage::done) c.block();
    CHECK(c.provider_epoch(c.buyer, 1).staking.is_zero());
    c.next_epoch();
    while (stage(c) != PayingStage::done) c.block();
    CHECK(c.provider_epoch(c.buyer, 2).staking.is_zero());  // it did not stand the whole epoch
    c.next_epoch();
    while (stage(c) != PayingStage::done) c.block();
    CHECK(c.provider_epoch(c.buyer, 3).staking > Amount{});
}

TEST_CASE("an epoch ends when the one before it is paid, and not earlier") {
    Chain c([](Genesis& g) {
        paying(1)(g);
        g.params.epoch.blocks = 12;
        g.params.work.open_blocks = 8;
        for (std::uint32_t i = 0; i < 20; ++i) g.accounts.push_back({Key(500 + i).address(), tokens(10'000), {}});
    });
    for (std::uint32_t i = 0; i < 20; ++i) {
        const Key k(500 + i);
        c.block({c.tx(k, std::vector<Message>{RegisterProvider{"http://gpu"}, Stake{k.address(), tokens(100)}})});
    }
    while (stage(c) != PayingStage::done) c.block();
    const std::uint64_t epoch = c.clock().epoch.value;
    c.to_epoch(epoch + 1);  // with payments for 20 before the next can end
    const std::uint64_t first = c.clock().epoch_start.value;
    c.to_epoch(epoch + 2);
    CHECK(c.clock().epoch_start.value == first + 21);
    Amount staked;
    for (std::uint32_t i = 0; i < 20; ++i) staked.units += c.provider_epoch(Key(500 + i), epoch).staking.units;
    CHECK(staked.units + 20 > tokens(100).units);
    c.replay(options(2));
}

TEST_CASE("verdicts that come before their provider's turn are paid at its turn, or go back to the pool") {
    for (const int wrong : {0, 2}) {
        INFO(wrong << " wrong samples");
        Chain c([](Genesis& g) {
            paying(1)(g);
            g.params.epoch.blocks = 12;
            g.params.work.open_blocks = 8;
            g.params.split.treasury = Ppb{200'000'000};  // and nothing to stakers
            g.params.split.stakers = Ppb{0};
            // Enough who worked before it: their records are paid first where their addresses are lower.
            for (std::uint32_t i = 0; i < 12; ++i) g.accounts.push_back({Key(500 + i).address(), tokens(10'000), {}});
        });
        std::vector<Key> all;
        for (std::uint32_t i = 0; i < 12; ++i) all.emplace_back(500 + i);
        std::sort(all.begin(), all.end(), [](const Key& a, const Key& b) { return a.address() < b.address(); });
        for (const Key& k : all)
            c.block({c.tx(k, std::vector<Message>{RegisterProvider{"http://gpu"}, AddDevice{0, "tiny"},
                                                  Stake{k.address(), tokens(1000)}})});
        c.next_epoch();
        const std::uint64_t epoch = c.clock().epoch.value;
        c.to_start();
        std::vector<Work> works;
        std::vector<Bytes> txs;
        for (const Key& k : all) {
            works.push_back(Chain::spoiled(c.task(k), &k == &all.back() ? wrong : 0));
            txs.push_back(c.tx(k, Chain::commit_message(works.back())));
        }
        c.block(txs);
        c.to_challenge(epoch);
        while (c.clock().epoch.value == epoch) c.block();  // its end: all of it is reserved
        REQUIRE(stage(c) == PayingStage::work);
        const Key& last = all.back();
        REQUIRE(waits_for_pay(c.clock(), Epoch{epoch}, last.address()));
        txs.clear();
        for (std::size_t i = 0; i < all.size(); ++i) txs.push_back(c.tx(all[i], c.opening(all[i], works[i])));
        for (const Receipt& r : c.block(txs).receipts) REQUIRE(r.code == "ok");
        REQUIRE(waits_for_pay(c.clock(), Epoch{epoch}, last.address()));
        const ProviderEpoch early = c.provider_epoch(last, epoch);
        CHECK((wrong == 0 ? early.passed_before_pay : early.lost_before_pay) == 10);
        CHECK(early.late.is_zero());
        while (stage(c) != PayingStage::done) c.block();
        const ProviderEpoch paid = c.provider_epoch(last, epoch);
        CHECK(paid.reserved.is_zero());
        CHECK(paid.pending_weight == 0);
        CHECK(paid.late.is_zero() == (wrong != 0));
        if (wrong == 0) CHECK(paid.late.units + 2 >= c.provider_epoch(all.front(), epoch).late.units);
        CHECK(c.ledger().pool_availability.is_zero() == (wrong == 0));
        c.replay(options(2));
    }
}

TEST_CASE(
    "F9: a provider that has not had its turn keeps its access by the requirement of before, and then its grace") {
    Chain c([](Genesis& g) {
        paying(1)(g);
        g.params.stake.unit_in = tokenomics::StakeUnit::usd;
        g.params.stake.unit_usd = 100'000'000;
        g.params.stake.grace_ms = 600'000;
        g.params.price.stale_blocks = 1000;
        for (std::uint32_t i = 0; i < 8; ++i) g.accounts.push_back({Key(500 + i).address(), tokens(10'000), {}});
    });
    std::vector<Key> all;
    for (std::uint32_t i = 0; i < 8; ++i) all.emplace_back(500 + i);
    std::sort(all.begin(), all.end(), [](const Key& a, const Key& b) { return a.address() < b.address(); });
    for (const Key& k : all)
        c.block({c.tx(k, std::vector<Message>{RegisterProvider{"http://gpu"}, AddDevice{0, "tiny"},
                                              Stake{k.address(), tokens(100)}})});
    c.price_rounds(2, Price::kOneUsd);
    c.next_epoch();
    while (stage(c) != PayingStage::done) c.block();
    const std::uint64_t e = c.clock().epoch.value;
    while (c.clock().epoch.value == e) c.block(c.reports(Price::kOneUsd * 95 / 100));
    REQUIRE(c.clock().stake_price.value < Price::kOneUsd);
    const Key& last = all.back();
    const auto access = [&] {
        return c.read([&](const StateView& s) {
            Provider p = *s.provider(last.address());
            see_grace(s, s.params(), s.chain(), p);
            return has_access(s.params(), s.chain(), p);
        });
    };
    REQUIRE(is_due(c.clock(), c.provider(last)));
    CHECK(c.provider(last).kept_until.value == 0);
    CHECK(access());
    c.to_start();
    const Work w = Chain::work(c.task(last));
    c.ok(last, Chain::commit_message(w));  // the commit itself catches it up
    CHECK(c.provider(last).kept_until.value > c.now);
    while (stage(c) != PayingStage::done) c.block();
    CHECK(access());
}

}  // namespace assay::chain::test
