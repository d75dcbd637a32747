#include "node/node.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/hex.hpp"
#include "node/comet/engine.hpp"
#include "node/control.hpp"
#include "node/disk.hpp"
#include "node/engine/solo.hpp"
#include "node/export.hpp"
#include "node/files.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"
#include "node/logging.hpp"
#include "node/metrics.hpp"
#include "node/pruning.hpp"
#include "node/rpc/service.hpp"
#include "node/snapshot_method.hpp"
#include "node/version.hpp"

namespace assay::node {

std::string devnet_part(const std::string& genesis_text) {
    const Json all = Json::parse(genesis_text, nullptr, false, true);
    if (all.is_discarded() || !all.is_object() || !all.contains("devnet")) return {};
    return to_text(all["devnet"]);
}

Result<std::unique_ptr<Node>> Node::start(const Home& home, const Config& config, const StartOptions& options) {
    std::unique_ptr<Node> node(new Node());
    node->config_ = config;
    ASSAY_TRY_VOID(node->open_chain(home, config, options));
    ASSAY_TRY_VOID(node->make_engine(home, config, options));
    ASSAY_TRY_VOID(node->open_doors(home, config));
    ASSAY_TRY_VOID(node->engine_->start());
    node->engine_runs_ = true;
    const auto info = node->app_->info();
    spdlog::info("chain {} at height {}, app hash {}, {} at {}", info.chain_id, info.height.value,
                 to_hex(info.app_hash.view()), node->engine_->name(), node->url());
    return node;
}

Status Node::open_chain(const Home& home, const Config& config, const StartOptions& options) {
    ASSAY_TRY(std::string text, read_file(home.genesis()));
    ASSAY_TRY(chain::Genesis genesis, chain::parse_genesis(text, home.genesis().native()));
    ASSAY_TRY_VOID(make_directory(home.data(), 0700));
    ASSAY_TRY_VOID(check_disk(home.data(), config.disk_min_free_mib));
    home_ = home;
    chain::AppOptions app;
    app.dir = home.data().string();
    app.cache_bytes = static_cast<std::size_t>(config.store_cache_mib) << 20;
    app.keep_versions = config.store_keep_versions;
    app.account_index = config.store_account_index != 0;
    app.verify_threads = static_cast<unsigned>(config.store_verify_threads);
    app.sync = options.sync;
    ASSAY_TRY(app_, chain::App::open(app));
    const bool waits_for_state = config.engine == "cometbft" && !config.state_sync_servers.empty();
    if (app_->info().chain_id.empty() && !waits_for_state) {
        // A home that was set up with a state never begins anew at height 0.
        std::error_code ec;
        if (std::filesystem::exists(home.initial_state(), ec)) {
            ASSAY_TRY(auto began, init_from_file(*app_, home.initial_state()));
            (void)began;
        } else {
            ASSAY_TRY_VOID(app_->init_chain(genesis));
        }
    }
    if (!app_->info().chain_id.empty()) {
        ASSAY_TRY(chain::Genesis stored, app_->genesis());
        if (chain::genesis_hash(stored) != chain::genesis_hash(genesis))
            return {Code::bad_genesis,
                    home.genesis().string() + " is not the genesis that the store in this home began with"};
    }
    genesis_ = genesis;
    mempool_ = std::make_unique<Mempool>(*app_, MempoolLimits{static_cast<std::size_t>(config.mempool_max_txs),
                                                              static_cast<std::size_t>(config.mempool_max_bytes)});
    api_ = std::make_unique<Api>(Api{*app_, *mempool_, nullptr, devnet_part(text), genesis.params.token.prefix});
    return {};
}

Status Node::make_engine(const Home& home, const Config& config, const StartOptions& options) {
    ASSAY_TRY(ConsensusKey key, ConsensusKey::load(home.consensus_key()));
    ASSAY_TRY(BeaconKeeper beacon, BeaconKeeper::open(home));
    EngineEvents events;
    events.committed = [this](const chain::Block& b, const chain::BlockResults& r) { committed(b, r); };
    events.failed = [this](const Error& e) {
        engine_runs_ = false;
        if (e.code == Code::ok) {
            spdlog::info("{}", e.message);
        } else {
            spdlog::critical("the engine stopped: {}: {}", e.word(), e.message);
            const std::lock_guard lock(mutex_);
            failure_ = e;
        }
        should_stop_ = true;
    };
    snapshots_ =
        std::make_unique<Snapshots>(home, SnapshotOptions{config.snapshot_interval_blocks, config.snapshot_keep});
    if (config.engine == "cometbft") {
        engine_ = std::make_unique<CometEngine>(
            *app_, *mempool_, *snapshots_, home, config, genesis_, std::move(key), std::move(beacon),
            CometOptions{options.halt_height, options.new_signer}, std::move(events));
    } else {
        SoloOptions solo;
        solo.signed_block = home.signed_block();
        solo.sync = options.sync;
        solo.halt_height = options.halt_height;
        solo.chain_time = config.block_time.empty();
        if (!solo.chain_time) {
            ASSAY_TRY(solo.block_time_ms, parse_block_time(config.block_time));
        }
        std::error_code ec;
        if (std::filesystem::exists(home.cometbft(), ec))
            return {Code::engine_unsuitable,
                    "the validators of this home's chain decide its blocks through CometBFT: start it with --engine "
                    "cometbft, or set engine.kind"};
        engine_ = std::make_unique<SoloEngine>(*app_, *mempool_, std::move(key), std::move(beacon), std::move(solo),
                                               std::move(events));
    }
    mempool_->on_added([this](const chain::RawTx& raw, Mempool::From from) { engine_->transaction_waits(raw, from); });
    api_->engine = engine_.get();
    return {};
}

Status Node::open_doors(const Home& home, const Config& config) {
    dispatcher_ = std::make_unique<Dispatcher>(*api_, waiters_);
    ServiceOptions service;
    service.max_lag_blocks = config.rpc_max_lag_blocks;
    service.not_ready = [this] {
        std::vector<std::string> reasons;
        if (!engine_runs_) reasons.emplace_back("the engine does not run");
        if (const std::string behind = engine_->behind(); !behind.empty()) reasons.push_back(behind);
        if (app_->info().height.value == 0) reasons.emplace_back("no block yet");
        if (const auto low = check_disk(home_.data(), 2 * config_.disk_min_free_mib); !low)
            reasons.emplace_back("the disk is nearly full");
        return reasons;
    };
    service.cometbft = engine_->relay();
    service_ = std::make_unique<RpcService>(*dispatcher_, std::move(service));

    ASSAY_TRY(HostPort where, parse_host_port(config.rpc_listen));
    HttpOptions http;
    http.host = where.host;
    http.port = where.port;
    http.threads = static_cast<unsigned>(config.rpc_threads);
    http.max_connections = static_cast<std::size_t>(config.rpc_connections);
    http.per_address = {config.rpc_connections_per_address, config.rpc_requests_per_second};
    http_ = std::make_unique<HttpServer>(http, *service_);
    ASSAY_TRY_VOID(http_->start());

    if (!config.metrics_listen.empty()) {
        ASSAY_TRY(HostPort metrics, parse_host_port(config.metrics_listen));
        HttpOptions options;
        options.host = metrics.host;
        options.port = metrics.port;
        options.threads = 1;
        options.max_body = 1024;
        metrics_service_ = std::make_unique<MetricsService>([this] { return collect_metrics(); });
        metrics_http_ = std::make_unique<HttpServer>(options, *metrics_service_);
        ASSAY_TRY_VOID(metrics_http_->start());
    }

    control_ = std::make_unique<ControlServer>(home.control_socket(), [this](const std::string& line) {
        std::string out;
        std::mutex m;
        std::condition_variable cv;
        bool done = false;
        dispatcher_->handle(
            line,
            [&](std::string answer) {
                const std::lock_guard lock(m);
                out = std::move(answer);
                done = true;
                cv.notify_all();
            },
            [this](const RpcRequest& r) { return own_method(r); });
        std::unique_lock lock(m);
        cv.wait(lock, [&] { return done; });
        return out;
    });
    return control_->start();
}

std::optional<Result<std::string>> Node::own_method(const RpcRequest& r) {
    using Out = Result<std::string>;
    if (auto out = network_method(*api_, r)) return out;
    if (r.method == "node.stop") {
        should_stop_ = true;
        return Out("{\"pid\":" + std::to_string(::getpid()) + "}");
    }
    if (r.method == "node.log") {
        static const std::vector<Param> params{
            {"level", ParamType::text, false, "trace, debug, info, warn, error, off"},
            {"format", ParamType::text, false, "text or json"}};
        const auto args = read_args(params, r.params, api_->prefix);
        if (!args) return Out(args.error());
        for (const char* name : {"level", "format"}) {
            if (!args->has(name)) continue;
            if (auto ok = apply(config_, std::string("log.") + name, args->text(name)); !ok)
                return Out(Code::invalid_params, ok.error().message);
        }
        if (args->has("level")) set_log_level(config_.log_level);
        if (args->has("format")) set_log_format(config_.log_format, config_.name);
        return Out("true");
    }
    if (r.method == "node.snapshot") return snapshot_method(*app_, *snapshots_, home_);
    if (r.method == "node.metrics") return Out(json_quoted(collect_metrics()));
    if (r.method == "node.block_raw") {
        static const std::vector<Param> params{{"height", ParamType::number, true, "which"}};
        const auto args = read_args(params, r.params, api_->prefix);
        if (!args) return Out(args.error());
        const auto block = app_->block(Height{args->number("height")});
        if (!block) return Out(block.error());
        const auto results = app_->results(Height{args->number("height")});
        if (!results) return Out(results.error());
        return Out("{\"block\":\"" + to_hex(borsh::encode(*block)) + "\",\"results\":\"" +
                   to_hex(borsh::encode(*results)) + "\"}");
    }
    if (r.method == "node.genesis_raw") {
        const auto genesis = app_->genesis();
        if (!genesis) return Out(genesis.error());
        return Out("\"" + to_hex(borsh::encode(*genesis)) + "\"");
    }
    if (r.method == "node.export") return export_state(*app_);
    if (r.method == "node.export_state") {
        static const std::vector<Param> params{{"file", ParamType::text, true, "an absolute path"},
                                               {"height", ParamType::number, false, "which"}};
        const auto args = read_args(params, r.params, api_->prefix);
        if (!args) return Out(args.error());
        std::optional<Height> height;
        if (args->has("height")) height = Height{args->number("height")};
        const auto header = export_state_file(*app_, height, args->text("file"));
        if (!header) return Out(header.error());
        return Out(to_text(state_file_json(*header)));
    }
    return std::nullopt;
}

void Node::committed(const chain::Block& block, const chain::BlockResults& results) {
    std::vector<Hash> included;
    for (const auto& r : results.receipts) included.push_back(r.txid);
    const auto dropped = mempool_->committed(block.header.height, included);
    ++blocks_;
    for (const auto& r : results.receipts) {
        ++txs_;
        if (r.code != "ok") ++failed_txs_;
        waiters_.settle(r.txid, {r.code == "ok" ? "committed" : "failed", block.header.height, r.code, r.message});
    }
    for (const auto& d : dropped) waiters_.settle(d.txid, {"expired", {}, std::string(code_word(d.code)), d.message});
    service_->block_committed();
    snapshots_->committed(*app_, block.header.height);
    // Under CometBFT both sides keep the same blocks: its engine sees to that.
    if (engine_->name() == "solo")
        if (const auto from = retain_height(block.header.height, {config_.prune_keep_blocks, snapshots_->oldest()}))
            if (auto done = app_->prune_blocks(*from); !done) spdlog::warn("old blocks stay: {}", done.error().message);
    if (results.receipts.empty())
        spdlog::debug("block {} app hash {}", block.header.height.value, to_hex(results.app_hash.view()));
    else
        spdlog::info("block {} with {} transactions, app hash {}", block.header.height.value, results.receipts.size(),
                     to_hex(results.app_hash.view()));
}

std::string Node::collect_metrics() const {
    MetricsText m;
    const auto info = app_->info();
    const auto pool = mempool_->counts();
    m.gauge("height", "Height of the last block", static_cast<double>(info.height.value));
    m.gauge("block_time_seconds", "Time of the last block, seconds since 1970",
            static_cast<double>(info.time.value) / 1000.0);
    m.counter("blocks_total", "Blocks since this process began", static_cast<double>(blocks_));
    m.counter("transactions_total", "Transactions in those blocks", static_cast<double>(txs_));
    m.counter("transactions_failed_total", "Of them, refused by execution", static_cast<double>(failed_txs_));
    m.gauge("mempool_transactions", "Transactions that wait", static_cast<double>(pool.txs));
    m.gauge("mempool_bytes", "Their bytes", static_cast<double>(pool.bytes));
    m.gauge("beacon_left", "Heights that the beacon chain still covers", static_cast<double>(engine_->beacon_left()));
    if (const auto free = free_mib(home_.data()))
        m.gauge("disk_free_mib", "Free where the data are", static_cast<double>(*free));
    m.gauge("ready", "1 while /ready says so", engine_runs_ && engine_->behind().empty() ? 1 : 0);
    if (const Json c = Json::parse(engine_->consensus(), nullptr, false); c.is_object()) {
        m.gauge("peers", "Other nodes that this one is connected to", c.value("peers", 0.0));
        m.gauge("voting_power", "Of this node's validator; 0 where it is none", c.value("power", 0.0));
        m.counter("missed_blocks_total", "Commits without this validator's signature", c.value("missed_blocks", 0.0));
        m.counter("proposals_refused_total", "Proposals of others that broke a rule",
                  c.value("proposals_refused", 0.0));
        m.counter("engine_restarts_total", "Times that CometBFT was started again", c.value("restarts", 0.0));
    }
    m.gauge("rpc_connections", "Open connections", static_cast<double>(http_->connections()));
    m.counter("rpc_requests_total", "HTTP and WebSocket requests", static_cast<double>(http_->requests()));
    m.counter("rpc_refused_total", "Connections and requests over a limit", static_cast<double>(http_->refused()));
    m.gauge("rpc_sockets", "Open WebSockets", static_cast<double>(service_->sockets()));
    if (info.chain_id.empty()) return m.text();
    app_->read([&](const chain::StateView& s) {
        const auto books = s.ledger();
        const auto clock = s.chain();
        m.gauge("epoch", "Running epoch", static_cast<double>(clock.epoch.value));
        m.gauge("minted_base_units", "Minted since genesis", static_cast<double>(books.minted.units));
        m.gauge("burned_base_units", "Burned since genesis", static_cast<double>(books.burned.units));
        m.gauge("staked_base_units", "Active stake of providers", static_cast<double>(books.staked.units));
        m.gauge("price_usd", "Spot price", static_cast<double>(clock.price.spot.value) / 1e8);
        m.gauge("price_stale", "1 while the price is stale", clock.price.stale ? 1 : 0);
        m.gauge("active_devices", "Devices with a task", static_cast<double>(clock.active_devices));
        return 0;
    });
    return m.text() + engine_->metrics();
}

std::optional<Error> Node::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

void Node::tick() {
    const auto now = std::chrono::steady_clock::now();
    if (now >= look_at_disk_) {
        look_at_disk_ = now + std::chrono::seconds(5);
        if (auto low = check_disk(home_.data(), config_.disk_min_free_mib);
            !low && low.error().code == Code::disk_low) {
            spdlog::critical("{}", low.error().message);
            const std::lock_guard lock(mutex_);
            failure_ = std::move(low).error();
            should_stop_ = true;
        }
    }
    waiters_.expire(TxWaiters::Clock::now());
}

std::string Node::url() const {
    const auto where = parse_host_port(config_.rpc_listen);
    const std::string host =
        where && where->host.find(':') != std::string::npos ? "[" + where->host + "]" : (where ? where->host : "");
    return "http://" + host + ":" + std::to_string(http_->port());
}

std::string Node::metrics_url() const {
    if (!metrics_http_) return {};
    const auto where = parse_host_port(config_.metrics_listen);
    const std::string host =
        where && where->host.find(':') != std::string::npos ? "[" + where->host + "]" : (where ? where->host : "");
    return "http://" + host + ":" + std::to_string(metrics_http_->port()) + "/metrics";
}

Node::~Node() {
    stop();
}

// First no more blocks, then no more requests, then the store, and the control socket last: while it is there, the
// home is in use.
void Node::stop() {
    if (stopped_) return;
    stopped_ = true;
    engine_runs_ = false;
    if (engine_) engine_->stop();
    waiters_.release_all();
    if (http_) http_->stop();
    waiters_.release_all();
    if (metrics_http_) metrics_http_->stop();
    if (app_) spdlog::info("stopped at height {}", app_->info().height.value);
    if (control_) control_->stop();
}

}  // namespace assay::node
