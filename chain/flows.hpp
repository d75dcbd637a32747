// What a block moved into and out of accounts: each change of liquid tokens or of free credits, with its cause. Read
// from the block's transactions and events alone, so that anybody who has the block can do the same sum.
//
//   each_flow(block, results, address, [&](const Flow& f) { … });
//   // balance after the block = balance before + what came in - what went out
//
// Invariant: of every account and every block the flows are the whole difference, for tokens and for credits alike. A
// rule that moves either must emit an event that tells it, with a row in flows.cpp; the random walk checks it.
#pragma once

#include <functional>
#include <string_view>

#include "chain/block.hpp"
#include "chain/receipt.hpp"

namespace assay::chain {

enum class Bucket : std::uint8_t { liquid, credits };

struct Flow {
    Address address;
    Bucket bucket = Bucket::liquid;
    bool in = false;  ///< else out
    u128 value = 0;   ///< base units or micro-USD; never zero
    std::string_view cause;
    std::optional<std::uint32_t> tx;  ///< index in the block; none: the block's beginning or end
    const Event* event = nullptr;     ///< that told it; none for a fee
};

/// In the order of the block; `only`: of this account alone.
void each_flow(const Block& block, const BlockResults& results, const std::optional<Address>& only,
               const std::function<void(const Flow&)>& f);

/// Which parts of an event moved accounts: for those that tell a block's events otherwise.
void flows_of_event(const Event& e, const std::function<void(const Flow&)>& f);

/// Where an attribute is and has this type.
template <class AttrOf>
[[nodiscard]] const AttrOf* attr_of(const Event& e, std::string_view key) {
    for (const Attr& a : e.attrs)
        if (a.key == key) return std::get_if<AttrOf>(&a.value);
    return nullptr;
}

}  // namespace assay::chain
