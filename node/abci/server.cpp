#include "node/abci/server.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <exception>
#include <list>
#include <mutex>
#include <thread>

#include "node/abci/address.hpp"
#include "node/abci/call_order.hpp"
#include "node/abci/codec.hpp"

namespace assay::node::abci {
namespace {

constexpr std::size_t kReadAtOnce = 64u << 10;
constexpr std::size_t kWriteAtOnce = 256u << 10;  // answers are not collected beyond
constexpr std::size_t kKeep = 1u << 20;           // of a buffer that was larger once

bool readable_now(int fd) {
    pollfd p{fd, POLLIN, 0};
    return ::poll(&p, 1, 0) > 0;
}
bool peer_is_gone(int fd) {
    pollfd p{fd, POLLRDHUP, 0};
    return ::poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) != 0;
}

bool write_everything(int fd, Bytes& out) {
    std::size_t at = 0;
    while (at < out.size()) {
        const ssize_t n = ::send(fd, out.data() + at, out.size() - at, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += static_cast<std::size_t>(n);
    }
    out.clear();
    if (out.capacity() > kKeep) out.shrink_to_fit();
    return true;
}

// Behind an exception: the peer reads it before it learns that it is talking to nobody, or the reason would be lost
// behind its own failed write. A second at most.
void let_it_read(int fd) {
    ::shutdown(fd, SHUT_WR);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    std::uint8_t dropped[4096];
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd p{fd, POLLIN, 0};
        if (left <= 0 || ::poll(&p, 1, static_cast<int>(left)) <= 0) return;
        if (::recv(fd, dropped, sizeof(dropped), MSG_DONTWAIT) <= 0) return;
    }
}

// What has been read and not been asked yet. Grows as bytes arrive, never because a length says so.
class InBuffer {
   public:
    [[nodiscard]] ByteView view() const { return ByteView(data_).first(end_).subspan(begin_); }
    void drop(std::size_t n) {
        begin_ += n;
        if (begin_ < end_) return;
        begin_ = end_ = 0;
        if (data_.size() > kKeep) Bytes().swap(data_);
    }
    /// Waits for more. False: the peer has closed, or the socket failed.
    bool read(int fd) {
        if (begin_ > 0 && data_.size() - end_ < kReadAtOnce) {
            std::memmove(data_.data(), data_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        if (data_.size() - end_ < kReadAtOnce) data_.resize(std::max(end_ + kReadAtOnce, 2 * end_));
        while (true) {
            const ssize_t n = ::recv(fd, data_.data() + end_, data_.size() - end_, 0);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return false;
            end_ += static_cast<std::size_t>(n);
            return true;
        }
    }

   private:
    Bytes data_;
    std::size_t begin_ = 0, end_ = 0;
};

struct Connection {
    explicit Connection(int socket) : fd(socket) {}
    const int fd;  ///< closed where the connection leaves the list, after its thread has ended
    std::thread thread;
    std::atomic<bool> ended{false};
    bool known = false;            ///< has brought info or a consensus method; of its own thread
    bool retired = false;          ///< its engine is gone and another's has come; under `consensus`
    std::optional<Error> failure;  ///< what the application said last, where nothing can go on; of its own thread
};

}  // namespace

struct Server::Impl {
    Impl(Application& a, ServerOptions o, ServerEvents e)
        : application(a), options(std::move(o)), events(std::move(e)) {}

    Application& application;
    const ServerOptions options;
    const ServerEvents events;
    Listener listener;
    std::uint16_t port = 0;
    int wake = -1;
    std::thread accepting;
    std::atomic<bool> stopping{false};

    mutable std::mutex mutex;  // of the list, and of closing what is in it
    std::list<Connection> all;

    std::mutex consensus;  // held while a consensus method runs
    std::mutex owning;     // of `owner`; taken behind `consensus` where both are
    Connection* owner = nullptr;
    CallOrder order;  // under `consensus`

    void accept_loop();
    void reap();
    void close_all();
    void serve(Connection& c);
    bool answer(Connection& c, ByteView body, Bytes& out, bool& flush);
    Result<Response> dispatch(Connection& c, const Request& r);
    Result<Response> dispatch_consensus(Connection& c, const Request& r);
    void new_engine(Connection& c);
    Response ask(Connection& c, const Request& r);
    void fail(const Error& e);
};

Server::Server(Application& application, ServerOptions options, ServerEvents events)
    : impl_(std::make_unique<Impl>(application, std::move(options), std::move(events))) {}

Server::~Server() {
    stop();
}

Status Server::start() {
    ASSAY_TRY(impl_->listener, listen_at(impl_->options.address));
    impl_->port = impl_->listener.port;
    impl_->wake = ::eventfd(0, EFD_CLOEXEC);
    if (impl_->wake < 0) {
        close_listener(impl_->listener);
        return {Code::io_error, "cannot make an eventfd for the ABCI socket"};
    }
    impl_->stopping = false;
    impl_->accepting = std::thread([this] { impl_->accept_loop(); });
    return {};
}

void Server::stop() {
    if (!impl_->accepting.joinable()) return;
    impl_->stopping = true;
    const std::uint64_t one = 1;
    (void)!::write(impl_->wake, &one, sizeof(one));
    impl_->accepting.join();
    impl_->close_all();
    for (Connection& c : impl_->all) c.thread.join();
    impl_->reap();
    close_listener(impl_->listener);
    ::close(impl_->wake);
}

std::uint16_t Server::port() const {
    return impl_->port;
}

std::size_t Server::connections() const {
    const std::lock_guard lock(impl_->mutex);
    return static_cast<std::size_t>(
        std::count_if(impl_->all.begin(), impl_->all.end(), [](const Connection& c) { return !c.ended; }));
}

// ---------------------------------------------------------------- connections

void Server::Impl::accept_loop() {
    while (true) {
        pollfd both[2] = {{listener.fd, POLLIN, 0}, {wake, POLLIN, 0}};
        if (::poll(both, 2, -1) < 0 && errno != EINTR) return;
        if (stopping) return;
        if ((both[0].revents & POLLIN) == 0) continue;
        const int fd = ::accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE) std::this_thread::sleep_for(std::chrono::milliseconds(100));
            continue;
        }
        reap();
        const std::lock_guard lock(mutex);
        if (all.size() >= options.max_connections) {
            spdlog::warn("ABCI: a connection beyond the limit of {} was refused", options.max_connections);
            Bytes out = encode(Response{ExceptionResponse{"there are " + std::to_string(options.max_connections) +
                                                          " connections, and that is the limit"}});
            (void)::send(fd, out.data(), out.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            ::close(fd);
            continue;
        }
        Connection& c = all.emplace_back(fd);
        c.thread = std::thread([this, &c] {
            serve(c);
            ::shutdown(c.fd, SHUT_RDWR);
            c.ended = true;
        });
    }
}

// Connections whose threads have ended go, with their sockets.
void Server::Impl::reap() {
    const std::lock_guard lock(mutex);
    for (auto c = all.begin(); c != all.end();) {
        if (!c->ended) {
            ++c;
            continue;
        }
        if (c->thread.joinable()) c->thread.join();
        ::close(c->fd);
        c = all.erase(c);
    }
}

// Wakes every thread that reads or writes, also one whose peer has stopped reading.
void Server::Impl::close_all() {
    const std::lock_guard lock(mutex);
    for (Connection& c : all) ::shutdown(c.fd, SHUT_RDWR);
}

void Server::Impl::serve(Connection& c) {
    InBuffer in;
    Bytes out;
    bool excepted = false;
    while (!stopping) {
        const auto head = read_frame_head(in.view(), options.max_frame);
        if (!head) {
            spdlog::warn("ABCI: {}; the connection is closed", head.error().message);
            encode(Response{ExceptionResponse{head.error().message}}, out);
            excepted = write_everything(c.fd, out);
            break;
        }
        if (!*head || in.view().size() < (*head)->head + (*head)->body) {
            // Before it waits for the peer, the peer has everything that it may wait for.
            if (!out.empty() && !readable_now(c.fd) && !write_everything(c.fd, out)) break;
            if (!in.read(c.fd)) {
                if (!in.view().empty() && !stopping)
                    spdlog::warn("ABCI: a connection ended within a message ({} bytes of it came)", in.view().size());
                break;
            }
            continue;
        }
        bool flush = false;
        const bool go_on = answer(c, in.view().subspan((*head)->head, (*head)->body), out, flush);
        in.drop((*head)->head + (*head)->body);
        if ((flush || !go_on || out.size() >= kWriteAtOnce) && !write_everything(c.fd, out)) break;
        if (!go_on) {
            excepted = true;
            break;
        }
    }
    {
        const std::lock_guard lock(owning);
        if (owner == &c) owner = nullptr;
    }
    if (excepted) let_it_read(c.fd);
}

// ---------------------------------------------------------------- calls

// False: the connection ends, behind the exception that was put into `out`.
bool Server::Impl::answer(Connection& c, ByteView body, Bytes& out, bool& flush) {
    const auto refused = [&](const Error& e) {
        spdlog::warn("ABCI: {}; the connection is closed", e.message);
        encode(Response{ExceptionResponse{e.message}}, out);
        return false;
    };
    auto request = decode_request(body);
    if (!request) return refused(request.error());
    if (auto* echo = std::get_if<EchoRequest>(&*request)) {
        encode(Response{EchoResponse{std::move(echo->message)}}, out);
        return true;
    }
    if (std::holds_alternative<FlushRequest>(*request)) {
        flush = true;
        encode(Response{FlushResponse{}}, out);
        return true;
    }
    auto response = dispatch(c, *request);
    if (!response) return refused(response.error());
    encode(*response, out);
    if (!c.failure) return true;
    write_everything(c.fd, out);  // before every connection is closed
    fail(*c.failure);
    return false;
}

Result<Response> Server::Impl::dispatch(Connection& c, const Request& r) {
    if (is_consensus(r)) return dispatch_consensus(c, r);
    if (std::holds_alternative<InfoRequest>(r) && !c.known) {
        const auto engine_lives = [&] {
            const std::lock_guard lock(owning);
            return owner != nullptr && !peer_is_gone(owner->fd);
        };
        if (!engine_lives()) {
            const std::lock_guard turn(consensus);  // a call of the engine that is gone comes to its end first
            new_engine(c);
            const std::lock_guard lock(owning);
            owner = nullptr;
        }
    }
    return ask(c, r);
}

Result<Response> Server::Impl::dispatch_consensus(Connection& c, const Request& r) {
    const std::lock_guard turn(consensus);
    if (c.retired) return {Code::invalid_request, std::string(name_of(r)) + " came from an engine that was replaced"};
    Connection* before = nullptr;
    {
        const std::lock_guard lock(owning);
        before = owner;
        if (before != nullptr && before != &c && !peer_is_gone(before->fd))
            return {Code::invalid_request, std::string(name_of(r)) +
                                               " came while another connection drives consensus; one application "
                                               "serves one CometBFT"};
        if (before == nullptr || before != &c) {
            if (before != nullptr) before->retired = true;
            owner = &c;
        }
    }
    if (before != &c) {
        order.restart();
        new_engine(c);
    }
    if (options.check_order) ASSAY_TRY_VOID(order.check(r));
    return ask(c, r);
}

// Under `consensus`.
void Server::Impl::new_engine(Connection& c) {
    {
        const std::lock_guard lock(owning);
        if (owner != nullptr && owner != &c) owner->retired = true;
    }
    if (c.known) return;
    c.known = true;
    if (events.new_session) events.new_session();
}

Response Server::Impl::ask(Connection& c, const Request& r) {
    const auto to_response = [&c](auto result) -> Response {
        if (result) return std::move(result).value();
        c.failure = result.error();
        return ExceptionResponse{result.error().message};
    };
    struct Call {
        Application& a;
        const decltype(to_response)& done;
        Response operator()(const EchoRequest& m) const { return EchoResponse{m.message}; }
        Response operator()(const FlushRequest&) const { return FlushResponse{}; }
        Response operator()(const InfoRequest& m) const { return done(a.info(m)); }
        Response operator()(const InitChainRequest& m) const { return done(a.init_chain(m)); }
        Response operator()(const QueryRequest& m) const { return done(a.query(m)); }
        Response operator()(const CheckTxRequest& m) const { return done(a.check_tx(m)); }
        Response operator()(const CommitRequest& m) const { return done(a.commit(m)); }
        Response operator()(const ListSnapshotsRequest& m) const { return done(a.list_snapshots(m)); }
        Response operator()(const OfferSnapshotRequest& m) const { return done(a.offer_snapshot(m)); }
        Response operator()(const LoadSnapshotChunkRequest& m) const { return done(a.load_snapshot_chunk(m)); }
        Response operator()(const ApplySnapshotChunkRequest& m) const { return done(a.apply_snapshot_chunk(m)); }
        Response operator()(const PrepareProposalRequest& m) const { return done(a.prepare_proposal(m)); }
        Response operator()(const ProcessProposalRequest& m) const { return done(a.process_proposal(m)); }
        Response operator()(const ExtendVoteRequest& m) const { return done(a.extend_vote(m)); }
        Response operator()(const VerifyVoteExtensionRequest& m) const { return done(a.verify_vote_extension(m)); }
        Response operator()(const FinalizeBlockRequest& m) const { return done(a.finalize_block(m)); }
    };
    try {
        return std::visit(Call{application, to_response}, r);
    } catch (const std::exception& e) {  // memory that is not there, and what a library throws
        c.failure = Error{Code::internal, std::string(name_of(r)) + " failed: " + e.what()};
        return ExceptionResponse{c.failure->message};
    }
}

// The application cannot go on, and nobody may go on without it.
void Server::Impl::fail(const Error& e) {
    spdlog::error("ABCI: {}", e.message);
    stopping = true;
    const std::uint64_t one = 1;
    (void)!::write(wake, &one, sizeof(one));
    close_all();
    if (events.failed) events.failed(e);
}

}  // namespace assay::node::abci
