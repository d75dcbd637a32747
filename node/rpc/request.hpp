// JSON-RPC 2.0 as it arrives: one call or a batch, each element good or with its own error.
//
//   ASSAY_TRY(RpcBatch batch, parse_requests(body));
//   for (const RpcRequest& r : batch.requests)
//       if (r.error) …
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace assay::node {

inline constexpr std::size_t kMaxBatch = 50;
inline constexpr std::size_t kMaxBody = 1u << 20;

struct RpcRequest {
    std::string method;
    std::optional<json::Value> params;  ///< object or array
    std::string id = "null";            ///< as JSON, to be sent back unchanged
    bool notification = false;          ///< no id: no answer
    std::optional<Error> error;         ///< invalid_request
};

struct RpcBatch {
    bool single = true;
    std::vector<RpcRequest> requests;
};

/// Errors: parse_error, invalid_request (empty batch), batch_too_large.
[[nodiscard]] Result<RpcBatch> parse_requests(std::string_view body);

/// A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD, since messages may repeat what somebody sent.
[[nodiscard]] std::string json_quoted(std::string_view text);

}  // namespace assay::node
