// How a network begins whose validators are on machines of their own: one draft of the genesis, accounts that are added
// to it, a ticket from each validator, and one file that all of them agree on by its hash.
//
//   ASSAY_TRY_VOID(add_account("draft.json", {.address = "assay1…", .amount = "5000"}));
//   ASSAY_TRY(Ticket t, make_ticket(home, "draft.json", {…}));        // at each validator; makes its keys
//   ASSAY_TRY(Collected all, collect_tickets("draft.json", "tickets/"));
//
// A ticket is signed with the consensus key that it names, over everything in it and the chain id: nobody on its way
// can change it, or send one with somebody else's key. The operator's address does not sign: whose it is, is between
// people.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "chain/genesis.hpp"
#include "node/beacon_chain.hpp"
#include "node/home.hpp"

namespace assay::node {

struct NewAccount {
    std::string address;
    std::string amount;                ///< whole tokens: "12.5", or "12.5 ASY"
    std::vector<std::string> vesting;  ///< AMOUNT,START,CLIFF,END each, times as 2027-01-31T00:00:00Z
};
/// Into the list of accounts of a genesis file, whose other text stays. Errors: those of parse_genesis; the file is as
/// it was then.
[[nodiscard]] Status add_account(const std::filesystem::path& draft, const NewAccount& account);

struct Ticket {
    std::string chain_id;
    Address operator_address;
    std::string name;
    Amount bond;
    Hash consensus_key;
    Hash beacon_tip;
    std::string peer;  ///< ID@HOST:PORT of its node; empty: known to none
    ASSAY_FIELDS(chain_id, operator_address, name, bond, consensus_key, beacon_tip, peer)
};
struct TicketOptions {
    std::string operator_address;
    std::string bond;  ///< whole tokens
    std::string name;
    std::string at;  ///< HOST:PORT of its p2p; may be empty
    std::uint64_t beacon_length = kBeaconLength;
};
/// Of this home, whose keys it makes where there are none. Errors: bad_genesis, bad_address, bad_amount,
/// field_out_of_range, those of make_keys.
[[nodiscard]] Result<std::string> make_ticket(const Home& home, const std::filesystem::path& draft,
                                              const TicketOptions& options);
/// Errors: verification_failed where the signature does not fit, json_*, field_out_of_range.
[[nodiscard]] Result<Ticket> read_ticket(std::string_view text, std::string_view source, const std::string& prefix);

struct Collected {
    Hash genesis_hash;
    std::size_t validators = 0;  ///< in the file now
    std::vector<std::string> peers;
};
/// Every *.json of the folder into the file's validators: entries with "local" keys go, an entry with the same
/// consensus key is replaced. Errors: bad_genesis for what two tickets claim, or that does not add up; the file is as
/// it was then.
[[nodiscard]] Result<Collected> collect_tickets(const std::filesystem::path& draft,
                                                const std::filesystem::path& folder);

}  // namespace assay::node
