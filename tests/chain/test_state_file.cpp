// A state as a file: what is written reads back to the same app hash, the chain goes on as if nothing had been, and a
// file with one wrong byte anywhere is refused.
#include "chain/state_file.hpp"

#include "chain/state_import.hpp"
#include "tests/chain/through_a_file.hpp"

namespace assay::chain::test {
namespace {

std::string why_not(const Bytes& file) {
    const TempDir dir;
    auto app = Chain::open(dir.path(), {});
    const auto got = read_in(*app, file);
    CHECK(app->info().chain_id.empty() == !got.ok());
    return got ? "" : std::string(got.error().word()) + ": " + got.error().message;
}
void says(const std::string& said, const std::string& what) {
    INFO("said: " << said << "   expected: " << what);
    CHECK(said.find(what) != std::string::npos);
}
// A file of any header and records, right in form.
Bytes made(const StateFileHeader& header, const std::vector<std::pair<StateKey, Bytes>>& records) {
    Bytes out;
    StateFileWriter w([&](ByteView piece) {
        out.insert(out.end(), piece.begin(), piece.end());
        return Status{};
    });
    REQUIRE(w.begin(header).ok());
    for (const auto& [key, value] : records) REQUIRE(w.record(key, value).ok());
    REQUIRE(w.end().ok());
    return out;
}
struct Parts {
    StateFileHeader header;
    std::vector<std::pair<StateKey, Bytes>> records;
};
Parts parts_of(const Bytes& file) {
    Parts out;
    StateFileReader in(
        [&](const StateFileHeader& h) {
            out.header = h;
            return Status{};
        },
        [&](StateKey key, Bytes value) {
            out.records.emplace_back(std::move(key), std::move(value));
            return Status{};
        });
    REQUIRE(in.feed(file).ok());
    REQUIRE(in.end().ok());
    return out;
}

// Something in every table.
void live(Chain& c) {
    c.join(c.anna, "tiny", tokens(1000));
    c.buy_credits(c.buyer, tokens(100));
    const Hash order = c.open_order(c.buyer, "tiny", 2, 1'000'000);
    c.ok(c.anna, PlaceBid{order, 0, Credits{900'000}});
    c.ok(c.anna, Unstake{c.anna.address(), tokens(10)});
    c.ok(c.buyer, CreateVesting{c.bob.address(), tokens(50), TimeMs{c.now}, TimeMs{c.now}, TimeMs{c.now + 90'000}});
    c.next_epoch();
    c.commit_work(c.anna);
    c.ok(c.buyer, BurnForCredits{tokens(3), Credits{}});
}

}  // namespace

TEST_CASE("a state that is exported and read in again has the same app hash, and the chain goes on alike") {
    Chain c;
    live(c);
    const Bytes file = exported(*c.app);
    const Height at = c.height();
    const Hash root = c.app->info().app_hash;

    for (const std::size_t piece : {std::size_t{1}, std::size_t{100}, std::size_t{1} << 20}) {
        const TempDir dir;
        auto app = Chain::open(dir.path(), {});
        const auto header = read_in(*app, file, piece);
        if (!header) FAIL(header.error().message);
        CHECK(header->app_hash == root);
        CHECK(app->info().app_hash == root);
        CHECK(app->info().height == at);
        CHECK(app->info().chain_id == kChainId);
        CHECK(exported(*app) == file);
        CHECK(read_in(*app, file).error().code == Code::already_exists);
    }

    // The same blocks on both from here on: work in the open, the queue, the epoch's end.
    const TempDir dir;
    auto other = Chain::open(dir.path(), {});
    REQUIRE(read_in(*other, file).ok());
    c.history.clear();
    c.hashes.clear();
    c.to_challenge();
    c.next_epoch();
    c.ok(c.bob, pay(c.anna.address(), tokens(1)));
    c.price_rounds(2);
    for (std::size_t i = 0; i < c.history.size(); ++i) {
        if (i == 5) {  // from the disk too
            other.reset();
            other = Chain::open(dir.path(), {});
        }
        REQUIRE(other->process_proposal(c.history[i]).ok());
        const auto results = other->finalize_block(c.history[i]);
        REQUIRE(results.ok());
        REQUIRE(results->app_hash == c.hashes[i]);
        REQUIRE(other->commit().ok());
    }
    // What was before it is not there; what came after is.
    CHECK(other->block(at).error().code == Code::not_found);
    CHECK(other->block(at + 1).ok());
    CHECK(other->prove(tables::global("ledger"), at).ok());
    CHECK(other->prove(tables::global("ledger"), Height{at.value - 1}).error().code == Code::pruned);
}

TEST_CASE("the state of every kept height is the one that was there then") {
    AppOptions how;
    how.keep_versions = 60;
    Chain c({}, 1, how);
    std::map<std::uint64_t, Bytes> then;
    then[0] = exported(*c.app);
    live(c);
    while (c.height().value < 120) {
        c.block();
        if (c.height().value % 7 == 0) then[c.height().value] = exported(*c.app);
    }
    std::size_t checked = 0;
    for (const auto& [height, file] : then) {
        const auto now = c.app->export_state(Height{height}, [](ByteView) { return Status{}; });
        if (!now) {
            CHECK(now.error().code == Code::pruned);
            continue;
        }
        CHECK(exported(*c.app, Height{height}) == file);
        ++checked;
    }
    CHECK(checked >= 8);
    CHECK(checked < then.size());
    CHECK(c.app->export_state(Height{121}, [](ByteView) { return Status{}; }).error().code == Code::future_height);
}

TEST_CASE("an empty store has no state to export") {
    const TempDir dir;
    const auto app = Chain::open(dir.path(), {});
    CHECK(app->export_state({}, [](ByteView) { return Status{}; }).error().code == Code::not_found);
}

TEST_CASE("one wrong byte anywhere is refused with its place; a file cut off or with more behind it too") {
    Chain c;
    live(c);
    const Bytes file = exported(*c.app);
    Random random(seed());
    INFO("seed " << seed());
    // Every byte of the beginning, and some of the rest.
    for (std::size_t i = 0; i < file.size(); i += i < 300 ? 1 : 1 + random.below(file.size() / 200)) {
        Bytes bad = file;
        bad[i] ^= static_cast<std::uint8_t>(1 + random.below(255));
        const std::string said = why_not(bad);
        INFO("byte " << i << ": " << said);
        CHECK(said.rfind("bad_state_file: byte ", 0) == 0);
    }
    for (std::size_t n = 0; n < file.size(); n += n < 200 ? 1 : 1 + random.below(file.size() / 100))
        says(why_not(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(n))), "bad_state_file: byte ");
    Bytes more = file;
    more.push_back(0);
    says(why_not(more), "behind the last frame");
    says(why_not({}), "ends before");
    says(why_not(Bytes(100, 'x')), "no state file");
}

TEST_CASE("lengths that no bytes stand behind allocate nothing") {
    // A frame of four gigabytes, and a value of four gigabytes in a good frame.
    Bytes file;
    const std::string_view magic("assay state\n\x01", 13);
    file.assign(magic.begin(), magic.end());
    file.insert(file.end(), {0xff, 0xff, 0xff, 0xff});
    says(why_not(file), "a frame of 4294967295 bytes");
    Chain c;
    Parts p = parts_of(exported(*c.app));
    Bytes claims;
    StateFileWriter w([&](ByteView piece) {
        claims.insert(claims.end(), piece.begin(), piece.end());
        return Status{};
    });
    p.header.records = ~std::uint64_t{0};
    REQUIRE(w.begin(p.header).ok());
    says(why_not(claims), "ends before");
}

TEST_CASE("a file right in form whose records are no state of a chain is refused by what is wrong") {
    Chain c;
    live(c);
    const Parts good = parts_of(exported(*c.app));
    CHECK(why_not(made(good.header, good.records)).empty());
    const auto changed = [&](const std::function<void(Parts&)>& f) {
        Parts p = good;
        f(p);
        p.header.records = p.records.size();
        return why_not(made(p.header, p.records));
    };
    const auto at = [](Parts& p, const StateKey& key) -> Bytes& {
        for (auto& [k, value] : p.records)
            if (k == key) return value;
        FAIL("no such record");
        return p.records[0].second;
    };
    const StateKey buyer = tables::account(c.buyer.address());
    says(changed([&](Parts& p) { std::swap(p.records[0], p.records[1]); }), "not behind the one before");
    says(changed([&](Parts& p) { p.records.insert(p.records.begin(), p.records[0]); }), "not behind the one before");
    says(changed([&](Parts& p) { at(p, buyer).pop_back(); }), "no record");
    says(changed([&](Parts& p) { p.records.push_back({{0xf0, Bytes{1}}, Bytes{}}); }), "table f0");
    says(changed([&](Parts& p) { p.records.back().first.key.resize(300); }), "a key of 300 bytes");
    says(changed([&](Parts& p) {
             auto a = *borsh::decode<Account>(at(p, buyer));
             a.liquid.units += 1;
             at(p, buyer) = borsh::encode(a);
         }),
         "an invariant does not hold: sum of liquid");
    says(changed([&](Parts& p) {
             std::erase_if(p.records, [](const auto& r) { return r.first == tables::global("chain"); });
         }),
         "no record \"chain\"");
    says(changed([](Parts& p) { p.header.height = p.header.height + 1; }), "the header says");
    says(changed([](Parts& p) { p.header.chain_id = "another"; }), "chain ids");
    says(changed([](Parts& p) { p.header.genesis_hash.bytes[0] ^= 1; }), "another hash");
    says(changed([](Parts& p) { p.header.app_hash.bytes[0] ^= 1; }), "app_hash_mismatch");
    const auto with_clock = [&](const std::function<void(ChainState&)>& f) {
        return changed([&](Parts& p) {
            auto clock = *borsh::decode<ChainState>(at(p, tables::global("chain")));
            f(clock);
            at(p, tables::global("chain")) = borsh::encode(clock);
        });
    };
    // What the clockwork would follow into nothing, or for ever.
    says(with_clock([](ChainState& s) { ++s.queue_tail; }), "the queue");
    says(with_clock([](ChainState& s) { ++s.queue_head; }), "the queue");
    says(with_clock([](ChainState& s) { s.queue_due = s.queue_tail + 1; }), "the queue");
    says(with_clock([](ChainState& s) { ++s.waiting_tail; }), "what waits");
    says(with_clock([](ChainState& s) { s.time.value = ~std::uint64_t{0}; }), "above 2^53");
    says(with_clock([](ChainState& s) { s.oldest_round = s.epoch + 1; }), "work round");
    const Epoch now = c.clock().epoch;
    says(with_clock([](ChainState& s) { s.paying.stage = PayingStage::work, s.paying.epoch = s.epoch; }),
         "the epoch that is paid");
    says(changed([&](Parts& p) {
             const std::pair<StateKey, Bytes> one{tables::provider_epoch(now, c.buyer.address()),
                                                  borsh::encode(ProviderEpoch{})};
             const auto after = std::find_if(p.records.begin(), p.records.end(), [&](const auto& r) {
                 return state_path(r.first) > state_path(one.first);
             });
             p.records.insert(after, one);
         }),
         "an epoch's work is of no provider");
    says(changed([&](Parts& p) {
             auto d = *borsh::decode<Device>(at(p, tables::device(c.anna.address(), 0)));
             d.device_class = 4;
             at(p, tables::device(c.anna.address(), 0)) = borsh::encode(d);
         }),
         "a device is of a class that is not there");
    says(changed([&](Parts& p) {
             for (auto& [key, value] : p.records) {
                 if (key.table != tables::kCommits) continue;
                 auto commit = *borsh::decode<Commit>(value);
                 commit.params = proofs::GemmParams{256, 256, 100};
                 value = borsh::encode(commit);
             }
         }),
         "sizes that no class may have");
    const auto walks = [&](const proofs::VramParams& walk) {
        return changed([&](Parts& p) {
            for (auto& [key, value] : p.records) {
                if (key.table != tables::kCommits) continue;
                auto commit = *borsh::decode<Commit>(value);
                commit.params = walk;
                value = borsh::encode(commit);
            }
        });
    };
    says(walks({64, 1, 1024, 16, 1, 1}), "sizes that no class may have");
    const auto with = [&](const StateKey& key, const Bytes& value) {
        return changed([&](Parts& p) {
            const auto after = std::find_if(p.records.begin(), p.records.end(), [&](const auto& r) {
                return std::pair(r.first.table, r.first.key) > std::pair(key.table, key.key);
            });
            p.records.insert(after, {key, value});
        });
    };
    says(with(tables::held_slash(1), borsh::encode(HeldSlash{c.anna.address(), Amount{}, Height{1}, TimeMs{1}})),
         "a held slash");
    says(with(tables::reward_lot(c.anna.address(), ~std::uint64_t{0}), borsh::encode(LockedLot{})),
         "locked in a step that is to come");
    says(changed([&](Parts& p) {
             for (auto& [key, value] : p.records) {
                 if (key.table != tables::kVesting) continue;
                 auto g = *borsh::decode<VestingGrant>(value);
                 g.left = {};
                 value = borsh::encode(g);
             }
         }),
         "has given more than has vested");
    says(changed(
             [&](Parts& p) { std::erase_if(p.records, [&](const auto& r) { return r.first == tables::round(now); }); }),
         "work round");
    says(changed([&](Parts& p) {
             std::erase_if(p.records, [](const auto& r) { return r.first.table == tables::kCommits; });
         }),
         "an open commit");
    says(changed([&](Parts& p) {  // money moved between two accounts: it adds up, and is another state
             auto a = *borsh::decode<Account>(at(p, buyer));
             auto b = *borsh::decode<Account>(at(p, tables::account(c.bob.address())));
             a.liquid.units -= 5;
             b.liquid.units += 5;
             at(p, buyer) = borsh::encode(a);
             at(p, tables::account(c.bob.address())) = borsh::encode(b);
         }),
         "app_hash_mismatch");
}

}  // namespace assay::chain::test
