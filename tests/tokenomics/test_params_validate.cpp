#include <set>

#include "proofs/kinds.hpp"
#include "proofs/merkle.hpp"
#include "tests/tokenomics/walk.hpp"
#include "tokenomics/stake.hpp"
#include "tokenomics/unpublished.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

template <class Change>
void check_refused(Change&& change, const std::vector<std::string>& words, Code code = Code::bad_genesis) {
    Params p = devnet();
    change(p);
    const Status s = validate(p);
    REQUIRE_FALSE(s.ok());
    INFO(s.error().message);
    CHECK(s.error().code == code);
    for (const auto& w : words) {
        INFO("looking for " << w);
        CHECK(s.error().message.find(w) != std::string::npos);
    }
}
template <class Change>
void check_accepted(Change&& change) {
    Params p = devnet();
    change(p);
    const Status s = validate(p);
    INFO((s ? "" : s.error().message));
    CHECK(s.ok());
}

TEST_CASE("every preset that travels with the programs is valid") {
    REQUIRE_FALSE(preset_names().empty());
    for (const auto name : preset_names()) {
        INFO(name);
        const auto root = json::parse(*preset_text(name), {.comments = true});
        REQUIRE(root.ok());
        REQUIRE(root->find("params") != nullptr);
        if (!unpublished(*root).empty()) continue;  // test_unpublished.cpp
        const auto p = params_from_json(*root->find("params"), "params");
        INFO((p ? "" : p.error().message));
        REQUIRE(p.ok());
        const Status s = validate(*p);
        INFO((s ? "" : s.error().message));
        CHECK(s.ok());
    }
    CHECK_FALSE(preset_text("no-such-network").has_value());
}

TEST_CASE("every field out of the range of its description is refused, however it got there") {
    int checked = 0;
    const Params base = devnet();
    each_leaf(base, [&](const std::string& path, const auto& f, const auto&) {
        for (const u128 value : outside(f)) {
            Params p = base;
            if (!set_leaf(p, path, value)) continue;
            const Status s = validate(p);
            INFO(path << " = " << to_digits(value));
            REQUIRE_FALSE(s.ok());
            INFO(s.error().message);
            CHECK(s.error().code == Code::field_out_of_range);
            CHECK(s.error().message.find(path + " is " + to_digits(value)) == 0);
            CHECK(s.error().message.find(std::to_string(f.min) + " to " + std::to_string(f.max)) != std::string::npos);
            ++checked;
        }
    });
    CHECK(checked > 80);
    check_refused([](Params& p) { p.classes.clear(); }, {"classes is 0", "1 to 256"}, Code::field_out_of_range);
    check_refused([](Params& p) { p.classes.resize(257, p.classes[0]); }, {"classes is 257", "1 to 256"},
                  Code::field_out_of_range);
    check_refused([](Params& p) { p.emission.steps.resize(1001); }, {"emission.steps is 1001", "0 to 1000"},
                  Code::field_out_of_range);
    check_refused([](Params& p) { p.emission.kind = static_cast<EmissionKind>(11); },
                  {"emission.kind is 11", "0 to 10"}, Code::field_out_of_range);
}

TEST_CASE("no parameters stop the check: random ones are accepted or refused with a sentence") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 3000; ++round) {
        INFO("seed " << seed << ", round " << round);
        Params p = devnet();
        if (r.below(3) == 0) p.classes.resize(r.below(6));
        const bool wild = r.below(2) == 0;
        const std::uint64_t odds = 1 + r.below(40);
        each_leaf(p, [&](const std::string&, const auto& f, auto& member) {
            if (r.below(odds) != 0) return;
            auto range = f;
            if (wild) range.min = range.max = 0;
            if (wild && std::is_same_v<std::remove_cvref_t<decltype(member)>, std::string>) return;
            randomize(r, range, member);
        });
        const Status s = validate(p);
        if (!s) REQUIRE(s.error().message.size() > 10);
    }
}

TEST_CASE("names: a denomination has no space, a prefix can begin an address, a class can be typed") {
    check_refused([](Params& p) { p.token.denom = "AS Y"; }, {"token.denom", "letters"});
    check_refused([](Params& p) { p.token.prefix = "Assay"; }, {"token.prefix", "small letters"});
    check_refused([](Params& p) { p.classes[1].name = "cpu large"; }, {"classes", "cpu large"});
    check_refused([](Params& p) { p.classes[1].name = "cpu-small"; }, {"classes.cpu-small", "twice"});
}

TEST_CASE("F6: a schedule above the cap is refused, and so is one that cannot mint") {
    check_refused([](Params& p) { p.token.cap = Amount{}; }, {"token.cap", "zero"});
    check_refused([](Params& p) { p.emission.total = *add(p.token.cap, Amount{1}); },
                  {"emission.total of 200000000000001", "token.cap of 200000000000000"});
    check_accepted([](Params& p) { p.emission.total = p.token.cap; });
    check_refused([](Params& p) { p.emission.total = Amount{}; }, {"emission.total", "zero"});
    check_refused([](Params& p) { p.emission.geometric.first = Amount{}; }, {"emission.geometric.first", "zero"});
    check_refused([](Params& p) { p.emission.kind = EmissionKind::step_table; }, {"emission.steps", "empty"});
    check_refused([](Params& p) { p.emission.kind = EmissionKind::halving; }, {"emission.halving.first", "zero"});
    check_refused([](Params& p) { p.emission.kind = EmissionKind::exp_decay; }, {"emission.exp_decay.first", "zero"});
    check_refused([](Params& p) { p.emission.kind = EmissionKind::baseline; }, {"emission.baseline.lambda", "zero"});
    check_refused(
        [](Params& p) {
            p.emission.kind = EmissionKind::baseline;
            p.emission.baseline = {p.emission.total, Amount{1}, 1, 1, 1, 1};
        },
        {"emission.baseline", "sum to 100000000000001", "emission.total is 100000000000000"});
    check_refused(
        [](Params& p) {
            p.emission.kind = EmissionKind::signed_step;
            p.emission.signed_step = {Ppb{11}, Ppb{1}, Ppb{1}, Ppb{10}};
        },
        {"signed_step.initial_ppb of 11", "max_ppb of 10"});
    check_refused(
        [](Params& p) {
            p.emission.kind = EmissionKind::bonded_ratio;
            p.emission.bonded_ratio = {Ppb{5}, Ppb{1}, Ppb{1}, Ppb{6}, Ppb{10}};
        },
        {"bonded_ratio", "min_ppb of 6", "initial_ppb of 5", "must ascend"});
    check_refused([](Params& p) { p.emission.kind = EmissionKind::bonded_ratio; }, {"bonded_ratio.goal_ppb", "zero"});
    check_refused([](Params& p) { p.emission.kind = EmissionKind::fraction_of_supply; },
                  {"fraction_of_supply.rate_ppb"});
    check_refused([](Params& p) { p.emission.kind = EmissionKind::policy; }, {"emission.policy.min", "zero"});
    check_refused(
        [](Params& p) {
            p.emission.kind = EmissionKind::policy;
            p.emission.policy.min = p.emission.policy.initial = Amount{5};
            p.emission.policy.max = Amount{4};
        },
        {"policy", "initial of 5", "max of 4", "must ascend"});
    // F2: settlement and mint pay for the same burn.
    check_refused(
        [](Params& p) {
            p.emission.kind = EmissionKind::mint_ratio;
            p.emission.mint_ratio.ratio = Ppb{Ppb::kOne - p.bme.payout.value + 1};
        },
        {"mint_ratio.ratio_ppb", "bme.payout_ppb", "1000000001"});
    check_accepted([](Params& p) {
        p.emission.kind = EmissionKind::mint_ratio;
        p.emission.mint_ratio.ratio = Ppb{Ppb::kOne - p.bme.payout.value};
    });
    check_accepted([](Params& p) { p.emission.kind = EmissionKind::none, p.emission.total = Amount{}; });
    const auto steps = [](std::uint64_t a, std::uint64_t b) {
        return [=](Params& p) {
            p.emission.kind = EmissionKind::step_table;
            p.emission.steps = {{a, Amount{5}}, {b, Amount{4}}};
        };
    };
    check_accepted(steps(3, 4));
    check_refused(steps(4, 4), {"emission.steps[1].from_epoch of 4", "4"});
    check_refused(steps(4, 3), {"emission.steps[1].from_epoch of 3", "4"});
}

TEST_CASE("the shares of a mint sum to one, and a burn never returns more than it burned") {
    check_refused([](Params& p) { --p.split.treasury.value; }, {"split", "999999999", "1000000000"});
    check_refused([](Params& p) { ++p.split.treasury.value; }, {"split", "1000000001"});
    check_refused([](Params& p) { p.bme.payout.value = Ppb::kOne + 1; }, {"bme.payout_ppb is 1000000001"},
                  Code::field_out_of_range);
}

TEST_CASE("F21: a stake below three times the cost is refused, and so is a cost or a penalty that says nothing") {
    // cpu-large: 200 ASY of stake
    check_accepted([](Params& p) { p.classes[1].cost = Amount{200'000'000 / 3}; });
    check_refused([](Params& p) { p.classes[1].cost = Amount{200'000'000 / 3 + 1}; },
                  {"classes.cpu-large", "stake per device is 200000000", "3 x cost is 200000001"});
    check_refused([](Params& p) { p.classes[0].cost = Amount{}; }, {"classes.cpu-small.cost", "zero"});
    check_refused([](Params& p) { p.classes[0].cost = Amount::max(); }, {"classes.cpu-small.cost"});
    check_refused([](Params& p) { p.stake.unit = Amount::max(); }, {"stake.unit", "2^128"});
    check_refused([](Params& p) { p.stake.unit = Amount{1}; }, {"stake per device is 1,", "3000000"});
    // Pocket's live file: a penalty of one unit
    check_refused([](Params& p) { p.slash.one_bad = p.slash.two_bad = p.slash.full = p.slash.absent = Ppb{1}; },
                  {"3 x cost x 200000000 / slash.full_ppb of 1", "600000000000000"});
    // at a tenth of the full rate ten times the stake does: 3 x 1 x 10 of 100, 3 x 60 x 10 > 1600
    check_refused(
        [](Params& p) { p.slash.one_bad = p.slash.two_bad = p.slash.full = p.slash.absent = Ppb{20'000'000}; },
        {"classes.gpu-large", "1600000000", "1800000000"});
    check_accepted([](Params& p) {
        p.slash.one_bad = p.slash.two_bad = p.slash.full = p.slash.absent = Ppb{20'000'000};
        p.classes[3].cost = Amount{50'000'000};
    });
}

TEST_CASE("penalties ascend, and withholding is never cheaper than failing for ever") {
    check_refused([](Params& p) { p.slash.two_bad = Ppb{19'999'999}; },
                  {"two_bad_ppb 19999999", "one_bad_ppb 20000000"});
    check_refused([](Params& p) { p.slash.full = Ppb{39'999'999}; }, {"full_ppb 39999999"});
    check_refused([](Params& p) { p.slash.absent = Ppb{200'000'001}; }, {"absent_ppb 200000001"});
    check_refused([](Params& p) { p.slash.one_bad = p.slash.two_bad = p.slash.full = p.slash.absent = Ppb{0}; },
                  {"slash.full_ppb is zero"});
    check_refused([](Params& p) { p.slash.absent = Ppb{0}; }, {"slash.absent_ppb is zero"});
    // 1 % doubled four times is 16 %, five times 32 %
    check_refused([](Params& p) { p.slash.memory_tasks = 4; }, {"slash.memory_tasks of 4", "10000000", "200000000"});
    check_accepted([](Params& p) { p.slash.memory_tasks = 5; });
}

TEST_CASE("unbonding is longer than the longest challenge") {
    // 3 start + 6 window + 2 delay + 5 opening + 2 = 18 blocks of half a second
    check_accepted([](Params& p) { p.stake.unbonding_ms = 9'001; });
    check_refused([](Params& p) { p.stake.unbonding_ms = 9'000; }, {"stake.unbonding_ms of 9000", "9000 ms"});
    check_refused(
        [](Params& p) {
            p.work.open_blocks = 200;
            p.epoch.blocks = 1000;
            p.stake.unbonding_ms = 100'000;
        },
        {"stake.unbonding_ms of 100000", "106500 ms"});
}

TEST_CASE("a window fits into its epoch and a challenge into two") {
    check_refused([](Params& p) { p.work.window_ms = 9'000; },  // 18 blocks after at most 3
                  {"epoch.blocks of 20", "work.start_span_blocks 3", "18"});
    check_accepted([](Params& p) { p.work.window_ms = 8'500; });
    check_refused([](Params& p) { p.work.start_span_blocks = 15; },
                  {"epoch.blocks of 20", "work.start_span_blocks 15"});
    check_refused([](Params& p) { p.work.open_blocks = 28; }, {"epoch.blocks of 20", "41", "two epochs"});
    check_accepted([](Params& p) { p.work.open_blocks = 27; });
}

TEST_CASE("an opening window shorter than twice the blocks that the openings need is refused") {
    // One opening of each of the six classes; blocks that hold one opening of the largest.
    Params p = devnet();
    u128 all = 0, largest = 0;
    for (const auto& c : p.classes) {
        proofs::WorkParams w = proofs::LanesParams{c.lanes, c.steps, static_cast<std::uint32_t>(c.leaf_every)};
        if (c.work == ClassWork::gemm) w = proofs::GemmParams{c.m, c.n, static_cast<std::uint32_t>(c.k)};
        if (c.work == ClassWork::vram)
            w = proofs::VramParams{c.items,
                                   c.lanes,
                                   c.steps,
                                   static_cast<std::uint32_t>(c.leaf_every),
                                   static_cast<std::uint32_t>(c.windows),
                                   static_cast<std::uint32_t>(c.stay)};
        all += proofs::verify_units(w, p.work.samples);
        largest = std::max<u128>(largest, proofs::verify_units(w, p.work.samples));
    }
    const auto limit = static_cast<std::uint64_t>(largest);
    const u128 needed = 2 * ((all + limit - 1) / limit);
    REQUIRE(needed == 6);
    check_accepted([&](Params& q) { q.block.max_verify_units = limit, q.work.open_blocks = 6; });
    check_refused([&](Params& q) { q.block.max_verify_units = limit, q.work.open_blocks = 5; },
                  {"work.open_blocks of 5", "= 6"});
    check_refused([&](Params& q) { q.block.max_verify_units = limit - 1, q.work.open_blocks = 6; },
                  {"one opening takes " + to_digits(limit) + " verify units", to_digits(limit - 1)});
}

TEST_CASE("an opening that could never be sent is refused: its units and its bytes fit a block and a transaction") {
    check_refused(
        [](Params& p) {
            p.work.samples = 256;
            p.classes[3].lanes = u128{1} << 20;
        },
        {"classes.gpu-small", "132096 bytes", "block.max_tx_bytes is 131072"});
    check_refused([](Params& p) { p.block.max_bytes = 200'000; }, {"block.max_tx_bytes of 131072", "100000"});
}

TEST_CASE("a task has whole leaves, a power of two of steps each, and not too many") {
    check_refused([](Params& p) { p.classes[0].leaf_every = 1000; },
                  {"classes.cpu-small.leaf_every of 1000", "power of two"});
    check_refused([](Params& p) { p.classes[0].steps = 16'385; }, {"classes.cpu-small.steps of 16385", "1024"});
    check_refused([](Params& p) { p.classes[0].lanes = 1ull << 32, p.classes[0].steps = 1ull << 32; },
                  {"classes.cpu-small", "18014398509481984", "2^40"});
}

TEST_CASE("the price outlives two rounds") {
    check_accepted([](Params& p) { p.price.stale_blocks = 8; });
    check_refused([](Params& p) { p.price.stale_blocks = 7; }, {"price.stale_blocks of 7", "bme.round_blocks"});
}

TEST_CASE("the bound on an opening's size holds for real challenges") {
    // What validate() allows for, against the leaves and siblings that samples really need.
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 200; ++round) {
        INFO("seed " << seed << ", round " << round);
        Params p = devnet();
        p.classes.resize(1);
        ClassParams& c = p.classes[0];
        c.leaf_every = 16;
        c.steps = 16 * (1 + r.below(40));
        c.lanes = 1 + r.below(3000);
        p.work.samples = 1 + r.below(256);
        const proofs::WorkParams w = proofs::LanesParams{c.lanes, c.steps, 16};
        const std::uint64_t leaves = c.lanes * (c.steps / 16);
        std::set<std::uint64_t> picked;
        while (picked.size() < std::min(p.work.samples, leaves)) picked.insert(r.below(leaves));
        const std::vector<std::uint64_t> targets(picked.begin(), picked.end());
        const auto opened = proofs::needed_leaves(w, targets);
        const std::uint64_t bytes = 32 * (opened.size() + proofs::multiproof_size(leaves, opened));
        p.block.max_tx_bytes = std::max<std::uint64_t>(1024, bytes + 900);
        const Status s = validate(p);
        // Where the transaction could not carry this opening, validate() must have refused.
        REQUIRE_FALSE(s.ok());
        REQUIRE(s.error().message.find("block.max_tx_bytes") != std::string::npos);
    }
}

}  // namespace
}  // namespace assay::tokenomics
