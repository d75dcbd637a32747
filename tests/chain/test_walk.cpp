// A random walk over all messages, honest and not. The chain checks its invariants after every transaction; after each
// block (the long walk: every so many) the whole state is scanned. At the end the same blocks are executed by other
// Apps with other threads and caches, in one piece and with a restart in between.
//
// The long walk, a million transactions over fifty chains of five networks, prints what came of each message, and one
// hash of all app hashes that depends on the seed alone (scripts/same-hash compares it over compilers and optimization
// levels):
//
//   ASSAY_WALK_TXS=1000000 ASSAY_TEST_SEED=7 build/release/tests/test_chain_walk "[long-walk]"
#include <array>
#include <cstdio>

#include "chain/account_history.hpp"
#include "chain/flows.hpp"
#include "tests/chain/gemm_case.hpp"
#include "tokenomics/params_change.hpp"
#include "tokenomics/params_json.hpp"

namespace assay::chain::test {
namespace {

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
                return AddDevice{static_cast<std::uint32_t>(random_.below(3)), chance(60)   ? "tiny"
                                                                               : chance(90) ? "cpu"
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
                return OpenOrder{chance(70) ? "tiny" : "cpu",
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

// The state at the walk's end, as a file and back: the same hash, and the same file once more.
void check_export(const Chain& c) {
    const auto bytes_of = [](const App& app) {
        Bytes out;
        const auto header = app.export_state({}, [&](ByteView piece) {
            out.insert(out.end(), piece.begin(), piece.end());
            return Status{};
        });
        REQUIRE(header.ok());
        return out;
    };
    const Bytes file = bytes_of(*c.app);
    const TempDir dir;
    auto app = Chain::open(dir.path(), {});
    bool given = false;
    const auto header = app->init_state([&]() -> Result<ByteView> {
        const ByteView piece = given ? ByteView() : ByteView(file);
        given = true;
        return piece;
    });
    if (!header) FAIL(header.error().message);
    CHECK(app->info().app_hash == c.app->info().app_hash);
    CHECK(bytes_of(*app) == file);
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

std::size_t long_walk_length() {
    if (const char* text = std::getenv("ASSAY_WALK_TXS")) return std::strtoull(text, nullptr, 10);
#ifdef ASSAY_SANITIZED
    return ASSAY_LONG_TESTS ? 100'000 : 4'000;
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
    p.vesting = {tokens(1), 3};
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

void check_replays(const Chain& c) {
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
void check_history(const Chain& c) {
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

std::size_t length() {
#ifdef ASSAY_SANITIZED  // every invariant is scanned after every block: minutes of a sanitizer
    constexpr std::size_t kShort = 2'000;
#else
    constexpr std::size_t kShort = 5'000;
#endif
    return ASSAY_LONG_TESTS ? 30'000 : kShort;
}

void check_walk(Walk& w) {
    w.go(length());
    std::size_t codes = 0;
    for (const auto& [code, n] : w.outcomes()) {
        std::printf("  %-24s %zu\n", code.c_str(), n);
        codes += n > 0;
    }
    for (const auto& [cause, n] : w.flows()) std::printf("  %-24s %zu\n", cause.c_str(), n);
    std::printf("  parameters changed       %zu\n", w.changed());
    CHECK((w.chain().genesis.params.market.dispute_blocks == 0 || w.products().count("lease.delivered") > 0));
    for (const auto& [what, n] : w.products()) std::printf("  %-24s %zu\n", what.c_str(), n);
    CHECK(w.changed() > 0);
    CHECK(codes >= 15);  // the walk is of use only where it gets about
    CHECK(w.outcomes().at("ok") > w.sent() / 5);
    check_history(w.chain());
    check_replays(w.chain());
    check_export(w.chain());
}

}  // namespace

TEST_CASE("a long random walk over five networks: all messages pass often, any number of threads gives the same hash",
          "[long-walk]") {
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
        for (const std::uint8_t b : c.app->info().app_hash.view()) hashes.push_back(b);
        std::printf("network %zu: height %llu, app hash %s\n", network,
                    static_cast<unsigned long long>(c.height().value), to_hex(c.app->info().app_hash.view()).c_str());
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
    if (length >= 50'000) CHECK(changed > 0);
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
        g.params.vesting = {tokens(1), 3};
    });
    check_walk(w);
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
        w.go(length() / 3);
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

}  // namespace assay::chain::test
