// F23: io.net showed 1.8 million GPUs and had 12,000. Here a name is free, a device costs stake as soon as it is to be
// paid, and what it is paid for is work that all devices of the chain do at one time.
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

/// Declares so many devices, from a slot on.
void declare(Chain& c, const Key& k, std::uint32_t from, std::uint32_t count) {
    std::vector<Bytes> txs;
    std::uint64_t n = c.nonce(k);
    for (std::uint32_t slot = from; slot < from + count;) {
        std::vector<Message> some;
        for (; slot < from + count && some.size() < 16; ++slot) some.push_back(AddDevice{slot, "tiny"});
        txs.push_back(c.tx_at(k, n++, std::move(some)));
    }
    for (const Receipt& r : c.block(txs).receipts) REQUIRE(r.code == "ok");
}

/// What the availability pool got up to that epoch: nobody passed anything before it.
Amount pool_until(const Chain& c, std::uint64_t epoch) {
    Amount sum;
    for (std::uint64_t e = 0; e <= epoch; ++e) sum.units += c.epoch_record(e).availability.units;
    return sum;
}

}  // namespace

TEST_CASE("F23: a thousand devices that are only declared have no access, earn nothing and take nothing from others") {
    Chain c;
    c.join(c.anna);  // one card, its stake
    c.ok(c.bob, RegisterProvider{"http://million"});
    declare(c, c.bob, 0, 1000);
    CHECK(c.code(c.bob, AddDevice{2000, "tiny"}) == "ok");
    declare(c, c.bob, 3000, 23);
    CHECK(c.code(c.bob, AddDevice{4000, "tiny"}) == "too_many_devices");
    c.ok(c.bob, Stake{c.bob.address(), tokens(1000)});  // that of ten
    c.next_epoch();
    CHECK(c.clock().active_devices == 1025);
    CHECK(required_of(c.genesis.params, c.clock().stake_price, c.provider(c.bob)) == tokens(102'400));
    const Work real = c.commit_work(c.anna);
    for (const std::uint32_t slot : {0u, 9u, 2000u}) {
        const TaskView t = c.task(c.bob, slot);  // it could do this one, and may not
        CHECK(c.code(c.bob, Chain::commit_message(Chain::work(t))) == "stake_below_required");
    }
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, real));
    c.next_epoch();
    c.blocks(2);
    CHECK(c.provider_epoch(c.anna, 1).availability == pool_until(c, 1));  // all of it
    CHECK(c.provider(c.bob).passed == 0);
    CHECK(c.provider_epoch(c.bob, 1).availability.is_zero());
    CHECK(c.epoch_record(1).missed == 1024);
    c.replay(options(1));
}

TEST_CASE("F23: stake for many devices and a card for one earn what one device earns") {
    constexpr std::uint32_t kClaimed = 20;
    Chain c;
    c.join(c.anna);
    c.join(c.bob, "tiny", tokens(100 * kClaimed));
    declare(c, c.bob, 1, kClaimed - 1);
    c.next_epoch();
    const Work hers = c.commit_work(c.anna), his = c.commit_work(c.bob);  // what one card can do in a window
    // What it did counts for one slot: another slot's task has other inputs, and its leaves are other leaves.
    const TaskView other = c.task(c.bob, 1);
    c.ok(c.bob, CommitWork{other.task, 1, his.result.root()});
    c.to_challenge();
    c.ok(c.anna, c.opening(c.anna, hers));
    c.ok(c.bob, c.opening(c.bob, his));
    const Hash copied = commit_id(other.task, c.bob.address(), 1);
    const Commit k = c.commit(copied);
    const auto opened = his.result.open(proofs::challenge_seed(c.round(1).challenge_beacon, k.root, k.ctx), k.samples);
    REQUIRE(opened.ok());
    c.ok(c.bob, OpenWork{copied, *opened});
    CHECK(c.commit(copied).status == CommitStatus::failed);
    CHECK(c.provider(c.bob).slashed == tokens(100 * kClaimed / 5));  // the full rate, of the stake of all twenty
    c.next_epoch();
    c.blocks(2);
    // 19 claimed devices more, and the pay of two that worked: half for each.
    const Amount pool = pool_until(c, 1);
    CHECK(c.provider_epoch(c.anna, 1).availability.units == pool.units / 2);
    CHECK(c.provider_epoch(c.bob, 1).availability.units == pool.units / 2);
}

TEST_CASE("F23: however many names stand before one card, one of them passes: all are asked at one moment") {
    constexpr std::uint32_t kNames = 8;
    constexpr std::uint64_t kWindow = 30'000, kTask = 17'501;  // more than half of what a card can have for a window
    std::vector<Key> names;
    for (std::uint32_t i = 0; i < kNames; ++i) names.emplace_back(700 + i);
    Chain c([&](Genesis& g) {
        for (const Key& k : names) g.accounts.push_back({k.address(), tokens(5'000)});
        auto& p = g.params;
        p.epoch.blocks = 60;
        p.work.window_ms = kWindow;
        p.stake.unbonding_ms = 1'000'000;
        p.classes = {p.classes[2]};
        p.classes[0].task_ms = kTask;
    });
    for (const Key& k : names) c.join(k, "product");
    c.next_epoch();
    c.to_start();
    const std::uint64_t start = c.now;
    std::vector<Work> works;
    for (const Key& k : names) works.push_back(Chain::work(c.task(k)));
    std::set<Hash> ctxs;
    for (const Work& w : works) ctxs.insert(w.task.ctx);
    CHECK(ctxs.size() == kNames);  // nothing of one name's work is of use to another
    std::size_t sent = 0;
    while (c.round(1).deadline.value == 0) {
        std::vector<Bytes> txs;
        // One after the other; what is done by the next block's time goes into it.
        while (sent < kNames && start + (sent + 1) * kTask <= c.now + c.step) {
            txs.push_back(c.tx(names[sent], Chain::commit_message(works[sent])));
            ++sent;
        }
        for (const Receipt& r : c.block(txs).receipts) REQUIRE(r.code == "ok");
    }
    CHECK(sent == 1);
    c.to_challenge(1);
    c.ok(names[0], c.opening(names[0], works[0]));
    // A result that comes after the window is refused.
    CHECK(c.code(names[1], Chain::commit_message(works[1])) == "deadline_passed");
    c.next_epoch();
    c.blocks(2);
    std::uint64_t passed = 0;
    for (const Key& k : names) passed += c.provider(k).passed;
    CHECK(passed == 1);
    CHECK(c.provider_epoch(names[0], 1).availability == pool_until(c, 1));
    CHECK(c.epoch_record(1).missed == kNames - 1);
}

}  // namespace assay::chain::test
