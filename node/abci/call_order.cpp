#include "node/abci/call_order.hpp"

#include <type_traits>

#include "node/abci/codec.hpp"

namespace assay::node::abci {

bool is_consensus(const Request& r) {
    return std::visit(
        [](const auto& m) {
            using M = std::remove_cvref_t<decltype(m)>;
            return std::is_same_v<M, InitChainRequest> || std::is_same_v<M, PrepareProposalRequest> ||
                   std::is_same_v<M, ProcessProposalRequest> || std::is_same_v<M, ExtendVoteRequest> ||
                   std::is_same_v<M, VerifyVoteExtensionRequest> || std::is_same_v<M, FinalizeBlockRequest> ||
                   std::is_same_v<M, CommitRequest>;
        },
        r);
}

std::string CallOrder::expected() const {
    switch (state_) {
        case State::start:
            return "init_chain, a proposal or finalize_block";
        case State::initialized:
        case State::committed:
            return "a proposal or finalize_block";
        case State::height:
            return "finalize_block, or another round of height " + std::to_string(height_);
        case State::finalized:
            return "commit";
    }
    return "nothing";
}

Status CallOrder::check_height(const Request& r, std::int64_t height) {
    if (state_ == State::finalized)
        return {Code::invalid_request,
                std::string(name_of(r)) + " came where commit of height " + std::to_string(height_) + " was expected"};
    if (height_ == 0 || height == 0) return {};
    const std::int64_t want = state_ == State::committed ? height_ + 1 : height_;
    if (height == want) return {};
    return {Code::invalid_request, std::string(name_of(r)) + " of height " + std::to_string(height) +
                                       " came where height " + std::to_string(want) + " was expected"};
}

Status CallOrder::check(const Request& r) {
    if (std::holds_alternative<InitChainRequest>(r)) {
        if (state_ != State::start)
            return {Code::invalid_request, "init_chain came where " + expected() + " was expected"};
        state_ = State::initialized;
        return {};
    }
    if (std::holds_alternative<CommitRequest>(r)) {
        if (state_ != State::finalized)
            return {Code::invalid_request, "commit came where " + expected() + " was expected"};
        state_ = State::committed;
        return {};
    }
    std::int64_t height = 0;
    if (const auto* m = std::get_if<PrepareProposalRequest>(&r)) height = m->height;
    if (const auto* m = std::get_if<ProcessProposalRequest>(&r)) height = m->height;
    if (const auto* m = std::get_if<ExtendVoteRequest>(&r)) height = m->height;
    if (const auto* m = std::get_if<VerifyVoteExtensionRequest>(&r)) height = m->height;
    if (const auto* m = std::get_if<FinalizeBlockRequest>(&r)) height = m->height;
    if (height < 0)
        return {Code::invalid_request,
                std::string(name_of(r)) + " of height " + std::to_string(height) + " came; heights are not below zero"};
    ASSAY_TRY_VOID(check_height(r, height));
    if (height != 0 || state_ == State::committed) height_ = height;
    state_ = std::holds_alternative<FinalizeBlockRequest>(r) ? State::finalized : State::height;
    return {};
}

}  // namespace assay::node::abci
