// From messages to a signed transaction.
//
//   ASSAY_TRY(ChainInfo chain, fetch_chain_info(rpc));
//   ASSAY_TRY(chain::TxBody body, build_tx(rpc, chain, signer.address(), {chain::Stake{…}}, {}));
//   ASSAY_TRY(SignedTx tx, sign_tx(std::move(body), signer));
//   ASSAY_TRY(Outcome outcome, send_and_wait(rpc, tx));            // sender.hpp
#pragma once

#include <optional>

#include "chain/tx.hpp"
#include "wallet/client/chain_info.hpp"
#include "wallet/keys/signer.hpp"

namespace assay::wallet {

/// How many blocks a transaction may wait unless told.
inline constexpr std::uint64_t kValidForBlocks = 100;

struct TxOptions {
    std::optional<Amount> fee = {};                           ///< gas_limit at the chain's price unless told
    std::optional<std::uint64_t> gas_limit = {};              ///< chain::suggested_gas unless told
    std::uint64_t opening_units = chain::kUsualOpeningUnits;  ///< CommitWork: verify units that it prepays
    std::optional<std::uint64_t> nonce = {};                  ///< the account's next_nonce unless told
    std::optional<std::uint64_t> valid_until = {};            ///< a height; the chain's height + valid_for unless told
    std::uint64_t valid_for = kValidForBlocks;
    std::uint64_t extra_gas = 0;  ///< on top of chain::suggested_gas: multisig_gas()
    bool free = false;            ///< OpenWork: its fee was paid with the commit, so it carries none
    std::string memo = {};
};

struct SignedTx {
    chain::Tx tx;
    Hash txid;
    Bytes raw;  ///< what travels
};

/// Asks the node for the nonce where the options do not say it; touches no network otherwise.
/// Errors: those of the call, tx_malformed and must_be_alone from chain::check_shape, overflow.
[[nodiscard]] Result<chain::TxBody> build_tx(RpcClient& rpc, const ChainInfo& chain, const Address& sender,
                                             std::vector<chain::Message> messages, const TxOptions& options);
/// The same without a node: options.nonce must be set, else usage.
[[nodiscard]] Result<chain::TxBody> build_tx_offline(const ChainInfo& chain, const Address& sender,
                                                     std::vector<chain::Message> messages, const TxOptions& options);
/// The signature is over the txid. Errors: bad_signature when the signer is not the sender, bad_key.
[[nodiscard]] Result<SignedTx> sign_tx(chain::TxBody body, const Signer& signer);

}  // namespace assay::wallet
