// CometBFT's home as assayd writes it, from its own one configuration and genesis: nobody edits it by hand.
//
//   ASSAY_TRY_VOID(write_comet_files(home, config, genesis, block_time_ms));      // before each start
//
//   cometbft/config/config.toml              written anew at each start
//   cometbft/config/genesis.json             chain id, time, validators, consensus parameters, our genesis hash
//   cometbft/config/priv_validator_key.json  the consensus key, in CometBFT's form (0600)
//   cometbft/config/node_key.json            the p2p key (0600)
//   cometbft/data/priv_validator_state.json  CometBFT's own record of what it signed last; made once
//
// CometBFT runs with cometbft/ as its working directory: the home's own sockets have relative names in config.toml,
// because a Unix socket's path has at most 107 bytes.
#pragma once

#include "chain/genesis.hpp"
#include "node/config.hpp"
#include "node/home.hpp"

namespace assay::node {

struct CometAddresses {
    std::string abci;  ///< unix://PATH or tcp://HOST:PORT
    std::string rpc;
};
/// Of this home and configuration.
[[nodiscard]] CometAddresses comet_addresses(const Home& home, const Config& config);

/// `block_time_ms`: what CometBFT waits after a commit. Errors: io_error, keystore_malformed, not_found for keys that
/// this home lacks, bad_genesis and field_out_of_range for what CometBFT would not take.
[[nodiscard]] Status write_comet_files(const Home& home, const Config& config, const chain::Genesis& genesis,
                                       std::uint64_t block_time_ms);

/// CometBFT's time of genesis: one millisecond after ours, because the first block has that time and must come after.
/// Power of each genesis validator as the chain's own state gives it at height 0. The same bytes in every home.
[[nodiscard]] std::string comet_genesis_json(const chain::Genesis& genesis);
/// Every setting that decides something, and only those that 0.38 and 0.40 both know. Errors: field_out_of_range.
[[nodiscard]] Result<std::string> comet_config_toml(const Config& config, const CometAddresses& sockets,
                                                    const chain::Genesis& genesis, std::uint64_t block_time_ms);

/// The 40 hex digits by which peers know this node. Makes keys/node.json where there is none.
[[nodiscard]] Result<std::string> node_id(const Home& home);

/// What CometBFT calls a validator: the first 20 bytes of SHA-256 of the key, in upper-case hex.
[[nodiscard]] std::string comet_address_text(const Hash& consensus_key);

/// The files under cometbft/ of a home.
[[nodiscard]] std::filesystem::path comet_validator_key(const Home& home);
[[nodiscard]] std::filesystem::path comet_sign_state(const Home& home);

}  // namespace assay::node
