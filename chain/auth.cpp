// Addresses and BIP-340 verification. Keys travel as x|y with even y: parsing is far cheaper than lifting x.
#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include "chain/tx.hpp"

namespace assay::chain {
namespace {

// Verification needs no secret and no state: libsecp256k1's static context serves all threads. A key that does not
// sign is looked at too: its y stands in no address and no txid, and another y would be the same transaction twice.
Status verify_one(const PublicKey& key, const std::optional<Signature>& signature, const Hash& id) {
    std::uint8_t encoded[65];
    encoded[0] = 0x04;
    std::memcpy(encoded + 1, key.data(), 64);
    secp256k1_pubkey full;
    secp256k1_xonly_pubkey xonly;
    int parity = 1;
    if (!secp256k1_ec_pubkey_parse(secp256k1_context_static, &full, encoded, sizeof encoded))
        return {Code::bad_signature, "auth: a key is not a point of secp256k1"};
    if (!secp256k1_xonly_pubkey_from_pubkey(secp256k1_context_static, &xonly, &parity, &full) || parity != 0)
        return {Code::bad_signature, "auth: a key's y is odd"};
    if (signature && !secp256k1_schnorrsig_verify(secp256k1_context_static, signature->data(), id.data(), 32, &xonly))
        return {Code::bad_signature, "auth: a signature does not match the transaction"};
    return {};
}

}  // namespace

Address address_of(const PublicKey& key) {
    static const TaggedHash kTag("assay/address");
    return Address{kTag.hash({key.data(), 32}).bytes};
}

Address address_of(std::uint8_t threshold, std::span<const PublicKey> keys) {
    static const TaggedHash kTag("assay/address/multisig");
    Bytes data{threshold, static_cast<std::uint8_t>(keys.size())};
    for (const PublicKey& key : keys) data.insert(data.end(), key.data(), key.data() + 32);
    return Address{kTag.hash(data).bytes};
}

Address address_of(const Auth& auth) {
    return auth.keys.size() == 1 ? address_of(auth.keys.front()) : address_of(auth.threshold, auth.keys);
}

Status verify_auth(const Auth& auth, const Address& sender, const Hash& id) {
    if (auth.threshold == 0 || auth.threshold > auth.keys.size())
        return {Code::bad_signature, "auth: threshold is not between 1 and the number of keys"};
    if (address_of(auth) != sender) return {Code::bad_signature, "auth: the keys do not belong to the sender"};
    std::size_t present = 0;
    for (const auto& s : auth.signatures) present += s.has_value();
    if (present != auth.threshold)
        return {Code::bad_signature, "auth: " + std::to_string(present) + " signatures, exactly " +
                                         std::to_string(auth.threshold) + " are needed"};
    for (std::size_t i = 0; i < auth.keys.size(); ++i) ASSAY_TRY_VOID(verify_one(auth.keys[i], auth.signatures[i], id));
    return {};
}

}  // namespace assay::chain
