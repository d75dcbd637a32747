#include <map>

#include "tests/tokenomics/model.hpp"
#include "tokenomics/slash.hpp"
#include "tokenomics/stake.hpp"
#include "tokenomics/unbonding.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

TEST_CASE("the stake of a device is unit x max(floor, multiplier), rounded up; of a provider, the sum") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 2000; ++round) {
        INFO("seed " << seed << ", round " << round);
        Params p;
        p.stake.unit = Amount{awkward(r)};
        p.stake.floor = Ppb{r.u64() >> r.below(64)};
        p.classes.resize(1 + r.below(4));
        for (auto& c : p.classes) c.multiplier = Ppb{r.u64() >> r.below(64)};
        std::vector<std::uint32_t> devices(r.below(6));
        Big sum = 0;
        bool fits = true;
        for (auto& d : devices) {
            d = static_cast<std::uint32_t>(r.below(p.classes.size()));
            const std::uint64_t m = p.classes[d].multiplier.value;
            const Big one =
                ceil_div(big(p.stake.unit) * (m > p.stake.floor.value ? m : p.stake.floor.value), Ppb::kOne);
            const auto got = required_per_device(p.stake, p.classes[d]);
            REQUIRE(got.ok() == (one <= big(kMax)));
            if (got) REQUIRE(big(*got) == one);
            sum += one;
            fits = fits && sum <= big(kMax);
        }
        std::map<std::uint32_t, std::uint32_t> counts;
        for (const std::uint32_t d : devices) ++counts[d];
        std::vector<ClassCount> by_class;
        for (const auto& [d, n] : counts) by_class.push_back({d, n});
        const auto all = requirement(p, by_class);
        REQUIRE(all.ok() == fits);
        if (fits)
            REQUIRE(big(all->tokens) == sum);
        else
            REQUIRE(all.error().code == Code::overflow);
    }
}

TEST_CASE("a provider without devices needs no stake; a class that is not there is an error that names it") {
    const Params p = devnet();
    CHECK(requirement(p, {})->tokens.is_zero());
    const ClassCount six[] = {{6, 1}};
    const auto none = requirement(p, six);
    REQUIRE_FALSE(none.ok());
    CHECK(none.error().code == Code::unknown_class);
    CHECK(none.error().message.find("6") != std::string::npos);
}

TEST_CASE("io.net's table: 200 tokens a card at least, eight H100 at a multiplier of ten need 16,000") {
    Params p;
    p.stake.unit = Amount{200};
    p.stake.floor = Ppb{Ppb::kOne};
    p.classes.resize(2);
    p.classes[0].multiplier = Ppb{10 * Ppb::kOne};
    p.classes[1].multiplier = Ppb{Ppb::kOne / 4};
    CHECK(requirement(p, std::vector<ClassCount>{{0, 8}})->tokens.units == 16'000);
    CHECK(requirement(p, std::vector<ClassCount>{{1, 1}})->tokens.units == 200);
}

TEST_CASE("the deterrence bound and the exposure of a commit are three times the cost") {
    ClassParams c;
    c.cost = Amount{7};
    CHECK(minimum_stake_per_device(c)->units == 21);
    CHECK(exposure(c)->units == 21);
    c.cost = Amount{kMax / 3};
    CHECK(minimum_stake_per_device(c)->units == kMax / 3 * 3);
    c.cost = Amount{kMax / 3 + 1};
    CHECK(minimum_stake_per_device(c).error().code == Code::overflow);
}

// ---------------------------------------------------------------- unbonding

Unbonding entry(u128 amount, std::uint64_t matures) {
    return {Amount{amount}, TimeMs{matures}, Height{1}};
}

TEST_CASE("an entry matures at its time, and no entry is lost or doubled") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 2000; ++round) {
        INFO("seed " << seed << ", round " << round);
        std::vector<Unbonding> entries(r.below(9));
        for (auto& e : entries) e = entry(r.u64(), r.below(50));
        const TimeMs now{r.below(60)};
        std::optional<TimeMs> oldest;
        if (r.below(2) == 0) oldest = TimeMs{r.below(60)};
        const Matured m = matured(entries, now, oldest);
        Big all = 0, out = 0;
        std::size_t kept = 0;
        for (const auto& e : entries) {
            all += big(e.amount);
            if (e.matures <= now && !(oldest && *oldest < e.matures))
                out += big(e.amount);
            else
                ++kept;
        }
        REQUIRE(big(m.released) == out);
        REQUIRE(m.remaining.size() == kept);
        for (const auto& e : m.remaining) out += big(e.amount);
        REQUIRE(out == all);
    }
}

TEST_CASE("an entry waits while a commit older than its maturity is open, whichever of the two came first") {
    const std::vector<Unbonding> entries{entry(50, 1000)};
    CHECK(matured(entries, TimeMs{999}, {}).released.is_zero());
    CHECK(matured(entries, TimeMs{1000}, {}).released.units == 50);
    // The commit was made a moment before the entry matured: the entry could be slashed for it then, and can be now.
    CHECK(matured(entries, TimeMs{5000}, TimeMs{999}).released.is_zero());
    // Made after: this stake never stood behind it, and a provider that works without a pause gets its tokens.
    CHECK(matured(entries, TimeMs{5000}, TimeMs{1000}).released.units == 50);
}

TEST_CASE("what cannot be added up waits; times at their edges do not wrap") {
    const std::vector<Unbonding> entries{entry(kMax, 0), entry(5, 0), entry(0, ~std::uint64_t{0})};
    const Matured m = matured(entries, TimeMs{0}, {});
    CHECK(m.released.units == kMax);
    CHECK(m.remaining.size() == 2);
    CHECK(matured({}, TimeMs{~std::uint64_t{0}}, TimeMs{0}).released.is_zero());
}

TEST_CASE("unbondings are limited in number, and the refusal names the limit") {
    StakeParams s;
    s.max_unbondings = 2;
    std::vector<Unbonding> entries;
    entries = *add_unbonding(s, entries, entry(1, 10));
    entries = *add_unbonding(s, entries, entry(2, 20));
    CHECK(entries.size() == 2);
    CHECK(entries[1].amount.units == 2);
    const auto third = add_unbonding(s, entries, entry(3, 30));
    REQUIRE_FALSE(third.ok());
    CHECK(third.error().code == Code::too_many_unbondings);
    CHECK(third.error().message.find("stake.max_unbondings is 2") != std::string::npos);
}

// ---------------------------------------------------------------- slashing

TEST_CASE("F11: 10 % then 20 % of 1000 leave 720, for active stake and unbonding stake alike") {
    Amount stake{1000};
    std::vector<Unbonding> entries{entry(1000, 5), entry(500, 6)};
    const auto apply = [&](Ppb rate) {
        const auto cut = slash(stake, entries, rate);
        REQUIRE(cut.ok());
        stake = *sub(stake, cut->from_stake);
        Amount sum = cut->from_stake;
        REQUIRE(cut->from_unbonding.size() == entries.size());
        for (std::size_t i = 0; i < entries.size(); ++i) {
            entries[i].amount = *sub(entries[i].amount, cut->from_unbonding[i]);
            sum = *add(sum, cut->from_unbonding[i]);
        }
        CHECK(sum == cut->total);
    };
    apply(Ppb{100'000'000});
    CHECK(stake.units == 900);
    CHECK(entries[0].amount.units == 900);
    CHECK(entries[1].amount.units == 450);
    apply(Ppb{200'000'000});
    CHECK(stake.units == 720);
    CHECK(entries[0].amount.units == 720);
    CHECK(entries[1].amount.units == 360);
}

TEST_CASE("F11: however many slashes, each takes its exact share rounded up, never more than is there") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 500; ++round) {
        INFO("seed " << seed << ", round " << round);
        Amount stake{awkward(r) / 16};
        std::vector<Unbonding> entries(r.below(9));
        for (auto& e : entries) e = entry(awkward(r) / 16, 0);
        for (int i = 0; i < 20; ++i) {
            const Ppb rate{r.below(8) == 0 ? r.u64() : r.below(Ppb::kOne + 1)};
            const std::uint64_t capped = std::min(rate.value, Ppb::kOne);
            const auto cut = slash(stake, entries, rate);
            REQUIRE(cut.ok());
            REQUIRE(big(cut->from_stake) == ceil_div(big(stake) * capped, Ppb::kOne));
            stake = *sub(stake, cut->from_stake);
            for (std::size_t k = 0; k < entries.size(); ++k) {
                REQUIRE(big(cut->from_unbonding[k]) == ceil_div(big(entries[k].amount) * capped, Ppb::kOne));
                entries[k].amount = *sub(entries[k].amount, cut->from_unbonding[k]);
            }
        }
    }
    CHECK(slash(Amount::max(), {}, Ppb{Ppb::kOne})->total == Amount::max());
    CHECK(slash(Amount{}, {}, Ppb{Ppb::kOne})->total.is_zero());
    CHECK(slash(Amount::max(), {}, Ppb{0})->total.is_zero());
    CHECK(slash(Amount{1}, {}, Ppb{1})->total.units == 1);  // the slashed pays the ceiling
}

TEST_CASE("the rate grows with the number of wrong samples, and a repeat is the full rate") {
    const SlashParams s;
    CHECK(failed_rate(s, 0, false) == Ppb{0});
    CHECK(failed_rate(s, 0, true) == Ppb{0});
    CHECK(failed_rate(s, 1, false) == s.one_bad);
    CHECK(failed_rate(s, 2, false) == s.two_bad);
    CHECK(failed_rate(s, 3, false) == s.full);
    CHECK(failed_rate(s, 64, false) == s.full);
    CHECK(failed_rate(s, 1, true) == s.full);
    CHECK(failed_rate(s, ~std::uint64_t{0}, false) == s.full);
}

TEST_CASE("F15: absence is never free, and doubles with each in memory up to the full rate") {
    const SlashParams s;
    const std::uint64_t expected[] = {0, 10, 20, 40, 80, 160, 200, 200};
    for (std::uint64_t n = 0; n < 8; ++n) CHECK(absent_rate(s, n).value == expected[n] * 1'000'000);
    CHECK(absent_rate(s, ~std::uint64_t{0}) == s.full);
    SlashParams odd;
    odd.absent = Ppb{0};
    CHECK(absent_rate(odd, ~std::uint64_t{0}).value == 0);  // returns at once
    odd.absent = Ppb{1};
    odd.full = Ppb{~std::uint64_t{0}};
    CHECK(absent_rate(odd, 64).value == std::uint64_t{1} << 63);
    CHECK(absent_rate(odd, 65) == odd.full);
}

}  // namespace
}  // namespace assay::tokenomics

namespace assay::tokenomics {
namespace {

using namespace test;

Params in_usd(std::uint64_t micro) {
    Params p = devnet();
    p.stake.unit_in = StakeUnit::usd;
    p.stake.unit_usd = micro;
    return p;
}

}  // namespace

TEST_CASE(
    "F9: a requirement in USD asks for more tokens as the price falls and fewer as it rises, never below 3 x cost") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 2000; ++round) {
        INFO("seed " << seed << ", round " << round);
        Requirement q;
        q.usd = Credits{awkward(r) >> r.below(128)};
        q.least = Amount{awkward(r)};
        const auto decimals = static_cast<unsigned>(r.below(25));
        const Price price{1 + (r.u64() >> r.below(64))};
        Big scale = 1;
        for (unsigned i = 0; i < decimals + 2; ++i) scale *= 10;
        const Big usd = ceil_div(big(q.usd.units) * scale, price.value);
        const auto got = in_tokens(q, price, decimals);
        REQUIRE(got.ok() == (usd <= big(kMax)));
        if (got) REQUIRE(big(*got) == (usd > big(q.least) ? usd : big(q.least)));
    }
    const Params p = in_usd(200'000'000);  // 200 USD, of a class of multiplier one
    Requirement one{{}, Credits{200'000'000}, Amount{1}};
    CHECK(in_tokens(one, Price{200'000'000}, 6).value() == Amount{100'000'000});   // at 2 USD: 100 tokens
    CHECK(in_tokens(one, Price{20'000'000}, 6).value() == Amount{1'000'000'000});  // at 0.20 USD: 1000
    CHECK(in_tokens(one, Price{2'000'000'000}, 6).value() ==
          Amount{10'000'000});  // F9: a price x10 makes entry no dearer
    CHECK(in_tokens(one, Price{300'000'000}, 6).value() == Amount{66'666'667});  // rounded up: the provider owes it
    CHECK(in_tokens(one, Price{0}, 6).error().code == Code::overflow);
    const ClassCount first[] = {{0, 1}};
    const auto sum = requirement(p, first);
    const ClassCount three[] = {{0, 3}};
    CHECK(requirement(p, three)->usd == Credits{600'000'000});
    REQUIRE(sum.ok());
    CHECK(sum->tokens.is_zero());
    CHECK(sum->least == *deterrent_stake(p, p.classes[0]));
    CHECK(in_tokens(*sum, Price{~std::uint64_t{0}}, 6).value() == sum->least);
}

TEST_CASE("scaled access: a free share, and the rest by what covers the requirement (Gonka: 20 % free)") {
    StakeParams s;
    CHECK(access_share(s, Amount{}, Amount{100}) == Ppb{Ppb::kOne});  // all or nothing is asked elsewhere
    s.access = AccessMode::scaled;
    CHECK(access_share(s, Amount{}, Amount{100}) == Ppb{200'000'000});
    CHECK(access_share(s, Amount{50}, Amount{100}) == Ppb{600'000'000});
    CHECK(access_share(s, Amount{100}, Amount{100}) == Ppb{Ppb::kOne});
    CHECK(access_share(s, Amount::max(), Amount{100}) == Ppb{Ppb::kOne});
    CHECK(access_share(s, Amount{}, Amount{}) == Ppb{Ppb::kOne});
    CHECK(access_share(s, Amount{1}, Amount{3}) == Ppb{466'666'666});
    s.free_share = Ppb{Ppb::kOne};
    CHECK(access_share(s, Amount{}, Amount::max()) == Ppb{Ppb::kOne});
}

TEST_CASE("a unit of zero dollars is refused, and a bound that a lower full rate raises") {
    CHECK(validate(in_usd(1)).ok());
    const auto none = validate(in_usd(0));
    REQUIRE_FALSE(none.ok());
    CHECK(none.error().message.find("stake.unit_usd") != std::string::npos);
    Params p = devnet();
    p.slash.full = Ppb{100'000'000};
    CHECK(deterrent_stake(p, p.classes[0])->units == 6 * p.classes[0].cost.units);
}

}  // namespace assay::tokenomics
