#include "chain/store/run_index.hpp"

#include "tests/chain/store/store_fixture.hpp"

using namespace assay;
using namespace assay::chain;
using namespace assay::chain::test;

TEST_CASE("every transaction is found through all merges, also after a restart; others are not", "[run_index]") {
    const std::uint64_t seed = assay::test::seed();
    INFO("ASSAY_TEST_SEED=" << seed);
    assay::test::Random random(seed);
    const TempDir folder;
    std::map<Hash, Store::TxPlace> known;
    std::uint64_t height = 0;
    for (int session = 0; session < 3; ++session) {
        const auto store = open_store(folder);
        for (int i = 0; i < 300; ++i, ++height) {
            std::vector<Hash> txids(random.below(5) == 0 ? 0 : 1 + random.below(i % 50 == 7 ? 3000 : 4));
            for (std::uint32_t k = 0; k < txids.size(); ++k) {
                txids[k] = random.fixed<Hash>();
                known[txids[k]] = {Height{height}, k};
            }
            commit_block(*store, Height{height}, {}, txids);
        }
        for (const auto& [id, place] : known) {
#ifdef ASSAY_SANITIZED  // each find copies a chunk of the index, which takes this one sanitizer minutes in all
            if (!ASSAY_LONG_TESTS && random.below(known.size()) >= 3'000) continue;
#endif
            const auto found = store->find_tx(id);
            REQUIRE(found.ok());
            CHECK((found->height == place.height && found->index == place.index));
        }
        for (int i = 0; i < 100; ++i) CHECK(store->find_tx(random.fixed<Hash>()).error().code == Code::not_found);
    }
}

TEST_CASE("the newest of equal ids comes first", "[run_index]") {
    assay::test::Random random;
    const TempDir folder;
    const auto store = open_store(folder);
    const Hash id = random.fixed<Hash>();
    for (std::uint64_t h = 0; h < 40; ++h)
        commit_block(*store, Height{h}, {}, {h % 7 == 0 ? id : random.fixed<Hash>()});
    CHECK(store->find_tx(id)->height == Height{35});
}

TEST_CASE("an account's moments come back from any height on, and the last one below it, through all merges",
          "[run_index]") {
    const std::uint64_t seed = assay::test::seed();
    INFO("ASSAY_TEST_SEED=" << seed);
    assay::test::Random random(seed);
    const TempDir folder;
    std::vector<Address> people(40);
    for (Address& a : people) a = random.fixed<Address>();
    std::map<Address, std::map<std::uint64_t, std::pair<Amount, Credits>>> known;
    std::uint64_t height = 0;
    for (int session = 0; session < 3; ++session) {
        const auto store = open_store(folder);
        for (int i = 0; i < 300; ++i, ++height) {
            REQUIRE(store->stage({}).ok());
            BlockRecord record;
            record.height = Height{height};
            if (height > 0) record.block = Bytes{1}, record.results = Bytes{2};
            for (const Address& a : people) {
                if (random.below(5) != 0) continue;
                const Amount liquid{u128{random.below(~std::uint64_t{0})} << random.below(60)};
                const Credits credits{random.below(1'000'000)};
                record.moments.push_back({a, liquid, credits});
                known[a][height] = {liquid, credits};
            }
            REQUIRE(store->commit(record).ok());
        }
        for (int i = 0; i < 300; ++i) {
            const Address& a = people[random.below(people.size())];
            const std::uint64_t from = random.below(height), to = from + random.below(height);
            const std::size_t limit = 1 + random.below(80);
            const auto found = store->moments(a, Height{from}, Height{to}, limit);
            REQUIRE(found.ok());
            auto it = known[a].lower_bound(from);
            for (const auto& m : *found) {
                REQUIRE(it != known[a].end());
                CHECK(m.height.value == it->first);
                CHECK((m.liquid == it->second.first && m.credits == it->second.second));
                ++it;
            }
            CHECK((found->size() == limit || it == known[a].end() || it->first > to));
            const auto below = store->moment_below(a, Height{from});
            REQUIRE(below.ok());
            auto before = known[a].lower_bound(from);
            CHECK(below->has_value() == (before != known[a].begin()));
            if (below->has_value()) CHECK((*below)->height.value == (--before)->first);
        }
        CHECK(store->moments(random.fixed<Address>(), Height{0}, Height{height}, 10)->empty());
    }
}
