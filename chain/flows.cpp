#include "chain/flows.hpp"

#include <algorithm>

namespace assay::chain {
namespace {

struct Row {
    std::string_view kind;     // of the event
    std::string_view whose;    // attribute with the account
    std::string_view instead;  // of the account, where the event has it; may be empty
    std::string_view value;    // attribute with how much: tokens or credits by its type
    bool in;
    std::string_view cause;
};

constexpr bool kIn = true, kOut = false;
constexpr Row kRows[] = {
    {"token.transferred", "from", "", "amount", kOut, "transfer_out"},
    {"token.transferred", "to", "", "amount", kIn, "transfer_in"},
    {"credits.queued", "buyer", "", "amount", kOut, "burn_offered"},
    {"credits.bought", "buyer", "", "returned", kIn, "burn_returned"},
    {"credits.refused", "buyer", "", "amount", kIn, "burn_returned"},
    {"credits.bought", "buyer", "", "credits", kIn, "credits_bought"},
    {"credits.queued", "owner", "", "credits", kOut, "redeem_offered"},
    {"credits.refused", "owner", "", "credits", kIn, "credits_returned"},
    {"credits.redeemed", "owner", "", "amount", kIn, "redeemed"},
    {"order.opened", "buyer", "", "deposit", kOut, "order_deposit"},
    {"order.cancelled", "buyer", "", "refund", kIn, "order_refund"},
    {"lease.closed", "buyer", "", "refund", kIn, "order_refund"},
    {"lease.settled", "provider", "", "amount", kIn, "settled"},
    {"stake.added", "provider", "delegator", "amount", kOut, "staked"},
    {"stake.released", "provider", "", "amount", kIn, "stake_released"},
    {"stake.claimed", "delegator", "", "released", kIn, "stake_released"},
    {"stake.claimed", "delegator", "", "reward", kIn, "rewards_claimed"},
    {"vesting.created", "from", "", "amount", kOut, "vesting_granted"},
    {"vesting.released", "holder", "", "amount", kIn, "vesting_released"},
    {"validator.registered", "validator", "", "bond", kOut, "bond"},
    {"validator.retired", "validator", "", "bond", kIn, "bond_returned"},
    {"gov.proposed", "proposer", "", "deposit", kOut, "proposal_deposit"},
    {"gov.decided", "proposer", "", "returned", kIn, "proposal_returned"},
    {"work.paid", "provider", "", "availability", kIn, "availability"},
    {"work.paid", "provider", "", "work", kIn, "work_bonus"},
    {"work.paid", "provider", "", "late", kIn, "late"},
    {"reward.locked", "provider", "", "amount", kOut, "reward_locked"},
    {"reward.released", "provider", "", "amount", kIn, "reward_released"},
    {"stake.paid", "provider", "", "amount", kIn, "staking"},
    {"validator.paid", "validator", "", "amount", kIn, "validation"},
};

// A provider pays the fees of its work key's commits.
Address payer_of(const TxBody& body) {
    const Address* provider = committed_for(body);
    return provider != nullptr ? *provider : body.sender;
}

}  // namespace

void flows_of_event(const Event& e, const std::function<void(const Flow&)>& f) {
    for (const Row& row : kRows) {
        if (row.kind != e.kind) continue;
        const auto* whose = attr_of<AttrAddress>(e, row.instead);
        if (whose == nullptr) whose = attr_of<AttrAddress>(e, row.whose);
        if (whose == nullptr) continue;
        Flow flow{whose->value, Bucket::liquid, row.in, 0, row.cause, {}, &e};
        if (const auto* tokens = attr_of<AttrAmount>(e, row.value)) {
            flow.value = tokens->value.units;
        } else if (const auto* credits = attr_of<AttrCredits>(e, row.value)) {
            flow.bucket = Bucket::credits;
            flow.value = credits->value.units;
        }
        if (flow.value != 0) f(flow);
    }
}

void each_flow(const Block& block, const BlockResults& results, const std::optional<Address>& only,
               const std::function<void(const Flow&)>& f) {
    std::optional<std::uint32_t> tx;
    const std::function<void(const Flow&)> wanted = [&](const Flow& flow) {
        if (only && flow.address != *only) return;
        Flow out = flow;
        out.tx = tx;
        f(out);
    };
    for (const Event& e : results.begin_events) flows_of_event(e, wanted);
    for (std::uint32_t i = 0; i < results.receipts.size() && i < block.txs.size(); ++i) {
        tx = i;
        const Receipt& r = results.receipts[i];
        if (!r.fee.is_zero()) {  // what was not included pays nothing, and its receipt says so
            const ByteView raw = block.txs[i];
            // Decoding is most of the work, and most transactions are of others.
            if (!only || std::search(raw.begin(), raw.end(), only->bytes.begin(), only->bytes.end()) != raw.end())
                if (const auto decoded = decode_tx(raw, raw.size()))
                    wanted({payer_of(decoded->body), Bucket::liquid, kOut, r.fee.units, "fee", {}, nullptr});
        }
        for (const Event& e : r.events) flows_of_event(e, wanted);
    }
    tx.reset();
    for (const Event& e : results.end_events) flows_of_event(e, wanted);
}

}  // namespace assay::chain
