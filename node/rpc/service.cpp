#include "node/rpc/service.hpp"

#include "node/json.hpp"
#include "node/rpc/subscriptions.hpp"
#include "node/version.hpp"

namespace assay::node {

// One WebSocket: the same methods, and subscriptions. All calls come on the peer's strand.
class SubscriberSession final : public SocketSession, public std::enable_shared_from_this<SubscriberSession> {
   public:
    SubscriberSession(const Dispatcher& rpc, std::shared_ptr<SocketPeer> peer, std::uint64_t max_lag)
        : rpc_(rpc), peer_(std::move(peer)), subscriptions_(rpc.api(), max_lag) {}

    void text(std::string message) override {
        const auto there = peer();
        if (!there) return;
        rpc_.handle(
            message,
            [there](std::string answer) {
                if (!answer.empty()) there->send(std::move(answer));
            },
            [this](const RpcRequest& r) { return own(r); });
        pump();
    }
    void drained() override { pump(); }
    void closed() override {
        const std::lock_guard lock(mutex_);
        peer_.reset();
    }

    void block_committed() {
        if (const auto there = peer()) there->run([self = shared_from_this()] { self->pump(); });
    }

   private:
    std::optional<Result<std::string>> own(const RpcRequest& r) {
        if (r.method == "subscribe") {
            const auto args = read_args(subscribe_params(), r.params, rpc_.api().prefix);
            if (!args) return Result<std::string>(args.error());
            const auto id = subscriptions_.add(*args);
            if (!id) return Result<std::string>(id.error());
            return Result<std::string>("{\"subscription\":" + std::to_string(*id) + "}");
        }
        if (r.method == "unsubscribe") {
            const auto args = read_args(unsubscribe_params(), r.params, rpc_.api().prefix);
            if (!args) return Result<std::string>(args.error());
            if (!subscriptions_.remove(args->number("subscription")))
                return Result<std::string>(Code::not_found,
                                           "there is no subscription " + std::to_string(args->number("subscription")));
            return Result<std::string>("true");
        }
        return std::nullopt;
    }
    [[nodiscard]] std::shared_ptr<SocketPeer> peer() const {
        const std::lock_guard lock(mutex_);
        return peer_;
    }
    void pump() {
        const auto there = peer();
        if (!there || subscriptions_.empty()) return;
        constexpr std::size_t kRoom = 256u << 10;
        subscriptions_.pump([&](std::string line) { there->send(std::move(line)); },
                            [&] { return there->queued() < kRoom; });
    }

    const Dispatcher& rpc_;
    mutable std::mutex mutex_;  // the engine's thread asks for the peer too
    std::shared_ptr<SocketPeer> peer_;
    Subscriptions subscriptions_;
};

void RpcService::serve(HttpRequest request, std::function<void(HttpResponse)> reply) {
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (request.method == "POST" && path == "/") {
        rpc_.handle(request.body, [reply](std::string answer) {
            HttpResponse out;
            out.status = answer.empty() ? 204 : 200;
            out.body = std::move(answer);
            if (!out.body.empty()) out.body += "\n";
            reply(std::move(out));
        });
        return;
    }
    if (options_.cometbft && request.method == "POST" && path == "/cometbft") {
        HttpResponse out;
        out.body = options_.cometbft(request.body);
        return reply(std::move(out));
    }
    const bool get = request.method == "GET" || request.method == "HEAD";
    HttpResponse out;
    if (request.method == "OPTIONS") {
        out.status = 204;
        out.content_type.clear();
        out.headers = {{"Access-Control-Allow-Methods", "GET, POST, OPTIONS"},
                       {"Access-Control-Allow-Headers", "Content-Type"}};
    } else if (get && path == "/") {
        out.content_type = "text/html; charset=utf-8";
        out.body = std::string(explorer_page());
        out.headers = {{"Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src "
                        "'self'; img-src data:"}};
    } else if (get && path == "/health") {
        out.body = "{\"status\":\"ok\",\"version\":\"" + std::string(kVersion) + "\"}\n";
    } else if (get && path == "/ready") {
        const auto reasons = options_.not_ready ? options_.not_ready() : std::vector<std::string>{};
        out.status = reasons.empty() ? 200 : 503;
        out.body = to_text(Json{{"ready", reasons.empty()}, {"reasons", reasons}}) + "\n";
    } else if (get && path == "/ws") {
        out = {426, "text/plain", "this is a WebSocket\n", {{"Upgrade", "websocket"}}};
    } else if (path == "/" || path == "/health" || path == "/ready" || path == "/ws") {
        out = {405,
               "text/plain",
               "method not allowed\n",
               {{"Allow", path == "/" ? "GET, HEAD, POST, OPTIONS" : "GET, HEAD"}}};
    } else if (options_.cometbft && path == "/cometbft") {
        out = {405, "text/plain", "method not allowed\n", {{"Allow", "POST"}}};
    } else {
        out = {404, "text/plain", "not found\n", {}};
    }
    reply(std::move(out));
}

std::uint64_t batch_size(std::string_view body) {
    std::size_t at = body.find_first_not_of(" \t\r\n");
    if (at == std::string_view::npos || body[at] != '[') return 1;
    std::uint64_t elements = 1;
    int depth = 0;
    bool in_string = false;
    for (; at < body.size(); ++at) {
        const char c = body[at];
        if (in_string) {
            if (c == '\\')
                ++at;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            ++depth;
        } else if (c == ']' || c == '}') {
            --depth;
        } else if (c == ',' && depth == 1) {
            ++elements;
        }
    }
    return elements;
}

std::uint64_t RpcService::weight(const HttpRequest& request) const {
    // A batch above the bound is refused as a whole: it costs one look.
    const std::uint64_t n = request.method == "POST" || request.method == "WS" ? batch_size(request.body) : 1;
    return n > kMaxBatch ? 1 : n;
}

HttpResponse RpcService::too_many(std::uint64_t retry_after) const {
    const Error error{Code::rate_limited, "too many requests or connections from this address; try again in " +
                                              std::to_string(retry_after) + " s"};
    return {
        429, "application/json", error_answer("null", error) + "\n", {{"Retry-After", std::to_string(retry_after)}}};
}

std::shared_ptr<SocketSession> RpcService::open_socket(std::shared_ptr<SocketPeer> peer) {
    auto session = std::make_shared<SubscriberSession>(rpc_, std::move(peer), options_.max_lag_blocks);
    const std::lock_guard lock(mutex_);
    sessions_.push_back(session);
    return session;
}

void RpcService::block_committed() {
    std::vector<std::shared_ptr<SubscriberSession>> live;
    {
        const std::lock_guard lock(mutex_);
        for (auto at = sessions_.begin(); at != sessions_.end();) {
            if (auto s = at->lock()) {
                live.push_back(std::move(s));
                ++at;
            } else {
                at = sessions_.erase(at);
            }
        }
    }
    for (const auto& s : live) s->block_committed();
}

std::size_t RpcService::sockets() const {
    const std::lock_guard lock(mutex_);
    std::size_t n = 0;
    for (const auto& s : sessions_) n += s.expired() ? 0 : 1;
    return n;
}

}  // namespace assay::node
