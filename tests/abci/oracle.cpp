// Our side of the comparison with cosmjs-types (oracle/compare.mjs), one message a line:
//
//   abci_oracle make COUNT SEED     writes "request|response HEX JSON" of random messages
//   abci_oracle read                reads "request|response HEX", writes "HEX JSON" of what it understood, or "error
//   WHY"
//
// HEX is a body without its length.
#include <cstdio>
#include <iostream>

#include "tests/abci/random_messages.hpp"

using namespace assay;

namespace {

template <class V>
std::string hex_of(const V& message) {
    const Bytes frame = node::abci::encode(message);
    const auto head = node::abci::read_frame_head(frame, frame.size());
    return to_hex(ByteView(frame).subspan((*head).value().head));
}
template <class V>
std::string understood(const Result<V>& r) {
    return r ? hex_of(*r) + " " + test::to_json(*r) : "error " + r.error().message;
}

}  // namespace

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "make" && argc == 4) {
        test::Random random(std::strtoull(argv[3], nullptr, 10));
        for (auto n = std::strtoull(argv[2], nullptr, 10); n > 0; --n) {
            if (n % 2 == 0) {
                const auto r = test::random_request(random);
                std::cout << "request " << hex_of(r) << " " << test::to_json(r) << "\n";
            } else {
                const auto r = test::random_response(random);
                std::cout << "response " << hex_of(r) << " " << test::to_json(r) << "\n";
            }
        }
        return 0;
    }
    if (what == "read" && argc == 2) {
        std::string kind, hex;
        while (std::cin >> kind >> hex) {
            const auto raw = from_hex(hex);
            if (!raw)
                std::cout << "error no hex\n";
            else if (kind == "request")
                std::cout << understood(node::abci::decode_request(*raw)) << "\n";
            else
                std::cout << understood(node::abci::decode_response(*raw)) << "\n";
        }
        return 0;
    }
    std::fprintf(stderr, "usage: abci_oracle make COUNT SEED | abci_oracle read\n");
    return 2;
}
