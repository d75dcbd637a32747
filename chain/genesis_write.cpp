// Genesis as canonical JSON: reads back to the same Borsh bytes.
#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/utc.hpp"
#include "chain/genesis.hpp"
#include "tokenomics/params_json.hpp"

namespace assay::chain {
namespace {

std::string quoted(std::string_view s) {
    std::string out = "\"";
    for (const char c : s) {
        if (c == '"' || c == '\\') out.push_back('\\');
        if (static_cast<unsigned char>(c) < 0x20) {
            static constexpr char kDigits[] = "0123456789abcdef";
            out += "\\u00";
            out.push_back(kDigits[static_cast<unsigned char>(c) >> 4]);
            out.push_back(kDigits[c & 15]);
        } else {
            out.push_back(c);
        }
    }
    return out + "\"";
}

}  // namespace

std::string genesis_to_json(const Genesis& g) {
    const std::string& prefix = g.params.token.prefix;
    std::string out = "{\"chain_id\":" + quoted(g.chain_id) + ",\"genesis_time\":" + quoted(format_utc(g.time)) +
                      ",\"params\":" + tokenomics::params_to_json(g.params) + ",\"accounts\":[";
    for (std::size_t i = 0; i < g.accounts.size(); ++i) {
        if (i > 0) out += ",";
        out += "{\"address\":" + quoted(encode_address(prefix, g.accounts[i].address)) + ",\"amount\":\"" +
               to_digits(g.accounts[i].amount.units) + "\"";
        const auto& grants = g.accounts[i].vesting;
        for (std::size_t k = 0; k < grants.size(); ++k)
            out += std::string(k == 0 ? ",\"vesting\":[" : ",") + "{\"amount\":\"" + to_digits(grants[k].amount.units) +
                   "\",\"start\":" + quoted(format_utc(grants[k].start)) +
                   ",\"cliff\":" + quoted(format_utc(grants[k].cliff)) +
                   ",\"end\":" + quoted(format_utc(grants[k].end)) + "}";
        out += grants.empty() ? "}" : "]}";
    }
    out += "],\"validators\":[";
    for (std::size_t i = 0; i < g.validators.size(); ++i) {
        const auto& v = g.validators[i];
        if (i > 0) out += ",";
        out += "{\"operator\":" + quoted(encode_address(prefix, v.operator_address)) + ",\"name\":" + quoted(v.name) +
               ",\"bond\":\"" + to_digits(v.bond.units) + "\",\"consensus_key\":\"" + to_hex(v.consensus_key.view()) +
               "\",\"beacon_tip\":\"" + to_hex(v.beacon_tip.view()) + "\"}";
    }
    return out + "]}\n";
}

}  // namespace assay::chain
