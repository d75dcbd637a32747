// The codec against itself, at random, and against bytes that no codec writes.
#include "node/abci/wire.hpp"
#include "tests/abci/random_messages.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::node::abci;

namespace {

ByteView body_of(const Bytes& frame) {
    const auto head = read_frame_head(frame, 1u << 30);
    REQUIRE((head.ok() && head->has_value()));
    return ByteView(frame).subspan((*head)->head);
}
Bytes hex(const char* text) {
    return from_hex(text).value();
}
std::string refused(const Bytes& body) {
    const auto r = decode_request(body);
    return r ? "" : r.error().message;
}
template <class M>
M request(const char* body) {
    const auto r = decode_request(hex(body));
    REQUIRE(r.ok());
    REQUIRE(std::holds_alternative<M>(*r));
    return std::get<M>(*r);
}

}  // namespace

TEST_CASE("what is written is read back, whatever it is") {
    INFO("ASSAY_TEST_SEED=" << test::seed());
    test::Random random;
    std::size_t wrong = 0;
    for (int i = 0; i < test::rounds(20'000); ++i) {
        const Request r = test::random_request(random);
        const Response s = test::random_response(random);
        const Bytes a = encode(r), b = encode(s);
        const auto ra = decode_request(body_of(a));
        const auto sb = decode_response(body_of(b));
        wrong += !ra || !(*ra == r) || !sb || !(*sb == s);
    }
    CHECK(wrong == 0);
}

TEST_CASE("a frame that is cut anywhere is refused or is another message, and nothing is read behind it") {
    INFO("ASSAY_TEST_SEED=" << test::seed());
    test::Random random(test::seed() + 1);
    for (int i = 0; i < test::rounds(300); ++i) {
        const Bytes frame = encode(test::random_request(random));
        const ByteView body = body_of(frame);
        for (std::size_t n = 0; n < body.size(); ++n) {
            const Bytes cut(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(n));  // so that ASan sees its end
            REQUIRE_FALSE(decode_request(cut).ok());
        }
    }
}

TEST_CASE("bytes that were changed at random are refused or read, and what is read is written again") {
    INFO("ASSAY_TEST_SEED=" << test::seed());
    test::Random random(test::seed() + 2);
    std::size_t read = 0;
    for (int i = 0; i < test::rounds(40'000); ++i) {
        const Bytes frame = encode(test::random_request(random));
        const ByteView view = body_of(frame);
        Bytes body(view.begin(), view.end());
        for (auto n = 1 + random.below(4); n > 0 && !body.empty(); --n) {
            const auto at = static_cast<std::ptrdiff_t>(random.below(body.size()));
            switch (random.below(3)) {
                case 0:
                    body[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random.u64());
                    break;
                case 1:
                    body.erase(body.begin() + at);
                    break;
                default:
                    body.insert(body.begin() + at, static_cast<std::uint8_t>(random.u64()));
            }
        }
        const auto r = decode_request(body);
        if (!r) continue;
        ++read;
        const auto again = decode_request(body_of(encode(*r)));
        REQUIRE((again.ok() && *again == *r));
    }
    CHECK(read > 0);
}

TEST_CASE("fields come in any order, twice, unknown, packed or not") {
    // query: path behind data, data twice (the last counts), an unknown field of each wire type
    const auto q = request<QueryRequest>(
        "321e12012f0a01610a0162"
        "5801"
        "690102030405060708"
        "720161"
        "7d01020304"
        "1807");
    CHECK(q.data == Bytes{'b'});
    CHECK((q.path == "/" && q.height == 7 && !q.prove));
    // a snapshot that comes in two parts is one
    const auto o = request<OfferSnapshotRequest>(
        "6a0a"
        "0a020805"
        "0a041002"
        "3000");
    REQUIRE(o.snapshot.has_value());
    CHECK((o.snapshot->height == 5 && o.snapshot->format == 2));
    // the request in two parts too; another kind behind it takes its place
    CHECK(request<QueryRequest>("32030a0161"
                                "32021807")
              .data == Bytes{'a'});
    CHECK(request<EchoRequest>("32030a0161"
                               "0a030a0162")
              .message == "b");
    for (const char* chunks : {"82010612040102ac02",
                               "82010710011002"
                               "10ac02"}) {
        const auto r = decode_response(hex(chunks));
        REQUIRE(r.ok());
        CHECK(std::get<ApplySnapshotChunkResponse>(*r).refetch_chunks == std::vector<std::uint32_t>{1, 2, 300});
    }
    // keys: the last choice counts, also one that is unknown here
    const auto key = [](const char* text) {
        const auto r = request<InitChainRequest>(text);
        REQUIRE(r.validators.size() == 1);
        return r.validators[0].pub_key;
    };
    using Type = node::abci::PublicKey::Type;
    CHECK((key("2a0a22080a060a010112"
               "0102") == node::abci::PublicKey{Type::secp256k1, {2}}));
    CHECK((key("2a0a22080a060a010122"
               "0102") == node::abci::PublicKey{}));
    CHECK((key("2a0622040a020a00") == node::abci::PublicKey{Type::ed25519, {}}));
}

TEST_CASE("what is no protobuf, or no request, is refused in words") {
    CHECK(refused({}) == "an empty request");
    CHECK(refused(hex("0a050a0161")) == "a field ends behind its message");
    CHECK(refused(hex("0801")) == "field 1 has wire type 0, which is not the one of its kind");
    CHECK(refused(hex("32020801")) == "field 1 has wire type 0, which is not the one of its kind");
    CHECK(refused(hex("32031a0161")) == "field 3 has wire type 2, which is not the one of its kind");
    CHECK(refused(hex("32025b5c")) == "field 11 is of wire type 3, which proto3 does not have");
    CHECK(refused(hex("32025e00")) == "field 11 is of wire type 6, which proto3 does not have");
    CHECK(refused(hex("32020000")) == "a field has no valid number");
    CHECK(refused(hex("320c18ffffffffffffffffff0218")) == "a varint does not fit in 64 bits");
    CHECK(refused(hex("320c18ffffffffffffffffffff01")) == "a varint does not fit in 64 bits");
    CHECK(refused(hex("220178")) == "a request of kind 4 is not in ABCI 2.0");
    CHECK(refused(hex("aa0100")) == "insert_tx is not supported: leave mempool.type at \"flood\"");
}

TEST_CASE("a small frame does not unfold into much memory") {
    // Two bytes each: a misbehaviour of a hundred bytes in memory.
    Bytes inside;
    for (int i = 0; i < 200'000; ++i) inside.insert(inside.end(), {0x1a, 0x00});
    Bytes body = hex("a201");
    body.resize(2 + varint_size(inside.size()));
    Writer(body.data() + 2).varint(inside.size());
    body.insert(body.end(), inside.begin(), inside.end());
    CHECK(refused(body) == "it has far more elements than bytes to describe them");
    // A real block of the smallest transactions, and of votes, passes.
    FinalizeBlockRequest block;
    block.txs.assign(200'000, Bytes{1});
    block.decided_last_commit.votes.assign(10'000, {{Bytes(20, 1), 1}, BlockIdFlag::commit});
    CHECK(decode_request(body_of(encode(Request{block}))).ok());
}

TEST_CASE("a frame's head says how long it is, or that more is needed, or that it is too long") {
    const auto head = [](const char* text) { return read_frame_head(hex(text), 1000); };
    CHECK_FALSE(head("")->has_value());
    CHECK_FALSE(head("e8")->has_value());
    CHECK((*head("e807")).value().body == 1000);
    CHECK((*head("e807")).value().head == 2);
    CHECK((*head("8000")).value().body == 0);  // longer than need be, as Go takes it too
    CHECK_FALSE(head("e907").ok());
    CHECK_FALSE(head("ffffffff7f").ok());
    CHECK_FALSE(head("ffffffffff").ok());
}
