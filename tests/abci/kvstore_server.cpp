// The two example applications of CometBFT's own tools, on our server: what `abci-cli` and a real `cometbft` talk to.
//
//   kvstore_server kvstore unix:///tmp/abci.sock     "key=value" transactions: abci-cli batch, cometbft node
//   kvstore_server counter tcp://127.0.0.1:26658     transactions that count 0, 1, 2 …: abci-cli test, which commits
//   before
//                                                    it finalizes, so the order of calls is not checked
//
// Prints "listening" when it does, with the port, and runs until its standard input ends. Nothing is stored.
#include <cstdio>
#include <map>
#include <mutex>

#include "node/abci/server.hpp"
#include "tests/abci/small_app.hpp"

using namespace assay;
using namespace assay::node::abci;

namespace {

constexpr std::uint32_t kInvalidTx = 2;

class KvStore final : public test::SmallApp {
   public:
    Result<InfoResponse> info(const InfoRequest&) override {
        const std::lock_guard lock(mutex_);
        return InfoResponse{"{\"size\":" + std::to_string(size_) + "}", "kvstore", 1, height_, hash()};
    }
    Result<QueryResponse> query(const QueryRequest& r) override {
        const std::lock_guard lock(mutex_);
        QueryResponse out;
        const auto found = stored_.find(std::string(as_text(r.data)));
        out.log = found == stored_.end() ? "does not exist" : "exists";
        out.key = r.data;
        if (found != stored_.end()) out.value.assign(found->second.begin(), found->second.end());
        out.height = height_;
        return out;
    }
    Result<CheckTxResponse> check_tx(const CheckTxRequest& r) override {
        CheckTxResponse out;
        out.code = valid(r.tx) ? 0 : kInvalidTx;
        out.gas_wanted = out.code == 0 ? 1 : 0;
        return out;
    }
    Result<InitChainResponse> init_chain(const InitChainRequest&) override {
        const std::lock_guard lock(mutex_);
        return InitChainResponse{{}, {}, hash()};
    }
    Result<PrepareProposalResponse> prepare_proposal(const PrepareProposalRequest& r) override {
        PrepareProposalResponse out;
        for (Bytes tx : r.txs) {
            if (!valid(tx)) continue;
            for (auto& b : tx) b = b == ':' ? '=' : b;
            out.txs.push_back(std::move(tx));
        }
        return out;
    }
    Result<ProcessProposalResponse> process_proposal(const ProcessProposalRequest& r) override {
        for (const Bytes& tx : r.txs)
            if (!valid(tx)) return ProcessProposalResponse{Verdict::reject};
        return ProcessProposalResponse{Verdict::accept};
    }
    Result<FinalizeBlockResponse> finalize_block(const FinalizeBlockRequest& r) override {
        const std::lock_guard lock(mutex_);
        staged_ = r.txs;
        staged_height_ = r.height;
        FinalizeBlockResponse out;
        for (const Bytes& tx : r.txs) {
            ExecTxResult& one = out.tx_results.emplace_back();
            one.events = {{"app", {{"key", key_of(tx).first, true}}}};
        }
        out.app_hash = hash(size_ + static_cast<std::int64_t>(r.txs.size()));
        return out;
    }
    Result<CommitResponse> commit(const CommitRequest&) override {
        const std::lock_guard lock(mutex_);
        for (const Bytes& tx : staged_) stored_.insert_or_assign(key_of(tx).first, key_of(tx).second);
        size_ += static_cast<std::int64_t>(staged_.size());
        height_ = staged_height_;
        staged_.clear();
        return CommitResponse{};
    }

   private:
    static std::pair<std::string, std::string> key_of(const Bytes& tx) {
        const std::string text(as_text(tx));
        const std::size_t at = text.find('=');
        return at == std::string::npos ? std::pair(text, text) : std::pair(text.substr(0, at), text.substr(at + 1));
    }
    // One ':' or '=', and neither first nor last.
    static bool valid(const Bytes& tx) {
        const std::string_view text = as_text(tx);
        const std::size_t at = text.find_first_of(":=");
        return at != std::string_view::npos && at == text.find_last_of(":=") && at != 0 && at + 1 != text.size();
    }
    // As Go's binary.PutVarint writes the size, into eight bytes.
    static Bytes hash(std::int64_t size) {
        Bytes out(8);
        auto v = static_cast<std::uint64_t>(size) << 1;
        std::size_t i = 0;
        for (; v >= 0x80; v >>= 7) out[i++] = static_cast<std::uint8_t>(v | 0x80);
        out[i] = static_cast<std::uint8_t>(v);
        return out;
    }
    [[nodiscard]] Bytes hash() const { return hash(size_); }

    std::mutex mutex_;
    std::map<std::string, std::string> stored_;
    std::vector<Bytes> staged_;
    std::int64_t size_ = 0, height_ = 0, staged_height_ = 0;
};

class Counter final : public test::SmallApp {
   public:
    Result<FinalizeBlockResponse> finalize_block(const FinalizeBlockRequest& r) override {
        FinalizeBlockResponse out;
        for (const Bytes& tx : r.txs) {
            std::uint64_t n = 0;
            for (const auto b : tx) n = n << 8 | b;
            out.tx_results.emplace_back().code = n == count_ ? 0 : kInvalidTx;
            count_ += n == count_ ? 1 : 0;
        }
        if (count_ == 0) return out;
        out.app_hash.resize(8);
        for (int i = 0; i < 8; ++i) out.app_hash[7 - i] = static_cast<std::uint8_t>(count_ >> (8 * i));
        return out;
    }

   private:
    std::uint64_t count_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    const std::string which = argc == 3 ? argv[1] : "";
    if (which != "kvstore" && which != "counter") {
        std::fprintf(stderr, "usage: kvstore_server kvstore|counter unix://PATH|tcp://HOST:PORT\n");
        return 2;
    }
    std::unique_ptr<Application> application;
    if (which == "kvstore")
        application = std::make_unique<KvStore>();
    else
        application = std::make_unique<Counter>();
    ServerOptions options;
    options.address = argv[2];
    options.check_order = which != "counter";
    Server server(*application, options, {});
    if (const Status s = server.start(); !s) {
        std::fprintf(stderr, "kvstore_server: %s\n", s.error().message.c_str());
        return 1;
    }
    std::printf("listening %u\n", static_cast<unsigned>(server.port()));
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    server.stop();
    return 0;
}
