#include "tokenomics/sim/model/setup.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tokenomics/params_json.hpp"
#include "tokenomics/sim/model/journal.hpp"
#include "tokenomics/sim/model/random.hpp"
#include "tokenomics/sim/model/real.hpp"
#include "tokenomics/sim/schedule.hpp"

namespace assay::sim {
namespace {

constexpr std::size_t kMostRing = 8u << 20;  // entries of eight doubles: half a gigabyte a thread

constexpr double kMicroUsd = 1e6;

tokenomics::Params one_step(const tokenomics::Params& chain, std::uint64_t step_ms) {
    tokenomics::Params p = chain;
    p.emission.kind = tokenomics::EmissionKind::step_table;
    p.emission.steps.assign(1, {});
    const std::uint64_t rounds = std::max<std::uint64_t>(1, step_ms / (p.bme.round_blocks * p.block.time_ms));
    const std::uint64_t epochs = std::max<std::uint64_t>(1, step_ms / (p.epoch.blocks * p.block.time_ms));
    p.price.ema_rounds = std::max<std::uint64_t>(1, p.price.ema_rounds / rounds);
    p.price.max_move.value =
        static_cast<std::uint64_t>(std::min<u128>(u128{p.price.max_move.value} * rounds, Ppb::kOne));
    p.price.stale_blocks = std::max<std::uint64_t>(2, p.price.stale_blocks * p.block.time_ms / step_ms);
    // What is bounded in an epoch is bounded in each of the step's.
    const auto cap = mul_div(p.bme.recycle.cap.units, epochs, 1);
    p.bme.recycle.cap.units = cap ? *cap : ~u128{0};
    p.bme.recycle.smoothing = std::max<std::uint64_t>(1, (p.bme.recycle.smoothing + epochs - 1) / epochs);
    p.bme.vault.shortfall.value =
        static_cast<std::uint64_t>(std::min<u128>(u128{p.bme.vault.shortfall.value} * epochs, Ppb::kOne));
    return p;
}

// The share of all tasks that a group passes, and what of its stake a step's tasks cost it: of k distinct samples each
// is made up with the chance f. One bad sample, two, three and more have their own rates. PROTOCOL §6.
void expect_verdicts(const ProviderGroup& g, const tokenomics::Params& p, std::uint64_t step_ms, GroupSetup& out) {
    const double f = g.fake_share, k = static_cast<double>(p.work.samples);
    const double none = f >= 1 ? 0 : real::exp(k * real::log(1 - f));
    out.pass_share = g.uptime * none;
    if (f <= 0) return;
    const double one = f >= 1 ? 0 : k * f * real::exp((k - 1) * real::log(1 - f));
    const double two = f >= 1 ? 0 : k * (k - 1) / 2 * f * f * real::exp((k - 2) * real::log(1 - f));
    const double three = std::max(0.0, 1 - none - one - two);
    const double rate =
        g.uptime * 1e-9 *
        (one * static_cast<double>(p.slash.one_bad.value) + two * static_cast<double>(p.slash.two_bad.value) +
         three * static_cast<double>(p.slash.full.value));
    const double tasks = static_cast<double>(step_ms) / static_cast<double>(p.epoch.blocks * p.block.time_ms);
    const double kept = rate >= 1 ? 0 : real::exp(tasks * real::log(1 - rate));
    out.slash.value =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(real::floor_units((1 - kept) * 1e9)), Ppb::kOne);
}

GroupSetup group_of(const Scenario& s, std::size_t i, double step_days) {
    const ProviderGroup& g = s.providers[i];
    const auto& c = s.params.classes[g.class_index];
    GroupSetup out;
    out.origin = i;
    out.count = static_cast<double>(g.count);
    out.entities = static_cast<double>(g.entities);
    out.multiplier = static_cast<double>(c.multiplier.value) * 1e-9;
    out.service = out.multiplier * g.uptime;
    out.service_ppb = static_cast<std::uint64_t>(real::floor_units(out.service * 1e9));
    out.weight = c.weight;
    out.cost_usd = g.cost_usd_per_gpu_hour * 24.0 * step_days;
    out.outside_usd = g.outside_usd_per_gpu_hour * 24.0 * step_days;
    out.lead = 1.0 - real::exp(-step_days / g.lead_days);
    out.delivery_steps = static_cast<std::size_t>(std::ceil(g.delivery_days / step_days - 1e-9));
    out.entry = g.entry_per_year * step_days / kDaysPerYear;
    out.exit = g.exit_per_year * step_days / kDaysPerYear;
    out.exit_kind = g.exit;
    out.sell_share = g.sell_share;
    out.serves = g.serves;
    out.wash_usd = g.wash_usd_per_day * step_days;
    out.wash_when = g.wash_when;
    expect_verdicts(g, s.params, s.step_ms, out);
    return out;
}

// Single agents: a device each, its cost drawn once from a stream of its own; the same in every run, so that runs
// differ in luck and not in who takes part.
void add_agents(const Scenario& s, const GroupSetup& group, std::vector<GroupSetup>& out) {
    const double spread = s.providers[group.origin].cost_spread;
    const Draws draws(s.seed, 0xa6e47'000'000ull + group.origin);
    const auto n = static_cast<std::uint64_t>(group.count);
    for (std::uint64_t i = 0; i < n; ++i) {
        GroupSetup agent = group;
        agent.count = 1;
        agent.entities = 1;
        agent.wash_usd = group.wash_usd / static_cast<double>(n);
        const auto z = draws.normals(static_cast<std::uint32_t>(i), Stream::agents);
        agent.cost_usd *= real::exp(spread * z[0]);
        agent.phase = uniform(draws.bits(static_cast<std::uint32_t>(i), Stream::agent_phases)[0]);
        out.push_back(agent);
    }
}

void add_vesting(const Scenario& s, double step_days, std::uint64_t steps, std::vector<Unlock>& out) {
    for (const Vesting& v : s.initial.vesting) {
        std::size_t party = 0;
        while (party < s.initial.holders.size() && s.initial.holders[party].name != v.holder) ++party;
        u128 done = 0;
        for (std::uint64_t step = 0; step < steps && done < v.amount.units; ++step) {
            const double day = static_cast<double>(step + 1) * step_days;
            if (day < v.cliff_days) continue;
            const double share = v.linear_days > 0 ? std::min(1.0, (day - v.cliff_days) / v.linear_days) : 1.0;
            // As parts per billion: the same floor for every amount.
            const auto due = mul_div(v.amount.units, real::floor_units(share * 1e9), Ppb::kOne);
            if (!due || *due <= done) continue;
            out.push_back({step, party, Amount{*due - done}, v.sell_share});
            done = *due;
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const Unlock& a, const Unlock& b) { return a.step < b.step; });
}

Status add_events(const Scenario& s, const Setup& setup, std::vector<Event>& out) {
    for (const Shock& shock : s.shocks) {
        Event e;
        e.shock = shock;
        e.step = static_cast<std::uint64_t>(shock.at_day / setup.step_days);
        for (std::size_t i = 0; i < setup.groups.size(); ++i)
            if (shock.group.empty() || s.providers[setup.groups[i].origin].name == shock.group) e.groups.push_back(i);
        out.push_back(std::move(e));
    }
    std::stable_sort(out.begin(), out.end(), [](const Event& a, const Event& b) { return a.step < b.step; });
    return {};
}

// Parameters as votes change them, and the schedule of each stretch.
Status add_regimes(const Scenario& s, std::size_t threads, Setup& out) {
    out.regimes.push_back({0, one_step(s.params, s.step_ms), s.params, true});
    for (const Event& e : out.events) {
        if (e.shock.kind != ShockKind::param || e.step >= out.steps) continue;
        tokenomics::Params chain = out.regimes.back().chain;
        json::Value value;
        value.kind = json::Kind::string;
        value.text = e.shock.value;
        ASSAY_TRY(const std::string canonical, tokenomics::set_param(chain, e.shock.path, value));
        ASSAY_TRY_VOID(tokenomics::validate(chain));
        if (out.regimes.back().from_step == e.step)
            out.regimes.back() = {e.step, one_step(chain, s.step_ms), chain, true};
        else
            out.regimes.push_back({e.step, one_step(chain, s.step_ms), chain, true});
    }
    out.emission.assign(out.steps, Amount{});
    for (std::size_t i = 0; i < out.regimes.size(); ++i) {
        Regime& r = out.regimes[i];
        r.alone = tokenomics::by_epoch_alone(r.chain.emission.kind);
        if (!r.alone) continue;
        const std::uint64_t end = i + 1 < out.regimes.size() ? out.regimes[i + 1].from_step : out.steps;
        std::vector<Epoch> bounds;
        for (std::uint64_t k = r.from_step; k <= end; ++k) bounds.push_back(out.first_epoch(k));
        ASSAY_TRY(const auto sums, schedule_between(r.chain.emission, bounds, threads));
        for (std::uint64_t k = r.from_step; k < end; ++k) out.emission[k] = sums[k - r.from_step];
    }
    return {};
}

Result<Ledger> open_ledger(const Scenario& s, const Setup& setup) {
    Ledger::Start start;
    start.supply = s.initial.supply;
    start.bonded = s.initial.bonded;
    start.price_usd = s.initial.price_usd;
    start.depth_usd = real::floor_units(s.market.depth_usd * kMicroUsd);
    start.fee = s.market.fee;
    start.market = s.market.kind;
    start.unbonding_steps = setup.unbonding_steps;
    start.delegated = s.initial.delegated;
    start.commission.value = static_cast<std::uint64_t>(real::floor_units(s.stakers.commission * 1e9));
    start.treasury = s.initial.treasury;
    start.treasury_usd = real::floor_units(s.initial.treasury_usd * kMicroUsd);
    start.credits = Credits{real::floor_units(s.initial.credits_usd * kMicroUsd)};
    for (const Holding& h : s.initial.holders) {
        start.parties.push_back(h.amount);
        Amount locked;
        for (const Vesting& v : s.initial.vesting)
            if (v.holder == h.name) {
                ASSAY_TRY(locked, add(locked, v.amount));
            }
        start.locked.push_back(locked);
    }
    for (const GroupSetup& g : setup.groups) {
        ASSAY_TRY(Amount all, mul_div(setup.first_stake[g.origin], real::floor_units(g.count), 1));
        start.stakes.push_back(all);
    }
    ASSAY_TRY(Ledger ledger, Ledger::open(s.params, start));
    ledger.scheduled = ledger.scheduled_before = s.initial.scheduled;
    return ledger;
}

}  // namespace

Epoch Setup::first_epoch(std::uint64_t step) const {
    const u128 ms = u128{step} * scenario.step_ms;
    const u128 passed = short_steps() ? ms / scenario.epoch_ms() : (ms + scenario.epoch_ms() - 1) / scenario.epoch_ms();
    return Epoch{scenario.initial.epoch + static_cast<std::uint64_t>(passed)};
}

void order_by(const double* key, std::size_t n, std::size_t* order) {
    std::iota(order, order + n, std::size_t{0});
    std::stable_sort(order, order + n, [&](std::size_t a, std::size_t b) { return key[a] < key[b]; });
}

Result<Setup> prepare(const Scenario& s, const ModelOptions& options) {
    Setup out;
    out.scenario = s;
    out.mode = options.mode;
    out.steps = s.steps();
    out.step_days = static_cast<double>(s.step_ms) / 86'400'000.0;
    for (unsigned i = 0; i < s.params.token.decimals; ++i) out.token *= 10;
    out.unbonding_steps =
        static_cast<std::size_t>(std::max<std::uint64_t>(1, (s.params.stake.unbonding_ms + s.step_ms - 1) / s.step_ms));
    out.lag_steps = static_cast<std::size_t>(std::ceil(s.oracle.lag_days / out.step_days - 1e-9));

    const std::uint64_t want =
        std::clamp<std::uint64_t>(options.points == 0 ? out.steps : options.points, 1, out.steps);
    for (std::uint64_t i = 1; i <= want; ++i)
        out.recorded.push_back(static_cast<std::uint64_t>(u128{i} * out.steps / want));
    const auto marks = static_cast<std::uint64_t>(static_cast<double>(out.steps) * out.step_days / kMarkDays);
    for (std::uint64_t i = 1; i <= std::min(marks, out.steps); ++i)
        out.marks.push_back(std::min(out.steps, static_cast<std::uint64_t>(std::ceil(
                                                    static_cast<double>(i) * kMarkDays / out.step_days - 1e-9))));
    out.marks.erase(std::unique(out.marks.begin(), out.marks.end()), out.marks.end());

    for (std::size_t i = 0; i < s.providers.size(); ++i) {
        const tokenomics::ClassCount device[] = {{s.providers[i].class_index, 1}};
        ASSAY_TRY(const auto need, tokenomics::requirement(s.params, device));
        ASSAY_TRY(const Amount one, tokenomics::in_tokens(need, s.first_price(), s.params.token.decimals));
        out.stake.push_back(need);
        out.first_stake.push_back(one);
        const GroupSetup group = group_of(s, i, out.step_days);
        if (s.agents == Agents::single)
            add_agents(s, group, out.groups);
        else
            out.groups.push_back(group);
    }
    if (out.mode == Mode::fast && out.unbonding_steps * (out.groups.size() + 1) > kMostRing)
        return {Code::field_out_of_range,
                "mode fast keeps what unbonds by step and group, and these are " + std::to_string(out.unbonding_steps) +
                    " steps of " + std::to_string(out.groups.size()) + " groups: longer steps, or mode exact"};
    ASSAY_TRY_VOID(add_events(s, out, out.events));
    add_vesting(s, out.step_days, out.steps, out.unlocks);
    ASSAY_TRY_VOID(add_regimes(s, options.threads, out));
    ASSAY_TRY(out.start, open_ledger(s, out));
    return out;
}

}  // namespace assay::sim
