#include "chain/store/tx_index.hpp"

#include "tests/chain/store/store_fixture.hpp"

using namespace assay;
using namespace assay::chain;
using namespace assay::chain::test;

TEST_CASE("every transaction is found through all merges, also after a restart; others are not", "[tx_index]") {
    const std::uint64_t seed = assay::test::seed();
    INFO("ASSAY_TEST_SEED=" << seed);
    assay::test::Random random(seed);
    const TestFolder folder;
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

TEST_CASE("the newest of equal ids comes first", "[tx_index]") {
    assay::test::Random random;
    const TestFolder folder;
    const auto store = open_store(folder);
    const Hash id = random.fixed<Hash>();
    for (std::uint64_t h = 0; h < 40; ++h)
        commit_block(*store, Height{h}, {}, {h % 7 == 0 ? id : random.fixed<Hash>()});
    CHECK(store->find_tx(id)->height == Height{35});
}
