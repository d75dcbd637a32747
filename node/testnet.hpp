// Several validators on this machine: their homes, one genesis, and how they find each other.
//
//   ASSAY_TRY(auto nodes, make_testnet({.nodes = 4, .out = "/tmp/net"}));     // /tmp/net/node0 … node3
//
// Node i listens on base_port + 10 i: HTTP there, metrics at +1, p2p at +3, CometBFT's metrics at +4. All bonds are
// equal parts of what the network's file gives to its first validator. The operators' keys are published in the
// genesis, under "devnet", as a devnet's are: nothing on such a chain is worth anything.
#pragma once

#include <string>
#include <vector>

#include "node/config.hpp"
#include "node/home.hpp"
#include "node/init.hpp"

namespace assay::node {

struct TestnetOptions {
    std::uint64_t nodes = 4;
    std::filesystem::path out;
    std::string network = "devnet";  ///< a preset or a genesis file
    std::uint64_t base_port = 8710;
    std::uint64_t beacon_length = kBeaconLength;
    std::optional<std::uint64_t> epoch_blocks;
    Config config;  ///< of every node; names, ports and peers are set here
};
struct TestnetNode {
    Home home;
    std::string url;
    std::string metrics;
};

/// Errors: already_exists where there is a home in `out`, field_out_of_range, those of init_home.
[[nodiscard]] Result<std::vector<TestnetNode>> make_testnet(const TestnetOptions& options);
/// The homes that make_testnet made there; none where there is none. Errors: those of their config.toml.
[[nodiscard]] Result<std::vector<TestnetNode>> find_testnet(const std::filesystem::path& out);

}  // namespace assay::node
