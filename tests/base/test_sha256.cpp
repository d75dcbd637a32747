#include "base/sha256.hpp"

#include "base/hex.hpp"
#include "base/sha256_core.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;

TEST_CASE("the examples of FIPS 180-4") {
    CHECK(to_hex(sha256(as_bytes("abc")).view()) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256({}).view()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).view()) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(to_hex(sha256(Bytes(1'000'000, 'a')).view()) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a message cut into pieces anywhere has the hash of the whole") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 3'000; ++i) {
        const Bytes message = random.bytes(random.below(400));
        Sha256 pieces;
        for (std::size_t at = 0; at < message.size();) {
            const std::size_t n = std::min<std::size_t>(random.below(150), message.size() - at);
            pieces.update(ByteView(message).subspan(at, n));
            at += n;
        }
        REQUIRE(pieces.final() == sha256(message));
    }
}

TEST_CASE("the CPU's instructions and plain arithmetic compress alike, for any state and number of blocks") {
    test::Random random;
    INFO("seed " << test::seed() << ", backend " << sha256_backend());
    for (int i = 0; i < 5'000; ++i) {
        Sha256State a;
        for (auto& h : a.h) h = static_cast<std::uint32_t>(random.u64());
        Sha256State b = a;
        const std::size_t blocks = random.below(6);
        const Bytes data = random.bytes(64 * blocks + 1);
        sha256_compress(a, data.data() + i % 2, blocks);  // also where nothing is aligned
        sha256_compress_portable(b, data.data() + i % 2, blocks);
        for (int k = 0; k < 8; ++k) REQUIRE(a.h[k] == b.h[k]);
    }
}

TEST_CASE("a tagged hash is SHA-256 of the tag's hash twice and the message") {
    test::Random random;
    INFO("seed " << test::seed());
    for (const char* tag :
         {"", "assay/tx", "BIP0340/challenge", "a tag longer than one block of sixty-four bytes, which nobody uses"}) {
        const Hash name = sha256(as_bytes(tag));
        const TaggedHash stored(tag);
        for (std::size_t n = 0; n < 200; ++n) {
            const Bytes message = random.bytes(n);
            Bytes spelled(name.bytes.begin(), name.bytes.end());
            spelled.insert(spelled.end(), name.bytes.begin(), name.bytes.end());
            spelled.insert(spelled.end(), message.begin(), message.end());
            const Hash expected = sha256(spelled);
            REQUIRE(tagged_hash(tag, message) == expected);
            REQUIRE(stored.hash(message) == expected);
            const std::size_t cut = random.below(n + 1);
            REQUIRE(stored.hash(ByteView(message).first(cut), ByteView(message).subspan(cut)) == expected);
        }
    }
}
