// Frames that CometBFT's own messages look like on the wire. Made with the npm package cosmjs-types, an implementation
// that shares nothing with ours; two of them were also read with protoc --decode_raw.
#include "base/hex.hpp"
#include "node/abci/codec.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::node::abci;

namespace {

Bytes text(std::string_view s) {
    return {s.begin(), s.end()};
}
std::string times(std::size_t n, const char* byte) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += byte;
    return out;
}
const Timestamp kTime{1'700'000'000, 5};

template <class V>
void same(const V& message, const std::string& frame, Result<V> (*decode)(ByteView)) {
    INFO(name_of(message) << " " << frame);
    const Bytes bytes = encode(message);
    CHECK(to_hex(bytes) == frame);
    const auto raw = from_hex(frame);
    REQUIRE(raw.ok());
    const auto head = read_frame_head(*raw, 1u << 20);
    REQUIRE((head.ok() && head->has_value()));
    CHECK((*head)->head + (*head)->body == raw->size());
    const auto back = decode(ByteView(*raw).subspan((*head)->head));
    REQUIRE(back.ok());
    CHECK((*back == message));
}
void same(Request r, const std::string& frame) {
    same<Request>(r, frame, decode_request);
}
void same(Response r, const std::string& frame) {
    same<Response>(r, frame, decode_response);
}

}  // namespace

TEST_CASE("requests are the bytes that CometBFT sends") {
    same(EchoRequest{"hello"}, "090a070a0568656c6c6f");
    same(FlushRequest{}, "021200");
    same(InfoRequest{"0.40.0", 11, 8, "2.0.0"}, "151a130a06302e34302e30100b18082205322e302e30");
    same(CheckTxRequest{text("abc"), CheckTxType::recheck}, "0942070a036162631001");
    same(CommitRequest{}, "025a00");
    same(QueryRequest{text("k"), "/store", 7, true}, "11320f0a016b12062f73746f726518072001");
    InitChainRequest init;
    init.time = kTime;
    init.chain_id = "c1";
    init.validators = {{{node::abci::PublicKey::Type::ed25519, Bytes(32, 1)}, 10}};
    init.app_state_bytes = text("{}");
    init.initial_height = 1;
    same(init, "3e2a3c0a080880e2cfaa0610051202633122260a220a20" + times(32, "01") + "100a2a027b7d3001");
    FinalizeBlockRequest block;
    block.txs = {text("t")};
    block.decided_last_commit = {0, {{{Bytes(20, 2), 10}, BlockIdFlag::commit}}};
    block.hash = Bytes(32, 3);
    block.height = 2;
    block.time = kTime;
    block.next_validators_hash = Bytes(32, 4);
    block.proposer_address = Bytes(20, 2);
    same(block, "8d01a20189010a0174121e121c0a180a14" + times(20, "02") + "180a18022220" + times(32, "03") +
                    "280232080880e2cfaa0610053a20" + times(32, "04") + "4214" + times(20, "02"));
}

TEST_CASE("responses are the bytes that CometBFT reads") {
    same(FlushResponse{}, "021a00");
    same(EchoResponse{"hello"}, "0912070a0568656c6c6f");
    same(InfoResponse{"d", "v", 1, 2, Bytes(4, 9)}, "1222100a0164120176180120022a0409090909");
    same(CommitResponse{5}, "0462021805");
    same(CommitResponse{0}, "026200");
    same(PrepareProposalResponse{{text("t")}}, "068a01030a0174");
    same(ProcessProposalResponse{Verdict::accept}, "059201020801");
    same(ExtendVoteResponse{text("x")}, "069a01030a0178");
    same(ExtendVoteResponse{}, "039a0100");
    same(VerifyVoteExtensionResponse{Verdict::accept}, "05a201020801");
    same(ExceptionResponse{"boom"}, "080a060a04626f6f6d");
    Bytes key(33, 7);
    key[0] = 2;
    FinalizeBlockResponse done;
    done.tx_results.resize(1);
    done.tx_results[0].gas_wanted = done.tx_results[0].gas_used = 1;
    done.validator_updates = {{{node::abci::PublicKey::Type::secp256k1, key}, 0}};
    done.app_hash = Bytes(4, 8);
    same(done, "36aa01331204280130011a250a23122102" + times(32, "07") + "2a0408080808");
}

TEST_CASE("Go's zero time and its numbers below zero are read") {
    const auto raw = from_hex("a2010d320b088092b8c398feffffff01");
    const auto r = decode_request(*raw);
    REQUIRE(r.ok());
    CHECK(std::get<FinalizeBlockRequest>(*r).time == Timestamp{-62135596800, 0});
    FinalizeBlockRequest below;
    below.height = -1;
    same(below, "12a2010f120028" + times(9, "ff") + "013200");
}
