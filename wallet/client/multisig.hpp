// k of n: a transaction that several machines sign, each a copy of the same file, put together in the end.
//
//   TxFile file{body, unsigned_auth(2, keys), "assay"};             // what `--from MULTISIG --generate-only` writes
//   ASSAY_TRY_VOID(add_signature(file, alice));                     // on one machine
//   ASSAY_TRY_VOID(add_signature(copy, bob));                       // on another one
//   ASSAY_TRY(TxFile whole, combine_signatures({file, copy}));
//   ASSAY_TRY(SignedTx tx, complete(whole));                        // exactly k signatures, each of them verified
//
// The file carries all keys in their order, since the address of the sender is a hash over them.
#pragma once

#include "wallet/client/tx_file.hpp"

namespace assay::wallet {

[[nodiscard]] chain::Auth unsigned_auth(std::uint8_t threshold, std::vector<PublicKey> keys);
[[nodiscard]] std::size_t count_signatures(const chain::Auth& auth);
/// Gas of the bytes and signatures that a multisig has beyond the one that chain::suggested_gas counts.
[[nodiscard]] std::uint64_t multisig_gas(const chain::Auth& auth);

/// Every signature that is there belongs to its key and this transaction, and the keys to its sender; fewer than the
/// threshold are well. Errors: bad_signature.
[[nodiscard]] Status check_signatures(const TxFile& file);
/// Signs with one key: the sender's own, or one of those that the file lists. Signing twice changes nothing.
/// Errors: bad_signature where the key has no part in it, or enough others have signed.
[[nodiscard]] Status add_signature(TxFile& file, const Signer& signer);
/// The signatures of all, the threshold at most, first keys first. Errors: tx_malformed where the files hold different
/// transactions (`names` says which), bad_signature.
[[nodiscard]] Result<TxFile> combine_signatures(const std::vector<TxFile>& files,
                                                const std::vector<std::string>& names);
/// What can be sent. Errors: bad_signature, which says how many are missing.
[[nodiscard]] Result<SignedTx> complete(const TxFile& file);

}  // namespace assay::wallet
