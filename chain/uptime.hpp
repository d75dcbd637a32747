// Which canonical tasks a slot committed to and which it missed: the uptime mark of PROTOCOL §6.
//
//   count_missed(x.s, d, *round);          // epochs that went by; then what this one brings
//   d.uptime.note(x.epoch(), true);
//
// Invariants: (1) an epoch counts once, at its commit or after its end; (2) one without a commit counts as missed only
// where its window was not void; (3) nothing walks over devices or epochs: a slot is brought up to date when it is
// touched, by the difference of two counters that the work rounds carry. So a million devices that are switched off
// cost a block nothing.
//
// Whether the provider had access is not asked: who may not commit is not up.
#pragma once

#include "chain/records.hpp"
#include "chain/view.hpp"

namespace assay::chain {

/// Epochs before that of `now` that the slot has not counted become missed tasks, except those with a void window.
/// `now`: the round of the running epoch. Reads one earlier round where there are such epochs. A removed device has
/// none: its slot was brought up to date when it left.
void count_missed(const StateView& s, Device& d, const WorkRound& now);

/// The record of a slot as of now, for whoever asks. Its commit of the running epoch counts already; that it did not
/// commit counts when the epoch is over.
[[nodiscard]] Uptime uptime_of(const StateView& s, Device d, const WorkRound& now);

}  // namespace assay::chain
