// Supply, epochs, providers, orders, commits.
#include "base/utc.hpp"
#include "chain/access.hpp"
#include "chain/uptime.hpp"
#include "chain/view.hpp"
#include "node/json.hpp"
#include "node/views/views.hpp"
#include "proofs/ctx.hpp"
#include "proofs/kinds.hpp"
#include "proofs/sample.hpp"
#include "tokenomics/stake.hpp"

namespace assay::node {
namespace {

// What "adds up" means, in numbers wide enough that no sum wraps unseen.
bool same_sum(std::initializer_list<u128> parts, u128 whole) {
    u128 sum = 0;
    for (const u128 p : parts)
        if (__builtin_add_overflow(sum, p, &sum)) return false;
    return sum == whole;
}

const char* word(chain::OrderStatus s) {
    switch (s) {
        case chain::OrderStatus::open:
            return "open";
        case chain::OrderStatus::leased:
            return "leased";
        case chain::OrderStatus::closed:
            return "closed";
        case chain::OrderStatus::cancelled:
            return "cancelled";
    }
    return "unknown";
}

const char* word(chain::CommitStatus s) {
    switch (s) {
        case chain::CommitStatus::open:
            return "open";
        case chain::CommitStatus::passed:
            return "passed";
        case chain::CommitStatus::failed:
            return "failed";
        case chain::CommitStatus::absent:
            return "absent";
    }
    return "unknown";
}

std::string class_name(const tokenomics::Params& rules, std::uint32_t index) {
    return index < rules.classes.size() ? rules.classes[index].name : std::to_string(index);
}

int bit_count(u128 bits) {
    return __builtin_popcountll(static_cast<std::uint64_t>(bits)) +
           __builtin_popcountll(static_cast<std::uint64_t>(bits >> 64));
}

Json uptime_json(const chain::Uptime& up) {
    const auto ppb = [](const std::optional<Ppb>& share) { return share ? Json(share->value) : Json(); };
    const chain::UptimeView seen = chain::view_of(up);
    return {{"assigned", seen.assigned},
            {"missed", seen.missed},
            {"uptime_ppb", ppb(seen.share)},
            {"recent_uptime_ppb", ppb(seen.recent_share)},
            {"recent", seen.recent}};
}

Json height_or_null(Height h) {
    return h.value == 0 ? Json() : Json(h.value);
}

}  // namespace

Json supply_json(const chain::Ledger& b, Amount cap) {
    const u128 supply = b.genesis.units + b.minted.units - b.burned.units;
    const bool tokens =
        same_sum({b.liquid.units, b.staked.units, b.unbonding.units, b.vesting.units, b.vault.units, b.escrow.units,
                  b.bonds.units, b.fees.units, b.held_slashes.units, b.pool_work.units, b.pool_availability.units,
                  b.reserved.units, b.rewards.units, b.pool_stakers.units, b.pool_validators.units, b.treasury.units},
                 supply);
    const bool credits = same_sum({b.credits_free.units, b.credits_escrowed.units, b.credits_queued.units,
                                   b.credits_consumed.units, b.credits_refunded.units},
                                  b.credits_issued.units);
    return Json{{"genesis", digits(b.genesis)},
                {"minted", digits(b.minted)},
                {"burned", digits(b.burned)},
                {"burned_for_credits", digits(b.burned_for_credits)},
                {"scheduled", digits(b.scheduled)},
                {"recycled", digits(b.recycled)},
                {"supply", to_digits(supply)},
                {"cap", digits(cap)},
                {"buckets",
                 {{"liquid", digits(b.liquid)},
                  {"staked", digits(b.staked)},
                  {"unbonding", digits(b.unbonding)},
                  {"vesting", digits(b.vesting)},
                  {"vault", digits(b.vault)},
                  {"escrow", digits(b.escrow)},
                  {"bonds", digits(b.bonds)},
                  {"fees", digits(b.fees)},
                  {"held_slashes", digits(b.held_slashes)},
                  {"pool_work", digits(b.pool_work)},
                  {"pool_availability", digits(b.pool_availability)},
                  {"reserved", digits(b.reserved)},
                  {"rewards", digits(b.rewards)},
                  {"pool_stakers", digits(b.pool_stakers)},
                  {"pool_validators", digits(b.pool_validators)},
                  {"treasury", digits(b.treasury)}}},
                {"credits",
                 {{"issued", digits(b.credits_issued)},
                  {"consumed", digits(b.credits_consumed)},
                  {"refunded", digits(b.credits_refunded)},
                  {"free", digits(b.credits_free)},
                  {"escrowed", digits(b.credits_escrowed)},
                  {"queued", digits(b.credits_queued)}}},
                {"adds_up", tokens && credits && supply <= cap.units}};
}

Json epoch_json(const chain::StateView& state, const chain::EpochRecord& e) {
    u128 minted = 0;  // of one epoch: part of the ledger's sum, which cannot overflow
    for (const Amount a : {e.minted_schedule, e.minted_recycled, e.minted_settled}) minted += a.units;
    Json out{{"epoch", e.epoch.value},
             {"first", e.first.value},
             {"last", height_or_null(e.last)},
             {"start_time", format_utc(e.start_time)},
             {"minted_schedule", digits(e.minted_schedule)},
             {"minted_recycled", digits(e.minted_recycled)},
             {"minted_settled", digits(e.minted_settled)},
             {"minted", to_digits(minted)},
             {"burned", digits(e.burned)},
             {"vaulted", digits(e.vaulted)},
             {"slashed", digits(e.slashed)},
             {"split",
              {{"work", digits(e.work)},
               {"availability", digits(e.availability)},
               {"stakers", digits(e.stakers)},
               {"validators", digits(e.validators)},
               {"treasury", digits(e.treasury)}}},
             {"fees", digits(e.fees)},
             {"fees_burned", digits(e.fees_burned)},
             {"credits_issued", digits(e.credits_issued)},
             {"credits_consumed", digits(e.credits_consumed)},
             {"passed", e.passed},
             {"failed", e.failed},
             {"absent", e.absent},
             {"missed", e.missed},
             {"price", price_json(e.spot)},
             {"ema", price_json(e.ema)}};
    if (const auto r = state.round(e.epoch)) {
        Json deadline, challenge;
        if (r->deadline.value != 0) deadline = r->deadline.value;
        if (r->challenge.value != 0) challenge = r->challenge.value;
        out["round"] = {{"h0", r->h0.value},
                        {"h0_time", r->h0_time.value == 0 ? Json() : Json(format_utc(r->h0_time))},
                        {"deadline", std::move(deadline)},
                        {"challenge", std::move(challenge)},
                        {"counted_blocks", r->counted_blocks},
                        {"closed", height_or_null(r->closed)},
                        {"void", r->void_window},
                        {"expected", r->expected},
                        {"commits", r->commits}};
    } else {
        out["round"] = nullptr;
    }
    return out;
}

Json grant_json(const Hash& id, const chain::VestingGrant& g, TimeMs now) {
    return Json{{"kind", "grant"},
                {"id", hex(id)},
                {"amount", digits(g.grant.amount)},
                {"released", digits(sub_or_zero(g.grant.amount, Amount{g.left.shares}))},
                {"left", digits(g.left.tokens)},
                {"vested", digits(tokenomics::vested(g.grant, now))},
                {"start", format_utc(g.grant.start)},
                {"cliff", format_utc(g.grant.cliff)},
                {"end", format_utc(g.grant.end)}};
}

Json lot_json(const tokenomics::VestingParams& rules, const tokenomics::RewardLock& lock,
              const tokenomics::RewardLot& lot, TimeMs now, TimeMs from, TimeMs to) {
    const auto given = [&](std::uint64_t step) { return tokenomics::given(rules, lot, step); };
    const auto worth = [&](u128 shares) {  // at what a share is worth now
        const auto units = mul_div(shares, lock.pool.tokens.units, std::max<u128>(lock.pool.shares, 1));
        return units ? Amount{*units} : Amount{};
    };
    const auto day = [&](std::uint64_t step) { return format_utc(TimeMs{step * rules.reward_step_ms}); };
    const std::uint64_t first = std::max(tokenomics::step_of(rules, from), lock.step);
    const std::uint64_t last = std::max(tokenomics::step_of(rules, to), first);
    const Amount unlocks = worth(given(last) - given(first));
    if (unlocks.is_zero()) return nullptr;
    return Json{{"kind", "reward"},
                {"id", nullptr},
                {"unlocks", digits(unlocks)},
                {"amount", digits(worth(lot.shares))},
                {"released", digits(worth(given(lock.step)))},
                {"left", digits(worth(lot.shares - given(lock.step)))},
                {"vested", digits(worth(given(tokenomics::step_of(rules, now))))},
                {"start", day(lot.step)},
                {"cliff", day(lot.step + 1)},
                {"end", day(lot.step + rules.reward_steps)}};
}

Json provider_json(const Style& s, const chain::StateView& state, const Address& a, chain::Provider p) {
    const auto rules = state.params();
    chain::see_grace(state, rules, state.chain(), p);
    const Epoch epoch = state.chain().epoch;
    Json unbonding = Json::array();
    for (const auto& u : p.unbonding)
        unbonding.push_back({{"amount", digits(u.amount)}, {"matures", format_utc(u.matures)}});
    const auto pool = state.stake_pool(a).value_or(tokenomics::StakePool{});
    const auto round = state.round(epoch).value_or(chain::WorkRound{});
    Json devices = Json::array(), removed = Json::array();
    state.each_slot(a, [&](std::uint32_t slot, const chain::Device& d) {
        Json one{{"slot", slot}};
        if (!d.removed)
            one.update({{"class", class_name(rules, d.device_class)},
                        {"active_from", d.active_from.value},
                        {"active", d.active_from <= epoch}});
        one.update({{"tasks", d.tasks},
                    {"failed_recent", bit_count(d.failed_bits)},
                    {"absent_recent", bit_count(d.absent_bits)}});
        one.update(uptime_json(chain::uptime_of(state, d, round)));
        (d.removed ? removed : devices).push_back(std::move(one));
        return true;
    });
    const auto clock = state.chain();
    const chain::WorkKey& work = p.work_key;
    const auto address_or_null = [&](const std::optional<Address>& who) {
        return who ? Json(s.address(*who)) : Json();
    };
    const Amount required = chain::required_now(rules, clock, p);
    return Json{{"address", s.address(a)},
                {"endpoint", p.endpoint},
                {"stake", digits(p.stake)},
                {"delegated", digits(p.delegated)},
                {"commission_ppb", tokenomics::commission_in(pool, epoch, rules.stake.commission_floor).value},
                {"required", digits(required)},
                {"needed", digits(chain::needed(rules, clock, p))},
                {"required_usd", digits(chain::requirement_of(rules, p).usd)},
                {"grace_until", clock.time < p.kept_until ? Json(format_utc(p.kept_until)) : Json()},
                {"access_ppb", tokenomics::access_share(rules.stake, chain::backing(rules.stake, p), required).value},
                {"access", !p.jailed && p.devices > 0 && chain::has_access(rules, clock, p)},
                {"exposure", digits(p.exposure)},
                {"open_commits", p.open_commits},
                {"unbonding", std::move(unbonding)},
                {"jailed", p.jailed},
                {"jailed_until", p.jailed ? Json(format_utc(p.jailed_until)) : Json()},
                {"passed", p.passed},
                {"failed", p.failed},
                {"absent", p.absent},
                {"earned", digits(p.earned)},
                {"slashed", digits(p.slashed)},
                {"returned", digits(p.returned)},
                {"locked_rewards", digits(p.rewards.pool.tokens)},
                {"granted", digits(p.granted)},
                {"backing", digits(chain::backing(rules.stake, p))},
                {"work_key",
                 {{"key", address_or_null(work.in_force(epoch))},
                  {"next", epoch < work.from ? address_or_null(work.key) : Json()},
                  {"from_epoch", epoch < work.from ? Json(work.from.value) : Json()},
                  {"fee_budget", digits(work.fee_budget)}}},
                {"devices", std::move(devices)},
                {"removed", std::move(removed)}};
}

Json delegation_json(const Style& s, const chain::StateView& state, const Address& provider,
                     const tokenomics::Delegation& d) {
    const auto pool = state.stake_pool(provider).value_or(tokenomics::StakePool{});
    Json unbonding = Json::array();
    for (const auto& l : d.leaving)
        unbonding.push_back({{"amount", digits(tokenomics::worth(pool, l))}, {"matures", format_utc(l.matures)}});
    // Shares of a generation that closed are on their way out, as the next touch will say.
    const bool open = d.generation == pool.generation;
    return Json{{"provider", s.address(provider)},
                {"stake", digits(open ? tokenomics::worth(pool.active, d.shares) : Amount{})},
                {"unbonding", std::move(unbonding)}};
}

Json gemm_job_json(const proofs::GemmJob& job) {
    return Json{{"m", job.m}, {"n", job.n}, {"k", job.k}, {"a_root", hex(job.a_root)}, {"b_root", hex(job.b_root)}};
}

namespace {
// null for an order of units of a class.
Json gemm_json(const chain::StateView& state, const Hash& id, const chain::Order& o) {
    if (!o.gemm) return Json();
    Json out = gemm_job_json(o.gemm->job);
    out["dispute_blocks"] = o.gemm->dispute_blocks;
    out["delivery"] = Json();
    out["dispute"] = Json();
    out["wrong"] = Json();
    out["slashed"] = digits(o.gemm->slashed);
    out["accepted"] = o.gemm->delivery && o.status == chain::OrderStatus::closed && !o.gemm->wrong;
    if (const auto& d = o.gemm->delivery)
        out["delivery"] = {{"c_root", hex(d->c_root)},
                           {"height", d->height.value},
                           {"disputes_until", d->disputes_until.value},
                           {"until", d->until.value},
                           {"exposure", digits(d->exposure)}};
    if (const auto running = state.dispute(id))
        out["dispute"] = {{"row", running->tile.row},
                          {"col", running->tile.col},
                          {"next_slice", running->next_slice},
                          {"slices", proofs::slice_count(o.gemm->job.k)}};
    if (const auto& w = o.gemm->wrong) out["wrong"] = {{"row", w->row}, {"col", w->col}};
    return out;
}
}  // namespace

Json order_json(const Style& s, const chain::StateView& state, const Hash& id, const chain::Order& o) {
    const auto bid = [&](const chain::Bid& b) {
        return Json{{"provider", s.address(b.provider)}, {"slot", b.slot}, {"price", digits(b.price)}};
    };
    Json bids = Json::array();
    for (const auto& b : o.bids) bids.push_back(bid(b));
    return Json{{"id", hex(id)},
                {"buyer", s.address(o.buyer)},
                {"class", class_name(state.params(), o.device_class)},
                {"units", o.units},
                {"max_price", digits(o.max_price)},
                {"deposit", digits(o.deposit)},
                {"deposit_tokens", digits(o.deposit_tokens)},
                {"opened", o.opened.value},
                {"bids_until", o.bids_until.value},
                {"expires", o.expires.value},
                {"status", word(o.status)},
                {"bids", std::move(bids)},
                {"lease", o.lease ? bid(*o.lease) : Json()},
                {"lease_from", o.lease ? Json(o.lease_from.value) : Json()},
                {"units_done", o.units_done},
                {"paid", digits(o.paid)},
                {"manual", o.manual},
                {"gemm", gemm_json(state, id, o)}};
}

Json lease_json(const Style& s, const chain::StateView& state, const Hash& id, const chain::Order& o) {
    return Json{{"order", hex(id)},
                {"buyer", s.address(o.buyer)},
                {"provider", s.address(o.lease->provider)},
                {"slot", o.lease->slot},
                {"class", class_name(state.params(), o.device_class)},
                {"price", digits(o.lease->price)},
                {"units", o.units},
                {"units_done", o.units_done},
                {"paid", digits(o.paid)},
                {"deposit", digits(o.deposit)},
                {"from_epoch", o.lease_from.value},
                {"expires", o.expires.value},
                {"status", word(o.status)},
                {"gemm", gemm_json(state, id, o)}};
}

Json bid_json(const Style& s, const chain::StateView& state, const chain::Order& o, const chain::Bid& b) {
    const Status now = chain::may_work_for(state, state.params(), state.chain(), b.provider, b.slot, o.device_class);
    return Json{{"provider", s.address(b.provider)},
                {"slot", b.slot},
                {"price", digits(b.price)},
                {"now", now ? std::string("ok") : std::string(now.error().word())}};
}

Json market_json(const chain::StateView& state, const tokenomics::Params& rules, std::uint32_t index) {
    const auto m = chain::market_of(state, rules, state.chain().epoch, index);
    return Json{{"class", class_name(rules, index)},
                {"from_epoch", m.from.value},
                {"to_epoch", m.to.value},
                {"units", m.prices.units},
                {"min_price", digits(m.prices.least)},
                {"median_price", digits(m.prices.median)},
                {"mean_price", digits(m.prices.mean)},
                {"exact", m.prices.exact}};
}

Json commit_json(const Style& s, const chain::StateView& state, const Hash& id, const chain::Commit& c) {
    Json seed, indices;
    if (const auto r = state.round(c.epoch); r && r->challenge.value != 0) {
        const Hash drawn = proofs::challenge_seed(r->challenge_beacon, c.root, c.ctx);
        seed = hex(drawn);
        indices = proofs::sample_indices(drawn, proofs::sample_range(c.params), c.samples);
    }
    return Json{{"id", hex(id)},
                {"task", hex(c.task)},
                {"provider", s.address(c.provider)},
                {"slot", c.slot},
                {"epoch", c.epoch.value},
                {"order", c.order ? Json(hex(*c.order)) : Json()},
                {"class", class_name(state.params(), c.device_class)},
                {"kind", std::string(proofs::kind_name(proofs::kind_of(c.params)))},
                {"root", hex(c.root)},
                {"ctx", hex(c.ctx)},
                {"height", c.height.value},
                {"status", word(c.status)},
                {"decided", height_or_null(c.decided)},
                {"attempts", c.attempts},
                {"bad", c.bad},
                {"slashed", digits(c.slashed)},
                {"leaf_count", proofs::leaf_count(c.params)},
                {"samples", c.samples},
                {"seed", std::move(seed)},
                {"indices", std::move(indices)}};
}

Json class_json(const tokenomics::Params& rules, std::uint32_t index, Price stake_price) {
    const tokenomics::ClassParams& c = rules.classes[index];
    const tokenomics::ClassCount one[] = {{index, 1}};
    const auto sum = tokenomics::requirement(rules, one);
    const auto unit = sum ? tokenomics::in_tokens(*sum, stake_price, rules.token.decimals) : sum.error();
    const auto least = tokenomics::deterrent_stake(rules, c);
    const proofs::WorkParams work = chain::class_work(c);
    Json out{{"name", c.name},
             {"multiplier_ppb", c.multiplier.value},
             {"weight", c.weight},
             {"unit_stake", unit ? Json(digits(*unit)) : Json()},
             {"min_stake", least ? Json(digits(*least)) : Json()},
             {"work", std::string(proofs::kind_name(proofs::kind_of(work)))}};
    out.update(work_json(work));
    out["task_ms"] = c.task_ms;
    out["work_units"] = std::to_string(proofs::work_units(work));
    out["opening_units"] = proofs::verify_units(work, rules.work.samples);
    return out;
}

Json work_json(const proofs::WorkParams& p) {
    if (const auto* gemm = std::get_if<proofs::GemmParams>(&p))
        return Json{{"m", gemm->m}, {"n", gemm->n}, {"k", gemm->k}};
    if (const auto* vram = std::get_if<proofs::VramParams>(&p))
        return Json{{"items", vram->items},           {"lanes", vram->lanes},     {"steps", vram->steps},
                    {"leaf_every", vram->leaf_every}, {"windows", vram->windows}, {"stay", vram->stay}};
    const auto& lanes = std::get<proofs::LanesParams>(p);
    return Json{{"lanes", lanes.lanes}, {"steps", lanes.steps}, {"leaf_every", lanes.leaf_every}};
}

}  // namespace assay::node
