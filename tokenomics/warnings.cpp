#include "tokenomics/warnings.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "tokenomics/class_table.hpp"
#include "tokenomics/class_task.hpp"
#include "tokenomics/emission.hpp"
#include "tokenomics/stake.hpp"

namespace assay::tokenomics {
namespace {

constexpr std::uint64_t kFarEpochs = 2'000'000;  // how far ahead the end of a schedule is looked for

std::string tokens_text(const Params& p, Amount a) {
    return format_decimal(a.units, p.token.decimals) + " " + p.token.denom;
}
// numerator / denominator with three digits behind the point, floored.
std::string ratio_text(u128 numerator, u128 denominator) {
    const auto thousandths = mul_div(numerator, 1000, denominator);
    return thousandths ? format_decimal(*thousandths, 3) : "more than 2^118";
}
std::string percent_text(Ppb share) {
    return format_decimal(share.value, 7) + " %";
}
std::string digits(u128 v) {
    return to_digits(v);
}

// Of bonds, which a genesis has added up below the cap.
Amount sum(const std::vector<Amount>& all) {
    Amount out;
    for (const Amount a : all) out.units += a.units;
    return out;
}

// The part of a burn that a settlement to oneself gives back, whatever the work pool adds.
Ppb returned_by_settlement(const Params& p) {
    if (p.bme.mode != BurnMode::vault) return p.bme.payout;
    const Ppb kept{Ppb::kOne - p.bme.vault.spread.value}, paid{Ppb::kOne - p.bme.vault.settle_spread.value};
    return Ppb{static_cast<std::uint64_t>(u128{kept.value} * paid.value / Ppb::kOne)};
}

Amount first_mint(const Params& p, const GenesisFacts& facts) {
    const u128 epoch_ms = u128{p.epoch.blocks} * p.block.time_ms;
    EmissionView view;
    view.supply = view.genesis = facts.supply;
    view.cap = p.token.cap;
    view.bonded = sum(facts.bonds);
    view.start = TimeMs{p.emission.kind == EmissionKind::halving ? p.emission.halving.start_ms : 0};
    view.end = TimeMs{view.start.value + static_cast<std::uint64_t>(epoch_ms)};
    view.blocks = p.epoch.blocks;
    const auto minted = scheduled_mint(p.emission, Epoch{0}, view, emission_start(p.emission));
    return minted ? minted->mint : Amount{};
}

void look_at_schedule(const Params& p, const GenesisFacts& facts, std::vector<Warning>& out) {
    const EmissionParams& e = p.emission;
    if (e.kind == EmissionKind::none) return;
    const Amount room{p.token.cap > facts.supply ? p.token.cap.units - facts.supply.units : 0};
    if (e.total > room)
        out.push_back({"cap_before_schedule", "token.cap",
                       "supply at genesis " + tokens_text(p, facts.supply) + " + emission.total " +
                           tokens_text(p, e.total) + " passes the cap of " + tokens_text(p, p.token.cap) + " by " +
                           tokens_text(p, Amount{e.total.units - room.units}),
                       "so much of the schedule is minted only where as much was burned before; else the cap ends it"});
    const Amount end = std::min(room, e.total);
    if (!by_epoch_alone(e.kind)) return;
    const auto minted_before = [&](std::uint64_t epoch) {
        const std::array<Epoch, 2> bounds = {Epoch{0}, Epoch{epoch}};
        const auto sums = schedule_sums(e, bounds);
        return !sums || sums->at(0) >= end;  // what cannot be added up is above every cap
    };
    if (end.is_zero() || !minted_before(kFarEpochs)) return;
    std::uint64_t low = 0, high = kFarEpochs;  // minted_before(high) holds, minted_before(low) does not
    while (high - low > 1) {
        const std::uint64_t middle = low + (high - low) / 2;
        (minted_before(middle) ? high : low) = middle;
    }
    const u128 ms = u128{high} * p.epoch.blocks * p.block.time_ms;
    out.push_back({"schedule_ends", "emission.total",
                   tokens_text(p, end) + " are minted after " + digits(high) + " epochs, " + ratio_text(ms, kYearMs) +
                       " years of blocks in time",
                   "from then on an epoch mints nothing: validators, stakers and availability have fees and what is "
                   "recycled, work has what its buyers burn"});
}

void look_at_work(const Params& p, const GenesisFacts& facts, std::vector<Warning>& out) {
    const auto bound = wash_bound(p, facts);
    if (!bound) return;
    std::string numbers = "work pool of epoch 0: " + tokens_text(p, bound->pool) + "; ";
    if (bound->break_even) {
        const Amount half{bound->break_even->units / 2}, tenth{bound->break_even->units / 10};
        numbers += "break-even where all burn " + tokens_text(p, *bound->break_even) +
                   " in an epoch: at any share of the work as long as others burn nothing, below " +
                   percent_text(wash_share(*bound, tenth)) + " of it where they burn a tenth of that, below " +
                   percent_text(wash_share(*bound, half)) + " where they burn half";
    } else {
        numbers += "a settlement gives back all of a burn, so there is no break-even: at every share of the work";
    }
    out.push_back(
        {"wash_burning", "bme.work_bound", numbers,
         "bound none: the pool is split by consumed credits, whatever was burned for them. Who burns for work "
         "of its own gains at a share of the work below break-even [F2]"});
}

void look_at_price(const Params& p, const GenesisFacts& facts, std::vector<Warning>& out) {
    if (p.price.ema_rounds == 1)
        out.push_back({"spot_price", "price.ema_rounds", "1 round",
                       "the average is the last price itself: burns at min(spot, EMA) and payments at max(spot, EMA) "
                       "have one round's price, whoever made it"});
    if (facts.bonds.size() == 1) {
        out.push_back({"one_validator", "validators", "1 validator, at most " + digits(p.validators.max),
                       "its operator knows the beacon's chain: tasks, samples and ties before anybody else, and can "
                       "withhold a block; it alone reports the price"});
    } else if (!facts.bonds.empty()) {
        const MedianHolders m = median_holders(facts.bonds);
        out.push_back({"median_held", "validators",
                       digits(m.count) + " of " + digits(facts.bonds.size()) + " validators hold " +
                           tokens_text(p, m.held) + " of " + tokens_text(p, m.all) + " bonded",
                       "more than a third of the power: where reports come from a bare quorum of two thirds, these "
                       "choose the median, by price.max_move_ppb " +
                           digits(p.price.max_move.value) + " a round"});
    }
}

void look_at_breaker(const Params& p, std::vector<Warning>& out) {
    if (p.bme.mode == BurnMode::vault) return;
    const std::string mode = p.bme.mode == BurnMode::destroy       ? "destroy"
                             : p.bme.mode == BurnMode::fee_destroy ? "fee_destroy"
                                                                   : "mint_ratio";
    out.push_back(
        {"no_breaker", "bme.mode",
         mode + ", settlements pay at most " + percent_text(p.bme.payout) + " of the tokens burned",
         "nothing halts burning in a fall of the price: who works for credits bought before it is paid at most "
         "the tokens that were burned for them, fewer USD than the credits say [F4]"});
}

void look_at_stake(const Params& p, std::vector<Warning>& out) {
    for (const ClassParams& c : p.classes) {
        const auto least = deterrent_stake(p, c);
        if (!least || least->is_zero() || p.stake.unit_in == StakeUnit::usd) continue;
        const auto required = required_per_device(p.stake, c);
        if (!required || required->units / 2 >= least->units) continue;
        out.push_back({"thin_deterrence", "classes." + c.name,
                       "stake per device " + tokens_text(p, *required) + ", S_min " + tokens_text(p, *least) + ": " +
                           ratio_text(required->units, least->units) + " times",
                       "cost is in tokens and follows no price: a fall of the token below the inverse of that makes "
                       "faked work worth more than it risks, until a vote raises cost and stake"});
    }
    const u128 window_blocks = (u128{p.work.window_ms} + p.block.time_ms - 1) / p.block.time_ms;
    const u128 longest =
        (p.work.start_span_blocks + window_blocks + p.work.challenge_delay_blocks + p.work.open_blocks + 2) *
        p.block.time_ms;
    if (p.stake.unbonding_ms < 2 * longest)
        out.push_back(
            {"short_unbonding", "stake.unbonding_ms",
             digits(p.stake.unbonding_ms) + " ms, the longest challenge takes " + digits(longest) +
                 " ms: " + ratio_text(p.stake.unbonding_ms, longest) + " times",
             "blocks that come that much later than block.time_ms let stake mature before a verdict; an entry "
             "waits for commits that are open, so it is the margin of validators' bonds that is thin"});
}

// The names of those of the classes with weight that a test holds for.
template <class Test>
std::string weighted(const Params& p, Test&& test) {
    std::string out;
    for (const ClassParams& c : p.classes)
        if (c.weight > 0 && test(c)) out += (out.empty() ? "" : ", ") + c.name;
    return out;
}

void look_at_classes(const Params& p, std::vector<Warning>& out) {
    const std::string lanes = weighted(p, [](const ClassParams& c) { return c.work == ClassWork::lanes; });
    const std::string gemm = weighted(p, [](const ClassParams& c) { return c.work == ClassWork::gemm; });
    const std::string vram = weighted(p, [](const ClassParams& c) { return c.work == ClassWork::vram; });
    if (!lanes.empty())
        out.push_back({"lanes_weighted", "classes", "weight above 0 and work of kind lanes: " + lanes,
                       "machines made for SHA-256 do it better than any card, and take the availability pool"});
    std::string kinds;
    for (const auto& [kind, names] :
         {std::pair{"lanes ", &lanes}, std::pair{"gemm ", &gemm}, std::pair{"vram ", &vram}})
        if (!names->empty()) kinds += (kinds.empty() ? "" : "; ") + (kind + *names);
    if (kinds.find(';') != std::string::npos)
        out.push_back({"kinds_weighted", "classes", "weight above 0: " + kinds,
                       "no rule compares tasks of different kinds: one card may earn in both"});
    for (const ClassParams& c : p.classes) {
        if (c.work != ClassWork::vram || c.weight == 0) continue;
        const auto [items, reads] = task_size(c).loads;
        if (reads < 64 * items)
            out.push_back(
                {"few_reads", "classes." + c.name,
                 "lanes x steps " + digits(reads) + ", items " + digits(items) + ": " + ratio_text(reads, items) +
                     " reads of an item",
                 "below 64 filling is most of the work: a card that keeps less of the memory and makes what is "
                 "missing when it is read is within the window sooner"});
    }
    const std::string open = weighted(p, [](const ClassParams& c) { return c.task_ms == 0; });
    if (!open.empty())
        out.push_back({"slots_unbound", "classes", "weight above 0 and task_ms 0: " + open,
                       "nothing says that a device does one task in a window: a card may be paid for several slots "
                       "of these classes, with stake for each [F23]"});
    for (const ClassParams& a : p.classes) {
        if (a.task_ms == 0) continue;
        const u128 spare = reach(p) - a.task_ms;
        const auto own = task_size(a).loads;
        const std::string small = weighted(p, [&](const ClassParams& b) {
            if (&a == &b || a.work != b.work) return false;
            const auto other = task_size(b).loads;
            return a.task_ms * other[0] <= spare * own[0] || a.task_ms * other[1] <= spare * own[1];
        });
        if (!small.empty())
            out.push_back(
                {"spare_window", "classes." + a.name,
                 "task_ms " + digits(a.task_ms) + " of " + digits(reach(p)) + ", which leaves time for " + small,
                 "beside its own task a device has time for a smaller one, and is paid for it too where it "
                 "has stake for both"});
    }
}

}  // namespace

std::optional<WashBound> wash_bound(const Params& p, const GenesisFacts& facts) {
    if (p.bme.work_bound != WorkBound::none) return std::nullopt;
    const auto work = mul_div(first_mint(p, facts), p.split.work.value, Ppb::kOne);
    const Amount pool = work ? *work : Amount{};
    if (pool.is_zero()) return std::nullopt;
    // Burning b of a total T returns b x returned + pool x b / T: a gain while T < pool / (1 - returned).
    const std::uint64_t lost = Ppb::kOne - returned_by_settlement(p).value;
    if (lost == 0) return WashBound{pool, std::nullopt};
    const auto all = mul_div(pool, Ppb::kOne, lost);
    return WashBound{pool, all ? *all : Amount::max()};
}

Ppb wash_share(const WashBound& bound, Amount others) {
    if (!bound.break_even) return Ppb{Ppb::kOne};
    if (others >= *bound.break_even) return Ppb{};
    const Amount own{bound.break_even->units - others.units};
    const auto share = mul_div(own, Ppb::kOne, bound.break_even->units);
    return Ppb{static_cast<std::uint64_t>(share ? share->units : 0)};
}

MedianHolders median_holders(std::vector<Amount> bonds) {
    std::sort(bonds.begin(), bonds.end(), std::greater<>());
    MedianHolders out;
    out.all = sum(bonds);
    if (out.all.is_zero()) return out;
    for (const Amount b : bonds) {
        if (out.held.units > out.all.units / 3) break;
        out.held.units += b.units;
        ++out.count;
    }
    return out;
}

std::vector<Warning> warnings(const Params& p, const GenesisFacts& facts) {
    std::vector<Warning> out;
    look_at_schedule(p, facts, out);
    look_at_breaker(p, out);
    look_at_work(p, facts, out);
    look_at_price(p, facts, out);
    look_at_stake(p, out);
    look_at_classes(p, out);
    return out;
}

}  // namespace assay::tokenomics
