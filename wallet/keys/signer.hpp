// A signing key: BIP-340 over secp256k1, in memory that wipes itself.
//
//   ASSAY_TRY(Signer signer, Signer::from_secret(secret));      // 32 bytes
//   tx.auth = chain::Auth::single(signer.public_key(), *signer.sign(chain::txid(tx.body)));
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wallet/keys/secure.hpp"

namespace assay::wallet {

class Signer {
   public:
    /// Errors: bad_key (not 32 bytes, zero, or not below the group's order).
    static Result<Signer> from_secret(ByteView secret);

    /// x|y with even y: the secret is negated where it has to be, as BIP-340 says.
    [[nodiscard]] const PublicKey& public_key() const { return public_; }
    [[nodiscard]] const Address& address() const { return address_; }
    /// The 32 bytes as they were given.
    [[nodiscard]] const SecureBytes& secret() const { return secret_; }

    /// With fresh auxiliary randomness; the signature is verified before it leaves, so a fault cannot leak the key.
    [[nodiscard]] Result<Signature> sign(const Hash& message) const;
    /// With the auxiliary randomness of a test vector, and messages of any length.
    [[nodiscard]] Result<Signature> sign_with(ByteView message, ByteView aux32) const;

   private:
    Signer() = default;
    SecureBytes secret_;
    PublicKey public_;
    Address address_;
};

/// BIP-340 verification by x alone; `message` may have any length. False for anything that is not valid.
[[nodiscard]] bool verify_bip340(ByteView x32, ByteView message, ByteView signature64);

}  // namespace assay::wallet
