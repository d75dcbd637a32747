// The order of a step: shocks; demand moves; the oracle closes a round; buyers burn for credits; providers serve and
// are settled; the epoch closes; providers pay their costs, sell, enter and leave; holders trade; the books are
// checked; the service price follows utilisation. A step of many epochs is one epoch with the sum of their schedule
// and one price round that may move as far as theirs together.
#include "tokenomics/sim/model/model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tokenomics/sim/emission_walk.hpp"
#include "tokenomics/sim/model/demand.hpp"
#include "tokenomics/sim/model/providers.hpp"
#include "tokenomics/sim/model/real.hpp"
#include "tokenomics/sim/model/service_price.hpp"
#include "tokenomics/sim/schedule.hpp"
#include "tokenomics/stake.hpp"

namespace assay::sim {
namespace {

constexpr double kMicro = 1e6;

Address group_address(std::size_t i) {
    Address a;
    a.bytes[0] = static_cast<std::uint8_t>(i >> 8);
    a.bytes[1] = static_cast<std::uint8_t>(i);
    return a;
}

// The first epoch that begins in this step.
Epoch first_epoch_of(const Scenario& s, std::uint64_t step) {
    return Epoch{static_cast<std::uint64_t>((u128{step} * s.step_ms + s.epoch_ms() - 1) / s.epoch_ms())};
}

tokenomics::Params one_step(const Scenario& s) {
    tokenomics::Params p = s.params;
    p.emission.kind = tokenomics::EmissionKind::step_table;
    p.emission.steps.assign(1, {});
    const std::uint64_t rounds = std::max<std::uint64_t>(1, s.step_ms / (p.bme.round_blocks * p.block.time_ms));
    p.price.ema_rounds = std::max<std::uint64_t>(1, p.price.ema_rounds / rounds);
    p.price.max_move.value =
        static_cast<std::uint64_t>(std::min<u128>(u128{p.price.max_move.value} * rounds, Ppb::kOne));
    p.price.stale_blocks = std::max<std::uint64_t>(2, p.price.stale_blocks * p.block.time_ms / s.step_ms);
    return p;
}

}  // namespace

struct Model::Shared {
    Scenario scenario_;
    Mode mode = Mode::exact;
    std::uint64_t steps_ = 0;
    double step_days_ = 1;
    std::vector<Amount> emission_;  ///< the schedule of the epochs that begin in a step
    std::vector<std::uint64_t> recorded_;
    tokenomics::Params step_params_;  ///< one step is one epoch and one price round
    Ledger start_;
    std::vector<Amount> stake_per_device_;
    double token_ = 1;  ///< base units per token

    [[nodiscard]] double day(std::uint64_t step) const { return static_cast<double>(step) * step_days_; }
    Result<Figures> run(std::uint64_t run, std::size_t lane, BlockResult& out, const Meddler& meddle) const;
};

Result<Model> Model::make(const Scenario& scenario, const ModelOptions& options) {
    Shared m;
    m.scenario_ = scenario;
    m.steps_ = scenario.steps();
    m.step_days_ = static_cast<double>(scenario.step_ms) / 86'400'000.0;
    m.step_params_ = one_step(scenario);
    for (unsigned i = 0; i < scenario.params.token.decimals; ++i) m.token_ *= 10;

    // Epochs by the step in which they begin; each thread takes some of the steps, which do not depend on each other.
    std::vector<Epoch> bounds(m.steps_ + 1);
    for (std::uint64_t k = 0; k <= m.steps_; ++k) bounds[k] = first_epoch_of(scenario, k);
    ASSAY_TRY(m.emission_, schedule_between(scenario.params.emission, bounds, options.threads));

    const std::uint64_t want = std::clamp<std::uint64_t>(options.points == 0 ? m.steps_ : options.points, 1, m.steps_);
    for (std::uint64_t i = 1; i <= want; ++i)
        m.recorded_.push_back(static_cast<std::uint64_t>(u128{i} * m.steps_ / want));

    Ledger::Start start;
    start.supply = scenario.initial.supply;
    start.bonded = scenario.initial.bonded;
    start.price_usd = scenario.initial.price_usd;
    start.depth_usd = real::floor_units(scenario.market.depth_usd * kMicro);
    start.fee = scenario.market.fee;
    start.unbonding_steps = static_cast<std::size_t>(
        std::max<std::uint64_t>(1, (scenario.params.stake.unbonding_ms + scenario.step_ms - 1) / scenario.step_ms));
    for (const ProviderGroup& g : scenario.providers) {
        const tokenomics::ClassCount device[] = {{static_cast<std::uint32_t>(g.class_index), 1}};
        ASSAY_TRY(const auto sum, tokenomics::requirement(scenario.params, device));
        ASSAY_TRY(Amount one,
                  tokenomics::in_tokens(sum, scenario.params.price.initial, scenario.params.token.decimals));
        m.stake_per_device_.push_back(one);
        ASSAY_TRY(Amount all, mul_div(one, g.count, 1));
        start.stakes.push_back(all);
    }
    ASSAY_TRY(m.start_, Ledger::open(scenario.params, start));
    Model out;
    out.shared_ = std::make_shared<const Shared>(std::move(m));
    return out;
}

double Model::day(std::uint64_t step) const {
    return shared_->day(step);
}
const Scenario& Model::scenario() const {
    return shared_->scenario_;
}
Mode Model::mode() const {
    return shared_->mode;
}
std::uint64_t Model::steps() const {
    return shared_->steps_;
}
const std::vector<std::uint64_t>& Model::recorded() const {
    return shared_->recorded_;
}

Status Model::run_block(std::uint64_t block, BlockResult& out, const Meddler& meddle) const {
    out.series.assign(shared_->recorded_.size() * kSeriesCount * kLanes, 0);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        ASSAY_TRY(const Figures f, shared_->run(block * kLanes + lane, lane, out, meddle));
        for (std::size_t i = 0; i < kFigureCount; ++i) out.figures[i][lane] = f[i];
    }
    return {};
}

namespace {

// One path's own state around the ledger.
struct Path {
    DemandWalk demand;
    ServicePrice service;
    std::vector<Providers> groups;
    tokenomics::PriceState oracle;
    tokenomics::EpochInput epoch;
    tokenomics::EpochOutput closed;
    tokenomics::EpochScratch scratch;
    std::vector<u128> capacity_weights;
    std::vector<tokenomics::PriceReport> report{{Price{}, 1}};

    Path(const Scenario& s, double step_days) : demand(s.demand, step_days), service(s.service, step_days) {
        demand.anchor(s.service.usd_per_gpu_hour);
        for (std::size_t i = 0; i < s.providers.size(); ++i) {
            const auto& c = s.params.classes[s.providers[i].class_index];
            groups.emplace_back(s.providers[i], static_cast<double>(c.multiplier.value) * 1e-9, step_days);
            tokenomics::ProviderWork w;
            w.provider = group_address(i);
            epoch.providers.push_back(w);
        }
        Address validators;
        validators.bytes.fill(0xff);
        epoch.validators.push_back({validators, 1, 1});
        capacity_weights.resize(groups.size());
    }
};

}  // namespace

Result<Figures> Model::Shared::run(std::uint64_t run, std::size_t lane, BlockResult& out, const Meddler& meddle) const {
    const Scenario& s = scenario_;
    const Draws draws(s.seed, run);
    Path path(s, step_days_);
    Ledger ledger = start_;
    tokenomics::Params params = step_params_;
    path.oracle = tokenomics::initial_price(params.price);
    path.oracle.spot = ledger.spot();
    path.oracle.ema_q32 = u128{path.oracle.spot.value} << 32;
    const double hours = 24.0 * step_days_;
    const double trade = 0.5 * s.market.volatility * std::sqrt(step_days_ / kDaysPerYear);
    const std::size_t n = path.groups.size();
    EmissionWalk walk(s.params, s.initial.supply, s.start);
    const bool alone = tokenomics::by_epoch_alone(s.params.emission.kind);

    Figures figures{};
    figures.fill(std::numeric_limits<double>::quiet_NaN());
    figures[kMaxDrawdown] = figures[kMeanUtilisation] = figures[kMeanMargin] = 0;
    double highest = 0, wanted_sum = 0, served_sum = 0;
    double least_devices = 1e18;
    std::size_t next_point = 0, next_shock = 0;
    std::vector<std::size_t> shock_order(s.shocks.size());
    for (std::size_t i = 0; i < shock_order.size(); ++i) shock_order[i] = i;
    std::stable_sort(shock_order.begin(), shock_order.end(),
                     [&](std::size_t a, std::size_t b) { return s.shocks[a].at_day < s.shocks[b].at_day; });

    for (std::uint64_t step = 0; step < steps_; ++step) {
        for (; next_shock < shock_order.size() && s.shocks[shock_order[next_shock]].at_day < day(step + 1);
             ++next_shock) {
            const Shock& shock = s.shocks[shock_order[next_shock]];
            if (shock.kind == ShockKind::demand) path.demand.scale(shock.factor);
            if (shock.kind == ShockKind::cost)
                for (Providers& g : path.groups) g.scale_cost(shock.factor);
            if (shock.kind == ShockKind::price) {
                // Holders sell, or buy, until the pool stands there: its price is a square of what they move.
                const double root = std::sqrt(shock.factor);
                if (shock.factor < 1)
                    ledger.sell(Amount{real::floor_units(real::of(ledger.pool_tokens.units) * (1.0 / root - 1.0))},
                                ledger.holders);
                else
                    ledger.buy_for(real::floor_units(real::of(ledger.pool_usd) * (root - 1.0)), ledger.holders);
            }
        }
        const Amount burned_before = ledger.burned;
        const auto z = draws.normals(static_cast<std::uint32_t>(step), Stream::behaviour);
        path.demand.advance(z[0], draws, static_cast<std::uint32_t>(step));

        path.report[0].price = ledger.spot();
        path.oracle = tokenomics::close_round(params.price, path.oracle, path.report, 1, Height{step + 1}).state;

        // Service: wanted and served, in GPUs of multiplier one.
        double capacity = 0;
        for (std::size_t i = 0; i < n; ++i) {
            capacity += path.groups[i].capacity();
            path.capacity_weights[i] =
                u128{path.groups[i].devices()} * s.params.classes[s.providers[i].class_index].multiplier.value;
        }
        const double wanted = path.demand.gpus_wanted(path.service.log_usd());
        const double served = std::min(wanted, capacity);
        const double utilisation = capacity > 0 ? served / capacity : 0;
        const Credits bill{real::floor_units(served * hours * path.service.usd() * kMicro)};
        ledger.burn_for_credits(params, bill, path.oracle);
        std::fill(ledger.earned.begin(), ledger.earned.end(), Amount{});
        auto& works = path.epoch.providers;
        const Credits consumed = ledger.consume(params, bill, path.capacity_weights, path.oracle, works);

        // The epoch.
        for (std::size_t i = 0; i < n; ++i) {
            const auto& c = s.params.classes[s.providers[i].class_index];
            works[i].passed_weight = u128{path.groups[i].devices()} * c.weight;
            works[i].stake_at_start = works[i].stake_at_end = ledger.groups[i].staked;
        }
        params.emission.steps[0].per_epoch = emission_[step];
        if (!alone) {
            tokenomics::EmissionView view;
            view.cumulative_scheduled = ledger.scheduled;
            view.supply = ledger.supply();
            view.bonded = ledger.bonds;
            view.burned = sub_or_zero(ledger.burned, burned_before);
            for (std::size_t i = 0; i < n; ++i) {
                view.bonded.units += ledger.groups[i].staked.units;  // parts of one supply
                view.settled.units += works[i].tokens_carried.units;
                view.power += works[i].passed_weight;
            }
            ASSAY_TRY(params.emission.steps[0].per_epoch, walk.advance(first_epoch_of(s, step + 1), view));
        }
        path.epoch.epoch = Epoch{step};
        ledger.close(params, path.epoch, path.closed, path.scratch);

        // Providers: costs, sales, entry and exit.
        const double usd_per_unit = static_cast<double>(ledger.spot().value) * 1e-8 / token_;
        double devices = 0, margin_sum = 0;
        ledger.mature(step);
        for (std::size_t i = 0; i < n; ++i) {
            Providers& g = path.groups[i];
            const double earned = real::of(ledger.earned[i].units);
            const double for_costs = std::min(earned, usd_per_unit > 0 ? g.cost_usd() / usd_per_unit : earned);
            g.account(earned * usd_per_unit);
            const Amount matured = ledger.groups[i].matured;
            const double sales = for_costs + g.sell_share() * (earned - for_costs);
            ledger.sell(Amount{real::floor_units(sales) + matured.units}, ledger.groups[i].liquid);
            const std::uint64_t now = g.devices(), then = g.wanted();
            if (then > now) {
                if (ledger.stake(i, Amount{stake_per_device_[i].units * (then - now)})) g.become(then);
            } else if (then < now) {
                // The last ones take what rounding left.
                const auto back = mul_div(ledger.groups[i].staked, now - then, now);
                ledger.unstake(i, back ? *back : Amount{}, step);
                g.become(then);
            }
            devices += static_cast<double>(g.devices());
            margin_sum += g.margin() * static_cast<double>(g.devices());
        }

        // Holders trade at random: buying a share x of the pool's dollars moves the price by 2 x.
        const double x = trade * z[1];
        if (x > 0)
            ledger.buy_for(real::floor_units(real::of(ledger.pool_usd) * x), ledger.holders);
        else
            ledger.sell(Amount{real::floor_units(real::of(ledger.pool_tokens.units) * -x)}, ledger.holders);

        if (meddle) meddle(run, step, ledger);
        if (Status ok = ledger.check(params); !ok)
            return Error{ok.error().code,
                         "run " + std::to_string(run) + ", step " + std::to_string(step) + ": " + ok.error().message};
        path.service.follow(utilisation);

        // What is seen.
        const double price = static_cast<double>(ledger.spot().value) * 1e-8;
        const double margin = devices > 0 ? margin_sum / devices : 0;
        highest = std::max(highest, price);
        if (highest > 0) figures[kMaxDrawdown] = std::max(figures[kMaxDrawdown], 1.0 - price / highest);
        figures[kMeanUtilisation] += utilisation;
        figures[kMeanMargin] += margin;
        wanted_sum += wanted;
        served_sum += served;
        least_devices = std::min(least_devices, devices);
        if (step + 1 == recorded_[next_point]) {
            {
                Sample sample{};
                u128 staked = 0;
                for (const GroupLedger& g : ledger.groups) staked += g.staked.units;
                sample[kPrice] = price;
                sample[kSupply] = real::of(ledger.supply().units) / token_;
                sample[kMinted] = real::of(ledger.minted.units) / token_;
                sample[kBurned] = real::of(ledger.burned.units) / token_;
                sample[kDemand] = path.demand.usd_per_day();
                sample[kServed] = real::of(consumed.units) / kMicro / step_days_;
                sample[kUtilisation] = utilisation;
                sample[kServicePrice] = path.service.usd();
                sample[kDevices] = devices;
                sample[kStaked] = real::of(staked) / token_;
                sample[kMargin] = margin;
                sample[kTreasury] = real::of(ledger.pools.treasury.units) / token_;
                for (std::size_t i = 0; i < kSeriesCount; ++i)
                    out.series[(next_point * kSeriesCount + i) * kLanes + lane] = sample[i];
            }
            if (next_point + 1 < recorded_.size()) ++next_point;
        }
        figures[kFinalPrice] = price;
        figures[kFinalDevices] = devices;
    }
    if (Status ok = ledger.check_fully(params); !ok)
        return Error{ok.error().code, "run " + std::to_string(run) + ", at its end: " + ok.error().message};
    const auto steps = static_cast<double>(steps_);
    figures[kFinalSupply] = real::of(ledger.supply().units) / token_;
    figures[kTotalMinted] = real::of(ledger.minted.units) / token_;
    figures[kTotalBurned] = real::of(ledger.burned.units) / token_;
    figures[kBurnToMint] = figures[kTotalMinted] > 0 ? figures[kTotalBurned] / figures[kTotalMinted] : 0;
    figures[kMeanUtilisation] /= steps;
    figures[kMeanMargin] /= steps;
    figures[kUnmetDemand] = wanted_sum > 0 ? 1.0 - served_sum / wanted_sum : 0;
    figures[kLeastDevices] = least_devices;
    return figures;
}

}  // namespace assay::sim
