// CometBFT's config.toml from our configuration.
#include <arpa/inet.h>

#include <algorithm>

#include "node/comet/files.hpp"

namespace assay::node {
namespace {

std::vector<std::string> parts_of(std::string_view list) {
    std::vector<std::string> out;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (comma > 0) out.emplace_back(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return out;
}

enum class Reach : std::uint8_t { loopback, inside, outside };

// Where an address can be reached from. A name without a dot is a container's or a neighbour's.
Reach reach_of(const std::string& host) {
    if (in_addr v4{}; ::inet_pton(AF_INET, host.c_str(), &v4) == 1) {
        const std::uint32_t a = ntohl(v4.s_addr);
        const auto within = [a](std::uint32_t net, unsigned bits) { return (a ^ net) >> (32 - bits) == 0; };
        if (within(0x7F000000, 8)) return Reach::loopback;
        const bool inside = within(0x0A000000, 8) || within(0xAC100000, 12) || within(0xC0A80000, 16) ||
                            within(0xA9FE0000, 16) || within(0x64400000, 10);
        return inside ? Reach::inside : Reach::outside;
    }
    if (in6_addr v6{}; ::inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
        if (IN6_IS_ADDR_LOOPBACK(&v6)) return Reach::loopback;
        const bool inside = (v6.s6_addr[0] & 0xFE) == 0xFC || IN6_IS_ADDR_LINKLOCAL(&v6);
        return inside ? Reach::inside : Reach::outside;
    }
    return host.find('.') == std::string::npos ? Reach::inside : Reach::outside;
}

// The nearest that any address of this configuration is.
Reach nearest_peer(const Config& c) {
    Reach out = Reach::outside;
    const auto look = [&](const std::string& address) {
        if (const auto parsed = parse_host_port(address)) out = std::min(out, reach_of(parsed->host));
    };
    for (const auto* list : {&c.cometbft_peers, &c.cometbft_seeds})
        for (const std::string& peer : parts_of(*list)) look(peer.substr(peer.find('@') + 1));
    look(c.cometbft_p2p_listen);
    if (!c.cometbft_p2p_external.empty()) look(c.cometbft_p2p_external);
    return out;
}

// Lines of a TOML file. Section names and keys are CometBFT's.
class Lines {
   public:
    void section(const char* name) { text_ += std::string("\n[") + name + "]\n"; }
    void put(const char* key, std::uint64_t value) { line(key, std::to_string(value)); }
    void put(const char* key, bool value) { line(key, value ? "true" : "false"); }
    void put(const char* key, const char* value) { put(key, std::string(value)); }
    void put(const char* key, const std::string& value) {
        std::string quoted = "\"";
        for (const char c : value) {
            if (c == '"' || c == '\\') quoted.push_back('\\');
            quoted.push_back(c);
        }
        line(key, quoted + "\"");
    }
    void ms(const char* key, std::uint64_t value) { put(key, std::to_string(value) + "ms"); }
    [[nodiscard]] std::string take() { return std::move(text_); }
    explicit Lines(std::string head) : text_(std::move(head)) {}

   private:
    void line(const char* key, const std::string& value) { text_ += std::string(key) + " = " + value + "\n"; }
    std::string text_;
};

Error refused(const std::string& why) {
    return {Code::field_out_of_range, why};
}

void put_rpc(Lines& t, const std::string& listen, const chain::Genesis& genesis) {
    t.section("rpc");
    t.put("laddr", listen);
    t.put("unsafe", false);
    t.put("grpc_laddr", "");
    t.put("pprof_laddr", "");
    t.put("tls_cert_file", "");
    t.put("tls_key_file", "");
    t.put("max_request_batch_size", std::uint64_t{10});
    // A transaction goes through it in base64, in JSON.
    t.put("max_body_bytes", std::max<std::uint64_t>(1'000'000, 2 * genesis.params.block.max_tx_bytes));
}

void put_p2p(Lines& t, const Config& c) {
    const Reach nearest = nearest_peer(c);
    t.section("p2p");
    t.put("laddr", "tcp://" + c.cometbft_p2p_listen);
    t.put("external_address", c.cometbft_p2p_external);
    t.put("seeds", c.cometbft_seeds);
    t.put("persistent_peers", c.cometbft_peers);
    t.put("persistent_peers_max_dial_period", "10s");  // a peer that comes back is found again within that
    t.put("private_peer_ids", c.cometbft_private_peers);
    t.put("unconditional_peer_ids", c.cometbft_unconditional_peers);
    t.put("pex", c.cometbft_pex != 0);
    t.put("seed_mode", false);
    t.put("addr_book_file", "config/addrbook.json");
    t.put("addr_book_strict", nearest == Reach::outside);
    t.put("allow_duplicate_ip", nearest == Reach::loopback);
    t.put("max_num_inbound_peers", std::uint64_t{40});
    t.put("max_num_outbound_peers", std::uint64_t{10});
    t.put("flush_throttle_timeout", "10ms");
    t.put("handshake_timeout", "20s");
    t.put("dial_timeout", "3s");
}

void put_mempool(Lines& t, const Config& c, const chain::Genesis& genesis) {
    t.section("mempool");
    t.put("type", "flood");
    t.put("recheck", true);
    t.put("broadcast", true);
    t.put("size", c.mempool_max_txs);
    t.put("max_txs_bytes", c.mempool_max_bytes);
    t.put("max_tx_bytes", genesis.params.block.max_tx_bytes);
    t.put("cache_size", std::max<std::uint64_t>(10'000, 2 * c.mempool_max_txs));
    t.put("keep-invalid-txs-in-cache", false);  // what is refused now may be good after the next block
}

Status put_state_sync(Lines& t, const Config& c, const chain::Genesis& genesis) {
    const std::vector<std::string> servers = parts_of(c.state_sync_servers);
    t.section("statesync");
    t.put("enable", !servers.empty());
    if (servers.empty()) return {};
    if (servers.size() < 2)
        return refused("state_sync.servers: two nodes are needed, so that one can contradict the other");
    if (c.state_sync_trust.empty())
        return refused("state_sync.trust is empty: state sync begins from a header that you trust");
    const std::size_t colon = c.state_sync_trust.find(':');
    std::string list;
    for (std::string url : servers) {
        while (url.back() == '/') url.pop_back();
        // Our own nodes relay CometBFT's light-client calls there.
        if (!url.ends_with("/cometbft")) url += "/cometbft";
        list += (list.empty() ? "" : ",") + url;
    }
    t.put("rpc_servers", list);
    t.put("trust_height", std::uint64_t{std::stoull(c.state_sync_trust.substr(0, colon))});
    t.put("trust_hash", c.state_sync_trust.substr(colon + 1));
    // Who signed the trusted header must still have a bond to lose.
    t.ms("trust_period", genesis.params.stake.unbonding_ms);
    t.put("discovery_time", "5s");
    t.put("temp_dir", "");
    t.put("chunk_request_timeout", "10s");
    t.put("chunk_fetchers", std::uint64_t{4});
    return {};
}

void put_consensus(Lines& t, std::uint64_t block_time_ms) {
    t.section("consensus");
    t.put("wal_file", "data/cs.wal/wal");
    // A round waits for its proposer about as long as a block takes, within what a distant peer needs and what an
    // absent one may cost; each further round waits longer.
    t.ms("timeout_propose", std::clamp<std::uint64_t>(block_time_ms, 1'000, 3'000));
    t.ms("timeout_propose_delta", 500);
    t.ms("timeout_prevote", std::clamp<std::uint64_t>(block_time_ms / 2, 500, 1'000));
    t.ms("timeout_prevote_delta", 500);
    t.ms("timeout_precommit", std::clamp<std::uint64_t>(block_time_ms / 2, 500, 1'000));
    t.ms("timeout_precommit_delta", 500);
    t.ms("timeout_commit", block_time_ms);
    t.put("skip_timeout_commit", false);
    t.put("create_empty_blocks", true);  // heights are the clock of epochs and deadlines
    t.put("create_empty_blocks_interval", "0s");
    t.ms("peer_gossip_sleep_duration", std::clamp<std::uint64_t>(block_time_ms / 20, 10, 100));
    t.put("double_sign_check_height", std::uint64_t{0});  // signer.json and the sign state do that
}

}  // namespace

Result<std::string> comet_config_toml(const Config& config, const CometAddresses& sockets,
                                      const chain::Genesis& genesis, std::uint64_t block_time_ms) {
    if (block_time_ms == 0)
        return refused("engine.block_time is on-demand, which only the solo engine knows; CometBFT needs 20ms to 10m");
    Lines t("# Written by assayd at each start from its own config.toml: changes here are lost.\n");
    t.put("moniker", config.name);
    t.put("proxy_app", sockets.abci);
    t.put("abci", "socket");
    t.put("filter_peers", false);
    t.put("db_backend", "goleveldb");
    t.put("db_dir", "data");
    t.put("log_level", config.cometbft_log_level);
    t.put("log_format", "json");
    t.put("genesis_file", "config/genesis.json");
    t.put("priv_validator_key_file", "config/priv_validator_key.json");
    t.put("priv_validator_state_file", "data/priv_validator_state.json");
    t.put("priv_validator_laddr", "");
    t.put("node_key_file", "config/node_key.json");
    put_rpc(t, sockets.rpc, genesis);
    put_p2p(t, config);
    put_mempool(t, config, genesis);
    ASSAY_TRY_VOID(put_state_sync(t, config, genesis));
    t.section("blocksync");
    t.put("version", "v0");
    put_consensus(t, block_time_ms);
    t.section("storage");
    t.put("discard_abci_responses", false);
    t.section("tx_index");
    t.put("indexer", "null");  // the node has its own
    t.section("instrumentation");
    t.put("prometheus", !config.cometbft_metrics.empty());
    t.put("prometheus_listen_addr", config.cometbft_metrics);
    t.put("max_open_connections", std::uint64_t{3});
    t.put("namespace", "cometbft");
    return t.take();
}

}  // namespace assay::node
