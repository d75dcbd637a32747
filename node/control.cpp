#include "node/control.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "node/json.hpp"
#include "node/rpc/request.hpp"

namespace assay::node {
namespace {

constexpr std::size_t kMaxLine = 4u << 20;
constexpr int kAnswerMs = 600'000;

Result<sockaddr_un> address_of(const std::filesystem::path& path) {
    sockaddr_un out{};
    out.sun_family = AF_UNIX;
    const std::string text = path.string();
    if (text.size() >= sizeof(out.sun_path))
        return {Code::io_error, "the path of the control socket is longer than " +
                                    std::to_string(sizeof(out.sun_path) - 1) + " bytes: " + text +
                                    "; choose a shorter --home"};
    std::memcpy(out.sun_path, text.c_str(), text.size() + 1);
    return out;
}

bool write_all(int fd, std::string_view data) {
    while (!data.empty()) {
        const ssize_t n = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        data.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

int connect_to(const std::filesystem::path& path) {
    const auto address = address_of(path);
    if (!address) return -1;
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&*address), sizeof(sockaddr_un)) != 0) {
        ::close(fd);
        return -1;
    }
    return fd;
}

}  // namespace

ControlServer::~ControlServer() {
    stop();
}

Status ControlServer::start() {
    const auto failed = [&](const char* what) -> Status {
        return {Code::io_error,
                std::string("cannot ") + what + " the control socket " + path_.string() + ": " + std::strerror(errno)};
    };
    ASSAY_TRY(sockaddr_un address, address_of(path_));
    std::error_code ec;
    std::filesystem::remove(path_, ec);  // left by a node that was killed: the store's lock says that none runs
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener_ < 0) return failed("make");
    const mode_t before = ::umask(0177);
    const int bound = ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    ::umask(before);
    if (bound != 0) return failed("bind");
    if (::chmod(path_.c_str(), 0600) != 0) return failed("protect");
    if (::listen(listener_, 16) != 0) return failed("listen on");
    if (::pipe2(wake_, O_CLOEXEC) != 0) return failed("wake");
    thread_ = std::thread([this] { accept_loop(); });
    return {};
}

void ControlServer::stop() {
    if (!thread_.joinable()) return;
    (void)!::write(wake_[1], "x", 1);
    thread_.join();
    ::close(listener_);
    ::close(wake_[0]);
    ::close(wake_[1]);
    std::error_code ec;
    std::filesystem::remove(path_, ec);
}

// One connection after the other: the operator is one person.
void ControlServer::accept_loop() {
    while (true) {
        pollfd both[2] = {{listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
        if (::poll(both, 2, -1) < 0 && errno != EINTR) return;
        if ((both[1].revents & POLLIN) != 0) return;
        if ((both[0].revents & POLLIN) == 0) continue;
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) continue;
        serve(socket);
        ::close(socket);
    }
}

void ControlServer::serve(int socket) {
    std::string in;
    char chunk[65536];
    while (true) {
        pollfd both[2] = {{socket, POLLIN, 0}, {wake_[0], POLLIN, 0}};
        const int ready = ::poll(both, 2, 5'000);
        if (ready <= 0 || (both[1].revents & POLLIN) != 0) return;
        const ssize_t n = ::read(socket, chunk, sizeof(chunk));
        if (n <= 0) return;
        in.append(chunk, static_cast<std::size_t>(n));
        if (in.size() > kMaxLine) return;
        std::size_t end = 0;
        while ((end = in.find('\n')) != std::string::npos) {
            const std::string line = in.substr(0, end);
            in.erase(0, end + 1);
            if (!write_all(socket, handler_(line) + "\n")) return;
        }
    }
}

Result<std::string> control_call(const std::filesystem::path& path, const std::string& method,
                                 const std::string& params) {
    const Error unreachable{Code::node_unreachable, "no node runs in " + path.parent_path().string()};
    const int fd = connect_to(path);
    if (fd < 0) return unreachable;
    std::string in;
    bool whole = write_all(
        fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":" + json_quoted(method) + ",\"params\":" + params + "}\n");
    char chunk[65536];
    while (whole && (in.empty() || in.back() != '\n')) {
        pollfd one{fd, POLLIN, 0};
        if (::poll(&one, 1, kAnswerMs) <= 0) break;
        const ssize_t n = ::read(fd, chunk, sizeof(chunk));
        if (n <= 0) break;
        in.append(chunk, static_cast<std::size_t>(n));
    }
    ::close(fd);
    if (in.empty() || in.back() != '\n')
        return {Code::node_unreachable, "the node in " + path.parent_path().string() + " stopped before it answered"};
    const Json answer = Json::parse(in, nullptr, false);
    if (answer.is_discarded() || !answer.is_object()) return {Code::internal, "the node's answer is not JSON"};
    if (answer.contains("result")) return to_text(answer["result"]);
    Code code = Code::internal;
    std::string message = "the node refused";
    if (answer.contains("error")) {
        message = answer["error"].value("message", message);
        const std::string word = answer["error"].contains("data") ? answer["error"]["data"].value("code", "") : "";
#define ASSAY_CODE_MATCH(w, number) \
    if (word == #w) code = Code::w;
        ASSAY_CODES(ASSAY_CODE_MATCH)
#undef ASSAY_CODE_MATCH
    }
    return {code, message};
}

bool node_runs(const std::filesystem::path& socket) {
    const int fd = connect_to(socket);
    if (fd < 0) return false;
    ::close(fd);
    return true;
}

}  // namespace assay::node
