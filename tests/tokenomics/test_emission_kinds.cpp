// The kinds of emission that networks of the field use, against what these networks published.
#include <fstream>
#include <sstream>

#include "base/utc.hpp"
#include "base/wide.hpp"
#include "tests/tokenomics/model.hpp"
#include "tokenomics/emission.hpp"
#include "tokenomics/exp_neg.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

constexpr std::uint64_t kDayMs = 86'400'000;
constexpr u128 kAtto = u128{1'000'000'000} * 1'000'000'000;

std::uint64_t utc(const std::string& day) {
    return parse_utc(day + "T00:00:00Z").value().value;
}
// Whole tokens and a fraction of so many digits, as published.
std::string tokens(Amount a, unsigned decimals) {
    return format_decimal(a.units, decimals);
}
EmissionParams of(EmissionKind kind) {
    EmissionParams p;
    p.kind = kind;
    p.total = Amount::max();
    return p;
}

// ---------------------------------------------------------------- 512-bit integers

TEST_CASE("512-bit integers agree with integers of another library") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    const Big modulus = Big{1} << 512;
    const auto number = [&](unsigned bits) {  // the same in both
        std::pair<Wide, Big> out{Wide(), 0};
        for (unsigned have = 0; have < bits; have += 64) {
            const std::uint64_t limb = r.below(4) == 0 ? ~std::uint64_t{0} << r.below(64) : r.u64() >> r.below(64);
            out.first = (out.first << 64) + Wide(limb);
            out.second = ((out.second << 64) + limb) % modulus;
        }
        return out;
    };
    const auto same = [&](const Wide& w, const Big& b) {
        for (unsigned i = 0; i < 4; ++i)
            if (big((w >> (128 * i)).low128()) != ((b >> (128 * i)) & ((Big{1} << 128) - 1))) return false;
        return w.bits() == (b == 0 ? 0 : msb(b) + 1);
    };
    for (int round = 0; round < 20'000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const auto [a, x] = number(64 * static_cast<unsigned>(r.below(9)));
        const auto [b, y] = number(64 * static_cast<unsigned>(r.below(9)));
        const auto n = static_cast<unsigned>(r.below(512));
        REQUIRE(same(a + b, (x + y) % modulus));
        REQUIRE(same(a - b, (modulus + x - y) % modulus));
        REQUIRE(same(a * b, (x * y) % modulus));
        REQUIRE(same(a << n, (x << n) % modulus));
        REQUIRE(same(a >> n, x >> n));
        REQUIRE(same(a / b, y == 0 ? Big{0} : Big{x / y}));
        REQUIRE((a < b) == (x < y));
        REQUIRE((a == b) == (x == y));
    }
}

// ---------------------------------------------------------------- halving

HalvingEmission helium() {  // HIP-20: 60 million a year from 2019-08-01, halved every two years; 8 decimals
    return {HalvingBy::time, Amount{u128{60'000'000} * 100'000'000}, 2, utc("2019-08-01")};
}
Amount between_days(const HalvingEmission& h, const std::string& from, const std::string& to) {
    EmissionView view;
    view.start = TimeMs{utc(from)}, view.end = TimeMs{utc(to)};
    return halving_mint(h, view).value();
}

TEST_CASE("Helium's years mint what HIP-20's table says, to the digit, leap years too") {
    const char* const published[] = {"60000000.0", "60000000.0", "30000000.0", "30000000.0", "15000000.0", "15000000.0",
                                     "7500000.0",  "7500000.0",  "3750000.0",  "3750000.0",  "1875000.0",  "1875000.0",
                                     "937500.0",   "937500.0",   "468750.0",   "468750.0",   "234375.0",   "234375.0",
                                     "117187.5",   "117187.5",   "58593.8",    "58593.8",    "29296.9",    "29296.9",
                                     "14648.4",    "14648.4",    "7324.2",     "7324.2"};
    Amount sum;
    for (int year = 0; year < static_cast<int>(std::size(published)); ++year) {
        const std::string from = std::to_string(2019 + year) + "-08-01", to = std::to_string(2020 + year) + "-08-01";
        const Amount minted = between_days(helium(), from, to);
        INFO("year " << year + 1);
        // The table rounds to a tenth, a half to the even digit.
        const u128 tenth = 10'000'000;
        u128 tenths = minted.units / tenth;
        const u128 rest = minted.units % tenth;
        if (rest > tenth / 2 || (rest == tenth / 2 && tenths % 2 == 1)) ++tenths;
        const std::string text = to_digits(tenths / 10) + "." + to_digits(tenths % 10);
        CHECK(text == published[year]);
        sum = *add(sum, minted);
        CHECK(sum == halving_until(helium(), TimeMs{utc(to)}).value());
    }
    // "a theoretical max supply of 240M"
    const Amount whole = halving_until(helium(), TimeMs{~std::uint64_t{0}}).value();
    CHECK(whole.units <= u128{240'000'000} * 100'000'000);
    CHECK(whole.units > u128{239'999'999} * 100'000'000);
}

TEST_CASE("Helium's day is the year's share of 365 days or 366") {
    CHECK(tokens(between_days(helium(), "2021-08-01", "2021-08-02"), 8) == "82191.78082191");
    CHECK(tokens(between_days(helium(), "2023-08-01", "2023-08-02"), 8) ==
          "40983.60655737");  // until 2024-08: 366 days
    CHECK(tokens(between_days(helium(), "2024-08-01", "2024-08-02"), 8) == "41095.89041095");
    CHECK(between_days(helium(), "2019-07-01", "2019-08-01").is_zero());
    // MOBILE: 30 thousand million a year, six decimals.
    const HalvingEmission mobile{HalvingBy::time, Amount{u128{30'000'000'000} * 1'000'000}, 2, utc("2022-08-01")};
    CHECK(tokens(between_days(mobile, "2022-08-01", "2022-08-02"), 6) == "82191780.821917");
}

TEST_CASE("halving by time sums to the same whatever the epochs are") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 200; ++round) {
        INFO("seed " << seed << ", round " << round);
        const HalvingEmission h{HalvingBy::time, Amount{awkward(r) >> 12}, 1 + r.below(4), r.below(3'000'000'000'000)};
        std::uint64_t t = h.start_ms > kYearMs ? h.start_ms - r.below(kYearMs) : 0;
        Amount sum = halving_until(h, TimeMs{t}).value();
        for (int i = 0; i < 50; ++i) {
            EmissionView view;
            view.start = TimeMs{t};
            t += r.below(2) == 0 ? r.below(kDayMs) : r.below(3 * kYearMs);
            view.end = TimeMs{t};
            sum = *add(sum, halving_mint(h, view).value());
        }
        REQUIRE(sum == halving_until(h, TimeMs{t}).value());
    }
}

TEST_CASE("Bittensor halves by issuance: each half of what is left, zero at the cap") {
    EmissionParams p = of(EmissionKind::halving);
    p.halving = {HalvingBy::issuance, Amount{1'000'000'000}, 1, 0};
    const u128 cap = u128{21'000'000} * 1'000'000'000;
    p.total = Amount{cap};
    const auto per_block = [&](u128 issued) {
        EmissionView v;
        v.cumulative_scheduled = v.supply = Amount{issued};
        v.cap = Amount{cap};
        v.blocks = 1;
        return scheduled_mint(p, Epoch{0}, v).value().units;
    };
    CHECK(per_block(0) == 1'000'000'000);
    CHECK(per_block(cap / 2 - 1) == 1'000'000'000);
    CHECK(per_block(cap / 2) == 500'000'000);
    CHECK(per_block(cap / 4 * 3 - 1) == 500'000'000);
    CHECK(per_block(cap / 4 * 3) == 250'000'000);
    CHECK(per_block(cap - 1) == 0);  // 10^9 >> 54: nothing is left to halve
    CHECK(per_block(cap) == 0);

    EmissionView last;  // one unit is left of 2^128 - 1: k is 127
    last.cap = Amount::max();
    last.genesis = Amount{kMax - 1};
    last.blocks = 5;
    CHECK(halving_mint({HalvingBy::issuance, Amount::max(), 1, 0}, last).value().units == 1);
    CHECK(halving_mint({HalvingBy::issuance, Amount{1}, 1, 0}, last).value().is_zero());

    // An epoch of many blocks is its blocks one by one.
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 200; ++round) {
        INFO("seed " << seed << ", round " << round);
        HalvingEmission h{HalvingBy::issuance, Amount{between(r, 1, 50'000)}, 1, 0};
        EmissionView v;
        v.cap = Amount{between(r, 1, 1'000'000)};
        v.genesis = Amount{between(r, 0, v.cap.units)};
        v.blocks = r.below(400);
        u128 issued = v.genesis.units, sum = 0;
        for (std::uint64_t b = 0; b < v.blocks && issued < v.cap.units; ++b) {
            // k = floor(log2(cap / (cap - issued)))
            unsigned k = 0;
            while ((v.cap.units - issued) << (k + 1) <= v.cap.units) ++k;
            const u128 mint = std::min(h.first.units >> k, v.cap.units - issued);
            issued += mint, sum += mint;
        }
        REQUIRE(halving_mint(h, v).value().units == sum);
    }
}

// ---------------------------------------------------------------- decay

TEST_CASE("Gonka's decay needs no floating point, and its sum is clamped to its pool") {
    EmissionParams p = of(EmissionKind::exp_decay);
    p.exp_decay = {Amount{u128{285'000} * 1'000'000'000}, fraction_q128("0.000475").value(), 0};
    // e^-0.000475 = 0.99952511279464014174…
    CHECK(format_q128(u128{0} - as_geometric(p.exp_decay).decay).substr(0, 20) == "0.999525112794640141");
    const auto mint = [&](std::uint64_t n) { return scheduled_mint(p, Epoch{n}, {{}, {}, Amount::max()}).value(); };
    CHECK(tokens(mint(0), 9) == "285000");
    CHECK(tokens(mint(1), 9) == "284864.657146472");
    CHECK(tokens(mint(365), 9) == "239634.340501633");  // 285000 e^-0.173375
    // "the discrete sum exceeds the pool": 600,142,511 of 600,000,000.
    const std::vector<Epoch> bounds{Epoch{0}, Epoch{200'000}};
    CHECK(tokens(schedule_sums(p, bounds).value()[0], 9).substr(0, 9) == "600142511");
    p.total = Amount{u128{600'000'000} * 1'000'000'000};
    Amount sum;
    for (std::uint64_t n = 0; n < 30'000; ++n)
        sum = *add(sum, scheduled_mint(p, Epoch{n}, {sum, sum, Amount::max()}).value());
    CHECK(sum == p.total);
}

TEST_CASE("e^-rate is right to the last bits of Q0.128, for every rate below one") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 200; ++round) {
        INFO("seed " << seed << ", round " << round);
        const u128 rate = awkward(r);
        // The series again, in rationals over 2^400.
        const Big point = Big{1} << 400, x = big(rate) << 272;
        Big sum = point, term = point;
        for (int k = 1; k < 120; ++k) {
            term = (term * x >> 400) / k;
            sum += k % 2 == 1 ? Big{-term} : term;
        }
        const Big exact = sum >> 272;
        const Big ours = (Big{1} << 128) - big(as_geometric({Amount{1}, rate, 0}).decay);
        REQUIRE((rate == 0 ? ours == (Big{1} << 128) : ours <= exact + 1 && ours + 1 >= exact));
    }
}

// ---------------------------------------------------------------- Filecoin

BaselineEmission filecoin() {  // specs-actors v2: 30 s epochs, six-year half-life, baseline doubling yearly
    BaselineEmission b;
    b.simple = Amount{u128{330'000'000} * kAtto};
    b.baseline = Amount{u128{770'000'000} * kAtto};
    b.lambda = parse_digits("37396271439864487274534522888786").value();
    b.growth = parse_digits("37396273494747879394193016954629").value();
    b.power = 2'888'888'880'000'000'000;
    // The recurrence is published with its one: less 2^128.
    b.power_growth = small(Big{"340282591298641078465964189926313473653"} - (Big{1} << 128));
    return b;
}

TEST_CASE("Filecoin's simple minting gives its golden rows, every digit") {
    std::ifstream in(std::string(ASSAY_SHARED_DIR) + "/data/filecoin_TestSimpleReward.golden");
    if (!in) {
        WARN("skipped: filecoin_TestSimpleReward.golden is not there");
        return;
    }
    EmissionParams p = of(EmissionKind::baseline);
    p.baseline = filecoin();
    std::string line;
    std::getline(in, line);
    int rows = 0;
    for (; std::getline(in, line); ++rows) {
        const auto comma = line.find(',');
        const std::uint64_t epoch = std::stoull(line.substr(0, comma));
        INFO(line);
        // No power: theta stays at zero.
        CHECK(to_digits(scheduled_mint(p, Epoch{epoch}, {{}, {}, Amount::max()}).value().units) ==
              line.substr(comma + 1));
    }
    CHECK(rows == 512);
}

// The rule again in integers without a bound, as its authors wrote it.
class Filecoin {
   public:
    explicit Filecoin(const BaselineEmission& b)
        : b_(b), exponent_((Big{1} << 128) + big(b.power_growth)), effective_(b.power) {
        power_ = ((Big{b.power} << 256) / exponent_) >> 128;
    }
    Big epoch(std::uint64_t n, const Big& realised) {
        const Big before = theta();
        power_ = (power_ * exponent_) >> 128;
        sum_realised_ += realised < power_ ? realised : power_;
        while (sum_realised_ > sum_baseline_) {
            ++time_;
            effective_ = (effective_ * exponent_) >> 128;
            sum_baseline_ += effective_;
        }
        const Big simple = (big(b_.simple) * big(b_.growth) * exp_neg(Big{n} * big(b_.lambda))) >> 128;
        return (simple + supply(theta()) - supply(before)) >> 128;
    }

    static Big exp_neg(const Big& x) {
        const Big above =
            polynomial({"-648770010757830093818553637600", "67469480939593786226847644286976",
                        "-3197587544499098424029388939001856", "89244641121992890118377641805348864",
                        "-1579656163641440567800982336819953664", "17685496037279256458459817590917169152",
                        "-115682590513835356866803355398940131328", "340282366920938463463374607431768211456"},
                       x);
        const Big below = polynomial(
            {"1225524182432722209606361", "114095592300906098243859450", "5665570424063336070530214243",
             "194450132448609991765137938448", "5068267641632683791026134915072", "104716890604972796896895427629056",
             "1748338658439454459487681798864896", "23704654329841312470660182937960448",
             "259380097567996910282699886670381056", "2250336698853390384720606936038375424",
             "14978272436876548034486263159246028800", "72144088983913131323343765784380833792",
             "224599776407103106596571252037123047424", "340282366920938463463374607431768211456"},
            x);
        return (above << 128) / below;
    }

   private:
    static Big shifted(const Big& v) {  // floor(v / 2^128), also below zero
        const Big one = Big{1} << 128;
        return v >= 0 ? Big{v / one} : Big{-((-v + one - 1) / one)};
    }
    static Big polynomial(const std::vector<const char*>& coefficients, const Big& x) {
        Big out{coefficients[0]};
        for (std::size_t i = 1; i < coefficients.size(); ++i) out = shifted(out * x) + Big{coefficients[i]};
        return out;
    }
    Big theta() const {
        return time_ == 0 ? Big{0} : (time_ << 128) - ((sum_baseline_ - sum_realised_) << 128) / effective_;
    }
    Big supply(const Big& theta) const {
        return big(b_.baseline) * ((Big{1} << 128) - exp_neg((theta * big(b_.lambda)) >> 128));
    }

    BaselineEmission b_;
    Big exponent_, effective_, power_, sum_realised_ = 0, sum_baseline_ = 0, time_ = 0;
};

TEST_CASE("Filecoin's exponential has its very bits below four, and its value above") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 3000; ++round) {
        INFO("seed " << seed << ", round " << round);
        const u128 fraction = awkward(r);
        const std::uint64_t whole = r.below(4);
        REQUIRE(big(exp_neg((Wide(whole) << 128) + Wide(fraction)).low128()) +
                    (fraction == 0 && whole == 0 ? Big{1} << 128 : Big{0}) ==
                Filecoin::exp_neg((Big{whole} << 128) + big(fraction)));
    }
    // e^-8 = 3.3546262790251185e-4, e^-50 = 1.9287498479639178e-22
    CHECK(format_q128(exp_neg(Wide(8) << 128).low128()).substr(0, 14) == "0.000335462627");
    CHECK(format_q128(exp_neg(Wide(50) << 128).low128()).substr(0, 34) == "0.00000000000000000000019287498479");
    CHECK(exp_neg(Wide(256) << 128) == Wide());
}

TEST_CASE("Filecoin's baseline minting follows the network's power bit by bit") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    EmissionParams p = of(EmissionKind::baseline);
    for (const bool wild : {false, true}) {
        p.baseline = filecoin();
        if (wild) p.baseline.power_growth = u128{r.u64()} << 54;  // the baseline moves within the test
        Filecoin model(p.baseline);
        EmissionMemory memory = emission_start(p);
        u128 power = p.baseline.power / 3;
        for (std::uint64_t n = 0; n < 2000; ++n) {
            INFO("seed " << seed << ", epoch " << n);
            power = between(r, power / 2, power * 2);
            EmissionView v;
            v.cap = Amount::max();
            v.power = power;
            const auto out = scheduled_mint(p, Epoch{n}, v, memory);
            REQUIRE(out.ok());
            REQUIRE(big(out->mint) == model.epoch(n, big(power)));
            memory = out->memory;
        }
        CHECK(memory.baseline.effective_time > 0);
    }
}

// ---------------------------------------------------------------- kinds that look at the supply

TEST_CASE("NEAR mints its rate of the supply, by the length of the epoch") {
    EmissionParams p = of(EmissionKind::fraction_of_supply);
    p.fraction_of_supply.rate = Ppb{50'000'000};
    EmissionView v;
    v.supply = Amount{u128{1'000'000'000} * 1'000'000 * kAtto};  // 10^9 NEAR of 24 decimals
    v.cap = Amount::max();
    v.end = TimeMs{kYearMs};
    CHECK(tokens(scheduled_mint(p, Epoch{0}, v).value(), 24) == "50000000");
    v.end = TimeMs{43'200'000};  // 43,200 blocks of a second: 1/730 of a year
    CHECK(tokens(scheduled_mint(p, Epoch{0}, v).value(), 24) == "68493.150684931506849315068493");
    p.fraction_of_supply.rate = Ppb{25'000'000};
    v.end = TimeMs{kYearMs};
    CHECK(tokens(scheduled_mint(p, Epoch{0}, v).value(), 24) == "25000000");
}

TEST_CASE(
    "F5: Livepeer's inflation moves by its step, first the rate and then the mint, between zero and its ceiling") {
    EmissionParams p = of(EmissionKind::signed_step);
    p.signed_step = {Ppb{1000}, Ppb{500}, Ppb{500'000'000}, Ppb{2200}};
    EmissionMemory memory = emission_start(p);
    EmissionView v;
    v.supply = Amount{1'000'000'000};
    v.cap = Amount::max();
    const auto next = [&](u128 bonded) {
        v.bonded = Amount{bonded};
        const auto out = scheduled_mint(p, Epoch{0}, v, memory).value();
        memory = out.memory;
        return static_cast<std::uint64_t>(out.mint.units);
    };
    CHECK(next(400'000'000) == 1500);
    CHECK(next(499'999'999) == 2000);
    CHECK(next(500'000'000) == 2000);  // at the target nothing moves
    CHECK(next(0) == 2200);            // F5: a controller whose target is never met stops at its ceiling
    CHECK(next(0) == 2200);
    for (int i = 0; i < 5; ++i) (void)next(900'000'000);
    CHECK(next(900'000'000) == 0);
    CHECK(next(100'000'000) == 500);  // and comes back from its floor at once
}

TEST_CASE("Cosmos' inflation goes to its goal and stays within its bounds") {
    EmissionParams p = of(EmissionKind::bonded_ratio);
    // x/mint's own defaults: 13 %, goal 67 %, 13 % a year at most, 7 to 20 %.
    p.bonded_ratio = {Ppb{130'000'000}, Ppb{670'000'000}, Ppb{130'000'000}, Ppb{70'000'000}, Ppb{200'000'000}};
    EmissionView v;
    v.supply = Amount{u128{1'000'000} * kAtto};
    v.cap = Amount::max();
    v.end = TimeMs{kYearMs};
    EmissionMemory memory = emission_start(p);
    // Nothing bonded: after a year 13 + 13 = 26 %, clamped to 20 %.
    CHECK(tokens(scheduled_mint(p, Epoch{0}, v, memory).value().mint, 18) == "200000");
    v.bonded = Amount{u128{670'000} * kAtto};  // at the goal: 13 %
    CHECK(tokens(scheduled_mint(p, Epoch{0}, v, memory).value().mint, 18) == "130000");
    v.bonded = Amount{u128{335'000} * kAtto};  // half of the goal: 13 + 6.5
    CHECK(tokens(scheduled_mint(p, Epoch{0}, v, memory).value().mint, 18) == "195000");
    v.bonded = v.supply;
    for (std::uint64_t day = 0; day < 2000; ++day) {
        v.start = TimeMs{day * kDayMs}, v.end = TimeMs{(day + 1) * kDayMs};
        memory = scheduled_mint(p, Epoch{0}, v, memory).value().memory;
    }
    CHECK(memory.rate == u128{70'000'000} * 1'000'000'000);
    v.bonded = {};
    for (std::uint64_t day = 0; day < 4000; ++day) memory = scheduled_mint(p, Epoch{0}, v, memory).value().memory;
    CHECK(memory.rate == u128{200'000'000} * 1'000'000'000);
}

TEST_CASE("Pocket mints 97.5 % of what was settled") {
    EmissionParams p = of(EmissionKind::mint_ratio);
    p.mint_ratio.ratio = Ppb{975'000'000};
    EmissionView v;
    v.cap = Amount::max();
    for (const auto& [settled, mint] : {std::pair{1000u, 975u}, {1u, 0u}, {41u, 39u}, {0u, 0u}}) {
        v.settled = Amount{settled};
        CHECK(scheduled_mint(p, Epoch{0}, v).value().units == mint);
    }
}

// ---------------------------------------------------------------- RNP-020

PolicyEmission rnp020() {  // RENDER has eight decimals
    constexpr u128 kToken = 100'000'000;
    PolicyEmission p;
    p.initial = Amount{47'435 * kToken};
    p.min = Amount{kToken};
    p.max = Amount{200'000 * kToken};
    p.unit = Amount{100 * kToken};
    return p;
}

TEST_CASE("RNP-020 over Render's burns of epochs 1 to 97 goes where its authors' figure goes") {
    std::ifstream in(std::string(ASSAY_SHARED_DIR) + "/data/render_burns_epochs_1_97.json");
    if (!in) {
        WARN("skipped: render_burns_epochs_1_97.json is not there");
        return;
    }
    std::stringstream text;
    text << in.rdbuf();
    const auto root = json::parse(text.str());
    REQUIRE(root.ok());
    EmissionParams p = of(EmissionKind::policy);
    p.policy = rnp020();
    EmissionMemory memory = emission_start(p);
    std::vector<std::string> levels;
    for (const json::Value& row : root->find("data")->items) {
        EmissionView v;
        v.cap = Amount::max();
        std::string burned = row.find("burnedRender")->text;  // a double there; RENDER has eight decimals
        if (const auto dot = burned.find('.'); dot != std::string::npos)
            burned.resize(std::min(burned.size(), dot + 9));
        const auto units = parse_decimal(burned, 8);
        REQUIRE(units.ok());
        v.burned = Amount{*units};
        const auto out = scheduled_mint(p, Epoch{0}, v, memory).value();
        memory = out.memory;
        const std::string level = tokens(out.mint, 8);
        if (levels.empty() || levels.back() != level) levels.push_back(level);
    }
    // "bounded between 27.6k (epoch 36) and 25.1k (epoch 97)"
    CHECK(levels == std::vector<std::string>{"47435", "43100", "35900", "27600", "25100"});
    CHECK(tokens(memory.policy.level, 8) == "25100");
}

TEST_CASE("the policy is held near its anchor, moves faster in a row, and stops at its bounds") {
    EmissionParams p = of(EmissionKind::policy);
    p.policy = {Amount{1000},       Amount{300},      Amount{2000},     Amount{1},         1, 3, Ppb{1'000'000'000},
                Ppb{3'000'000'000}, Ppb{100'000'000}, Ppb{100'000'000}, Ppb{1'000'000'000}};
    const auto path = [&](std::initializer_list<unsigned> burns) {
        EmissionMemory memory = emission_start(p);
        std::vector<unsigned> levels;
        for (const unsigned b : burns) {
            EmissionView v;
            v.cap = Amount::max();
            v.burned = Amount{b};
            memory = scheduled_mint(p, Epoch{0}, v, memory).value().memory;
            levels.push_back(static_cast<unsigned>(memory.policy.level.units));
        }
        return levels;
    };
    CHECK(path({1000, 1000, 1000}) == std::vector<unsigned>{1000, 1000, 1000});
    CHECK(path({334, 334}) == std::vector<unsigned>{1000, 1000});    // within three times
    CHECK(path({1100, 1100}) == std::vector<unsigned>{1000, 1000});  // within a tenth of the anchor
    // 1000 / 1.1, / 1.2, / 1.3, and no steeper than three steps; then the floor.
    CHECK(path({100, 100, 100, 100, 100}) == std::vector<unsigned>{909, 757, 582, 447, 343});
    CHECK(path({1, 1, 1, 1, 1, 1, 1, 1}).back() == 300);
    CHECK(path({5000, 5000, 5000}) == std::vector<unsigned>{1100, 1320, 1716});
    CHECK(path({5000, 5000, 5000, 5000, 5000}).back() == 2000);
    CHECK(path({0, 0, 0, 0, 0, 0, 0}).back() == 300);
    // A turn begins with the first step again.
    CHECK(path({100, 100, 5000}) == std::vector<unsigned>{909, 757, 832});
}

// ---------------------------------------------------------------- all of them

TEST_CASE("every kind is total: any parameters and any view give a mint within the clamps, or an overflow") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    int minted = 0;
    for (int round = 0; round < 4000; ++round) {
        INFO("seed " << seed << ", round " << round);
        EmissionParams p = of(static_cast<EmissionKind>(r.below(enum_count(EmissionKind{}))));
        const auto ppb = [&] { return Ppb{r.below(3) == 0 ? r.u64() : r.below(Ppb::kOne + 1)}; };
        p.total = Amount{awkward(r)};
        p.geometric = {Amount{awkward(r)}, awkward(r), r.below(100)};
        p.halving = {r.below(2) == 0 ? HalvingBy::time : HalvingBy::issuance, Amount{awkward(r)}, 1 + r.below(1000),
                     r.below(2) == 0 ? r.u64() : r.below(4'000'000'000'000)};
        p.exp_decay = {Amount{awkward(r)}, awkward(r), r.below(100)};
        p.baseline = {Amount{awkward(r)}, Amount{awkward(r)},     awkward(r),
                      awkward(r),         r.u64() >> r.below(64), awkward(r)};
        p.signed_step = {ppb(), ppb(), ppb(), ppb()};
        p.bonded_ratio = {ppb(), ppb(), ppb(), ppb(), ppb()};
        p.fraction_of_supply = {ppb()};
        p.mint_ratio = {ppb()};
        p.policy = {Amount{awkward(r)},
                    Amount{awkward(r)},
                    Amount{awkward(r)},
                    Amount{awkward(r)},
                    1 + r.below(5),
                    1 + r.below(1000),
                    ppb(),
                    ppb(),
                    ppb(),
                    ppb(),
                    ppb()};
        EmissionMemory memory = emission_start(p);
        EmissionView v;
        v.genesis = v.supply = Amount{awkward(r)};
        v.cap = Amount{awkward(r)};
        for (std::uint64_t e = 0; e < 20; ++e) {
            v.bonded = Amount{awkward(r)}, v.settled = Amount{awkward(r)}, v.burned = Amount{awkward(r)};
            v.power = awkward(r);
            v.start = TimeMs{r.below(2) == 0 ? r.u64() : r.below(4'000'000'000'000)};
            v.end = TimeMs{v.start.value + r.below(2) * r.below(10 * kYearMs)};
            v.blocks = r.below(3) == 0 ? r.u64() : r.below(1000);
            const Epoch epoch{r.below(3) == 0 ? r.u64() : e};
            const auto out = scheduled_mint(p, epoch, v, memory);
            if (!out) {
                REQUIRE(out.error().code == Code::overflow);
                continue;
            }
            REQUIRE(big(out->mint) + big(v.cumulative_scheduled) <=
                    std::max(big(p.total), big(v.cumulative_scheduled)));
            REQUIRE(big(out->mint) + big(v.supply) <= std::max(big(v.cap), big(v.supply)));
            minted += !out->mint.is_zero();
            memory = out->memory;
            v.cumulative_scheduled = *add(v.cumulative_scheduled, out->mint);
            v.supply = *add(v.supply, out->mint);
        }
    }
    CHECK(minted > 1000);
}

}  // namespace
}  // namespace assay::tokenomics
