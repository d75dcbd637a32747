#include "wallet/keys/xpub.hpp"

#include <cryptopp/hmac.h>
#include <cryptopp/ripemd.h>
#include <cryptopp/sha.h>
#include <secp256k1.h>

#include <algorithm>

#include "base/hex.hpp"
#include "base/sha256.hpp"

namespace assay::wallet {
namespace {

constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::uint32_t kXpubVersion = 0x0488b21e, kXprvVersion = 0x0488ade4;
constexpr std::size_t kExtendedSize = 78;  // version 4, depth 1, fingerprint 4, child 4, chain code 32, point 33

void be32(Bytes& out, std::uint32_t v) {
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(v >> shift));
}

std::uint32_t read_be32(const Bytes& in, std::size_t at) {
    std::uint32_t v = 0;
    for (std::size_t i = 0; i < 4; ++i) v = v << 8 | in[at + i];
    return v;
}

// Digits of one base to digits of another, both with the most significant first; leading zeros are the caller's.
std::vector<std::uint32_t> rebase(const std::vector<std::uint32_t>& digits, std::uint32_t from, std::uint32_t to) {
    std::vector<std::uint32_t> out;  // least significant first
    for (const std::uint32_t digit : digits) {
        std::uint32_t carry = digit;
        for (std::uint32_t& d : out) {
            carry += d * from;
            d = carry % to;
            carry /= to;
        }
        for (; carry != 0; carry /= to) out.push_back(carry % to);
    }
    std::reverse(out.begin(), out.end());
    return out;
}

Hash double_sha256(ByteView data) {
    return sha256(sha256(data).view());
}

/// libsecp256k1's static context reads and adds points; it only makes none from secrets.
Result<PublicKey> even_key(ByteView compressed) {
    secp256k1_pubkey key;
    Bytes even(compressed.begin(), compressed.end());
    if (even.size() == 33 && even[0] == 3) even[0] = 2;  // the same x: BIP-340 takes the point with even y
    if (!secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, even.data(), even.size()))
        return {Code::bad_key, "the public key is no point of secp256k1"};
    std::uint8_t raw[65];
    std::size_t size = sizeof raw;
    secp256k1_ec_pubkey_serialize(secp256k1_context_static, raw, &size, &key, SECP256K1_EC_UNCOMPRESSED);
    return PublicKey::from({raw + 1, 64});
}

}  // namespace

ExtendedPublicKey ExtendedPublicKey::of(const ExtendedKey& key) {
    return {key.compressed_public(),
            {key.chain_code.begin(), key.chain_code.end()},
            key.depth,
            key.parent_fingerprint,
            key.child};
}

std::string ExtendedPublicKey::text() const {
    Bytes data;
    be32(data, kXpubVersion);
    data.push_back(depth);
    be32(data, parent_fingerprint);
    be32(data, child);
    data.insert(data.end(), chain_code.begin(), chain_code.end());
    data.insert(data.end(), point.begin(), point.end());
    const Hash sum = double_sha256(data);
    data.insert(data.end(), sum.bytes.begin(), sum.bytes.begin() + 4);
    std::string out;
    for (const std::uint32_t d : rebase({data.begin(), data.end()}, 256, 58)) out += kBase58[d];
    return out;
}

Result<ExtendedPublicKey> ExtendedPublicKey::parse(std::string_view text) {
    const auto bad = [](const std::string& why) -> Error { return {Code::bad_key, "the extended key " + why}; };
    if (text.size() > 120) return bad("is longer than 120 characters");
    std::vector<std::uint32_t> digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t digit = kBase58.find(text[i]);
        if (digit == std::string_view::npos)
            return bad("has a character at place " + std::to_string(i + 1) + " that Base58 does not have");
        digits.push_back(static_cast<std::uint32_t>(digit));
    }
    const std::vector<std::uint32_t> raw = rebase(digits, 58, 256);
    Bytes data(raw.begin(), raw.end());
    if (data.size() != kExtendedSize + 4) return bad("does not hold 78 bytes and a checksum");
    const Hash sum = double_sha256({data.data(), kExtendedSize});
    if (!std::equal(sum.bytes.begin(), sum.bytes.begin() + 4, data.begin() + kExtendedSize))
        return bad("has a wrong checksum: a character is wrong");
    const std::uint32_t version = read_be32(data, 0);
    if (version == kXprvVersion) return bad("is a secret one (xprv): never type it anywhere, watching takes an xpub");
    if (version != kXpubVersion) return bad("does not begin with xpub");
    ExtendedPublicKey out;
    out.depth = data[4];
    out.parent_fingerprint = read_be32(data, 5);
    out.child = read_be32(data, 9);
    out.chain_code.assign(data.begin() + 13, data.begin() + 45);
    out.point.assign(data.begin() + 45, data.begin() + 78);
    if (!even_key(out.point)) return bad("holds no point of secp256k1");
    if (out.depth == 0 && (out.parent_fingerprint != 0 || out.child != 0)) return bad("says a parent for a root");
    return out;
}

Result<ExtendedPublicKey> ExtendedPublicKey::child_key(std::uint32_t index) const {
    if (index >= 0x80000000u) return {Code::bad_key, "a hardened key cannot be computed from an extended public key"};
    if (depth == 255) return {Code::bad_key, "a key path has at most 255 steps"};
    Bytes data = point;
    be32(data, index);
    std::uint8_t mac[64];
    CryptoPP::HMAC<CryptoPP::SHA512>(chain_code.data(), chain_code.size())
        .CalculateDigest(mac, data.data(), data.size());
    secp256k1_pubkey key;
    if (!secp256k1_ec_pubkey_parse(secp256k1_context_static, &key, point.data(), point.size()) ||
        !secp256k1_ec_pubkey_tweak_add(secp256k1_context_static, &key, mac))
        return {Code::bad_key, "index " + std::to_string(index) + " has no key; take the next one"};
    ExtendedPublicKey out;
    out.point.resize(33);
    std::size_t size = out.point.size();
    secp256k1_ec_pubkey_serialize(secp256k1_context_static, out.point.data(), &size, &key, SECP256K1_EC_COMPRESSED);
    out.chain_code.assign(mac + 32, mac + 64);
    out.depth = static_cast<std::uint8_t>(depth + 1);
    out.child = index;
    std::uint8_t digest[20];
    CryptoPP::RIPEMD160().CalculateDigest(digest, sha256(point).data(), 32);
    for (int i = 0; i < 4; ++i) out.parent_fingerprint = out.parent_fingerprint << 8 | digest[i];
    return out;
}

Result<PublicKey> ExtendedPublicKey::key_at(std::uint32_t index) const {
    if (depth != 3)
        return {Code::bad_key, "the extended key is not that of an account: its depth is " + std::to_string(depth) +
                                   ", m/44'/8710'/0' has 3"};
    ASSAY_TRY(const ExtendedPublicKey branch, child_key(0));
    ASSAY_TRY(const ExtendedPublicKey leaf, branch.child_key(index));
    return even_key(leaf.point);
}

Result<PublicKey> public_key_from_hex(std::string_view text) {
    const auto raw = from_hex(text);
    if (!raw || (raw->size() != 32 && raw->size() != 33 && raw->size() != 64))
        return {Code::bad_key, "a public key is 64 hex digits (x), 66 (compressed) or 128 (x and y)"};
    if (raw->size() == 33) return even_key(*raw);
    Bytes compressed{2};
    compressed.insert(compressed.end(), raw->begin(), raw->begin() + 32);
    ASSAY_TRY(const PublicKey key, even_key(compressed));
    if (raw->size() == 64 && key != PublicKey::from(*raw))
        return {Code::bad_key, "the public key's y is odd or does not belong to its x"};
    return key;
}

}  // namespace assay::wallet
