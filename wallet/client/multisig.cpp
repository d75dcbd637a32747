#include "wallet/client/multisig.hpp"

#include <algorithm>

#include "base/hex.hpp"

namespace assay::wallet {

chain::Auth unsigned_auth(std::uint8_t threshold, std::vector<PublicKey> keys) {
    chain::Auth out;
    out.threshold = threshold;
    out.signatures.resize(keys.size());
    out.keys = std::move(keys);
    return out;
}

std::size_t count_signatures(const chain::Auth& auth) {
    return static_cast<std::size_t>(
        std::count_if(auth.signatures.begin(), auth.signatures.end(), [](const auto& s) { return s.has_value(); }));
}

std::uint64_t multisig_gas(const chain::Auth& auth) {
    return chain::kGasPerByte * (65 * auth.keys.size() + 64 * auth.threshold) +
           chain::kGasPerSignature * (auth.threshold - std::uint64_t{1});
}

Status check_signatures(const TxFile& file) {
    if (!file.auth) return {};
    const chain::Auth& auth = *file.auth;
    if (auth.threshold == 0 || auth.threshold > auth.keys.size() || auth.keys.size() > chain::kMaxMultisigKeys ||
        auth.signatures.size() != auth.keys.size())
        return {Code::bad_signature, "the file's list of keys is no k of n"};
    if (chain::address_of(auth) != file.body.sender)
        return {Code::bad_signature, "the file's keys do not belong to the sender of its transaction"};
    const Hash id = chain::txid(file.body);
    for (std::size_t i = 0; i < auth.keys.size(); ++i)
        if (auth.signatures[i] && !verify_bip340({auth.keys[i].data(), 32}, id.view(), auth.signatures[i]->view()))
            return {Code::bad_signature, "the signature of key " + std::to_string(i + 1) + " (" +
                                             to_hex({auth.keys[i].data(), 32}) + ") does not match the transaction"};
    return {};
}

Status add_signature(TxFile& file, const Signer& signer) {
    ASSAY_TRY_VOID(check_signatures(file));
    if (!file.auth && signer.address() == file.body.sender) file.auth = unsigned_auth(1, {signer.public_key()});
    if (!file.auth) return {Code::bad_signature, "the key is not the sender of this transaction"};
    chain::Auth& auth = *file.auth;
    const auto at = std::find(auth.keys.begin(), auth.keys.end(), signer.public_key());
    if (at == auth.keys.end()) return {Code::bad_signature, "the key is none of those that sign for the sender"};
    auto& place = auth.signatures[static_cast<std::size_t>(at - auth.keys.begin())];
    if (place) return {};
    if (count_signatures(auth) == auth.threshold)
        return {Code::bad_signature, "the file has all signatures that it needs, " + std::to_string(auth.threshold)};
    ASSAY_TRY(place, signer.sign(chain::txid(file.body)));
    return {};
}

Result<TxFile> combine_signatures(const std::vector<TxFile>& files, const std::vector<std::string>& names) {
    TxFile out = files.front();
    if (out.auth) out.auth = unsigned_auth(out.auth->threshold, out.auth->keys);
    const Bytes body = borsh::encode(out.body);
    for (std::size_t f = 0; f < files.size(); ++f) {
        if (borsh::encode(files[f].body) != body || files[f].prefix != out.prefix)
            return {Code::tx_malformed, names[f] + " holds another transaction than " + names.front()};
        if (!files[f].auth) return {Code::bad_signature, names[f] + " is not signed and names no keys"};
        if (files[f].auth->threshold != out.auth->threshold || files[f].auth->keys != out.auth->keys)
            return {Code::tx_malformed, names[f] + " names other keys than " + names.front()};
        if (const Status valid = check_signatures(files[f]); !valid)
            return {valid.error().code, names[f] + ": " + valid.error().message};
        for (std::size_t i = 0; i < out.auth->keys.size(); ++i)
            if (!out.auth->signatures[i]) out.auth->signatures[i] = files[f].auth->signatures[i];
    }
    // The chain wants exactly k: what is above it goes.
    std::size_t kept = 0;
    for (auto& s : out.auth->signatures)
        if (s && ++kept > out.auth->threshold) s.reset();
    return out;
}

Result<SignedTx> complete(const TxFile& file) {
    if (!file.auth) return {Code::bad_signature, "nobody has signed this transaction"};
    ASSAY_TRY_VOID(check_signatures(file));
    const std::size_t there = count_signatures(*file.auth);
    if (there != file.auth->threshold)
        return {Code::bad_signature, "the transaction has " + std::to_string(there) + " of the " +
                                         std::to_string(file.auth->threshold) + " signatures that it needs"};
    SignedTx out;
    out.txid = chain::txid(file.body);
    out.tx = {file.body, *file.auth};
    out.raw = borsh::encode(out.tx);
    ASSAY_TRY_VOID(chain::verify_auth(out.tx.auth, out.tx.body.sender, out.txid));
    return out;
}

}  // namespace assay::wallet
