#include "tokenomics/sim/study/track.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "tokenomics/sim/document.hpp"

namespace assay::sim::study {
namespace {

constexpr std::string_view kHead = "cell,step,day,metric,q,value";

bool read_double(std::string_view text, double& out) {
    const auto end = std::from_chars(text.data(), text.data() + text.size(), out);
    return end.ec == std::errc{} && end.ptr == text.data() + text.size();
}

// A sum over the last `window` days, at the end of each epoch: as many whole epochs as fit, at least the last one.
class Rate {
   public:
    explicit Rate(double window) : window_(window) {}
    /// Per day; nothing while the epochs do not fill the window yet.
    std::optional<double> after(const std::vector<LiveEpoch>& epochs, std::size_t i) {
        sum_ += epochs[i].consumed_usd;
        const double to = epochs[i].to_day;
        while (first_ < i && epochs[first_].to_day <= to - window_ * (1 - 1e-9)) sum_ -= epochs[first_++].consumed_usd;
        const double days = to - epochs[first_].from_day;
        if (days < window_ * (1 - 1e-9) || !(days > 0)) return std::nullopt;
        return sum_ / days;
    }

   private:
    double window_, sum_ = 0;
    std::size_t first_ = 0;
};

void compare(TrackedMetric& m, const std::vector<BandPoint>& band, const LiveEpoch& e, double value) {
    const auto at = band_at(band, e.to_day);
    if (!at) return;
    ++m.epochs;
    const auto& q = at->q;
    // A figure that nothing varies has a band without width: what rounding leaves is not outside.
    const double slack = 1e-9 * std::max(std::abs(q[0]), std::abs(q[4]));
    if (value >= q[1] - slack && value <= q[3] + slack) ++m.inside50;
    if (value >= q[0] - slack && value <= q[4] + slack)
        ++m.inside90;
    else if (!m.first_outside)
        m.first_outside = Outside{e.number, e.to_day, value, q[0], q[4]};
    m.last_epoch = e.number;
    m.last_day = e.to_day;
    m.last_value = value;
    m.last_band = *at;
}

}  // namespace

Result<Bands> read_bands(const std::string& dir, std::uint64_t cell) {
    const std::string path = dir + "/quantiles.csv";
    ASSAY_TRY(const std::string text, read_text_file(path));
    std::string_view rest = text;
    const auto take = [&rest](char until) {
        const std::size_t end = std::min(rest.find(until), rest.size());
        const std::string_view out = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        return out;
    };
    const auto wrong = [&](std::size_t line, const std::string& what) -> Error {
        return {Code::field_out_of_range, path + " line " + std::to_string(line) + ": " + what};
    };
    if (take('\n') != kHead) return wrong(1, "the columns should be " + std::string(kHead));
    const std::string mine = std::to_string(cell);
    Bands out;
    bool seen = false;
    for (std::size_t number = 2; !rest.empty(); ++number) {
        std::string_view line = take('\n');
        std::array<std::string_view, 6> cells;
        std::size_t n = 0;
        for (bool more = true; more && n < cells.size(); ++n) {
            const std::size_t comma = line.find(',');
            more = comma != std::string_view::npos;
            cells[n] = line.substr(0, comma);
            line.remove_prefix(more ? comma + 1 : line.size());
        }
        if (n != cells.size() || !line.empty()) return wrong(number, "it has another number of cells than the head");
        if (cells[0] != mine) continue;
        seen = true;
        const auto q = std::find(kBandQuantiles.begin(), kBandQuantiles.end(), cells[4]);
        if (q == kBandQuantiles.end() || cells[5].empty()) continue;
        double day = 0, value = 0;
        if (!read_double(cells[2], day)) return wrong(number, "column day: it is no number");
        if (!read_double(cells[5], value)) return wrong(number, "column value: it is no number");
        auto& band = out[std::string(cells[3])];
        if (band.empty() || band.back().day != day) {
            if (!band.empty() && band.back().day > day) return wrong(number, "column day: days must not fall");
            band.push_back({day, {}});
        }
        band.back().q[static_cast<std::size_t>(q - kBandQuantiles.begin())] = value;
    }
    if (!seen) return {Code::not_found, dir + " has no cell " + mine};
    return out;
}

std::optional<BandPoint> band_at(const std::vector<BandPoint>& band, double day) {
    // An epoch's end and a step's are the same instant, whatever the last bit of either says.
    const double slack = 1e-9 * std::max(1.0, std::abs(day));
    const auto after =
        std::lower_bound(band.begin(), band.end(), day - slack, [](const BandPoint& p, double d) { return p.day < d; });
    if (after == band.end()) return std::nullopt;
    if (after->day <= day + slack) return *after;
    if (after == band.begin()) return std::nullopt;
    const BandPoint &a = *(after - 1), &b = *after;
    const double share = (day - a.day) / (b.day - a.day);
    BandPoint out;
    out.day = day;
    for (std::size_t i = 0; i < out.q.size(); ++i) out.q[i] = a.q[i] + share * (b.q[i] - a.q[i]);
    return out;
}

Track track(const Bands& bands, const std::vector<LiveEpoch>& epochs, double step_days) {
    const std::string price = bands.contains("oracle_usd") ? "oracle_usd" : "price_usd";
    Track out;
    for (const std::string& name :
         {price, std::string("minted"), std::string("burned"), std::string("served_usd_per_day")})
        if (bands.contains(name)) out.metrics.emplace_back().name = name;
    Rate rate(step_days);
    double minted = 0, burned = 0;
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < epochs.size(); ++i) {
        const LiveEpoch& e = epochs[i];
        minted += e.minted;
        burned += e.burned;
        const auto served = rate.after(epochs, i);
        for (TrackedMetric& m : out.metrics) {
            const auto& band = bands.at(m.name);
            if (m.name == price && e.price_usd > 0) compare(m, band, e, e.price_usd);
            if (m.name == "minted") compare(m, band, e, minted);
            if (m.name == "burned") compare(m, band, e, burned);
            if (m.name == "served_usd_per_day" && served) compare(m, band, e, *served);
            most = std::max(most, m.epochs);
        }
    }
    out.epochs = most;
    return out;
}

}  // namespace assay::sim::study
