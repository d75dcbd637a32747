// CometBFT's genesis.json: from ours alone, so that every home of a network has the same bytes.
#include <algorithm>

#include "base/base64.hpp"
#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "base/utc.hpp"
#include "node/comet/files.hpp"
#include "node/json.hpp"

namespace assay::node {
namespace {

// CometBFT sets room aside for each validator's signature in the next block, counted with the largest kind that it
// knows (3,309 bytes in 0.40): so much on top of what our own blocks may have.
constexpr std::uint64_t kPerValidator = 4 << 10;
constexpr std::uint64_t kHeaderAndEvidence = 64 << 10;
constexpr std::uint64_t kEvidenceBytes = 64 << 10;
constexpr std::uint64_t kLeastEvidenceBlocks = 100'000;

}  // namespace

std::string comet_genesis_json(const chain::Genesis& genesis) {
    const auto& p = genesis.params;
    const std::uint64_t max_bytes = p.block.max_bytes + kPerValidator * p.validators.max + kHeaderAndEvidence;
    // Who leaves can be punished for what he signed for as long as his bond is held.
    const std::uint64_t evidence_blocks = std::max(p.stake.unbonding_ms / p.block.time_ms, kLeastEvidenceBlocks);
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
    const Json out{{"genesis_time", format_utc(TimeMs{genesis.time.value + 1})},
                   {"chain_id", genesis.chain_id},
                   {"initial_height", "1"},
                   {"consensus_params",
                    {{"block", {{"max_bytes", std::to_string(max_bytes)}, {"max_gas", "-1"}}},
                     {"evidence",
                      {{"max_age_num_blocks", std::to_string(evidence_blocks)},
                       {"max_age_duration", std::to_string(p.stake.unbonding_ms) + "000000"},
                       {"max_bytes", std::to_string(kEvidenceBytes)}}},
                     {"validator", {{"pub_key_types", Json::array({"ed25519"})}}},
                     {"version", {{"app", "1"}}},
                     {"abci", {{"vote_extensions_enable_height", "0"}}}}},
                   {"validators", std::move(validators)},
                   {"app_hash", ""},
                   {"app_state", {{"genesis_hash", to_hex(chain::genesis_hash(genesis).view())}}}};
    return to_text(out, 2) + "\n";
}

}  // namespace assay::node
