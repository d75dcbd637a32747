#include <set>

#include "base/bytes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;

TEST_CASE("the place in a hash table hangs on every byte, so that nobody chooses bytes that meet in one bucket") {
    test::Random random;
    const FixedBytesHasher<Address> hasher;
    const Address base = Address::from(random.bytes(32));
    CHECK(hasher(base) == hasher(base));
    std::set<std::size_t> seen{hasher(base)};
    for (std::size_t i = 0; i < 32; ++i)
        for (int bit = 0; bit < 8; ++bit) {
            Address other = base;
            other.bytes[i] ^= static_cast<std::uint8_t>(1 << bit);
            seen.insert(hasher(other));
        }
    CHECK(seen.size() == 1 + 256);
    std::set<std::size_t> buckets;  // of addresses that differ in their last bytes only
    for (std::uint32_t i = 0; i < 4096; ++i) {
        Address other = base;
        other.bytes[30] = static_cast<std::uint8_t>(i >> 8);
        other.bytes[31] = static_cast<std::uint8_t>(i);
        buckets.insert(hasher(other) % 4096);
    }
    CHECK(buckets.size() > 2400);  // 2589 are expected of a random function
    CHECK(FixedBytesHasher<Signature>()(Signature{}) == FixedBytesHasher<Signature>()(Signature{}));
}
