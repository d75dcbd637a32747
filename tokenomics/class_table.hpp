// What the classes of a chain must be to each other, so that one device is one identity [F23, a million fake GPUs; A7].
// All devices begin at one height, so a device has one window for all slots that it is registered for.
//
//   reach(p)         the longest time in which a device can work for one window
//   2 x task_ms > reach                          the task of a class fits once
//   weight(a) >= weight of any tasks of other classes of the same kind that a device of a can do in that time
//
// Of vram nobody knows how a device's time is divided between making items and reading them, and it differs. But what a
// device can do at any division it can do at one where all the time goes into one of the two, for the time that a set
// of tasks takes is linear in the division. So both are looked at. Memory bounds nothing here: the next task has it
// anew.
//
// A class that claims no task_ms is not looked at: there a device may work for as many slots as it likes.
#pragma once

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

/// Milliseconds between two blocks beyond which a window marks nobody who missed it.
[[nodiscard]] std::uint64_t longest_gap(const Params& p);

/// Milliseconds from when a device can begin to when the last commit that counts must have been sent: work.window_ms,
/// a block before it (the proposer of h0 knows its beacon so early), and after it longest_gap: a block is filled until
/// the one after it is due.
[[nodiscard]] std::uint64_t reach(const Params& p);

/// Expects classes that passed check_task. Errors: bad_genesis naming classes, fields and numbers:
/// task_ms so short that two tasks fit, or so long that one does not; a class whose device would earn more in other
/// classes of its kind; work of kind gemm that carries weight and is smaller than work.gemm_min_k or gemm_min_side.
[[nodiscard]] Status check_class_table(const Params& p);

}  // namespace assay::tokenomics
