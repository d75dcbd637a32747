#include "node/ceremony.hpp"

#include <algorithm>
#include <map>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "node/config.hpp"
#include "node/files.hpp"
#include "node/genesis_text.hpp"
#include "node/init.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"

namespace assay::node {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxTicket = 1u << 14;
constexpr const char* kTicketFormat = "assay-validator-ticket";

// "local" stands for a home that is not there yet; any key will do to read the rest.
Result<chain::Genesis> read_draft(std::string_view text, const std::string& source) {
    chain::LocalValidator stand_in;
    stand_in.consensus_key.bytes.fill(1);
    stand_in.beacon_tip.bytes.fill(1);
    return chain::parse_genesis(text, source, stand_in);
}

// "12.5" or "12.5 ASY": a person counts whole tokens.
Result<Amount> typed_amount(const std::string& field, const std::string& text, const tokenomics::TokenParams& token) {
    std::string_view number = text;
    if (const std::size_t space = text.find(' '); space != std::string::npos) {
        if (text.substr(space + 1) != token.denom)
            return {Code::bad_amount, field + ": the denomination is " + token.denom + ", not " +
                                          json::shown(std::string_view(text).substr(space + 1))};
        number = number.substr(0, space);
    }
    const auto units = parse_decimal(number, token.decimals);
    if (!units) return {Code::bad_amount, field + ": " + units.error().message};
    return Amount{*units};
}

std::string in_tokens(Amount amount, const tokenomics::TokenParams& token) {
    return format_decimal(amount.units, token.decimals) + " " + token.denom;
}

Result<Json> vesting_entry(const std::string& text, const tokenomics::TokenParams& token) {
    std::vector<std::string> parts{""};
    for (const char c : text) {
        if (c == ',')
            parts.emplace_back();
        else
            parts.back().push_back(c);
    }
    if (parts.size() != 4)
        return {Code::field_out_of_range, "vesting: " + json::shown(text) + " is not AMOUNT,START,CLIFF,END"};
    ASSAY_TRY(const Amount amount, typed_amount("vesting", parts[0], token));
    return Json{{"amount", in_tokens(amount, token)}, {"start", parts[1]}, {"cliff", parts[2]}, {"end", parts[3]}};
}

Hash ticket_hash(const Ticket& t) {
    static const TaggedHash kTicket("assay/genesis-ticket");
    return kTicket.hash(borsh::encode(t));
}

Status check_name(const std::string& name) {
    if (name.empty() || name.size() > 64) return {Code::field_out_of_range, "name has 1 to 64 bytes"};
    return {};
}

Json entry_of(const Ticket& t, const tokenomics::TokenParams& token) {
    return Json{{"operator", encode_address(token.prefix, t.operator_address)},
                {"name", t.name},
                {"bond", in_tokens(t.bond, token)},
                {"consensus_key", to_hex(t.consensus_key.view())},
                {"beacon_tip", to_hex(t.beacon_tip.view())}};
}

// Of an entry of the file's list: its consensus key as it is written, "local" or hex.
std::string key_in(const std::string& element) {
    const Json j = Json::parse(element, nullptr, false, true);
    return j.is_object() && j.contains("consensus_key") && j["consensus_key"].is_string()
               ? j["consensus_key"].get<std::string>()
               : "";
}

Result<std::vector<std::pair<std::string, Ticket>>> read_folder(const fs::path& folder, const chain::Genesis& draft) {
    std::error_code ec;
    std::vector<fs::path> files;
    for (const auto& f : fs::directory_iterator(folder, ec))
        if (f.path().extension() == ".json") files.push_back(f.path());
    if (ec) return {Code::io_error, "cannot read " + folder.string() + ": " + ec.message()};
    if (files.empty()) return {Code::not_found, folder.string() + " holds no ticket: no file ends in .json"};
    std::sort(files.begin(), files.end());
    std::vector<std::pair<std::string, Ticket>> out;
    for (const fs::path& path : files) {
        ASSAY_TRY(const std::string text, read_file(path, kMaxTicket));
        ASSAY_TRY(Ticket t, read_ticket(text, path.native(), draft.params.token.prefix));
        if (t.chain_id != draft.chain_id)
            return {Code::wrong_chain,
                    path.string() + " is a ticket for " + t.chain_id + ", the draft is " + draft.chain_id};
        out.emplace_back(path.string(), std::move(t));
    }
    return out;
}

// What two tickets must not share; the file's own check would name no ticket.
Status check_distinct(const std::vector<std::pair<std::string, Ticket>>& tickets) {
    std::map<std::string, std::string> seen;
    for (const auto& [file, t] : tickets) {
        std::vector<std::pair<std::string, std::string>> claims{{"the operator", to_hex(t.operator_address.view())},
                                                                {"the consensus key", to_hex(t.consensus_key.view())},
                                                                {"the beacon tip", to_hex(t.beacon_tip.view())}};
        if (!t.peer.empty()) claims.emplace_back("the node id", t.peer.substr(0, t.peer.find('@')));
        for (const auto& [what, value] : claims) {
            const auto [at, fresh] = seen.emplace(what + " " + value, file);
            if (!fresh) return {Code::bad_genesis, file + " and " + at->second + " both have " + what + " " + value};
        }
    }
    return {};
}

}  // namespace

Status add_account(const fs::path& draft, const NewAccount& account) {
    ASSAY_TRY(const std::string text, read_file(draft));
    ASSAY_TRY(const chain::Genesis before, read_draft(text, draft.native()));
    const auto& token = before.params.token;
    ASSAY_TRY(const Amount amount, typed_amount("amount", account.amount, token));
    Json entry{{"address", account.address}, {"amount", in_tokens(amount, token)}};
    for (const std::string& v : account.vesting) {
        ASSAY_TRY(Json grant, vesting_entry(v, token));
        entry["vesting"].push_back(std::move(grant));
    }
    ASSAY_TRY(TextList list, TextList::find(text, "accounts"));
    list.elements.push_back(to_text(entry));
    const std::string after = list.put_back(text);
    // The file's own rules say what is wrong with it: twice, above the cap, no address, a time that is none.
    ASSAY_TRY(const chain::Genesis checked, read_draft(after, draft.native()));
    if (checked.accounts.size() != before.accounts.size() + 1)
        return {Code::internal, draft.string() + ": the account did not go in"};
    return write_file(draft, after);
}

Result<std::string> make_ticket(const Home& home, const fs::path& draft, const TicketOptions& options) {
    ASSAY_TRY(const std::string text, read_file(draft));
    ASSAY_TRY(const chain::Genesis genesis, read_draft(text, draft.native()));
    const auto& token = genesis.params.token;
    Ticket t;
    t.chain_id = genesis.chain_id;
    t.name = options.name;
    ASSAY_TRY_VOID(check_name(t.name));
    ASSAY_TRY(t.operator_address, decode_address(token.prefix, options.operator_address));
    ASSAY_TRY(t.bond, typed_amount("bond", options.bond, token));
    if (t.bond < genesis.params.validators.min_bond)
        return {Code::stake_too_small, "bond: " + in_tokens(t.bond, token) + " is below validators.min_bond, " +
                                           in_tokens(genesis.params.validators.min_bond, token)};
    if (!options.at.empty()) {
        ASSAY_TRY(const HostPort parsed, parse_host_port(options.at));
        if (parsed.port == 0) return {Code::field_out_of_range, "at: a port is 1 to 65535"};
    }
    ASSAY_TRY(const PublicKeys keys, make_keys(home, options.beacon_length));
    t.consensus_key = keys.consensus_key;
    t.beacon_tip = keys.beacon_tip;
    if (!options.at.empty()) t.peer = keys.node_id + "@" + options.at;
    ASSAY_TRY(const ConsensusKey key, ConsensusKey::load(home.consensus_key()));
    Json out{{"format", kTicketFormat}, {"version", 1}, {"chain_id", t.chain_id}};
    const Json entry = entry_of(t, token);
    for (const auto& [name, value] : entry.items()) out[name] = value;
    out["bond"] = to_digits(t.bond.units);
    out["peer"] = t.peer;
    out["signature"] = to_hex(key.sign(ticket_hash(t)).view());
    return to_text(out, 2) + "\n";
}

Result<Ticket> read_ticket(std::string_view text, std::string_view source, const std::string& prefix) {
    const auto read = [&]() -> Result<Ticket> {
        ASSAY_TRY(const json::Value root,
                  json::parse(text, {.max_bytes = kMaxTicket, .max_depth = 2, .source = source}));
        ASSAY_TRY(json::Object top, json::object(root, ""));
        ASSAY_TRY(const std::string format, top.string("format"));
        ASSAY_TRY(const std::uint64_t version, top.u64("version"));
        if (format != kTicketFormat || version != 1)
            return {Code::field_out_of_range, std::string("it is no ") + kTicketFormat + " of version 1"};
        Ticket t;
        ASSAY_TRY(t.chain_id, top.string("chain_id"));
        ASSAY_TRY(const std::string address, top.string("operator"));
        ASSAY_TRY(t.operator_address, decode_address(prefix, address));
        ASSAY_TRY(t.name, top.string("name"));
        ASSAY_TRY_VOID(check_name(t.name));
        ASSAY_TRY(t.bond.units, top.units("bond"));
        ASSAY_TRY(const std::string key, top.string("consensus_key"));
        ASSAY_TRY(t.consensus_key, fixed_from_hex<Hash>(key));
        ASSAY_TRY(const std::string tip, top.string("beacon_tip"));
        ASSAY_TRY(t.beacon_tip, fixed_from_hex<Hash>(tip));
        ASSAY_TRY(t.peer, top.string("peer"));
        Config fits;  // the setting's own rule
        ASSAY_TRY_VOID(apply(fits, "cometbft.peers", t.peer));
        ASSAY_TRY(const std::string signature, top.string("signature"));
        ASSAY_TRY(const Signature s, fixed_from_hex<Signature>(signature));
        ASSAY_TRY_VOID(top.done());
        if (!verify_consensus_signature(t.consensus_key, ticket_hash(t), s))
            return {Code::verification_failed,
                    "the signature is not that of its consensus key: the ticket was changed"};
        return t;
    };
    auto out = read();
    if (out || out.error().message.find(source) != std::string::npos) return out;
    return {out.error().code, std::string(source) + ": " + out.error().message};
}

Result<Collected> collect_tickets(const fs::path& draft, const fs::path& folder) {
    ASSAY_TRY(const std::string text, read_file(draft));
    ASSAY_TRY(const chain::Genesis before, read_draft(text, draft.native()));
    ASSAY_TRY(const auto tickets, read_folder(folder, before));
    ASSAY_TRY_VOID(check_distinct(tickets));
    ASSAY_TRY(TextList list, TextList::find(text, "validators"));
    std::erase_if(list.elements, [&](const std::string& element) {
        const std::string key = key_in(element);
        return key == "local" || std::any_of(tickets.begin(), tickets.end(), [&](const auto& t) {
                   return to_hex(t.second.consensus_key.view()) == key;
               });
    });
    Collected out;
    for (const auto& [file, t] : tickets) {
        list.elements.push_back(to_text(entry_of(t, before.params.token)));
        if (!t.peer.empty()) out.peers.push_back(t.peer);
    }
    const std::string after = list.put_back(text);
    ASSAY_TRY(const chain::Genesis genesis, chain::parse_genesis(after, draft.native()));
    out.genesis_hash = chain::genesis_hash(genesis);
    out.validators = genesis.validators.size();
    ASSAY_TRY_VOID(write_file(draft, after));
    return out;
}

}  // namespace assay::node
