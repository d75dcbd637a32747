// start, stop, and what asks a running node.
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/hex.hpp"
#include "node/cli/commands.hpp"
#include "node/cli/signals.hpp"
#include "node/control.hpp"
#include "node/files.hpp"
#include "node/logging.hpp"
#include "node/node.hpp"

namespace assay::node::cli {
namespace {

constexpr const char* kNoNode = "assayd start runs it";

// Gone, or waiting only for its parent to ask how it ended.
bool ended(pid_t pid) {
    if (::kill(pid, 0) != 0 && errno == ESRCH) return true;
    const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat", 4096);
    if (!stat) return false;
    const auto name_end = stat->rfind(") ");
    return name_end != std::string::npos && name_end + 2 < stat->size() && (*stat)[name_end + 2] == 'Z';
}

std::string hint_for_start(Code code) {
    switch (code) {
        case Code::port_in_use:
            return "choose another with --listen HOST:PORT (and --metrics HOST:PORT)";
        case Code::store_locked:
            return "another assayd runs in this home: assayd stop ends it";
        case Code::store_corrupt:
            return "restore the whole home, or begin a new one with assayd init";
        case Code::signer_moved:
            return "two nodes that sign with one key lose the bond: docs/validator.md has more";
        default:
            return "";
    }
}

}  // namespace

int run_start(const Output& out, const Home& home, const StartCommand& command) {
    const sigset_t signals = block_signals();
    std::error_code ec;
    if (!std::filesystem::exists(home.genesis(), ec))
        return out.fail({Code::not_found, "there is no node in " + home.root.string()},
                        "assayd init --home " + home.root.string() + " makes one");
    const auto config = resolve_config(home, command.flags);
    if (!config) return out.fail(config.error());
    start_logging(config->log_level, config->log_format, config->name);

    auto node =
        Node::start(home, *config, {.halt_height = Height{command.halt_height}, .new_signer = command.new_signer});
    if (!node) return out.fail(node.error(), hint_for_start(node.error().code));
    const auto info = (*node)->app().info();
    out.done(
        "ready at " + (*node)->url() + ", chain " + info.chain_id + ", height " + std::to_string(info.height.value),
        Json{{"url", (*node)->url()},
             {"metrics", (*node)->metrics_url()},
             {"chain_id", info.chain_id},
             {"height", info.height.value}});

    int got = 0;
    while (!(*node)->should_stop()) {
        (*node)->tick();
        got = signal_or_nothing(signals);
        if (got != 0) break;
    }
    if (got != 0) spdlog::info("stopping on {}", got == SIGINT ? "SIGINT" : got == SIGTERM ? "SIGTERM" : "SIGHUP");
    // A second signal does not wait for the graceful end.
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    (*node)->stop();
    if (const auto failure = (*node)->failure()) return out.fail(*failure);
    return 0;
}

int run_stop(const Output& out, const Home& home) {
    const auto answer = control_call(home.control_socket(), "node.stop");
    if (!answer) return out.fail(answer.error(), kNoNode);
    const Json parsed = Json::parse(*answer, nullptr, false);
    const pid_t pid = parsed.is_object() ? parsed.value("pid", 0) : 0;
    for (int i = 0; i < 600; ++i) {
        if (pid <= 0 || ended(pid)) return out.done("stopped", Json{{"stopped", true}});
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return out.fail({Code::io_error, "the node did not end within 60 s"});
}

int run_status(const Output& out, const Home& home) {
    const auto answer = control_call(home.control_socket(), "status");
    if (!answer) return out.fail(answer.error(), kNoNode);
    const Json s = Json::parse(*answer);
    const auto field = [&](const char* name) {
        return s[name].is_string() ? s[name].get<std::string>() : s[name].dump();
    };
    std::string text;
    for (const char* name : {"chain_id", "height", "app_hash", "time", "engine", "epoch", "epoch_blocks_left",
                             "mempool", "beacon_left", "version"})
        text += std::string(name) + std::string(19 - std::string_view(name).size(), ' ') + field(name) + "\n";
    return out.done(text, s);
}

int run_log_level(const Output& out, const Home& home, const std::string& level, const std::string& format) {
    Json params{{"level", level}};
    if (!format.empty()) params["format"] = format;
    const auto answer = control_call(home.control_socket(), "node.log", to_text(params));
    if (!answer) return out.fail(answer.error(), answer.error().code == Code::node_unreachable ? kNoNode : "");
    return out.done("log level is " + level + (format.empty() ? "" : ", in " + format), params);
}

}  // namespace assay::node::cli
