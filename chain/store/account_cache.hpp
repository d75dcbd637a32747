// Values of accounts that changed lately, beside the tree: a block of payments asks the disk for few of them.
//
//   AccountCache cache;
//   cache.set_budget(64 << 20);
//   cache.put(address, value);
//   if (const auto value = cache.find(address)) …        // until the next put
//
// One thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "base/flat_table.hpp"

namespace assay::chain {

// Two generations: when the young one is full it becomes the old one.
class AccountCache {
   public:
    void set_budget(std::size_t bytes) { capacity_ = std::max<std::size_t>(1024, bytes / kAccountFootprint / 2); }
    [[nodiscard]] std::optional<ByteView> find(const Address& a) const {
        const Value* v = young_.find(a);
        if (v == nullptr) v = old_.find(a);
        if (v == nullptr || v->size == kUnknown) return std::nullopt;
        return ByteView(v->bytes.data(), v->size);
    }
    void put(const Address& a, ByteView value) {
        if (young_.size() >= capacity_) {
            old_ = std::move(young_);
            young_ = {};
        }
        Value& v = young_.try_emplace(a).first;
        v.size = value.size() > kLargest ? kUnknown : static_cast<std::uint8_t>(value.size());
        if (v.size != kUnknown) std::copy(value.begin(), value.end(), v.bytes.begin());
    }
    void forget(const Address& a) {  // unknown here hides what the old generation knows
        if (find(a)) young_.try_emplace(a).first.size = kUnknown;
    }

   private:
    static constexpr std::size_t kAccountFootprint = 128;  // bytes of memory per account, hash table included
    // An account takes 57 bytes; what is larger is read from the disk.
    static constexpr std::size_t kLargest = 63;
    static constexpr std::uint8_t kUnknown = 0xff;
    struct Value {
        std::uint8_t size = kUnknown;
        std::array<std::uint8_t, kLargest> bytes{};
    };
    std::size_t capacity_ = 1024;
    FlatTable<Address, Value> young_, old_;
};

}  // namespace assay::chain
