// Each invariant is broken once by hand, and is seen. A checker that sees nothing would be worse than none.
#include "chain/invariants.hpp"

#include "tests/chain/chain_fixture.hpp"

namespace assay::chain::test {
namespace {

// The committed state of a chain as a view, with some records replaced.
class Altered final : public StateView {
   public:
    explicit Altered(const StateView& base) : base_(base) {}
    void put(const StateKey& key, Bytes value) { over_[key] = std::move(value); }
    void erase(const StateKey& key) { over_[key] = std::nullopt; }
    [[nodiscard]] std::optional<Bytes> get(const StateKey& key) const override {
        const auto it = over_.find(key);
        return it != over_.end() ? it->second : base_.get(key);
    }
    void for_range(std::uint8_t table, ByteView prefix, ByteView from,
                   const std::function<bool(ByteView, ByteView)>& f) const override {
        std::map<Bytes, Bytes> all;
        base_.for_prefix(table, prefix, [&](ByteView k, ByteView v) {
            all.emplace(Bytes(k.begin(), k.end()), Bytes(v.begin(), v.end()));
            return true;
        });
        for (const auto& [key, value] : over_) {
            if (key.table != table || key.key.size() < prefix.size() ||
                !std::equal(prefix.begin(), prefix.end(), key.key.begin()))
                continue;
            if (value)
                all[key.key] = *value;
            else
                all.erase(key.key);
        }
        for (auto it = all.lower_bound(Bytes(from.begin(), from.end())); it != all.end(); ++it)
            if (!f(it->first, it->second)) return;
    }

   private:
    const StateView& base_;
    std::map<StateKey, std::optional<Bytes>> over_;
};

// A chain with something in every table: a provider with an open commit and unbonding, an order, a queue.
struct Busy {
    Chain c;
    Hash order, commit, grant;
    explicit Busy(const Chain::Tweak& tweak = {}) : c(tweak) {
        c.join(c.anna, "tiny", tokens(1000));
        c.buy_credits(c.buyer, tokens(100));
        c.ok(c.buyer,
             CreateVesting{c.bob.address(), tokens(50), TimeMs{c.now}, TimeMs{c.now}, TimeMs{c.now + 900'000}});
        grant = grant_id(c.buyer.address(), c.nonce(c.buyer) - 1, 0);
        order = c.open_order(c.buyer, "tiny", 2, 1'000'000);
        c.ok(c.anna, Unstake{c.anna.address(), tokens(10)});
        c.next_epoch();
        commit = c.commit_work(c.anna).id(c.anna.address());
        c.ok(c.buyer, BurnForCredits{tokens(3), Credits{}});
        c.check_invariants();
    }
    // Rows that do not hold after `plant`.
    std::vector<std::string> broken(const std::function<void(Altered&, const StateView&)>& plant) const {
        return c.read([&](const StateView& s) {
            Altered a(s);
            plant(a, s);
            std::vector<std::string> out;
            for (const auto& row : check_all_invariants(a))
                if (!row.holds) out.push_back(row.name);
            return out;
        });
    }
    template <class Record>
    std::vector<std::string> broken_record(const StateKey& key, const std::function<void(Record&)>& change) const {
        return broken([&](Altered& a, const StateView& s) {
            auto r = borsh::decode<Record>(*s.get(key));
            REQUIRE(r.ok());
            change(*r);
            a.put(key, borsh::encode(*r));
        });
    }
};

bool has(const std::vector<std::string>& rows, const std::string& word) {
    return std::any_of(rows.begin(), rows.end(),
                       [&](const std::string& r) { return r.find(word) != std::string::npos; });
}

Amount plus_one(Amount a) {
    return Amount{a.units + 1};
}

}  // namespace

TEST_CASE("the full scan sees a breach of every sum") {
    const Busy b;
    const Address anna = b.c.anna.address(), buyer = b.c.buyer.address();
    CHECK(b.broken([](Altered&, const StateView&) {}).empty());
    CHECK(has(b.broken_record<Account>(tables::account(buyer), [](Account& a) { a.liquid = plus_one(a.liquid); }),
              "liquid"));
    CHECK(has(b.broken_record<Account>(tables::account(buyer), [](Account& a) { a.credits.units -= 1; }),
              "credits free"));
    CHECK(has(b.broken_record<Provider>(tables::provider(anna), [](Provider& p) { p.stake = plus_one(p.stake); }),
              "staked"));
    CHECK(
        has(b.broken_record<Provider>(tables::provider(anna), [](Provider& p) { p.unbonding.clear(); }), "unbonding"));
    CHECK(has(b.broken_record<Provider>(tables::provider(anna), [](Provider& p) { p.exposure = {}; }), "exposure"));
    CHECK(has(b.broken_record<Provider>(tables::provider(anna), [](Provider& p) { p.open_commits = 2; }), "exposure"));
    CHECK(has(b.broken_record<Provider>(tables::provider(anna), [](Provider& p) { p.classes.clear(); }),
              "required stake"));
    CHECK(has(b.broken_record<Provider>(tables::provider(anna), [](Provider& p) { p.devices = 0; }), "required stake"));
    CHECK(has(b.broken([&](Altered& a, const StateView&) { a.erase(tables::device(anna, 0)); }),
              "all devices are counted"));
    CHECK(has(b.broken_record<Device>(tables::device(anna, 0), [](Device& d) { d.removed = true; }),
              "removed slots too"));
    CHECK(has(b.broken_record<Provider>(tables::provider(anna), [](Provider& p) { p.removed = 1; }),
              "removed slots too"));
    CHECK(has(b.broken([&](Altered& a, const StateView&) {
        a.put(tables::held_slash(1), borsh::encode(HeldSlash{anna, Amount{1}, Height{1}, TimeMs{1}}));
    }),
              "held slashes"));
    CHECK(has(
        b.broken_record<Validator>(tables::validator(b.c.operators[0].address()), [](Validator& v) { v.bond = {}; }),
        "bonds"));
    CHECK(has(b.broken_record<Order>(tables::order(b.order), [](Order& o) { o.deposit.units += 1; }),
              "credits escrowed"));
    const StateKey grant = tables::vesting(b.c.bob.address(), b.grant);
    CHECK(has(b.broken_record<VestingGrant>(grant, [](VestingGrant& g) { g.left.tokens = plus_one(g.left.tokens); }),
              "vesting"));
    CHECK(has(b.broken_record<VestingGrant>(grant,
                                            [](VestingGrant& g) {
                                                g.left = {1, plus_one(g.left.tokens)};
                                            }),
              "vesting"));
    CHECK(has(b.broken_record<Account>(tables::account(b.c.bob.address()), [](Account& a) { a.grants = 0; }),
              "grants that accounts count"));
    CHECK(has(b.broken([&](Altered& a, const StateView&) { a.erase(grant); }), "grants that accounts count"));
    const char* const locked = "locked rewards of a provider";
    CHECK(has(b.broken_record<Provider>(tables::provider(anna), [](Provider& p) { p.rewards.per_step = 1; }), locked));
    CHECK(has(b.broken_record<Provider>(tables::provider(anna), [](Provider& p) { p.granted = Amount{1}; }), locked));
    CHECK(has(b.broken_record<Provider>(tables::provider(anna),
                                        [](Provider& p) {
                                            p.rewards.pool = {1, Amount{1}};
                                        }),
              "vesting"));
    CHECK(has(b.broken([&](Altered& a, const StateView&) {
        a.put(tables::reward_lot(anna, 1), borsh::encode(LockedLot{5}));
    }),
              locked));
    CHECK(has(b.broken([&](Altered& a, const StateView& s) {
        const Epoch e = s.commit(b.commit)->epoch;
        ProviderEpoch mine = *s.provider_epoch(e, anna);
        mine.reserved = plus_one(mine.reserved);
        a.put(tables::provider_epoch(e, anna), borsh::encode(mine));
    }),
              "reserved"));
    const auto with_sums = [&](void (*change)(RunningSums&)) {
        return b.broken_record<ChainState>(tables::global("chain"), [&](ChainState& clock) { change(clock.sums); });
    };
    CHECK(has(with_sums([](RunningSums& r) { ++r.weights.tasks; }), "weights of tasks"));
    CHECK(has(with_sums([](RunningSums& r) { ++r.passed; }), "weights of passed tasks"));
    CHECK(has(with_sums([](RunningSums& r) { ++r.burned_for.units; }), "tokens of credits consumed"));
    CHECK(has(with_sums([](RunningSums& r) { ++r.weights.work; }), "weights in the work pool"));
    CHECK(has(with_sums([](RunningSums& r) { --r.weights.stake; }), "weights of stakers"));
    CHECK(has(b.broken_record<Commit>(tables::commit(b.commit), [](Commit& k) { k.status = CommitStatus::passed; }),
              "exposure"));
    CHECK(
        has(b.broken([&](Altered& a, const StateView& s) { a.erase(tables::queue(s.chain().queue_head)); }), "escrow"));
    CHECK(has(b.broken([&](Altered& a, const StateView&) { a.erase(tables::account(buyer)); }), "liquid"));
    QueueItem fake{Height{1}, 0, QueuedSettlement{{}, anna, Epoch{0}, Credits{5}, Amount{5}}};
    CHECK(has(b.broken([&](Altered& a, const StateView& s) {
        a.put(tables::queue(s.chain().queue_tail), borsh::encode(fake));
    }),
              "credits queued"));
    // F13: a mint that no epoch's rule accounts for, and one that an epoch hides.
    CHECK(has(b.broken_record<EpochRecord>(tables::epoch(Epoch{0}),
                                           [](EpochRecord& e) { e.minted_schedule = plus_one(e.minted_schedule); }),
              "mint = sum over epochs"));
    CHECK(has(b.broken_record<EpochRecord>(tables::epoch(Epoch{0}), [](EpochRecord& e) { e.burned = {}; }),
              "mint = sum over epochs"));
    CHECK(has(b.broken_record<Ledger>(tables::global("ledger"), [](Ledger& l) { l.minted = plus_one(l.minted); }),
              "mint = sum over epochs"));
    CHECK(has(b.broken_record<ChainState>(tables::global("chain"), [](ChainState& s) { ++s.active_devices; }),
              "all devices are counted"));
}

TEST_CASE("a scan of delegations sees shares, tokens and listings that nobody has") {
    Busy b([](Genesis& g) { g.params.stake.delegation = tokenomics::DelegationMode::open; });
    const Address anna = b.c.anna.address(), bob = b.c.bob.address();
    b.c.ok(b.c.bob, Stake{anna, tokens(30)});
    b.c.ok(b.c.bob, Unstake{anna, tokens(10)});
    CHECK(b.broken([](Altered&, const StateView&) {}).empty());
    using tokenomics::StakePool, tokenomics::Delegation;
    const StateKey pool = tables::stake_pool(anna), mine = tables::delegation(anna, bob);
    CHECK(has(b.broken_record<StakePool>(pool, [](StakePool& p) { p.active.tokens.units += 1; }), "staked"));
    CHECK(has(b.broken_record<StakePool>(pool, [](StakePool& p) { p.leaving.tokens.units += 1; }), "unbonding"));
    CHECK(has(b.broken_record<StakePool>(pool, [](StakePool& p) { p.rewards.units += 1; }), "rewards"));
    CHECK(has(b.broken_record<StakePool>(pool, [](StakePool& p) { p.active.shares += 1; }), "shares of a pool"));
    CHECK(has(b.broken_record<Delegation>(mine, [](Delegation& d) { d.shares += 1; }), "shares of a pool"));
    CHECK(has(b.broken_record<Delegation>(mine, [](Delegation& d) { d.leaving[0].shares += 1; }), "shares of a pool"));
    CHECK(has(b.broken_record<Provider>(tables::provider(anna), [](Provider& p) { p.delegated.units += 1; }),
              "shares of a pool"));
    CHECK(has(b.broken([&](Altered& a, const StateView&) { a.erase(mine); }), "shares of a pool"));
    CHECK(has(b.broken([&](Altered& a, const StateView&) { a.erase(tables::delegation_by(bob, anna)); }), "listed"));
    CHECK(has(b.broken([&](Altered& a, const StateView&) { a.put(tables::delegation_by(anna, bob), {}); }), "listed"));
}

TEST_CASE("the full scan sees a breach of what a vault holds for credits, and of a proposal's deposit") {
    Busy b([](Genesis& g) {
        g.params.bme.mode = tokenomics::BurnMode::mint_ratio;
        g.params.bme.credits_per_token = 1'000'000;
    });
    const auto made =
        b.c.block({b.c.tx(b.c.bob, {Propose{{{"market.max_bids", "90"}}, "more bids", tokens(5)}}, {.gas = 400'000})});
    REQUIRE(made.receipts.at(0).code == "ok");
    const Address buyer = b.c.buyer.address();
    CHECK(b.broken([](Altered&, const StateView&) {}).empty());
    CHECK(b.c.ledger().vault == tokens(100));
    CHECK(has(b.broken_record<Account>(tables::account(buyer),
                                       [](Account& a) { a.credit_tokens = plus_one(a.credit_tokens); }),
              "vault of mode mint_ratio"));
    CHECK(has(
        b.broken_record<Order>(tables::order(b.order), [](Order& o) { o.deposit_tokens = plus_one(o.deposit_tokens); }),
        "vault of mode mint_ratio"));
    CHECK(has(b.broken_record<ParamProposal>(tables::proposal(1), [](ParamProposal& p) { p.deposit = {}; }),
              "sum of escrow"));
    const QueueItem waiting{Height{1}, 0, QueuedRedemption{buyer, Credits{5}, {}}};
    CHECK(has(b.broken([&](Altered& a, const StateView& s) {
        a.put(tables::waiting(s.chain().waiting_tail), borsh::encode(waiting));
    }),
              "credits queued"));
}

TEST_CASE("the ledger's identities see a breach of every number") {
    const Busy b;
    const auto ledger_with = [&](const std::function<void(Ledger&)>& f) {
        return b.broken_record<Ledger>(tables::global("ledger"), f);
    };
    CHECK(ledger_with([](Ledger&) {}).empty());
    for (Amount Ledger::*field :
         {&Ledger::genesis, &Ledger::minted, &Ledger::burned, &Ledger::liquid, &Ledger::staked, &Ledger::unbonding,
          &Ledger::vesting, &Ledger::vault, &Ledger::escrow, &Ledger::bonds, &Ledger::fees, &Ledger::held_slashes,
          &Ledger::pool_work, &Ledger::pool_availability, &Ledger::reserved, &Ledger::rewards, &Ledger::pool_stakers,
          &Ledger::pool_validators, &Ledger::treasury})
        CHECK(has(ledger_with([&](Ledger& l) { l.*field = plus_one(l.*field); }), "supply"));
    for (Credits Ledger::*field : {&Ledger::credits_issued, &Ledger::credits_consumed, &Ledger::credits_refunded,
                                   &Ledger::credits_free, &Ledger::credits_escrowed, &Ledger::credits_queued})
        CHECK(has(ledger_with([&](Ledger& l) { (l.*field).units += 1; }), "credits"));
    CHECK(has(ledger_with([&](Ledger& l) { l.recycled = plus_one(l.burned_for_credits); }), "recycled"));
    CHECK(has(ledger_with([&](Ledger& l) { l.burned_for_credits = plus_one(l.burned); }), "recycled"));
    CHECK(has(ledger_with([&](Ledger& l) { l.scheduled = plus_one(b.c.genesis.params.emission.total); }), "scheduled"));
}

TEST_CASE("check_ledger: supply above the cap, a schedule above its total, more scheduled than minted") {
    tokenomics::Params p = test_params();
    Ledger l;
    l.genesis = l.liquid = tokens(100);
    CHECK(check_ledger(l, p).ok());
    p.token.cap = Amount{tokens(100).units - 1};
    CHECK(check_ledger(l, p).error().code == Code::invariant_broken);
    p.token.cap = tokens(100);
    CHECK(check_ledger(l, p).ok());
    l.minted = l.burned = l.scheduled = tokens(7);
    CHECK(check_ledger(l, p).ok());
    p.emission.total = tokens(6);
    CHECK(check_ledger(l, p).error().message.find("schedule") != std::string::npos);
    p.emission.total = tokens(60);
    l.scheduled = tokens(8);
    CHECK_FALSE(check_ledger(l, p).ok());
    l.scheduled = {};
    l.burned = tokens(8'000);
    CHECK_FALSE(check_ledger(l, p).ok());  // more burned than there ever was
}

TEST_CASE("after each transaction the changed records and the ledger moved by the same sums") {
    const Busy b;
    const auto breach = [&](const std::function<void(BlockState&)>& f, const std::optional<Charge>& charge = {}) {
        return b.c.read([&](const StateView& view) {
            BlockState s(view);
            s.begin_tx();
            f(s);
            const auto ok = check_tx_invariants(s, charge);
            s.rollback_tx();
            const auto clean = check_tx_invariants(s);
            (void)clean;
            return ok ? std::string() : ok.error().message;
        });
    };
    const Address anna = b.c.anna.address(), buyer = b.c.buyer.address();
    const auto edit = [&](BlockState& s, const StateKey& key, auto record, const auto& change) {
        change(record);
        s.put_record(key, record);
    };
    const auto said = [](const std::string& message, const char* word) {
        INFO(message);
        CHECK(message.find(word) != std::string::npos);
    };
    CHECK(breach([](BlockState&) {}).empty());
    CHECK(breach([&](BlockState& s) {
              REQUIRE(s.charge(buyer, tokens(1)).ok());
              REQUIRE(s.pay(anna, tokens(1)).ok());
          }).empty());
    said(breach([&](BlockState& s) { s.edit(anna).liquid.units += 1; }), "liquid");
    said(breach([&](BlockState& s) { (void)s.pay(anna, tokens(1)); }), "supply");
    said(breach([&](BlockState& s) { s.edit(buyer).credits.units += 1; }), "credits free");
    said(breach([&](BlockState& s) { ++s.edit(anna).nonce; }), "nonce");
    said(breach([&](BlockState& s) { --s.edit(anna).nonce; }), "nonce");
    said(breach([&](BlockState& s) { s.edit(anna).nonce += 2; }, Charge{anna, {}}), "nonce");
    said(breach([&](BlockState& s) { ++s.edit(buyer).nonce; }, Charge{anna, {}}), "nonce");
    CHECK(breach([&](BlockState& s) { ++s.edit(anna).nonce; }, Charge{anna, {}}).empty());
    said(breach([&](BlockState& s) { ++s.edit(anna).nonce; }, Charge{anna, Amount{5}}), "fee");
    said(breach(
             [&](BlockState& s) {
                 ++s.edit(anna).nonce;
                 REQUIRE(s.charge(anna, Amount{6}).ok());
                 s.books().fees.units += 6;
             },
             Charge{anna, Amount{5}}),
         "fee");
    said(breach([&](BlockState& s) {
             REQUIRE(s.charge(anna, Amount{6}).ok());
             s.books().fees.units += 6;
         }),
         "fee");
    said(breach([&](BlockState& s) {
             edit(s, tables::provider(anna), *s.provider(anna), [](Provider& p) { p.stake.units += 1; });
         }),
         "staked");
    said(breach([&](BlockState& s) { s.erase(tables::provider(anna)); }), "staked");
    said(breach([&](BlockState& s) {
             edit(s, tables::provider(anna), *s.provider(anna), [](Provider& p) { p.unbonding.clear(); });
         }),
         "unbonding");
    said(breach([&](BlockState& s) {
             edit(s, tables::order(b.order), *s.order(b.order), [](Order& o) { o.deposit.units -= 1; });
         }),
         "credits escrowed");
    said(breach([&](BlockState& s) { s.erase(tables::queue(s.clock().queue_head)); }), "escrow");
    said(breach([&](BlockState& s) { s.books().minted.units += 1; }), "supply");
    said(breach([&](BlockState& s) { s.books().minted.units = s.books().treasury.units = s.rules().token.cap.units; }),
         "supply");
    said(breach([&](BlockState& s) { s.books().credits_issued.units += 1; }), "credits");
    // A grant never changes, and gives no more than has vested.
    const StateKey grant = tables::vesting(b.c.bob.address(), b.grant);
    const auto on_grant = [&](BlockState& s, const auto& change) {
        edit(s, grant, *borsh::decode<VestingGrant>(*s.get(grant)), change);
    };
    const Address bob = b.c.bob.address();
    const auto give = [&](BlockState& s, Amount amount) {
        s.books().vesting.units -= amount.units;
        REQUIRE(s.pay(bob, amount).ok());
        on_grant(s, [&](VestingGrant& g) { CHECK(tokenomics::redeem(g.left, amount.units).ok()); });
    };
    CHECK(breach([&](BlockState& s) { give(s, Amount{1}); }).empty());
    said(breach([&](BlockState& s) { give(s, tokens(49)); }), "no more than has vested");
    said(breach([&](BlockState& s) { on_grant(s, [](VestingGrant& g) { g.grant.end = g.grant.cliff; }); }),
         "grant never changes");
    said(breach([&](BlockState& s) { on_grant(s, [](VestingGrant& g) { g.left.tokens.units -= 1; }); }), "vesting");
    said(breach([&](BlockState& s) { s.erase(grant); }), "all of it has vested");
    said(breach([&](BlockState& s) {
             s.put_record(tables::vesting(bob, Hash{}), VestingGrant{{Amount{}, {}, {}, {}}, {}});
         }),
         "grants that accounts count");
    said(breach([&](BlockState& s) { s.edit(bob).grants = 0; }), "grants that accounts count");
    // A commit never changes, and its verdict is final.
    const auto on_commit = [&](const std::function<void(Commit&)>& f) {
        return breach([&](BlockState& s) { edit(s, tables::commit(b.commit), *s.commit(b.commit), f); });
    };
    CHECK(on_commit([](Commit& k) { ++k.attempts; }).empty());
    CHECK(on_commit([](Commit& k) { k.status = CommitStatus::absent; }).empty());
    said(on_commit([](Commit& k) { k.root.bytes[0] ^= 1; }), "commit never changes");
    said(on_commit([](Commit& k) { k.ctx.bytes[0] ^= 1; }), "commit never changes");
    said(on_commit([](Commit& k) { k.samples = 1; }), "commit never changes");
    said(on_commit([](Commit& k) { k.weight += 1; }), "commit never changes");
    said(on_commit([](Commit& k) { k.exposure = {}; }), "commit never changes");
    said(on_commit([](Commit& k) { k.rate_full = {}; }), "commit never changes");
    said(on_commit([](Commit& k) { k.slot = 9; }), "commit never changes");
    said(breach([&](BlockState& s) { s.erase(tables::commit(b.commit)); }), "never erased");
}

TEST_CASE("a verdict is final") {
    Chain c;
    c.join(c.anna);
    c.next_epoch();
    const Hash id = c.do_task(c.anna, 1).id(c.anna.address());
    const std::string said = c.read([&](const StateView& view) {
        BlockState s(view);
        s.begin_tx();
        Commit k = *s.commit(id);
        k.status = CommitStatus::passed;
        s.put_record(tables::commit(id), k);
        const auto ok = check_tx_invariants(s);
        return ok ? std::string() : ok.error().message;
    });
    CHECK(said.find("final") != std::string::npos);
}

TEST_CASE("the overlay: what is rolled back never was, what is read merges both sides") {
    Chain c;
    c.join(c.anna);
    c.ok(c.anna, AddDevice{2, "tiny"});
    c.ok(c.anna, AddDevice{5, "tiny"});
    c.read([&](const StateView& view) {
        BlockState s(view);
        const Address anna = c.anna.address();
        const auto slots = [&] {
            std::vector<std::uint32_t> out;
            s.each_device(anna, [&](std::uint32_t slot, const Device&) {
                out.push_back(slot);
                return true;
            });
            return out;
        };
        using Slots = std::vector<std::uint32_t>;
        s.put_record(tables::device(anna, 3), Device{});
        CHECK(slots() == Slots{0, 2, 3, 5});
        s.begin_tx();
        s.erase(tables::device(anna, 2));
        s.erase(tables::device(anna, 3));
        s.put_record(tables::device(anna, 1), Device{});
        s.put_record(tables::device(anna, 9), Device{});
        CHECK(slots() == Slots{0, 1, 5, 9});
        Device other;
        other.tasks = 7;
        s.put_record(tables::device(anna, 5), other);
        CHECK(s.device(anna, 5)->tasks == 7);
        s.edit(anna).nonce = 99;
        s.books().burned = tokens(1);
        s.clock().queue_tail = 50;
        s.rollback_tx();
        CHECK(slots() == Slots{0, 2, 3, 5});
        CHECK(s.device(anna, 5)->tasks == 0);
        CHECK(s.account(anna).nonce == 5);
        CHECK(s.books().burned.is_zero());
        CHECK(s.clock().queue_tail == 0);
        // A kept transaction after it builds on what was before.
        s.begin_tx();
        s.erase(tables::device(anna, 0));
        s.end_tx();
        CHECK(slots() == Slots{2, 3, 5});
        std::size_t first = 0;
        s.each_device(anna, [&](std::uint32_t slot, const Device&) {
            first = slot;
            return false;
        });
        CHECK(first == 2);
        return 0;
    });
}

}  // namespace assay::chain::test
