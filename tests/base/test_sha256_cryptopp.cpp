#include <cryptopp/sha.h>

#include "base/sha256.hpp"
#include "base/sha256_core.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;

namespace {

Hash other_library(ByteView message) {
    Hash out;
    CryptoPP::SHA256().CalculateDigest(out.data(), message.data(), message.size());
    return out;
}

// The whole hash through the fallback alone.
Hash portable(ByteView message) {
    Bytes padded(message.begin(), message.end());
    padded.push_back(0x80);
    while (padded.size() % 64 != 56) padded.push_back(0);
    for (int i = 7; i >= 0; --i)
        padded.push_back(static_cast<std::uint8_t>(std::uint64_t{message.size()} * 8 >> (8 * i)));
    Sha256State state;
    sha256_core::initial_state(state.h);
    sha256_compress_portable(state, padded.data(), padded.size() / 64);
    Hash out;
    for (std::size_t i = 0; i < 32; ++i) out.bytes[i] = static_cast<std::uint8_t>(state.h[i / 4] >> (24 - 8 * (i % 4)));
    return out;
}

}  // namespace

TEST_CASE("SHA-256 of every length from 0 to 300 is that of Crypto++, by both backends") {
    test::Random random;
    INFO("seed " << test::seed() << ", backend " << sha256_backend());
    for (std::size_t n = 0; n <= 300; ++n)
        for (int i = 0; i < 5; ++i) {
            const Bytes message = random.bytes(n);
            const Hash expected = other_library(message);
            REQUIRE(sha256(message) == expected);
            REQUIRE(portable(message) == expected);
        }
    const Bytes large = random.bytes(1 << 20);
    CHECK(sha256(large) == other_library(large));
}

TEST_CASE("the tagged hash is that of BIP-340 spelled out with Crypto++") {
    test::Random random;
    INFO("seed " << test::seed());
    for (const std::string tag : {"assay/tx", "BIP0340/nonce", "assay/beacon"}) {
        const Hash name = other_library(as_bytes(tag));
        for (std::size_t n = 0; n <= 300; ++n) {
            const Bytes message = random.bytes(n);
            CryptoPP::SHA256 h;
            h.Update(name.data(), 32);
            h.Update(name.data(), 32);
            h.Update(message.data(), message.size());
            Hash expected;
            h.Final(expected.data());
            REQUIRE(tagged_hash(tag, message) == expected);
        }
    }
}
