// libFuzzer's target: any bytes are a stream of frames, requests and responses. What is understood must be written and
// understood again as the same; what is not, must be refused with one sentence.
//
//   clang++ -std=gnu++20 -g -O1 -fsanitize=fuzzer,address,undefined -I. tests/abci/fuzz_frames.cpp node/abci/codec.cpp
//       base/hash_secret.cpp -o fuzz_frames && ./fuzz_frames -max_total_time=600
#include "base/check.hpp"
#include "node/abci/codec.hpp"

using namespace assay;
using namespace assay::node::abci;

namespace {

template <class V>
void decode(ByteView body, Result<V> (*read)(ByteView)) {
    const Bytes exact(body.begin(), body.end());  // so that one byte behind is nobody's
    const auto message = read(exact);
    if (!message) {
        ASSAY_CHECK(!message.error().message.empty());
        return;
    }
    const Bytes frame = encode(*message);
    const auto head = read_frame_head(frame, frame.size());
    ASSAY_CHECK(head.ok() && head->has_value());
    const auto again = read(ByteView(frame).subspan((*head)->head));
    ASSAY_CHECK(again.ok() && *again == *message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteView rest(data, size);
    while (true) {
        const auto head = read_frame_head(rest, 1u << 20);
        if (!head || !*head || rest.size() < (*head)->head + (*head)->body) break;
        const ByteView body = rest.subspan((*head)->head, (*head)->body);
        decode<Request>(body, decode_request);
        decode<Response>(body, decode_response);
        rest = rest.subspan((*head)->head + (*head)->body);
    }
    decode<Request>(ByteView(data, size), decode_request);
    decode<Response>(ByteView(data, size), decode_response);
    return 0;
}
