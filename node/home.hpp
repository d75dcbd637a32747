// Where a node keeps what. Everything of one node is under one directory.
//
//   Home home{"/var/lib/assay"};
//   ASSAY_TRY(ConsensusKey key, ConsensusKey::load(home.consensus_key()));
//
//   config.toml   genesis.json   initial-state (where it did not begin at height 0)
//    keys/consensus.json   keys/beacon.json   data/   signed   control.sock
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
    [[nodiscard]] std::filesystem::path control_socket() const { return root / "control.sock"; }
};

}  // namespace assay::node
