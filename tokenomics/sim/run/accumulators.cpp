#include "tokenomics/sim/run/accumulators.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tokenomics/sim/run/bytes.hpp"

namespace assay::sim {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

template <class Of>
void widen(Of& of, double x) {
    of.min = std::min(of.min, x);
    of.max = std::max(of.max, x);
    ++of.count;
}
template <class Of>
void widen(Of& of, const Of& other) {
    of.min = std::min(of.min, other.min);
    of.max = std::max(of.max, other.max);
    of.count += other.count;
}

void put_sum(std::string& out, const ExactSum& sum) {
    const auto& limbs = sum.limbs();
    std::size_t first = 0, end = limbs.size();
    while (first < end && limbs[first] == 0) ++first;
    while (end > first && limbs[end - 1] == 0) --end;
    put_count(out, first);
    put_count(out, end - first);
    for (std::size_t i = first; i < end; ++i) put_signed(out, limbs[i]);
}
Status take_sum(std::string_view& in, ExactSum& sum) {
    sum = {};
    ASSAY_TRY(const std::uint64_t first, take_count(in));
    ASSAY_TRY(const std::uint64_t count, take_count(in));
    if (first > ExactSum::kLimbs || count > ExactSum::kLimbs - first) return state_error();
    for (std::uint64_t i = first; i < first + count; ++i) {
        ASSAY_TRY(sum.limbs()[i], take_signed(in));
    }
    return {};
}

}  // namespace

Accumulators::Accumulators(const AccumulatorPlan& plan)
    : plan_(plan), exact_(plan.runs <= kExactRuns), done_(blocks_of(plan.runs), 0), figures_(kFigureCount) {
    if (exact_)
        values_ = Rows::in_memory(plan.runs, kFigureCount + plan.points * kSeriesCount);
    else
        points_.resize(plan.points * kSeriesCount);
}

std::size_t Accumulators::lanes_of(std::uint64_t block) const {
    return static_cast<std::size_t>(std::min<std::uint64_t>(kLanes, plan_.runs - block * kLanes));
}

std::uint64_t Accumulators::blocks_done() const {
    return static_cast<std::uint64_t>(std::count(done_.begin(), done_.end(), std::uint8_t{1}));
}

void Accumulators::grow(std::uint64_t runs) {
    plan_.runs = runs;
    done_.resize(blocks_of(runs), 0);
}

void Accumulators::add_figures(std::uint64_t block,
                               const std::array<std::array<double, kLanes>, kFigureCount>& figures) {
    const std::size_t lanes = lanes_of(block);
    done_[block] = 1;
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        OfFigure& f = figures_[i];
        const auto& x = figures[i];
        for (std::size_t k = 0; k < lanes; ++k) {
            if (!std::isfinite(x[k])) continue;
            widen(f, x[k]);
            f.failed += plan_.bounds[i].broken_by(x[k]) ? 1 : 0;
            f.sum.add(x[k]);
            f.squares.add_product(x[k], x[k]);
            if (!exact_) f.sketch.add(x[k]);
        }
        if (!plan_.antithetic) continue;
        for (std::size_t k = 0; k + 1 < lanes; k += 2) {
            const double a = x[k], b = x[k + 1];
            if (!std::isfinite(a) || !std::isfinite(b)) continue;
            ++f.pairs;
            f.pair_sum.add(a);
            f.pair_sum.add(b);
            f.pair_squares.add_product(a, a);  // (a + b)^2, without a rounding
            f.pair_squares.add_product(b, b);
            f.pair_squares.add_product(a, b);
            f.pair_squares.add_product(a, b);
        }
    }
}

void Accumulators::put(Batch& batch, std::uint64_t block, const BlockResult& r) {
    const std::size_t cells = plan_.points * kSeriesCount, lanes = lanes_of(block), i = batch.blocks_.size();
    batch.blocks_.push_back(block);
    batch.figures_.push_back(r.figures);
    batch.series_.resize(cells * Batch::kStride);
    for (std::size_t at = 0; at < cells; ++at)
        for (std::size_t k = 0; k < kLanes; ++k)
            batch.series_[at * Batch::kStride + i * kLanes + k] = k < lanes ? r.series[at * kLanes + k] : kNone;
}

void Accumulators::add(Batch& batch) {
    if (batch.blocks_.empty()) return;
    // Stripe 0 is the figures', the others share the points; each thread begins elsewhere, so that they rarely meet.
    const std::size_t cells = points_.size(), stripes = kStripes - 1, count = batch.blocks_.size() * kLanes;
    for (std::size_t n = 0; n < kStripes; ++n) {
        const std::size_t stripe = (batch.blocks_[0] + n) % kStripes;
        const std::lock_guard lock(locks_->stripes[stripe]);
        if (stripe == 0) {
            for (std::size_t i = 0; i < batch.blocks_.size(); ++i) add_figures(batch.blocks_[i], batch.figures_[i]);
            continue;
        }
        for (std::size_t at = cells * (stripe - 1) / stripes; at < cells * stripe / stripes; ++at) {
            OfPoint& point = points_[at];
            const double* values = batch.series_.data() + at * Batch::kStride;
            for (std::size_t i = 0; i < count; ++i) {
                if (!std::isfinite(values[i])) continue;
                widen(point, values[i]);
                point.sketch.add(values[i]);
            }
        }
    }
    batch.blocks_.clear();
    batch.figures_.clear();
}

void Accumulators::add(std::uint64_t block, const BlockResult& r) {
    if (!exact_) {
        Batch batch;
        put(batch, block, r);
        add(batch);
        return;
    }
    const std::size_t lanes = lanes_of(block);
    for (std::size_t k = 0; k < lanes; ++k) {  // rows are this block's alone
        const auto row = values_.row(block * kLanes + k);
        for (std::size_t i = 0; i < kFigureCount; ++i) row[i] = r.figures[i][k];
        for (std::size_t at = 0; at < plan_.points * kSeriesCount; ++at)
            row[kFigureCount + at] = r.series[at * kLanes + k];
    }
    const std::lock_guard lock(locks_->stripes[0]);
    add_figures(block, r.figures);
}

Status Accumulators::merge(const Accumulators& other) {
    for (std::uint64_t b = 0; b < done_.size(); ++b) {
        if (!other.done(b)) continue;
        if (done(b)) return {Code::already_exists, "runs " + std::to_string(b * kLanes) + " and on are in both"};
        done_[b] = 1;
        if (!exact_) continue;
        for (std::uint64_t run = b * kLanes; run < b * kLanes + lanes_of(b); ++run)
            std::copy_n(other.values_.row(run).begin(), values_.width(), values_.row(run).begin());
    }
    for (std::size_t i = 0; i < kFigureCount; ++i) {
        OfFigure& f = figures_[i];
        const OfFigure& o = other.figures_[i];
        widen(f, o);
        f.failed += o.failed;
        f.pairs += o.pairs;
        f.sum.merge(o.sum);
        f.squares.merge(o.squares);
        f.pair_sum.merge(o.pair_sum);
        f.pair_squares.merge(o.pair_squares);
        f.sketch.merge(o.sketch);
    }
    for (std::size_t at = 0; at < points_.size(); ++at) {
        widen(points_[at], other.points_[at]);
        points_[at].sketch.merge(other.points_[at].sketch);
    }
    return {};
}

std::vector<double> Accumulators::sorted(std::size_t slot) const {
    std::vector<double> out;
    out.reserve(values_.rows());
    for (std::uint64_t run = 0; run < values_.rows(); ++run)
        if (const double x = values_.row(run)[slot]; std::isfinite(x)) out.push_back(x);
    std::sort(out.begin(), out.end());
    return out;
}

FigureSummary Accumulators::figure(std::size_t which) const {
    const OfFigure& f = figures_[which];
    FigureSummary out;
    out.count = f.count;
    out.missing = plan_.runs - f.count;
    out.quantile_error = exact_ ? 0 : kFineError;
    const Bound& bound = plan_.bounds[which];
    if (bound.fails != Fails::never) out.fail = FailShare{bound, f.failed, plan_.runs, f.count != 0};
    if (f.count == 0) {
        out.mean = out.standard_error = out.sd = out.min = out.max = kNone;
        out.quantiles.fill(kNone);
        return out;
    }
    const auto n = static_cast<double>(f.count);
    out.min = f.min;
    out.max = f.max;
    out.mean = std::clamp(f.sum.value() / n, f.min, f.max);
    out.sd = deviation(f.sum, f.squares, f.count);
    out.standard_error = out.sd / std::sqrt(n);
    // Of means of two there are half as many; a single one, or less, has no error.
    if (plan_.antithetic && f.pairs > 1)
        out.standard_error =
            deviation(f.pair_sum, f.pair_squares, f.pairs) / 2 / std::sqrt(static_cast<double>(f.pairs));
    if (exact_) {
        const auto v = sorted(which);
        for (std::size_t q = 0; q < kQuantiles.size(); ++q) out.quantiles[q] = sim::quantile(v, kQuantiles[q]);
    } else {
        for (std::size_t q = 0; q < kQuantiles.size(); ++q)
            out.quantiles[q] = f.sketch.quantile(kQuantiles[q], f.min, f.max);
    }
    return out;
}

double Accumulators::quantile_of(std::size_t which, double q) const {
    const OfFigure& f = figures_[which];
    if (f.count == 0) return kNone;
    return exact_ ? sim::quantile(sorted(which), q) : f.sketch.quantile(q, f.min, f.max);
}

double Accumulators::quantile_error(std::size_t which, double q) const {
    const auto n = static_cast<double>(figures_[which].count);
    if (n < 2) return std::numeric_limits<double>::infinity();
    const double ranks = std::sqrt(q * (1 - q) / n);
    if (q - ranks < 0 || q + ranks > 1) return std::numeric_limits<double>::infinity();
    return (quantile_of(which, q + ranks) - quantile_of(which, q - ranks)) / 2;
}

std::array<double, kQuantiles.size()> Accumulators::series(std::size_t point, std::size_t which) const {
    std::array<double, kQuantiles.size()> out;
    out.fill(kNone);
    const std::size_t at = point * kSeriesCount + which;
    if (exact_) {
        const auto v = sorted(kFigureCount + at);
        for (std::size_t q = 0; q < out.size() && !v.empty(); ++q) out[q] = sim::quantile(v, kQuantiles[q]);
    } else if (const OfPoint& p = points_[at]; p.count != 0) {
        for (std::size_t q = 0; q < out.size(); ++q) out[q] = p.sketch.quantile(kQuantiles[q], p.min, p.max);
    }
    return out;
}

std::string Accumulators::save() const {
    std::string out;
    put_count(out, plan_.runs);
    put_count(out, plan_.points);
    put_count(out, plan_.antithetic ? 1 : 0);
    // Blocks that are done, as lengths of stretches: not done, done, not done, …
    std::string stretches;
    std::uint64_t length = 0, count = 0;
    std::uint8_t now = 0;
    for (std::size_t b = 0; b <= done_.size(); ++b) {
        if (b < done_.size() && done_[b] == now) {
            ++length;
            continue;
        }
        put_count(stretches, length);
        ++count;
        length = 1;
        now ^= 1;
    }
    put_count(out, count);
    out += stretches;
    for (const OfFigure& f : figures_) {
        put_count(out, f.count);
        put_count(out, f.failed);
        put_count(out, f.pairs);
        put_double(out, f.min);
        put_double(out, f.max);
        put_sum(out, f.sum);
        put_sum(out, f.squares);
        put_sum(out, f.pair_sum);
        put_sum(out, f.pair_squares);
        f.sketch.save(out);
    }
    for (const OfPoint& p : points_) {
        put_count(out, p.count);
        put_double(out, p.min);
        put_double(out, p.max);
        p.sketch.save(out);
    }
    if (exact_)
        for (std::uint64_t run = 0; run < plan_.runs; ++run)
            if (done(run / kLanes))
                for (const double x : values_.row(run)) put_double(out, x);
    return out;
}

Status Accumulators::load(std::string_view& in) {
    ASSAY_TRY(const std::uint64_t runs, take_count(in));
    ASSAY_TRY(const std::uint64_t points, take_count(in));
    ASSAY_TRY(const std::uint64_t antithetic, take_count(in));
    if (points != plan_.points || antithetic != (plan_.antithetic ? 1u : 0u)) return state_error();
    if (runs != plan_.runs) {
        if (exact_ || runs < plan_.runs || runs > kMaxRuns) return state_error();
        grow(runs);  // of a number of runs that was not yet known
    }
    ASSAY_TRY(const std::uint64_t count, take_count(in));
    std::size_t at = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        ASSAY_TRY(const std::uint64_t length, take_count(in));
        if (length > done_.size() - at) return state_error();
        std::fill_n(done_.begin() + static_cast<std::ptrdiff_t>(at), length, static_cast<std::uint8_t>(i % 2));
        at += length;
    }
    if (at != done_.size()) return state_error();
    for (OfFigure& f : figures_) {
        ASSAY_TRY(f.count, take_count(in));
        ASSAY_TRY(f.failed, take_count(in));
        ASSAY_TRY(f.pairs, take_count(in));
        ASSAY_TRY(f.min, take_double(in));
        ASSAY_TRY(f.max, take_double(in));
        for (ExactSum* sum : {&f.sum, &f.squares, &f.pair_sum, &f.pair_squares}) ASSAY_TRY_VOID(take_sum(in, *sum));
        ASSAY_TRY_VOID(f.sketch.load(in));
    }
    for (OfPoint& p : points_) {
        ASSAY_TRY(p.count, take_count(in));
        ASSAY_TRY(p.min, take_double(in));
        ASSAY_TRY(p.max, take_double(in));
        ASSAY_TRY_VOID(p.sketch.load(in));
    }
    if (exact_)
        for (std::uint64_t run = 0; run < plan_.runs; ++run)
            if (done(run / kLanes))
                for (double& x : values_.row(run)) {
                    ASSAY_TRY(x, take_double(in));
                }
    return {};
}

}  // namespace assay::sim
