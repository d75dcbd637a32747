// config.toml of a node. One definition per setting: file, environment, command line and the sample file read the same.
//
//   Config config;
//   ASSAY_TRY_VOID(read_config(text, "config.toml", config));       // file over defaults
//   ASSAY_TRY_VOID(apply(config, "rpc.listen", "0.0.0.0:8710"));    // flag or environment over the file
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace assay::node {

struct Config {
    std::string name = "node";

    std::string engine = "solo";
    std::string block_time;  ///< "1s", "250ms", "on-demand"; empty: what genesis says

    std::string rpc_listen = "127.0.0.1:8710";
    std::uint64_t rpc_threads = 2;
    std::uint64_t rpc_connections = 1000;
    std::uint64_t rpc_connections_per_address = 20;
    std::uint64_t rpc_requests_per_second = 50;
    std::uint64_t rpc_max_lag_blocks = 1000;

    std::string metrics_listen = "127.0.0.1:8711";

    std::string cometbft_path;            ///< empty: PATH, or beside this program
    std::uint64_t cometbft_external = 0;  ///< 1: somebody else starts it
    std::string cometbft_abci;            ///< empty: a Unix socket in the home
    std::string cometbft_rpc;             ///< empty: a Unix socket in the home
    std::string cometbft_p2p_listen = "0.0.0.0:26656";
    std::string cometbft_p2p_external;                 ///< HOST:PORT that peers are told; empty: CometBFT guesses
    std::string cometbft_peers;                        ///< ID@HOST:PORT,… always kept
    std::string cometbft_seeds;                        ///< ID@HOST:PORT,… asked for addresses once
    std::string cometbft_private_peers;                ///< ID,… that no other peer is told
    std::string cometbft_unconditional_peers;          ///< ID,… for whom no limit of connections counts
    std::uint64_t cometbft_pex = 1;                    ///< 0: meets nobody but its peers (behind sentries)
    std::string cometbft_metrics = "127.0.0.1:26660";  ///< empty: off
    std::string cometbft_log_level = "error";

    std::string state_sync_servers;              ///< URL,URL; empty: begin at genesis
    std::string state_sync_trust;                ///< HEIGHT:HASH
    std::uint64_t snapshot_interval_blocks = 0;  ///< 0: none
    std::uint64_t snapshot_keep = 2;
    std::uint64_t prune_keep_blocks = 0;  ///< 0: all
    std::uint64_t disk_min_free_mib = 256;

    std::uint64_t mempool_max_txs = 50'000;
    std::uint64_t mempool_max_bytes = 64u << 20;

    std::uint64_t store_cache_mib = 64;
    std::uint64_t store_keep_versions = 1000;
    std::uint64_t store_verify_threads = 2;
    std::uint64_t store_account_index = 1;

    std::string log_level = "info";
    std::string log_format = "text";

    bool operator==(const Config&) const = default;
};

enum class SettingType : std::uint8_t { text, number, toggle };  ///< toggle: 0 or 1; as a flag it means 1

struct Setting {
    std::string key;      ///< "rpc.listen"
    std::string flag;     ///< "--listen"
    std::string meaning;  ///< with the range
    SettingType type;
    std::function<Status(Config&, std::string_view)> set;
    std::function<std::string(const Config&)> show;

    [[nodiscard]] std::string environment() const;  ///< "ASSAYD_RPC_LISTEN"
};

[[nodiscard]] const std::vector<Setting>& settings();

/// Errors: json_unknown_key (nearest name), json_type, json_syntax, field_out_of_range; file, line and column in each.
[[nodiscard]] Status read_config(std::string_view text, std::string_view source, Config& into);
/// One setting from text. Errors: json_unknown_key, field_out_of_range.
[[nodiscard]] Status apply(Config& config, std::string_view key, std::string_view value);
/// A commented file with these values.
[[nodiscard]] std::string config_text(const Config& config);

struct HostPort {
    std::string host;
    std::uint16_t port = 0;
};
/// "127.0.0.1:8710" or "[::1]:8710". Errors: field_out_of_range.
[[nodiscard]] Result<HostPort> parse_host_port(std::string_view text);

/// "1s", "250ms", "2m": milliseconds from 20 to 600,000; 0 for "on-demand". Errors: field_out_of_range.
[[nodiscard]] Result<std::uint64_t> parse_block_time(std::string_view text);

}  // namespace assay::node
