#include "node/http/server.hpp"

#include <array>
#include <atomic>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <list>
#include <thread>
#include <unordered_map>

#include "node/version.hpp"

namespace assay::node {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using tcp = asio::ip::tcp;
using Stream = beast::tcp_stream;

}  // namespace

// Anything with an open socket, so that stop() can end it.
class Connection {
   public:
    virtual ~Connection() = default;
    virtual void end() = 0;
};

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
    Impl(HttpOptions o, HttpService& s)
        : options(std::move(o)),
          service(s),
          limits(options.per_address),
          acceptor(io),
          sweeper(io),
          pool(std::max(1u, options.threads)) {}

    HttpOptions options;
    HttpService& service;
    AddressLimits limits;
    asio::io_context io{1};
    tcp::acceptor acceptor;
    asio::steady_timer sweeper;
    asio::thread_pool pool;
    std::thread io_thread;
    std::uint16_t bound = 0;
    bool running = false;
    std::atomic<std::size_t> open{0};
    std::atomic<std::uint64_t> requests{0}, refused{0};

    std::mutex mutex;
    bool stopping = false;
    std::unordered_map<Connection*, std::weak_ptr<Connection>> connections;

    void accept();
    void sweep();
    void remember(const std::shared_ptr<Connection>& c) {
        const std::lock_guard lock(mutex);
        connections.emplace(c.get(), c);
        if (stopping) c->end();
    }
    void forget(Connection* c) {
        const std::lock_guard lock(mutex);
        connections.erase(c);
    }
};

namespace {

using Server = HttpServer::Impl;

// Counts a connection for as long as it lives, over an upgrade too.
class Place {
   public:
    Place(std::shared_ptr<Server> server, std::string address)
        : server_(std::move(server)), address_(std::move(address)) {
        ++server_->open;
    }
    ~Place() {
        --server_->open;
        server_->limits.disconnect(address_);
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    [[nodiscard]] Server& server() const { return *server_; }
    [[nodiscard]] const std::shared_ptr<Server>& shared() const { return server_; }
    [[nodiscard]] const std::string& address() const { return address_; }

   private:
    std::shared_ptr<Server> server_;
    std::string address_;
};

http::response<http::string_body> as_beast(const HttpResponse& r, unsigned version, bool keep_alive, bool head) {
    http::response<http::string_body> out{static_cast<http::status>(r.status), version};
    out.set(http::field::server, std::string("assayd/") + kVersion);
    if (!r.content_type.empty()) out.set(http::field::content_type, r.content_type);
    out.set("X-Content-Type-Options", "nosniff");
    // Reading is open to every page and nothing here knows who asks, so there is nothing to protect from other origins.
    out.set(http::field::access_control_allow_origin, "*");
    for (const auto& [name, value] : r.headers) out.set(name, value);
    out.keep_alive(keep_alive);
    out.body() = r.body;
    out.prepare_payload();
    if (head) out.body().clear();
    return out;
}

// ---------------------------------------------------------------- WebSocket

class WebSocket final : public Connection, public SocketPeer, public std::enable_shared_from_this<WebSocket> {
   public:
    WebSocket(Stream stream, std::shared_ptr<Place> place)
        : ws_(std::move(stream)), place_(std::move(place)), pool_strand_(asio::make_strand(place_->server().pool)) {}
    ~WebSocket() override { place_->server().forget(this); }

    void open(http::request<http::string_body> request) {
        place_->server().remember(shared_from_this());
        beast::get_lowest_layer(ws_).expires_never();
        websocket::stream_base::timeout limits{};
        limits.handshake_timeout = place_->server().options.request;
        limits.idle_timeout = place_->server().options.idle;
        limits.keep_alive_pings = true;
        ws_.set_option(limits);
        ws_.read_message_max(place_->server().options.max_body);
        auto kept = std::make_shared<http::request<http::string_body>>(std::move(request));
        ws_.async_accept(*kept, [self = shared_from_this(), kept](beast::error_code ec) {
            if (ec) return;
            self->session_ = self->place_->server().service.open_socket(self);
            if (!self->session_) return self->close(websocket::close_code::policy_error);
            self->read();
        });
    }

    void send(std::string text) override {
        queued_ += text.size();
        asio::post(ws_.get_executor(), [self = shared_from_this(), text = std::move(text)]() mutable {
            self->out_.push_back(std::move(text));
            if (self->queued_ > self->place_->server().options.max_queued) {
                self->end();  // it takes nothing: whoever resumes by height loses nothing
                return;
            }
            if (self->out_.size() == 1) self->write();
        });
    }
    [[nodiscard]] std::size_t queued() const override { return queued_; }
    void run(std::function<void()> f) override { asio::post(pool_strand_, std::move(f)); }
    void end() override {
        asio::post(ws_.get_executor(), [self = shared_from_this()] {
            beast::error_code ignored;
            beast::get_lowest_layer(self->ws_).socket().close(ignored);
        });
    }

   private:
    void read() {
        ws_.async_read(in_, [self = shared_from_this()](beast::error_code ec, std::size_t) {
            if (ec) return self->gone();
            if (!self->ws_.got_text()) return self->close(websocket::close_code::unknown_data);
            std::string message = beast::buffers_to_string(self->in_.data());
            self->in_.consume(self->in_.size());
            Server& server = self->place_->server();
            ++server.requests;
            const HttpRequest as_request{"WS", "/ws", message, self->place_->address()};
            if (const auto wait = server.limits.request(self->place_->address(), server.service.weight(as_request),
                                                        AddressLimits::Clock::now())) {
                ++server.refused;
                self->send(server.service.too_many(*wait).body);
                return self->read();
            }
            // The next message is read when this one has been taken up: a peer cannot pile up work.
            self->run([self, message = std::move(message)]() mutable {
                self->session_->text(std::move(message));
                asio::post(self->ws_.get_executor(), [self] { self->read(); });
            });
        });
    }
    void write() {
        ws_.text(true);
        ws_.async_write(asio::buffer(out_.front()), [self = shared_from_this()](beast::error_code ec, std::size_t) {
            if (ec) return self->gone();
            self->queued_ -= self->out_.front().size();
            self->out_.pop_front();
            if (!self->out_.empty()) return self->write();
            self->run([self] { self->session_->drained(); });
        });
    }
    void close(websocket::close_code code) {
        ws_.async_close(code, [self = shared_from_this()](beast::error_code) { self->gone(); });
    }
    void gone() {
        if (gone_) return;
        gone_ = true;
        if (session_) run([self = shared_from_this()] { self->session_->closed(); });
    }

    websocket::stream<Stream> ws_;
    std::shared_ptr<Place> place_;
    asio::strand<asio::thread_pool::executor_type> pool_strand_;
    std::shared_ptr<SocketSession> session_;
    beast::flat_buffer in_;
    std::deque<std::string> out_;
    std::atomic<std::size_t> queued_{0};
    bool gone_ = false;
};

// ---------------------------------------------------------------- HTTP

class Session final : public Connection, public std::enable_shared_from_this<Session> {
   public:
    Session(tcp::socket socket, std::shared_ptr<Place> place) : stream_(std::move(socket)), place_(std::move(place)) {}
    ~Session() override { server().forget(this); }

    void begin() {
        server().remember(shared_from_this());
        next();
    }
    void end() override {
        asio::post(stream_.get_executor(), [self = shared_from_this()] {
            beast::error_code ignored;
            self->stream_.socket().close(ignored);
        });
    }

   private:
    [[nodiscard]] Server& server() const { return place_->server(); }

    // Waits for a first byte without hurry, then gives the rest of the request its time as a whole.
    void next() {
        parser_.emplace();
        parser_->header_limit(16u << 10);
        parser_->body_limit(server().options.max_body);
        if (buffer_.size() > 0) return read();
        stream_.expires_after(server().options.idle);
        stream_.async_read_some(buffer_.prepare(4096),
                                [self = shared_from_this()](beast::error_code ec, std::size_t n) {
                                    if (ec) return self->shut();
                                    self->buffer_.commit(n);
                                    self->read();
                                });
    }
    void read() {
        stream_.expires_after(server().options.request);
        http::async_read_header(
            stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code ec, std::size_t) {
                if (ec) return self->bad(ec);
                if (self->parser_->is_done() || self->parser_->get()[http::field::expect] != "100-continue")
                    return self->read_body();
                static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
                asio::async_write(self->stream_, asio::buffer(kGoOn.data(), kGoOn.size()),
                                  [self](beast::error_code e, std::size_t) {
                                      if (e) return self->shut();
                                      self->read_body();
                                  });
            });
    }
    void read_body() {
        http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code ec, std::size_t) {
            if (ec) return self->bad(ec);
            self->got();
        });
    }
    void bad(beast::error_code ec) {
        if (ec == http::error::body_limit || ec == http::error::header_limit)
            return refuse(413, "a request has at most " + std::to_string(server().options.max_body) + " bytes");
        if (ec == beast::error::timeout || ec == http::error::end_of_stream ||
            ec.category() == asio::error::get_system_category() || ec.category() == asio::error::get_misc_category())
            return shut();
        refuse(400, "this is not HTTP: " + ec.message());
    }
    void refuse(unsigned status, const std::string& why) {
        linger_ = true;
        answer({status, "text/plain", why + "\n", {}}, 11, false, false);
    }
    void got() {
        auto request = parser_->release();
        ++server().requests;
        if (websocket::is_upgrade(request)) {
            if (request.target() != server().options.socket_target)
                return refuse(404, "WebSocket is at " + server().options.socket_target);
            stream_.expires_never();
            std::make_shared<WebSocket>(std::move(stream_), place_)->open(std::move(request));
            return;
        }
        const unsigned version = request.version();
        const bool keep = request.keep_alive(), head = request.method() == http::verb::head;
        HttpRequest mine{std::string(request.method_string()), std::string(request.target()), std::move(request.body()),
                         place_->address()};
        if (const auto wait = server().limits.request(place_->address(), server().service.weight(mine),
                                                      AddressLimits::Clock::now())) {
            ++server().refused;
            HttpResponse r = server().service.too_many(*wait);
            return answer(r, version, keep, head);
        }
        stream_.expires_never();  // the time to answer is the service's
        asio::post(server().pool, [self = shared_from_this(), mine = std::move(mine), version, keep, head]() mutable {
            self->server().service.serve(std::move(mine), [self, version, keep, head](HttpResponse r) {
                asio::post(self->stream_.get_executor(),
                           [self, r = std::move(r), version, keep, head] { self->answer(r, version, keep, head); });
            });
        });
    }
    void answer(const HttpResponse& r, unsigned version, bool keep, bool head) {
        out_.emplace(as_beast(r, version, keep, head));
        stream_.expires_after(server().options.write);
        http::async_write(stream_, *out_, [self = shared_from_this(), keep](beast::error_code ec, std::size_t) {
            if (!ec && self->linger_) return self->drain(std::make_shared<std::array<char, 16384>>(), 0);
            if (ec || !keep) return self->shut();
            self->next();
        });
    }
    // Takes a little of what the peer still sends: closing at once would reset the connection before it reads why.
    void drain(std::shared_ptr<std::array<char, 16384>> into, std::size_t taken) {
        beast::error_code ignored;
        if (taken == 0) stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        if (taken > 2 * server().options.max_body) return shut();
        stream_.expires_after(std::chrono::seconds(2));
        stream_.async_read_some(asio::buffer(*into),
                                [self = shared_from_this(), into, taken](beast::error_code ec, std::size_t n) {
                                    if (ec) return self->shut();
                                    self->drain(into, taken + n + 1);
                                });
    }
    void shut() {
        beast::error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
        stream_.socket().close(ignored);
    }

    Stream stream_;
    std::shared_ptr<Place> place_;
    beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    std::optional<http::response<http::string_body>> out_;
    bool linger_ = false;
};

// Says why and closes, without a request having been read.
void turn_away(tcp::socket socket, HttpResponse response) {
    auto stream = std::make_shared<Stream>(std::move(socket));
    auto out = std::make_shared<http::response<http::string_body>>(as_beast(response, 11, false, false));
    stream->expires_after(std::chrono::seconds(2));
    http::async_write(*stream, *out, [stream, out](beast::error_code, std::size_t) {
        beast::error_code ignored;
        stream->socket().shutdown(tcp::socket::shutdown_both, ignored);
    });
}

}  // namespace

HttpResponse HttpService::too_many(std::uint64_t retry_after) const {
    return {429, "text/plain", "too many requests\n", {{"Retry-After", std::to_string(retry_after)}}};
}

void HttpServer::Impl::accept() {
    acceptor.async_accept(asio::make_strand(io), [self = shared_from_this()](beast::error_code ec, tcp::socket socket) {
        if (ec == asio::error::operation_aborted || !self->acceptor.is_open()) return;
        if (ec) {
            // Out of descriptors, mostly: a moment later there may be some again.
            auto timer = std::make_shared<asio::steady_timer>(self->io, std::chrono::milliseconds(50));
            timer->async_wait([self, timer](beast::error_code) { self->accept(); });
            return;
        }
        beast::error_code no_peer;
        const auto peer = socket.remote_endpoint(no_peer);
        socket.set_option(tcp::no_delay(true), no_peer);
        const std::string address = no_peer ? std::string() : peer.address().to_string();
        if (!no_peer) {
            if (self->open >= self->options.max_connections) {
                ++self->refused;
                turn_away(std::move(socket), {503, "text/plain", "too many connections\n", {{"Retry-After", "1"}}});
            } else if (!self->limits.connect(address)) {
                ++self->refused;
                turn_away(std::move(socket), self->service.too_many(1));
            } else {
                std::make_shared<Session>(std::move(socket), std::make_shared<Place>(self, address))->begin();
            }
        }
        self->accept();
    });
}

void HttpServer::Impl::sweep() {
    sweeper.expires_after(std::chrono::seconds(30));
    sweeper.async_wait([self = shared_from_this()](beast::error_code ec) {
        if (ec) return;
        self->limits.sweep(AddressLimits::Clock::now());
        self->sweep();
    });
}

HttpServer::HttpServer(HttpOptions options, HttpService& service)
    : impl_(std::make_shared<Impl>(std::move(options), service)) {}
HttpServer::~HttpServer() {
    stop();
}

Status HttpServer::start() {
    Impl& m = *impl_;
    const std::string where = m.options.host + ":" + std::to_string(m.options.port);
    beast::error_code ec;
    const auto address = asio::ip::make_address(m.options.host, ec);
    if (ec) return {Code::io_error, "cannot listen on " + where + ": the host must be an IP address"};
    const tcp::endpoint endpoint(address, m.options.port);
    m.acceptor.open(endpoint.protocol(), ec);
    if (!ec) m.acceptor.set_option(asio::socket_base::reuse_address(true), ec);
    if (!ec) m.acceptor.bind(endpoint, ec);
    if (!ec) m.acceptor.listen(asio::socket_base::max_listen_connections, ec);
    if (ec == asio::error::address_in_use)
        return {Code::port_in_use, "cannot listen on " + where + ": another program uses the port"};
    if (ec) return {Code::io_error, "cannot listen on " + where + ": " + ec.message()};
    m.bound = m.acceptor.local_endpoint(ec).port();
    m.running = true;
    m.accept();
    m.sweep();
    m.io_thread = std::thread([impl = impl_.get()] { impl->io.run(); });
    return {};
}

void HttpServer::stop() {
    Impl& m = *impl_;
    if (!m.running) return;
    m.running = false;
    asio::post(m.io, [impl = impl_] {
        beast::error_code ignored;
        impl->acceptor.close(ignored);
        impl->sweeper.cancel();
    });
    std::vector<std::shared_ptr<Connection>> there;
    {
        const std::lock_guard lock(m.mutex);
        m.stopping = true;
        for (auto& [raw, weak] : m.connections)
            if (auto c = weak.lock()) there.push_back(std::move(c));
    }
    for (const auto& c : there) c->end();
    there.clear();
    m.io_thread.join();
    // Answers that are on their way find their socket closed; then nothing is left to run.
    m.pool.join();
    m.io.restart();
    m.io.poll();
}

std::uint16_t HttpServer::port() const {
    return impl_->bound;
}
std::size_t HttpServer::connections() const {
    return impl_->open;
}
std::uint64_t HttpServer::requests() const {
    return impl_->requests;
}
std::uint64_t HttpServer::refused() const {
    return impl_->refused;
}

}  // namespace assay::node
