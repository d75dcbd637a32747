#include "node/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/hex.hpp"
#include "base/json.hpp"

namespace assay::node {
namespace {

Result<std::uint64_t> whole_number(std::string_view text, std::uint64_t min, std::uint64_t max) {
    std::uint64_t out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc() || end != text.data() + text.size() || text.empty() || out < min || out > max)
        return {Code::field_out_of_range, "\"" + std::string(text) + "\" is not a whole number from " +
                                              std::to_string(min) + " to " + std::to_string(max)};
    return out;
}

Setting number(std::string key, std::string flag, std::string meaning, std::uint64_t Config::*member, std::uint64_t min,
               std::uint64_t max) {
    meaning += " (" + std::to_string(min) + " to " + std::to_string(max) + ")";
    return {std::move(key),
            std::move(flag),
            std::move(meaning),
            SettingType::number,
            [=](Config& c, std::string_view text) -> Status {
                ASSAY_TRY(c.*member, whole_number(text, min, max));
                return {};
            },
            [=](const Config& c) { return std::to_string(c.*member); }};
}

Setting toggle(std::string key, std::string flag, std::string meaning, std::uint64_t Config::*member) {
    Setting out = number(std::move(key), std::move(flag), std::move(meaning), member, 0, 1);
    out.type = SettingType::toggle;
    return out;
}

Setting text(std::string key, std::string flag, std::string meaning, std::string Config::*member,
             std::function<Status(std::string_view)> check) {
    return {std::move(key),
            std::move(flag),
            std::move(meaning),
            SettingType::text,
            [member, check](Config& c, std::string_view value) -> Status {
                ASSAY_TRY_VOID(check(value));
                c.*member = std::string(value);
                return {};
            },
            [member](const Config& c) { return c.*member; }};
}

std::function<Status(std::string_view)> one_of(std::vector<std::string> allowed) {
    return [allowed = std::move(allowed)](std::string_view value) -> Status {
        std::string list;
        for (const auto& a : allowed) {
            if (a == value) return {};
            list += (list.empty() ? "" : ", ") + a;
        }
        return {Code::field_out_of_range, "\"" + std::string(value) + "\" is none of " + list};
    };
}

Status address_ok(std::string_view value) {
    ASSAY_TRY_VOID([&]() -> Status {
        ASSAY_TRY(HostPort parsed, parse_host_port(value));
        (void)parsed;
        return {};
    }());
    return {};
}

Status anything(std::string_view value) {
    for (const char c : value)
        if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\')
            return {Code::field_out_of_range, "a quote, a backslash or a control character does not belong here"};
    return {};
}

std::function<Status(std::string_view)> empty_or(std::function<Status(std::string_view)> check) {
    return [check = std::move(check)](std::string_view value) -> Status {
        if (value.empty()) return {};
        return check(value);
    };
}

// Each of a list between commas, which may be empty.
std::function<Status(std::string_view)> each(std::function<Status(std::string_view)> check) {
    return [check = std::move(check)](std::string_view value) -> Status {
        while (!value.empty()) {
            const std::size_t comma = std::min(value.find(','), value.size());
            ASSAY_TRY_VOID(check(value.substr(0, comma)));
            value.remove_prefix(std::min(comma + 1, value.size()));
        }
        return {};
    };
}

Status node_id_ok(std::string_view value) {
    const auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (value.size() == 40 && std::all_of(value.begin(), value.end(), hex)) return {};
    return {Code::field_out_of_range, "\"" + std::string(value) + "\" is no node id: 40 lower-case hex digits"};
}

Status peer_ok(std::string_view value) {
    const std::size_t at = value.find('@');
    if (at == std::string_view::npos)
        return {Code::field_out_of_range, "\"" + std::string(value) + "\" is not ID@HOST:PORT"};
    ASSAY_TRY_VOID(node_id_ok(value.substr(0, at)));
    return address_ok(value.substr(at + 1));
}

// unix://PATH or tcp://HOST:PORT
Status socket_ok(std::string_view value) {
    if (value.starts_with("unix:///")) return anything(value);
    if (value.starts_with("tcp://")) return address_ok(value.substr(6));
    return {Code::field_out_of_range, "\"" + std::string(value) + "\" is neither unix:///PATH nor tcp://HOST:PORT"};
}

Status url_ok(std::string_view value) {
    ASSAY_TRY_VOID(anything(value));
    if (value.starts_with("http://") || value.starts_with("https://")) return {};
    return {Code::field_out_of_range, "\"" + std::string(value) + "\" is no http:// or https:// URL"};
}

Status trust_ok(std::string_view value) {
    const std::size_t colon = value.find(':');
    const auto bad = [&]() -> Status {
        return {Code::field_out_of_range,
                "\"" + std::string(value) + "\" is not HEIGHT:HASH, the hash in 64 hex digits"};
    };
    if (colon == std::string_view::npos) return bad();
    if (!whole_number(value.substr(0, colon), 1, std::uint64_t{1} << 62)) return bad();
    if (!fixed_from_hex<Hash>(value.substr(colon + 1))) return bad();
    return {};
}

std::vector<Setting> make_settings() {
    using C = Config;
    std::vector<Setting> s;
    s.push_back(text("name", "--name", "what this node is called in logs", &C::name, [](std::string_view v) -> Status {
        if (v.empty() || v.size() > 64) return {Code::field_out_of_range, "a name has 1 to 64 bytes"};
        for (const char c : v)
            if (static_cast<unsigned char>(c) < 0x20)
                return {Code::field_out_of_range, "a name has no control characters"};
        return {};
    }));
    s.push_back(text("engine.kind", "--engine",
                     "what decides blocks: solo, inside this process; or cometbft, with other validators", &C::engine,
                     one_of({"solo", "cometbft"})));
    s.push_back(text("engine.block_time", "--block-time", "20ms to 10m, or on-demand; empty is what genesis says",
                     &C::block_time, [](std::string_view v) -> Status {
                         if (v.empty()) return {};
                         const auto parsed = parse_block_time(v);
                         if (!parsed) return parsed.error();
                         return {};
                     }));
    s.push_back(
        text("rpc.listen", "--listen", "HOST:PORT of HTTP, WebSocket and explorer", &C::rpc_listen, address_ok));
    s.push_back(number("rpc.threads", "--rpc-threads", "threads that answer requests", &C::rpc_threads, 1, 64));
    s.push_back(
        number("rpc.connections", "--rpc-connections", "open connections in all", &C::rpc_connections, 1, 100'000));
    s.push_back(number("rpc.connections_per_address", "--connections-per-address", "open connections of one address",
                       &C::rpc_connections_per_address, 1, 100'000));
    s.push_back(number("rpc.requests_per_second", "--requests-per-second",
                       "requests of one address; each call of a batch counts", &C::rpc_requests_per_second, 1,
                       10'000'000));
    s.push_back(number("rpc.max_lag_blocks", "--max-lag-blocks", "a subscriber further behind gets a gap",
                       &C::rpc_max_lag_blocks, 1, 1'000'000));
    s.push_back(text("metrics.listen", "--metrics", "HOST:PORT of the metrics; empty turns them off",
                     &C::metrics_listen, [](std::string_view v) -> Status {
                         if (v.empty()) return {};
                         return address_ok(v);
                     }));
    s.push_back(text("cometbft.path", "--cometbft", "the program; empty: beside this one, or on the PATH",
                     &C::cometbft_path, anything));
    s.push_back(
        toggle("cometbft.external", "--external", "somebody else starts and stops CometBFT", &C::cometbft_external));
    s.push_back(text("cometbft.abci", "--abci",
                     "where CometBFT finds the state machine: unix:///PATH or tcp://HOST:PORT; empty: a Unix socket in "
                     "the home",
                     &C::cometbft_abci, empty_or(socket_ok)));
    s.push_back(text("cometbft.rpc", "--cometbft-rpc",
                     "CometBFT's own RPC: unix:///PATH or tcp://HOST:PORT; empty: a Unix socket in the home",
                     &C::cometbft_rpc, empty_or(socket_ok)));
    s.push_back(text("cometbft.p2p_listen", "--p2p", "HOST:PORT for other validators and full nodes",
                     &C::cometbft_p2p_listen, address_ok));
    s.push_back(text("cometbft.p2p_external", "--p2p-external", "HOST:PORT that peers are told; empty: guessed",
                     &C::cometbft_p2p_external, empty_or(address_ok)));
    s.push_back(text("cometbft.peers", "--peers", "ID@HOST:PORT,... that this node stays connected to",
                     &C::cometbft_peers, each(peer_ok)));
    s.push_back(text("cometbft.seeds", "--seeds", "ID@HOST:PORT,... that are asked for addresses", &C::cometbft_seeds,
                     each(peer_ok)));
    s.push_back(text("cometbft.private_peers", "--private-peers", "ID,... that no peer is told",
                     &C::cometbft_private_peers, each(node_id_ok)));
    s.push_back(text("cometbft.unconditional_peers", "--unconditional-peers", "ID,... that no limit keeps out",
                     &C::cometbft_unconditional_peers, each(node_id_ok)));
    s.push_back(number("cometbft.pex", "--pex", "0: meet nobody but the peers above (behind sentries)",
                       &C::cometbft_pex, 0, 1));
    s.push_back(text("cometbft.metrics", "--cometbft-metrics",
                     "HOST:PORT of CometBFT's metrics, which the node's own page includes; empty turns them off",
                     &C::cometbft_metrics, empty_or(address_ok)));
    s.push_back(text("cometbft.log_level", "--cometbft-log-level", "error, info, debug or none", &C::cometbft_log_level,
                     one_of({"error", "info", "debug", "none"})));
    s.push_back(text("state_sync.servers", "--state-sync",
                     "URL,URL of two nodes: begin with a snapshot of the state instead of every block",
                     &C::state_sync_servers, each(url_ok)));
    s.push_back(text("state_sync.trust", "--trust", "HEIGHT:HASH of a header that is known to be good (assayd trust)",
                     &C::state_sync_trust, empty_or(trust_ok)));
    s.push_back(number("snapshot.interval_blocks", "--snapshot-interval",
                       "blocks between snapshots of the state for nodes that join; 0: none",
                       &C::snapshot_interval_blocks, 0, 100'000'000));
    s.push_back(number("snapshot.keep", "--snapshot-keep", "snapshots that are kept", &C::snapshot_keep, 1, 1000));
    s.push_back(number("prune.keep_blocks", "--keep-blocks", "blocks that are kept; 0: all", &C::prune_keep_blocks, 0,
                       1'000'000'000));
    s.push_back(number("disk.min_free_mib", "--min-free-mib", "the node stops in order when less is free; 0: never",
                       &C::disk_min_free_mib, 0, 1u << 20));
    s.push_back(
        number("mempool.max_txs", "--mempool-txs", "transactions that may wait", &C::mempool_max_txs, 1, 10'000'000));
    s.push_back(number("mempool.max_bytes", "--mempool-bytes", "bytes of the transactions that wait",
                       &C::mempool_max_bytes, 1u << 20, std::uint64_t{64} << 30));
    s.push_back(number("store.cache_mib", "--cache-mib", "MiB of memory for the store's cache", &C::store_cache_mib, 1,
                       1u << 20));
    s.push_back(number("store.keep_versions", "--keep-versions", "heights whose proofs can be asked for",
                       &C::store_keep_versions, 1, 10'000'000));
    s.push_back(number("store.verify_threads", "--verify-threads", "threads that check a block's signatures",
                       &C::store_verify_threads, 1, 256));
    s.push_back(number("store.account_index", "--account-index",
                       "1: which blocks changed an account, for ledger, txs and explain; 0: not kept",
                       &C::store_account_index, 0, 1));
    s.push_back(text("log.level", "--log-level", "trace, debug, info, warn, error or off", &C::log_level,
                     one_of({"trace", "debug", "info", "warn", "error", "off"})));
    s.push_back(text("log.format", "--log-format", "text or json", &C::log_format, one_of({"text", "json"})));
    return s;
}

const Setting* find_setting(std::string_view key) {
    for (const Setting& s : settings())
        if (s.key == key) return &s;
    return nullptr;
}

std::vector<std::string> known_keys() {
    std::vector<std::string> out;
    for (const Setting& s : settings()) out.push_back(s.key);
    return out;
}

Error unknown(std::string_view key, const std::string& where) {
    const std::string near = json::nearest(key, known_keys());
    return {Code::json_unknown_key, where + "unknown setting \"" + std::string(key) + "\"" +
                                        (near.empty() ? std::string() : "; the nearest known one is \"" + near + "\"")};
}

Status read_table(const toml::table& table, const std::string& prefix, std::string_view source, Config& into) {
    for (const auto& [k, node] : table) {
        const std::string key = prefix.empty() ? std::string(k.str()) : prefix + "." + std::string(k.str());
        const auto& at = k.source().begin;
        const std::string where =
            std::string(source) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
        if (const auto* inner = node.as_table()) {
            bool section = false;
            for (const Setting& s : settings()) section = section || s.key.rfind(key + ".", 0) == 0;
            if (!section) {
                std::set<std::string> names;
                for (const Setting& s : settings())
                    if (const auto dot = s.key.find('.'); dot != std::string::npos) names.insert(s.key.substr(0, dot));
                const std::string near = json::nearest(key, {names.begin(), names.end()});
                return {Code::json_unknown_key,
                        where + "unknown section [" + key + "]" +
                            (near.empty() ? std::string() : "; the nearest known one is [" + near + "]")};
            }
            ASSAY_TRY_VOID(read_table(*inner, key, source, into));
            continue;
        }
        const Setting* setting = find_setting(key);
        if (setting == nullptr) return unknown(key, where);
        std::string value;
        if (setting->type == SettingType::text) {
            const auto* v = node.as_string();
            if (v == nullptr) return {Code::json_type, where + key + " must be a string in quotes"};
            value = v->get();
        } else {
            const auto* v = node.as_integer();
            if (v == nullptr) return {Code::json_type, where + key + " must be a whole number without quotes"};
            value = std::to_string(v->get());
        }
        if (auto done = setting->set(into, value); !done)
            return {done.error().code, where + key + ": " + done.error().message};
    }
    return {};
}

std::string quoted(const std::string& s) {
    std::string out = "\"";
    for (const char c : s) {
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"";
}

}  // namespace

std::string Setting::environment() const {
    std::string out = "ASSAYD_";
    for (const char c : key)
        out.push_back(c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c));
    return out;
}

const std::vector<Setting>& settings() {
    static const std::vector<Setting> all = make_settings();
    return all;
}

Status read_config(std::string_view content, std::string_view source, Config& into) {
    try {
        const toml::table table = toml::parse(content, source);
        return read_table(table, "", source, into);
    } catch (const toml::parse_error& e) {
        const auto& at = e.source().begin;
        return {Code::json_syntax, std::string(source) + ":" + std::to_string(at.line) + ":" +
                                       std::to_string(at.column) + ": " + std::string(e.description())};
    }
}

Status apply(Config& config, std::string_view key, std::string_view value) {
    const Setting* setting = find_setting(key);
    if (setting == nullptr) return unknown(key, "");
    if (auto done = setting->set(config, value); !done)
        return {done.error().code, std::string(key) + ": " + done.error().message};
    return {};
}

std::string config_text(const Config& config) {
    std::string out =
        "# Settings of this node. A flag goes before the environment, the environment before this file.\n";
    std::string section;
    for (const Setting& s : settings()) {
        const auto dot = s.key.find('.');
        const std::string group = dot == std::string::npos ? "" : s.key.substr(0, dot);
        if (group != section) {
            out += "\n[" + group + "]\n";
            section = group;
        }
        out += "# " + s.meaning + "; " + s.flag + ", " + s.environment() + "\n";
        const std::string value = s.show(config);
        out += s.key.substr(dot == std::string::npos ? 0 : dot + 1) + " = " +
               (s.type == SettingType::text ? quoted(value) : value) + "\n";
    }
    return out;
}

Result<HostPort> parse_host_port(std::string_view text) {
    const auto bad = [&]() -> Result<HostPort> {
        return {Code::field_out_of_range, "\"" + std::string(text) + "\" is not HOST:PORT, as in 127.0.0.1:8710"};
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return bad();
    HostPort out;
    std::string_view host = text.substr(0, colon);
    if (host.front() == '[') {
        if (host.size() < 3 || host.back() != ']') return bad();
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return bad();
    }
    out.host = host == "localhost" ? "127.0.0.1" : std::string(host);
    const auto port = whole_number(text.substr(colon + 1), 0, 65'535);
    if (!port) return bad();
    out.port = static_cast<std::uint16_t>(*port);
    return out;
}

Result<std::uint64_t> parse_block_time(std::string_view text) {
    if (text == "on-demand") return std::uint64_t{0};
    const auto bad = [&]() -> Result<std::uint64_t> {
        return {Code::field_out_of_range, "block time \"" + std::string(text) + "\" is not 20ms to 10m, or on-demand"};
    };
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
    const auto n = whole_number(text.substr(0, digits), 1, 600'000);
    if (!n) return bad();
    const std::string_view unit = text.substr(digits);
    std::uint64_t ms = 0;
    if (unit == "ms")
        ms = *n;
    else if (unit == "s")
        ms = *n * 1'000;
    else if (unit == "m")
        ms = *n * 60'000;
    if (ms < 20 || ms > 600'000) return bad();
    return ms;
}

}  // namespace assay::node
