// A random walk over all messages, honest and not. What must hold when it ends is in walk_checks.hpp.
//
//   Walk w(seed, validators, [](Genesis& g) { … });
//   w.go(1000);                      // transactions; the chain checks its invariants after each
//   check_replays(w.chain());        // other Apps, other threads and caches, a restart in between: the same hashes
//
// After each block (the long walk: every so many) the whole state is scanned.
#pragma once

#include <array>
#include <cstdio>

#include "chain/account_history.hpp"
#include "chain/flows.hpp"
#include "tests/chain/gemm_case.hpp"
#include "tokenomics/params_change.hpp"
#include "tokenomics/params_json.hpp"

namespace assay::chain::test {

/// How fast a walk goes. The default looks at everything after every block.
struct Pace {
    std::size_t crowd = 0;          ///< people besides the fixture's; newcomers take their places
    std::uint64_t each = 3;         ///< transactions of one of them in a block, at most
    std::uint64_t scan_blocks = 1;  ///< the whole state is scanned every so many blocks
};

class Walk {
   public:
    Walk(std::uint64_t walk_seed, std::size_t validators, const Chain::Tweak& tweak, const Pace& pace = {})
        : random_(walk_seed),
          pace_(pace),
          c_(
              [&](Genesis& g) {
                  auto& v = g.params.governance;
                  v.deposit_min = tokens(1);
                  v.voting_ms = 8'000;
                  v.timelock_ms = 4'000;
                  v.window_ms = 60'000;
                  v.vote_cap = Ppb{500'000'000};
                  g.params.market.dispute_blocks = 12;
                  if (tweak) tweak(g);
              },
              validators) {
        for (const Key* k : {&c_.buyer, &c_.anna, &c_.bob, &c_.carl}) people_.push_back(*k);
        for (const Key& k : c_.operators) people_.push_back(k);
        residents_ = people_.size();
        c_.rotate = true;
        balances_ = balances();
    }

    void go(std::size_t transactions) {
        while (sent_ < transactions) one_block();
    }
    /// Goes on until `met`, and no further than to so many transactions in all.
    template <class F>
    void go_on(std::size_t transactions, F&& met) {
        while (sent_ < transactions && !met()) one_block();
    }
    Chain& chain() { return c_; }
    /// A third of the messages propose or vote.
    void vote_often() { votes_ = true; }
    std::size_t sent() const { return sent_; }
    std::size_t changed() const { return changed_; }  ///< parameters, by votes
    const std::map<std::string, std::size_t>& outcomes() const { return outcomes_; }
    const std::map<std::string, std::size_t>& flows() const { return flows_; }
    /// By message's name: in transactions that were accepted, and in others.
    struct Came {
        std::size_t accepted = 0, refused = 0;
    };
    const std::map<std::string, Came>& messages() const { return messages_; }
    /// What became of buyers' products.
    const std::map<std::string, std::size_t>& products() const { return products_; }

   private:
    using Balances = std::map<Address, std::pair<Amount, Credits>>;
    [[nodiscard]] Balances balances() const {
        Balances out;
        c_.read([&](const StateView& s) {
            s.for_prefix(tables::kAccounts, {}, [&](ByteView key, ByteView value) {
                const auto a = borsh::decode<Account>(value);
                REQUIRE(a.ok());
                out[Address::from(key)] = {a->liquid, a->credits};
                return true;
            });
            return 0;
        });
        return out;
    }
    // What the block's transactions and events tell is the whole change of every account.
    void check_flows(const BlockResults& results) {
        Balances told = std::move(balances_);
        each_flow(c_.history.back(), results, {}, [&](const Flow& f) {
            auto& [liquid, credits] = told[f.address];
            u128& units = f.bucket == Bucket::liquid ? liquid.units : credits.units;
            units = f.in ? units + f.value : units - f.value;  // wraps, and comes back where the block adds up
            ++flows_[std::string(f.cause)];
        });
        balances_ = balances();
        std::erase_if(told, [](const auto& one) { return one.second == std::pair<Amount, Credits>{}; });
        Balances now = balances_;
        std::erase_if(now, [](const auto& one) { return one.second == std::pair<Amount, Credits>{}; });
        INFO("height " << c_.height().value);
        REQUIRE(told == now);
    }

    bool chance(std::uint64_t percent) { return random_.below(100) < percent; }
    Amount amount(std::uint64_t most) {
        if (chance(3)) return Amount{};
        if (chance(2)) return Amount::max();
        return Amount{u128{random_.below(most)} * kToken + random_.below(kToken)};
    }
    const Key& anybody() { return people_[random_.below(people_.size())]; }

    // The orders there are, read once a block; what is closed is forgotten after a while.
    const std::vector<std::pair<Hash, Order>>& orders() {
        if (orders_at_ == c_.height()) return orders_;
        orders_at_ = c_.height();
        orders_.clear();
        std::erase_if(known_orders_, [&](const Hash& id) {
            Order o = c_.order(id);
            const bool closed = o.status == OrderStatus::closed || o.status == OrderStatus::cancelled;
            orders_.emplace_back(id, std::move(o));
            return closed && chance(10);
        });
        return orders_;
    }
    std::optional<std::pair<Hash, Order>> some_order(const std::function<bool(const Order&)>& wanted) {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < orders().size(); ++i)
            if (wanted(orders_[i].second)) found.push_back(i);
        if (found.empty()) return std::nullopt;
        return orders_[found[random_.below(found.size())]];
    }

    std::optional<Message> vote() {
        const auto open = c_.read([](const StateView& s) { return s.governance(); });
        if (open.open.empty()) return std::nullopt;
        const std::uint64_t number =
            chance(95) ? open.open[random_.below(open.open.size())] : random_.below(open.next + 2);
        return Vote{number, chance(80) ? Choice::yes : static_cast<Choice>(random_.below(3))};
    }

    // A message of this person's, likely to make sense.
    std::optional<Message> message(const Key& me) {
        const Address a = me.address();
        const bool proposes =
            std::any_of(c_.operators.begin(), c_.operators.end(), [&](const Key& k) { return k.address() == a; });
        if (votes_ && chance(33)) return chance(50) ? proposal() : vote();
        switch (random_.below(24)) {
            case 0: {
                Transfer t;
                for (std::uint64_t i = 0; i <= random_.below(3); ++i) {
                    Address to = anybody().address();
                    if (chance(10)) to = random_.fixed<Address>();
                    t.outputs.push_back({to, amount(50), chance(30) ? "tag" : ""});
                }
                return t;
            }
            case 1:
                return BurnForCredits{amount(200), Credits{chance(20) ? random_.below(300'000'000) : 0},
                                      Credits{chance(20) ? random_.below(200'000'000) : 0}};
            case 2:
                return RegisterProvider{"http://x"};
            case 3:
                return AddDevice{static_cast<std::uint32_t>(random_.below(3)), chance(50)   ? "tiny"
                                                                               : chance(50) ? "cpu"
                                                                               : chance(50) ? "product"
                                                                               : chance(80) ? "walk"
                                                                                            : "none"};
            case 4:
                return Stake{chance(60) ? a : anybody().address(), amount(800)};
            case 5:
                return Unstake{chance(60) ? a : anybody().address(), amount(300)};
            case 6: {
                const auto v = c_.read([&](const StateView& state) { return state.validator(a); });
                if (v && v->jailed ? chance(90) : chance(15))
                    return UnjailValidator{static_cast<std::uint8_t>(chance(95) ? 0 : 1)};
                return Unjail{static_cast<std::uint8_t>(chance(95) ? 0 : 1)};
            }
            case 7:
                return RegisterValidator{random_.fixed<Hash>(), random_.fixed<Hash>(), amount(3000), "walker"};
            case 8: {  // a tip that leads nowhere: not for those who must go on proposing
                if (chance(40)) return RotateKey{random_.fixed<Hash>()};
                if (chance(15)) return proposes ? std::nullopt : std::optional<Message>(Retire{});
                return chance(20) && !proposes ? std::optional<Message>(RenewBeacon{random_.fixed<Hash>()})
                                               : std::nullopt;
            }
            case 9:
                return ReportPrice{Price{80'000'000 + random_.below(40'000'000)}};
            case 10: {
                if (chance(50)) {
                    const Matrices& x = jobs_[random_.below(jobs_.size())];
                    proofs::GemmJob job = x.job();
                    if (chance(5)) job.b_root = random_.fixed<Hash>();
                    if (chance(3)) job.m += random_.below(40);
                    const std::uint64_t price = 1 + random_.below(3'000'000);
                    return OpenOrder{"tiny",
                                     chance(97) ? 1u : 2u,
                                     Credits{price},
                                     Credits{u128{price} + random_.below(1000)},
                                     c_.height().value + 12 + random_.below(80),
                                     chance(60),
                                     job};
                }
                const std::uint64_t units = 1 + random_.below(3), price = 1 + random_.below(3'000'000);
                return OpenOrder{chance(60)   ? "tiny"
                                 : chance(60) ? "cpu"
                                 : chance(60) ? "product"
                                              : "walk",
                                 units,
                                 Credits{price},
                                 Credits{u128{units} * price + random_.below(1000)},
                                 c_.height().value + 12 + random_.below(80),
                                 chance(40)};
            }
            case 11:
                return RedeemCredits{Credits{random_.below(50'000'000)}};
            case 12:
                return ClaimRewards{anybody().address()};
            case 13:
                return SetCommission{Ppb{random_.below(chance(90) ? 400'000'000 : 2'000'000'000)}};
            case 14: {  // a grant, at times for oneself or out of order
                const std::uint64_t start = c_.now - random_.below(20'000), cliff = start + random_.below(30'000);
                return CreateVesting{anybody().address(), amount(40), TimeMs{start}, TimeMs{cliff},
                                     TimeMs{chance(90) ? cliff + random_.below(60'000) : random_.below(cliff)}};
            }
            case 15:
                return proposal();
            case 16:
                return vote();
            case 17: {  // a bid of some direct order, mostly by its buyer
                const auto found = some_order([&](const Order& o) {
                    return (o.buyer == a || chance(5)) && !o.bids.empty() && (o.manual || chance(5));
                });
                if (!found) return std::nullopt;
                const Bid& b = found->second.bids[random_.below(found->second.bids.size())];
                return AcceptBid{found->first, b.provider, b.slot, chance(90) ? b.price : Credits{1}};
            }
            case 18: {
                const auto found = some_order(
                    [&](const Order& o) { return o.lease && (o.buyer == a || o.lease->provider == a || chance(3)); });
                return found && chance(50) ? std::optional<Message>(CloseLease{found->first}) : std::nullopt;
            }
            case 19: {
                const auto found = some_order([&](const Order& o) { return o.buyer == a || chance(3); });
                return found && chance(20) ? std::optional<Message>(CancelOrder{found->first}) : std::nullopt;
            }
            case 20: {
                if (chance(40)) return RemoveDevice{static_cast<std::uint32_t>(random_.below(3))};
                UpdateProvider m;
                if (chance(40)) m.endpoint = "http://y";
                if (chance(60)) m.work_key = anybody().address();
                if (chance(10)) m.clear_work_key = true;
                if (chance(60)) m.fee_budget = amount(3);
                return m;
            }
            case 21: {
                std::vector<std::uint64_t> held;
                c_.read([&](const StateView& s) {
                    s.each_held_slash([&](std::uint64_t n, const HeldSlash&) { return held.push_back(n), true; });
                    return 0;
                });
                if (held.empty()) return std::nullopt;
                return Propose{{{"appeal:" + std::to_string(held[random_.below(held.size())]), "return"}},
                               "walk",
                               tokens(random_.below(3))};
            }
            default: {  // a bid on some order
                std::vector<Hash> open;
                for (const auto& [id, o] : orders())
                    if (o.status == OrderStatus::open || random_.below(50) == 0) open.push_back(id);
                if (open.empty()) return std::nullopt;
                return PlaceBid{open[random_.below(open.size())], static_cast<std::uint32_t>(random_.below(3)),
                                Credits{random_.below(3'000'000)}};
            }
        }
    }

    // Changes of a few parameters, likely to pass; not of what a walk needs to go on: its fees, its proposers, votes.
    Message proposal() {
        const auto rows = tokenomics::list_params(c_.read([](const StateView& s) { return s.params(); }));
        Propose out{{}, "walk", tokens(random_.below(3))};
        while (out.changes.size() <= random_.below(3)) {
            const auto& row = rows[random_.below(rows.size())];
            const auto rule = tokenomics::rule_of(row.path).rule;
            if (row.path == "block.min_gas_price" || row.path.starts_with("validators.") ||
                row.path.starts_with("governance.") || row.unit == "Q0.128")
                continue;
            if (!row.number || rule == tokenomics::ParamRule::fixed) {
                if (chance(99)) continue;
                out.changes.push_back({row.path, row.value});
                continue;
            }
            const u128 now = *row.number, tenth = now / 10;
            const u128 most = rule == tokenomics::ParamRule::monetary && chance(95) ? tenth : now;
            const u128 by = most < 1'000'000'000'000 ? random_.below(static_cast<std::uint64_t>(most) + 2) : most;
            out.changes.push_back({row.path, to_digits(chance(50) || by > now ? now + by : now - by)});
        }
        if (chance(20)) {  // a share for a share
            out.changes.clear();
            const auto split = c_.read([](const StateView& s) { return s.params().split; });
            const std::uint64_t by = random_.below(10'000'000);
            out.changes = {{"split.work_ppb", std::to_string(split.work.value + by)},
                           {"split.availability_ppb", std::to_string(split.availability.value - by)}};
        }
        return out;
    }

    // Commits to some of what is due, honestly or not; opens what was committed, or forgets to.
    void work(const Key& me, std::uint64_t& nonce, std::vector<RawTx>& txs) {
        const auto tasks = c_.tasks(me);
        for (const TaskView& t : tasks) {
            if (t.committed || t.ctx.is_zero() || !chance(40) || (c_.now > t.commit_by.value && !chance(3))) continue;
            Work w = chance(75) ? Chain::work(t) : Chain::work(t, [&](std::vector<Hash>& leaves) {
                for (std::uint64_t i = 0; i <= random_.below(4); ++i)
                    leaves[random_.below(leaves.size())].bytes[random_.below(32)] ^= 1;
            });
            const auto worker = c_.provider(me).work_key.in_force(c_.clock().epoch);
            const Key* by = nullptr;
            for (const Key& k : people_)
                if (worker == k.address() && chance(50)) by = &k;
            if (by != nullptr && by->address() != me.address())
                txs.push_back(
                    c_.tx_at(*by, c_.nonce(*by), {CommitWork{t.task, t.slot, w.result.root(), me.address()}}));
            else
                txs.push_back(c_.tx_at(me, nonce++, {Chain::commit_message(w)}));
            if (chance(10)) txs.push_back(c_.tx_at(me, nonce++, {CommitWork{t.task, t.slot, random_.fixed<Hash>()}}));
            done_[me.address()].insert_or_assign(w.id(me.address()), std::move(w));
        }
        std::vector<Hash> over;
        for (auto& [id, done] : done_[me.address()]) {
            const auto k = c_.read([&, which = id](const StateView& s) { return s.commit(which); });
            if (!k || k->status != CommitStatus::open) {
                if (k || c_.clock().epoch.value > done.task.epoch.value) over.push_back(id);
                continue;
            }
            if (c_.round(k->epoch.value).challenge.value == 0 || !chance(35)) continue;
            OpenWork m = c_.opening(me, done);
            if (chance(20) && !m.opening.siblings.empty()) m.opening.siblings[0].bytes[0] ^= 1;
            if (chance(5)) m.opening.leaves.pop_back();
            const Key& sender = chance(80) ? me : anybody();
            if (sender.address() == me.address())
                txs.push_back(c_.tx_at(me, nonce++, {m}));
            else if (k->worker == sender.address() || chance(10))
                txs.push_back(c_.tx_at(sender, c_.nonce(sender), {m}));
        }
        for (const Hash& id : over) done_[me.address()].erase(id);
    }

    // Somebody new comes, with tokens of the buyer's; where the crowd is complete, somebody goes and leaves everything.
    std::optional<Message> newcomer() {
        if (pace_.crowd == 0 || (people_.size() == residents_ + pace_.crowd && !chance(15))) return std::nullopt;
        Key k(static_cast<std::uint32_t>(10'000 + newcomers_++));
        const Address a = k.address();
        if (people_.size() < residents_ + pace_.crowd) {
            people_.push_back(k);
        } else {
            Key& gone = people_[residents_ + random_.below(pace_.crowd)];
            done_.erase(gone.address());
            gone = k;
        }
        return pay(a, tokens(15'000));
    }

    // Delivers products of leases, right and wrong ones; disputes what was delivered, with reason or without.
    void products(const Key& me, std::uint64_t& nonce, std::vector<RawTx>& txs) {
        const auto found = some_order([&](const Order& o) {
            return o.gemm && o.lease && (o.status == OrderStatus::leased || chance(2)) &&
                   (o.lease->provider == me.address() || o.buyer == me.address() || chance(3));
        });
        if (!found || !chance(80)) return;
        const auto& [id, o] = *found;
        const Matrices* x = nullptr;
        for (const Matrices& one : jobs_)
            if (one.job().a_root == o.gemm->job.a_root) x = &one;
        if (x == nullptr) return;
        Chain::Terms terms;
        terms.gas = 1'000'000;
        if (!o.gemm->delivery || chance(3)) {
            Hash root = x->root(chance(50) ? x->c : x->wrong_in(0, 0));
            if (chance(5)) root = random_.fixed<Hash>();
            txs.push_back(c_.tx_at(me, nonce++, {Deliver{id, root}}));
            return;
        }
        const auto running = c_.read([&, which = id](const StateView& s) { return s.dispute(which); });
        std::uint32_t row = 0, col = static_cast<std::uint32_t>(random_.below(x->n / 32)), slice = 0;
        if (running && chance(85)) row = running->tile.row, col = running->tile.col, slice = running->next_slice;
        if (chance(3)) slice = static_cast<std::uint32_t>(random_.below(x->slices()));
        const bool wrong = x->root(x->wrong_in(0, 0)) == o.gemm->delivery->c_root;
        Dispute d = x->dispute(id, wrong ? x->wrong_in(0, 0) : x->c, row, col, slice);
        if (chance(5)) d.a.data[random_.below(d.a.data.size())] ^= 1;
        if (chance(3) && !d.b.path.empty()) d.b.path.pop_back();
        txs.push_back(c_.tx_at(me, nonce++, {std::move(d)}, terms));
    }

    void one_block() {
        std::vector<RawTx> txs;
        const auto welcome = newcomer();
        for (std::size_t p = 0; p < people_.size(); ++p) {
            const Key& me = people_[p];
            const bool pays = p == 0 && welcome;
            if (!pays && !chance(60)) continue;
            std::uint64_t nonce = c_.nonce(me);
            if (pays) txs.push_back(c_.tx_at(me, nonce++, {*welcome}));
            for (std::uint64_t i = 0; i < random_.below(pace_.each + 1); ++i) {
                std::vector<Message> ms;
                for (std::uint64_t j = 0; j <= (chance(20) ? random_.below(4) : 0); ++j)
                    if (auto m = message(me)) ms.push_back(*std::move(m));
                if (ms.empty()) continue;
                Chain::Terms terms;
                if (std::any_of(ms.begin(), ms.end(),
                                [](const Message& m) { return m.index() == Message(Propose{}).index(); }))
                    terms.gas = 400'000;
                if (chance(5)) terms.gas = 6'000 + random_.below(8'000);
                if (chance(3)) terms.fee = amount(100);
                if (chance(2)) terms.valid_until = random_.below(c_.height().value + 3);
                txs.push_back(c_.tx_at(me, chance(97) ? nonce++ : nonce + random_.below(3), std::move(ms), terms));
            }
            work(me, nonce, txs);
            if (c_.genesis.params.market.dispute_blocks > 0) products(me, nonce, txs);
        }
        // Validators keep the price alive most of the time.
        if (chance(70))
            for (const Key& k : c_.operators)
                if (chance(80))
                    txs.push_back(
                        c_.tx_at(k, c_.nonce(k), {ReportPrice{Price{90'000'000 + random_.below(20'000'000)}}}));
        if (chance(5)) txs.push_back(random_.bytes(random_.below(200)));
        c_.scan = (c_.height().value + 1) % pace_.scan_blocks == 0;
        c_.step = chance(3) ? 1 + random_.below(15'000) : 300 + random_.below(1'500);

        auto made = c_.app->make_block(c_.next_proposal(), txs);
        REQUIRE(made.ok());
        if (chance(4)) {  // an engine decides what nobody should have proposed
            Block bad = *made;
            if (chance(50)) bad.header.reveal = random_.fixed<Hash>();
            for (std::uint64_t i = 0; i <= random_.below(3); ++i) {
                Bytes raw = txs.empty() || chance(30) ? random_.bytes(random_.below(300))
                                                      : txs[random_.below(txs.size())].bytes();
                if (!raw.empty() && chance(50)) raw[random_.below(raw.size())] ^= 1;
                bad.txs.insert(bad.txs.begin() + static_cast<std::ptrdiff_t>(random_.below(bad.txs.size() + 1)), raw);
            }
            bad.header.tx_root = transactions_root(bad.txs);
            count(c_.decide(bad), false);
        } else {
            if (chance(5) && !made->txs.empty()) {  // altered proposals are refused, and the good one is not
                Block altered = *made;
                altered.txs.erase(altered.txs.begin());
                CHECK_FALSE(c_.app->process_proposal(altered).ok());
            }
            count(c_.decide(*std::move(made), true), true);
        }
        for (const Event& e : c_.events)
            if (e.kind == "order.opened") known_orders_.push_back(std::get<AttrHash>(e.attrs.at(0).value).value);
        c_.events.clear();
    }
    void count(const BlockResults& results, bool proposed) {
        const Block& block = c_.history.back();
        REQUIRE(block.txs.size() == results.receipts.size());
        for (std::size_t i = 0; i < block.txs.size(); ++i) {
            const auto tx = borsh::decode<Tx>(block.txs[i]);
            if (!tx) continue;
            for (const Message& m : tx->body.messages) {
                Came& came = messages_[std::string(message_name(m))];
                ++(results.receipts[i].code == "ok" ? came.accepted : came.refused);
            }
        }
        for (const Receipt& r : results.receipts) {
            ++outcomes_[r.code];
            ++sent_;
            if (proposed) CHECK(r.code != "not_includable");
            CHECK(r.code != "invariant_broken");
            CHECK(r.code != "internal");
        }
        for (const Event& e : results.end_events) {
            changed_ += e.kind == "params.changed";
            if (e.kind == "lease.accepted") ++products_[e.kind];
        }
        for (const Receipt& r : results.receipts)
            for (const Event& e : r.events) {
                if (e.kind == "lease.delivered" || e.kind == "lease.accepted") ++products_[e.kind];
                if (e.kind == "work.disputed")
                    for (const Attr& a : e.attrs)
                        if (a.key == "result") ++products_["disputed: " + std::get<AttrText>(a.value).value];
            }
        check_flows(results);
    }

    Random random_;
    Pace pace_;
    Chain c_;
    std::vector<Key> people_;
    std::size_t residents_ = 0;  // of people_: those who stay
    std::size_t newcomers_ = 0;
    std::vector<Hash> known_orders_;
    std::vector<std::pair<Hash, Order>> orders_;
    std::optional<Height> orders_at_;
    std::map<Address, std::map<Hash, Work>> done_;
    std::vector<Matrices> jobs_{{random_, 32, 32, 40}, {random_, 32, 64, 1'100}};
    std::map<std::string, std::size_t> outcomes_, products_;
    Balances balances_;
    std::map<std::string, std::size_t> flows_;  // by cause
    std::map<std::string, Came> messages_;
    std::size_t sent_ = 0, changed_ = 0;
    bool votes_ = false;
};

}  // namespace assay::chain::test
