#include "proofs/worker/serve.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <list>
#include <thread>

#include "base/hex.hpp"
#include "base/version.hpp"
#include "proofs/worker/output.hpp"

namespace assay::proofs::worker {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

constexpr std::chrono::milliseconds kLeasePatience{3'000};  // a lease that the worker has not looked at yet
constexpr std::size_t kBlock = std::size_t{1} << 18;

/// What a path means.
struct Target {
    Hash order;
    enum What { a, b, product, sidecar } what = a;
};
std::optional<Target> target_of(std::string_view path) {
    constexpr std::string_view kLease = "/lease/";
    if (path.substr(0, kLease.size()) != kLease) return std::nullopt;
    path.remove_prefix(kLease.size());
    const std::size_t slash = path.find('/');
    if (slash != 2 * Hash::kSize) return std::nullopt;
    const auto order = fixed_from_hex<Hash>(path.substr(0, slash));
    if (!order) return std::nullopt;
    const std::string_view name = path.substr(slash + 1);
    if (name == "a") return Target{*order, Target::a};
    if (name == "b") return Target{*order, Target::b};
    if (name == "c.npy") return Target{*order, Target::product};
    if (name == "product.json") return Target{*order, Target::sidecar};
    return std::nullopt;
}

/// The file of an upload while it comes.
class PartFile {
   public:
    explicit PartFile(const std::filesystem::path& path)
        : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
    ~PartFile() { (void)close(); }
    PartFile(const PartFile&) = delete;
    PartFile& operator=(const PartFile&) = delete;
    [[nodiscard]] bool write(const char* data, std::size_t size) {
        while (fd_ >= 0 && size > 0) {
            const ssize_t n = ::write(fd_, data, size);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return false;
            data += n;
            size -= static_cast<std::size_t>(n);
        }
        return fd_ >= 0;
    }
    /// Synced: what is renamed afterwards is whole.
    [[nodiscard]] bool close() {
        if (fd_ < 0) return false;
        const bool out = ::fdatasync(fd_) == 0;
        const bool closed = ::close(fd_) == 0;
        fd_ = -1;
        return out && closed;
    }

   private:
    int fd_;
};

}  // namespace

class ProductConnection;

struct ProductServer::Impl {
    Impl(ServeOptions o, Products& p, Arrived a)
        : options(std::move(o)), products(p), arrived(std::move(a)), acceptor(io) {}

    const ServeOptions options;
    Products& products;
    const Arrived arrived;
    asio::io_context io{1};
    tcp::acceptor acceptor;
    std::thread accepting;
    std::uint16_t bound = 0;
    std::atomic<bool> stopping{false};

    struct Running {
        std::shared_ptr<ProductConnection> connection;
        std::thread thread;
    };
    std::mutex mutex;
    std::list<Running> running;
    std::map<std::string, std::size_t> addresses;

    void accept();
    void take_up(std::shared_ptr<ProductConnection> connection);
    void reap();
};

class ProductConnection {
   public:
    explicit ProductConnection(ProductServer::Impl& server) : server_(server), stream_(context_) {}

    [[nodiscard]] tcp::socket& socket() { return stream_.socket(); }
    [[nodiscard]] bool done() const { return done_; }
    std::string address;

    /// From any thread.
    void end() {
        asio::post(context_, [this] {
            beast::error_code ignored;
            stream_.socket().close(ignored);
        });
    }

    void run() {
        while (!server_.stopping && one()) {
        }
        beast::error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
        stream_.socket().close(ignored);
        done_ = true;
    }

   private:
    using Parser = http::request_parser<http::buffer_body>;

    /// Beast's deadlines work on asynchronous operations only: each runs until it is done, on this thread.
    template <class Start>
    beast::error_code step(Start&& start) {
        beast::error_code out = beast::error::timeout;
        stream_.expires_after(server_.options.idle);
        start([&out](beast::error_code e) { out = e; });
        context_.restart();
        context_.run();
        return out;
    }

    /// One request; whether another may follow on this connection.
    bool one() {
        Parser parser;
        parser.header_limit(8u << 10);
        parser.body_limit(~std::uint64_t{0});  // compared with the order, not here
        const auto failed = step([&](auto done) {
            http::async_read_header(stream_, buffer_, parser, [done](beast::error_code e, std::size_t) { done(e); });
        });
        if (failed == http::error::header_limit) return refuse(431, "invalid_request", "the head is too long", false);
        if (failed && failed.category() == beast::error_code(http::error::bad_method).category() &&
            failed != http::error::end_of_stream && failed != http::error::partial_message)
            return refuse(400, "invalid_request", "this is not HTTP: " + failed.message(), false);
        if (failed) return false;
        const auto method = parser.get().method();
        const bool keep = parser.get().keep_alive();
        const std::string path(parser.get().target());
        const bool reads = method == http::verb::get || method == http::verb::head;
        if (!reads && method != http::verb::put)
            return refuse(405, "invalid_request", "only GET, HEAD and PUT are answered here", false);
        if (reads && !parser.is_done()) return refuse(400, "invalid_request", "a GET has no body", false);
        const auto target = target_of(path);
        if (!target)
            return refuse(404, "not_found",
                          "here are /lease/ID/a and b to bring, /lease/ID/c.npy and product.json to fetch",
                          keep && reads);
        const bool fetches = target->what == Target::product || target->what == Target::sidecar;
        if (reads != fetches)
            return refuse(405, "invalid_request",
                          reads ? "the buyer's matrices are not given away" : "products are fetched, not brought",
                          false);
        return reads ? give(*target, method == http::verb::head, keep) : receive(*target, parser, keep);
    }

    bool give(const Target& target, bool head, bool keep) {
        const bool sidecar = target.what == Target::sidecar;
        const auto file = sidecar ? server_.products.sidecar(target.order) : server_.products.product(target.order);
        http::response<http::file_body> response{http::status::ok, 11};
        beast::error_code missing;
        response.body().open(file.c_str(), beast::file_mode::scan, missing);
        if (missing) return refuse(404, "not_found", "there is no product of this order here, or not yet", keep);
        response.set(http::field::server, std::string("assay-prover/") + kVersion);
        response.set(http::field::content_type, sidecar ? "application/json" : "application/octet-stream");
        response.set("X-Content-Type-Options", "nosniff");
        response.keep_alive(keep);
        response.prepare_payload();
        http::response_serializer<http::file_body> serializer(response);
        if (head) {
            const auto failed = step([&](auto done) {
                http::async_write_header(stream_, serializer, [done](beast::error_code e, std::size_t) { done(e); });
            });
            return !failed && keep;
        }
        while (!serializer.is_done()) {
            const auto failed = step([&](auto done) {
                http::async_write_some(stream_, serializer, [done](beast::error_code e, std::size_t) { done(e); });
            });
            if (failed || server_.stopping) return false;
        }
        return keep;
    }

    bool receive(const Target& target, Parser& parser, bool keep) {
        const Side side = target.what == Target::a ? Side::a : Side::b;
        if (!parser.content_length())
            return refuse(411, "invalid_request", "a PUT says how many bytes come (Content-Length)", false);
        const auto lease = server_.products.find(target.order, kLeasePatience);
        if (!lease) return refuse(404, "not_found", "this provider has no lease of a product with this id", false);
        const std::uint64_t due = Products::bytes_of(lease->job, side);
        if (*parser.content_length() != due)
            return refuse(413, "invalid_params",
                          "the matrix has " + std::to_string(due) + " bytes, raw int8 row by row, " +
                              std::to_string(*parser.content_length()) + " were announced",
                          false);
        if (lease->delivered) return refuse(409, "already_delivered", "the product is delivered already", false);
        if (server_.products.has(target.order, side)) return have_it(parser, keep);
        const auto part = server_.products.begin(*lease, side);
        if (!part)
            return refuse(part.error().code == Code::block_full ? 503 : 507, std::string(part.error().word()),
                          part.error().message, false);
        if (!read_into(*part, parser, due)) {
            server_.products.drop(*lease, side, *part);
            return false;
        }
        const Status good = server_.products.accept(*lease, side, *part);
        if (!good)
            return refuse(good.error().code == Code::verification_failed ? 422 : 500, std::string(good.error().word()),
                          good.error().message, keep);
        server_.arrived(target.order, side, due);
        return answer(201, {{"stored", true}, {"already", false}}, keep);
    }

    /// Bytes that are here already are not read: whoever asked first gets them out of the way with the answer.
    bool have_it(const Parser& parser, bool keep) {
        if (answer(200, {{"stored", true}, {"already", true}}, keep && parser.is_done())) return true;
        linger();
        return false;
    }

    bool read_into(const std::filesystem::path& file, Parser& parser, std::uint64_t due) {
        if (parser.get()[http::field::expect] == "100-continue") {
            static constexpr std::string_view kGoOn = "HTTP/1.1 100 Continue\r\n\r\n";
            const auto failed = step([&](auto done) {
                asio::async_write(stream_, asio::buffer(kGoOn.data(), kGoOn.size()),
                                  [done](beast::error_code e, std::size_t) { done(e); });
            });
            if (failed) return false;
        }
        PartFile out(file);
        std::vector<char> block(kBlock);
        const auto began = std::chrono::steady_clock::now();
        std::uint64_t got = 0;
        while (!parser.is_done()) {
            parser.get().body().data = block.data();
            parser.get().body().size = block.size();
            auto failed = step([&](auto done) {
                http::async_read_some(stream_, buffer_, parser, [done](beast::error_code e, std::size_t) { done(e); });
            });
            if (failed == http::error::need_buffer) failed = {};
            const std::size_t n = block.size() - parser.get().body().size;
            got += n;
            if (failed || server_.stopping || got > due) return false;
            if (!out.write(block.data(), n)) {
                (void)refuse(507, "io_error", "the disk of this provider takes no more", false);
                return false;
            }
            const auto seconds =
                std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - began).count();
            if (seconds > 30 && got / static_cast<std::uint64_t>(seconds) < server_.options.least_per_second)
                return false;
        }
        return got == due && out.close();
    }

    bool refuse(unsigned status, const std::string& code, const std::string& message, bool keep) {
        if (answer(status, {{"error", {{"code", code}, {"message", message}}}}, keep)) return true;
        linger();
        return false;
    }

    /// Takes a little of what still comes: closing at once would reset the connection before the reason is read.
    void linger() {
        beast::error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
        std::vector<char> block(16384);
        while (!server_.stopping && std::chrono::steady_clock::now() < end) {
            const auto failed = step([&](auto done) {
                stream_.expires_after(std::chrono::seconds(1));
                stream_.async_read_some(asio::buffer(block), [done](beast::error_code e, std::size_t) { done(e); });
            });
            if (failed) break;
        }
    }

    bool answer(unsigned status, const Json& value, bool keep) {
        http::response<http::string_body> response{static_cast<http::status>(status), 11};
        response.set(http::field::server, std::string("assay-prover/") + kVersion);
        response.set(http::field::content_type, "application/json");
        response.set("X-Content-Type-Options", "nosniff");
        response.keep_alive(keep);
        response.body() = value.dump() + "\n";
        response.prepare_payload();
        const auto failed = step([&](auto done) {
            http::async_write(stream_, response, [done](beast::error_code e, std::size_t) { done(e); });
        });
        return !failed && keep;
    }

    ProductServer::Impl& server_;
    asio::io_context context_{1};
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    std::atomic<bool> done_{false};
};

void ProductServer::Impl::accept() {
    auto next = std::make_shared<ProductConnection>(*this);
    acceptor.async_accept(next->socket(), [this, next](beast::error_code ec) {
        if (ec == asio::error::operation_aborted || !acceptor.is_open()) return;
        if (ec) {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));  // out of descriptors, mostly
        } else {
            take_up(next);
        }
        accept();
    });
}

void ProductServer::Impl::take_up(std::shared_ptr<ProductConnection> connection) {
    beast::error_code gone;
    const auto peer = connection->socket().remote_endpoint(gone);
    if (gone) return;
    connection->socket().set_option(tcp::no_delay(true), gone);
    connection->address = peer.address().to_string();
    reap();
    const std::lock_guard lock(mutex);
    if (stopping) return;
    // A connection over the limit is closed without a word: to answer it would take a thread.
    if (running.size() >= options.connections || addresses[connection->address] >= options.per_address) return;
    ++addresses[connection->address];
    running.push_back({connection, {}});
    running.back().thread = std::thread([connection] { connection->run(); });
}

void ProductServer::Impl::reap() {
    const std::lock_guard lock(mutex);
    for (auto at = running.begin(); at != running.end();) {
        if (!at->connection->done()) {
            ++at;
            continue;
        }
        at->thread.join();
        if (const auto a = addresses.find(at->connection->address); a != addresses.end() && --a->second == 0)
            addresses.erase(a);
        at = running.erase(at);
    }
}

Result<ServeOptions> parse_listen(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    ServeOptions out;
    const auto wrong = [&]() -> Error {
        return {Code::usage, "'" + text + "' is not HOST:PORT with an IP address, such as 0.0.0.0:8712"};
    };
    if (colon == std::string::npos || colon == 0) return wrong();
    out.host = text.substr(0, colon);
    if (out.host.front() == '[' && out.host.back() == ']') out.host = out.host.substr(1, out.host.size() - 2);
    beast::error_code bad;
    (void)asio::ip::make_address(out.host, bad);
    const auto port = parse_digits(text.substr(colon + 1));
    if (bad || !port || *port > 65535) return wrong();
    out.port = static_cast<std::uint16_t>(*port);
    return out;
}

ProductServer::ProductServer(ServeOptions options, Products& products, Arrived arrived)
    : impl_(std::make_unique<Impl>(std::move(options), products, std::move(arrived))) {}
ProductServer::~ProductServer() {
    stop();
}

Status ProductServer::start() {
    Impl& m = *impl_;
    const std::string where = m.options.host + ":" + std::to_string(m.options.port);
    beast::error_code ec;
    const tcp::endpoint endpoint(asio::ip::make_address(m.options.host, ec), m.options.port);
    if (!ec) m.acceptor.open(endpoint.protocol(), ec);
    if (!ec) m.acceptor.set_option(asio::socket_base::reuse_address(true), ec);
    if (!ec) m.acceptor.bind(endpoint, ec);
    if (!ec) m.acceptor.listen(64, ec);
    if (ec == asio::error::address_in_use)
        return {Code::port_in_use, "cannot listen on " + where + ": another program uses the port"};
    if (ec) return {Code::io_error, "cannot listen on " + where + ": " + ec.message()};
    m.bound = m.acceptor.local_endpoint(ec).port();
    m.accept();
    m.accepting = std::thread([&m] { m.io.run(); });
    return {};
}

void ProductServer::stop() {
    Impl& m = *impl_;
    if (!m.accepting.joinable()) return;
    m.stopping = true;
    asio::post(m.io, [&m] {
        beast::error_code ignored;
        m.acceptor.close(ignored);
    });
    m.accepting.join();
    {
        const std::lock_guard lock(m.mutex);
        for (auto& each : m.running) each.connection->end();
    }
    for (auto& each : m.running) each.thread.join();
    m.running.clear();
}

std::uint16_t ProductServer::port() const {
    return impl_->bound;
}

}  // namespace assay::proofs::worker
