#include <sys/auxv.h>

#include "base/bytes.hpp"

namespace assay {

namespace {

std::array<std::uint64_t, 4> make_hash_secret() {
    // The kernel gives each process sixteen random bytes when it starts.
    std::array<std::uint64_t, 4> out{0x9e3779b97f4a7c15, 0xd1b54a32d192ed03, 0x8cb92ba72f3d8dd7, 0xaef17502108ef2d9};
    if (const auto* random = reinterpret_cast<const std::uint8_t*>(::getauxval(AT_RANDOM)); random != nullptr)
        for (std::size_t i = 0; i < 16; ++i) out[i / 8] ^= std::uint64_t{random[i]} << (8 * (i % 8));
    return out;
}

}  // namespace

const std::array<std::uint64_t, 4> kHashSecret = make_hash_secret();

}  // namespace assay
