#include "wallet/client/transfer.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "wallet/client/json_write.hpp"

namespace assay::wallet {
namespace {

namespace net_beast = boost::beast;
namespace net_http = boost::beast::http;

constexpr std::chrono::seconds kConnect{5}, kChunk{60};

/// Beast's deadlines work on asynchronous operations only, so each step runs its own small event loop.
class Wire {
   public:
    Wire() : stream(context_) {}

    net_beast::error_code open(const Url& url) {
        net_beast::error_code out;
        boost::asio::ip::tcp::resolver resolver(context_);
        const auto endpoints = resolver.resolve(url.host, url.port, out);
        if (out) return out;
        return step(kConnect, [&](auto done) {
            stream.async_connect(endpoints,
                                 [done](net_beast::error_code e, const boost::asio::ip::tcp::endpoint&) { done(e); });
        });
    }
    /// `start` gets what its operation calls in the end.
    template <class Start>
    net_beast::error_code step(std::chrono::seconds deadline, Start&& start) {
        net_beast::error_code out;
        stream.expires_after(deadline);
        start([&out](net_beast::error_code e) { out = e; });
        context_.restart();
        context_.run();
        return out;
    }

   private:
    boost::asio::io_context context_{1};

   public:
    net_beast::tcp_stream stream;
    net_beast::flat_buffer buffer;
};

Error away(const Url& url, const net_beast::error_code& why) {
    return {Code::node_unreachable, "the provider at " + url.text() + " " +
                                        (why == net_beast::error::timeout ? std::string("did not answer in time")
                                                                          : "cannot be reached: " + why.message())};
}

/// What a refusal says: {"error":{"code","message"}}, or its status alone.
Error refusal(const Url& url, unsigned status, const std::string& body) {
    std::string why = "HTTP status " + std::to_string(status);
    if (const auto parsed = json::parse(body))
        if (const json::Value* error = parsed->find("error"); error != nullptr)
            if (const std::string said = text_or_empty(*error, "message"); !said.empty()) why = said;
    const Code code = status == 404   ? Code::not_found
                      : status == 409 ? Code::already_exists
                      : status == 422 ? Code::verification_failed
                      : status == 503 ? Code::node_unreachable
                                      : Code::internal;
    return {code, "the provider at " + url.text() + " says: " + why};
}

std::string target_of(const Url& url, const std::string& target) {
    std::string out = url.path;
    while (!out.empty() && out.back() == '/') out.pop_back();
    return out + target;
}

}  // namespace

Result<Url> parse_endpoint(std::string_view text) {
    ASSAY_TRY(Url url, parse_url(text));
    const std::size_t from = text.find("//") + 2;
    const std::string_view authority = text.substr(from, text.find('/', from) - from);
    const std::size_t bracket = authority.rfind(']');
    if (authority.find(':', bracket == std::string_view::npos ? 0 : bracket) == std::string_view::npos) url.port = "80";
    return url;
}

Status upload(const Url& url, const std::string& target, ByteView body, const Told& told) {
    Wire wire;
    if (const auto e = wire.open(url)) return away(url, e);
    net_http::request<net_http::span_body<const std::uint8_t>> request(net_http::verb::put, target_of(url, target), 11);
    request.set(net_http::field::host, url.host + ":" + url.port);
    request.set(net_http::field::content_type, "application/octet-stream");
    request.set(net_http::field::connection, "close");
    request.body() = net_beast::span<const std::uint8_t>(body.data(), body.size());
    request.prepare_payload();
    net_http::request_serializer<net_http::span_body<const std::uint8_t>> serializer(request);
    serializer.limit(1u << 20);
    net_beast::error_code failure;
    std::uint64_t sent = 0;
    while (!failure && !serializer.is_done()) {
        failure = wire.step(kChunk, [&](auto done) {
            net_http::async_write_some(wire.stream, serializer, [&sent, done](net_beast::error_code e, std::size_t n) {
                sent += n;
                done(e);
            });
        });
        if (told) told(std::min<std::uint64_t>(sent, body.size()));
    }
    // A refusal may come before all is sent; then the reason is worth more than the broken pipe.
    net_http::response_parser<net_http::string_body> parser;
    parser.body_limit(1u << 16);
    const auto read = wire.step(std::chrono::seconds(300), [&](auto done) {
        net_http::async_read(wire.stream, wire.buffer, parser,
                             [done](net_beast::error_code e, std::size_t) { done(e); });
    });
    if (read) return away(url, failure ? failure : read);
    const unsigned status = parser.get().result_int();
    if (status / 100 == 2) return {};
    return refusal(url, status, parser.get().body());
}

Result<std::uint64_t> download(const Url& url, const std::string& target, const std::filesystem::path& file,
                               std::uint64_t most, const Told& told) {
    Wire wire;
    if (const auto e = wire.open(url)) return away(url, e);
    net_http::request<net_http::empty_body> request(net_http::verb::get, target_of(url, target), 11);
    request.set(net_http::field::host, url.host + ":" + url.port);
    request.set(net_http::field::connection, "close");
    net_beast::error_code failure = wire.step(kChunk, [&](auto done) {
        net_http::async_write(wire.stream, request, [done](net_beast::error_code e, std::size_t) { done(e); });
    });
    net_http::response_parser<net_http::buffer_body> parser;
    parser.body_limit(~std::uint64_t{0});  // what is due is known below
    if (!failure)
        failure = wire.step(kChunk, [&](auto done) {
            net_http::async_read_header(wire.stream, wire.buffer, parser,
                                        [done](net_beast::error_code e, std::size_t) { done(e); });
        });
    if (failure) return away(url, failure);
    const unsigned status = parser.get().result_int();
    const bool good = status == 200;
    const auto too_long = [&]() -> Error {
        return {Code::verification_failed, "the provider at " + url.text() + " sends more than the " +
                                               std::to_string(most) + " bytes that are due"};
    };
    if (good && parser.content_length() && *parser.content_length() > most) return too_long();
    net_beast::file out;
    net_beast::error_code disk;
    if (good) out.open(file.c_str(), net_beast::file_mode::write, disk);
    std::string said;
    std::uint64_t got = 0;
    std::vector<char> block(1u << 18);
    while (!failure && !disk && !parser.is_done()) {
        parser.get().body().data = block.data();
        parser.get().body().size = block.size();
        failure = wire.step(kChunk, [&](auto done) {
            net_http::async_read_some(wire.stream, wire.buffer, parser,
                                      [done](net_beast::error_code e, std::size_t) { done(e); });
        });
        if (failure == net_http::error::need_buffer) failure = {};
        const std::size_t n = block.size() - parser.get().body().size;
        got += n;
        if (good && got > most) return too_long();
        if (good) out.write(block.data(), n, disk);
        if (!good && said.size() < 65536) said.append(block.data(), n);
        if (good && told) told(got);
        if (!good && got > 65536) break;
    }
    if (disk) return {Code::io_error, "cannot write " + file.string() + ": " + disk.message()};
    if (!good) return refusal(url, status, said);
    if (failure) return away(url, failure);
    out.close(disk);
    if (disk) return {Code::io_error, "cannot write " + file.string() + ": " + disk.message()};
    return got;
}

}  // namespace assay::wallet
