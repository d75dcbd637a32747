// Bytes as they travel, and the two 32-byte values that must not be mixed: Hash and Address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// A fixed-size byte string with a type of its own. Order is lexicographic, as in the state tree.
template <class Tag, std::size_t N>
struct FixedBytes {
    static constexpr std::size_t kSize = N;
    std::array<std::uint8_t, N> bytes{};

    constexpr auto operator<=>(const FixedBytes&) const = default;
    [[nodiscard]] constexpr const std::uint8_t* data() const { return bytes.data(); }
    [[nodiscard]] constexpr std::uint8_t* data() { return bytes.data(); }
    [[nodiscard]] static constexpr std::size_t size() { return N; }
    [[nodiscard]] ByteView view() const { return {bytes.data(), N}; }
    [[nodiscard]] bool is_zero() const {
        for (auto b : bytes)
            if (b != 0) return false;
        return true;
    }
    /// Copies exactly N bytes; the caller has checked the length.
    static FixedBytes from(ByteView v) {
        FixedBytes out;
        std::memcpy(out.bytes.data(), v.data(), N);
        return out;
    }
};

using Hash = FixedBytes<struct HashTag, 32>;
using Address = FixedBytes<struct AddressTag, 32>;
/// A secp256k1 public key as x|y, both big-endian, y even (PROTOCOL §3: parsing it is far cheaper than lifting x).
using PublicKey = FixedBytes<struct PublicKeyTag, 64>;
using Signature = FixedBytes<struct SignatureTag, 64>;

inline ByteView as_bytes(std::string_view s) {
    return {reinterpret_cast<const std::uint8_t*>(s.data()), s.size()};
}
inline std::string_view as_text(ByteView v) {
    return {reinterpret_cast<const char*>(v.data()), v.size()};
}

/// Another one in each run: for the order inside hash tables, which nothing may ever show. Defined in one file, not
/// inline: no program that merely includes this runs an initialiser for it.
extern const std::array<std::uint64_t, 4> kHashSecret;

/// For hash tables whose order is never observed. Keyed with the secret: anybody can pay to any 32 bytes, and bytes
/// that are chosen to meet in one bucket would make a block take minutes.
template <class Fixed>
struct FixedBytesHasher {
    std::size_t operator()(const Fixed& f) const {
        static_assert(Fixed::kSize % 16 == 0);
        const auto mix = [](std::uint64_t a, std::uint64_t b) {
            const auto product = static_cast<unsigned __int128>(a) * b;
            return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
        };
        std::uint64_t h = kHashSecret[2];
        for (std::size_t i = 0; i < Fixed::kSize; i += 16) {
            std::uint64_t a, b;
            std::memcpy(&a, f.bytes.data() + i, 8);
            std::memcpy(&b, f.bytes.data() + i + 8, 8);
            h = mix(a ^ kHashSecret[0] ^ h, b ^ kHashSecret[1]);
        }
        h = mix(h ^ kHashSecret[2], kHashSecret[3] | 1);  // bytes that differ at one end only would stay in step
        return static_cast<std::size_t>(h);
    }
};

}  // namespace assay
