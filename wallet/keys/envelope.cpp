#include "wallet/keys/envelope.hpp"

#include <bit>

#include "base/hex.hpp"
#include "wallet/keys/random.hpp"
#include "wallet/keys/seal.hpp"

namespace assay::wallet {

std::string Envelope::authenticated(const std::string& header) const {
    return header + "scrypt\n" + std::to_string(kdf.n) + "\n" + std::to_string(kdf.r) + "\n" + std::to_string(kdf.p) +
           "\n" + to_hex(salt) + "\naes-256-gcm\n" + to_hex(nonce) + "\n";
}

Result<Envelope> Envelope::seal_up(std::string_view password, Kdf kdf, const std::string& header,
                                   const SecureBytes& plain) {
    Envelope out;
    out.kdf = kdf;
    out.salt.resize(32);
    out.nonce.resize(kNonceSize);
    ASSAY_TRY_VOID(fill_random(out.salt));
    ASSAY_TRY_VOID(fill_random(out.nonce));
    const SecureBytes key = stretch(password, out.salt, kdf);
    out.sealed = seal(key, out.nonce, as_bytes(out.authenticated(header)), plain);
    return out;
}

Result<Envelope> Envelope::read(json::Object& top, std::size_t max_sealed) {
    const auto bad = [](const std::string& why) -> Error { return {Code::field_out_of_range, why}; };
    Envelope out;
    ASSAY_TRY(json::Object kdf, top.object("kdf"));
    ASSAY_TRY(const std::string kdf_name, kdf.string("name"));
    if (kdf_name != "scrypt") return bad("kdf.name is not \"scrypt\"");
    ASSAY_TRY(out.kdf.n, kdf.u64("n", 1u << 10, 1u << 20));
    ASSAY_TRY(const std::uint64_t r, kdf.u64("r", 1, 8));
    ASSAY_TRY(const std::uint64_t p, kdf.u64("p", 1, 4));
    out.kdf.r = static_cast<std::uint32_t>(r);
    out.kdf.p = static_cast<std::uint32_t>(p);
    if (!std::has_single_bit(out.kdf.n)) return bad("kdf.n is not a power of two");
    ASSAY_TRY(const std::string salt, kdf.string("salt"));
    ASSAY_TRY(out.salt, from_hex(salt));
    ASSAY_TRY_VOID(kdf.done());
    ASSAY_TRY(json::Object cipher, top.object("cipher"));
    ASSAY_TRY(const std::string cipher_name, cipher.string("name"));
    if (cipher_name != "aes-256-gcm") return bad("cipher.name is not \"aes-256-gcm\"");
    ASSAY_TRY(const std::string nonce, cipher.string("nonce"));
    ASSAY_TRY(out.nonce, from_hex(nonce));
    ASSAY_TRY(const std::string sealed, cipher.string("sealed"));
    ASSAY_TRY(out.sealed, from_hex(sealed));
    ASSAY_TRY_VOID(cipher.done());
    if (out.salt.size() != 32 || out.nonce.size() != kNonceSize) return bad("salt or nonce has a wrong length");
    if (out.sealed.size() < kTagSize || out.sealed.size() > max_sealed) return bad("cipher.sealed has a wrong length");
    return out;
}

std::optional<SecureBytes> Envelope::open(std::string_view password, const std::string& header) const {
    const SecureBytes key = stretch(password, salt, kdf);
    return unseal(key, nonce, as_bytes(authenticated(header)), sealed);
}

std::string Envelope::json() const {
    return "  \"kdf\": {\"name\": \"scrypt\", \"n\": " + std::to_string(kdf.n) + ", \"r\": " + std::to_string(kdf.r) +
           ", \"p\": " + std::to_string(kdf.p) + ", \"salt\": \"" + to_hex(salt) +
           "\"},\n  \"cipher\": {\"name\": \"aes-256-gcm\", \"nonce\": \"" + to_hex(nonce) + "\", \"sealed\": \"" +
           to_hex(sealed) + "\"}\n";
}

}  // namespace assay::wallet
