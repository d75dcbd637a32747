#include "wallet/client/signed_message.hpp"

namespace assay::wallet {

Hash message_hash(std::string_view message) {
    return tagged_hash("assay/message", as_bytes(message));
}

Result<Bytes> sign_message(const Signer& signer, std::string_view message) {
    ASSAY_TRY(const Signature signature, signer.sign(message_hash(message)));
    return borsh::encode(chain::Auth::single(signer.public_key(), signature));
}

Status verify_message(const Address& address, std::string_view message, ByteView signature) {
    const auto auth = borsh::decode<chain::Auth>(signature);
    if (!auth || auth->keys.size() != auth->signatures.size() || auth->keys.size() > chain::kMaxMultisigKeys ||
        auth->keys.empty())
        return {Code::verification_failed, "the signature is none that 'assay sign' writes"};
    if (chain::address_of(*auth) != address)
        return {Code::verification_failed, "the signature is of another address's key"};
    if (!chain::verify_auth(*auth, address, message_hash(message)))
        return {Code::verification_failed, "the signature is not over this message"};
    return {};
}

}  // namespace assay::wallet
