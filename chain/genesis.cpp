#include "chain/genesis.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "base/utc.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/unpublished.hpp"
#include "tokenomics/validators.hpp"

namespace assay::chain {
namespace {

Result<Amount> money(const json::Value& v, const std::string& path, const tokenomics::TokenParams& token) {
    return tokenomics::amount_from_json(v, path, token);
}

// An error of a reader that does not know which field it reads.
template <class T>
Result<T> named(const std::string& field, Result<T> value) {
    if (value) return value;
    return {value.error().code, field + ": " + value.error().message};
}

Result<std::vector<tokenomics::Grant>> read_grants(const json::Value& v, const std::string& path,
                                                   const tokenomics::TokenParams& token) {
    if (v.kind != json::Kind::array) return {Code::json_type, path + " must be a list"};
    std::vector<tokenomics::Grant> out;
    for (std::size_t i = 0; i < v.items.size(); ++i) {
        ASSAY_TRY(json::Object entry, json::object(v.items[i], path + "[" + std::to_string(i) + "]"));
        tokenomics::Grant g;
        ASSAY_TRY(const json::Value* amount, entry.required("amount"));
        ASSAY_TRY(g.amount, money(*amount, entry.path("amount"), token));
        const std::pair<const char*, TimeMs*> times[] = {{"start", &g.start}, {"cliff", &g.cliff}, {"end", &g.end}};
        for (const auto& [name, time] : times) {
            ASSAY_TRY(std::string text, entry.string(name));
            ASSAY_TRY(*time, named(entry.path(name), parse_utc(text)));
        }
        (void)entry.optional("comment");
        ASSAY_TRY_VOID(entry.done());
        out.push_back(g);
    }
    return out;
}

Result<Hash> key_or_local(json::Object& entry, const char* name, const std::optional<LocalValidator>& local,
                          Hash LocalValidator::*member) {
    ASSAY_TRY(std::string text, entry.string(name));
    if (text == "local") {
        if (!local)
            return {Code::bad_genesis,
                    entry.path(name) + " is \"local\": only a node that is being set up can fill it in"};
        return (*local).*member;
    }
    auto hash = fixed_from_hex<Hash>(text);
    if (!hash) return {Code::bad_genesis, entry.path(name) + ": " + hash.error().message};
    return hash;
}

Result<Genesis> read_genesis(const json::Value& root, const std::optional<LocalValidator>& local) {
    ASSAY_TRY_VOID(tokenomics::check_published(root));
    ASSAY_TRY(json::Object top, json::object(root, ""));
    Genesis g;
    ASSAY_TRY(g.chain_id, top.string("chain_id"));
    ASSAY_TRY(std::string time, top.string("genesis_time"));
    ASSAY_TRY(g.time, named("genesis_time", parse_utc(time)));
    ASSAY_TRY(const json::Value* params, top.required("params"));
    ASSAY_TRY(g.params, tokenomics::params_from_json(*params, "params"));
    const auto& token = g.params.token;

    ASSAY_TRY(std::vector<json::Value> accounts, top.array("accounts", 10'000'000));
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        ASSAY_TRY(json::Object entry, json::object(accounts[i], "accounts[" + std::to_string(i) + "]"));
        GenesisAccount a;
        ASSAY_TRY(std::string address, entry.string("address"));
        ASSAY_TRY(a.address, named(entry.path("address"), decode_address(token.prefix, address)));
        ASSAY_TRY(const json::Value* amount, entry.required("amount"));
        ASSAY_TRY(a.amount, money(*amount, entry.path("amount"), token));
        if (const json::Value* vesting = entry.optional("vesting")) {
            ASSAY_TRY(a.vesting, read_grants(*vesting, entry.path("vesting"), token));
        }
        (void)entry.optional("comment");
        ASSAY_TRY_VOID(entry.done());
        g.accounts.push_back(a);
    }
    ASSAY_TRY(std::vector<json::Value> validators, top.array("validators", 1'000));
    for (std::size_t i = 0; i < validators.size(); ++i) {
        ASSAY_TRY(json::Object entry, json::object(validators[i], "validators[" + std::to_string(i) + "]"));
        GenesisValidator v;
        ASSAY_TRY(std::string address, entry.string("operator"));
        ASSAY_TRY(v.operator_address, named(entry.path("operator"), decode_address(token.prefix, address)));
        ASSAY_TRY(v.name, entry.string("name"));
        ASSAY_TRY(const json::Value* bond, entry.required("bond"));
        ASSAY_TRY(v.bond, money(*bond, entry.path("bond"), token));
        ASSAY_TRY(v.consensus_key, key_or_local(entry, "consensus_key", local, &LocalValidator::consensus_key));
        ASSAY_TRY(v.beacon_tip, key_or_local(entry, "beacon_tip", local, &LocalValidator::beacon_tip));
        (void)entry.optional("comment");
        ASSAY_TRY_VOID(entry.done());
        g.validators.push_back(v);
    }
    (void)top.optional("devnet");  // published keys of a devnet: for people and wallets, not for the chain
    ASSAY_TRY_VOID(top.done());
    std::sort(g.accounts.begin(), g.accounts.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
    std::sort(g.validators.begin(), g.validators.end(),
              [](const auto& a, const auto& b) { return a.operator_address < b.operator_address; });
    ASSAY_TRY_VOID(validate(g));
    return g;
}

}  // namespace

Result<Genesis> parse_genesis(std::string_view text, std::string_view source,
                              const std::optional<LocalValidator>& local) {
    ASSAY_TRY(json::Value root,
              json::parse(text, {.comments = true, .max_bytes = 64u << 20, .max_depth = 32, .source = source}));
    auto genesis = read_genesis(root, local);
    if (genesis || source.empty()) return genesis;
    return {genesis.error().code,
            std::string(source) + ": " + genesis.error().message};  // what reads values knows no file
}

Status validate(const Genesis& g) {
    const auto bad = [](std::string what) -> Status { return {Code::bad_genesis, std::move(what)}; };
    if (g.chain_id.empty() || g.chain_id.size() > 64) return bad("chain_id must have 1 to 64 characters");
    ASSAY_TRY_VOID(tokenomics::validate(g.params));
    Amount supply;
    for (std::size_t i = 0; i < g.accounts.size(); ++i) {
        if (i > 0 && !(g.accounts[i - 1].address < g.accounts[i].address))
            return bad("accounts: address " + encode_address(g.params.token.prefix, g.accounts[i].address) +
                       " stands twice");
        if (!add(supply, g.accounts[i].amount)) return bad("accounts: the amounts pass 2^128 - 1");
        supply = *add(supply, g.accounts[i].amount);
        const auto& grants = g.accounts[i].vesting;
        const std::string holder =
            "accounts: vesting of " + encode_address(g.params.token.prefix, g.accounts[i].address);
        if (grants.size() > g.params.vesting.max_grants)
            return bad(holder + " has " + std::to_string(grants.size()) + " grants, vesting.max_grants is " +
                       std::to_string(g.params.vesting.max_grants));
        for (std::size_t k = 0; k < grants.size(); ++k) {
            if (const Status ok = tokenomics::check_grant(grants[k]); !ok)
                return bad(holder + "[" + std::to_string(k) + "]: " + ok.error().message);
            if (!add(supply, grants[k].amount)) return bad("accounts: the amounts pass 2^128 - 1");
            supply = *add(supply, grants[k].amount);
        }
    }
    if (g.validators.empty()) return bad("validators: a chain needs at least one");
    std::set<Hash> keys;
    for (std::size_t i = 0; i < g.validators.size(); ++i) {
        const auto& v = g.validators[i];
        const std::string name = "validators: " + v.name;
        if (i > 0 && !(g.validators[i - 1].operator_address < v.operator_address))
            return bad(name + ": the operator stands twice");
        if (v.name.size() > 64) return bad(name + ": the name is longer than 64 bytes");
        if (v.bond.is_zero() || v.bond < g.params.validators.min_bond)
            return bad(name + ": bond is below validators.min_bond");
        if (v.consensus_key.is_zero() || v.beacon_tip.is_zero())
            return bad(name + ": consensus_key or beacon_tip is zero");
        if (!keys.insert(v.consensus_key).second) return bad(name + ": consensus_key stands twice");
        if (!add(supply, v.bond)) return bad("validators: the bonds pass 2^128 - 1");
        supply = *add(supply, v.bond);
    }
    if (supply > g.params.token.cap)
        return bad("accounts, grants and bonds hold " + to_digits(supply.units) + " base units, token.cap is " +
                   to_digits(g.params.token.cap.units));
    return {};
}

Status begin_at(Genesis& g, TimeMs time) {
    for (GenesisAccount& a : g.accounts)
        for (tokenomics::Grant& grant : a.vesting)
            for (TimeMs* t : {&grant.start, &grant.cliff, &grant.end}) {
                // Unsigned differences wrap, and come back where the sum is in range.
                const std::uint64_t moved = t->value + (time.value - g.time.value);
                const bool later = time >= g.time;
                if ((later && moved < t->value) || (!later && moved > t->value) ||
                    moved > tokenomics::kLatestGrant.value)
                    return {Code::bad_genesis, "accounts: a grant's time of " + std::to_string(t->value) +
                                                   " ms cannot move with genesis_time to " +
                                                   std::to_string(time.value) + " ms"};
                t->value = moved;
            }
    g.time = time;
    return {};
}

std::vector<std::uint64_t> genesis_powers(const Genesis& g) {
    std::vector<std::size_t> set(g.validators.size());
    std::iota(set.begin(), set.end(), std::size_t{0});
    std::stable_sort(set.begin(), set.end(),
                     [&](std::size_t a, std::size_t b) { return g.validators[a].bond > g.validators[b].bond; });
    if (set.size() > g.params.validators.max) set.resize(static_cast<std::size_t>(g.params.validators.max));
    std::vector<std::uint64_t> out(g.validators.size(), 0);
    for (const std::size_t i : set)
        out[i] = tokenomics::scaled_power(g.validators[i].bond, g.validators[set.front()].bond);
    return out;
}

Hash genesis_hash(const Genesis& g) {
    static const TaggedHash kTag("assay/genesis");
    return kTag.hash(borsh::encode(g));
}

tokenomics::GenesisFacts facts_of(const Genesis& genesis) {
    tokenomics::GenesisFacts out;  // no sum overflows: validate() has added them up below the cap
    for (const GenesisAccount& a : genesis.accounts) {
        out.supply.units += a.amount.units;
        for (const tokenomics::Grant& g : a.vesting) out.supply.units += g.amount.units;
    }
    for (const GenesisValidator& v : genesis.validators) {
        out.supply.units += v.bond.units;
        out.bonds.push_back(v.bond);
    }
    return out;
}

}  // namespace assay::chain
