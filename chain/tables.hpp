// The tables of the state and the keys of their records. Multi-byte numbers in keys are big-endian, so that ascending
// keys are ascending numbers.
#pragma once

#include "base/borsh.hpp"
#include "chain/store/key.hpp"

namespace assay::chain::tables {

inline constexpr std::uint8_t kAccounts = 0x80;         // address -> Account
inline constexpr std::uint8_t kGlobals = 0x01;          // "chain" | "ledger" | "params" | "genesis_hash" | "emission"
inline constexpr std::uint8_t kProviders = 0x02;        // address -> Provider
inline constexpr std::uint8_t kDevices = 0x03;          // address | slot -> Device
inline constexpr std::uint8_t kValidators = 0x04;       // address -> Validator
inline constexpr std::uint8_t kCommits = 0x05;          // commit id -> Commit
inline constexpr std::uint8_t kOpenCommits = 0x06;      // epoch | commit id -> empty: waits for a verdict
inline constexpr std::uint8_t kProviderCommits = 0x07;  // address | epoch | commit id -> empty
inline constexpr std::uint8_t kOrders = 0x08;           // order id -> Order
inline constexpr std::uint8_t kQueue = 0x09;            // sequence number -> QueueItem
inline constexpr std::uint8_t kRounds = 0x0a;           // epoch -> WorkRound
inline constexpr std::uint8_t kEpochs = 0x0b;           // epoch -> EpochRecord
inline constexpr std::uint8_t kProviderEpochs = 0x0c;   // epoch | address -> ProviderEpoch
inline constexpr std::uint8_t kOrdersDue = 0x0d;        // height | order id -> empty: look at the order then
inline constexpr std::uint8_t kLeases = 0x0e;           // address | slot | order id -> empty
inline constexpr std::uint8_t kVesting = 0x0f;          // address | grant id -> VestingGrant
// provider -> StakePool; provider | generation -> ClosedGeneration; provider | delegator -> Delegation
inline constexpr std::uint8_t kDelegations = 0x10;
inline constexpr std::uint8_t kDelegationsBy = 0x11;  // delegator | provider -> empty
inline constexpr std::uint8_t kMarketPrices = 0x15;   // epoch | class -> PriceIndex of the last epochs
inline constexpr std::uint8_t kHeldSlashes = 0x16;    // number -> HeldSlash
inline constexpr std::uint8_t kHeldDue = 0x17;        // time | number -> empty: burns then, or when its appeal is lost
inline constexpr std::uint8_t kWaiting = 0x18;        // sequence number -> QueueItem that the vault could not pay
inline constexpr std::uint8_t kDeliveries = 0x19;     // address | time | order id -> empty: may still be disputed
inline constexpr std::uint8_t kDisputes = 0x1a;       // order id -> OpenDispute
inline constexpr std::uint8_t kRewardLots = 0x1b;     // address | step -> LockedLot

inline constexpr std::uint8_t kProposals = 0x12;   // number -> ParamProposal
inline constexpr std::uint8_t kVotes = 0x13;       // number | address -> Ballot, until it is counted
inline constexpr std::uint8_t kGovernance = 0x14;  // "state" -> Governance; "params" | epoch -> Params from then on

inline void append_be(Bytes& out, std::uint64_t v, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
}
inline std::uint64_t read_be(ByteView in, std::size_t at, int bytes) {
    std::uint64_t v = 0;
    for (int i = 0; i < bytes; ++i) v = v << 8 | in[at + static_cast<std::size_t>(i)];
    return v;
}

/// Builds a key from its parts: Address and Hash as they are, Epoch and Height as 8 bytes, slots as 4.
class KeyOf {
   public:
    explicit KeyOf(std::uint8_t table) {
        key_.table = table;
        key_.key.reserve(72);  // the longest of all: one allocation
    }
    template <class Tag, std::size_t N>
    KeyOf& operator|(const FixedBytes<Tag, N>& part) {
        key_.key.insert(key_.key.end(), part.bytes.begin(), part.bytes.end());
        return *this;
    }
    template <class Tag>
    KeyOf& operator|(Ordinal<Tag> part) {
        append_be(key_.key, part.value, 8);
        return *this;
    }
    KeyOf& operator|(std::uint32_t slot) {
        append_be(key_.key, slot, 4);
        return *this;
    }
    KeyOf& operator|(std::string_view text) {
        key_.key.insert(key_.key.end(), text.begin(), text.end());
        return *this;
    }
    operator StateKey() { return std::move(key_); }  // NOLINT: a key is what it builds, once
    [[nodiscard]] const Bytes& bytes() const { return key_.key; }

   private:
    StateKey key_;
};

inline StateKey account(const Address& a) {
    return KeyOf(kAccounts) | a;
}
inline StateKey global(std::string_view name) {
    return KeyOf(kGlobals) | name;
}
inline StateKey provider(const Address& a) {
    return KeyOf(kProviders) | a;
}
inline StateKey device(const Address& a, std::uint32_t slot) {
    return KeyOf(kDevices) | a | slot;
}
inline StateKey validator(const Address& a) {
    return KeyOf(kValidators) | a;
}
inline StateKey commit(const Hash& id) {
    return KeyOf(kCommits) | id;
}
inline StateKey open_commit(Epoch e, const Hash& id) {
    return KeyOf(kOpenCommits) | e | id;
}
inline StateKey provider_commit(const Address& a, Epoch e, const Hash& id) {
    return KeyOf(kProviderCommits) | a | e | id;
}
inline StateKey order(const Hash& id) {
    return KeyOf(kOrders) | id;
}
inline StateKey queue(std::uint64_t sequence) {
    return KeyOf(kQueue) | Height{sequence};
}
inline StateKey waiting(std::uint64_t sequence) {
    return KeyOf(kWaiting) | Height{sequence};
}
inline StateKey held_slash(std::uint64_t number) {
    return KeyOf(kHeldSlashes) | Height{number};
}
inline StateKey held_due(TimeMs due, std::uint64_t number) {
    return KeyOf(kHeldDue) | Height{due.value} | Height{number};
}
inline StateKey round(Epoch e) {
    return KeyOf(kRounds) | e;
}
inline StateKey epoch(Epoch e) {
    return KeyOf(kEpochs) | e;
}
inline StateKey provider_epoch(Epoch e, const Address& a) {
    return KeyOf(kProviderEpochs) | e | a;
}
inline StateKey order_due(Height h, const Hash& id) {
    return KeyOf(kOrdersDue) | h | id;
}
inline StateKey market_prices(Epoch e, std::uint32_t device_class) {
    return KeyOf(kMarketPrices) | e | device_class;
}
inline StateKey stake_pool(const Address& provider) {
    return KeyOf(kDelegations) | provider;
}
inline StateKey closed_generation(const Address& provider, std::uint64_t generation) {
    return KeyOf(kDelegations) | provider | Height{generation};
}
inline StateKey delegation(const Address& provider, const Address& delegator) {
    return KeyOf(kDelegations) | provider | delegator;
}
inline StateKey delegation_by(const Address& delegator, const Address& provider) {
    return KeyOf(kDelegationsBy) | delegator | provider;
}
inline StateKey vesting(const Address& holder, const Hash& id) {
    return KeyOf(kVesting) | holder | id;
}
inline StateKey reward_lot(const Address& provider, std::uint64_t step) {
    return KeyOf(kRewardLots) | provider | Height{step};
}
inline StateKey lease(const Address& a, std::uint32_t slot, const Hash& order_id) {
    return KeyOf(kLeases) | a | slot | order_id;
}

inline StateKey delivery(const Address& provider, TimeMs time, const Hash& order_id) {
    return KeyOf(kDeliveries) | provider | Height{time.value} | order_id;
}
inline StateKey dispute(const Hash& order_id) {
    return KeyOf(kDisputes) | order_id;
}

inline StateKey proposal(std::uint64_t number) {
    return KeyOf(kProposals) | Height{number};
}
inline StateKey vote(std::uint64_t number, const Address& a) {
    return KeyOf(kVotes) | Height{number} | a;
}
inline StateKey governance() {
    return KeyOf(kGovernance) | std::string_view("state");
}
inline StateKey params_from(Epoch e) {
    return KeyOf(kGovernance) | std::string_view("params") | e;
}

}  // namespace assay::chain::tables
