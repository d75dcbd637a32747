#include "tokenomics/price_index.hpp"

#include <algorithm>
#include <map>

namespace assay::tokenomics {
namespace {

void join_closest(PriceIndex& index) {
    auto& points = index.points;
    std::size_t best = 0;
    for (std::size_t i = 1; i + 1 < points.size(); ++i)
        if (points[i + 1].price.units - points[i].price.units < points[best + 1].price.units - points[best].price.units)
            best = i;
    index.merged = true;
    points[best].units += points[best + 1].units;
    points.erase(points.begin() + static_cast<std::ptrdiff_t>(best) + 1);
}

}  // namespace

Status add_units(PriceIndex& index, Credits price, std::uint64_t units) {
    if (units == 0) return {};
    if (index.units > ~std::uint64_t{0} - units) return {Code::overflow, "more units than a record counts"};
    ASSAY_TRY(u128 more, mul_div(price.units, units, 1));
    ASSAY_TRY(Credits sum, add(index.sum, Credits{more}));
    index.least = index.units == 0 ? price : min_of(index.least, price);
    index.units += units;
    index.sum = sum;
    auto& points = index.points;
    const auto at = std::lower_bound(points.begin(), points.end(), price,
                                     [](const PricePoint& p, Credits wanted) { return p.price < wanted; });
    if (at != points.end() && at->price == price) {
        at->units += units;
        return {};
    }
    points.insert(at, {price, units});
    if (points.size() > kPricePoints) join_closest(index);
    return {};
}

PriceSummary summarize(std::span<const PriceIndex> parts) {
    PriceSummary out;
    u128 units = 0;
    Credits sum;
    std::map<Credits, u128> by_price;
    for (const PriceIndex& p : parts) {
        if (p.units == 0) continue;
        out.least = units == 0 ? p.least : min_of(out.least, p.least);
        units += p.units;
        sum = add(sum, p.sum).ok() ? *add(sum, p.sum) : Credits::max();
        out.exact = out.exact && !p.merged;
        for (const PricePoint& point : p.points) by_price[point.price] += point.units;
    }
    if (units == 0) return out;
    out.units = static_cast<std::uint64_t>(std::min<u128>(units, ~std::uint64_t{0}));
    out.mean = Credits{sum.units / units};
    u128 below = 0;
    for (const auto& [price, count] : by_price) {
        below += count;
        if (2 * below < units) continue;
        out.median = price;
        break;
    }
    return out;
}

}  // namespace assay::tokenomics
