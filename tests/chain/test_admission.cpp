// What happens before a block: each transaction decoded and verified once, readers and the one who commits.
#include <atomic>
#include <thread>

#include "chain/fair_lock.hpp"
#include "chain/verify_pool.hpp"
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {

TEST_CASE("a transaction is decoded and verified once, and only its very bytes are known") {
    const Chain c;
    const std::string chain_id = c.genesis.chain_id;
    TxBody body = Chain::body(c.anna, 0, {pay(c.bob.address(), tokens(1))}, {});
    const Bytes good = Chain::signed_by(c.anna, body);
    CheckedCache cache;
    const auto first = check_cached(good, 1 << 20, chain_id, cache);
    REQUIRE(first.ok());
    CHECK((*first)->id == txid(body));
    CHECK((*first)->raw.bytes() == good);
    CHECK(*check_cached(good, 1 << 20, chain_id, cache) == *first);  // the same object
    const auto block = check_all({good, good}, 1 << 20, chain_id, cache, 2);
    CHECK(*block[0] == *first);
    CHECK(*block[1] == *first);

    // The same txid under other auth bytes: right ones are another entry, wrong ones are no entry.
    const Bytes other = Chain::signed_by(c.anna, body, 1);
    REQUIRE(other != good);
    CHECK(*check_cached(other, 1 << 20, chain_id, cache) != *first);
    Bytes bad = good;
    bad.back() ^= 1;
    for (int i = 0; i < 2; ++i) {
        const auto refused = check_cached(bad, 1 << 20, chain_id, cache);
        REQUIRE_FALSE(refused.ok());
        CHECK(refused.error().code == Code::bad_signature);
    }
    // A smaller limit counts for what is known too: parameters change.
    CHECK(check_cached(good, good.size() - 1, chain_id, cache).error().code == Code::tx_too_large);
}

TEST_CASE("a cache that is full forgets, and what it forgot is checked again") {
    const Chain c;
    std::vector<Bytes> all;
    for (std::uint64_t nonce = 0; nonce < 40; ++nonce)
        all.push_back(Chain::signed_by(c.anna, Chain::body(c.anna, nonce, {pay(c.bob.address(), tokens(1))}, {})));
    const std::size_t each = 1024 + 3 * all[0].size();
    CheckedCache cache(20 * each);  // two halves of about ten
    std::vector<CheckedPtr> first;
    for (const Bytes& raw : all) {
        const auto checked = check_cached(raw, 1 << 20, c.genesis.chain_id, cache);
        REQUIRE(checked.ok());
        first.push_back(*checked);
    }
    std::size_t known = 0;
    for (const Bytes& raw : all) known += cache.find(raw) != nullptr;
    CHECK(known >= 10);
    CHECK(known <= 20);
    CHECK(cache.find(all.back()) == first.back());
    CHECK(cache.find(all.front()) == nullptr);
    const auto again = check_cached(all.front(), 1 << 20, c.genesis.chain_id, cache);
    REQUIRE(again.ok());
    CHECK((*again)->id == first.front()->id);
}

TEST_CASE("what a block took is forgotten, whatever stands beside it in the cache") {
    const Chain c;
    CheckedCache cache;
    std::vector<RawTx> all;
    for (std::uint64_t nonce = 0; nonce < 700; ++nonce)  // the table grows meanwhile
        all.emplace_back(Chain::signed_by(c.anna, Chain::body(c.anna, nonce, {pay(c.bob.address(), tokens(1))}, {})));
    for (const RawTx& raw : all) REQUIRE(check_cached(raw, 1 << 20, c.genesis.chain_id, cache).ok());
    test::Random random;
    std::vector<bool> gone(all.size());
    for (int round = 0; round < 20; ++round) {
        std::vector<Hash> taken{sha256(Bytes{1})};  // and one that was never there
        for (int i = 0; i < 20; ++i) {
            const std::size_t at = random.below(all.size());
            taken.push_back(all[at].hash());
            gone[at] = true;
        }
        cache.forget(taken);
        for (std::size_t i = 0; i < all.size(); ++i) REQUIRE((cache.find(all[i]) == nullptr) == gone[i]);
    }
}

TEST_CASE("readers who come without a pause do not keep a writer out", "[threads]") {
    FairLock lock;
    std::atomic<bool> written{false};
    std::atomic<int> reading{0}, overlapped{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i)
        readers.emplace_back([&] {
            while (!written) {
                const auto hold = lock.read();
                if (++reading > 1) ++overlapped;
                std::this_thread::sleep_for(std::chrono::microseconds(300));
                --reading;
            }
        });
    while (overlapped < 20) std::this_thread::yield();  // there is always a reader now
    {
        const auto hold = lock.write();
        CHECK(reading == 0);
        written = true;
    }
    for (auto& r : readers) r.join();
}

TEST_CASE("readers see whole heights while blocks are committed", "[threads]") {
    Chain c;
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> looks{0}, torn{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i)
        readers.emplace_back([&] {
            std::uint64_t last = 0;
            while (!done) {
                c.app->read([&](const StateView& s) {
                    // One token from anna to bob and the fee in each block: what they have and the height move
                    // together.
                    const std::uint64_t height = s.chain().height.value;
                    torn += height < last || s.account(c.anna.address()).nonce != height;
                    last = height;
                    return 0;
                });
                ++looks;
            }
        });
    for (int block = 0; block < 60; ++block) REQUIRE(c.run(c.tx(c.anna, pay(c.bob.address(), tokens(1)))).code == "ok");
    while (looks < 200) std::this_thread::yield();
    done = true;
    for (auto& r : readers) r.join();
    CHECK(torn == 0);
}

}  // namespace assay::chain::test
