// Requests as they arrive, and their parameters against a method's declaration.
#include "base/bech32m.hpp"
#include "node/rpc/args.hpp"
#include "node/rpc/request.hpp"
#include "node/rpc/service.hpp"
#include "node/rpc/waiters.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::node;

namespace {

RpcRequest one(const std::string& body) {
    const auto batch = parse_requests(body);
    REQUIRE(batch.ok());
    REQUIRE(batch->requests.size() == 1);
    return batch->requests[0];
}

const std::vector<Param> kDeclared{{"height", ParamType::number, false, ""},   {"id", ParamType::hash, false, ""},
                                   {"address", ParamType::address, false, ""}, {"wait", ParamType::flag, false, ""},
                                   {"tx", ParamType::bytes, false, ""},        {"topics", ParamType::texts, false, ""}};

Result<Args> read(const std::string& params, const std::vector<Param>& declared = kDeclared) {
    const auto v = json::parse(params);
    REQUIRE(v.ok());
    return read_args(declared, *v, "assay");
}
Code code_of(const std::string& params) {
    const auto r = read(params);
    return r.ok() ? Code::ok : r.error().code;
}

}  // namespace

TEST_CASE("what somebody sent cannot make an answer that is no JSON") {
    CHECK(json_quoted("a\"b\\\n\x01") == R"("a\"b\\\n\u0001")");
    CHECK(json_quoted("chain \xe5 is") == "\"chain \xef\xbf\xbd is\"");
    CHECK(json_quoted("\xff\xfe") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST_CASE("a request keeps its id as it was written") {
    CHECK(one(R"({"jsonrpc":"2.0","id":7,"method":"status"})").id == "7");
    CHECK(one(R"({"jsonrpc":"2.0","id":"a\"b","method":"status"})").id == R"("a\"b")");
    CHECK(one(R"({"jsonrpc":"2.0","id":null,"method":"status"})").id == "null");
    CHECK_FALSE(one(R"({"jsonrpc":"2.0","id":null,"method":"status"})").notification);
    CHECK(one(R"({"jsonrpc":"2.0","method":"status"})").notification);
    CHECK(one(R"({"jsonrpc":"2.0","id":1,"method":"status","params":[]})").params.has_value());
    CHECK_FALSE(one(R"({"jsonrpc":"2.0","id":1,"method":"status","params":null})").params.has_value());
}

TEST_CASE("what is no request is an error of that element alone") {
    for (const char* bad :
         {"1", "\"x\"", "null", "{}", R"({"jsonrpc":"1.0","id":1,"method":"status"})", R"({"id":1,"method":"status"})",
          R"({"jsonrpc":"2.0","id":1})", R"({"jsonrpc":"2.0","id":1,"method":2})",
          R"({"jsonrpc":"2.0","id":{},"method":"m"})", R"({"jsonrpc":"2.0","id":1,"method":"m","params":3})",
          R"({"jsonrpc":"2.0","id":1,"method":"m","extra":3})"}) {
        INFO(bad);
        const RpcRequest r = one(bad);
        REQUIRE(r.error.has_value());
        CHECK(r.error->code == Code::invalid_request);
        CHECK_FALSE(r.notification);
    }
    const auto mixed = parse_requests(R"([{"jsonrpc":"2.0","id":1,"method":"status"}, 5])");
    REQUIRE(mixed.ok());
    CHECK_FALSE(mixed->single);
    CHECK_FALSE(mixed->requests[0].error.has_value());
    CHECK(mixed->requests[1].error.has_value());
}

TEST_CASE("bodies that are no JSON, batches that are empty or too long") {
    CHECK(parse_requests("").error().code == Code::parse_error);
    CHECK(parse_requests("{").error().code == Code::parse_error);
    CHECK(parse_requests(R"({"a":1,"a":2})").error().code == Code::parse_error);
    CHECK(parse_requests(std::string(100, '[')).error().code == Code::parse_error);
    CHECK(parse_requests("[]").error().code == Code::invalid_request);
    std::string batch = "[";
    for (int i = 0; i < 51; ++i)
        batch += std::string(i == 0 ? "" : ",") + R"({"jsonrpc":"2.0","id":1,"method":"status"})";
    CHECK(parse_requests(batch + "]").error().code == Code::batch_too_large);
    CHECK(batch_size(batch + "]") == 51);
}

TEST_CASE("parameters of the right type are read, by name or by place") {
    const std::string hash(64, 'a');
    const auto named =
        read(R"({"height":7,"id":")" + hash + R"(","wait":true,"tx":"00ff","topics":["stake","epoch.closed"]})");
    REQUIRE(named.ok());
    CHECK(named->number("height") == 7);
    CHECK(named->hash("id").bytes[0] == 0xaa);
    CHECK(named->flag("wait"));
    CHECK(named->bytes("tx") == Bytes{0x00, 0xff});
    CHECK(named->texts("topics").size() == 2);
    CHECK_FALSE(named->has("address"));
    const auto placed = read("[7,\"" + hash + "\"]");
    REQUIRE(placed.ok());
    CHECK(placed->number("height") == 7);
    Address a;
    a.bytes.fill(3);
    const auto address = read(R"({"address":")" + encode_address("assay", a) + "\"}");
    REQUIRE(address.ok());
    CHECK(address->address("address") == a);
    CHECK(read(R"({"height":null})").ok());
}

TEST_CASE("unknown, missing and wrongly typed parameters are refused by name") {
    CHECK(code_of(R"({"hieght":7})") == Code::invalid_params);
    CHECK(read(R"({"hieght":7})").error().message.find("hieght") != std::string::npos);
    for (const char* bad :
         {R"({"height":"7"})", R"({"height":-1})", R"({"height":1.5})", R"({"height":1e3})",
          R"({"height":99999999999999999999})", R"({"height":true})", R"({"id":"aa"})", R"({"id":5})", R"({"wait":1})",
          R"({"wait":"true"})", R"({"tx":"0"})", R"({"tx":"0x00"})", R"({"tx":"FF"})", R"({"tx":[1]})",
          R"({"topics":"stake"})", R"({"topics":[1]})", "[1,2,3,4,5,6,7]"}) {
        INFO(bad);
        CHECK(code_of(bad) == Code::invalid_params);
    }
    CHECK(code_of(R"({"address":"assay1qqqq"})") == Code::bad_address);
    CHECK(code_of(R"({"address":5})") == Code::invalid_params);
    const auto missing = read("{}", {{"id", ParamType::hash, true, ""}});
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.error().message == "id is missing");
    CHECK_FALSE(read_args({{"id", ParamType::hash, true, ""}}, std::nullopt, "assay").ok());
}

TEST_CASE("the size of a batch is counted without being fooled by strings") {
    CHECK(batch_size("{}") == 1);
    CHECK(batch_size("  [1,2,3]") == 3);
    CHECK(batch_size(R"([{"a":[1,2,3],"b":"],[,,"},{"c":"\",\\"},4])") == 3);
    CHECK(batch_size("") == 1);
}

TEST_CASE("a waiter hears once: of the block, or that its time is over") {
    TxWaiters w;
    Hash a, b;
    b.bytes[9] = 1;
    int heard = 0, over = 0;
    const auto now = TxWaiters::Clock::now();
    const auto listen = [&](std::optional<TxWaiters::Outcome> o) { o ? ++heard : ++over; };
    w.add(a, now + std::chrono::seconds(1), listen);
    w.add(a, now + std::chrono::seconds(9), listen);
    w.add(b, now + std::chrono::seconds(1), listen);
    w.settle(a, {"committed", Height{3}, "ok", ""});
    CHECK(heard == 2);
    w.settle(a, {"committed", Height{3}, "ok", ""});
    CHECK(heard == 2);
    w.expire(now + std::chrono::seconds(2));
    CHECK(over == 1);
    w.add(b, now + std::chrono::hours(1), listen);
    w.release_all();
    CHECK(over == 2);
    CHECK(w.size() == 0);
}
