// Condition 1, demand carries price: does the price follow the revenue, do burns pay for what is minted, is the price
// what the revenue is worth.
#include <algorithm>
#include <bit>
#include <cmath>

#include "tokenomics/sim/model/metrics.hpp"
#include "tokenomics/sim/model/metrics_simd.hpp"

namespace assay::sim {
namespace {

constexpr std::size_t kLeastPairs = 10;   // fewer say nothing
constexpr double kLeastVariance = 1e-12;  // of a logarithm: what does not move explains nothing

// Newey and West's lag: floor(4 (n/100)^(2/9)), in whole numbers: the largest L with L^9 100^2 <= 4^9 n^2.
std::size_t hac_lag(std::size_t n) {
    const u128 bound = u128{n} * n * 262'144;
    const auto fits = [&](u128 l) { return l * l * l * l * l * l * l * l * l * 10'000 <= bound; };
    std::size_t lag = 0;
    while (lag < 64 && fits(lag + 1)) ++lag;
    return lag;
}

// Changes of ln revenue (x) and ln price (y) from one window of 30 days to the next, at each mark: windows overlap,
// which the error allows for. Revenue is the window's sum, the price its mean.
struct Pairs {
    std::vector<Lanes> x, y, there;  // `there`: 1, or 0 where a logarithm has no value
    Lanes count{};
};

Pairs pairs_of(const Grid& g) {
    Pairs out;
    const std::size_t w = g.month;
    if (w == 0 || g.marks <= 2 * w) return out;
    std::vector<Lanes> revenue(g.marks), price(g.marks), there(g.marks);
    const V none(0.0), one(1.0);
    for (std::size_t i = w; i < g.marks; ++i) {
        V area = V(0.5) * (at(g, kMarkPrice, i) + at(g, kMarkPrice, i - w));  // of the price over the window, in marks
        for (std::size_t k = i - w + 1; k < i; ++k) area += at(g, kMarkPrice, k);
        const V sum = change(g, kMarkServed, i, w);
        const M good = (sum > none) & (area > none);
        select(good, one, none).store(there[i]);
        log(select(good, sum, one)).store(revenue[i]);
        log(select(good, area, one)).store(price[i]);
    }
    const std::size_t n = g.marks - 2 * w;
    out.x.resize(n);
    out.y.resize(n);
    out.there.resize(n);
    V count(0.0);
    for (std::size_t k = 0; k < n; ++k) {
        const std::size_t i = k + 2 * w;
        const V both = V(there[i]) * V(there[i - w]);
        both.store(out.there[k]);
        ((V(revenue[i]) - V(revenue[i - w])) * both).store(out.x[k]);
        ((V(price[i]) - V(price[i - w])) * both).store(out.y[k]);
        count += both;
    }
    count.store(out.count);
    return out;
}

// Places from 1 on, twice: what is equal shares the mean of its places. Equal is what a float does not tell apart.
class Ranks {
   public:
    void of(const std::vector<Lanes>& values, const std::vector<Lanes>& there, std::size_t lane, std::size_t every,
            std::vector<double>& out) {
        keys_.clear();
        for (std::size_t i = 0; i < values.size(); i += every) {
            if (there[i][lane] == 0.0) continue;
            const auto f = static_cast<float>(values[i][lane] == 0.0 ? 0.0 : values[i][lane]);  // -0 is 0
            const auto bits = std::bit_cast<std::uint32_t>(f);
            const std::uint32_t ordered = (bits >> 31) != 0 ? ~bits : bits | 0x80000000u;
            keys_.push_back(std::uint64_t{ordered} << 32 | keys_.size());
        }
        sort();
        out.resize(keys_.size());
        for (std::size_t i = 0, end = 0; i < keys_.size(); i = end) {
            while (end < keys_.size() && keys_[end] >> 32 == keys_[i] >> 32) ++end;
            for (std::size_t k = i; k < end; ++k)
                out[keys_[k] & 0xffffffffu] = static_cast<double>(i + end + 1);  // (i + 1) + end
        }
    }

   private:
    // By the upper 32 bits, a byte at a time: no comparison that a processor could guess wrong.
    void sort() {
        std::array<std::array<std::uint32_t, 256>, 4> begin{};
        for (const std::uint64_t k : keys_)
            for (unsigned b = 0; b < 4; ++b) ++begin[b][(k >> (32 + 8 * b)) & 255];
        other_.resize(keys_.size());
        for (unsigned b = 0; b < 4; ++b) {
            std::uint32_t sum = 0;
            for (std::uint32_t& n : begin[b]) {
                const std::uint32_t here = n;
                n = sum;
                sum += here;
            }
            for (const std::uint64_t k : keys_) other_[begin[b][(k >> (32 + 8 * b)) & 255]++] = k;
            keys_.swap(other_);
        }
    }
    std::vector<std::uint64_t> keys_, other_;
};

// Spearman's: Pearson's correlation of the places. All sums but the last are of whole numbers.
double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const auto n = static_cast<double>(a.size());
    const double mean = n + 1;  // of doubled places
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - mean) * (b[i] - mean);
        aa += (a[i] - mean) * (a[i] - mean);
        bb += (b[i] - mean) * (b[i] - mean);
    }
    return aa > 0 && bb > 0 ? ab / (std::sqrt(aa) * std::sqrt(bb)) : kMissing;
}

void value_capture(const Grid& g, LaneFigures& out) {
    const Pairs p = pairs_of(g);
    if (p.x.size() < kLeastPairs) return;
    const V none(0.0), one(1.0), missing(kMissing);
    const M enough = V(p.count) >= V(static_cast<double>(kLeastPairs));
    const V n = select(enough, V(p.count), one);
    V mean_x(0.0), mean_y(0.0), xx(0.0), xy(0.0), yy(0.0);
    for (std::size_t i = 0; i < p.x.size(); ++i) {
        mean_x += V(p.x[i]);
        mean_y += V(p.y[i]);
    }
    mean_x = mean_x / n;
    mean_y = mean_y / n;
    for (std::size_t i = 0; i < p.x.size(); ++i) {
        const V x = (V(p.x[i]) - mean_x) * V(p.there[i]), y = (V(p.y[i]) - mean_y) * V(p.there[i]);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    const M moves = enough & (xx > n * V(kLeastVariance)), both = moves & (yy > n * V(kLeastVariance));
    const V some_xx = select(moves, xx, one), some_yy = select(both, yy, one), slope = xy / some_xx;
    put(out, kValueCapture, select(moves, slope, missing));
    put(out, kValueCaptureR2, select(both, xy * xy / (some_xx * some_yy), missing));

    // Newey and West: what follows upon itself within `lag` marks counts as such, with Bartlett's weights.
    std::vector<Lanes> moment(p.x.size());
    for (std::size_t i = 0; i < p.x.size(); ++i) {
        const V x = (V(p.x[i]) - mean_x) * V(p.there[i]), y = (V(p.y[i]) - mean_y) * V(p.there[i]);
        (x * (y - slope * x)).store(moment[i]);
    }
    Lanes lags{};
    for (std::size_t lane = 0; lane < kLanes; ++lane)
        lags[lane] = static_cast<double>(hac_lag(static_cast<std::size_t>(p.count[lane])));
    V sum(0.0);
    for (std::size_t l = 0, last = hac_lag(p.x.size()); l <= last; ++l) {
        V at_lag(0.0);
        for (std::size_t i = l; i < moment.size(); ++i) at_lag += V(moment[i]) * V(moment[i - l]);
        const V weight = positive(one - V(static_cast<double>(l)) / (V(lags) + one));
        sum += weight * at_lag * V(l == 0 ? 1.0 : 2.0);
    }
    const V error = sqrt(positive(sum)) / some_xx;
    const M known = moves & (error > none);
    put(out, kValueCaptureT, select(known, slope / select(known, error, one), missing));

    // Places know no error that overlaps: of windows that do not.
    Ranks ranks;
    std::vector<double> a, b;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        if ((bits(both) >> lane & 1) == 0) continue;
        ranks.of(p.x, p.there, lane, g.month, a);
        ranks.of(p.y, p.there, lane, g.month, b);
        if (a.size() < kLeastPairs) continue;
        out[kValueCaptureRank][lane] = correlation(a, b);
    }
}

void crossover(const Grid& g, LaneFigures& out) {
    if (g.marks == 0) return;
    const std::size_t w = g.in_marks(90);
    V day(kMissing);
    for (std::size_t i = g.marks; i-- > w;)  // backwards: the first one stays
        day = select(change(g, kMarkBurned, i, w) > change(g, kMarkMinted, i, w), V(g.j.mark_day[i]), day);
    put(out, kCrossoverDay, day);
}

}  // namespace

void capture_figures(const Scenario& s, const Grid& g, LaneFigures& out) {
    value_capture(g, out);
    put_ratio(out, kBurnToMint, V(g.j.gross_burned), V(g.j.gross_minted));
    crossover(g, out);
    put_ratio(out, kPremium, V(g.j.final_price), V(g.last(kMarkFundamental)));
    // Revenue between two marks is discounted from the middle of them.
    V worth(0.0);
    for (std::size_t i = 1; i < g.j.marks.size(); ++i) {
        const double middle = 0.5 * (g.j.mark_day[i] + g.j.mark_day[i - 1]);
        worth += change(g, kMarkServed, i, 1) * V(real::exp(-s.speculators.discount * middle / kDaysPerYear));
    }
    const auto value = [](const std::array<Lanes, kMarkCount>& mark) {
        return V(mark[kMarkPrice]) * V(mark[kMarkSupply]);
    };
    put_ratio(out, kCaptureRatio, value(g.j.marks.back()) - value(g.j.marks.front()), worth);
}

}  // namespace assay::sim
