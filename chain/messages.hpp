// What a transaction can ask for. A message's number on the wire is its kTag and never changes (PROTOCOL §3).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/borsh.hpp"
#include "proofs/matrix.hpp"
#include "proofs/opening.hpp"
#include "tokenomics/change.hpp"

namespace assay::chain {

// ---------------------------------------------------------------- tokens
struct Output {
    Address to;
    Amount amount;
    std::string tag;  ///< at most 64 bytes; tells deposits apart
    ASSAY_FIELDS(to, amount, tag)
};
struct Transfer {
    static constexpr std::uint8_t kTag = 0;
    std::vector<Output> outputs;  ///< 1..256
    ASSAY_FIELDS(outputs)
};

/// Tokens of the sender become a grant of `to`: nothing is free before the cliff, then in a line from start to end.
struct CreateVesting {
    static constexpr std::uint8_t kTag = 1;
    Address to;
    Amount amount;
    TimeMs start, cliff, end;
    ASSAY_FIELDS(to, amount, start, cliff, end)
};

// ---------------------------------------------------------------- credits
/// Tokens wait in escrow and burn when a price round closes that opened after this; below min_credits they come back.
/// With `credits` it buys just so many, for `amount` at most; what it does not take comes back.
struct BurnForCredits {
    static constexpr std::uint8_t kTag = 10;
    Amount amount;
    Credits min_credits = {};
    Credits credits = {};
    ASSAY_FIELDS(amount, min_credits, credits)
};
/// Mode vault: credits turn back into tokens at the price of a later round, like a settlement to oneself.
struct RedeemCredits {
    static constexpr std::uint8_t kTag = 11;
    Credits credits;
    ASSAY_FIELDS(credits)
};

// ---------------------------------------------------------------- providers
struct RegisterProvider {
    static constexpr std::uint8_t kTag = 20;
    std::string endpoint;  ///< at most 256 bytes, may be empty
    ASSAY_FIELDS(endpoint)
};
/// What is given changes, the rest stays. A work key counts from the next epoch on: it may commit and open for the
/// provider, whose balance pays the fees of its commits up to the budget.
struct UpdateProvider {
    static constexpr std::uint8_t kTag = 21;
    std::optional<std::string> endpoint = {};  ///< at most 256 bytes
    std::optional<Address> work_key = {};
    bool clear_work_key = false;
    std::optional<Amount> fee_budget = {};  ///< what is left to spend from now on; 0 stops the key at once
    ASSAY_FIELDS(endpoint, work_key, clear_work_key, fee_budget)
};
struct AddDevice {
    static constexpr std::uint8_t kTag = 22;
    std::uint32_t slot = 0;
    std::string device_class;
    ASSAY_FIELDS(slot, device_class)
};
/// The slot keeps its record: what failed before is remembered when a device is added there again.
struct RemoveDevice {
    static constexpr std::uint8_t kTag = 23;
    std::uint32_t slot = 0;
    ASSAY_FIELDS(slot)
};
struct Stake {
    static constexpr std::uint8_t kTag = 24;
    Address provider;  ///< the sender itself; others are delegation
    Amount amount;
    ASSAY_FIELDS(provider, amount)
};
struct Unstake {
    static constexpr std::uint8_t kTag = 25;
    Address provider;
    Amount amount;
    ASSAY_FIELDS(provider, amount)
};
struct SetCommission {
    static constexpr std::uint8_t kTag = 26;
    Ppb commission;  ///< of delegators' rewards, from the next epoch on
    ASSAY_FIELDS(commission)
};
/// What a delegation earned, and what of it has matured on its way out.
struct ClaimRewards {
    static constexpr std::uint8_t kTag = 28;
    Address provider;
    ASSAY_FIELDS(provider)
};
struct Unjail {
    static constexpr std::uint8_t kTag = 27;
    std::uint8_t version = 0;  ///< must be 0
    ASSAY_FIELDS(version)
};

// ---------------------------------------------------------------- validators
struct RegisterValidator {
    static constexpr std::uint8_t kTag = 30;
    Hash consensus_key;  ///< Ed25519 public key
    Hash beacon_tip;     ///< H^(h - start)(reveal at h) = tip, plain SHA-256
    Amount bond;
    std::string name;  ///< at most 64 bytes
    ASSAY_FIELDS(consensus_key, beacon_tip, bond, name)
};
/// One pending key, which counts from the second epoch boundary on.
struct RotateKey {
    static constexpr std::uint8_t kTag = 31;
    Hash consensus_key;  ///< Ed25519 public key
    ASSAY_FIELDS(consensus_key)
};
struct RenewBeacon {
    static constexpr std::uint8_t kTag = 32;
    Hash beacon_tip;
    ASSAY_FIELDS(beacon_tip)
};
struct ReportPrice {
    static constexpr std::uint8_t kTag = 33;
    Price price;
    ASSAY_FIELDS(price)
};
struct UnjailValidator {
    static constexpr std::uint8_t kTag = 34;
    std::uint8_t version = 0;  ///< must be 0
    ASSAY_FIELDS(version)
};
/// Out of the set, and the bond free after stake.unbonding_ms.
struct Retire {
    static constexpr std::uint8_t kTag = 35;
    std::uint8_t version = 0;  ///< must be 0
    ASSAY_FIELDS(version)
};

// ---------------------------------------------------------------- market
/// `units` canonical tasks of the class, at most max_price micro-USD each, paid from the deposit as they pass. Or one
/// product of two matrices of the buyer's, which the provider delivers off chain.
struct OpenOrder {
    static constexpr std::uint8_t kTag = 40;
    std::string device_class;
    std::uint64_t units = 0;
    Credits max_price;
    Credits deposit;                           ///< at least units x max_price
    std::uint64_t expires = 0;                 ///< height; what is not done by then is refunded
    bool manual = false;                       ///< a direct order: the buyer takes a bid by hand, nobody is matched
    std::optional<proofs::GemmJob> gemm = {};  ///< then `units` is 1: the whole product
    ASSAY_FIELDS(device_class, units, max_price, deposit, expires, manual, gemm)
};
struct PlaceBid {
    static constexpr std::uint8_t kTag = 41;
    Hash order;
    std::uint32_t slot = 0;
    Credits price;  ///< micro-USD per unit
    ASSAY_FIELDS(order, slot, price)
};
/// The buyer of a direct order takes one of its bids.
struct AcceptBid {
    static constexpr std::uint8_t kTag = 42;
    Hash order;
    Address provider;
    std::uint32_t slot = 0;
    Credits price;  ///< at most: a bid may be replaced while this travels
    ASSAY_FIELDS(order, provider, slot, price)
};
/// Buyer or provider ends a lease; what passed is paid, the rest of the deposit comes back. Of a product, the provider
/// declines it before it has delivered, and the buyer accepts at once what was delivered.
struct CloseLease {
    static constexpr std::uint8_t kTag = 43;
    Hash order;
    ASSAY_FIELDS(order)
};
/// The buyer takes back an order that nobody works for yet.
struct CancelOrder {
    static constexpr std::uint8_t kTag = 44;
    Hash order;
    ASSAY_FIELDS(order)
};

/// The buyer shows that a tile of what was delivered is not the product's: one slice of at most 1024 columns in a
/// message, in order, alone in its transaction.
struct Dispute {
    static constexpr std::uint8_t kTag = 45;
    Hash order;
    std::uint32_t tile_row = 0, tile_col = 0;
    std::uint32_t slice = 0;
    proofs::Panel a, b;              ///< panel tile_row of A and tile_col of B, of that slice
    std::optional<proofs::Panel> c;  ///< the tile as it was delivered: with slice 0, and then only
    ASSAY_FIELDS(order, tile_row, tile_col, slice, a, b, c)
};
/// The provider of a lease names the root of the product that it hands to the buyer off chain.
struct Deliver {
    static constexpr std::uint8_t kTag = 46;
    Hash order;
    Hash c_root;
    ASSAY_FIELDS(order, c_root)
};

// ---------------------------------------------------------------- work (each alone in its transaction)
struct CommitWork {
    static constexpr std::uint8_t kTag = 50;
    Hash task;
    std::uint32_t slot = 0;
    Hash root;
    std::optional<Address> provider = {};  ///< whose work it is; none: the sender's own
    ASSAY_FIELDS(task, slot, root, provider)
};
struct OpenWork {
    static constexpr std::uint8_t kTag = 51;
    Hash commit;
    proofs::Opening opening;
    ASSAY_FIELDS(commit, opening)
};

// ---------------------------------------------------------------- governance
/// Changes of parameters that take effect together or not at all.
struct Propose {
    static constexpr std::uint8_t kTag = 60;
    std::vector<tokenomics::ParamChange> changes;  ///< 1..32; a name of at most 96 bytes, a value of at most 64
    std::string title;                             ///< at most 128 bytes
    Amount deposit;
    ASSAY_FIELDS(changes, title, deposit)
};
enum class Choice : std::uint8_t { yes = 0, no = 1, abstain = 2 };
constexpr std::uint8_t enum_count(Choice) {
    return 3;
}
[[nodiscard]] std::string_view choice_word(Choice c);  ///< "yes", "no", "abstain"
/// One per holder; a later one replaces it while votes are taken.
struct Vote {
    static constexpr std::uint8_t kTag = 61;
    std::uint64_t proposal = 0;
    Choice choice = Choice::abstain;
    ASSAY_FIELDS(proposal, choice)
};

using Message =
    std::variant<Transfer, CreateVesting, BurnForCredits, RedeemCredits, RegisterProvider, UpdateProvider, AddDevice,
                 RemoveDevice, Stake, Unstake, SetCommission, Unjail, ClaimRewards, RegisterValidator, RotateKey,
                 RenewBeacon, ReportPrice, UnjailValidator, Retire, OpenOrder, PlaceBid, AcceptBid, CloseLease,
                 CancelOrder, Dispute, Deliver, CommitWork, OpenWork, Propose, Vote>;

/// The id under which a commit of this task for this slot is written, once: known before it is sent.
[[nodiscard]] Hash commit_id(const Hash& task, const Address& provider, std::uint32_t slot);

/// The id of a grant made by a message, and of the index-th grant of a holder in genesis.
[[nodiscard]] Hash grant_id(const Address& sender, std::uint64_t nonce, std::uint32_t message);
[[nodiscard]] Hash genesis_grant_id(const Address& holder, std::uint32_t index);

/// "transfer", "burn_for_credits", …: the name in JSON and logs.
[[nodiscard]] std::string_view message_name(const Message& m);

}  // namespace assay::chain
