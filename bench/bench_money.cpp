// The arithmetic that every payment goes through: floor(a b / c) with 256 bits inside, and pools split by largest
// remainder. Rates on one core, and how many plain 64-bit divisions the same loop makes in the time of one of them: the
// ratio says more than the rate, since both ran on this machine a moment ago. Results are compared first with a slow,
// exact computation, bit by bit.
//
//   bench_money [SEED]       prints one JSON object; exits 1 where a result differs
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "tokenomics/split.hpp"

using namespace assay;
using namespace assay::tokenomics;

namespace {

constexpr std::size_t kNumbers = 1 << 12;  // stay in the cache: arithmetic is timed, not memory
constexpr int kRepeats = 5;

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "bench_money: %s\n", why.c_str());
    std::exit(1);
}
double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Triple {
    u128 a, b, c;
};

// floor(a b / c) by shifts and subtractions alone, nothing of base/ in it; false where it passes 2^128 - 1.
bool slow_mul_div(u128 a, u128 b, u128 c, u128& out) {
    if (c == 0) return false;
    u128 high = 0, low = 0;  // the product
    for (int i = 127; i >= 0; --i) {
        high = (high << 1) | (low >> 127);
        low <<= 1;
        if (((b >> i) & 1) != 0) {
            low += a;
            high += low < a ? 1 : 0;
        }
    }
    u128 rest = 0;
    out = 0;
    bool fits = true;
    for (int i = 255; i >= 0; --i) {
        const bool carry = (rest >> 127) != 0;
        rest = (rest << 1) | (((i >= 128 ? high >> (i - 128) : low >> i)) & 1);
        const bool one = carry || rest >= c;
        if (one) rest -= c;
        if (i >= 128)
            fits = fits && !one;
        else
            out = (out << 1) | (one ? 1 : 0);
    }
    return fits;
}

// Hamilton's method as it is told to people: floors, then one unit each by remainder, ties to the lower index.
std::vector<u128> slow_split(u128 pool, const std::vector<u128>& weights) {
    const u128 sum = std::accumulate(weights.begin(), weights.end(), u128{0});
    std::vector<u128> parts(weights.size()), rests(weights.size());
    u128 given = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        if (!slow_mul_div(pool, weights[i], sum, parts[i])) stop("a part does not fit");
        rests[i] = pool * weights[i] - parts[i] * sum;  // modulo 2^128, exact since it is below the sum
        given += parts[i];
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return rests[x] > rests[y]; });
    for (std::size_t i = 0; given < pool; ++i, ++given) ++parts[order[i]];
    return parts;
}

// Seconds of one of `items`, the best of a few repeats.
template <class F>
double seconds_per_item(std::size_t items, F&& once) {
    double best = 1e9;
    for (int i = 0; i < kRepeats; ++i) {
        const double began = now();
        once();
        best = std::min(best, now() - began);
    }
    return best / static_cast<double>(items);
}

volatile std::uint64_t sink;  // what was computed is used

double time_mul_div(const std::vector<Triple>& all, std::size_t rounds) {
    return seconds_per_item(all.size() * rounds, [&] {
        std::uint64_t sum = 0;
        for (std::size_t r = 0; r < rounds; ++r)
            for (const Triple& t : all) {
                const auto out = mul_div(t.a + r, t.b, t.c);
                sum += out ? static_cast<std::uint64_t>(*out) : 1;
            }
        sink = sum;
    });
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20261126;
    std::mt19937_64 random(seed);
    const auto bits = [&](unsigned n) {
        const u128 wide = (u128{random()} << 64) | random();
        return n >= 128 ? wide : wide & ((u128{1} << n) - 1);
    };

    // ---------------------------------------------------------------- right before fast
    std::size_t checked = 0, refused = 0;
    // Also words of ones and zeros, where an estimated digit of the quotient is wrong most often.
    const auto awkward = [&] {
        const auto word = [&]() -> u128 {
            switch (random() % 4) {
                case 0:
                    return 0;
                case 1:
                    return ~std::uint64_t{0};
                case 2:
                    return std::uint64_t{1} << 63;
                default:
                    return random() % 2 == 0 ? random() % 3 : random();
            }
        };
        return (word() << 64) | word();
    };
    for (int i = 0; i < 200'000; ++i) {
        const bool odd = i % 2 == 0;
        const u128 a = odd ? awkward() : bits(static_cast<unsigned>(random() % 129)),
                   b = odd ? awkward() : bits(static_cast<unsigned>(random() % 129)),
                   c = odd ? awkward() : bits(static_cast<unsigned>(random() % 129));
        u128 slow = 0;
        const bool fits = slow_mul_div(a, b, c, slow);
        const auto fast = mul_div(a, b, c);
        if (fast.ok() != fits || (fits && *fast != slow))
            stop("mul_div(" + to_digits(a) + ", " + to_digits(b) + ", " + to_digits(c) + ") is wrong");
        ++checked;
        refused += !fits;
    }
    for (int i = 0; i < 2'000; ++i) {
        std::vector<u128> weights(1 + random() % 64);
        for (u128& w : weights) w = random() % 5 == 0 ? 0 : bits(static_cast<unsigned>(random() % 100)) + 1;
        if (std::all_of(weights.begin(), weights.end(), [](u128 w) { return w == 0; })) continue;
        const u128 pool = bits(static_cast<unsigned>(random() % 120));
        const auto fast = largest_remainder(Amount{pool}, weights);
        const auto slow = slow_split(pool, weights);
        if (!fast || fast->size() != slow.size()) stop("largest_remainder fails");
        for (std::size_t k = 0; k < slow.size(); ++k)
            if ((*fast)[k].units != slow[k]) stop("largest_remainder is wrong for a pool of " + to_digits(pool));
    }

    // ---------------------------------------------------------------- rates
    std::vector<std::uint64_t> plain(2 * kNumbers);
    for (auto& v : plain) v = random() | (std::uint64_t{1} << 40);
    const double division = seconds_per_item(kNumbers * 2'000, [&] {
        std::uint64_t sum = 0;
        for (std::uint64_t r = 0; r < 2'000; ++r)
            for (std::size_t i = 0; i < kNumbers; ++i) sum += (plain[2 * i] + r) / (plain[2 * i + 1] >> 20);
        sink = sum;
    });
    std::vector<Triple> money(kNumbers), wide(kNumbers);
    for (Triple& t : money) t = {bits(80), bits(30), u128{1'000'000'000}};  // a share in ppb of an amount
    for (Triple& t : wide) t = {bits(127), bits(120), bits(127) | (u128{1} << 126)};
    const double shares = time_mul_div(money, 500), wides = time_mul_div(wide, 200);

    const auto split_of = [&](std::size_t n, std::size_t rounds) {
        std::vector<u128> weights(n);
        for (u128& w : weights) w = bits(40) + 1;
        std::vector<Amount> parts(n);
        return seconds_per_item(n * rounds, [&] {
            std::uint64_t sum = 0;
            for (std::size_t r = 0; r < rounds; ++r) {
                if (!largest_remainder(Amount{u128{1} << 60 | r}, weights, parts)) stop("a split failed");
                sum += static_cast<std::uint64_t>(parts[r % n].units);
            }
            sink = sum;
        });
    };
    const double few = split_of(5, 100'000), many = split_of(100'000, 5);
    SplitParams by{Ppb{400'000'000}, Ppb{300'000'000}, Ppb{100'000'000}, Ppb{100'000'000}, Ppb{100'000'000}, {}};
    const double mint = seconds_per_item(200'000, [&] {
        std::uint64_t sum = 0;
        for (std::uint64_t r = 0; r < 200'000; ++r) {
            const auto s = split_mint(by, Amount{1'000'000'000'007 + r});
            if (!s) stop("split_mint failed");
            sum += static_cast<std::uint64_t>(s->work.units);
        }
        sink = sum;
    });

    const auto row = [&](const char* name, double seconds, const char* end) {
        std::printf("  \"%s\": {\"ns\": %.2f, \"per_second\": %.0f, \"divisions\": %.2f}%s\n", name, seconds * 1e9,
                    1 / seconds, seconds / division, end);
    };
    std::printf("{\n  \"seed\": %llu, \"checked\": %zu, \"refused\": %zu,\n", static_cast<unsigned long long>(seed),
                checked, refused);
    row("division_64", division, ",");
    row("mul_div_share", shares, ",");
    row("mul_div_wide", wides, ",");
    row("split_5_each", few, ",");
    row("split_100000_each", many, ",");
    row("split_mint", mint, "");
    std::printf("}\n");
    return 0;
}
