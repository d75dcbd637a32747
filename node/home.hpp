// Where a node keeps what. Everything of one node is under one directory.
//
//   Home home{"/var/lib/assay"};
//   ASSAY_TRY(ConsensusKey key, ConsensusKey::load(home.consensus_key()));
//
//   config.toml   genesis.json   initial-state (where it did not begin at height 0)
//   keys/consensus.json   keys/beacon.json   keys/node.json   data/   signed   control.sock
//   cometbft/   snapshots/   signer.json (under CometBFT)
#pragma once

#include <filesystem>

namespace assay::node {

struct Home {
    std::filesystem::path root;

    [[nodiscard]] std::filesystem::path config() const { return root / "config.toml"; }
    [[nodiscard]] std::filesystem::path genesis() const { return root / "genesis.json"; }
    [[nodiscard]] std::filesystem::path initial_state() const { return root / "initial-state"; }
    [[nodiscard]] std::filesystem::path keys() const { return root / "keys"; }
    [[nodiscard]] std::filesystem::path consensus_key() const { return keys() / "consensus.json"; }
    [[nodiscard]] std::filesystem::path beacon_secret() const { return keys() / "beacon.json"; }
    [[nodiscard]] std::filesystem::path beacon_cache() const { return keys() / "beacon.cache"; }
    /// Of a chain that is announced and not in use yet (node/beacon_keeper.hpp).
    [[nodiscard]] std::filesystem::path next_beacon_secret() const { return keys() / "beacon-next.json"; }
    [[nodiscard]] std::filesystem::path next_beacon_cache() const { return keys() / "beacon-next.cache"; }
    [[nodiscard]] std::filesystem::path data() const { return root / "data"; }
    [[nodiscard]] std::filesystem::path signed_block() const { return root / "signed"; }
    /// CometBFT's own home; assayd writes its configuration (comet/files.hpp).
    [[nodiscard]] std::filesystem::path cometbft() const { return root / "cometbft"; }
    [[nodiscard]] std::filesystem::path node_key() const { return keys() / "node.json"; }
    /// Where this home signs: that a copy does not sign beside it.
    [[nodiscard]] std::filesystem::path signer() const { return root / "signer.json"; }
    [[nodiscard]] std::filesystem::path snapshots() const { return root / "snapshots"; }
    [[nodiscard]] std::filesystem::path control_socket() const { return root / "control.sock"; }
};

}  // namespace assay::node
