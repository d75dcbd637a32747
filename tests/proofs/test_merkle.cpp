#include <algorithm>
#include <set>

#include "base/sha256.hpp"
#include "proofs/merkle.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

/// The recursive definition of RFC 6962, §2.1.
Hash reference_root(std::span<const Hash> leaves) {
    if (leaves.empty()) return sha256({});
    if (leaves.size() == 1) return leaves[0];
    std::size_t left = 1;
    while (left * 2 < leaves.size()) left *= 2;
    return merkle_node(reference_root(leaves.first(left)), reference_root(leaves.subspan(left)));
}

std::vector<Hash> pick(const std::vector<Hash>& from, const std::vector<std::uint64_t>& indices) {
    std::vector<Hash> out;
    for (const auto i : indices) out.push_back(from[i]);
    return out;
}

}  // namespace

TEST_CASE("leaf and node are what RFC 6962 says, byte for byte") {
    const Hash a = sha256(as_bytes("a")), b = sha256(as_bytes("b"));
    Bytes leaf{0}, node{1};
    leaf.insert(leaf.end(), a.bytes.begin(), a.bytes.end());
    node.insert(node.end(), a.bytes.begin(), a.bytes.end());
    node.insert(node.end(), b.bytes.begin(), b.bytes.end());
    CHECK(merkle_leaf(a.view()) == sha256(leaf));
    CHECK(merkle_node(a, b) == sha256(node));
    CHECK(merkle_root({}) == sha256({}));
}

TEST_CASE("trees of 1 to 300 leaves: roots, paths and multiproofs hold against the definition") {
    test::Random random;
    INFO("seed " << test::seed());
    std::vector<Hash> leaves;
    for (std::uint64_t n = 1; n <= 300; ++n) {
        leaves.push_back(random.fixed<Hash>());
        const MerkleTree tree(leaves);
        const Hash root = reference_root(leaves);
        REQUIRE(tree.root() == root);
        REQUIRE(merkle_root_of_hashes(leaves) == root);
        for (int round = 0; round < 6; ++round) {
            const std::uint64_t one = random.below(n);
            REQUIRE(verify_inclusion(root, n, one, leaves[one], tree.path(one)).ok());
            std::set<std::uint64_t> chosen;
            const std::uint64_t k = round == 0 ? n : 1 + random.below(std::min<std::uint64_t>(n, 40));
            while (chosen.size() < k) chosen.insert(random.below(n));
            const std::vector<std::uint64_t> indices(chosen.begin(), chosen.end());
            auto siblings = tree.prove(indices);
            auto opened = pick(leaves, indices);
            REQUIRE(siblings.size() == multiproof_size(n, indices));
            REQUIRE(verify_multiproof(root, n, indices, opened, siblings).ok());

            // Missing, extra, swapped, altered: refused, each with its own word.
            auto extra = siblings;
            extra.push_back(root);
            REQUIRE(verify_multiproof(root, n, indices, opened, extra).error().code == Code::opening_sibling_count);
            if (!siblings.empty()) {
                auto fewer = siblings;
                fewer.pop_back();
                REQUIRE(verify_multiproof(root, n, indices, opened, fewer).error().code == Code::opening_sibling_count);
                auto altered = siblings;
                altered[random.below(altered.size())].bytes[random.below(32)] ^= 1;
                REQUIRE(verify_multiproof(root, n, indices, opened, altered).error().code ==
                        Code::opening_root_mismatch);
            }
            if (siblings.size() > 1) {
                auto swapped = siblings;
                std::swap(swapped.front(), swapped.back());
                REQUIRE(verify_multiproof(root, n, indices, opened, swapped).error().code ==
                        Code::opening_root_mismatch);
            }
            auto altered = opened;
            altered[random.below(altered.size())].bytes[random.below(32)] ^= 128;
            REQUIRE(verify_multiproof(root, n, indices, altered, siblings).error().code == Code::opening_root_mismatch);
            // The same proof under another number of leaves either has other siblings or another root; only where
            // the shape above all opened leaves is the same could it hold, and then for n alone.
            auto repeated = indices;
            repeated.push_back(indices.back());
            auto twice = opened;
            twice.push_back(opened.back());
            REQUIRE(verify_multiproof(root, n, repeated, twice, siblings).error().code == Code::opening_index_missing);
        }
    }
}

TEST_CASE("an index beyond the tree, no index, or hashes without index are refused") {
    const std::vector<Hash> leaves{sha256(as_bytes("a")), sha256(as_bytes("b")), sha256(as_bytes("c"))};
    const MerkleTree tree(leaves);
    const std::vector<std::uint64_t> beyond{3}, none{}, second{1};
    CHECK(verify_multiproof(tree.root(), 3, beyond, std::span(leaves).first(1), {}).error().code ==
          Code::opening_index_missing);
    CHECK(verify_multiproof(tree.root(), 3, none, {}, std::vector<Hash>{tree.root()}).error().code ==
          Code::opening_leaf_count);
    CHECK(verify_multiproof(tree.root(), 3, second, leaves, tree.prove(second)).error().code ==
          Code::opening_leaf_count);
    CHECK(verify_inclusion(tree.root(), 3, 3, leaves[0], {}).ok() == false);
    CHECK(verify_inclusion(tree.root(), 0, 0, leaves[0], {}).ok() == false);
}

TEST_CASE("a node does not pass for a leaf") {
    const std::vector<Hash> leaves{sha256(as_bytes("a")), sha256(as_bytes("b")), sha256(as_bytes("c")),
                                   sha256(as_bytes("d"))};
    const MerkleTree tree(leaves);
    const std::vector<std::uint64_t> first{0};
    const Hash inner = merkle_node(leaves[0], leaves[1]);
    // With two leaves claimed instead of four the inner node would sit where a leaf does; the count comes from the
    // task, and leaf data are hashed under another prefix than nodes.
    CHECK(verify_multiproof(tree.root(), 4, first, std::vector<Hash>{inner}, tree.prove(first)).ok() == false);
    Bytes pair(leaves[0].bytes.begin(), leaves[0].bytes.end());
    pair.insert(pair.end(), leaves[1].bytes.begin(), leaves[1].bytes.end());
    CHECK(merkle_leaf(pair) != inner);
}
