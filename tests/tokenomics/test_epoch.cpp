#include "tests/tokenomics/model.hpp"
#include "tokenomics/burn.hpp"
#include "tokenomics/epoch.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

Address address(std::uint8_t first) {
    Address a;
    a.bytes[0] = first;
    return a;
}

Big sum_of(const EpochPools& p) {
    return big(p.work) + big(p.availability) + big(p.stakers) + big(p.validators) + big(p.treasury);
}
Big sum_of(const Payment& p) {
    return big(p.work) + big(p.availability) + big(p.staking) + big(p.validation);
}

Payment paid_to(const EpochOutput& out, const Address& a) {
    Payment sum;
    sum.to = a;
    for (const Payment& p : out.payments)
        if (p.to == a) {
            sum.work = *add(sum.work, p.work);
            sum.availability = *add(sum.availability, p.availability);
            sum.staking = *add(sum.staking, p.staking);
            sum.validation = *add(sum.validation, p.validation);
        }
    return sum;
}

// A network that mints 1000 an epoch: work 300, availability 400, stakers 100, validators 150, treasury 50.
Params thousand() {
    Params p;
    p.emission.kind = EmissionKind::step_table;
    p.emission.steps = {{0, Amount{1000}}};
    p.emission.total = Amount{1'000'000};
    p.split = {Ppb{300'000'000}, Ppb{400'000'000}, Ppb{100'000'000}, Ppb{150'000'000}, Ppb{50'000'000}};
    return p;
}

EpochInput input() {
    EpochInput in;
    in.view = {{}, Amount{1'000'000}, Amount{100'000'000}};
    return in;
}

ProviderWork worker(std::uint8_t name, u128 weight) {
    ProviderWork w;
    w.provider = address(name);
    w.passed_weight = weight;
    return w;
}

TEST_CASE("an epoch mints, splits, pays and keeps, in numbers that can be followed by hand") {
    EpochInput in = input();
    in.fees = Amount{30};
    ProviderWork a = worker(1, 3), b = worker(2, 1);
    a.stake_at_start = a.stake_at_end = Amount{500};
    b.stake_at_start = Amount{10'000}, b.stake_at_end = Amount{1500};  // counts with the less
    b.pending_weight = 4;
    a.tokens_carried = Amount{1000}, a.already_paid = Amount{875};  // room 100
    in.providers = {a, b};
    in.validators = {{address(8), 2}, {address(9), 1}};
    const auto out = close_epoch(thousand(), in);
    CHECK(out.minted.units == 1000);
    CHECK(out.split.work.units == 300);
    CHECK(out.split.treasury.units == 50);
    CHECK(paid_to(out, address(1)).availability.units == 150);  // 400 x 3/8
    CHECK(paid_to(out, address(2)).availability.units == 50);
    REQUIRE(out.reserved_per_provider.size() == 2);
    CHECK(out.reserved_per_provider[0].is_zero());
    CHECK(out.reserved_per_provider[1].units == 200);  // 400 x 4/8 waits for its verdicts
    CHECK(paid_to(out, address(1)).staking.units == 25);
    CHECK(paid_to(out, address(2)).staking.units == 75);
    CHECK(paid_to(out, address(1)).work.units == 100);
    CHECK(out.pools_after.work.units == 200);
    CHECK(paid_to(out, address(8)).validation.units == 120);  // (150 + 30) x 2/3
    CHECK(paid_to(out, address(9)).validation.units == 60);
    CHECK(out.pools_after.treasury.units == 50);
    CHECK(out.fees_left.is_zero());
}

TEST_CASE("an epoch without work, stake or validators mints into its pools and pays nobody") {
    const auto out = close_epoch(thousand(), input());
    CHECK(out.minted.units == 1000);
    CHECK(out.payments.empty());
    CHECK(sum_of(out.pools_after) == 1000);
    EpochInput in = input();
    in.providers = {worker(1, 0)};
    in.validators = {{address(1), 0}};
    in.fees = Amount{7};
    const auto idle = close_epoch(thousand(), in);
    CHECK(idle.payments.empty());
    CHECK(idle.pools_after.validators.units == 157);  // fees wait with the share for a validator
    CHECK(idle.reserved_per_provider == std::vector<Amount>{Amount{}});
}

TEST_CASE("F15: a provider that passed nothing gets nothing from availability, though it be the only one") {
    EpochInput in = input();
    in.providers = {worker(1, 0), worker(2, 0)};
    const auto out = close_epoch(thousand(), in);
    CHECK(paid_to(out, address(1)).availability.is_zero());
    CHECK(out.pools_after.availability.units == 400);
}

TEST_CASE("F2: an own burn that draws on the room of other buyers' burns returns less than it burned") {
    // Provider 1 served a buyer who burned 1000 tokens at 1.00; the price doubled, so it was settled with 500 and room
    // for 475 is left. Others did 999 times as much. The work pool holds 100,000 tokens. Provider 1 burns 500 tokens
    // for 1000 credits, orders from itself and is settled with 487.
    Params p = thousand();
    p.emission.kind = EmissionKind::none;
    EpochInput in = input();
    in.pools.work = Amount{100'000};
    ProviderWork me = worker(1, 0), others = worker(2, 0);
    me.tokens_carried = Amount{1000}, me.already_paid = Amount{500};
    others.tokens_carried = Amount{999'000}, others.already_paid = Amount{499'500};
    in.providers = {me, others};
    const u128 before = paid_to(close_epoch(p, in), address(1)).work.units;
    me.tokens_carried = Amount{1500}, me.already_paid = Amount{987};
    in.providers = {me, others};
    const u128 after = paid_to(close_epoch(p, in), address(1)).work.units;
    CHECK(after + 487 < before + 500);
}

TEST_CASE("F2: for any prices, pools and competitors, burning for oneself returns at most 97.5 % of what it burns") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    Params p = thousand();
    p.emission.kind = EmissionKind::none;
    for (int round = 0; round < 3000; ++round) {
        INFO("seed " << seed << ", round " << round);
        p.bme.payout = p.bme.work_share = Ppb{r.below(3) == 0 ? 975'000'000 : r.below(Ppb::kOne + 1)};
        EpochInput in = input();
        in.pools.work = Amount{between(r, 0, u128{1} << r.below(60))};
        const auto serve = [&](ProviderWork& w) {
            const Amount tokens{between(r, 0, u128{1} << r.below(60))};
            const auto credits = credits_for(tokens, Price{Price::kStale + r.below(1'000'000'000)}, 6);
            const auto pay = settlement_pay(p.bme, *credits, tokens, Price{Price::kStale + r.below(1'000'000'000)}, 6);
            w.tokens_carried = *add(w.tokens_carried, tokens);
            w.already_paid = *add(w.already_paid, *pay);
            return std::pair{tokens, *pay};
        };
        for (std::uint8_t i = 0; i < 4; ++i) {
            in.providers.push_back(worker(i, 0));
            if (r.below(4) != 0) (void)serve(in.providers.back());
        }
        const Amount before = paid_to(close_epoch(p, in), address(1)).work;
        const auto [burned, settled] = serve(in.providers[1]);
        const Amount after = paid_to(close_epoch(p, in), address(1)).work;
        // One unit of rounding: floors of a bound that is a sum, and of a split.
        REQUIRE(big(after) + big(settled) <= big(before) + floor_div(big(burned) * p.bme.payout.value, Ppb::kOne) + 2);
    }
}

// The rules once more, on integers without a bound and in another order: every pool on its own.
struct Expected {
    Big minted;
    std::map<Address, Big> work, availability, staking, validation, reserved;
};
std::map<std::size_t, Big> divide(const Big& pool, const std::vector<Big>& weights) {
    std::map<std::size_t, Big> parts;
    Big total = 0;
    for (const Big& w : weights) total += w;
    if (total == 0 || total > big(kMax)) return parts;
    std::vector<std::pair<Big, std::size_t>> order;  // least remainder last; of equals the first index
    Big left = pool;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        parts[i] = pool * weights[i] / total;
        left -= parts[i];
        order.emplace_back(-(pool * weights[i] % total), i);
    }
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; left > 0; ++i, --left) ++parts[order[i].second];
    return parts;
}

EpochInput random_epoch(Random& r, bool wild) {
    EpochInput in;
    const auto some = [&] { return wild ? awkward(r) : between(r, 0, u128{1} << r.below(50)); };
    in.epoch = Epoch{r.below(10)};
    in.view = {Amount{some()}, Amount{some()}, Amount{some()}};
    in.pools = {Amount{some()}, Amount{some()}, Amount{some()}, Amount{some()}, Amount{some()}};
    in.fees = Amount{some()};
    for (std::uint64_t n = r.below(4) == 0 ? r.below(40) : r.below(7), i = 0; i < n; ++i) {
        ProviderWork w = worker(static_cast<std::uint8_t>(i), r.below(3) == 0 ? 0 : some());
        w.pending_weight = r.below(2) == 0 ? 0 : some();
        w.tokens_carried = Amount{some()};
        w.already_paid = Amount{some()};
        w.stake_at_start = Amount{some()};
        w.stake_at_end = Amount{some()};
        w.consumed = Credits{some()};
        in.providers.push_back(w);
    }
    for (std::uint64_t n = r.below(5), i = 0; i < n; ++i)
        in.validators.push_back({address(static_cast<std::uint8_t>(100 + i)), r.below(4) == 0 ? 0 : some(),
                                 r.below(3) == 0 ? 0
                                 : wild          ? r.u64()
                                                 : r.below(1000)});
    return in;
}

TEST_CASE("an epoch is what a second implementation makes of it, for random networks") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 2000; ++round) {
        INFO("seed " << seed << ", round " << round);
        Params p = thousand();
        p.bme.work_share = Ppb{r.below(Ppb::kOne + 1)};
        p.bme.work_bound = r.below(3) == 0 ? WorkBound::none : WorkBound::burned;
        p.validators.fee_burn = Ppb{r.below(3) == 0 ? 0 : r.below(Ppb::kOne + 1)};
        p.validators.proposed = Ppb{r.below(Ppb::kOne + 1)};
        const EpochInput in = random_epoch(r, false);
        const auto out = close_epoch(p, in);

        Big mint = 1000;
        for (const Big& room : {Big{big(p.emission.total) - big(in.view.cumulative_scheduled)},
                                Big{big(in.view.cap) - big(in.view.supply)}})
            mint = std::min(mint, std::max<Big>(room, 0));
        REQUIRE(big(out.minted) == mint);
        const auto shares = divide(mint, {300, 400, 100, 150, 50});
        const auto share = [&](std::size_t i) { return shares.count(i) != 0 ? shares.at(i) : Big{0}; };
        std::vector<Big> room, weight, stake, power, blocks;
        for (const auto& w : in.providers) {
            if (p.bme.work_bound == WorkBound::none) {
                room.push_back(big(w.consumed.units));
                stake.push_back(std::min(big(w.stake_at_start), big(w.stake_at_end)));
                weight.push_back(big(w.passed_weight));
                continue;
            }
            const Big bound = big(w.tokens_carried) * p.bme.work_share.value / Ppb::kOne - big(w.already_paid);
            room.push_back(std::max<Big>(bound, 0));
            stake.push_back(std::min(big(w.stake_at_start), big(w.stake_at_end)));
            weight.push_back(big(w.passed_weight));
        }
        for (const auto& w : in.providers) weight.push_back(big(w.pending_weight));
        for (const auto& v : in.validators) power.push_back(big(v.power)), blocks.push_back(v.proposed);
        const Big burned = big(in.fees) * p.validators.fee_burn.value / Ppb::kOne;
        const Big validation_pool = big(in.pools.validators) + share(3) + big(in.fees) - burned;
        const bool proposed = std::any_of(blocks.begin(), blocks.end(), [](const Big& b) { return b > 0; });
        const Big for_blocks = proposed ? Big{validation_pool * p.validators.proposed.value / Ppb::kOne} : Big{0};
        auto by_blocks = divide(for_blocks, blocks);
        auto work = divide(big(in.pools.work) + share(0), room);
        auto availability = divide(big(in.pools.availability) + share(1), weight);
        Big all_stake = 0;
        for (const Big& w : stake) all_stake += w;
        std::vector<Big> staking;  // floors: what rounding leaves stays in the pool
        for (const Big& w : stake)
            staking.push_back(all_stake == 0 ? Big{0} : Big{(big(in.pools.stakers) + share(2)) * w / all_stake});
        auto by_power = divide(validation_pool - for_blocks, power);
        const std::size_t n = in.providers.size();
        Big all_work = 0, all_availability = 0, all_staking = 0, all_validation = 0;
        REQUIRE(out.reserved_per_provider.size() == n);
        for (std::size_t i = 0; i < n; ++i) {
            if (p.bme.work_bound == WorkBound::burned) work[i] = std::min(work[i], room[i]);
            const Payment got = paid_to(out, in.providers[i].provider);
            REQUIRE(big(got.work) == work[i]);
            REQUIRE(big(got.availability) == availability[i]);
            REQUIRE(big(got.staking) == staking[i]);
            REQUIRE(big(out.reserved_per_provider[i]) == availability[n + i]);
            all_work += work[i], all_availability += availability[i] + availability[n + i], all_staking += staking[i];
        }
        for (std::size_t i = 0; i < in.validators.size(); ++i) {
            REQUIRE(big(paid_to(out, in.validators[i].validator).validation) == by_blocks[i] + by_power[i]);
            all_validation += by_blocks[i] + by_power[i];
        }
        REQUIRE(big(out.pools_after.work) == big(in.pools.work) + share(0) - all_work);
        REQUIRE(big(out.pools_after.availability) == big(in.pools.availability) + share(1) - all_availability);
        REQUIRE(big(out.pools_after.stakers) == big(in.pools.stakers) + share(2) - all_staking);
        REQUIRE(big(out.pools_after.validators) == validation_pool - all_validation);
        REQUIRE(big(out.fees_burned) == burned);
        REQUIRE(big(out.pools_after.treasury) == big(in.pools.treasury) + share(4));
    }
}

TEST_CASE("F14: no input stops an epoch; not a unit appears or is lost, and no pool pays more than it holds") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 5000; ++round) {
        INFO("seed " << seed << ", round " << round);
        Params p = thousand();
        if (r.below(2) == 0) {  // parameters that validate() refuses must not break it either
            p.emission.kind = static_cast<EmissionKind>(r.below(3));
            p.emission.total = Amount{awkward(r)};
            p.emission.steps = {{5, Amount{awkward(r)}}, {2, Amount{awkward(r)}}};
            p.emission.geometric = {Amount{awkward(r)}, awkward(r), r.below(10)};
            p.split = {Ppb{r.u64()}, Ppb{r.below(3) == 0 ? 0 : r.u64()}, Ppb{r.u64()}, Ppb{r.u64()}, Ppb{r.u64()}};
            p.bme.work_share = Ppb{r.u64()};
            p.validators.fee_burn = Ppb{r.u64()};
            p.validators.proposed = Ppb{r.u64()};
        }
        EpochInput in = random_epoch(r, true);
        if (r.below(2) == 0) {
            p.bme.recycle = {Amount{awkward(r)}, r.below(20)};
            in.recycle_smoothed = Amount{awkward(r)};
            in.view.burned = Amount{awkward(r)};
        }
        const auto out = close_epoch(p, in);
        Big paid = 0, work = 0, availability = 0, staking = 0, validation = 0, reserved = 0;
        for (const Payment& x : out.payments) {
            paid += sum_of(x);
            work += big(x.work), availability += big(x.availability), staking += big(x.staking),
                validation += big(x.validation);
        }
        for (const Amount a : out.reserved_per_provider) reserved += big(a);
        REQUIRE(sum_of(in.pools) + big(out.minted) + big(out.recycled) + big(in.fees) ==
                paid + reserved + sum_of(out.pools_after) + big(out.fees_left) + big(out.fees_burned));
        REQUIRE(work <= big(in.pools.work) + big(out.split.work));
        REQUIRE(availability + reserved <= big(in.pools.availability) + big(out.split.availability));
        REQUIRE(staking <= big(in.pools.stakers) + big(out.split.stakers));
        REQUIRE(validation <= big(in.pools.validators) + big(out.split.validators) + big(in.fees));
        REQUIRE(big(out.minted) + big(out.recycled) + big(in.view.supply) <=
                std::max(big(in.view.cap), big(in.view.supply)));
        REQUIRE(big(out.split.work) + big(out.split.availability) + big(out.split.stakers) + big(out.split.validators) +
                    big(out.split.treasury) ==
                big(out.minted) + big(out.recycled));
    }
}

TEST_CASE("F14: a mint that a pool cannot hold is left out, and everybody is still paid from what is there") {
    EpochInput in = input();
    in.pools.treasury = Amount::max();
    in.pools.availability = Amount{90};
    in.providers = {worker(1, 2), worker(2, 1)};
    const auto out = close_epoch(thousand(), in);
    CHECK(out.minted.is_zero());
    CHECK(out.pools_after.treasury == Amount::max());
    CHECK(paid_to(out, address(1)).availability.units == 60);
    CHECK(paid_to(out, address(2)).availability.units == 30);
}

TEST_CASE("F14: weights that cannot be added up leave that one pool alone") {
    EpochInput in = input();
    in.providers = {worker(1, kMax), worker(2, kMax)};
    in.providers[0].stake_at_start = in.providers[0].stake_at_end = Amount{1};
    in.validators = {{address(9), 1}};
    in.fees = Amount::max();  // cannot be added to the pool: they wait
    const auto out = close_epoch(thousand(), in);
    CHECK(out.pools_after.availability.units == 400);
    CHECK(paid_to(out, address(1)).staking.units == 100);
    CHECK(paid_to(out, address(9)).validation.units == 150);
    CHECK(out.fees_left == Amount::max());
}

TEST_CASE("at 24 decimals and the largest cap the epochs of a network add up") {
    Params p = thousand();
    const u128 token = small(boost::multiprecision::pow(Big{10}, 24));
    const Amount cap{kMax};
    p.emission.steps = {{0, Amount{token * 10'000'000}}};
    p.emission.total = Amount{token * 300'000'000};
    EpochInput in;
    in.view = {{}, Amount{token * 40'000'000}, cap};
    in.providers = {worker(1, 1), worker(2, 3)};
    in.validators = {{address(9), 1}};
    Big paid = 0;
    for (std::uint64_t e = 0; e < 40; ++e) {
        in.epoch = Epoch{e};
        const auto out = close_epoch(p, in);
        in.pools = out.pools_after;
        in.view.cumulative_scheduled = *add(in.view.cumulative_scheduled, out.minted);
        in.view.supply = *add(in.view.supply, out.minted);
        for (const Payment& x : out.payments) paid += sum_of(x);
        CHECK(paid + sum_of(in.pools) == big(in.view.cumulative_scheduled));
    }
    CHECK(in.view.cumulative_scheduled == p.emission.total);
}

}  // namespace
}  // namespace assay::tokenomics
