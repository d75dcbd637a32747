// Condition 1, demand carries price: does the price follow the revenue, do burns pay for what is minted, is the price
// what the revenue is worth.
#include <algorithm>
#include <bit>
#include <cmath>

#include "tokenomics/sim/model/metrics.hpp"

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
    for (std::size_t i = w; i < g.marks; ++i) {
        Lanes area = 0.5 * (g.at(kMarkPrice, i) + g.at(kMarkPrice, i - w));  // of the price over the window, in marks
        for (std::size_t k = i - w + 1; k < i; ++k) area += g.at(kMarkPrice, k);
        const Lanes sum = g.at(kMarkServed, i) - g.at(kMarkServed, i - w);
        const LaneMask good = (sum > 0.0) & (area > 0.0);
        there[i] = good ? Lanes{} + 1.0 : Lanes{};
        log_of(good ? sum : Lanes{} + 1.0, revenue[i]);
        log_of(good ? area : Lanes{} + 1.0, price[i]);
    }
    for (std::size_t i = 2 * w; i < g.marks; ++i) {
        const Lanes both = there[i] * there[i - w];
        out.there.push_back(both);
        out.x.push_back((revenue[i] - revenue[i - w]) * both);
        out.y.push_back((price[i] - price[i - w]) * both);
        out.count += both;
    }
    return out;
}

// Places from 1 on, twice: what is equal shares the mean of its places. Equal is what a float does not tell apart.
class Ranks {
   public:
    void of(const std::vector<Lanes>& values, const std::vector<Lanes>& there, std::size_t lane,
            std::vector<double>& out) {
        keys_.clear();
        for (std::size_t i = 0; i < values.size(); ++i) {
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
    const LaneMask enough = p.count >= static_cast<double>(kLeastPairs);
    const Lanes n = enough ? p.count : Lanes{} + 1.0, missing = Lanes{} + kMissing;
    Lanes mean_x{}, mean_y{}, xx{}, xy{}, yy{};
    for (std::size_t i = 0; i < p.x.size(); ++i) {
        mean_x += p.x[i];
        mean_y += p.y[i];
    }
    mean_x /= n;
    mean_y /= n;
    for (std::size_t i = 0; i < p.x.size(); ++i) {
        const Lanes x = (p.x[i] - mean_x) * p.there[i], y = (p.y[i] - mean_y) * p.there[i];
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    const LaneMask moves = enough & (xx > n * kLeastVariance), both = moves & (yy > n * kLeastVariance);
    const Lanes some_xx = moves ? xx : Lanes{} + 1.0, some_yy = both ? yy : Lanes{} + 1.0;
    const Lanes slope = xy / some_xx;
    put(out, kValueCapture, moves ? slope : missing);
    put(out, kValueCaptureR2, both ? xy * xy / (some_xx * some_yy) : missing);

    // Newey and West: what follows upon itself within `lag` marks counts as such, with Bartlett's weights.
    std::vector<Lanes> moment(p.x.size());
    for (std::size_t i = 0; i < p.x.size(); ++i) {
        const Lanes x = (p.x[i] - mean_x) * p.there[i], y = (p.y[i] - mean_y) * p.there[i];
        moment[i] = x * (y - slope * x);
    }
    Lanes lags{};
    for (std::size_t lane = 0; lane < kLanes; ++lane)
        lags[lane] = static_cast<double>(hac_lag(static_cast<std::size_t>(p.count[lane])));
    Lanes sum{};
    for (std::size_t l = 0; l <= hac_lag(p.x.size()); ++l) {
        Lanes at_lag{};
        for (std::size_t i = l; i < moment.size(); ++i) at_lag += moment[i] * moment[i - l];
        const Lanes weight = 1.0 - static_cast<double>(l) / (lags + 1.0);
        sum += (weight > 0.0 ? weight : Lanes{}) * at_lag * (l == 0 ? 1.0 : 2.0);
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const double error = sum[lane] > 0 ? std::sqrt(sum[lane]) / some_xx[lane] : 0;
        if (moves[lane] != 0 && error > 0) out[kValueCaptureT][lane] = slope[lane] / error;
    }

    Ranks ranks;
    std::vector<double> a, b;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        if (both[lane] == 0) continue;
        ranks.of(p.x, p.there, lane, a);
        ranks.of(p.y, p.there, lane, b);
        out[kValueCaptureRank][lane] = correlation(a, b);
    }
}

void crossover(const Grid& g, LaneFigures& out) {
    if (g.marks == 0) return;
    const std::size_t w = g.in_marks(90);
    Lanes day = Lanes{} + kMissing;
    for (std::size_t i = g.marks; i-- > w;) {  // backwards: the first one stays
        const Lanes burned = g.at(kMarkBurned, i) - g.at(kMarkBurned, i - w);
        const Lanes minted = g.at(kMarkMinted, i) - g.at(kMarkMinted, i - w);
        day = burned > minted ? Lanes{} + g.j.mark_day[i] : day;
    }
    put(out, kCrossoverDay, day);
}

}  // namespace

void capture_figures(const Scenario& s, const Grid& g, LaneFigures& out) {
    value_capture(g, out);
    put_ratio(out, kBurnToMint, g.j.burned, g.j.minted);
    crossover(g, out);
    put_ratio(out, kPremium, g.j.final_price, g.last(kMarkFundamental));
    // Revenue between two marks is discounted from the middle of them.
    Lanes worth{};
    for (std::size_t i = 1; i < g.j.marks.size(); ++i) {
        const double middle = 0.5 * (g.j.mark_day[i] + g.j.mark_day[i - 1]);
        const double discount = real::exp(-s.speculators.discount * middle / kDaysPerYear);
        worth += (g.at(kMarkServed, i) - g.at(kMarkServed, i - 1)) * discount;
    }
    put_ratio(out, kCaptureRatio, g.last(kMarkPrice) * g.last(kMarkSupply) - g.first(kMarkPrice) * g.first(kMarkSupply),
              worth);
}

}  // namespace assay::sim
