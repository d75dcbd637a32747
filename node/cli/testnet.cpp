// testnet: homes of several validators, and all of them run from one terminal.
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "node/cli/commands.hpp"
#include "node/cli/signals.hpp"
#include "node/comet/child.hpp"
#include "node/testnet.hpp"

namespace assay::node::cli {
namespace {

constexpr auto kReadyWithin = std::chrono::seconds(120);
constexpr auto kStopWithin = std::chrono::seconds(30);

// What a testnet decides itself, for each node.
constexpr const char* kDecided[] = {
    "name", "engine.kind", "rpc.listen", "metrics.listen", "cometbft.p2p_listen", "cometbft.metrics", "cometbft.peers"};

Json shown(const std::vector<TestnetNode>& nodes) {
    Json list = Json::array();
    for (const TestnetNode& n : nodes)
        list.push_back({{"home", n.home.root.string()}, {"url", n.url}, {"metrics", n.metrics}});
    return Json{{"nodes", std::move(list)}};
}

std::string lines_of(const std::vector<TestnetNode>& nodes) {
    std::string out;
    for (const TestnetNode& n : nodes) out += n.home.root.string() + "  " + n.url + "  " + n.metrics + "\n";
    return out;
}

// One assayd. What it says goes to its log; its one line of JSON says that it is ready, or why it is not.
class Running {
   public:
    static Result<std::unique_ptr<Running>> start(const TestnetNode& node) {
        std::error_code ec;
        const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
        if (ec) return {Code::io_error, "cannot find this program: " + ec.message()};
        auto out = std::unique_ptr<Running>(new Running(node.home.root / "log"));
        Running* const to = out.get();
        ASSAY_TRY(out->child_, Child::start({self.string(), "start", "--home", node.home.root.string(), "--json"},
                                            node.home.root, [to](std::string_view line) { to->take(line); }));
        return out;
    }
    [[nodiscard]] bool runs() { return child_ && child_->running(); }
    [[nodiscard]] bool ready() const {
        const std::lock_guard lock(mutex_);
        return ready_;
    }
    void ask_to_stop() {
        if (runs()) ::kill(child_->pid(), SIGTERM);
    }
    void stop() {
        if (child_) child_->stop(kStopWithin);
    }
    /// Why it ended.
    [[nodiscard]] Error failure(const std::string& home) {
        child_->stop(std::chrono::seconds(0));
        const std::string how = child_->how_it_ended();
        child_.reset();  // its last lines are read now
        const std::lock_guard lock(mutex_);
        return {Code::engine_failed,
                "the node of " + home + " ended " + how + (error_.empty() ? "; its log says more" : ": " + error_)};
    }

   private:
    explicit Running(const std::filesystem::path& log) : log_(log, std::ios::app) {}
    void take(std::string_view line) {
        const std::lock_guard lock(mutex_);
        log_ << line << std::endl;
        if (line.empty() || line.front() != '{') return;
        const Json said = Json::parse(line, nullptr, false);
        if (!said.is_object()) return;
        if (said.contains("url")) ready_ = true;
        if (said.contains("error") && said["error"].is_object()) error_ = said["error"].value("message", "");
    }

    mutable std::mutex mutex_;
    std::ofstream log_;
    bool ready_ = false;
    std::string error_;
    std::unique_ptr<Child> child_;
};

int run_all(const Output& out, const std::vector<TestnetNode>& nodes) {
    const sigset_t signals = block_signals();
    std::vector<std::unique_ptr<Running>> all;
    const auto stop_all = [&] {
        for (auto& r : all) r->ask_to_stop();  // all at once: they wait for each other's blocks
        for (auto& r : all) r->stop();
    };
    const auto ended = [&]() -> std::optional<Error> {
        for (std::size_t i = 0; i < all.size(); ++i)
            if (!all[i]->runs()) return all[i]->failure(nodes[i].home.root.string());
        return std::nullopt;
    };
    for (const TestnetNode& n : nodes) {
        auto r = Running::start(n);
        if (!r) {
            stop_all();
            return out.fail(r.error());
        }
        all.push_back(*std::move(r));
    }
    const auto until = std::chrono::steady_clock::now() + kReadyWithin;
    bool told = false;
    while (true) {
        if (auto why = ended()) {
            stop_all();
            if (!told) return out.fail(*why);
            std::fprintf(stderr, "assayd: %s\n", why->message.c_str());  // the one value on stdout is there already
            return exit_code(why->code);
        }
        bool ready = true;
        for (const auto& r : all) ready = ready && r->ready();
        if (ready && !told) {
            told = true;
            out.done(lines_of(nodes) + "all " + std::to_string(nodes.size()) + " run; Ctrl-C stops them\n",
                     shown(nodes));
        }
        if (!told && std::chrono::steady_clock::now() > until) {
            stop_all();
            return out.fail({Code::engine_failed, "the nodes were not ready within 120 s; each home has a log"});
        }
        if (signal_or_nothing(signals) != 0) break;
    }
    stop_all();
    return 0;
}

}  // namespace

int run_testnet(const Output& out, TestnetOptions options, const Flags& flags, bool start) {
    for (const char* key : kDecided)
        if (const auto flag = flags.find(key); flag != flags.end())
            return out.fail({Code::usage, std::string(key) + " is set for each node by the testnet itself"});
    const auto there = find_testnet(options.out);
    if (!there) return out.fail(there.error());
    if (start && there->size() == options.nodes) {
        if (!flags.empty())
            return out.fail({Code::usage, "the homes in " + options.out.string() +
                                              " are there already: their config.toml has the settings"});
        return run_all(out, *there);
    }
    if (auto done = apply_environment_and_flags(options.config, flags); !done) return out.fail(done.error());
    const auto nodes = make_testnet(options);
    if (!nodes)
        return out.fail(nodes.error(), nodes.error().code == Code::already_exists
                                           ? "choose another --out, or start the one that is there with its number of "
                                             "nodes and --start"
                                           : "");
    if (start) return run_all(out, *nodes);
    return out.done(lines_of(*nodes) + "start them: assayd testnet " + std::to_string(options.nodes) + " --out " +
                        options.out.string() + " --start\n",
                    shown(*nodes));
}

}  // namespace assay::node::cli
