// The work round of an epoch: start height, deadline, challenge height, opening window. PROTOCOL §6.
//
// Invariants: (1) h0, the deadline and hc are set once and in this order; (2) hc is at least challenge_delay_blocks
// after the deadline and proposers since then hold more than a third of the power, so nobody who committed could know
// the challenge; (3) a block whose lane of openings was full does not count towards the window; (4) whether a window is
// void is settled when its epoch ends: nobody can commit from then on, so no gap can keep anybody from it.
#include <algorithm>

#include "chain/beacon.hpp"
#include "chain/exec.hpp"
#include "chain/uptime.hpp"
#include "tokenomics/class_table.hpp"

namespace assay::chain {
namespace {

void add_distinct(std::vector<Address>& list, const Address& a) {
    if (std::find(list.begin(), list.end(), a) == list.end()) list.push_back(a);
}

template <class F>
void each_active_round(Exec& x, F&& f) {
    for (std::uint64_t e = x.s.clock().oldest_round.value; e <= x.epoch().value; ++e)
        if (auto round = x.s.round(Epoch{e})) f(*round);
}

}  // namespace

void open_round(Exec& x) {
    WorkRound r;
    r.epoch = x.epoch();
    r.h0 = x.s.clock().epoch_start +
           beacon_number("assay/start", x.s.clock().beacon, x.epoch().value, x.rules().work.start_span_blocks);
    r.expected = x.s.clock().active_devices;
    if (r.epoch.value > 0)
        if (const auto before = x.s.round(Epoch{r.epoch.value - 1}))
            r.valid_before = before->valid_before + (before->void_window ? 0 : 1);
    const auto& rules = x.rules();
    const auto opening = tokenomics::largest_opening(rules);
    r.rules = {.window_ms = rules.work.window_ms,
               .max_gap_ms = tokenomics::longest_gap(rules),
               .challenge_delay_blocks = rules.work.challenge_delay_blocks,
               .open_blocks = rules.work.open_blocks,
               .open_attempts = rules.work.open_attempts,
               .memory_tasks = rules.slash.memory_tasks,
               .jail_ms = rules.slash.jail_ms,
               .opening_units = static_cast<std::uint64_t>(opening.units),
               .opening_bytes = static_cast<std::uint64_t>(opening.bytes)};
    x.s.put_record(tables::round(r.epoch), r);
}

void count_missed(const StateView& s, Device& d, const WorkRound& now) {
    Uptime& up = d.uptime;
    if (d.removed || up.next >= now.epoch) return;
    const auto from = s.round(up.next);
    ASSAY_CHECK(from.has_value());
    const std::uint64_t n = now.valid_before - from->valid_before;
    up.missed += n;
    up.missed_bits = n >= 128 ? ~u128{0} : up.missed_bits << n | ((u128{1} << n) - 1);
    up.next = now.epoch;
}

Uptime uptime_of(const StateView& s, Device d, const WorkRound& now) {
    count_missed(s, d, now);
    return d.uptime;
}

void advance_rounds(Exec& x, const Address& proposer) {
    each_active_round(x, [&](WorkRound& r) {
        const WorkRound before = r;
        if (x.height() == r.h0) {
            r.h0_time = x.time();
            r.h0_beacon = x.s.clock().beacon;
            r.last_time = x.time();
            x.emit("work.assigned", {attr("epoch_number", r.epoch.value), attr("task", start_task(r.epoch)),
                                     attr("h0", r.h0.value), attr("beacon", r.h0_beacon)});
        } else if (r.h0_time.value != 0 && r.deadline.value == 0) {
            // A stalled chain must not mark providers as missing.
            const std::uint64_t gap = x.time().value - r.last_time.value;
            if (gap > r.rules.max_gap_ms && r.epoch == x.epoch()) r.void_window = true;
            r.last_time = x.time();
            if (x.time().value > r.h0_time.value + r.rules.window_ms) r.deadline = x.height();
        }
        if (r.deadline.value != 0 && r.challenge.value == 0) {
            add_distinct(r.proposers, proposer);
            if (x.height().value >= r.deadline.value + r.rules.challenge_delay_blocks &&
                holds_more_than_third(x.s, r.proposers)) {
                r.challenge = x.height();
                r.challenge_beacon = x.s.clock().beacon;
                x.emit("work.challenged", {attr("epoch_number", r.epoch.value), attr("beacon", r.challenge_beacon),
                                           attr("commits", r.commits)});
            }
        }
        if (borsh::encode(r) != borsh::encode(before)) x.s.put_record(tables::round(r.epoch), r);
    });
}

void count_rounds(Exec& x, const Address& proposer, bool lane_full) {
    constexpr std::size_t kSweepPerBlock = 2'000;
    std::size_t swept = 0;
    each_active_round(x, [&](WorkRound& r) {
        if (r.challenge.value == 0 || x.height() <= r.challenge) return;
        if (r.closed.value == 0) {
            if (!lane_full) {
                ++r.counted_blocks;
                add_distinct(r.open_proposers, proposer);
            }
            std::vector<Hash> one;
            x.s.each_open_commit(r.epoch, [&](const Hash& id) {
                one.push_back(id);
                return false;
            });
            const bool window_over =
                r.counted_blocks >= r.rules.open_blocks && holds_more_than_third(x.s, r.open_proposers);
            if (one.empty() || window_over) {
                r.closed = x.height();
                // Devices that had a task and committed nothing; a void window marks nobody.
                if (!r.void_window && r.expected > r.commits)
                    if (auto record = x.s.epoch(r.epoch)) {
                        record->missed += r.expected - r.commits;
                        x.s.put_record(tables::epoch(r.epoch), *record);
                    }
            }
            x.s.put_record(tables::round(r.epoch), r);
        }
        if (r.closed.value != 0) {
            std::vector<Hash> left;
            x.s.each_open_commit(r.epoch, [&](const Hash& id) {
                left.push_back(id);
                return left.size() < kSweepPerBlock - std::min(swept, kSweepPerBlock - 1);
            });
            for (const Hash& id : left) {
                auto k = x.s.commit(id);
                ASSAY_CHECK(k.has_value());
                decide(x, id, *k, CommitStatus::absent, {});
                ++swept;
            }
        }
    });
    // Rounds that are closed and swept are not looked at again.
    while (x.s.clock().oldest_round < x.epoch()) {
        const auto r = x.s.round(x.s.clock().oldest_round);
        if (r && r->closed.value == 0) break;
        bool open = false;
        x.s.each_open_commit(x.s.clock().oldest_round, [&](const Hash&) {
            open = true;
            return false;
        });
        if (open) break;
        x.s.clock().oldest_round = x.s.clock().oldest_round + 1;
    }
}

}  // namespace assay::chain
