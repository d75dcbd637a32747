// BIP-340 against the public vectors, and the addresses of keys.
#include <fstream>
#include <sstream>

#include "base/hex.hpp"
#include "chain/tx.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "wallet/keys/signer.hpp"

using namespace assay;
using namespace assay::wallet;

namespace {

Bytes unhex(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    const auto out = from_hex(text);
    REQUIRE(out.ok());
    return *out;
}

}  // namespace

TEST_CASE("every public BIP-340 vector: signing gives the very bytes, verifying accepts and refuses as told") {
    std::ifstream in(std::string(ASSAY_SHARED_DIR) + "/vectors/bip340/test-vectors.csv");
    if (!in) {
        WARN("skipped: the vectors are not there");
        return;
    }
    std::string line;
    std::getline(in, line);
    std::size_t rows = 0, signed_rows = 0, refused = 0;
    while (std::getline(in, line)) {
        std::vector<std::string> cells;
        std::stringstream split(line);
        for (std::string cell; std::getline(split, cell, ',');) cells.push_back(cell);
        REQUIRE(cells.size() >= 7);
        INFO("row " << cells[0]);
        const Bytes key = unhex(cells[2]), message = unhex(cells[4]), signature = unhex(cells[5]);
        const bool valid = cells[6] == "TRUE";
        CHECK(verify_bip340(key, message, signature) == valid);
        refused += valid ? 0 : 1;
        if (!cells[1].empty()) {
            const auto signer = Signer::from_secret(unhex(cells[1]));
            REQUIRE(signer.ok());
            CHECK(to_hex(ByteView(signer->public_key().data(), 32)) == to_hex(key));
            const auto made = signer->sign_with(message, unhex(cells[3]));
            REQUIRE(made.ok());
            CHECK(to_hex(made->view()) == to_hex(signature));
            ++signed_rows;
        }
        ++rows;
    }
    CHECK(rows >= 19);
    CHECK(signed_rows >= 4);
    CHECK(refused >= 9);
}

TEST_CASE("a public key travels with even y, so the chain accepts what the wallet signs") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int i = 0; i < 64; ++i) {
        const auto signer = Signer::from_secret(random.bytes(32));
        REQUIRE(signer.ok());
        CHECK((signer->public_key().bytes[63] & 1) == 0);
        CHECK(signer->address() == chain::address_of(signer->public_key()));
        const Hash id = random.fixed<Hash>();
        const auto signature = signer->sign(id);
        REQUIRE(signature.ok());
        CHECK(chain::verify_auth(chain::Auth::single(signer->public_key(), *signature), signer->address(), id).ok());
        const auto again = signer->sign(id);
        CHECK(*again != *signature);  // fresh auxiliary randomness
    }
}

TEST_CASE("a secret that is no key is refused") {
    CHECK(Signer::from_secret(Bytes(32, 0)).error().code == Code::bad_key);
    CHECK(Signer::from_secret(Bytes(32, 0xff)).error().code == Code::bad_key);
    CHECK(Signer::from_secret(Bytes(31, 1)).error().code == Code::bad_key);
}
