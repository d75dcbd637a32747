// JSON-RPC over HTTP, one call at a time, with a deadline on everything.
//
//   RpcClient rpc(*parse_url("http://127.0.0.1:8710"));
//   ASSAY_TRY(json::Value status, rpc.call("status"));
//   ASSAY_TRY(json::Value account, rpc.call("account", Params().text("address", "assay1…")));
//
// The connection is kept and used again. One object belongs to one thread. Every method of a node can be asked twice
// without harm (the same transaction bytes too), so a connection that turns out to be closed is opened once more.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "wallet/client/url.hpp"

namespace assay::wallet {

/// The `params` object of a call, written in order.
class Params {
   public:
    Params& text(std::string_view name, std::string_view value);
    Params& number(std::string_view name, std::uint64_t value);
    Params& flag(std::string_view name, bool value);
    [[nodiscard]] std::string json() const { return "{" + body_ + "}"; }

   private:
    void name(std::string_view name);
    std::string body_;
};

/// What a node said beside the code, for people and for words that this program does not know.
struct NodeAnswer {
    std::string word;  ///< the node's own code word; empty when it never answered
    std::string hint;
    bool sent = false;  ///< the request may have reached the node, the answer did not come back
};

class RpcClient {
   public:
    struct Deadlines {
        std::chrono::milliseconds connect{3'000};
        std::chrono::milliseconds call{70'000};  ///< longer than the 60 s that a node waits with wait: true
    };

    explicit RpcClient(Url url);
    RpcClient(Url url, Deadlines deadlines);
    ~RpcClient();
    RpcClient(RpcClient&&) noexcept;
    RpcClient& operator=(RpcClient&&) noexcept;

    /// The `result`. Errors: node_unreachable (nothing answered, or not as a node does), else the code of the node's
    /// answer; `internal` for a word that this program does not know. last() says more.
    [[nodiscard]] Result<json::Value> call(std::string_view method, const Params& params = {});

    [[nodiscard]] const NodeAnswer& last() const { return last_; }
    [[nodiscard]] const Url& url() const { return url_; }

   private:
    class Connection;
    [[nodiscard]] Result<std::string> post(const std::string& body);

    Url url_;
    Deadlines deadlines_;
    NodeAnswer last_;
    std::unique_ptr<Connection> connection_;
    std::uint64_t next_id_ = 1;
};

/// The code whose word this is, for error words that travelled as text.
[[nodiscard]] std::optional<Code> code_from_word(std::string_view word);
/// A JSON string with its quotes.
[[nodiscard]] std::string json_quote(std::string_view text);

}  // namespace assay::wallet
