#include "tokenomics/sim/model/concentration.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tokenomics/sim/model/real.hpp"

namespace assay::sim {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kLn2 = 0x1.62e42fefa39efp-1;
// Six equal parties: two of them are a third and no more, whatever the last bit of a sum says.
constexpr double kTie = 1 + 1e-12;

double nakamoto(const std::vector<Holders>& rows, double total, double share) {
    const double bound = total * share * kTie;
    double sum = 0, parties = 0;
    for (const Holders& r : rows) {
        if (sum + r.each * r.count > bound) {
            double more = std::max(1.0, std::floor((bound - sum) / r.each));  // then one or two by hand
            while (more > 1 && sum + r.each * (more - 1) > bound) more -= 1;
            while (!(sum + r.each * more > bound) && more < r.count) more += 1;
            return parties + more;
        }
        sum += r.each * r.count;
        parties += r.count;
    }
    return parties;
}

}  // namespace

Concentration concentration(std::vector<Holders>& rows) {
    rows.erase(
        std::remove_if(rows.begin(), rows.end(), [](const Holders& r) { return !(r.each > 0) || !(r.count > 0); }),
        rows.end());
    // By count too, so that the order of equal rows, and with it the last bit, does not depend on the sort.
    std::sort(rows.begin(), rows.end(), [](const Holders& a, const Holders& b) {
        return a.each != b.each ? a.each > b.each : a.count > b.count;
    });
    Concentration out;
    for (const Holders& r : rows) {
        out.parties += r.count;
        out.total += r.each * r.count;
    }
    if (rows.empty()) {
        out.gini = out.hhi = out.theil = out.entropy = out.largest = kNaN;
        out.nakamoto.fill(kNaN);
        return out;
    }
    double below = out.parties, gini = 0, nats = 0;
    for (const Holders& r : rows) {
        below -= r.count;  // parties that hold less
        gini += r.each * r.count * (2 * below + r.count - out.parties);
        const double p = r.each / out.total;
        out.hhi += r.count * (100 * p) * (100 * p);
        if (p > 0) nats -= r.count * p * real::log(p);
    }
    // An own party's share is certain: what is left of a sum's rounding is not inequality.
    out.gini = std::max(0.0, gini / (out.parties * out.total));
    out.entropy = std::max(0.0, nats / kLn2);
    out.theil = std::max(0.0, real::log(out.parties) - nats);
    out.largest = rows.front().each / out.total;
    for (std::size_t i = 0; i < kNakamotoShares.size(); ++i)
        out.nakamoto[i] = nakamoto(rows, out.total, kNakamotoShares[i]);
    return out;
}

double top_share(const std::vector<Holders>& rows, double n) {
    double sum = 0, all = 0;
    for (const Holders& r : rows) {
        const double taken = std::clamp(n, 0.0, r.count);
        sum += r.each * taken;
        all += r.each * r.count;
        n -= taken;
    }
    return all > 0 ? sum / all : kNaN;
}

double jain(const std::vector<Holders>& rows) {
    double n = 0, sum = 0, squares = 0;
    for (const Holders& r : rows) {
        n += r.count;
        sum += r.each * r.count;
        squares += r.each * r.each * r.count;
    }
    return squares > 0 ? sum * sum / (n * squares) : kNaN;
}

}  // namespace assay::sim
