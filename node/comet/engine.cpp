#include "node/comet/engine.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/base64.hpp"
#include "base/hex.hpp"
#include "node/comet/files.hpp"
#include "node/comet/signer_guard.hpp"
#include "node/export.hpp"
#include "node/files.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"
#include "node/pruning.hpp"

namespace assay::node {
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kPassOnBatch = 10;  // CometBFT's own limit of a batch
constexpr std::size_t kPassOnWaiting = 100'000;
constexpr auto kLongestPause = 30s;
constexpr auto kLongLife = 60s;  // a life so long says that the next start may be quick again
constexpr int kHopeless = 5;     // lives in a row without a connection

// CometBFT's line {"_msg":"…","level":"error","module":"p2p","ts":"…","err":"…"}: its level, and a line for people.
std::pair<spdlog::level::level_enum, std::string> level_and_text(std::string_view line) {
    const Json j = Json::parse(line, nullptr, false);
    if (!j.is_object() || !j.contains("_msg")) return {spdlog::level::info, std::string(line)};
    const std::string level = j.value("level", "info");
    std::string text;
    for (const auto& [name, value] : j.items()) {
        if (name == "level" || name == "ts" || name == "_msg") continue;
        text += " " + name + "=" + (value.is_string() ? value.get<std::string>() : value.dump());
    }
    return {level == "error"   ? spdlog::level::err
            : level == "debug" ? spdlog::level::debug
                               : spdlog::level::info,
            j["_msg"].get<std::string>() + text};
}

std::uint64_t number_at(const Json& j, const char* name) {
    const auto at = j.find(name);
    if (at == j.end()) return 0;
    if (at->is_number_unsigned()) return at->get<std::uint64_t>();
    if (!at->is_string()) return 0;
    return std::strtoull(at->get_ref<const std::string&>().c_str(), nullptr, 10);
}

Json parsed(const Result<std::string>& text) {
    if (!text) return Json::object();
    Json out = Json::parse(*text, nullptr, false);
    return out.is_object() ? out : Json::object();
}

bool is_program(const fs::path& p) {
    return ::access(p.c_str(), X_OK) == 0 && !fs::is_directory(p);
}

}  // namespace

Result<fs::path> find_cometbft(const Config& config) {
    if (!config.cometbft_path.empty()) {
        if (is_program(config.cometbft_path)) return fs::absolute(config.cometbft_path);
        return {Code::not_found, config.cometbft_path + " (cometbft.path) is no program"};
    }
    std::error_code ec;
    const fs::path here = fs::read_symlink("/proc/self/exe", ec).parent_path();
    std::vector<fs::path> places{here / "cometbft", here / "../../cometbft/v0.40.0/bin/cometbft"};
    const char* path = std::getenv("PATH");
    std::string_view rest = path != nullptr ? path : "";
    while (!rest.empty()) {
        const auto colon = std::min(rest.find(':'), rest.size());
        if (colon > 0) places.push_back(fs::path(rest.substr(0, colon)) / "cometbft");
        rest.remove_prefix(std::min(colon + 1, rest.size()));
    }
    for (const fs::path& p : places)
        if (is_program(p)) return fs::weakly_canonical(p, ec);
    return {
        Code::not_found,
        "there is no cometbft on the PATH or beside assayd: scripts/get-cometbft.sh builds it, --cometbft names it"};
}

CometEngine::CometEngine(chain::App& app, Mempool& mempool, Snapshots& snapshots, const Home& home,
                         const Config& config, chain::Genesis genesis, ConsensusKey key, BeaconKeeper beacon,
                         CometOptions options, EngineEvents events)
    : app_(app),
      mempool_(mempool),
      home_(home),
      config_(config),
      genesis_(std::move(genesis)),
      key_(key.public_key()),
      new_signer_(options.new_signer),
      events_(std::move(events)),
      snapshots_(snapshots),
      comet_(app, mempool, std::move(beacon), snapshots_,
             {.genesis = genesis_,
              .consensus_key = key_,
              .halt_height = options.halt_height,
              .retain = [this](Height h) { return retain(h); },
              .restore = [this](const fs::path& file) { return restore(file); }},
             events_),
      rpc_(comet_addresses(home, config).rpc),
      has_state_(!app.info().chain_id.empty()) {}

CometEngine::~CometEngine() {
    stop();
}

Status CometEngine::start() {
    const bool own = config_.cometbft_external == 0;
    if (own) {
        ASSAY_TRY(const fs::path program, find_cometbft(config_));
        program_ = program.string();
    }
    const std::uint64_t chain_time =
        app_.info().chain_id.empty() ? genesis_.params.block.time_ms
                                     : app_.read([](const chain::StateView& s) { return s.params().block.time_ms; });
    std::uint64_t block_time = chain_time;
    if (!config_.block_time.empty()) {
        ASSAY_TRY(block_time, parse_block_time(config_.block_time));
        if (block_time == 0)
            return {Code::usage, "engine.block_time is on-demand: CometBFT makes a block each block time"};
    }
    std::error_code ec;
    if (app_.info().height.value > 0 && !fs::exists(home_.cometbft(), ec))
        return {Code::engine_unsuitable, "the blocks of this home up to height " +
                                             std::to_string(app_.info().height.value) +
                                             " were decided without CometBFT, which cannot go on from there: begin a "
                                             "home of its own with assayd init"};
    ASSAY_TRY_VOID(check_signer(home_, last_own_block(app_, key_), new_signer_));
    ASSAY_TRY_VOID(write_comet_files(home_, config_, genesis_, block_time));
    server_ =
        std::make_unique<abci::Server>(comet_, abci::ServerOptions{.address = comet_addresses(home_, config_).abci},
                                       abci::ServerEvents{.new_session = [this] { connected_ = true; },
                                                          .failed = [this](const Error& e) { events_.failed(e); }});
    ASSAY_TRY_VOID(server_->start());
    if (own) supervisor_ = std::thread([this] { supervise(); });
    sender_ = std::thread([this] { pass_on(); });
    watcher_ = std::thread([this] { watch(); });
    return {};
}

// CometBFT first: it ends in order while the state machine still answers.
void CometEngine::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread* t : {&supervisor_, &sender_, &watcher_})
        if (t->joinable()) t->join();
    if (server_) server_->stop();
}

bool CometEngine::sleep_for(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, time, [&] { return stopping_; });
}

void CometEngine::take_line(std::string_view line) {
    const auto [level, text] = level_and_text(line);
    spdlog::log(level, "cometbft: {}", text);
    const std::lock_guard lock(mutex_);
    // Of a panic the first line says why; the rest is Go's stack.
    const bool last_words = line.starts_with("panic:") || line.starts_with("ERROR:");
    if ((last_words || level == spdlog::level::err) && !why_.starts_with("panic:"))
        why_ = last_words ? std::string(line) : text;
}

void CometEngine::supervise() {
    std::chrono::milliseconds pause = 500ms;
    int hopeless = 0;
    do {
        connected_ = false;
        // Left by one that was killed; CometBFT does not take its place. Its data's lock sees that none runs.
        if (config_.cometbft_rpc.empty()) {
            std::error_code gone;
            fs::remove(home_.cometbft() / "rpc.sock", gone);
        }
        const auto began = std::chrono::steady_clock::now();
        auto child = Child::start({program_, "start", "--home", home_.cometbft().string()}, home_.cometbft(),
                                  [this](std::string_view line) { take_line(line); });
        if (!child) return events_.failed(child.error());
        while ((*child)->running())
            if (!sleep_for(100ms)) {
                (*child)->stop(10s);
                return;
            }
        const std::string how = (*child)->how_it_ended();
        child->reset();  // its last lines are read now
        hopeless = connected_ ? 0 : hopeless + 1;
        std::string last;
        {
            const std::lock_guard lock(mutex_);
            ++seen_.restarts;
            last = std::exchange(why_, {});
        }
        // What no new start mends.
        if (last.find("app block height") != std::string::npos ||
            last.find("AppHash after replay") != std::string::npos)
            return events_.failed(
                {Code::store_corrupt,
                 "the state is at height " + std::to_string(app_.info().height.value) +
                     ", and CometBFT's data do not go with it: they are of different times. Restore both from one "
                     "backup, take the state back with assayd rollback, or begin a new home (it said: " +
                     last + ")"});
        if (hopeless >= kHopeless)
            return events_.failed({Code::engine_failed, "CometBFT ended " + std::to_string(hopeless) +
                                                            " times before it began, the last time " + how + ": " +
                                                            last});
        if (std::chrono::steady_clock::now() - began > kLongLife) pause = 500ms;
        spdlog::error("CometBFT ended {}; it starts again in {} ms", how, pause.count());
        if (!sleep_for(pause)) return;
        pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestPause);
    } while (true);
}

// ---------------------------------------------------------------- transactions for other nodes

void CometEngine::transaction_waits(const chain::RawTx& raw, Mempool::From from) {
    if (from == Mempool::From::network) return;  // CometBFT brought it, and passes it on itself
    {
        const std::lock_guard lock(mutex_);
        if (to_pass_on_.size() >= kPassOnWaiting) to_pass_on_.pop_front();  // it waits in our mempool all the same
        to_pass_on_.push_back(raw);
    }
    wake_.notify_all();
}

void CometEngine::pass_on() {
    while (true) {
        std::vector<chain::RawTx> batch;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return stopping_ || !to_pass_on_.empty(); });
            if (stopping_) return;
            while (!to_pass_on_.empty() && batch.size() < kPassOnBatch) {
                batch.push_back(std::move(to_pass_on_.front()));
                to_pass_on_.pop_front();
            }
        }
        std::string body;
        for (std::size_t i = 0; i < batch.size(); ++i)
            body += (i == 0 ? "[" : ",") + std::string("{\"jsonrpc\":\"2.0\",\"id\":") + std::to_string(i) +
                    ",\"method\":\"broadcast_tx_async\",\"params\":{\"tx\":\"" + to_base64(batch[i].bytes()) + "\"}}";
        const auto answer = rpc_.post(body + "]");
        // Nobody else has what a full mempool did not take; what it has already it refuses a second time.
        if (answer && answer->find("mempool is full") == std::string::npos) continue;
        {
            const std::lock_guard lock(mutex_);
            for (auto at = batch.rbegin(); at != batch.rend(); ++at) to_pass_on_.push_front(*at);
        }
        if (!sleep_for(500ms)) return;
    }
}

// ---------------------------------------------------------------- how consensus is doing

void CometEngine::watch() {
    bool answered = false;
    do {
        const auto status = rpc_.call("status", "{}", 2s);
        Seen now;
        now.answers = status.ok();
        if (status) {
            const Json s = parsed(status);
            const Json sync = s.value("sync_info", Json::object());
            now.catching_up = sync.value("catching_up", false);
            now.height = number_at(sync, "latest_block_height");
            now.power = static_cast<std::int64_t>(number_at(s.value("validator_info", Json::object()), "voting_power"));
            now.peers = number_at(parsed(rpc_.call("net_info", "{}", 2s)), "n_peers");
            const Json round = parsed(rpc_.call("consensus_state", "{}", 2s)).value("round_state", Json::object());
            now.round = round.value("height/round/step", "");
        }
        {
            const std::lock_guard lock(mutex_);
            now.restarts = seen_.restarts;
            seen_ = now;
        }
        // A CometBFT that begins anew knows nothing of what waits here.
        if (now.answers && !answered)
            for (const chain::RawTx& raw : mempool_.all()) transaction_waits(raw, Mempool::From::here);
        answered = now.answers;
    } while (sleep_for(1s));
}

std::string CometEngine::behind() const {
    const std::lock_guard lock(mutex_);
    if (!seen_.answers) return "CometBFT does not answer";
    if (!has_state_) return "waiting for a snapshot of the state";
    if (seen_.catching_up) return "catching up, at height " + std::to_string(seen_.height);
    return {};
}

std::string CometEngine::consensus() const {
    const std::lock_guard lock(mutex_);
    return to_text(Json{{"cometbft", comet_.engine_version()},
                        {"answers", seen_.answers},
                        {"round", seen_.round},
                        {"peers", seen_.peers},
                        {"power", seen_.power},
                        {"missed_blocks", comet_.missed()},
                        {"proposals_refused", comet_.proposals_refused()},
                        {"restarts", seen_.restarts}});
}

std::string CometEngine::metrics() const {
    if (config_.cometbft_metrics.empty()) return {};
    auto page = http_get(config_.cometbft_metrics, "/metrics", 2s);
    return page ? *std::move(page) : std::string{};
}

Result<std::string> CometEngine::light_block(Height height) const {
    return light_blocks_.at(rpc_, height);
}

std::function<std::string(const std::string&)> CometEngine::relay() const {
    return [this](const std::string& body) { return relay_to_comet(rpc_, body); };
}

// ---------------------------------------------------------------- the state

Status CometEngine::restore(const fs::path& file) {
    ASSAY_TRY(const auto header, begin_from_snapshot(app_, home_, file));
    has_state_ = true;
    spdlog::info("the state of height {} was restored, app hash {}", header.height.value,
                 to_hex(header.app_hash.view()));
    return {};
}

// The evidence that CometBFT may still ask for has its own place there; blocks are kept for as long as one can count.
Height CometEngine::retain(Height height) {
    const auto rules = app_.read([](const chain::StateView& s) { return s.params(); });
    const auto from = retain_height(
        height, {.keep_blocks = config_.prune_keep_blocks,
                 .oldest_snapshot = snapshots_.oldest(),
                 .evidence_blocks = rules.stake.unbonding_ms / std::max<std::uint64_t>(1, rules.block.time_ms)});
    if (!from) return Height{0};
    if (auto done = app_.prune_blocks(*from); !done) spdlog::warn("old blocks stay: {}", done.error().message);
    return *from;
}

}  // namespace assay::node
