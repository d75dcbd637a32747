#include "tokenomics/class_table.hpp"

#include <algorithm>
#include <utility>

#include "tokenomics/class_task.hpp"

namespace assay::tokenomics {
namespace {

Status refused(std::string what) {
    return {Code::bad_genesis, std::move(what)};
}
std::string text(u128 v) {
    return to_digits(v);
}

Status check_task_time(const Params& p, const ClassParams& c) {
    const std::string at = "classes." + c.name + ".task_ms of " + text(c.task_ms);
    if (2 * u128{c.task_ms} <= reach(p))
        return refused(at + ": a device works up to " + text(reach(p)) +
                       " ms for one window (work.window_ms, a block and the longest gap), and would do two tasks");
    if (u128{c.task_ms} + 2 * p.block.time_ms > p.work.window_ms)
        return refused(at + " and two blocks of block.time_ms, to begin and to commit, are longer than " +
                       "work.window_ms of " + text(p.work.window_ms));
    return {};
}

Status check_gemm(const Params& p) {
    u128 largest = 0;
    const auto counts = [](const ClassParams& c) { return c.work == ClassWork::gemm && c.weight > 0; };
    for (const ClassParams& c : p.classes)
        if (counts(c)) largest = std::max(largest, task_size(c).units);
    for (const ClassParams& c : p.classes) {
        if (!counts(c)) continue;
        const std::string at = "classes." + c.name;
        if (c.k < p.work.gemm_min_k)
            return refused(at + ".k of " + text(c.k) + ": with weight > 0 work.gemm_min_k of " +
                           text(p.work.gemm_min_k) + " at least");
        const bool first = task_size(c).units == largest;
        const std::uint64_t side = first ? p.work.gemm_min_side : p.work.gemm_min_side / 8;
        for (const auto& [name, value] : {std::pair{".m", c.m}, std::pair{".n", c.n}})
            if (value < side)
                return refused(at + name + " of " + text(value) + ": with weight > 0 " +
                               (first ? "the largest gemm class needs work.gemm_min_side, "
                                      : "a gemm class needs an eighth of work.gemm_min_side, ") +
                               text(side) + " at least");
    }
    return {};
}

// Which tasks of other classes one device of class a does in the time of a window, in place of its own, so that they
// weigh more than it: a search through all of them that leaves out what cannot come to more.
class OtherTasks {
   public:
    // `load`: of TaskSize::loads, the one that all of the time goes into.
    OtherTasks(const Params& p, const ClassParams& a, std::size_t load)
        : a_(a), time_(u128{reach(p)} * task_size(a).loads[load]) {
        for (const ClassParams& b : p.classes) {
            if (&b == &a || b.work != a.work || b.weight == 0) continue;
            const u128 cost = a.task_ms * task_size(b).loads[load];  // below 2^27 x 2^60, as the time is
            if (cost <= time_) items_.push_back({&b, cost, 0});
        }
        std::stable_sort(items_.begin(), items_.end(), [](const Item& x, const Item& y) {
            return x.c->weight * y.cost > y.c->weight * x.cost;  // most weight for the time first
        });
    }

    [[nodiscard]] Status check() {
        const std::string at = "classes." + a_.name + ".weight of " + text(a_.weight);
        const bool more = search(0, time_, 0);
        if (!more && steps_ > kMostSteps)
            return refused(at + ": whether its device earns more in other classes of its kind takes more than " +
                           text(kMostSteps) + " steps to tell; fewer classes, or sizes that differ more");
        if (!more) return {};
        std::string tasks;
        u128 weight = 0;
        for (const Item& i : items_) {
            if (i.count == 0) continue;
            tasks += (tasks.empty() ? "" : " and ") + text(i.count) + " of " + i.c->name;
            weight += u128{i.count} * i.c->weight;
        }
        return refused(at + ": its device could do the tasks of " + tasks + " in one window instead, which weigh " +
                       text(weight));
    }

   private:
    static constexpr std::uint64_t kMostSteps = 10'000;
    struct Item {
        const ClassParams* c;
        u128 cost;
        std::uint64_t count;
    };

    // Whether items from `at` on fill what is left of the time so that all weigh more than the class. Leaves the
    // counts.
    bool search(std::size_t at, u128 left, u128 weight) {
        if (weight > a_.weight) return true;
        if (++steps_ > kMostSteps || at == items_.size()) return false;
        Item& i = items_[at];
        if (weight + left * i.c->weight / i.cost <= a_.weight) return false;  // not even in parts of tasks
        for (i.count = static_cast<std::uint64_t>(left / i.cost);; --i.count) {
            if (search(at + 1, left - i.count * i.cost, weight + u128{i.count} * i.c->weight)) return true;
            if (i.count == 0 || steps_ > kMostSteps) break;
        }
        i.count = 0;
        return false;
    }

    const ClassParams& a_;
    u128 time_;  // in milliseconds x load, as a task's cost is
    std::vector<Item> items_;
    std::uint64_t steps_ = 0;
};

}  // namespace

std::uint64_t longest_gap(const Params& p) {
    return std::max(p.work.window_ms / 10, 4 * p.block.time_ms);
}

std::uint64_t reach(const Params& p) {
    return p.work.window_ms + p.block.time_ms + longest_gap(p);
}

Status check_class_table(const Params& p) {
    ASSAY_TRY_VOID(check_gemm(p));
    for (const ClassParams& c : p.classes) {
        if (c.task_ms == 0) continue;
        ASSAY_TRY_VOID(check_task_time(p, c));
        ASSAY_TRY_VOID(OtherTasks(p, c, 0).check());
        if (c.work == ClassWork::vram) ASSAY_TRY_VOID(OtherTasks(p, c, 1).check());
    }
    return {};
}

}  // namespace assay::tokenomics
