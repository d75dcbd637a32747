// Records as docs/rpc.md shows them: amounts and credits as digits of base units, addresses in bech32m, hashes in hex,
// times in RFC 3339. Functions of records alone; nothing here knows of requests.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "chain/app.hpp"

namespace assay::node {

using Json = nlohmann::ordered_json;

/// What the printing of a network's records depends on.
struct Style {
    std::string prefix = "assay";
    unsigned decimals = 6;
    std::string denom = "ASY";

    [[nodiscard]] std::string address(const Address& a) const;
};
[[nodiscard]] Style style_of(const tokenomics::Params& params);
[[nodiscard]] Style style_of(const chain::App& app);

[[nodiscard]] std::string digits(Amount a);
[[nodiscard]] std::string digits(Credits c);
[[nodiscard]] std::string hex(const Hash& h);
[[nodiscard]] Json price_json(Price p);  ///< digits of USD x 10^-8
/// "1.14"
[[nodiscard]] std::string usd(Price p);

// Blocks and transactions.
[[nodiscard]] Json header_json(const Style& s, const chain::Header& h);
[[nodiscard]] Json message_json(const Style& s, const chain::Message& m);
[[nodiscard]] Json messages_json(const Style& s, const std::vector<chain::Message>& list);
[[nodiscard]] Json event_data(const Style& s, const chain::Event& e);
/// One event with its place: id "height/phase/index".
struct PlacedEvent {
    std::string id;
    const chain::Event* event = nullptr;
    std::optional<Hash> txid;
};
[[nodiscard]] std::vector<PlacedEvent> placed_events(Height height, const chain::BlockResults& results);
[[nodiscard]] Json event_json(const Style& s, const PlacedEvent& e, Epoch epoch);
[[nodiscard]] Json receipt_json(const Style& s, const chain::Receipt& r);
/// The epoch that a height belonged to.
[[nodiscard]] Epoch epoch_at(const chain::StateView& state, Height height);

// Economy.
[[nodiscard]] Json supply_json(const chain::Ledger& books, Amount cap);
[[nodiscard]] Json epoch_json(const chain::StateView& state, const chain::EpochRecord& e);
/// What a state file says of itself.
[[nodiscard]] Json state_file_json(const chain::StateFileHeader& h);
/// A grant as of `now`.
[[nodiscard]] Json grant_json(const Hash& id, const chain::VestingGrant& g, TimeMs now);
/// A provider's lot of locked rewards, as a grant is told as of `now`; null where nothing of it comes free in (from,
/// to].
[[nodiscard]] Json lot_json(const tokenomics::VestingParams& rules, const tokenomics::RewardLock& lock,
                            const tokenomics::RewardLot& lot, TimeMs now, TimeMs from, TimeMs to);
[[nodiscard]] Json provider_json(const Style& s, const chain::StateView& state, const Address& a, chain::Provider p);
[[nodiscard]] Json delegation_json(const Style& s, const chain::StateView& state, const Address& provider,
                                   const tokenomics::Delegation& d);
[[nodiscard]] Json gemm_job_json(const proofs::GemmJob& job);
[[nodiscard]] Json order_json(const Style& s, const chain::StateView& state, const Hash& id, const chain::Order& o);
/// The lease of an order that has one.
[[nodiscard]] Json lease_json(const Style& s, const chain::StateView& state, const Hash& id, const chain::Order& o);
/// A bid, and what its acceptance would say now: `ok` or an error word.
[[nodiscard]] Json bid_json(const Style& s, const chain::StateView& state, const chain::Order& o, const chain::Bid& b);
/// Prices of a class over the epochs of the index.
[[nodiscard]] Json market_json(const chain::StateView& state, const tokenomics::Params& rules, std::uint32_t index);
[[nodiscard]] Json commit_json(const Style& s, const chain::StateView& state, const Hash& id, const chain::Commit& c);
[[nodiscard]] Json class_json(const tokenomics::Params& rules, std::uint32_t index, Price stake_price);
/// Kind and dimensions of a piece of work.
[[nodiscard]] Json work_json(const proofs::WorkParams& p);

[[nodiscard]] std::string_view word_of(chain::ProposalStatus s);
/// Rows whose path contains `pattern`; `vote`: open, monetary or fixed.
[[nodiscard]] Json params_json(const tokenomics::Params& params, const std::string& pattern);
[[nodiscard]] Json proposal_json(const Style& s, const chain::StateView& state, std::uint64_t number,
                                 const chain::ParamProposal& p);

}  // namespace assay::node
