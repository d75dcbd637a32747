// The devices of one run, and which of the provider's slots each works for.
//
//   const auto choices = parse_devices({"cuda:0=0,2", "cuda:1"});     // as --device says it, any number of times
//   auto opened = open_devices(choices, threads);                     // each has passed its self-test
//   auto dealt = deal_slots(own, kinds, does);                        // slot 0 and 2: the first; the others: the
//   second
//
// "cpu" may be named several times: then each is a share of the threads, and they are called cpu:0, cpu:1 and so on.
// "auto" is the first card that works, else the processor; "all" every card that works, else the processor.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "proofs/worker/device_thread.hpp"
#include "proofs/worker/node_client.hpp"

namespace assay::proofs::worker {

using Slots = std::set<std::uint32_t>;

struct DeviceChoice {
    std::string name;
    Slots slots;  ///< only these; empty: what is dealt to it
};
/// "NAME" or "NAME=0,2", several of them also in one text, apart by blanks. Throws Failure: usage, where a name or a
/// slot is not one, where a card or a slot is there twice, or where "all" has company or slots.
[[nodiscard]] std::vector<DeviceChoice> parse_devices(const std::vector<std::string>& typed);

struct OpenedDevice {
    std::string id;  ///< cuda:0, cpu, or of several on the processor cpu:1
    Slots slots;
    std::unique_ptr<Backend> backend;
};
/// Throws Failure: no_device, selftest_failed; a card that "all" finds and that does not work is left out with a word.
[[nodiscard]] std::vector<OpenedDevice> open_devices(const std::vector<DeviceChoice>& choices, unsigned threads);

/// Which device works for each slot, as an index; slots that no device does, or may take, are left out. Who names its
/// slots gets those. The others are dealt out in ascending order to who names none, each to the next device that does
/// its kind: the same for the same slots, whatever fails. `kinds`: the kind of work of each slot, by name.
[[nodiscard]] std::map<std::uint32_t, std::size_t> deal_slots(
    const std::vector<Slots>& own, const std::map<std::uint32_t, std::string>& kinds,
    const std::function<bool(std::size_t device, std::string_view kind)>& does);

/// A device of a run with what the run knows of it. Owned by the thread of the run.
struct WorkDevice {
    std::string id;
    Slots slots;
    std::unique_ptr<DeviceThread> thread;
    std::map<Hash, Task> working{};                 ///< at most one: what it is at, by commit
    std::optional<Hash> again{};                    ///< the commit whose work it makes again
    std::map<WorkKind, double> units_per_second{};  ///< of the last work of the kind
    unsigned failures = 0;                          ///< in a row
    std::string stopped{};                          ///< why it begins nothing any more; empty while it does
    bool hot = false;
    [[nodiscard]] bool free() const { return stopped.empty() && working.empty() && thread->idle(); }
};

}  // namespace assay::proofs::worker
