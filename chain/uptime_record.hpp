// What a slot's record holds of its uptime, and what people are shown of it. How it is counted: uptime.hpp.
//
//   Uptime up;                       // next is the first epoch with a task
//   up.note(Epoch{7}, false);        // that epoch's task was missed
//   view_of(up).recent               // "m"
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/amount.hpp"
#include "base/borsh.hpp"
#include "base/types.hpp"

namespace assay::chain {

/// Canonical tasks of a slot: those it committed to, and those of epochs that are over without a commit.
struct Uptime {
    Epoch next;  ///< the first epoch that is not counted
    std::uint64_t committed = 0, missed = 0;
    u128 missed_bits = 0;  ///< last of both, newest in bit 0
    ASSAY_FIELDS(next, committed, missed, missed_bits)
    [[nodiscard]] std::uint64_t assigned() const { return committed + missed; }
    /// Counts the task of epoch `e`.
    void note(Epoch e, bool was_committed);
};

struct UptimeView {
    std::uint64_t assigned = 0, missed = 0;
    std::optional<Ppb> share;  ///< of all assigned tasks, those that were not missed; nothing where there were none
    std::string recent;        ///< a letter for each of the last 100, newest first: c committed, m missed
    std::optional<Ppb> recent_share;
};
[[nodiscard]] UptimeView view_of(const Uptime& up);

}  // namespace assay::chain
