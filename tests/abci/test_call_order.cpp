// The order of an engine's calls: what CometBFT does passes, what would leave a wrong state does not.
#include "node/abci/call_order.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::node::abci;

namespace {

template <class M>
Request of_height(std::int64_t h) {
    M m;
    m.height = h;
    return m;
}
const auto prepare = of_height<PrepareProposalRequest>;
const auto process = of_height<ProcessProposalRequest>;
const auto extend = of_height<ExtendVoteRequest>;
const auto verify = of_height<VerifyVoteExtensionRequest>;
const auto finalize = of_height<FinalizeBlockRequest>;
Request init() {
    return InitChainRequest{};
}
Request commit() {
    return CommitRequest{};
}

// The first call that is refused, as "number: why"; empty where none is.
std::string first_refused(const std::vector<Request>& calls) {
    CallOrder order;
    for (std::size_t i = 0; i < calls.size(); ++i)
        if (const Status s = order.check(calls[i]); !s) return std::to_string(i) + ": " + s.error().message;
    return "";
}

}  // namespace

TEST_CASE("a chain's first heights, its rounds and its replay are in order") {
    CHECK(first_refused({init(), prepare(1), process(1), finalize(1), commit(), process(2), finalize(2), commit()}) ==
          "");
    CHECK(first_refused({init(), finalize(1), commit(), finalize(2), commit(), finalize(3), commit()}) == "");
    CHECK(first_refused({finalize(7), commit(), prepare(8), process(8), finalize(8), commit()}) == "");
    // rounds: none of ours, one that failed, two proposals, a locked proposer that proposes anew without asking
    CHECK(first_refused({process(4), process(4), prepare(4), process(4), extend(4), verify(4), verify(4), prepare(4),
                         extend(4), finalize(4), commit()}) == "");
    CHECK(first_refused({verify(4), process(4), finalize(4), commit(), verify(5), finalize(5), commit()}) == "");
    // abci-cli names no heights
    CHECK(first_refused({prepare(0), process(0), process(0), finalize(0), commit(), finalize(0), commit()}) == "");
    CHECK(first_refused({finalize(5), commit(), process(0), finalize(9), commit(), finalize(10)}) == "");
}

TEST_CASE("a call out of order is refused, and says what was expected") {
    CHECK(first_refused({commit()}) == "0: commit came where init_chain, a proposal or finalize_block was expected");
    CHECK(first_refused({init(), commit()}) == "1: commit came where a proposal or finalize_block was expected");
    CHECK(first_refused({init(), init()}) == "1: init_chain came where a proposal or finalize_block was expected");
    CHECK(first_refused({finalize(3), finalize(3)}) == "1: finalize_block came where commit of height 3 was expected");
    CHECK(first_refused({finalize(3), process(4)}) == "1: process_proposal came where commit of height 3 was expected");
    CHECK(first_refused({finalize(3), commit(), commit()}) ==
          "2: commit came where a proposal or finalize_block was expected");
    CHECK(first_refused({finalize(3), commit(), finalize(5)}) ==
          "2: finalize_block of height 5 came where height 4 was expected");
    CHECK(first_refused({finalize(3), commit(), process(3)}) ==
          "2: process_proposal of height 3 came where height 4 was expected");
    CHECK(first_refused({process(3), finalize(4)}) == "1: finalize_block of height 4 came where height 3 was expected");
    CHECK(first_refused({process(3), commit()}) ==
          "1: commit came where finalize_block, or another round of height 3 was expected");
    CHECK(first_refused({process(3), init()}) ==
          "1: init_chain came where finalize_block, or another round of height 3 was expected");
    CHECK(first_refused({process(-3)}) == "0: process_proposal of height -3 came; heights are not below zero");
}

TEST_CASE("a refused call changes nothing, and a new connection begins anew") {
    CallOrder order;
    REQUIRE(order.check(finalize(3)).ok());
    CHECK_FALSE(order.check(process(4)).ok());
    CHECK(order.check(commit()).ok());
    CHECK(order.check(finalize(4)).ok());
    order.restart();  // its commit never came
    CHECK(order.check(finalize(4)).ok());
}
