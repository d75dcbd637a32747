#include "wallet/keys/bip32.hpp"

#include <cryptopp/hmac.h>
#include <cryptopp/ripemd.h>
#include <cryptopp/sha.h>
#include <secp256k1.h>

#include "base/sha256.hpp"

namespace assay::wallet {
namespace {

constexpr std::uint32_t kHardened = 0x80000000u;

SecureBytes hmac_sha512(ByteView key, ByteView data) {
    SecureBytes out(64);
    CryptoPP::HMAC<CryptoPP::SHA512> mac(key.data(), key.size());
    mac.CalculateDigest(out.data(), data.data(), data.size());
    return out;
}

void put_be32(SecureBytes& out, std::uint32_t v) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(v >> shift));
}

/// secp256k1_context_static computes no public keys; one context does, for the life of the program.
const secp256k1_context* context() {
    static secp256k1_context* const c = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    return c;
}

}  // namespace

Result<ExtendedKey> ExtendedKey::from_seed(ByteView seed) {
    if (seed.size() < 16 || seed.size() > 64)
        return {Code::bad_key, "a seed has 16 to 64 bytes, not " + std::to_string(seed.size())};
    const SecureBytes mac = hmac_sha512(as_bytes("Bitcoin seed"), seed);
    ExtendedKey out;
    out.secret.assign(mac.begin(), mac.begin() + 32);
    out.chain_code.assign(mac.begin() + 32, mac.end());
    if (!secp256k1_ec_seckey_verify(context(), out.secret.data()))
        return {Code::bad_key, "this seed gives no master key"};
    return out;
}

Bytes ExtendedKey::compressed_public() const {
    Bytes out(33);
    secp256k1_pubkey key;
    std::size_t size = out.size();
    ASSAY_CHECK(secp256k1_ec_pubkey_create(context(), &key, secret.data()) == 1);
    secp256k1_ec_pubkey_serialize(context(), out.data(), &size, &key, SECP256K1_EC_COMPRESSED);
    return out;
}

Result<ExtendedKey> ExtendedKey::child_key(std::uint32_t index) const {
    if (depth == 255) return {Code::bad_key, "a key path has at most 255 steps"};
    const Bytes parent = compressed_public();
    SecureBytes data;
    data.reserve(37);
    if ((index & kHardened) != 0) {
        data.push_back(0);
        data.insert(data.end(), secret.begin(), secret.end());
    } else {
        data.insert(data.end(), parent.begin(), parent.end());
    }
    put_be32(data, index);
    const SecureBytes mac = hmac_sha512(chain_code, data);
    ExtendedKey out;
    out.secret = secret;
    out.chain_code.assign(mac.begin() + 32, mac.end());
    out.depth = static_cast<std::uint8_t>(depth + 1);
    out.child = index;
    if (!secp256k1_ec_seckey_tweak_add(context(), out.secret.data(), mac.data()))
        return {Code::bad_key, "index " + std::to_string(index & ~kHardened) + " has no key; take the next one"};
    std::uint8_t digest[20];
    CryptoPP::RIPEMD160().CalculateDigest(digest, sha256(parent).data(), 32);
    for (int i = 0; i < 4; ++i) out.parent_fingerprint = out.parent_fingerprint << 8 | digest[i];
    return out;
}

Result<ExtendedKey> ExtendedKey::derive(std::string_view path) const {
    const auto bad = [&](const std::string& why) -> Error {
        return {Code::bad_key, "the key path '" + std::string(path) + "' " + why};
    };
    if (path.empty() || path[0] != 'm') return bad("does not begin with m");
    ExtendedKey key = *this;
    std::size_t at = 1;
    while (at < path.size()) {
        if (path[at] != '/') return bad("has something other than / at place " + std::to_string(at + 1));
        ++at;
        std::uint64_t index = 0;
        const std::size_t first = at;
        for (; at < path.size() && path[at] >= '0' && path[at] <= '9' && index < kHardened; ++at)
            index = index * 10 + static_cast<std::uint64_t>(path[at] - '0');
        if (at == first || index >= kHardened)
            return bad("has no number below 2^31 at place " + std::to_string(first + 1));
        if (at < path.size() && (path[at] == '\'' || path[at] == 'h')) {
            index |= kHardened;
            ++at;
        }
        ASSAY_TRY(key, key.child_key(static_cast<std::uint32_t>(index)));
    }
    return key;
}

std::string account_path(std::uint32_t account, std::uint32_t index) {
    return "m/44'/" + std::to_string(kCoinType) + "'/" + std::to_string(account) + "'/0/" + std::to_string(index);
}

}  // namespace assay::wallet
