// A raw ABCI client: what it sends is what the test says, whole frames or bytes.
//
//   Client c(address);
//   c.send(EchoRequest{"a"}); c.send(FlushRequest{});
//   c.read()                                            // std::optional<Response>; nothing: closed, or five seconds
//   over
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <string>

#include "node/abci/address.hpp"
#include "node/abci/codec.hpp"

namespace assay::test {

class AbciClient {
   public:
    explicit AbciClient(const std::string& address) {
        if (const auto fd = node::abci::connect_to_abci(address)) fd_ = *fd;
    }
    ~AbciClient() { close(); }
    AbciClient(const AbciClient&) = delete;
    AbciClient& operator=(const AbciClient&) = delete;

    [[nodiscard]] bool connected() const { return fd_ >= 0; }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    /// False where the peer takes no more.
    bool send(const node::abci::Request& r) { return send_raw(encode(r)); }
    bool send_raw(const Bytes& bytes) {
        for (std::size_t at = 0; at < bytes.size();) {
            const ssize_t n = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
            if (n <= 0) return false;
            at += static_cast<std::size_t>(n);
        }
        return true;
    }
    std::optional<node::abci::Response> read(std::chrono::milliseconds longest = std::chrono::seconds(5)) {
        const auto end = std::chrono::steady_clock::now() + longest;
        while (true) {
            const auto head = node::abci::read_frame_head(in_, 1u << 30);
            if (!head) return {};
            if (*head && in_.size() >= (*head)->head + (*head)->body) {
                auto r = node::abci::decode_response(ByteView(in_).subspan((*head)->head, (*head)->body));
                in_.erase(in_.begin(), in_.begin() + static_cast<std::ptrdiff_t>((*head)->head + (*head)->body));
                if (!r) return {};
                return std::move(r).value();
            }
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
            pollfd p{fd_, POLLIN, 0};
            if (left.count() < 0 || ::poll(&p, 1, static_cast<int>(left.count())) <= 0) return {};
            std::uint8_t chunk[65536];
            const ssize_t n = ::recv(fd_, chunk, sizeof(chunk), 0);
            if (n <= 0) {
                closed_ = true;
                return {};
            }
            in_.insert(in_.end(), chunk, chunk + n);
        }
    }
    /// Sends it with a flush behind, and reads its answer and the flush's.
    std::optional<node::abci::Response> call(const node::abci::Request& r) {
        (void)send(r);
        (void)send(node::abci::FlushRequest{});
        auto out = read();
        if (out && !std::holds_alternative<node::abci::ExceptionResponse>(*out)) (void)read();
        return out;
    }
    /// The text of the exception that the answer is; empty for every other.
    std::string refused(const node::abci::Request& r) {
        const auto out = call(r);
        const auto* e = out ? std::get_if<node::abci::ExceptionResponse>(&*out) : nullptr;
        return e != nullptr ? e->error : "";
    }
    /// Whether the peer has closed, within two seconds.
    bool was_closed() { return closed_ || (!read(std::chrono::seconds(2)) && closed_); }

   private:
    int fd_ = -1;
    Bytes in_;
    bool closed_ = false;
};

}  // namespace assay::test
