// Attacks on the work round, carried out: coalitions of proposers (A2), what stands beside an opening (A5), a thousand
// openings that are due together while fees are bid up and one proposer censors (A6).
#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {

TEST_CASE("A2: no coalition with up to a third of the power knows the challenge while a commit can still be made") {
    constexpr std::size_t kMembers = 7;
    constexpr std::uint64_t kBonds[kMembers] = {3000, 1000, 2500, 1500, 4000, 2000, 1200};
    Chain c(
        [&](Genesis& g) {
            for (std::size_t i = 0; i < kMembers; ++i) g.validators[i].bond = tokens(kBonds[i]);
            g.params.validators.max_missed = Ppb{Ppb::kOne};  // nobody leaves
            g.params.epoch.blocks = 60;                       // adversaries take long turns
        },
        kMembers);
    c.join(c.anna);
    std::map<Address, std::uint64_t> power;
    std::uint64_t total = 0;
    c.read([&](const StateView& s) {
        return s.each_validator([&](const Address& a, const Validator& v) {
            power[a] = v.power;
            total += v.power;
            return true;
        });
    });
    REQUIRE(power.size() == kMembers);
    Random random;
    INFO("seed " << seed());
    std::size_t rounds = 0, waited = 0;
    const int tries = assay::test::rounds(12);
    for (int i = 0; i < tries; ++i) {
        c.next_epoch();
        const std::uint64_t epoch = c.clock().epoch.value;
        // Whoever decides who proposes gives long turns to few, as an adversary would.
        while (c.round(epoch).challenge.value == 0 && c.clock().epoch.value == epoch) {
            if (random.below(3) == 0) c.proposer = static_cast<std::size_t>(random.below(kMembers));
            c.block();
        }
        const WorkRound r = c.round(epoch);
        if (r.challenge.value == 0) continue;
        ++rounds;
        const auto proposer_of = [&](std::uint64_t h) { return c.history.at(h - 1).header.proposer; };
        // A commit's last block is the one before the deadline: every reveal from there on came after it.
        const auto distinct = [&](std::uint64_t until) {
            std::map<Address, std::uint64_t> seen;
            for (std::uint64_t h = r.deadline.value; h <= until; ++h) seen[proposer_of(h)] = power[proposer_of(h)];
            std::uint64_t sum = 0;
            for (const auto& [a, p] : seen) sum += p;
            return sum;
        };
        for (std::uint32_t coalition = 0; coalition < (1u << kMembers); ++coalition) {
            std::uint64_t held = 0;
            const auto member = [&](const Address& a) {
                for (std::size_t k = 0; k < kMembers; ++k)
                    if (c.operators[k].address() == a) return (coalition >> k & 1) != 0;
                return false;
            };
            for (const auto& [a, p] : power) held += member(a) ? p : 0;
            if (3 * held > total) continue;
            bool stranger = false;
            for (std::uint64_t h = r.deadline.value; h <= r.challenge.value; ++h) stranger |= !member(proposer_of(h));
            INFO("coalition " << coalition << " with " << held << " of " << total << ", epoch " << epoch);
            CHECK(stranger);
        }
        // And no later than needed: one block earlier it could have been a third alone, or it was too early.
        const std::uint64_t before = r.challenge.value - 1;
        CHECK((before < r.deadline.value + 2 || 3 * distinct(before) <= total));
        waited += r.challenge.value > r.deadline.value + 2;
    }
    CHECK(rounds > 0);
    CHECK(waited > 0);  // else nobody's turn was ever long enough to matter
}

TEST_CASE("A5: nothing that stands beside an opening undoes its slash, and nobody else can send it") {
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    const Work w = c.commit_work(c.anna, 3);
    c.to_challenge();
    const OpenWork wrong = c.opening(c.anna, w);
    const Hash id = w.id(c.anna.address());
    // A message that fails would take the verdict back with it: the two do not go into one transaction, in any order.
    const Message fails = pay(c.bob.address(), tokens(1'000'000'000));
    for (const auto& messages : {std::vector<Message>{wrong, fails}, std::vector<Message>{fails, wrong}}) {
        const Bytes raw = c.tx(c.anna, messages, {.fee = Amount{200'000}});
        CHECK(c.checked(raw) == "must_be_alone");
        Block b = *c.app->make_block(c.next_proposal(), {});
        b.txs = {raw};
        b.header.tx_root = transactions_root(b.txs);
        CHECK_FALSE(c.app->process_proposal(b).ok());
        CHECK(c.decide(b).receipts.at(0).code == "not_includable");
        CHECK(c.commit(id).status == CommitStatus::open);
    }
    CHECK(c.checked(c.tx(c.bob, wrong)) == "not_owner");
    // In a block with transactions of the same sender that fail, before and after: the slash stands.
    const std::uint64_t n = c.nonce(c.anna);
    Block b = *c.app->make_block(c.next_proposal(), {});
    b.txs = {c.tx_at(c.anna, n, {wrong}), c.tx_at(c.anna, n + 1, {fails})};
    b.header.tx_root = transactions_root(b.txs);
    const auto results = c.decide(b, true);
    CHECK(results.receipts[0].code == "ok");
    CHECK(results.receipts[1].code != "ok");
    CHECK(c.commit(id).status == CommitStatus::failed);
    CHECK(c.provider(c.anna).stake == tokens(800));
}

TEST_CASE("A6: a thousand openings due together pass, while fees are bid up and a quarter of the proposers censors") {
    constexpr std::uint32_t kProviders = 20, kDevices = 50;
    std::vector<Key> keys;
    for (std::uint32_t i = 0; i < kProviders; ++i) keys.emplace_back(500 + i);
    Chain c(
        [&](Genesis& g) {
            for (const Key& k : keys) g.accounts.push_back({k.address(), tokens(10'000)});
            g.params.epoch.blocks = 80;
            g.params.block.max_bytes = 120'000;  // some 70 openings in the half that is theirs
            g.params.block.max_tx_bytes = 32'768;
            g.params.work.window_ms = 20'000;
            g.params.work.open_blocks = 3;
        },
        4, options(1));
    c.scan = false;
    for (const Key& k : keys) {
        c.ok(k, RegisterProvider{""});
        std::vector<Bytes> txs;
        std::uint64_t n = c.nonce(k);
        for (std::uint32_t slot = 0; slot < kDevices; ++slot) txs.push_back(c.tx_at(k, n++, {AddDevice{slot, "tiny"}}));
        txs.push_back(c.tx_at(k, n, {Stake{k.address(), tokens(kDevices * 100)}}));
        for (const Receipt& r : c.block(txs).receipts) REQUIRE(r.code == "ok");
    }
    c.rotate = true;
    c.next_epoch();
    c.to_start();
    const std::uint64_t epoch = c.clock().epoch.value;

    // What a proposer is offered: all that is not in yet, and payments that bid more than anybody else can.
    std::uint64_t spam = c.nonce(c.buyer), spammed = 0;
    const auto offered = [&](const std::vector<Bytes>& wanted) {
        std::vector<Bytes> out;
        for (std::uint64_t i = 0; i < 600; ++i)
            out.push_back(c.tx_at(c.buyer, spam + i, {pay(c.bob.address(), Amount{1})},
                                  {.fee = Amount{1'000'000}, .memo = std::string(200, 'm')}));
        out.insert(out.end(), wanted.begin(), wanted.end());
        return out;
    };
    const auto drop_included = [&](std::vector<Bytes>& wanted, const Block& b) {
        for (const RawTx& raw : b.txs) {
            const auto found = std::find(wanted.begin(), wanted.end(), raw.bytes());
            if (found != wanted.end())
                wanted.erase(found);
            else
                ++spam, ++spammed;
        }
    };

    std::vector<std::pair<const Key*, Work>> works;
    std::vector<Bytes> commits;
    for (const Key& k : keys) {
        std::uint64_t n = c.nonce(k);
        for (const TaskView& t : c.tasks(k)) {
            works.emplace_back(&k, Chain::work(t));
            commits.push_back(c.tx_at(k, n++, {Chain::commit_message(works.back().second)}));
        }
    }
    REQUIRE(works.size() == kProviders * kDevices);
    while (!commits.empty() && c.round(epoch).deadline.value == 0) {
        c.block(offered(commits));
        drop_included(commits, c.history.back());
    }
    REQUIRE(commits.empty());
    c.to_challenge(epoch);

    std::vector<Bytes> openings;
    std::map<const Key*, std::uint64_t> nonces;
    std::uint64_t units = 0;
    for (const auto& [k, w] : works) {
        if (!nonces.contains(k)) nonces[k] = c.nonce(*k);
        openings.push_back(c.tx_at(*k, nonces[k]++, {c.opening(*k, w)}));
        units = std::max(units, proofs::verify_units(w.task.params, c.genesis.params.work.samples));
    }
    constexpr std::size_t kCensor = 3;
    std::uint64_t blocks = 0, censored = 0;
    while (!openings.empty() && c.round(epoch).closed.value == 0) {
        const bool censors = c.proposer == kCensor;
        c.block(offered(censors ? std::vector<Bytes>{} : openings));
        const Block& b = c.history.back();
        const std::size_t before = openings.size();
        drop_included(openings, b);
        const std::size_t opened = before - openings.size();
        std::size_t bytes = 0;
        for (const RawTx& raw : b.txs) bytes += raw.size();
        INFO("height " << b.header.height.value);
        CHECK(bytes <= c.genesis.params.block.max_bytes);
        CHECK(opened * units <= c.genesis.params.block.max_verify_units);
        ++blocks;
        censored += censors;
    }
    INFO(blocks << " blocks, " << censored << " of them censored, " << spammed << " payments");
    CHECK(openings.empty());
    CHECK(blocks > c.genesis.params.work.open_blocks);     // else they were never crowded
    CHECK(censored >= c.genesis.params.work.open_blocks);  // enough to close the window, were it for blocks alone
    CHECK(spammed > 0);
    for (const auto& [k, w] : works) REQUIRE(c.commit(w.id(k->address())).status == CommitStatus::passed);
    for (const Key& k : keys) CHECK((c.provider(k).absent == 0 && c.provider(k).passed == kDevices));
    c.check_invariants();
}

}  // namespace assay::chain::test
