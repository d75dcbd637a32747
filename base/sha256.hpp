// SHA-256 for the whole project, with the CPU's own instructions where it has them (chosen once, at run time) and a
// portable fallback. Checked against Crypto++ and FIPS vectors in the tests. Own code because short messages through
// a general object interface spend half their time on calls, and because kernels build without any library.
#pragma once

#include "base/bytes.hpp"

namespace assay {

struct Sha256State {
    std::uint32_t h[8];
};

/// Which compression this machine uses: "sha-ni" or "portable".
[[nodiscard]] const char* sha256_backend();

/// `count` blocks of 64 bytes into `state`.
void sha256_compress(Sha256State& state, const std::uint8_t* blocks, std::size_t count);
/// The fallback, also on machines with better: for tests and benchmarks.
void sha256_compress_portable(Sha256State& state, const std::uint8_t* blocks, std::size_t count);

/// Streaming: Sha256().update(a).update(b).final().
class Sha256 {
   public:
    Sha256();
    /// Continues from a midstate after `bytes_so_far` bytes, a multiple of 64.
    Sha256(const Sha256State& midstate, std::uint64_t bytes_so_far) : state_(midstate), length_(bytes_so_far) {}

    Sha256& update(ByteView data);
    [[nodiscard]] Hash final();

   private:
    Sha256State state_;
    std::uint64_t length_ = 0;
    std::uint8_t buffer_[64];
    std::size_t buffered_ = 0;
};

[[nodiscard]] Hash sha256(ByteView data);

/// H(tag, x) of PROTOCOL §1: the BIP-340 tagged hash SHA256(SHA256(tag) | SHA256(tag) | x), from a stored midstate.
///   static const TaggedHash kTx("assay/tx");
///   Hash id = kTx.hash(bytes);
class TaggedHash {
   public:
    explicit TaggedHash(std::string_view tag);
    [[nodiscard]] Sha256 begin() const { return {midstate_, 64}; }
    [[nodiscard]] Hash hash(ByteView data) const { return begin().update(data).final(); }
    [[nodiscard]] Hash hash(ByteView a, ByteView b) const { return begin().update(a).update(b).final(); }
    [[nodiscard]] const Sha256State& midstate() const { return midstate_; }

   private:
    Sha256State midstate_;
};

/// H(tag, x) for a tag that is used rarely.
[[nodiscard]] Hash tagged_hash(std::string_view tag, ByteView data);

}  // namespace assay
