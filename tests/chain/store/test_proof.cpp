#include "tests/chain/store/store_fixture.hpp"

using namespace assay;
using namespace assay::chain;
using namespace assay::chain::test;

namespace {

void check_proof(const Store& store, const StateKey& key, Height height, const Model& model, const Hash& root) {
    const auto proof = store.prove(key, height);
    if (!proof) FAIL(proof.error().message);
    // As it travels.
    const auto read = borsh::decode<StateProof>(borsh::encode(*proof));
    REQUIRE(read.ok());
    const auto value = verify_state_proof(*read, key, root);
    if (!value) FAIL(value.error().message);
    const auto known = model.find(key);
    CHECK(*value == (known == model.end() ? std::nullopt : std::optional(known->second)));
    CHECK(proof->root == root);
}

}  // namespace

TEST_CASE("every kept height proves what was there and what was not", "[proof]") {
    const std::uint64_t seed = assay::test::seed();
    INFO("ASSAY_TEST_SEED=" << seed);
    assay::test::Random random(seed);
    const TempDir folder;
    const auto store = open_store(folder);
    std::vector<Model> models(1);
    std::vector<Hash> roots;
    // Enough accounts for shards and for undo records in chunks; the later blocks erase and add.
    for (std::uint64_t h = 0; h < 14; ++h) {
        Model model = models.back();
        const auto changes = random_changes(random, model, h == 3 ? 6000 : h == 5 ? 3500 : 1 + random.below(60));
        apply(model, changes);
        roots.push_back(commit_block(*store, Height{h}, changes));
        REQUIRE(roots.back() == root_of(model));
        models.push_back(std::move(model));
    }
    models.erase(models.begin());
    for (std::uint64_t h = 0; h < models.size(); ++h) {
        for (int i = 0; i < 12; ++i) {
            const Model& from = models[random.below(models.size())];  // also keys that came later or were gone
            if (from.empty()) continue;
            auto it = from.lower_bound({static_cast<std::uint8_t>(random.below(256)), random.bytes(8)});
            if (it == from.end()) it = from.begin();
            check_proof(*store, it->first, Height{h}, models[h], roots[h]);
        }
        check_proof(*store, account_key(random), Height{h}, models[h], roots[h]);
        check_proof(*store, {9, random.bytes(5)}, Height{h}, models[h], roots[h]);
    }
}

TEST_CASE("small states prove too: none, one and two keys", "[proof]") {
    assay::test::Random random;
    const TempDir folder;
    const auto store = open_store(folder);
    Model model;
    Hash root = commit_block(*store, Height{0}, {});
    CHECK(root.is_zero());
    const StateKey a = account_key(random), b{1, {7}};
    check_proof(*store, a, Height{0}, model, root);
    model[a] = {1};
    root = commit_block(*store, Height{1}, {{a, Bytes{1}}});
    check_proof(*store, a, Height{1}, model, root);
    check_proof(*store, b, Height{1}, model, root);
    model[b] = {2};
    root = commit_block(*store, Height{2}, {{b, Bytes{2}}});
    for (const StateKey& key : {a, b, account_key(random), StateKey{2, {1}}})
        check_proof(*store, key, Height{2}, model, root);
}

TEST_CASE("a proof with any single bit changed shows nothing", "[proof]") {
    const std::uint64_t seed = assay::test::seed();
    INFO("ASSAY_TEST_SEED=" << seed);
    assay::test::Random random(seed);
    const TempDir folder;
    const auto store = open_store(folder);
    Model model;
    const auto changes = random_changes(random, model, 300);
    apply(model, changes);
    const Hash root = commit_block(*store, Height{0}, changes);
    std::vector<StateKey> keys{account_key(random), {3, {1, 2}}, model.begin()->first, model.rbegin()->first};
    for (const StateKey& key : keys) {
        const auto proof = store->prove(key, Height{0});
        REQUIRE(proof.ok());
        const Bytes good = borsh::encode(*proof);
        for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
            Bytes raw = good;
            raw[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
            const auto read = borsh::decode<StateProof>(raw);
            INFO("bit " << bit << " of " << 8 * good.size());
            CHECK((!read || !verify_state_proof(*read, key, root)));
        }
        // Nor does it show anything of another key, or against another root.
        CHECK_FALSE(verify_state_proof(*proof, {kAccountTable, random.bytes(32)}, random.fixed<Hash>()).ok());
    }
    // An absence proof of one key is none of a key that is there.
    const auto absent = store->prove(keys[0], Height{0});
    REQUIRE(absent.ok());
    for (const auto& [key, value] : model) {
        const auto shown = verify_state_proof(*absent, key, root);
        CHECK_FALSE(shown.ok());
    }
}

TEST_CASE("malformed proofs are refused by name", "[proof]") {
    const StateKey key{1, {1}};
    const auto why = [&](const StateProof& p) {
        const auto out = verify_state_proof(p, key, Hash{});
        REQUIRE_FALSE(out.ok());
        CHECK(out.error().code == Code::proof_invalid);
        return out.error().message;
    };
    StateProof p;
    CHECK(verify_state_proof(p, key, Hash{}).ok());  // the empty tree
    p.version = 2;
    CHECK(why(p).find("version") != std::string::npos);
    p = {};
    p.depth = 257;
    CHECK(why(p).find("depth") != std::string::npos);
    p.depth = 9;
    p.bitmap = {0x80};
    CHECK(why(p).find("one bit per level") != std::string::npos);
    p.bitmap = {0x00, 0x01};
    CHECK(why(p).find("beyond the depth") != std::string::npos);
    p.bitmap = {0x80, 0x00};
    CHECK(why(p).find("0 siblings") != std::string::npos);
    p.siblings = {Hash{}};
    CHECK(why(p).find("zero") != std::string::npos);
    p = {};
    p.value = Bytes{1};
    CHECK(why(p).find("without a leaf") != std::string::npos);
}
