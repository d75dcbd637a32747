#include "tokenomics/sim/run/sketch.hpp"

#include <algorithm>
#include <charconv>

#include "tokenomics/sim/run/bytes.hpp"

namespace assay::sim {
namespace {

// Of the numbers from `low` to below `high`, the one with the fewest digits that is next to the middle.
double roundest(double low, double high) {
    const double middle = low + (high - low) / 2;
    for (int digits = 0; digits < 17; ++digits) {
        char text[40];
        const auto end = std::to_chars(text, text + sizeof text, middle, std::chars_format::scientific, digits).ptr;
        double v = 0;
        std::from_chars(text, end, v);
        if (v >= low && v < high) return v;
    }
    return middle;
}

}  // namespace

std::uint32_t& Sketch::Side::bin(std::int32_t index) {
    const std::int32_t chunk = index >> kChunkBits;
    if (directory.empty()) first = chunk;
    if (chunk < first) {
        // Some more than asked for, since who goes down goes on.
        const auto more = static_cast<std::size_t>(first - chunk) + 16;
        directory.insert(directory.begin(), more, 0);
        first -= static_cast<std::int32_t>(more);
    }
    const auto at = static_cast<std::size_t>(chunk - first);
    if (at >= directory.size()) directory.resize(at + 1, 0);
    if (directory[at] == 0) {
        counts.resize(counts.size() + kChunk, 0);
        directory[at] = static_cast<std::uint32_t>(counts.size() / kChunk);
    }
    return counts[(directory[at] - 1) * kChunk + static_cast<std::size_t>(index - chunk * kChunk)];
}

void Sketch::merge(const Sketch& other) {
    zeros_ += other.zeros_;
    for (const auto& [to, from] : {std::pair{&positive_, &other.positive_}, {&negative_, &other.negative_}})
        for (std::size_t i = 0; i < from->directory.size(); ++i) {
            if (from->directory[i] == 0) continue;
            const std::int32_t index = (from->first + static_cast<std::int32_t>(i)) * kChunk;
            for (int k = 0; k < kChunk; ++k)
                if (const std::uint32_t n =
                        from->counts[(from->directory[i] - 1) * kChunk + static_cast<std::size_t>(k)])
                    to->add(index + k, n);
        }
}

// The smallest number of the bin, by halving its bits: numbers above zero are in the order of their bits.
double Sketch::lower_end(std::int32_t index) const {
    std::uint64_t low = std::bit_cast<std::uint64_t>(kSmallest), high = 0x7ff0000000000000ull;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        if (index_of(std::bit_cast<double>(middle)) >= index)
            high = middle;
        else
            low = middle + 1;
    }
    return std::bit_cast<double>(low);
}

double Sketch::stands_for(std::int32_t index) const {
    const double high = lower_end(index + 1);
    return roundest(lower_end(index), std::isinf(high) ? 0x1.fffffffffffffp1023 : high);
}

double Sketch::of_rank(const Side& side, std::uint64_t rank) const {
    std::int32_t last = 0;
    for (std::size_t i = 0; i < side.directory.size(); ++i) {
        if (side.directory[i] == 0) continue;
        for (std::size_t k = 0; k < kChunk; ++k) {
            const std::uint32_t n = side.counts[(side.directory[i] - 1) * kChunk + k];
            if (n == 0) continue;
            last = (side.first + static_cast<std::int32_t>(i)) * kChunk + static_cast<std::int32_t>(k);
            if (rank < n) return stands_for(last);
            rank -= n;
        }
    }
    return stands_for(last);
}

double Sketch::at(std::uint64_t rank) const {
    if (rank < negative_.total) return -of_rank(negative_, negative_.total - 1 - rank);
    rank -= negative_.total;
    return rank < zeros_ ? 0.0 : of_rank(positive_, rank - zeros_);
}

double Sketch::quantile(double q, double min, double max) const {
    const double at_rank = q * static_cast<double>(count() - 1);
    const auto below = static_cast<std::uint64_t>(at_rank);
    const double share = at_rank - static_cast<double>(below);
    const auto value = [&](std::uint64_t rank) {
        if (rank == 0) return min;
        return rank + 1 >= count() ? max : std::clamp(at(rank), min, max);
    };
    const double low = value(below);
    if (share == 0 || below + 1 >= count()) return low;
    const double high = value(below + 1);
    return low == high ? low : low + share * (high - low);
}

void Sketch::save(std::string& out) const {
    put_count(out, zeros_);
    for (const Side* side : {&positive_, &negative_}) {
        std::string bins;
        std::uint64_t filled = 0;
        std::int64_t before = 0;
        for (std::size_t i = 0; i < side->directory.size(); ++i) {
            if (side->directory[i] == 0) continue;
            for (std::size_t k = 0; k < kChunk; ++k) {
                const std::uint32_t n = side->counts[(side->directory[i] - 1) * kChunk + k];
                if (n == 0) continue;
                const std::int64_t index =
                    (side->first + static_cast<std::int64_t>(i)) * kChunk + static_cast<std::int64_t>(k);
                put_signed(bins, index - before);
                put_count(bins, n);
                before = index;
                ++filled;
            }
        }
        put_count(out, filled);
        out += bins;
    }
}

Status Sketch::load(std::string_view& in) {
    *this = Sketch(bins_);
    ASSAY_TRY(zeros_, take_count(in));
    const auto most = static_cast<std::int64_t>(1025 * bins_);
    for (Side* side : {&positive_, &negative_}) {
        ASSAY_TRY(const std::uint64_t filled, take_count(in));
        std::int64_t index = 0;
        for (std::uint64_t i = 0; i < filled; ++i) {
            ASSAY_TRY(const std::int64_t step, take_signed(in));
            ASSAY_TRY(const std::uint64_t n, take_count(in));
            if (step > 2 * most || step < -2 * most || n > 0xffffffffull) return state_error();
            index += step;
            if (index > most || index < -most) return state_error();
            side->add(static_cast<std::int32_t>(index), static_cast<std::uint32_t>(n));
        }
    }
    return {};
}

std::size_t Sketch::bytes() const {
    std::size_t out = 0;
    for (const Side* side : {&positive_, &negative_})
        out += (side->directory.capacity() + side->counts.capacity()) * sizeof(std::uint32_t);
    return out;
}

}  // namespace assay::sim
