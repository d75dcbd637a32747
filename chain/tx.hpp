// A transaction: what is signed, and by whom.
//
//   Tx tx{.body = {.chain_id = "assay-devnet-1", .sender = me, .nonce = 7, …, .messages = {Transfer{…}}}};
//   Hash id = txid(tx.body);                                   // what the signature covers
//   tx.auth = Auth::single(public_key, sign(id));              // wallet/keys
//   Bytes raw = borsh::encode(tx);                             // what travels
#pragma once

#include "base/sha256.hpp"
#include "chain/messages.hpp"

namespace assay::chain {

struct TxBody {
    std::uint16_t version = 1;
    std::string chain_id;
    Address sender;
    std::uint64_t nonce = 0;
    Amount fee;  ///< charged in full, whatever happens
    std::uint64_t gas_limit = 0;
    std::uint64_t valid_until = 0;  ///< last height at which it may be included
    std::string memo;
    std::vector<Message> messages;
    ASSAY_FIELDS(version, chain_id, sender, nonce, fee, gas_limit, valid_until, memo, messages)
};

/// One key, or k of n. `signatures` is parallel to `keys`; exactly `threshold` of them are present.
struct Auth {
    std::uint8_t threshold = 1;
    std::vector<PublicKey> keys;
    std::vector<std::optional<Signature>> signatures;
    ASSAY_FIELDS(threshold, keys, signatures)

    static Auth single(const PublicKey& key, const Signature& signature) { return {1, {key}, {signature}}; }
};

struct Tx {
    TxBody body;
    Auth auth;
    ASSAY_FIELDS(body, auth)
};

inline constexpr std::size_t kMaxMessages = 16;
inline constexpr std::size_t kMaxMemo = 256;
inline constexpr std::size_t kMaxTag = 64;
inline constexpr std::size_t kMaxOutputs = 256;
inline constexpr std::size_t kMaxMultisigKeys = 16;
using tokenomics::kMaxChangeName;
using tokenomics::kMaxChanges;
using tokenomics::kMaxChangeValue;
using tokenomics::kMaxTitle;
inline constexpr std::uint16_t kTxVersion = 1;

/// H("assay/tx", Borsh of the body). The second form takes it from the bytes that `tx` was decoded from: one encoding,
/// no second one.
[[nodiscard]] Hash txid(const TxBody& body);
[[nodiscard]] Hash txid(const Tx& tx, ByteView raw);

/// Canonical bytes only, then every limit that needs no state: counts, memo, tags, work messages alone.
/// Errors: tx_malformed (says where), tx_too_large, must_be_alone.
[[nodiscard]] Result<Tx> decode_tx(ByteView raw, std::size_t max_bytes);
/// The same where the transaction will stay: `tx` is fresh, and of no use after an error.
[[nodiscard]] Status decode_tx_into(ByteView raw, std::size_t max_bytes, Tx& tx);
[[nodiscard]] Status check_shape(const TxBody& body);

/// CommitWork or OpenWork: they travel in the block's half that is reserved for work.
[[nodiscard]] bool is_work(const TxBody& body);
[[nodiscard]] bool is_opening(const TxBody& body);
/// The provider for whom the sender, its work key, commits. It pays the fee.
[[nodiscard]] const Address* committed_for(const TxBody& body);

/// H("assay/address", x) for one key; H("assay/address/multisig", threshold u8 | n u8 | x1 | … | xn) for k of n.
[[nodiscard]] Address address_of(const PublicKey& key);
[[nodiscard]] Address address_of(std::uint8_t threshold, std::span<const PublicKey> keys);
[[nodiscard]] Address address_of(const Auth& auth);

/// The auth belongs to the sender and every present signature is valid over `id`. Errors: bad_signature.
[[nodiscard]] Status verify_auth(const Auth& auth, const Address& sender, const Hash& id);

// ---------------------------------------------------------------- gas: a fixed table (docs/protocol.md)
inline constexpr std::uint64_t kGasTx = 2'000;
inline constexpr std::uint64_t kGasPerByte = 10;
inline constexpr std::uint64_t kGasPerSignature = 3'000;
inline constexpr std::uint64_t kGasRead = 200;
inline constexpr std::uint64_t kGasWrite = 500;
inline constexpr std::uint64_t kGasPerVerifyUnit = 1;
/// Of a proposal, whose changes are checked as genesis is: besides its reads and writes.
inline constexpr std::uint64_t kGasPropose = 200'000;
inline constexpr std::uint64_t kGasProposePerClass = 10'000;

/// What a transaction costs before its first message runs.
[[nodiscard]] std::uint64_t intrinsic_gas(const TxBody& body, const Auth& auth, std::size_t raw_bytes);
/// What the opening of a task takes at most where nobody says it: 64 samples of 1,024 compressions, with their paths.
inline constexpr std::uint64_t kUsualOpeningUnits = 80'000;
/// A limit that is enough for the messages at hand in all but unusual states; wallets use it as the default.
/// `opening_units`: what a commit prepays, proofs::verify_units of its task; the transaction does not say it.
[[nodiscard]] std::uint64_t suggested_gas(const TxBody& body, std::uint64_t opening_units = kUsualOpeningUnits);
/// ceil(gas x price / 1000).
[[nodiscard]] Result<Amount> fee_for(std::uint64_t gas, Amount min_gas_price);

}  // namespace assay::chain
