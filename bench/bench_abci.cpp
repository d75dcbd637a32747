// What the ABCI socket costs: calls per second through a Unix socket, one by one and 256 at a time as CometBFT's client
// sends them, over what two threads get out of the same socket with plain reads and writes; and the codec alone. Every
// answer is compared with what was asked.
//
//   bench_abci [CALLS]
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "bench/measure.hpp"
#include "node/abci/server.hpp"
#include "tests/abci/client.hpp"
#include "tests/abci/small_app.hpp"
#include "tests/support/temp_dir.hpp"

using namespace assay;
using namespace assay::node::abci;
using bench::must;

namespace {

constexpr std::size_t kBatch = 256;    // of CometBFT's client
constexpr std::size_t kTxBytes = 180;  // about a signed transfer

class App final : public test::SmallApp {
   public:
    Result<CheckTxResponse> check_tx(const CheckTxRequest& r) override {
        CheckTxResponse out;
        out.gas_wanted = static_cast<std::int64_t>(r.tx.size());
        out.data.assign(r.tx.begin(), r.tx.begin() + 8);
        return out;
    }
};

Bytes tx_number(std::uint64_t n) {
    Bytes out(kTxBytes, 0x5a);
    std::memcpy(out.data(), &n, 8);
    return out;
}

// `calls` of them, `batch` at a time with a flush behind; make(i) is the request, right(i, response) checks its answer.
template <class Make, class Right>
double per_second(test::AbciClient& c, std::size_t calls, std::size_t batch, Make make, Right right) {
    const auto begun = bench::Clock::now();
    Bytes out;
    for (std::size_t at = 0; at < calls; at += batch) {
        out.clear();
        for (std::size_t i = at; i < at + batch; ++i) encode(make(i), out);
        encode(Request{FlushRequest{}}, out);
        if (!c.send_raw(out)) bench::fail("the server closed the connection");
        for (std::size_t i = at; i < at + batch; ++i) {
            const auto r = c.read();
            if (!r || !right(i, *r)) bench::fail("answer " + std::to_string(i) + " is wrong");
        }
        const auto flushed = c.read();
        if (!flushed || !std::holds_alternative<FlushResponse>(*flushed)) bench::fail("a flush was not answered");
    }
    return static_cast<double>(calls) / bench::seconds_since(begun);
}

// Round trips of as many bytes between two threads, with nothing in between: what the socket itself allows.
double raw_round_trips(std::size_t trips) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) bench::fail("no socketpair");
    std::thread other([&] {
        char b[64];
        for (ssize_t n = 0; (n = ::read(pair[1], b, sizeof(b))) > 0;)
            if (::write(pair[1], b, static_cast<std::size_t>(n)) != n) return;
    });
    const auto begun = bench::Clock::now();
    char b[16] = {};
    for (std::size_t i = 0; i < trips; ++i)
        if (::write(pair[0], b, sizeof(b)) != sizeof(b) || ::read(pair[0], b, sizeof(b)) <= 0) bench::fail("no echo");
    const double rate = static_cast<double>(trips) / bench::seconds_since(begun);
    ::close(pair[0]);
    other.join();
    ::close(pair[1]);
    return rate;
}

struct CodecRate {
    double write_mb, read_mb;
};
CodecRate codec_rate() {
    FinalizeBlockRequest block;
    for (std::uint64_t i = 0; i < 5'000; ++i) block.txs.push_back(tx_number(i));
    block.decided_last_commit.votes.assign(100, {{Bytes(20, 1), 1'000}, BlockIdFlag::commit});
    block.height = 77;
    const Request request = block;
    Bytes frame;
    double write = 1e9, read = 1e9;
    for (int i = 0; i < 20; ++i) {
        frame.clear();
        const double a = bench::thread_seconds();
        encode(request, frame);
        const double b = bench::thread_seconds();
        const auto head = must(read_frame_head(frame, frame.size()));
        const Request back = must(decode_request(ByteView(frame).subspan(head->head)));
        const double c = bench::thread_seconds();
        if (!(back == request)) bench::fail("a block is not what it was");
        write = std::min(write, b - a);
        read = std::min(read, c - b);
    }
    const double mb = static_cast<double>(frame.size()) / 1e6;
    return {mb / write, mb / read};
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t asked = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
    const std::size_t calls = std::max<std::size_t>(1, asked / kBatch) * kBatch;
    const test::TempDir dir;
    App app;
    ServerOptions options;
    options.address = "unix://" + (dir.path() / "abci.sock").string();
    Server server(app, options, {});
    must(server.start());
    test::AbciClient client(options.address);
    if (!client.connected()) bench::fail("cannot connect");

    const auto echo = [](std::size_t i) { return Request{EchoRequest{std::to_string(i)}}; };
    const auto echoed = [](std::size_t i, const Response& r) {
        const auto* e = std::get_if<EchoResponse>(&r);
        return e != nullptr && e->message == std::to_string(i);
    };
    const auto check = [](std::size_t i) { return Request{CheckTxRequest{tx_number(i), CheckTxType::fresh}}; };
    const auto checked = [](std::size_t i, const Response& r) {
        const auto* c = std::get_if<CheckTxResponse>(&r);
        std::uint64_t n = 0;
        if (c == nullptr || c->data.size() != 8) return false;
        std::memcpy(&n, c->data.data(), 8);
        return n == i && c->gas_wanted == static_cast<std::int64_t>(kTxBytes);
    };
    const std::size_t single = std::max<std::size_t>(1, calls / 10);
    const double raw = raw_round_trips(single);
    const double one = per_second(client, single, 1, echo, echoed);
    const double many = per_second(client, calls, kBatch, echo, echoed);
    const double cpu_begun = bench::process_seconds();
    const double checks = per_second(client, calls, kBatch, check, checked);
    const double cpu = (bench::process_seconds() - cpu_begun) / static_cast<double>(calls);
    const CodecRate codec = codec_rate();
    client.close();
    server.stop();
    std::printf(
        "{\n  \"calls\": %zu,\n  \"socket_round_trips_per_second\": %.0f,\n"
        "  \"echo_one_by_one_per_second\": %.0f, \"over_the_socket\": %.2f,\n  \"echo_256_per_second\": %.0f,\n"
        "  \"check_tx_256_per_second\": %.0f, \"check_tx_processor_us_both_sides\": %.2f,\n"
        "  \"block_written_mb_per_second\": %.0f, \"block_read_mb_per_second\": %.0f\n}\n",
        calls, raw, one, one / raw, many, checks, cpu * 1e6, codec.write_mb, codec.read_mb);
    return 0;
}
