// Providers: what they earn and spend, and how many devices there are. They look at a margin averaged over their lead
// time; while it is above zero they order devices, which come after their delivery time with stake, and while it is
// below they leave. SIMULATION §3.2 (11), (12).
#pragma once

#include "tokenomics/sim/model/part.hpp"
#include "tokenomics/sim/model/room.hpp"

namespace assay::sim {
namespace {

/// One group, or one agent, in eight runs.
struct Provider {
    V pending;    ///< the fraction of a device that has gathered
    V margin;     ///< (income - cost) / cost, averaged
    V loss_days;  ///< for how long it has been below zero
    V income;     ///< tokens since the start
    V work;       ///< device-days of multiplier one that passed
    V* orders;    ///< by step modulo the delivery time
    double cost, outside;
};

class ProvidersPart {
   public:
    void start(const Setup& setup, Room& room) {
        setup_ = &setup;
        count_ = setup.groups.size();
        single_ = setup.scenario.agents == Agents::single;
        devices = room.take<Lanes>(count_);
        passed = room.take<Lanes>(count_);
        asks = room.take<double>(count_);
        of = room.take<Provider>(count_);
        for (std::size_t i = 0; i < count_; ++i) {
            const GroupSetup& g = setup.groups[i];
            V(g.count).store(devices[i]);
            of[i] = {V(g.phase), V(0.0), V(0.0), V(0.0), V(0.0), nullptr, g.cost_usd, g.outside_usd};
            if (g.delivery_steps > 0) {
                of[i].orders = room.take<V>(g.delivery_steps);
                for (std::size_t k = 0; k < g.delivery_steps; ++k) of[i].orders[k] = V(0.0);
            }
        }
        price_asks();
    }
    /// What a GPU-hour of multiplier one costs each.
    void price_asks() {
        const double hours = 24.0 * setup_->step_days;
        for (std::size_t i = 0; i < count_; ++i) {
            const double gpus = setup_->groups[i].service;
            asks[i] = gpus > 0 ? of[i].cost / (hours * gpus) : 0;
        }
    }

    ASSAY_INLINE void count_passed() {
        for (std::size_t i = 0; i < count_; ++i) (V(devices[i]) * V(setup_->groups[i].pass_share)).store(passed[i]);
    }
    /// GPUs of multiplier one for buyers.
    [[nodiscard]] ASSAY_INLINE V capacity() const {
        V out(0.0);
        for (std::size_t i = 0; i < count_; ++i)
            if (setup_->groups[i].serves) out += V(devices[i]) * V(setup_->groups[i].service);
        return out;
    }

    /// Devices that were ordered and arrive now, where their stake can be had.
    template <class Bank>
    ASSAY_INLINE void arrive(std::uint64_t step, Bank& bank) {
        for (std::size_t i = 0; i < count_; ++i) {
            if (of[i].orders == nullptr) continue;
            V& due = of[i].orders[step % setup_->groups[i].delivery_steps];
            enter(i, due, bank);
            due = V(0.0);
        }
    }
    template <class Bank>
    ASSAY_INLINE void enter(std::size_t i, V more, Bank& bank) {
        if (!any(more > V(0.0))) return;
        const M done = bank.stake(i, more);
        (V(devices[i]) + select(done, more, V(0.0))).store(devices[i]);
    }
    template <class Bank>
    ASSAY_INLINE void leave(std::size_t i, V fewer, Bank& bank) {
        if (!any(fewer > V(0.0))) return;
        const V now(devices[i]);
        bank.unstake(i, now, fewer);
        (now - fewer).store(devices[i]);
    }

    /// What a step of this came to, over all groups.
    struct Sums {
        V devices, margin, income_tokens, income_usd, costs, underwater_days;
    };
    /// Costs are paid by selling; then each decides. `usd` is what a token is worth, in base units.
    template <class Bank>
    ASSAY_INLINE Sums settle_up(std::uint64_t step, V usd_per_unit, Bank& bank) {
        Sums sums{V(0.0), V(0.0), V(0.0), V(0.0), V(0.0), V(0.0)};
        const double days = setup_->step_days;
        for (std::size_t i = 0; i < count_; ++i) {
            const GroupSetup& g = setup_->groups[i];
            Provider& p = of[i];
            const V n(devices[i]);
            const V earned = bank.earned(i), income = earned * usd_per_unit;
            const V cost = n * V(p.cost), needed = n * V(p.cost + p.outside);
            p.income += earned;
            p.work += V(passed[i]) * V(g.multiplier * days);
            // Without costs any income is a full margin; without devices there is nothing to look at.
            const V now = select(needed > V(0.0), (income - needed) / max(needed, V(1e-300)),
                                 select(income > V(0.0), V(1.0), V(0.0)));
            p.margin += V(g.lead) * (clamp(now, V(-1.0), V(10.0)) - p.margin);
            const V for_costs = select(usd_per_unit > V(0.0), min(earned, cost / max(usd_per_unit, V(1e-300))), earned);
            bank.sell(for_costs + V(g.sell_share) * (earned - for_costs) + bank.matured(i), {Purse::group, i});
            decide(i, n, step, bank);
            const V then(devices[i]);
            sums.devices += then;
            sums.margin += p.margin * then;
            sums.income_tokens += earned;
            sums.income_usd += income;
            sums.costs += cost;
            sums.underwater_days += select(now < V(0.0), n * V(days), V(0.0));
        }
        return sums;
    }

    Lanes* devices = nullptr;
    Lanes* passed = nullptr;
    double* asks = nullptr;
    Provider* of = nullptr;
    [[nodiscard]] std::size_t count() const { return count_; }

   private:
    static constexpr double kMostDevices = 1e9;

    template <class Bank>
    ASSAY_INLINE void decide(std::size_t i, V now, std::uint64_t step, Bank& bank) {
        const GroupSetup& g = setup_->groups[i];
        Provider& p = of[i];
        const M gaining = p.margin > V(0.0);
        V rate = V(g.exit) * p.margin;
        if (g.exit_kind == ExitKind::streak) {
            // DTSE's table: 5, 15, 40 and 70 % a week after 1, 3, 6 and 9 weeks of loss.
            p.loss_days = select(p.margin < V(0.0), p.loss_days + V(setup_->step_days), V(0.0));
            V weekly = select(p.loss_days >= V(7.0), V(0.05), V(0.0));
            weekly = select(p.loss_days >= V(21.0), V(0.15), weekly);
            weekly = select(p.loss_days >= V(42.0), V(0.40), weekly);
            weekly = select(p.loss_days >= V(63.0), V(0.70), weekly);
            rate = weekly * V(-setup_->step_days / 7.0);
        }
        rate = select(gaining, V(g.entry) * min(p.margin, V(1.0)), rate);
        // From nothing, entry begins with one device.
        p.pending += rate * max(now, select(rate > V(0.0), V(1.0), V(0.0)));
        const V whole = truncated(p.pending);
        p.pending -= whole;
        const V most(single_ ? g.count : kMostDevices);
        const V more = min(positive(whole), positive(most - now)), fewer = min(positive(-whole), now);
        if (single_) p.pending = clamp(p.pending, V(-1.0), V(1.0));
        if (p.orders != nullptr)
            p.orders[step % g.delivery_steps] += more;
        else
            enter(i, more, bank);
        leave(i, fewer, bank);
    }

    const Setup* setup_ = nullptr;
    std::size_t count_ = 0;
    bool single_ = false;
};

}  // namespace
}  // namespace assay::sim
