#include "tokenomics/sim/schedule.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/utc.hpp"
#include "tokenomics/sim/emission_walk.hpp"

namespace assay::sim {
namespace {

constexpr std::uint64_t kMostPeriods = 1'000'000;
constexpr std::uint64_t kMostEpochs = 10'000'000'000;
constexpr std::uint64_t kMostWalked = 50'000'000;  // where each epoch looks at the ledger
constexpr std::uint64_t kDayMs = 86'400'000;
constexpr std::uint64_t kYear10000 = 253'402'300'800'000;  // 10000-01-01T00:00:00Z, where dates of four digits end

// `months` later: the same day of the month, or the last one that there is.
std::uint64_t add_months(std::uint64_t ms, std::uint64_t months) {
    using namespace std::chrono;
    const sys_days day{days{static_cast<int>(ms / kDayMs)}};
    const year_month_day date{day};
    const year_month to = year_month{date.year(), date.month()} + std::chrono::months{static_cast<int>(months)};
    const auto last = (to / std::chrono::last).day();
    const sys_days result{to / std::min(date.day(), last)};
    return static_cast<std::uint64_t>(result.time_since_epoch().count()) * kDayMs + ms % kDayMs;
}

Error out_of_range(std::string message) {
    return {Code::field_out_of_range, std::move(message)};
}

// For kinds that look at the ledger: nothing is burned, what is bonded stays, power is what the baseline asks for.
Result<std::vector<Amount>> walked_sums(const Scenario& s, std::span<const Epoch> bounds) {
    EmissionWalk walk(s.params, s.initial.supply, s.start);
    tokenomics::EmissionView view;
    view.supply = s.initial.supply;
    view.bonded = s.initial.bonded;
    view.power = ~u128{0};
    std::vector<Amount> out;
    for (std::size_t i = 1; i < bounds.size(); ++i) {
        ASSAY_TRY(const Amount minted, walk.advance(bounds[i], view));
        ASSAY_TRY(view.supply, add(view.supply, minted));
        ASSAY_TRY(view.cumulative_scheduled, add(view.cumulative_scheduled, minted));
        out.push_back(minted);
    }
    return out;
}

}  // namespace

Result<std::vector<Amount>> schedule_between(const tokenomics::EmissionParams& p, std::span<const Epoch> bounds,
                                             std::size_t threads) {
    const std::size_t periods = bounds.empty() ? 0 : bounds.size() - 1;
    threads = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(periods, 1));
    if (threads == 1) return tokenomics::schedule_sums(p, bounds);
    std::vector<std::optional<Result<std::vector<Amount>>>> parts(threads);
    std::vector<std::thread> workers;
    const auto work = [&](std::size_t t) {
        const std::size_t from = t * periods / threads, to = (t + 1) * periods / threads;
        parts[t] = tokenomics::schedule_sums(p, bounds.subspan(from, to - from + 1));
    };
    for (std::size_t t = 1; t < threads; ++t) workers.emplace_back(work, t);
    work(0);
    for (auto& w : workers) w.join();
    std::vector<Amount> out;
    for (auto& part : parts) {
        if (!*part) return part->error();
        out.insert(out.end(), (**part).begin(), (**part).end());
    }
    return out;
}

Result<std::vector<ScheduleRow>> schedule_rows(const Scenario& s, const ScheduleQuery& query) {
    if (query.periods == 0 || query.periods > kMostPeriods)
        return out_of_range("--periods is " + std::to_string(query.periods) + ", allowed are 1 to " +
                            std::to_string(kMostPeriods));
    const std::uint64_t genesis = s.start.value, epoch_ms = s.epoch_ms();
    std::uint64_t from = query.from ? query.from->value : genesis;
    if (from < genesis)
        return out_of_range("--from " + format_utc(TimeMs{from}) + " is before the genesis of " + format_utc(s.start));
    const auto epoch_at = [&](std::uint64_t ms) { return (ms - genesis + epoch_ms - 1) / epoch_ms; };
    if (query.every == Every::epoch) from = genesis + epoch_at(from) * epoch_ms;

    std::vector<std::uint64_t> starts;
    for (std::uint64_t k = 0; k <= query.periods; ++k) {
        const std::uint64_t at = query.every == Every::epoch ? from + k * epoch_ms
                                 : query.every == Every::day
                                     ? from + k * kDayMs
                                     : add_months(from, query.every == Every::month ? k : 12 * k);
        if (at >= kYear10000) return out_of_range("the schedule leaves the year 9999: take fewer --periods");
        starts.push_back(at);
    }
    const bool alone = tokenomics::by_epoch_alone(s.params.emission.kind);
    if (const std::uint64_t most = alone ? kMostEpochs : kMostWalked; epoch_at(starts.back()) > most)
        return out_of_range("these periods hold " + std::to_string(epoch_at(starts.back())) + " epochs, at most " +
                            std::to_string(most) + " are added up");

    // What was minted before the first row, in as many parts as there are rows, so that threads share it as well.
    std::vector<Epoch> bounds;
    const std::uint64_t before = epoch_at(from), parts = before == 0 ? 0 : std::min<std::uint64_t>(before, 64);
    for (std::uint64_t k = 0; k < parts; ++k) bounds.push_back(Epoch{before / parts * k});
    for (const std::uint64_t at : starts) bounds.push_back(Epoch{epoch_at(at)});
    ASSAY_TRY(std::vector<Amount> sums,
              alone ? schedule_between(s.params.emission, bounds, query.threads) : walked_sums(s, bounds));

    // Both clamps of scheduled_mint are limits of the cumulative mint while nothing burns.
    const Amount limit = min_of(s.params.emission.total, sub_or_zero(s.params.token.cap, s.initial.supply));
    Amount raw, cumulative;
    std::vector<ScheduleRow> rows;
    for (std::size_t i = 0; i < sums.size(); ++i) {
        ASSAY_TRY(raw, add(raw, sums[i]));
        const Amount until = min_of(raw, limit);
        if (i >= parts) {
            ScheduleRow row;
            const std::size_t k = i - parts;
            row.period = query.every == Every::epoch ? bounds[i].value : k + 1;
            row.start = TimeMs{starts[k]};
            row.minted = sub_or_zero(until, cumulative);
            row.cumulative = until;
            ASSAY_TRY(row.supply, add(s.initial.supply, until));
            rows.push_back(row);
        }
        cumulative = until;
    }
    return rows;
}

}  // namespace assay::sim
