// The operator's way into a running node: a Unix socket in the home, mode 0600, one JSON-RPC request a line. It knows
// the methods of docs/rpc.md and a few more: node.stop, node.log_level, node.block_raw, node.export,
// node.export_state.
//
//   ControlServer control(home.control_socket(), [&](std::string line) { return answer; });
//   ASSAY_TRY_VOID(control.start());
//   Result<json::Value> height = control_call(home, "status");          // from another process
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/json.hpp"

namespace assay::node {

class ControlServer {
   public:
    using Handler = std::function<std::string(const std::string& line)>;

    ControlServer(std::filesystem::path path, Handler handler) : path_(std::move(path)), handler_(std::move(handler)) {}
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    /// Errors: io_error.
    [[nodiscard]] Status start();
    void stop();

   private:
    void accept_loop();
    void serve(int socket);

    std::filesystem::path path_;
    Handler handler_;
    int listener_ = -1;
    int wake_[2] = {-1, -1};
    std::thread thread_;
};

/// One call to the node that runs in `socket`'s home; the answer's `result` as text. Errors: node_unreachable, or what
/// the node answered.
[[nodiscard]] Result<std::string> control_call(const std::filesystem::path& socket, const std::string& method,
                                               const std::string& params = "{}");
[[nodiscard]] bool node_runs(const std::filesystem::path& socket);

}  // namespace assay::node
