#include "node/abci/server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <mutex>
#include <thread>

#include "node/abci/codec.hpp"

namespace assay::node::abci {
namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

}  // namespace

struct Server::Impl {
    Application& application;
    ServerOptions options;
    ServerEvents events;
    int listener = -1;
    int wake[2] = {-1, -1};
    std::thread acceptor;
    std::atomic<bool> stopping{false};
    struct Connection {
        int fd = -1;
        std::thread thread;
        std::atomic<bool> ended{false};
    };
    std::mutex mutex;
    std::list<Connection> connections;
    std::uint16_t bound_port = 0;

    Response answer(const Request& r, std::optional<Error>& failed) {
        const auto pass = [&](auto&& result) -> Response {
            if (result) return std::move(*result);
            failed = result.error();
            return ExceptionResponse{failed->message};
        };
        return std::visit(
            Overloaded{
                [&](const EchoRequest& q) -> Response { return EchoResponse{q.message}; },
                [&](const FlushRequest&) -> Response { return FlushResponse{}; },
                [&](const InfoRequest& q) { return pass(application.info(q)); },
                [&](const InitChainRequest& q) { return pass(application.init_chain(q)); },
                [&](const QueryRequest& q) { return pass(application.query(q)); },
                [&](const CheckTxRequest& q) { return pass(application.check_tx(q)); },
                [&](const CommitRequest& q) { return pass(application.commit(q)); },
                [&](const ListSnapshotsRequest& q) { return pass(application.list_snapshots(q)); },
                [&](const OfferSnapshotRequest& q) { return pass(application.offer_snapshot(q)); },
                [&](const LoadSnapshotChunkRequest& q) { return pass(application.load_snapshot_chunk(q)); },
                [&](const ApplySnapshotChunkRequest& q) { return pass(application.apply_snapshot_chunk(q)); },
                [&](const PrepareProposalRequest& q) { return pass(application.prepare_proposal(q)); },
                [&](const ProcessProposalRequest& q) { return pass(application.process_proposal(q)); },
                [&](const ExtendVoteRequest& q) { return pass(application.extend_vote(q)); },
                [&](const VerifyVoteExtensionRequest& q) { return pass(application.verify_vote_extension(q)); },
                [&](const FinalizeBlockRequest& q) { return pass(application.finalize_block(q)); },
            },
            r);
    }

    static bool send_all(int fd, const Bytes& out) {
        std::size_t at = 0;
        while (at < out.size()) {
            const ssize_t n = ::send(fd, out.data() + at, out.size() - at, MSG_NOSIGNAL);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return false;
            at += static_cast<std::size_t>(n);
        }
        return true;
    }

    void serve(Connection& c) {
        Bytes in, out;
        std::size_t at = 0;
        bool known = false;
        char chunk[65536];
        while (true) {
            const auto head = read_frame_head(ByteView(in).subspan(at), options.max_frame);
            if (!head) {
                encode(Response{ExceptionResponse{head.error().message}}, out);
                break;
            }
            if (!*head || in.size() - at < (*head)->head + (*head)->body) {
                if (!out.empty() && !send_all(c.fd, out)) return;
                out.clear();
                in.erase(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(at));
                at = 0;
                const ssize_t n = ::recv(c.fd, chunk, sizeof chunk, 0);
                if (n < 0 && errno == EINTR) continue;
                if (n <= 0) return;
                in.insert(in.end(), chunk, chunk + n);
                continue;
            }
            const auto request = decode_request(ByteView(in).subspan(at + (*head)->head, (*head)->body));
            at += (*head)->head + (*head)->body;
            if (!request) {
                encode(Response{ExceptionResponse{request.error().message}}, out);
                break;
            }
            const bool session = !std::holds_alternative<EchoRequest>(*request) &&
                                 !std::holds_alternative<FlushRequest>(*request);
            if (session && !std::exchange(known, true) && events.new_session) events.new_session();
            std::optional<Error> failed;
            encode(answer(*request, failed), out);
            if (failed) {
                (void)send_all(c.fd, out);
                if (events.failed) events.failed(*failed);
                return;
            }
            if (std::holds_alternative<FlushRequest>(*request)) {
                if (!send_all(c.fd, out)) return;
                out.clear();
            }
        }
        (void)send_all(c.fd, out);
    }

    void accept_loop() {
        while (!stopping) {
            pollfd set[2] = {{listener, POLLIN, 0}, {wake[0], POLLIN, 0}};
            if (::poll(set, 2, -1) < 0 && errno != EINTR) return;
            if (stopping) return;
            if ((set[0].revents & POLLIN) == 0) continue;
            const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) continue;
            const std::lock_guard lock(mutex);
            for (auto c = connections.begin(); c != connections.end();) {
                if (c->ended) {
                    c->thread.join();
                    ::close(c->fd);
                    c = connections.erase(c);
                } else {
                    ++c;
                }
            }
            if (connections.size() >= options.max_connections) {
                ::close(fd);
                continue;
            }
            Connection& c = connections.emplace_back();
            c.fd = fd;
            c.thread = std::thread([this, &c] {
                serve(c);
                ::shutdown(c.fd, SHUT_RDWR);
                c.ended = true;
            });
        }
    }
};

Server::Server(Application& application, ServerOptions options, ServerEvents events)
    : impl_(new Impl{application, std::move(options), std::move(events), -1, {-1, -1}, {}, {}, {}, {}, 0}) {}

Server::~Server() {
    stop();
}

Status Server::start() {
    const std::string path = impl_->options.address.substr(7);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (!impl_->options.address.starts_with("unix://") || path.size() >= sizeof address.sun_path)
        return {Code::field_out_of_range, "abci address " + impl_->options.address};
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    ::unlink(path.c_str());
    impl_->listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(impl_->listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(impl_->listener, 16) != 0 || ::pipe2(impl_->wake, O_CLOEXEC) != 0)
        return {Code::io_error, std::string("cannot listen on ") + path + ": " + std::strerror(errno)};
    impl_->acceptor = std::thread([this] { impl_->accept_loop(); });
    return {};
}

void Server::stop() {
    if (impl_->stopping.exchange(true)) return;
    if (impl_->wake[1] >= 0) (void)!::write(impl_->wake[1], "x", 1);
    if (impl_->acceptor.joinable()) impl_->acceptor.join();
    for (auto& c : impl_->connections) ::shutdown(c.fd, SHUT_RDWR);
    for (auto& c : impl_->connections) {
        c.thread.join();
        ::close(c.fd);
    }
    impl_->connections.clear();
    for (const int fd : {impl_->listener, impl_->wake[0], impl_->wake[1]})
        if (fd >= 0) ::close(fd);
}

std::uint16_t Server::port() const {
    return impl_->bound_port;
}

std::size_t Server::connections() const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->connections.size();
}

}  // namespace assay::node::abci
