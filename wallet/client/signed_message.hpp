// Words signed by whoever holds an address: for logins, proofs of ownership, statements. Never a transaction, since the
// tag differs.
//
//   hash       H("assay/message", the message's bytes)
//   signature  Borsh of chain::Auth, as a transaction carries it: threshold, keys as x|y, BIP-340 signatures over the
//              hash. The key is in it because an address is a hash. Hex for people; k of n is the same with more of
//              both.
//
//   ASSAY_TRY(Bytes signature, sign_message(signer, "I am alice"));
//   ASSAY_TRY_VOID(verify_message(address, "I am alice", signature));
#pragma once

#include "chain/tx.hpp"
#include "wallet/keys/signer.hpp"

namespace assay::wallet {

[[nodiscard]] Hash message_hash(std::string_view message);
/// Errors: bad_key.
[[nodiscard]] Result<Bytes> sign_message(const Signer& signer, std::string_view message);
/// Errors: verification_failed, which says whether it is the encoding, the address or the message.
[[nodiscard]] Status verify_message(const Address& address, std::string_view message, ByteView signature);

}  // namespace assay::wallet
