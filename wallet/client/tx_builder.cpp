#include "wallet/client/tx_builder.hpp"

namespace assay::wallet {

Result<chain::TxBody> build_tx_offline(const ChainInfo& chain, const Address& sender,
                                       std::vector<chain::Message> messages, const TxOptions& options) {
    if (!options.nonce) return {Code::usage, "without a node the nonce has to be given"};
    chain::TxBody body;
    body.chain_id = chain.chain_id;
    body.sender = sender;
    body.nonce = *options.nonce;
    body.valid_until = options.valid_until.value_or(chain.height + options.valid_for);
    body.memo = options.memo;
    body.messages = std::move(messages);
    ASSAY_TRY_VOID(chain::check_shape(body));
    body.gas_limit = options.gas_limit.value_or(chain::suggested_gas(body, options.opening_units) + options.extra_gas);
    if (options.fee) {
        body.fee = *options.fee;
    } else if (!options.free) {
        ASSAY_TRY(body.fee, chain::fee_for(body.gas_limit, chain.min_gas_price));
    }
    return body;
}

Result<chain::TxBody> build_tx(RpcClient& rpc, const ChainInfo& chain, const Address& sender,
                               std::vector<chain::Message> messages, const TxOptions& options) {
    TxOptions with_nonce = options;
    if (!with_nonce.nonce) {
        ASSAY_TRY(const AccountInfo account, fetch_account(rpc, chain, sender));
        with_nonce.nonce = account.next_nonce;
    }
    return build_tx_offline(chain, sender, std::move(messages), with_nonce);
}

Result<SignedTx> sign_tx(chain::TxBody body, const Signer& signer) {
    if (signer.address() != body.sender)
        return {Code::bad_signature, "the key that signs does not belong to the sender of the transaction"};
    SignedTx out;
    out.txid = chain::txid(body);
    ASSAY_TRY(const Signature signature, signer.sign(out.txid));
    out.tx.body = std::move(body);
    out.tx.auth = chain::Auth::single(signer.public_key(), signature);
    out.raw = borsh::encode(out.tx);
    return out;
}

}  // namespace assay::wallet
