#include <cryptopp/algparam.h>
#include <cryptopp/argnames.h>
#include <cryptopp/chacha.h>

#include "proofs/chacha8.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

TEST_CASE("ChaCha8 equals Crypto++ for random keys and nonces, also far out in a stream") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int round = 0; round < 300; ++round) {
        const Bytes key = random.bytes(32), nonce = random.bytes(8);
        const std::uint64_t near[] = {0, random.below(256), 0xfffffffe, random.below(std::uint64_t{1} << 50)};
        const std::uint64_t block = near[round % 4];
        CryptoPP::ChaCha::Encryption stream;
        const auto parameters = CryptoPP::MakeParameters(CryptoPP::Name::Rounds(), 8)(
            CryptoPP::Name::IV(), CryptoPP::ConstByteArrayParameter(nonce.data(), nonce.size()));
        stream.SetKey(key.data(), key.size(), parameters);
        stream.Seek(block * 64);
        std::uint8_t expected[128], zeros[128] = {};
        stream.ProcessData(expected, zeros, sizeof expected);

        ChaChaKey words{};
        std::uint64_t number = 0;
        for (std::size_t i = 0; i < 32; ++i) words.w[i / 4] |= std::uint32_t{key[i]} << (8 * (i % 4));
        for (std::size_t i = 0; i < 8; ++i) number |= std::uint64_t{nonce[i]} << (8 * i);
        for (std::uint64_t b = 0; b < 2; ++b) {
            std::uint32_t out[16];
            chacha8_block(words, number, block + b, out);
            for (std::size_t i = 0; i < 64; ++i)
                REQUIRE(static_cast<std::uint8_t>(out[i / 4] >> (8 * (i % 4))) == expected[64 * b + i]);
        }
    }
}
