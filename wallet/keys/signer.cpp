#include "wallet/keys/signer.hpp"

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include "chain/tx.hpp"
#include "wallet/keys/random.hpp"

namespace assay::wallet {
namespace {

/// One context for signing, blinded with randomness of its own against side channels.
const secp256k1_context* signing_context() {
    static secp256k1_context* const context = [] {
        secp256k1_context* c = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
        SecureBytes seed(32);
        if (fill_random(seed)) (void)!secp256k1_context_randomize(c, seed.data());
        return c;
    }();
    return context;
}

/// libsecp256k1's key pair holds the secret: on secure pages, too.
class KeyPair {
   public:
    KeyPair() : memory_(sizeof(secp256k1_keypair)) {}
    secp256k1_keypair* get() { return reinterpret_cast<secp256k1_keypair*>(memory_.data()); }

   private:
    SecureBytes memory_;
};

}  // namespace

Result<Signer> Signer::from_secret(ByteView secret) {
    if (secret.size() != 32) return {Code::bad_key, "a secret key has 32 bytes, not " + std::to_string(secret.size())};
    KeyPair pair;
    if (!secp256k1_keypair_create(signing_context(), pair.get(), secret.data()))
        return {Code::bad_key, "the secret key is zero or not below the order of secp256k1"};
    secp256k1_pubkey full;
    (void)!secp256k1_keypair_pub(signing_context(), &full, pair.get());
    std::uint8_t encoded[65];
    std::size_t size = sizeof encoded;
    secp256k1_ec_pubkey_serialize(signing_context(), encoded, &size, &full, SECP256K1_EC_UNCOMPRESSED);
    if ((encoded[64] & 1) != 0) {
        (void)!secp256k1_ec_pubkey_negate(signing_context(), &full);
        size = sizeof encoded;
        secp256k1_ec_pubkey_serialize(signing_context(), encoded, &size, &full, SECP256K1_EC_UNCOMPRESSED);
    }
    Signer signer;
    signer.secret_.assign(secret.begin(), secret.end());
    signer.public_ = PublicKey::from({encoded + 1, 64});
    signer.address_ = chain::address_of(signer.public_);
    return signer;
}

Result<Signature> Signer::sign_with(ByteView message, ByteView aux32) const {
    if (aux32.size() != 32) return {Code::bad_key, "auxiliary randomness has 32 bytes"};
    KeyPair pair;
    if (!secp256k1_keypair_create(signing_context(), pair.get(), secret_.data()))
        return {Code::bad_key, "the secret key is not valid"};
    Signature out;
    secp256k1_schnorrsig_extraparams extra = SECP256K1_SCHNORRSIG_EXTRAPARAMS_INIT;
    SecureBytes aux(aux32.begin(), aux32.end());
    extra.ndata = aux.data();
    if (!secp256k1_schnorrsig_sign_custom(signing_context(), out.data(), message.data(), message.size(), pair.get(),
                                          &extra))
        return {Code::bad_key, "signing failed"};
    if (!verify_bip340({public_.data(), 32}, message, out.view()))
        return {Code::bad_key, "a signature that was just made does not verify: this machine computes wrongly"};
    return out;
}

Result<Signature> Signer::sign(const Hash& message) const {
    SecureBytes aux(32);
    ASSAY_TRY_VOID(fill_random(aux));
    return sign_with(message.view(), aux);
}

bool verify_bip340(ByteView x32, ByteView message, ByteView signature64) {
    if (x32.size() != 32 || signature64.size() != 64) return false;
    secp256k1_xonly_pubkey key;
    if (!secp256k1_xonly_pubkey_parse(secp256k1_context_static, &key, x32.data())) return false;
    return secp256k1_schnorrsig_verify(secp256k1_context_static, signature64.data(), message.data(), message.size(),
                                       &key) == 1;
}

}  // namespace assay::wallet
