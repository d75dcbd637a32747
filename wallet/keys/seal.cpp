#include "wallet/keys/seal.hpp"

#include <cryptopp/aes.h>
#include <cryptopp/gcm.h>
#include <cryptopp/scrypt.h>

namespace assay::wallet {

SecureBytes stretch(std::string_view password, ByteView salt, Kdf kdf) {
    SecureBytes key(32);
    CryptoPP::Scrypt().DeriveKey(key.data(), key.size(), as_bytes(password).data(), password.size(), salt.data(),
                                 salt.size(), kdf.n, kdf.r, kdf.p);
    return key;
}

Bytes seal(const SecureBytes& key, ByteView nonce, ByteView authenticated, const SecureBytes& plain) {
    Bytes out(plain.size() + kTagSize);
    CryptoPP::GCM<CryptoPP::AES>::Encryption gcm;
    gcm.SetKeyWithIV(key.data(), key.size(), nonce.data(), nonce.size());
    gcm.EncryptAndAuthenticate(out.data(), out.data() + plain.size(), kTagSize, nonce.data(),
                               static_cast<int>(nonce.size()), authenticated.data(), authenticated.size(), plain.data(),
                               plain.size());
    return out;
}

std::optional<SecureBytes> unseal(const SecureBytes& key, ByteView nonce, ByteView authenticated, ByteView sealed) {
    if (sealed.size() < kTagSize) return std::nullopt;
    const std::size_t size = sealed.size() - kTagSize;
    SecureBytes out(size);
    CryptoPP::GCM<CryptoPP::AES>::Decryption gcm;
    gcm.SetKeyWithIV(key.data(), key.size(), nonce.data(), nonce.size());
    if (!gcm.DecryptAndVerify(out.data(), sealed.data() + size, kTagSize, nonce.data(), static_cast<int>(nonce.size()),
                              authenticated.data(), authenticated.size(), sealed.data(), size))
        return std::nullopt;
    return out;
}

}  // namespace assay::wallet
