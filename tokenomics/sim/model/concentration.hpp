// How unequally something is held. One implementation for a simulated run's parties and for a file of balances: rows of
// equal parties count as often as they are, so a class of a thousand devices is one row.
//
//   concentration({{3, 1}, {2, 1}, {1, 1}});   // gini 0.2222, hhi 3889, entropy 1.459 bits, nakamoto 1, 2, 2
#pragma once

#include <array>
#include <vector>

namespace assay::sim {

/// `count` parties that hold `each`. Who holds nothing is no party.
struct Holders {
    double each = 0;
    double count = 1;
};

/// Fewest parties that together hold more than a third, a half, two thirds.
inline constexpr std::array<double, 3> kNakamotoShares = {1.0 / 3, 1.0 / 2, 2.0 / 3};

/// All NaN where nobody holds anything.
struct Concentration {
    double parties = 0, total = 0;
    double gini = 0;     ///< half the mean difference over the mean: 0 is equal, 1 - 1/n is one of n
    double hhi = 0;      ///< sum of squared shares in percent: 10,000 is one party
    double theil = 0;    ///< mean of (x/mean) ln(x/mean): 0 is equal, ln n is one of n
    double entropy = 0;  ///< Shannon's, of the shares, in bits
    double largest = 0;  ///< share of the largest
    std::array<double, 3> nakamoto{};
};
/// Sorts `rows`.
[[nodiscard]] Concentration concentration(std::vector<Holders>& rows);

/// What the `n` largest hold together, as a share. `rows` as concentration() leaves them.
[[nodiscard]] double top_share(const std::vector<Holders>& rows, double n);

/// Jain's index (sum x)^2 / (n sum x^2): 1 is equal, 1/n is one of n. Who has nothing counts here.
[[nodiscard]] double jain(const std::vector<Holders>& rows);

}  // namespace assay::sim
