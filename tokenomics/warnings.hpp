// What is allowed and should be known before a chain begins with it: choices that a real network made, or that a first
// chain makes, and what each gives up. `assayd genesis validate` prints them; nothing on a chain depends on them.
//
//   for (const Warning& w : warnings(params, {.supply = supply, .bonds = bonds})) print(w.code, w.numbers, w.why);
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tokenomics/params.hpp"

namespace assay::tokenomics {

struct Warning {
    std::string code;     ///< a word for programs; docs/errors.md lists all of them
    std::string field;    ///< the parameter to look at
    std::string numbers;  ///< what it is here
    std::string why;      ///< what follows from it
    bool operator==(const Warning&) const = default;
};

/// What a genesis says beside its parameters.
struct GenesisFacts {
    Amount supply;              ///< accounts, grants and bonds
    std::vector<Amount> bonds;  ///< of its validators
};

/// All of them for valid parameters, in the order of the parameters. Total.
[[nodiscard]] std::vector<Warning> warnings(const Params& params, const GenesisFacts& facts);

/// F2, mode of the bound `none`: what all burn for credits together in an epoch below which burning for oneself returns
/// more than it costs, since the work pool is paid by share and not by what was burned. None where every such burn
/// gains (a settlement gives back all of it), or where the work pool gets nothing in epoch 0.
struct WashBound {
    Amount pool;                       ///< the work pool of epoch 0
    std::optional<Amount> break_even;  ///< burned by all in an epoch
};
[[nodiscard]] std::optional<WashBound> wash_bound(const Params& params, const GenesisFacts& facts);
/// The share of the work at which a wash burner breaks even while others burn so much in an epoch: below it he gains.
[[nodiscard]] Ppb wash_share(const WashBound& bound, Amount others);

/// The fewest of these that hold more than a third together, and what they hold: at a bare quorum of two thirds they
/// are half of what reports, and choose the median. Zeros for none.
struct MedianHolders {
    std::size_t count = 0;
    Amount held, all;
};
[[nodiscard]] MedianHolders median_holders(std::vector<Amount> bonds);

}  // namespace assay::tokenomics
