#include "chain/account_history.hpp"

#include <algorithm>

#include "tokenomics/params_json.hpp"

namespace assay::chain {
namespace {

struct CauseRule {
    std::string_view cause, rule;
    std::array<std::string_view, 3> params;
};

constexpr CauseRule kCauses[] = {
    {"genesis", "what genesis gave", {}},
    {"state_file", "what the state had that this node began with", {}},
    {"unrecorded", "changed before this node kept an index of accounts", {}},
    {"fee",
     "the fee of a transaction, charged whether its messages are carried out or not",
     {"block.min_gas_price", "validators.fee_burn_ppb"}},
    {"transfer_out", "sent to others", {}},
    {"transfer_in", "sent by others", {}},
    {"burn_offered", "handed in for credits; a price round decides what it buys", {"bme.mode", "bme.min_burn"}},
    {"burn_returned", "of a burn that bought less than was offered, or nothing", {"bme.attempts"}},
    {"credits_bought",
     "tokens spent x the price that burning counts at",
     {"bme.mode", "bme.credits_per_token", "bme.vault.spread_ppb"}},
    {"order_deposit", "put down for an order: units x max_price at least", {}},
    {"order_refund", "of a deposit, what no unit of work took", {}},
    {"redeem_offered", "credits handed in for tokens of the vault", {"bme.mode"}},
    {"credits_returned", "credits that could not be paid for", {}},
    {"redeemed", "tokens of the vault for redeemed credits", {"bme.mode", "bme.vault.settle_spread_ppb"}},
    {"settled",
     "for buyers' work: its credits at the price that settling counts at, as the burn mode bounds it",
     {"bme.mode", "bme.payout_ppb", "bme.vault.settle_spread_ppb"}},
    {"work_bonus",
     "work pool by consumed credits; with bme.work_bound burned at most work_share_ppb of the tokens burned",
     {"split.work_ppb", "bme.work_bound", "bme.work_share_ppb"}},
    {"availability",
     "availability pool x passed weight / all weight, by largest remainder",
     {"split.availability_ppb"}},
    {"staking",
     "stakers' pool by min(stake at start, at end), with the commission on its delegators' part",
     {"split.stakers_ppb", "stake.commission_floor_ppb"}},
    {"validation",
     "validators' pool with the fees that did not burn: a share by blocks proposed, the rest by power",
     {"split.validators_ppb", "validators.proposed_ppb", "validators.fee_burn_ppb"}},
    {"late", "availability kept at an epoch's end for a verdict that came later", {}},
    {"reward_locked",
     "of what the pools paid for work, the share that comes free in steps",
     {"vesting.reward_ppb", "vesting.reward_steps", "vesting.reward_step_ms"}},
    {"reward_released",
     "what came free of locked rewards: in each step an equal part of every lot",
     {"vesting.reward_steps", "vesting.reward_step_ms"}},
    {"staked", "moved to stake", {}},
    {"stake_released", "stake on its way out that has matured", {"stake.unbonding_ms"}},
    {"rewards_claimed", "delegators' rewards that the pools granted since they were claimed last", {}},
    {"vesting_granted", "locked in a grant", {"vesting.min_grant"}},
    {"vesting_released", "what has vested of grants", {}},
    {"bond", "bonded as a validator", {"validators.min_bond"}},
    {"bond_returned", "a validator's bond after it retired", {"stake.unbonding_ms"}},
    {"proposal_deposit", "put down for a proposal", {"governance.deposit_min"}},
    {"proposal_returned", "of a proposal that brought a quorum together", {"governance.quorum_ppb"}},
};

const CauseRule* find_cause(std::string_view cause) {
    const auto* found =
        std::find_if(std::begin(kCauses), std::end(kCauses), [&](const CauseRule& c) { return c.cause == cause; });
    return found == std::end(kCauses) ? nullptr : found;
}

struct Balances {
    u128 liquid = 0, credits = 0;
    u128& of(Bucket b) { return b == Bucket::liquid ? liquid : credits; }
};

// The changes that a block tells; then, before them, what it leaves untold of the way from `before` to `now`.
std::vector<AccountChange> changes_in(const Address& who, const Store::Moment& now, const Balances& before,
                                      const std::optional<BlockWithResults>& block) {
    std::vector<AccountChange> told;
    Balances start{now.liquid.units, now.credits.units};  // where the told changes begin
    if (block) {
        each_flow(block->block, block->results, who, [&](const Flow& f) {
            AccountChange c;
            c.bucket = f.bucket;
            c.in = f.in;
            c.value = f.value;
            c.cause = std::string(f.cause);
            if (f.tx) c.txid = block->results.receipts[*f.tx].txid;
            c.event = f.event;
            const auto* paid_for = f.event != nullptr ? attr_of<AttrNumber>(*f.event, "epoch_number") : nullptr;
            if (paid_for != nullptr) c.paid_for = Epoch{paid_for->value};
            u128& units = start.of(f.bucket);
            units = f.in ? units - f.value : units + f.value;
            told.push_back(std::move(c));
        });
    }
    std::vector<AccountChange> out;
    for (const Bucket b : {Bucket::liquid, Bucket::credits}) {
        Balances was = before;
        if (start.of(b) == was.of(b)) continue;
        AccountChange c;
        c.bucket = b;
        c.in = start.of(b) > was.of(b);
        c.value = c.in ? start.of(b) - was.of(b) : was.of(b) - start.of(b);
        c.cause = now.height.value == 0 ? "genesis" : !block ? "state_file" : "unrecorded";
        out.push_back(std::move(c));
    }
    for (AccountChange& c : told) out.push_back(std::move(c));
    Balances at = before;
    for (std::uint32_t i = 0; i < out.size(); ++i) {
        AccountChange& c = out[i];
        c.height = now.height;
        if (block) c.time = block->block.header.time;
        c.place = i;
        u128& units = at.of(c.bucket);
        units = c.in ? units + c.value : units - c.value;
        c.after = units;
    }
    return out;
}

void add_to(std::vector<AccountTerm>& terms, const AccountChange& c) {
    auto t = std::find_if(terms.begin(), terms.end(), [&](const AccountTerm& one) {
        return one.cause == c.cause && one.paid_for == c.paid_for && one.bucket == c.bucket && one.in == c.in;
    });
    if (t == terms.end()) {
        AccountTerm fresh;
        fresh.cause = c.cause;
        fresh.paid_for = c.paid_for;
        fresh.bucket = c.bucket;
        fresh.in = c.in;
        t = terms.insert(terms.end(), std::move(fresh));
    }
    t->value += c.value;  // of one account in one epoch: sums of what passed through it
    ++t->count;
}

// Numbers that the events of a cause carry, over all of them.
struct Bought {
    Amount spent;
    std::optional<std::uint64_t> least, most;  // price
};

class EpochReader {
   public:
    EpochReader(const StateView& state, const Address& who, AccountEpoch& out) : s_(state), who_(who), out_(out) {}

    void finish(const Bought& bought) {
        std::map<Epoch, std::vector<tokenomics::ParamRow>> in_force;
        for (AccountTerm& t : out_.terms) {
            const Epoch epoch = t.paid_for.value_or(out_.epoch);
            const auto [found, fresh] = in_force.try_emplace(epoch);
            if (fresh) found->second = tokenomics::list_params(s_.params_at(epoch));
            const auto& rows = found->second;
            const CauseRule* rule = find_cause(t.cause);
            if (rule == nullptr) continue;
            t.rule = std::string(rule->rule);
            for (const std::string_view path : rule->params)
                for (const auto& row : rows)
                    if (row.path == path) t.params.emplace_back(row.path, row.value);
            inputs(t, bought);
        }
        accrue();
    }

   private:
    void inputs(AccountTerm& t, const Bought& bought) {
        const auto put = [&](const char* name, u128 v) { t.inputs.emplace_back(name, to_digits(v)); };
        const Epoch epoch = t.paid_for.value_or(out_.epoch);
        const auto record = s_.epoch(epoch);
        const auto mine = s_.provider_epoch(epoch, who_);
        if (t.cause == "credits_bought") {
            put("tokens_spent", bought.spent.units);
            if (bought.least) put("price_least", *bought.least);
            if (bought.most) put("price_most", *bought.most);
        } else if (t.cause == "settled" && mine) {
            put("credits_consumed", mine->consumed.units);
            put("tokens_burned_for_them", mine->consumed_tokens.units);
        } else if (t.cause == "availability" && mine && record) {
            put("pool_of_the_epoch", record->availability.units);
            put("weight", mine->passed_weight);
            put("all_weight", record->paid_weight);
        } else if (t.cause == "work_bonus" && mine && record) {
            put("pool_of_the_epoch", record->work.units);
            put("credits_consumed", mine->consumed.units);
            put("all_credits_consumed", record->credits_consumed.units);
        } else if (t.cause == "staking" && mine && record) {
            put("pool_of_the_epoch", record->stakers.units);
            put("to_its_delegators", mine->delegators.units);
        } else if (t.cause == "validation" && record) {
            put("pool_of_the_epoch", record->validators.units);
            put("fees", record->fees.units);
            put("fees_burned", record->fees_burned.units);
            if (const auto v = s_.validator(who_)) put("power_now", v->power);
        }
    }

    // What the pool had granted to a share before the epoch: the last grant before it says so.
    [[nodiscard]] tokenomics::PerShare granted_before(const Address& provider) const {
        constexpr std::uint64_t kBack = 64;
        for (std::uint64_t back = 1; back <= kBack && back <= out_.epoch.value; ++back)
            if (const auto then = s_.provider_epoch(out_.epoch - back, provider);
                then && then->per_share != tokenomics::PerShare{})
                return then->per_share;
        return {};
    }

    void accrue() {
        constexpr std::size_t kMost =
            64;  // looked at: who delegates to thousands would hold the readers' lock for long
        std::size_t looked_at = 0;
        s_.each_delegation_by(who_, [&](const Address& provider, const tokenomics::Delegation& d) {
            const auto then = s_.provider_epoch(out_.epoch, provider);
            const bool more = ++looked_at < kMost;
            if (!then || then->delegators.is_zero()) return more;
            // Shares earn from the end of the epoch in which they came.
            const u128 shares = d.fresh_epoch >= out_.epoch ? d.shares - std::min(d.fresh, d.shares) : d.shares;
            const auto earned = tokenomics::earned(granted_before(provider), then->per_share, shares);
            if (earned && shares != 0)
                out_.accrued.push_back({provider, then->delegators, min_of(*earned, then->delegators), shares});
            return more;
        });
    }

    const StateView& s_;
    const Address& who_;
    AccountEpoch& out_;
};

}  // namespace

std::string_view rule_of_cause(std::string_view cause) {
    const CauseRule* rule = find_cause(cause);
    return rule == nullptr ? std::string_view() : rule->rule;
}

Result<HistoryEnd> each_change(const App& app, const Address& who, Height from, Height to, const HistoryBudget& budget,
                               const std::function<bool(const AccountChange&)>& f) {
    HistoryEnd end;
    end.through = to;
    ASSAY_TRY(auto moments, app.moments(who, from, to, budget.blocks + 1));
    if (moments.size() > budget.blocks) {
        end.cut = true;
        moments.resize(budget.blocks);
        end.through = moments.empty() ? from : moments.back().height;
    }
    Balances at;
    if (!moments.empty() && from.value > 0) {
        ASSAY_TRY(const auto before, app.moment_below(who, from));
        if (before) at = {before->liquid.units, before->credits.units};
    }
    std::size_t receipts = 0;
    for (const Store::Moment& m : moments) {
        if (receipts > budget.receipts) {
            end.cut = true;
            return end;
        }
        ASSAY_TRY(const auto block, app.block_with_results(m.height));
        if (block) receipts += block->results.receipts.size();
        for (const AccountChange& c : changes_in(who, m, at, block))
            if (!f(c)) {
                end.cut = true;
                return end;
            }
        at = {m.liquid.units, m.credits.units};
        end.through = m.height;
    }
    if (!end.cut) end.through = to;
    return end;
}

Result<AccountEpoch> explain_account(const App& app, const Address& who, Epoch epoch, const std::optional<Height>& from,
                                     const HistoryBudget& budget) {
    AccountEpoch out;
    out.epoch = epoch;
    const Height now = app.info().height;  // blocks above it are another request's
    const auto record = app.read([&](const StateView& s) { return s.epoch(epoch); });
    if (!record || record->first > now + 1)
        return {Code::not_found, "epoch " + std::to_string(epoch.value) + " has not begun on this chain"};
    out.running = record->last.value == 0 || record->last > now;
    out.first = from ? std::max(*from, record->first) : record->first;
    out.last = out.running ? now : record->last;
    if (record->first <= now) {
        ASSAY_TRY(const auto block, app.block_with_results(record->first));
        if (!block)
            return {Code::pruned, "the blocks of epoch " + std::to_string(epoch.value) + ", from height " +
                                      std::to_string(record->first.value) + " on, are not on this node"};
    }
    ASSAY_TRY(const auto before, app.moment_below(who, out.first));
    Bought bought;
    if (out.first <= out.last) {
        ASSAY_TRY(const HistoryEnd end, each_change(app, who, out.first, out.last, budget, [&](const AccountChange& c) {
                      add_to(out.terms, c);
                      if (c.cause == "credits_bought" && c.event != nullptr) {
                          if (const auto* spent = attr_of<AttrAmount>(*c.event, "amount"))
                              bought.spent.units += spent->value.units;
                          if (const auto* price = attr_of<AttrNumber>(*c.event, "price")) {
                              bought.least = std::min(bought.least.value_or(price->value), price->value);
                              bought.most = std::max(bought.most.value_or(price->value), price->value);
                          }
                      }
                      return true;
                  }));
        out.cut = end.cut;
        out.last = end.through;
    }
    ASSAY_TRY(const auto after, app.moment_below(who, out.last + 1));
    if (before) out.liquid_before = before->liquid, out.credits_before = before->credits;
    if (after) out.liquid_after = after->liquid, out.credits_after = after->credits;
    Balances sum{out.liquid_before.units, out.credits_before.units};
    out.adds_up = true;
    for (const AccountTerm& t : out.terms) {
        u128& units = sum.of(t.bucket);
        units = t.in ? units + t.value : units - t.value;
        out.adds_up = out.adds_up && t.cause != "unrecorded";
    }
    out.adds_up = out.adds_up && sum.liquid == out.liquid_after.units && sum.credits == out.credits_after.units;
    app.read([&](const StateView& s) {
        EpochReader(s, who, out).finish(bought);
        return 0;
    });
    return out;
}

}  // namespace assay::chain
