// ABCI messages as frames: a uvarint with the length of the body, then a protobuf Request or Response.
//
//   socket.write(encode(Response{EchoResponse{"hello"}}));          // 09 12 07 0a 05 68 65 6c 6c 6f
//   ASSAY_TRY(const auto head, read_frame_head(buffer, max));       // nothing yet: read on
//   ASSAY_TRY(Request r, decode_request(buffer.subspan(head->head, head->body)));
//
// Own code and not libprotobuf: the thirty messages are one table (fields.hpp) and their wire format a hundred lines
// (wire.hpp), while protoc's classes would stand between the socket and messages.hpp with a copy of every field, would
// add a compiler to the build, and would allow a small frame to unfold into memory without bound. The bytes are checked
// against an independent implementation (tests/abci/oracle).
//
// What is accepted is what protobuf says: fields in any order, the last of a repeated scalar, embedded messages merged,
// numbers packed or not, unknown fields skipped. What is written is in field order, without zeros; an embedded message
// that is no optional is always written, as CometBFT does it.
#pragma once

#include <optional>

#include "base/result.hpp"
#include "node/abci/messages.hpp"

namespace assay::node::abci {

[[nodiscard]] Bytes encode(const Request& r);
[[nodiscard]] Bytes encode(const Response& r);
/// The same behind what `out` holds already.
void encode(const Request& r, Bytes& out);
void encode(const Response& r, Bytes& out);

/// Of a frame's body. Errors: encoding_truncated, encoding_not_canonical (no such wire type, group or kind of message),
/// encoding_too_large (it would need far more memory than it has bytes), method_not_found (insert_tx, reap_txs).
[[nodiscard]] Result<Request> decode_request(ByteView body);
[[nodiscard]] Result<Response> decode_response(ByteView body);

struct FrameHead {
    std::size_t head = 0;  ///< bytes of the length itself
    std::size_t body = 0;
};
/// Nothing where more bytes are needed to know the length. Errors: encoding_too_large, encoding_not_canonical.
[[nodiscard]] Result<std::optional<FrameHead>> read_frame_head(ByteView in, std::size_t max_body);

/// As the protocol names it: "finalize_block".
[[nodiscard]] const char* name_of(const Request& r);
[[nodiscard]] const char* name_of(const Response& r);

}  // namespace assay::node::abci
