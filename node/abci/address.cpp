#include "node/abci/address.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "node/unix_path.hpp"

namespace assay::node::abci {
namespace {

constexpr std::string_view kUnix = "unix://", kTcp = "tcp://";

struct Where {
    std::filesystem::path path;  // empty: tcp
    sockaddr_storage tcp{};
    socklen_t tcp_size = 0;
};

Error bad_address(const std::string& address, const std::string& why) {
    return {Code::field_out_of_range, "the ABCI address \"" + address + "\" " + why};
}

Result<Where> parse(const std::string& address) {
    Where out;
    if (address.starts_with(kUnix)) {
        out.path = address.substr(kUnix.size());
        if (out.path.filename().empty()) return bad_address(address, "names no file");
        return out;
    }
    if (!address.starts_with(kTcp)) return bad_address(address, "is neither unix://PATH nor tcp://HOST:PORT");
    const std::string rest = address.substr(kTcp.size());
    const std::size_t colon = rest.rfind(':');
    if (colon == std::string::npos) return bad_address(address, "has no port");
    std::uint16_t port = 0;
    const char* end = rest.data() + rest.size();
    const auto [stop, error] = std::from_chars(rest.data() + colon + 1, end, port);
    if (error != std::errc{} || stop != end) return bad_address(address, "has no port from 0 to 65535");
    const std::string host = rest.substr(0, colon);
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.tcp);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.tcp);
    if (host == "[::1]") {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        v6->sin6_addr = in6addr_loopback;
        out.tcp_size = sizeof(sockaddr_in6);
        return out;
    }
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    out.tcp_size = sizeof(sockaddr_in);
    if (::inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host.c_str(), &v4->sin_addr) != 1)
        return bad_address(address, "names no host of this machine: 127.0.0.1, [::1] and localhost are");
    // There is neither a password nor encryption on this socket.
    if ((ntohl(v4->sin_addr.s_addr) >> 24) != 127)
        return bad_address(address, "is reachable from outside; ABCI is for 127.0.0.1, [::1], localhost or a file");
    return out;
}

// bind() or connect() at a path of any length.
int at_path(int (*call)(int, const sockaddr*, socklen_t), int fd, const std::filesystem::path& path) {
    const UnixPath name(path);
    if (!name.ok()) return -1;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, name.text().c_str(), name.text().size() + 1);
    return call(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to));
}

int open_socket(const Where& where) {
    const int family = where.path.empty() ? where.tcp.ss_family : AF_UNIX;
    const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int one = 1;
    if (fd >= 0 && family != AF_UNIX) (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return fd;
}

bool connected(int fd, const Where& where) {
    if (!where.path.empty()) return at_path(::connect, fd, where.path) == 0;
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&where.tcp), where.tcp_size) == 0;
}

// A socket file that nobody listens at, left by a program that was killed, gives way.
Status make_room(const Where& where) {
    struct stat there {};
    if (::lstat(where.path.c_str(), &there) != 0) return {};
    if (!S_ISSOCK(there.st_mode)) return {Code::io_error, where.path.string() + " is there already, and is no socket"};
    const int fd = open_socket(where);
    const bool alive = fd >= 0 && connected(fd, where);
    if (fd >= 0) ::close(fd);
    if (alive) return {Code::port_in_use, "another program listens at " + where.path.string()};
    if (::unlink(where.path.c_str()) != 0)
        return {Code::io_error, "cannot remove the dead socket " + where.path.string() + ": " + std::strerror(errno)};
    return {};
}

}  // namespace

Result<Listener> listen_at(const std::string& address) {
    ASSAY_TRY(const Where where, parse(address));
    if (!where.path.empty()) ASSAY_TRY_VOID(make_room(where));
    Listener out;
    out.fd = open_socket(where);
    const auto failed = [&](const char* what) -> Error {
        const int error = errno;
        close_listener(out);
        if (error == EADDRINUSE) return {Code::port_in_use, "another program listens at " + address};
        return {Code::io_error, std::string("cannot ") + what + " " + address + ": " + std::strerror(error)};
    };
    if (out.fd < 0) return failed("make a socket for");
    if (where.path.empty()) {
        const int one = 1;
        (void)::setsockopt(out.fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
        if (::bind(out.fd, reinterpret_cast<const sockaddr*>(&where.tcp), where.tcp_size) != 0) return failed("bind");
        sockaddr_storage got{};
        socklen_t size = sizeof(got);
        if (::getsockname(out.fd, reinterpret_cast<sockaddr*>(&got), &size) != 0) return failed("ask for the port of");
        out.port = ntohs(got.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&got)->sin6_port
                                                   : reinterpret_cast<sockaddr_in*>(&got)->sin_port);
    } else {
        // The file that bind() makes has the socket's own mode: there is no moment in which others may connect.
        if (::fchmod(out.fd, 0600) != 0) return failed("protect");
        if (at_path(::bind, out.fd, where.path) != 0) return failed("bind");
        struct stat made {};
        if (::lstat(where.path.c_str(), &made) != 0) return failed("find");
        out.path = where.path;
        out.inode = made.st_ino;
    }
    if (::listen(out.fd, 64) != 0) return failed("listen at");
    return out;
}

void close_listener(Listener& l) {
    if (l.fd >= 0) ::close(l.fd);
    struct stat there {};
    if (!l.path.empty() && ::lstat(l.path.c_str(), &there) == 0 && there.st_ino == l.inode) ::unlink(l.path.c_str());
    l = {};
}

Result<int> connect_to_abci(const std::string& address) {
    ASSAY_TRY(const Where where, parse(address));
    const int fd = open_socket(where);
    if (fd >= 0 && connected(fd, where)) return fd;
    const int error = errno;
    if (fd >= 0) ::close(fd);
    return {Code::node_unreachable, "nobody answers at " + address + ": " + std::strerror(error)};
}

}  // namespace assay::node::abci
