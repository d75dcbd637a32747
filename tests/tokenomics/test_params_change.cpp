#include <algorithm>

#include "tests/tokenomics/walk.hpp"
#include "tokenomics/params_change.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

void check_refused(const std::vector<ParamChange>& changes, Code code, const std::vector<std::string>& words) {
    const auto p = apply_changes(devnet(), changes);
    REQUIRE_FALSE(p.ok());
    INFO(p.error().message);
    CHECK(p.error().code == code);
    for (const auto& w : words) {
        INFO("looking for " << w);
        CHECK(p.error().message.find(w) != std::string::npos);
    }
}

const ParamRow& row_of(const std::vector<ParamRow>& rows, const std::string& name) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.path == name; });
    INFO(name);
    REQUIRE(found != rows.end());
    return *found;
}

TEST_CASE("a change sets one parameter by its name in genesis, classes by theirs, and nothing else") {
    const Params before = devnet();
    const std::string name = before.classes[1].name;
    const std::vector<ParamChange> changes = {{"market.max_bids", "7"}, {"classes." + name + ".weight", "123"}};
    const auto after = apply_changes(before, changes);
    REQUIRE(after.ok());
    Params expected = before;
    expected.market.max_bids = 7;
    expected.classes[1].weight = 123;
    CHECK(borsh::encode(*after) == borsh::encode(expected));
}

TEST_CASE("what every field of the parameters is set to by its own canonical text changes nothing") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 20; ++round) {
        INFO("seed " << seed << ", round " << round);
        Params p = devnet();
        p.emission.steps.clear();
        each_leaf(p, [&](const std::string&, const auto& f, auto& member) { randomize(r, f, member); });
        for (std::size_t i = 0; i < p.classes.size(); ++i) p.classes[i].name = "c.l-" + std::to_string(i);
        const Bytes bytes = borsh::encode(p);
        for (const ParamRow& row : list_params(p)) {
            json::Value v;
            v.kind = json::Kind::string;
            v.text = row.value;
            const auto text = set_param(p, row.path, v);
            INFO(row.path << " = " << row.value << (text ? "" : text.error().message));
            REQUIRE(text.ok());
            REQUIRE(*text == row.value);
            if (row.number) REQUIRE(set_number(p, row.path, *row.number));
        }
        REQUIRE(borsh::encode(p) == bytes);
    }
}

TEST_CASE("a class is appended by its name and its fields, and comes last") {
    const Params before = devnet();
    const ClassParams& like = before.classes[0];
    std::vector<ParamChange> changes = {{"classes.new.1.name", "new.1"},
                                        {"classes.new.1.multiplier_ppb", std::to_string(like.multiplier.value)},
                                        {"classes.new.1.cost", to_digits(like.cost.units)},
                                        {"classes.new.1.lanes", std::to_string(like.lanes)},
                                        {"classes.new.1.steps", std::to_string(like.steps)},
                                        {"classes.new.1.leaf_every", std::to_string(like.leaf_every)}};
    const auto after = apply_changes(before, changes);
    INFO((after ? "" : after.error().message));
    REQUIRE(after.ok());
    REQUIRE(after->classes.size() == before.classes.size() + 1);
    CHECK(after->classes.back().name == "new.1");
    CHECK(check_steps(before, *after, {}, TimeMs{1}).ok());
    changes.erase(changes.begin());
    check_refused(changes, Code::unknown_param, {"classes.new.1.multiplier_ppb"});
    check_refused({{"classes.x.name", "x"}}, Code::field_out_of_range, {"lanes"});
}

TEST_CASE("what cannot be changed says which and why") {
    check_refused({{"token.cap", "1"}}, Code::param_fixed, {"token.cap", "how many there can be"});
    check_refused({{"market.max_bids", "7"}, {"token.decimals", "7"}}, Code::param_fixed, {"token.decimals"});
    check_refused({{"emission.kind", "none"}}, Code::param_fixed, {"emission.kind"});
    check_refused({{"emission.steps", "[]"}}, Code::param_fixed, {"emission.steps", "list"});
    const std::string at = "classes." + devnet().classes[0].name;
    check_refused({{at + ".name", "gpu"}}, Code::param_fixed, {at + ".name"});
    check_refused({{at + ".lanes", "2"}}, Code::param_fixed, {at + ".lanes", "leases"});
    for (const char* size : {".items", ".windows", ".stay"})
        check_refused({{"classes.cpu-vram" + std::string(size), "2"}}, Code::param_fixed, {size, "leases"});
    check_refused({{"governance.monetary_step_ppb", "0"}}, Code::param_fixed, {"none"});
}

TEST_CASE("names and values must be exact") {
    check_refused({{"market.max_bid", "7"}}, Code::unknown_param, {"market.max_bid", "market.max_bids"});
    check_refused({{"", "7"}}, Code::unknown_param, {});
    check_refused({{"market", "7"}}, Code::unknown_param, {});
    check_refused({{"classes", "7"}}, Code::unknown_param, {});
    check_refused({{"market.max_bids.x", "7"}}, Code::unknown_param, {});
    check_refused({{"market.max_bids", "7"}, {"market.max_bids", "8"}}, Code::bad_proposal, {"twice"});
    for (const char* wrong : {"", "07", "+7", " 7", "7 ", "7.0", "0x7", "seven", "-7"}) {
        INFO(wrong);
        const std::vector<ParamChange> one = {{"market.max_bids", wrong}};
        CHECK_FALSE(apply_changes(devnet(), one).ok());
    }
    check_refused({{"stake.min_stake", "12.5 ASY"}}, Code::bad_proposal, {"canonical", "12500000"});
    CHECK(apply_changes(devnet(), std::vector<ParamChange>{{"stake.min_stake", "12500000"}}).ok());
}

TEST_CASE("F21: a vote that puts stake below the deterrence bound, or a penalty of one unit, is refused with numbers") {
    const Params p = devnet();
    check_refused(
        {{"slash.full_ppb", "1"}, {"slash.one_bad_ppb", "1"}, {"slash.two_bad_ppb", "1"}, {"slash.absent_ppb", "1"}},
        Code::bad_proposal, {"slash.full_ppb of 1", "deterrence bound", "3 x cost"});
    const u128 cost = p.classes[0].cost.units * 1'000'000;
    check_refused({{"classes." + p.classes[0].name + ".cost", to_digits(cost)}}, Code::bad_proposal,
                  {"deterrence bound", to_digits(3 * cost)});
    check_refused({{"stake.unit", "1"}}, Code::bad_proposal, {"stake per device", "deterrence bound"});
    check_refused({{"stake.unbonding_ms", "1000"}}, Code::bad_proposal, {"longest challenge"});
}

TEST_CASE("F8: a monetary parameter moves ten percent from its window's start, in one step or in two") {
    const Params before = devnet();
    const TimeMs t0{1'000'000};
    const std::uint64_t window = before.governance.window_ms;
    Params after = before;
    const u128 unit = before.stake.unit.units;
    after.stake.unit.units = unit + unit / 10 + 1;
    auto windows = check_steps(before, after, {}, t0);
    REQUIRE_FALSE(windows.ok());
    CHECK(windows.error().code == Code::param_step_too_large);
    for (const std::string& w : {std::string("stake.unit"), to_digits(unit), to_digits(unit / 10 + 1)})
        CHECK(windows.error().message.find(w) != std::string::npos);
    after.stake.unit.units = unit + unit / 10;
    windows = check_steps(before, after, {}, t0);
    REQUIRE(windows.ok());
    REQUIRE(windows->size() == 1);
    CHECK((*windows)[0].base == unit);
    // The second step of the same window is measured from the same start, and may go back as far.
    Params more = after;
    more.stake.unit.units += 1;
    CHECK_FALSE(check_steps(after, more, *windows, TimeMs{t0.value + window - 1}).ok());
    Params back = after;
    back.stake.unit.units = unit - unit / 10;
    CHECK(check_steps(after, back, *windows, TimeMs{t0.value + window - 1}).ok());
    // A new window begins with the value of then.
    const auto next = check_steps(after, more, *windows, TimeMs{t0.value + window});
    REQUIRE(next.ok());
    CHECK((*next)[0].base == unit + unit / 10);
    // What is not monetary moves freely.
    Params free = before;
    free.market.max_bids = 1000;
    free.slash.jail_ms = 0;
    CHECK(check_steps(before, free, {}, t0)->empty());
}

TEST_CASE("zero and single digits of a monetary parameter cannot move: ten percent of them is nothing") {
    Params before = devnet();
    before.emission.halving.years = 9;
    Params after = before;
    after.emission.halving.years = 8;
    CHECK_FALSE(check_steps(before, after, {}, TimeMs{1}).ok());
    before.stake.unit = Amount::max();
    after = before;
    after.stake.unit.units -= kMax / 10;
    CHECK(check_steps(before, after, {}, TimeMs{1}).ok());
    after.stake.unit = Amount{};
    CHECK_FALSE(check_steps(before, after, {}, TimeMs{1}).ok());
}

TEST_CASE("a change that is too large comes apart into steps, each of which one window accepts, and ends there") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < assay::test::rounds(60); ++round) {
        INFO("seed " << seed << ", round " << round);
        const Params before = devnet();
        const u128 unit = before.stake.unit.units;
        std::vector<ParamChange> changes = {
            {"stake.unit", to_digits(between(r, unit, 9 * unit))},
            {"market.max_bids", std::to_string(1 + r.below(1000))},
        };
        const std::uint64_t shift = 1 + r.below(std::min(before.split.work.value, before.split.availability.value));
        const bool up = r.below(2) == 0;
        const auto& s = before.split;
        changes.push_back({"split.work_ppb", std::to_string(up ? s.work.value + shift : s.work.value - shift)});
        changes.push_back({"split.availability_ppb",
                           std::to_string(up ? s.availability.value - shift : s.availability.value + shift)});
        const auto end = apply_changes(before, changes);
        const auto steps = split_changes(before, changes);
        INFO((steps ? "" : steps.error().message));
        REQUIRE(end.ok());
        if (!steps) {  // a share that goes to nearly nothing takes more windows than anybody has
            CHECK(steps.error().code == Code::param_step_too_large);
            continue;
        }
        Params now = before;
        for (const auto& step : *steps) {
            const auto next = apply_changes(now, step);
            INFO((next ? "" : next.error().message));
            REQUIRE(next.ok());
            REQUIRE(check_steps(now, *next, {}, TimeMs{1}).ok());
            now = *next;
        }
        REQUIRE(borsh::encode(now) == borsh::encode(*end));
        CHECK(steps->front().size() <= changes.size());
    }
    const std::vector<ParamChange> one = {{"market.max_bids", "9"}};
    CHECK(split_changes(devnet(), one)->size() == 1);
    CHECK(split_changes(devnet(), {})->empty());
    // A bound beside the shares is no share: it goes its own way, and they stay.
    const std::vector<ParamChange> bound = {{"bme.work_share_ppb", "700000000"}};
    const auto steps_of_bound = split_changes(devnet(), bound);
    REQUIRE(steps_of_bound.ok());
    CHECK(steps_of_bound->size() == 4);  // 975, 877.5, 789.75, 710.775, 700
    for (const auto& step : *steps_of_bound) CHECK(step.size() == 1);
}

TEST_CASE("random changes are refused or leave valid parameters, never half of them") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    const Params before = devnet();
    const auto rows = list_params(before);
    std::size_t taken = 0;
    const int tries = assay::test::rounds(3000);
    for (int round = 0; round < tries; ++round) {
        INFO("seed " << seed << ", round " << round);
        std::vector<ParamChange> changes;
        for (std::uint64_t i = 0; i <= r.below(3); ++i) {
            const ParamRow& row = rows[r.below(rows.size())];
            std::string value = row.number && r.below(4) != 0 ? to_digits(awkward(r)) : row.value;
            if (row.number && row.unit != "Q0.128" && r.below(2) == 0)
                value = to_digits(*row.number + (*row.number / 20) * (r.below(2)));
            if (r.below(20) == 0) value.push_back(static_cast<char>(r.below(256)));
            changes.push_back({row.path, value});
        }
        const auto after = apply_changes(before, changes);
        if (!after) continue;
        ++taken;
        const Status ok = validate(*after);
        INFO((ok ? "" : ok.error().message));
        REQUIRE(ok.ok());
        REQUIRE(after->token.cap == before.token.cap);
        REQUIRE(after->emission.kind == before.emission.kind);
        for (const auto& c : changes) REQUIRE(row_of(list_params(*after), c.name).value == c.value);
    }
    CHECK(taken > static_cast<std::size_t>(tries / 30));
}

}  // namespace
}  // namespace assay::tokenomics
