#include "base/hex.hpp"
#include "proofs/gemm_panel.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

std::uint32_t word_at(const Bytes& from, std::size_t at) {
    return from[at] | std::uint32_t{from[at + 1]} << 8 | std::uint32_t{from[at + 2]} << 16 |
           std::uint32_t{from[at + 3]} << 24;
}

ChaChaKey key_from(std::string_view hex) {
    const Bytes raw = from_hex(hex).value();
    ChaChaKey out;
    for (std::size_t i = 0; i < 8; ++i) out.w[i] = word_at(raw, 4 * i);
    return out;
}

std::string keystream(const ChaChaKey& key, std::uint64_t nonce, std::uint64_t counter) {
    std::uint32_t words[16];
    chacha8_block(key, nonce, counter, words);
    Bytes out;
    for (const std::uint32_t w : words)
        for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(w >> (8 * i)));
    return to_hex(out);
}

struct Published {
    std::string_view key, nonce, first, second;
};

}  // namespace

// draft-strombergson-chacha-test-vectors-01: 256-bit keys, eight rounds, test cases 1 to 8.
TEST_CASE("ChaCha8 gives the published keystreams") {
    const std::string zero(64, '0'), ones(64, 'f'), fives(64, '5'), tens(64, 'a'), one = "01" + std::string(62, '0');
    const Published vectors[] = {
        {zero, "0000000000000000",
         "3e00ef2f895f40d67f5bb8e81f09a5a12c840ec3ce9a7f3b181be188ef711a1e"
         "984ce172b9216f419f445367456d5619314a42a3da86b001387bfdb80e0cfe42",
         "d2aefa0deaa5c151bf0adb6c01f2a5adc0fd581259f9a2aadcf20f8fd566a26b"
         "5032ec38bbc5da98ee0c6f568b872a65a08abf251deb21bb4b56e5d8821e68aa"},
        {one, "0000000000000000",
         "cf5ee9a0494aa9613e05d5ed725b804b12f4a465ee635acc3a311de8740489ea"
         "289d04f43c7518db56eb4433e498a1238cd8464d3763ddbb9222ee3bd8fae3c8",
         "b4355a7d93dd8867089ee643558b95754efa2bd1a8a1e2d75bcdb32015542638"
         "291941feb49965587c4fdfe219cf0ec132a6cd4dc067392e67982fe53278c0b4"},
        {zero, "0100000000000000",
         "2b8f4bb3798306ca5130d47c4f8d4ed13aa0edccc1be6942090faeeca0d7599b"
         "7ff0fe616bb25aa0153ad6fdc88b954903c22426d478b97b22b8f9b1db00cf06",
         "470bdffbc488a8b7c701ebf4061d75c5969186497c95367809afa80bd843b040"
         "a79abc6e73a91757f1db73c8eacfa543b38f289d065ab2f3032d377b8c37fe46"},
        {ones, "ffffffffffffffff",
         "e163bbf8c9a739d18925ee8362dad2cdc973df05225afb2aa26396f2a9849a4a"
         "445e0547d31c1623c537df4ba85c70a9884a35bcbf3dfab077e98b0f68135f54",
         "81d4933f8b322ac0cd762c27235ce2b31534e0244a9a2f1fd5e94498d47ff108"
         "790c009cf9e1a348032a7694cb28024cd96d3498361edb1785af752d187ab54b"},
        {fives, "5555555555555555",
         "7cb78214e4d3465b6dc62cf7a1538c88996952b4fb72cb6105f1243ce3442e29"
         "75a59ebcd2b2a598290d7538491fe65bdbfefd060d88798120a70d049dc2677d",
         "d48ff5a2513e497a5d54802d7484c4f1083944d8d0d14d6482ce09f7e5ebf20b"
         "29807d62c31874d02f5d3cc85381a745ecbc60525205e300a76961bfe51ac07c"},
        {tens, "aaaaaaaaaaaaaaaa",
         "40f9ab86c8f9a1a0cdc05a75e5531b612d71ef7f0cf9e387df6ed6972f0aae21"
         "311aa581f816c90e8a99de990b6b95aac92450f4e112712667b804c99e9c6eda",
         "f8d144f560c8c0ea36880d3b77874c9a9103d147f6ded386284801a4ee158e5e"
         "a4f9c093fc55fd344c33349dc5b699e21dc83b4296f92ee3ecabf3d51f95fe3f"},
        {"00112233445566778899aabbccddeeffffeeddccbbaa99887766554433221100", "0f1e2d3c4b5a6978",
         "db43ad9d1e842d1272e4530e276b3f568f8859b3f7cf6d9d2c74fa53808cb515"
         "7a8ebf46ad3dcc4b6c7dadde131784b0120e0e22f6d5f9ffa7407d4a21b695d9",
         "c5dd30bf55612fab9bdd118920c19816470c7f5dcd42325dbbed8c57a56281c1"
         "44cb0f03e81b3004624e0650a1ce5afaf9a7cd8163f6dbd72602257dd96e471e"},
        {"c46ec1b18ce8a878725a37e780dfb7351f68ed2e194c79fbc6aebee1a667975d", "1ada31d5cf688221",
         "838751b42d8ddd8a3d77f48825a2ba752cf4047cb308a5978ef274973be374c9"
         "6ad848065871417b08f034e681fe46a93f7d5c61d1306614d4aaf257a7cff08b",
         "16f2fda170cc18a4b58a2667ed962774af792a6e7f3c77992540711a7a136d7e"
         "8a2f8d3f93816709d45a3fa5f8ce72fde15be7b841acba3a2abd557228d9fe4f"},
    };
    for (const Published& v : vectors) {
        INFO(v.key << " " << v.nonce);
        const Bytes raw = from_hex(v.nonce).value();
        const std::uint64_t nonce = word_at(raw, 0) | std::uint64_t{word_at(raw, 4)} << 32;
        CHECK(keystream(key_from(v.key), nonce, 0) == v.first);
        CHECK(keystream(key_from(v.key), nonce, 1) == v.second);
    }
    // Bernstein's reference with the counter at 2^64 - 1: all of its 64 bits are in the block.
    CHECK(keystream(key_from(zero), 0, ~std::uint64_t{0}) ==
          "df8a0bceca2fbb111f29978fa9a64407c68ced975ff55a24707265d0687e6aef"
          "b3597eac46e4b0a79b3a49c8b0f1775ac3edd7eb6a6d9bcb38f276517a79e014");
}

TEST_CASE("a panel holds the keystream of 32 rows, whoever makes it, also where rows or blocks pass 2^32") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int round = 0; round < 60; ++round) {
        ChaChaKey key;
        for (auto& w : key.w) w = static_cast<std::uint32_t>(random.u64());
        const std::uint64_t rows[] = {0, 32 * random.below(1 << 20), 0xfffffff0, 0xffffffffull * 32, random.u64()};
        const std::uint64_t blocks[] = {0, random.below(256), 0xfffffffe, random.u64()};
        const std::uint64_t row = rows[random.below(5)], block = blocks[random.below(4)], count = 1 + random.below(5);
        for (const auto backend : {GemmBackend::portable, GemmBackend::avx2, GemmBackend::avx512_vnni}) {
            INFO(gemm_backend_name(backend) << " row " << row << " block " << block);
            std::vector<std::uint32_t> panel(count * kPanelBlock + 1, 0x55555555);
            make_panel(backend, key, row, block, count, panel.data());
            REQUIRE(panel.back() == 0x55555555);
            for (std::uint64_t b = 0; b < count; ++b)
                for (std::uint32_t r = 0; r < kPanelRows; ++r) {
                    std::uint32_t words[16];
                    chacha8_block(key, row + r, block + b, words);
                    for (std::uint32_t w = 0; w < 16; ++w)
                        REQUIRE(panel[b * kPanelBlock + w * kPanelRows + r] == words[w]);
                }
        }
    }
}
