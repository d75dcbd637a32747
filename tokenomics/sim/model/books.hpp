// What can be asked of a bank: whose tokens, and which book. Both banks answer in the same words.
//
//   V free = bank.owned({Purse::group, 2});
//   V supply = bank.look(Book::supply);
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::sim {

/// Who buys, sells or owns: the public, a holding of the scenario, or a group of providers.
struct Purse {
    enum Kind : std::uint8_t { holders, party, group } kind = holders;
    std::size_t index = 0;
};

/// Tokens are base units; dollars are USD. Gross is with what goes into a vault and comes out of it.
enum class Book : std::uint8_t {
    supply,
    circulating,
    minted,
    burned,
    gross_minted,
    gross_burned,
    staked,
    delegated,
    treasury,
    treasury_usd,
    depth_usd,
    traded_usd,
    vault,
    credits_usd,
    slashed,
    unlocked
};

}  // namespace assay::sim
