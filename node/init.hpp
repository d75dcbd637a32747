// Setting up a home: genesis, keys, configuration. Refuses to overwrite anything.
//
//   ASSAY_TRY(InitReport r, init_home(home, {.network = "devnet"}));
//
// Keys that were made before there was a genesis (make_keys: a ceremony's validators) are taken as they are.
#pragma once

#include <optional>
#include <string>

#include "node/beacon_chain.hpp"
#include "node/config.hpp"
#include "node/home.hpp"

namespace assay::node {

struct InitOptions {
    std::string network = "devnet";                  ///< devnet, another preset, or a genesis file
    std::optional<Hash> genesis_hash;                ///< refuse another
    std::optional<std::filesystem::path> state;      ///< begin with this state file instead of a genesis
    std::optional<std::filesystem::path> keys_from;  ///< a home whose keys move here: it decides no blocks any more
    std::uint64_t beacon_length = kBeaconLength;
    std::optional<std::uint64_t> epoch_blocks;  ///< of a preset: shorter epochs, to see many of them in one sitting
    Config config;
};

struct InitReport {
    std::string chain_id;
    Hash genesis_hash;
    Hash consensus_key;
    Hash beacon_tip;
    Height height;           ///< 0, or that of the state
    Hash app_hash;           ///< of the state; zero for a genesis, whose state is made when the node starts
    bool validates = false;  ///< genesis knows this node's consensus key
};

/// What others have to know of a home's keys.
struct PublicKeys {
    Hash consensus_key;
    Hash beacon_tip;
    std::string node_id;
    bool made = false;  ///< now; else they were there
};
/// Makes the keys of a home that has none: consensus, beacon chain, node. Errors: io_error, keystore_malformed.
[[nodiscard]] Result<PublicKeys> make_keys(const Home& home, std::uint64_t beacon_length);

/// Errors: already_exists, bad_genesis, json_*, not_found, io_error, verification_failed (another genesis hash).
[[nodiscard]] Result<InitReport> init_home(const Home& home, const InitOptions& options);

}  // namespace assay::node
