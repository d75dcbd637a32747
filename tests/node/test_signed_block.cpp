// The guard against signing two headers at one height.
#include "node/engine/signed_block.hpp"
#include "node/files.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::node;

namespace {

chain::Block block_at(std::uint64_t height, std::size_t txs) {
    chain::Block b;
    b.header.chain_id = "test";
    b.header.height = Height{height};
    b.txs.assign(txs, Bytes(100, 7));
    return b;
}

}  // namespace

TEST_CASE("a block that was to be signed is finished after a crash, an older one is not") {
    auto folder = TemporaryDirectory::make("signed");
    REQUIRE(folder.ok());
    const auto path = folder->path() / "signed";
    CHECK_FALSE(SignedBlock(path).load(Height{0})->has_value());
    {
        SignedBlock guard(path);
        REQUIRE(guard.save(block_at(4, 50)).ok());
        REQUIRE(guard.save(block_at(5, 1)).ok());  // shorter than the one before it in the file
    }
    const auto left = SignedBlock(path).load(Height{4});
    REQUIRE(left.ok());
    REQUIRE(left->has_value());
    CHECK(borsh::encode(**left) == borsh::encode(block_at(5, 1)));
    CHECK_FALSE(SignedBlock(path).load(Height{5})->has_value());
    CHECK_FALSE(SignedBlock(path).load(Height{9})->has_value());
}

TEST_CASE("a store that ends before what was signed is refused") {
    auto folder = TemporaryDirectory::make("signed");
    REQUIRE(folder.ok());
    const auto path = folder->path() / "signed";
    REQUIRE(SignedBlock(path).save(block_at(9, 0)).ok());
    const auto loaded = SignedBlock(path).load(Height{7});
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().code == Code::store_corrupt);
}

TEST_CASE("a file that was cut off anywhere stands for no signature") {
    auto folder = TemporaryDirectory::make("signed");
    REQUIRE(folder.ok());
    const auto path = folder->path() / "signed";
    REQUIRE(SignedBlock(path).save(block_at(3, 2)).ok());
    const std::string whole = *read_file(path);
    for (std::size_t n = 0; n < whole.size(); ++n) {
        REQUIRE(write_file(path, whole.substr(0, n), 0600).ok());
        const auto loaded = SignedBlock(path).load(Height{2});
        REQUIRE(loaded.ok());
        CHECK_FALSE(loaded->has_value());
    }
}
