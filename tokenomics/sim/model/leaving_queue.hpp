// Stake on its way out, of everybody in one queue: every entry waits equally long, so the first that came leaves first.
// Memory is what is open, not parties times steps.
//
//   LeavingQueue q(21);                      // steps that an entry waits
//   q.push(step, who, Amount{5}, newest);    // `newest` is who's own, 0 at the start
//   q.pop_due(step + 21, [&](std::uint32_t who, Amount a) { … });
//   q.each_of(newest, [&](Amount& a) { … }); // the open entries of one
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/amount.hpp"

namespace assay::sim {

class LeavingQueue {
   public:
    explicit LeavingQueue(std::uint64_t wait = 1) : wait_(std::max<std::uint64_t>(wait, 1)) {}

    /// Steps never go back. What one party pushes within a step is one entry.
    void push(std::uint64_t step, std::uint32_t who, Amount amount, std::uint64_t& newest) {
        const std::uint64_t due = step + wait_;
        if (newest > head_ && at(newest - 1).due == due) {
            at(newest - 1).amount.units += amount.units;
            return;
        }
        if (tail_ - head_ == ring_.size()) grow();
        at(tail_) = {amount, due, newest, who};
        newest = ++tail_;
    }
    template <class F>
    void pop_due(std::uint64_t step, F&& f) {
        for (; head_ < tail_ && at(head_).due <= step; ++head_) f(at(head_).who, at(head_).amount);
    }
    template <class F>
    void each_of(std::uint64_t newest, F&& f) {
        for (; newest > head_; newest = at(newest - 1).before) f(at(newest - 1).amount);
    }
    /// Every open entry, oldest first.
    template <class F>
    void each(F&& f) const {
        for (std::uint64_t i = head_; i < tail_; ++i) f(at(i).who, at(i).amount);
    }

   private:
    struct Entry {
        Amount amount;
        std::uint64_t due = 0;
        std::uint64_t before = 0;  ///< number of the same party's entry before, from 1; old ones are below head_
        std::uint32_t who = 0;
    };
    [[nodiscard]] Entry& at(std::uint64_t i) { return ring_[i & (ring_.size() - 1)]; }
    [[nodiscard]] const Entry& at(std::uint64_t i) const { return ring_[i & (ring_.size() - 1)]; }
    void grow() {
        std::vector<Entry> more(std::max<std::size_t>(8, 2 * ring_.size()));
        for (std::uint64_t i = head_; i < tail_; ++i) more[i & (more.size() - 1)] = at(i);
        ring_ = std::move(more);
    }

    std::uint64_t wait_;
    std::uint64_t head_ = 0, tail_ = 0;  ///< numbers of entries, never reused
    std::vector<Entry> ring_;            ///< a power of two, by number
};

}  // namespace assay::sim
