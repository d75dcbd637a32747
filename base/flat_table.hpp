// A hash table for keys of fixed size that costs one cache line beside the entry itself, where a table of nodes costs
// one for each step of its chain. Entries keep their address and the order in which they came.
//
//   FlatTable<Address, Account> accounts;
//   auto [account, fresh] = accounts.try_emplace(address);     // `account` stays where it is
//   if (Account* known = accounts.find(other)) …
//   accounts.each([](const Address& a, const Account& value) { … });
//
// No erase: what is not wanted any more is marked in its value, or the table is dropped as a whole. Keyed with the
// secret of the process (base/hash_secret.cpp), so nobody can choose keys that meet.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace assay {

template <class Key, class Value>
class FlatTable {
   public:
    /// Room for so many entries without moving the slots.
    void reserve(std::size_t entries) {
        if (2 * entries > slots_.size()) resize(2 * entries);
    }
    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] Value* find(const Key& key) const {
        if (slots_.empty()) return nullptr;
        const std::uint32_t tag = tag_of(key);
        const std::uint64_t slot = slots_[place_of(tag, key)];
        return slot == 0 ? nullptr : &entry(index_in(slot)).value;
    }
    /// The value of the key, and whether it is new: a default one then.
    std::pair<Value&, bool> try_emplace(const Key& key) {
        reserve(size_ + 1);
        const std::uint32_t tag = tag_of(key);
        std::uint64_t& slot = slots_[place_of(tag, key)];
        if (slot != 0) return {entry(index_in(slot)).value, false};
        if (size_ % kChunk == 0) chunks_.push_back(std::make_unique<Entry[]>(kChunk));
        Entry& e = entry(size_++);
        e.key = key;
        slot = std::uint64_t{tag} << 32 | size_;
        return {e.value, true};
    }
    /// In the order in which the keys came.
    template <class F>
    void each(F&& f) const {
        for (std::size_t i = 0; i < size_; ++i) f(std::as_const(entry(i).key), entry(i).value);
    }

   private:
    struct Entry {
        Key key{};
        Value value{};
    };
    static constexpr std::size_t kChunk = 128;  // entries that are allocated together

    // A slot is 0, or the key's tag above the entry's number, counted from 1. Never more than half of them are used.
    static std::uint32_t tag_of(const Key& key) { return static_cast<std::uint32_t>(FixedBytesHasher<Key>()(key)); }
    static std::size_t index_in(std::uint64_t slot) { return static_cast<std::uint32_t>(slot) - 1; }
    Entry& entry(std::size_t i) const { return chunks_[i / kChunk][i % kChunk]; }

    /// The slot of the key, or the free one where it would go.
    std::size_t place_of(std::uint32_t tag, const Key& key) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = tag & mask;
        while (slots_[at] != 0 && !(slots_[at] >> 32 == tag && entry(index_in(slots_[at])).key == key))
            at = (at + 1) & mask;
        return at;
    }
    void resize(std::size_t wanted) {
        std::size_t n = 16;
        while (n < wanted) n *= 2;
        std::vector<std::uint64_t> old(n);
        old.swap(slots_);
        for (const std::uint64_t slot : old) {
            if (slot == 0) continue;
            std::size_t at = (slot >> 32) & (n - 1);
            while (slots_[at] != 0) at = (at + 1) & (n - 1);
            slots_[at] = slot;
        }
    }

    std::vector<std::uint64_t> slots_;
    std::vector<std::unique_ptr<Entry[]>> chunks_;
    std::size_t size_ = 0;
};

}  // namespace assay
