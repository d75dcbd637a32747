// The generator against the published known answers of Random123 1.14 (kat_vectors, philox4x32 with 10 rounds).
#include "tokenomics/sim/model/random.hpp"

#include <cmath>
#include <set>

#include "tests/support/catch.hpp"

using namespace assay::sim;

TEST_CASE("Philox4x32-10 gives the published answers") {
    CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) == PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
          PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
          PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("every step, run, stream and seed has numbers of its own") {
    std::set<PhiloxCounter> seen;
    for (std::uint64_t seed : {1ull, 2ull, 1ull << 32})
        for (std::uint64_t run : {0ull, 1ull, 1ull << 32, 2ull << 32})
            for (std::uint32_t step = 0; step < 50; ++step)
                for (const Stream stream : {Stream::behaviour, Stream::jumps})
                    CHECK(seen.insert(Draws(seed, run).bits(step, stream)).second);
    CHECK(seen.size() == 3u * 4 * 50 * 2);
}

TEST_CASE("normals have the moments of a standard normal") {
    // 400,000 of them: the standard errors are 0.0016, 0.0022, 0.0039 and 0.0077; six of each are allowed.
    const Draws draws(7, 3);
    double sum[4] = {};
    std::size_t n = 0;
    double cross = 0, pair = 0;
    for (std::uint32_t step = 0; step < 100'000; ++step) {
        const auto z = draws.normals(step, Stream::behaviour);
        cross += z[0] * z[1];
        pair += z[0] * z[2];
        for (const double x : z) {
            ++n;
            sum[0] += x, sum[1] += x * x, sum[2] += x * x * x, sum[3] += x * x * x * x;
        }
    }
    const auto count = static_cast<double>(n);
    CHECK(std::abs(sum[0] / count) < 0.0095);
    CHECK(std::abs(sum[1] / count - 1) < 0.0134);
    CHECK(std::abs(sum[2] / count) < 0.0232);
    CHECK(std::abs(sum[3] / count - 3) < 0.093);
    CHECK(std::abs(cross / 100'000) < 0.019);
    CHECK(std::abs(pair / 100'000) < 0.019);
}

TEST_CASE("uniforms never reach zero or one") {
    CHECK(uniform(0) > 0);
    CHECK(uniform(0xffffffff) < 1);
}
