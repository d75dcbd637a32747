#include <cryptopp/sha.h>

#include "proofs/lanes.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"

using namespace assay;
using namespace assay::proofs;

TEST_CASE("lanes equal Crypto++ step by step") {
    test::Random random;
    INFO("seed " << test::seed());
    for (int round = 0; round < 40; ++round) {
        const Hash ctx = random.fixed<Hash>();
        const std::uint64_t lane = random.u64();
        const auto count = static_cast<std::uint32_t>(1 + random.below(600));
        LaneJob job = lane_start(ctx, lane);
        job.first = round % 2 == 0 ? random.u64() >> 1 : random.below(1 << 20);
        const LaneTag tag = job.tag;

        std::uint8_t message[55];
        const Hash start = store_state(job);
        std::memcpy(message, start.data(), 32);
        for (int i = 0; i < 15; ++i) message[32 + i] = static_cast<std::uint8_t>(tag.w[i / 4] >> (24 - 8 * (i % 4)));
        for (std::uint32_t n = 0; n < count; ++n) {
            for (int i = 0; i < 8; ++i) message[47 + i] = static_cast<std::uint8_t>((job.first + n) >> (8 * i));
            std::uint8_t digest[32];
            CryptoPP::SHA256().CalculateDigest(digest, message, sizeof message);
            std::memcpy(message, digest, 32);
        }
        for (const auto backend : {LaneBackend::portable, LaneBackend::sha_ni, LaneBackend::sha_ni_4}) {
            std::vector<LaneJob> four(4, job);
            advance_lanes(four, count, backend);
            for (const auto& each : four) REQUIRE(std::memcmp(store_state(each).data(), message, 32) == 0);
        }
    }
}
