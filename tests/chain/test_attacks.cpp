// Attacks and failures of others over a whole chain, each test named after its row: A8 (information known at order
// time), A9 (races against a slash), A10 (dust), F13 (mint bounded by its rules), F15 (an empty sample).
#include "chain/invariants.hpp"
#include "tests/chain/chain_fixture.hpp"
#include "tokenomics/burn.hpp"

namespace assay::chain::test {
namespace {

using tokenomics::BurnMode;

constexpr BurnMode kModes[] = {BurnMode::destroy, BurnMode::fee_destroy, BurnMode::vault, BurnMode::mint_ratio};

void in_mode(Genesis& g, BurnMode mode) {
    auto& bme = g.params.bme;
    bme.mode = mode;
    bme.credits_per_token = 1'000'000;
    bme.fee_destroy = {Ppb{50'000'000}, Ppb{10'000'000}, Ppb{700'000'000}};
    bme.vault.spread = {};
    bme.vault.shortfall = Ppb{Ppb::kOne};
    bme.vault.halt_bps = bme.vault.restart_bps = bme.vault.warn_bps = 1;
    g.params.price.max_move = Ppb{Ppb::kOne};
}

// What one hand has: tokens free, at stake and on their way, and burns that wait.
Amount wealth(const Chain& c, const Key& k) {
    Amount out = c.account(k).liquid;
    if (const auto p = c.read([&](const StateView& s) { return s.provider(k.address()); })) {
        out.units += p->stake.units;
        for (const auto& u : p->unbonding) out.units += u.amount.units;
    }
    return out;
}

// The hand's own orders, done by its own device: what is due is committed, what is drawn is opened.
struct OwnWork {
    std::map<Hash, Work> done;
    void step(const Chain& c, const Key& me, std::uint64_t& nonce, std::vector<Bytes>& txs) {
        for (const TaskView& t : c.tasks(me)) {
            if (t.committed || t.ctx.is_zero() || !t.order || c.now > t.commit_by.value) continue;
            Work w = Chain::work(t);
            txs.push_back(c.tx_at(me, nonce++, {Chain::commit_message(w)}));
            done.insert_or_assign(w.id(me.address()), std::move(w));
        }
        for (auto at = done.begin(); at != done.end();) {
            const auto k = c.read([&](const StateView& s) { return s.commit(at->first); });
            if (k && k->status == CommitStatus::open && c.round(k->epoch.value).challenge.value != 0)
                txs.push_back(c.tx_at(me, nonce++, {c.opening(me, at->second)}));
            at = k && k->status != CommitStatus::open ? done.erase(at) : std::next(at);
        }
    }
};

// Counts the records that whoever stands on it looks at.
class Counting final : public StateView {
   public:
    explicit Counting(const StateView& inner) : inner_(inner) {}
    [[nodiscard]] std::optional<Bytes> get(const StateKey& key) const override {
        ++records;
        return inner_.get(key);
    }
    void for_range(std::uint8_t table, ByteView prefix, ByteView from,
                   const std::function<bool(ByteView, ByteView)>& f) const override {
        inner_.for_range(table, prefix, from, [&](ByteView key, ByteView value) {
            ++records;
            return f(key, value);
        });
    }
    mutable std::size_t records = 0;

   private:
    const StateView& inner_;
};

Ppb slash_full(const Chain& c) {
    return c.read([](const StateView& s) { return s.params().slash.full; });
}

u128 usd_of(u128 units, Price p) {  // micro-USD of six decimals, floored
    return units * p.value / Price::kOneUsd;
}

}  // namespace

TEST_CASE("A8: no price path, lag or mode pays one hand for what it knew when it ordered; supply stays below the cap") {
    Random r;
    INFO("seed " << seed());
    for (const BurnMode mode : kModes)
        for (const std::uint64_t lag : {1u, 4u, 9u}) {
            INFO("mode " << static_cast<int>(mode) << ", rounds of " << lag << " blocks");
            Chain c([&](Genesis& g) {
                in_mode(g, mode);
                g.params.bme.round_blocks = lag;
                g.params.price.ema_rounds = 1 + r.below(6);
                g.params.price.stale_blocks = 40;
                g.params.emission.kind = tokenomics::EmissionKind::none;  // what the hand gets comes of burns alone
                g.params.emission.total = {};
                g.params.epoch.blocks = 12;
                g.params.work.open_blocks = 8;
            });
            c.join(c.buyer, "tiny", tokens(1000));
            OwnWork own;
            std::uint64_t price = Price::kOneUsd;
            int rounds_that_issued = 0, settlements = 0;
            const Amount before = wealth(c, c.buyer);
            Amount fees;
            for (int b = 0; b < 220; ++b) {
                const Ledger was = c.ledger();
                const ChainState clock = c.clock();
                std::uint64_t nonce = c.nonce(c.buyer);
                std::vector<Bytes> txs;
                own.step(c, c.buyer, nonce, txs);
                if (r.below(3) == 0)
                    txs.push_back(c.tx_at(c.buyer, nonce++, {BurnForCredits{Amount{1 + r.below(50) * kToken}}}));
                if (r.below(3) == 0 && mode == BurnMode::vault)
                    txs.push_back(c.tx_at(c.buyer, nonce++, {RedeemCredits{Credits{1 + r.below(20'000'000)}}}));
                if (r.below(8) == 0) {  // an order to oneself
                    const std::uint64_t pays = 1 + r.below(5'000'000);
                    txs.push_back(
                        c.tx_at(c.buyer, nonce++,
                                {OpenOrder{"tiny", 1, Credits{pays}, Credits{pays}, c.height().value + 60, false}}));
                }
                c.read([&](const StateView& s) {
                    s.each_order([&](const Hash& id, const Order& o) {
                        if (o.status == OrderStatus::open && o.bids.empty())
                            txs.push_back(c.tx_at(c.buyer, nonce++, {PlaceBid{id, 0, o.max_price}}));
                        return true;
                    });
                    return 0;
                });
                // The path: quiet, a drift, a crash, a spike; and at times nobody reports.
                if (r.below(10) != 0) {
                    const std::uint64_t kind = r.below(12);
                    price = kind == 0 ? price / 2 + 1'000'000 : kind == 1 ? price * 2 : price + r.below(4'000'000);
                    price = std::min<std::uint64_t>(price, 100 * Price::kOneUsd);
                    for (const Bytes& report : c.reports(price)) txs.push_back(report);
                }
                const auto results = c.block(txs);
                for (std::size_t i = 0; i < results.receipts.size(); ++i)
                    if (results.receipts[i].code == "ok" || !results.receipts[i].fee.is_zero())
                        fees.units += results.receipts[i].fee.units;
                const Ledger is = c.ledger();
                const ChainState now = c.clock();
                // An item executes at a round that opened after it: the round that was open when it came has to close
                // first. `queue_due` moves over what was there when that round closed.
                CHECK(now.queue_due <= clock.queue_tail);
                const auto prices = tokenomics::prices_of(c.genesis.params.bme, now.price);
                const u128 issued = is.credits_issued.units - was.credits_issued.units;
                const u128 vaulted = is.vault > was.vault ? is.vault.units - was.vault.units : 0;
                rounds_that_issued += issued > 0 ? 1 : 0;
                if (issued > 0 && mode != BurnMode::mint_ratio) {
                    // Never more credits than what was burned for them is worth at the price of this very round.
                    u128 spent = is.burned_for_credits.units - was.burned_for_credits.units;
                    if (mode == BurnMode::fee_destroy) spent = spent * 100 / 95 + 2;  // the fee is part of the price
                    if (mode != BurnMode::vault) CHECK(issued <= usd_of(spent, prices.burn) + 4);
                    if (mode == BurnMode::vault && is.credits_refunded == was.credits_refunded &&
                        is.credits_consumed == was.credits_consumed)
                        CHECK(issued <= usd_of(vaulted, prices.burn) + 4);
                    CHECK(prices.burn <= now.price.spot);
                }
                // Each settlement by itself, whatever the hand lost with credits that it never used: what it is paid is
                // not above the tokens that went with the credits, or out of the vault not above their dollars.
                const u128 minted = is.minted.units - was.minted.units;
                if (mode != BurnMode::vault) {
                    if (now.epoch == clock.epoch)
                        CHECK(minted <= now.sums.burned_for.units - clock.sums.burned_for.units);
                } else if (issued == 0) {
                    const u128 used = is.credits_consumed.units + is.credits_refunded.units -
                                      was.credits_consumed.units - was.credits_refunded.units;
                    CHECK(usd_of(was.vault.units - is.vault.units + minted, prices.settle) <= used);
                }
                settlements += is.credits_consumed == was.credits_consumed ? 0 : 1;
                CHECK((is.genesis.units + is.minted.units - is.burned.units) <= c.genesis.params.token.cap.units);
                if (mode != BurnMode::vault) {
                    // Whatever the path: what was burned comes back at most.
                    CHECK(is.minted <= is.burned_for_credits);
                    CHECK(wealth(c, c.buyer) <= before);
                }
            }
            if (mode == BurnMode::vault) {
                // Redeemed at max(spot, EMA) of its round, a credit is worth a micro-USD at most: in dollars of each
                // round nobody gains, and what the vault lacks is all that is minted.
                CHECK(c.ledger().credits_refunded.units + c.ledger().credits_consumed.units <=
                      c.ledger().credits_issued.units);
            } else {
                CHECK(wealth(c, c.buyer).units + fees.units <= before.units);
            }
            CHECK(rounds_that_issued > 5);
            CHECK(settlements > 2);
            CHECK(c.ledger().credits_consumed.units + c.ledger().credits_refunded.units > 0);
            c.replay(options(3));
        }
}

TEST_CASE(
    "A8: in mode vault, a burn and its redemption in one hand lose nothing and gain nothing at a price that stands") {
    Chain c([](Genesis& g) {
        in_mode(g, BurnMode::vault);
        g.params.price.ema_rounds = 1;
    });
    c.price_rounds(2, 114'000'000);
    const Amount before = c.liquid(c.buyer);
    const auto burned = c.run(c.buyer, BurnForCredits{tokens(100)});
    REQUIRE(burned.code == "ok");
    c.price_rounds(2, 114'000'000);
    CHECK(c.account(c.buyer).credits.units == 114'000'000);
    const auto back = c.run(c.buyer, RedeemCredits{Credits{114'000'000}});
    REQUIRE(back.code == "ok");
    c.price_rounds(2, 114'000'000);
    CHECK(c.liquid(c.buyer).units + burned.fee.units + back.fee.units == before.units);
    CHECK(c.ledger().vault.is_zero());
}

TEST_CASE(
    "A9: unstaking, devices, a vote, jail and the epoch's end between commit and verdict: the slash takes its share") {
    Random r;
    int matured_meanwhile = 0, latched_meanwhile = 0;
    for (int round = 0; round < 24; ++round) {
        const bool all = round % 3 == 0;     // the full rate takes everything: pools go to zero
        const bool latch = round % 4 < 2;    // a vote halves that rate between commit and verdict
        const bool on_way = round % 2 == 0;  // some stake left before the commit, and its time comes before the verdict
        INFO("seed " << seed() << ", round " << round);
        Chain c([&](Genesis& g) {
            g.params.epoch.blocks = 12;
            g.params.work.open_blocks = 8;
            g.params.stake.delegation = tokenomics::DelegationMode::open;
            g.params.stake.min_unbonding = Amount{1};
            g.params.stake.unbonding_ms = 55'000;
            g.params.slash.full = all ? Ppb{Ppb::kOne} : Ppb{400'000'000};
            g.params.governance.deposit_min = Amount{};
            g.params.governance.voting_ms = 1'000;
            g.params.governance.timelock_ms = 1'000;
            g.params.governance.quorum = Ppb{1};
            g.params.governance.vote_cap = Ppb{Ppb::kOne};
        });
        const Ppb rate = slash_full(c);
        c.join(c.anna, "tiny", tokens(700 + r.below(300)));
        c.ok(c.bob, Stake{c.anna.address(), Amount{tokens(100).units + r.below(1'000'000)}});
        c.next_epoch();
        TimeMs matures{};
        if (on_way) {
            c.ok(c.anna, Unstake{c.anna.address(), Amount{1 + r.below(50) * kToken}});
            matures = c.provider(c.anna).unbonding.front().matures;
            while (c.now + 20'000 <= matures.value) c.block();
        }
        if (latch) {  // decided when this epoch ends, in force when the next one does
            const Propose half{{{"slash.full_ppb", std::to_string(rate.value / 2)}}, "race", {}};
            REQUIRE(c.run(c.tx(c.carl, {half}, {.gas = 1'000'000})).code == "ok");
            c.ok(c.operators[0], Vote{1, Choice::yes});
        }
        c.next_epoch();
        c.to_start();
        const std::uint64_t epoch = c.clock().epoch.value;
        const Work w = Chain::spoiled(c.task(c.anna), 4);
        c.ok(c.anna, Chain::commit_message(w));
        const std::uint64_t committed_at = c.now;
        const Ledger committed = c.ledger();
        const u128 at_stake = committed.staked.units + committed.unbonding.units;
        for (std::uint64_t i = 0, races = 1 + r.below(5); i < races; ++i) switch (r.below(6)) {
                case 0:
                    (void)c.run(c.anna, Unstake{c.anna.address(), c.provider(c.anna).stake});
                    break;
                case 1:
                    (void)c.run(c.bob, Unstake{c.anna.address(), Amount{1 + r.below(100) * kToken}});
                    break;
                case 2:
                    (void)c.run(c.anna, AddDevice{static_cast<std::uint32_t>(1 + r.below(3)), "cpu"});
                    break;
                case 3:
                    (void)c.run(c.anna, Unjail{});
                    break;
                case 4:
                    (void)c.run(c.anna, RemoveDevice{0});
                    break;
                default:
                    (void)c.run(c.bob, ClaimRewards{c.anna.address()});
            }
        c.to_challenge(epoch);
        // Late, but in time: past the epoch's end where that is near.
        for (int i = 0; i < 6 && c.clock().epoch.value == epoch; ++i) c.block();
        const Ledger before = c.ledger();
        // Nothing left the reach of the verdict on its way, and nothing came into it.
        CHECK(before.staked.units + before.unbonding.units == at_stake);
        matured_meanwhile += on_way && committed_at < matures.value && matures.value <= c.now ? 1 : 0;
        latched_meanwhile += slash_full(c) == rate ? 0 : 1;
        c.ok(c.anna, c.opening(c.anna, w));
        const Commit k = c.commit(w.id(c.anna.address()));
        REQUIRE(k.status == CommitStatus::failed);
        const Ledger after = c.ledger();
        const u128 left = after.staked.units + after.unbonding.units, taken = at_stake - left;
        const u128 least = (at_stake * rate.value + Ppb::kOne - 1) / Ppb::kOne;
        CHECK(taken >= least);
        CHECK(taken <= least + 16);  // each bucket rounds up for itself
        CHECK(after.burned.units - before.burned.units >= taken);
        CHECK(c.provider(c.anna).jailed);
        // Everything that is left comes out in the end, and not a unit more.
        const Amount liquid = c.liquid(c.anna);
        const Receipt out = c.run(c.anna, Unstake{c.anna.address(), c.provider(c.anna).stake});
        const u128 released = c.liquid(c.anna).units + out.fee.units - liquid.units;
        CHECK(c.ledger().unbonding.units + c.ledger().staked.units + released == left);
        c.blocks(5);
        c.check_invariants();
    }
    CHECK(matured_meanwhile >= 3);
    CHECK(latched_meanwhile >= 3);
}

TEST_CASE("A10: dust that nobody touches costs no block anything: no more records are read or written with it") {
    const std::size_t many = ASSAY_LONG_TESTS ? 1'000'000 : 10'000;
    std::vector<std::size_t> touched;
    for (const std::size_t dust : {std::size_t{10}, many}) {
        Chain c([](Genesis& g) {
            g.params.token.decimals = 24;
            g.params.stake.delegation = tokenomics::DelegationMode::open;
            g.params.stake.min_stake = Amount{1};
            g.params.stake.min_unbonding = Amount{1};
            g.params.stake.unbonding_ms = 20'000;
        });
        c.join(c.anna, "tiny", tokens(1000));
        c.join(c.bob, "tiny", tokens(1000));
        c.next_epoch();
        const std::size_t most = c.read([&](const StateView& committed) {
            // Accounts, delegations and unbondings of a unit or two each, made by the rules that make them.
            BlockState dusty(committed);
            Exec x(dusty);
            for (std::size_t i = 0; i < dust; ++i) {
                x.sender = Address::from(tagged_hash("test/dust", borsh::encode(std::uint64_t{i})).view());
                REQUIRE(dusty.charge(c.buyer.address(), Amount{3}).ok());
                REQUIRE(dusty.pay(x.sender, Amount{3}).ok());
                REQUIRE(run(x, Stake{c.anna.address(), Amount{2}}).ok());
                if (i % 2 == 0) REQUIRE(run(x, Unstake{c.anna.address(), Amount{1}}).ok());
                x.events.clear();
            }
            REQUIRE(dusty.books().unbonding.units == (dust + 1) / 2);
            // Blocks, each on top of the one before, through two epochs' ends and past the unbondings' time.
            std::vector<std::unique_ptr<Counting>> counts;
            std::vector<std::unique_ptr<BlockState>> tower;
            std::size_t worst = 0;
            const std::uint64_t epoch = dusty.clock().epoch.value;
            for (std::uint64_t i = 0; i < 45; ++i) {
                counts.push_back(std::make_unique<Counting>(tower.empty() ? dusty : *tower.back()));
                tower.push_back(std::make_unique<BlockState>(*counts.back()));
                BlockState& top = *tower.back();
                top.clock().height = top.clock().height + 1;
                top.clock().time = TimeMs{top.clock().time.value + 1'000};
                Exec b(top);
                Header header;
                header.proposer = c.operators[0].address();
                begin_block(b, header);
                REQUIRE(end_block(b, c.operators[0].address(), false).ok());
                worst = std::max(worst, counts.back()->records + top.changes().size());
            }
            REQUIRE(tower.back()->clock().epoch.value >= epoch + 2);
            CHECK(check_ledger(tower.back()->books(), tower.back()->rules()).ok());
            return worst;
        });
        touched.push_back(most);
    }
    CHECK(touched[0] > 5);
    CHECK(touched[1] <= touched[0] + 2);  // the pool of the dust, where it is enough to earn anything
}

TEST_CASE("F13: no epoch mints more than its schedule, what it recycles and what it settles, however much burns") {
    for (const BurnMode mode : kModes) {
        INFO("mode " << static_cast<int>(mode));
        Chain c([&](Genesis& g) {
            in_mode(g, mode);
            g.params.bme.recycle = {tokens(3), 4};
        });
        c.join(c.anna);
        Amount epochs_minted;
        for (int i = 0; i < 12; ++i) {
            c.ok(c.buyer, BurnForCredits{tokens(200)});
            c.price_rounds(3, 100'000'000 + static_cast<std::uint64_t>(i % 3) * 10'000'000);
            if (mode == BurnMode::vault) c.ok(c.buyer, RedeemCredits{Credits{50'000'000}});
        }
        const std::uint64_t last = c.clock().epoch.value;
        REQUIRE(last >= 3);
        Amount burned_before;
        for (std::uint64_t e = 0; e < last; ++e) {
            const EpochRecord of = c.epoch_record(e);
            CHECK(of.minted_schedule <= tokens(1000));
            CHECK(of.minted_recycled <= tokens(3));
            burned_before.units += of.burned.units;
            epochs_minted.units += of.minted_schedule.units + of.minted_recycled.units + of.minted_settled.units;
            CHECK(c.ledger().recycled <= c.ledger().burned);
        }
        epochs_minted.units += c.epoch_record(last).minted_settled.units;
        CHECK(epochs_minted == c.ledger().minted);
    }
}

TEST_CASE("F15: an opening with nothing in it is refused, its commit ends absent, and absence is paid nothing") {
    Chain c;
    c.join(c.anna);
    c.join(c.bob);
    c.next_epoch();
    const std::uint64_t epoch = c.clock().epoch.value;
    c.to_start();
    const Work empty = Chain::work(c.task(c.anna)), honest = Chain::work(c.task(c.bob));
    c.ok(c.anna, Chain::commit_message(empty));
    c.ok(c.bob, Chain::commit_message(honest));
    c.to_challenge();
    c.ok(c.bob, c.opening(c.bob, honest));
    OpenWork nothing;
    nothing.commit = empty.id(c.anna.address());
    CHECK(c.code(c.anna, nothing) == "opening_leaf_count");
    while (c.round(epoch).closed.value == 0) c.block();
    while (c.clock().epoch.value == epoch) c.block();
    CHECK(c.commit(nothing.commit).status == CommitStatus::absent);
    CHECK(c.provider(c.anna).passed == 0);
    CHECK(c.provider(c.anna).absent == 1);
    CHECK(c.provider_epoch(c.anna, epoch).availability.is_zero());
    CHECK(c.provider_epoch(c.anna, epoch).slashed > Amount{});
    CHECK(c.provider_epoch(c.bob, epoch).availability > Amount{});
}

}  // namespace assay::chain::test
