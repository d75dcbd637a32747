// CometBFT's genesis.json: from ours alone, so that every home of a network has the same bytes.
#include <algorithm>

#include "base/base64.hpp"
#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "base/utc.hpp"
#include "node/comet/files.hpp"
#include "node/comet/params.hpp"
#include "node/json.hpp"

namespace assay::node {
std::string comet_genesis_json(const chain::Genesis& genesis) {
    const abci::ConsensusParams told = consensus_params(genesis.params);
    Json validators = Json::array();
    const std::vector<std::uint64_t> powers = chain::genesis_powers(genesis);
    for (std::size_t i = 0; i < powers.size(); ++i) {
        if (powers[i] == 0) continue;
        const chain::GenesisValidator& v = genesis.validators[i];
        validators.push_back(
            {{"address", comet_address_text(v.consensus_key)},
             {"pub_key", {{"type", "tendermint/PubKeyEd25519"}, {"value", to_base64(v.consensus_key.view())}}},
             {"power", std::to_string(powers[i])},
             {"name", v.name}});
    }
    const Json out{
        {"genesis_time", format_utc(TimeMs{genesis.time.value + 1})},
        {"chain_id", genesis.chain_id},
        {"initial_height", "1"},
        {"consensus_params",
         {{"block",
           {{"max_bytes", std::to_string(told.block->max_bytes)}, {"max_gas", std::to_string(told.block->max_gas)}}},
          {"evidence",
           {{"max_age_num_blocks", std::to_string(told.evidence->max_age_num_blocks)},
            {"max_age_duration", std::to_string(genesis.params.stake.unbonding_ms) + "000000"},
            {"max_bytes", std::to_string(told.evidence->max_bytes)}}},
          {"validator", {{"pub_key_types", Json::array({"ed25519"})}}},
          {"version", {{"app", "1"}}},
          {"abci", {{"vote_extensions_enable_height", "0"}}}}},
        {"validators", std::move(validators)},
        {"app_hash", ""},
        {"app_state", {{"genesis_hash", to_hex(chain::genesis_hash(genesis).view())}}}};
    return to_text(out, 2) + "\n";
}

}  // namespace assay::node
