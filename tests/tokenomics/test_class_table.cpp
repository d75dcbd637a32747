// What the classes of a chain are to each other: tasks by kind, one device in one window, and what a small product
// earns.
#include <set>

#include "proofs/kinds.hpp"
#include "proofs/merkle.hpp"
#include "tests/tokenomics/walk.hpp"
#include "tokenomics/class_table.hpp"
#include "tokenomics/class_task.hpp"

namespace assay::tokenomics {
namespace {

using namespace test;

ClassParams gemm_class(std::uint64_t m, std::uint64_t n, std::uint64_t k, std::uint64_t weight = 0) {
    ClassParams c = devnet().classes[0];
    c.name = "product";
    c.work = ClassWork::gemm;
    c.lanes = c.steps = c.leaf_every = 0;
    c.m = m, c.n = n, c.k = k;
    c.weight = weight;
    return c;
}

ClassParams vram_class(std::uint64_t items, std::uint64_t lanes, std::uint64_t steps, std::uint64_t leaf_every = 128,
                       std::uint64_t windows = 1, std::uint64_t stay = 0) {
    ClassParams c = devnet().classes[0];
    c.name = "walk";
    c.work = ClassWork::vram;
    c.weight = 0;
    c.items = items, c.lanes = lanes, c.steps = steps, c.leaf_every = leaf_every, c.windows = windows, c.stay = stay;
    return c;
}

proofs::WorkParams work_of(const ClassParams& c) {
    if (c.work == ClassWork::gemm) return proofs::GemmParams{c.m, c.n, static_cast<std::uint32_t>(c.k)};
    if (c.work == ClassWork::vram)
        return proofs::VramParams{c.items,
                                  c.lanes,
                                  c.steps,
                                  static_cast<std::uint32_t>(c.leaf_every),
                                  static_cast<std::uint32_t>(c.windows),
                                  static_cast<std::uint32_t>(c.stay)};
    return proofs::LanesParams{c.lanes, c.steps, static_cast<std::uint32_t>(c.leaf_every)};
}

// Sizes around the rules of a walk: about half of them are right.
ClassParams random_walk(Random& r) {
    const std::uint64_t leaf_every = std::uint64_t{16} << r.below(6), lanes = 1 + r.below(100);
    const std::uint64_t windows = 1 + r.below(3), stay = windows == 1 ? 0 : 1 + r.below(4);
    const std::uint64_t turn = windows == 1 ? 1 : windows * stay;
    const std::uint64_t steps = (1024 / (leaf_every * turn) + r.below(40)) * leaf_every * turn;
    const std::uint64_t most = lanes * steps / 16, least = std::max(25 * lanes, windows * stay * lanes * leaf_every);
    ClassParams c =
        vram_class(least < most ? least + r.below(most - least) : least, lanes, steps, leaf_every, windows, stay);
    c.items -= c.items % windows;
    if (r.below(4) == 0) c.items += r.below(3) - 1;
    if (r.below(8) == 0) c.stay += r.below(3) - 1;
    if (r.below(8) == 0) c.steps += leaf_every;
    return c;
}

ClassParams random_class(Random& r) {
    ClassParams c = devnet().classes[0];
    if (r.below(3) == 0)
        while (true)
            if (const ClassParams walk = random_walk(r); check_task(walk).ok()) return walk;
    if (r.below(2) == 0) {
        c.leaf_every = std::uint64_t{16} << r.below(9);
        c.steps = c.leaf_every * (1 + r.below(40));
        c.lanes = 1 + r.below(r.below(2) == 0 ? 3000 : 10'000'000);
        return c;
    }
    const auto side = [&] { return 256 * (1 + r.below(r.below(2) == 0 ? 3 : 500)); };
    return gemm_class(side(), side(), 128 * (1 + r.below(128)));
}

template <class Change>
std::string refusal(Change&& change, Code code = Code::bad_genesis) {
    Params p = devnet();
    change(p);
    const Status s = validate(p);
    if (s) return "";
    CHECK(s.error().code == code);
    return s.error().message;
}
bool holds(const std::string& text, const std::vector<std::string>& words) {
    return std::all_of(words.begin(), words.end(), [&](const auto& w) { return text.find(w) != std::string::npos; });
}

TEST_CASE("the numbers of a task are those of the work that is done, for every kind") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 500; ++round) {
        INFO("seed " << seed << ", round " << round);
        const ClassParams c = random_class(r);
        const proofs::WorkParams w = work_of(c);
        REQUIRE(check_task(c).ok());
        REQUIRE(proofs::validate(w).ok());
        const TaskSize t = task_size(c);
        REQUIRE(t.leaves == proofs::leaf_count(w));
        REQUIRE(t.samples == proofs::sample_range(w));
        REQUIRE(t.leaf_words == proofs::leaf_words(w));
        REQUIRE(t.units == proofs::work_units(w));
        if (const auto* walk = std::get_if<proofs::VramParams>(&w)) {
            REQUIRE(128 * t.loads[0] == proofs::memory_bytes(*walk));
            REQUIRE(32 * t.loads[0] + t.loads[1] == t.units);
        } else {
            REQUIRE((t.loads[0] == t.units && t.loads[1] == t.units));
        }
        const std::uint64_t k = 1 + r.below(256);
        REQUIRE(opening_size(c, k).units == proofs::verify_units(w, k));
    }
}

TEST_CASE("the bound on the bytes of an opening holds for real challenges of every kind") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    for (int round = 0; round < 300; ++round) {
        INFO("seed " << seed << ", round " << round);
        const ClassParams c = random_class(r);
        const proofs::WorkParams w = work_of(c);
        const std::uint64_t k = 1 + r.below(256), range = proofs::sample_range(w);
        std::set<std::uint64_t> picked;
        while (picked.size() < std::min(k, range)) picked.insert(r.below(range));
        const std::vector<std::uint64_t> targets(picked.begin(), picked.end());
        const auto opened = proofs::needed_leaves(w, targets);
        const std::uint64_t bytes =
            32 * (opened.size() * proofs::leaf_words(w) + proofs::multiproof_size(proofs::leaf_count(w), opened));
        REQUIRE(bytes + 1024 <= opening_size(c, k).bytes);
        if (c.work == ClassWork::gemm) REQUIRE(2 * bytes + 6000 >= opening_size(c, k).bytes);  // and is not far off
    }
}

TEST_CASE("a class has the sizes of its own kind, and no others") {
    const auto with = [](const ClassParams& c, Code code = Code::bad_genesis) {
        return refusal([&](Params& p) { p.classes.push_back(c); }, code);
    };
    CHECK(with(gemm_class(256, 512, 128)).empty());
    struct {
        std::uint64_t ClassParams::*field;
        std::uint64_t value;
        std::vector<std::string> words;
        Code code;
    } const cases[] = {
        {&ClassParams::m, 0, {"classes.product.m is 0", "256"}, Code::field_out_of_range},
        {&ClassParams::n, 0, {"classes.product.n is 0", "256"}, Code::field_out_of_range},
        {&ClassParams::k, 0, {"classes.product.k is 0", "128"}, Code::field_out_of_range},
        {&ClassParams::m, 300, {"classes.product.m of 300", "256"}, Code::bad_genesis},
        {&ClassParams::n, 384, {"classes.product.n of 384", "256"}, Code::bad_genesis},
        {&ClassParams::k, 200, {"classes.product.k of 200", "128"}, Code::bad_genesis},
        {&ClassParams::k, 16'512, {"k is 16512", "16384"}, Code::field_out_of_range},
        {&ClassParams::m, std::uint64_t{1} << 33, {"m is 8589934592", "4294967296"}, Code::field_out_of_range},
        {&ClassParams::lanes, 4, {"classes.product.lanes of 4", "gemm", "m, n, k"}, Code::bad_genesis},
        {&ClassParams::steps, 64, {"classes.product.steps of 64", "gemm"}, Code::bad_genesis},
        {&ClassParams::leaf_every, 1024, {"classes.product.leaf_every of 1024", "gemm"}, Code::bad_genesis},
    };
    for (const auto& one : cases) {
        ClassParams c = gemm_class(256, 512, 128);
        c.*one.field = one.value;
        const std::string message = with(c, one.code);
        INFO(message);
        CHECK(holds(message, one.words));
    }
    CHECK(holds(with(gemm_class(1ull << 32, 1ull << 32, 128)), {"classes.product", "2^40 leaves", "1125899906842624"}));
    // And a task of lanes none of a product's.
    CHECK(holds(refusal([](Params& p) { p.classes[0].k = 128; }),
                {"classes.cpu-small.k of 128", "lanes", "lanes, steps, leaf_every"}));
    CHECK(holds(refusal([](Params& p) { p.classes[0].leaf_every = 0; }, Code::field_out_of_range),
                {"classes.cpu-small.leaf_every is 0", "16"}));
    CHECK(holds(refusal([](Params& p) { p.classes[0].steps = 15; }, Code::field_out_of_range),
                {"classes.cpu-small.steps is 15", "16"}));
    CHECK(holds(refusal([](Params& p) { p.classes[0].lanes = 0; }, Code::field_out_of_range),
                {"classes.cpu-small.lanes is 0"}));
}

TEST_CASE("the sizes of a walk are those that its kind allows, each refused by name") {
    const auto with = [](const ClassParams& c, Code code = Code::bad_genesis) {
        return refusal([&](Params& p) { p.classes.push_back(c); }, code);
    };
    const auto range = [&](const ClassParams& c) { return with(c, Code::field_out_of_range); };
    const ClassParams fine = vram_class(512, 8, 1024), parts = vram_class(1536, 12, 2304, 16, 3, 2);
    CHECK(with(fine).empty());
    CHECK(with(parts).empty());
    CHECK(with(vram_class(std::uint64_t{1} << 30, 1 << 18, 1 << 18, 256, 2, 8)).empty());  // a card of 141 GB
    const auto changed = [](ClassParams c, std::uint64_t ClassParams::*field, std::uint64_t value) {
        c.*field = value;
        return c;
    };
    CHECK(holds(range(changed(fine, &ClassParams::items, 0)), {"classes.walk.items is 0", "25"}));
    CHECK(holds(range(changed(fine, &ClassParams::lanes, 0)), {"classes.walk.lanes is 0", "1"}));
    CHECK(holds(range(changed(fine, &ClassParams::steps, 1023)), {"classes.walk.steps is 1023", "1024"}));
    CHECK(holds(range(changed(fine, &ClassParams::leaf_every, 8)), {"classes.walk.leaf_every is 8", "16"}));
    CHECK(holds(range(changed(fine, &ClassParams::windows, 0)), {"classes.walk.windows is 0", "1"}));
    CHECK(holds(range(changed(fine, &ClassParams::items, (std::uint64_t{1} << 40) + 1)), {"items is 1099511627777"}));
    CHECK(holds(range(changed(fine, &ClassParams::stay, std::uint64_t{1} << 32)), {"stay is 4294967296"}));
    CHECK(holds(with(changed(fine, &ClassParams::leaf_every, 24)), {"leaf_every of 24", "power of two"}));
    CHECK(holds(with(changed(fine, &ClassParams::leaf_every, 1024)), {"leaf_every of 1024", "512"}));
    CHECK(holds(with(changed(fine, &ClassParams::steps, 1100)), {"steps of 1100", "leaf_every of 128"}));
    CHECK(holds(with(changed(fine, &ClassParams::lanes, 21)), {"lanes of 21", "items / 25 = 20"}));
    CHECK(holds(with(changed(fine, &ClassParams::items, 513)), {"lanes x steps of 8192", "16 x items = 8208"}));
    CHECK(holds(with(changed(fine, &ClassParams::stay, 1)), {"classes.walk.stay of 1", "windows is 1"}));
    CHECK(holds(with(changed(parts, &ClassParams::items, 1537)), {"windows of 3", "items of 1537"}));
    CHECK(holds(with(changed(parts, &ClassParams::stay, 0)), {"classes.walk.stay is 0", "windows is 3"}));
    CHECK(holds(with(changed(parts, &ClassParams::stay, 5)), {"144", "windows x stay = 15"}));
    CHECK(holds(with(changed(parts, &ClassParams::stay, 3)), {"lanes x stay x leaf_every of 576", "512"}));
    CHECK(holds(with(vram_class(std::uint64_t{1} << 40, 1ull << 32, 1ull << 32)), {"classes.walk", "2^40 leaves"}));
    // Of other kinds it has no size, nor they its own.
    CHECK(holds(with(changed(fine, &ClassParams::k, 128)),
                {"classes.walk.k of 128", "vram", "items, lanes, steps, leaf_every, windows, stay"}));
    CHECK(
        holds(with(changed(gemm_class(256, 256, 128), &ClassParams::items, 512)), {"items of 512", "gemm", "m, n, k"}));
    CHECK(holds(refusal([](Params& p) { p.classes[0].windows = 1; }),
                {"classes.cpu-small.windows of 1", "lanes, steps, leaf_every"}));
}

TEST_CASE("a walk that a class may ask for is one that can be done, and the other way round") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    int right = 0, wrong = 0;
    const int tries = assay::test::rounds(4000);
    for (int round = 0; round < tries; ++round) {
        INFO("seed " << seed << ", round " << round);
        const ClassParams c = random_walk(r);
        const bool ok = check_task(c).ok();
        REQUIRE(ok == proofs::validate(work_of(c)).ok());
        (ok ? right : wrong)++;
    }
    CHECK(right > tries / 10);
    CHECK(wrong > tries / 10);
}

TEST_CASE("an opening of the longest rows fits a block, and one that would not is refused") {
    CHECK(opening_size(gemm_class(32768, 65536, 16384), 64).units == 64 * (5 * 16384 + 128 + 3 + 2 * 17));
    const auto with = [](std::uint64_t limit) {
        return refusal([&](Params& p) {
            p.block.max_verify_units = limit;
            p.work.open_blocks = 100, p.epoch.blocks = 1000, p.stake.unbonding_ms = 10'000'000;
            p.classes.push_back(gemm_class(32768, 65536, 16384));
        });
    };
    const std::uint64_t one = 64 * (5 * 16384 + 128 + 3 + 2 * 17);
    CHECK(with(one).empty());
    CHECK(holds(with(one - 1), {"classes.product", std::to_string(one), "block.max_verify_units"}));
}

TEST_CASE("a product that earns emission has long rows and, in the largest class, many of them") {
    const auto with = [](std::vector<ClassParams> more) {
        return refusal([&](Params& p) {
            p.work.gemm_min_k = 4096, p.work.gemm_min_side = 32768;  // the defaults; devnet has none
            std::erase_if(p.classes, [](const ClassParams& c) { return c.work == ClassWork::gemm; });
            int i = 0;
            for (auto& c : more) c.name += std::to_string(i++), p.classes.push_back(c);
        });
    };
    CHECK(WorkRules{}.gemm_min_k == 4096);
    CHECK(WorkRules{}.gemm_min_side == 32768);
    CHECK(with({gemm_class(32768, 32768, 4096, 1)}).empty());
    CHECK(holds(with({gemm_class(32768, 32768, 3968, 1)}), {"classes.product0.k of 3968", "work.gemm_min_k of 4096"}));
    CHECK(holds(with({gemm_class(32512, 32768, 4096, 1)}), {"classes.product0.m of 32512", "gemm_min_side", "32768"}));
    CHECK(holds(with({gemm_class(32768, 32512, 4096, 1)}), {"classes.product0.n of 32512", "gemm_min_side", "32768"}));
    CHECK(with({gemm_class(256, 256, 128, 0)}).empty());  // for buyers alone
    // Beside a larger one an eighth of the side is enough, and less is not.
    CHECK(with({gemm_class(4096, 4096, 4096, 1), gemm_class(32768, 32768, 4096, 9)}).empty());
    CHECK(holds(with({gemm_class(4096, 3840, 4096, 1), gemm_class(32768, 32768, 4096, 9)}),
                {"classes.product0.n of 3840", "an eighth", "4096"}));
    CHECK(holds(with({gemm_class(4096, 4096, 4096, 1), gemm_class(32768, 32768, 4096, 0)}), {"classes.product0.m"}));
}

// ---------------------------------------------------------------- one device, one window

// Windows of a minute, blocks of a second: reach is 60 + 1 + 6 seconds.
Params minute(std::vector<ClassParams> classes) {
    Params p = devnet();
    p.block.time_ms = 1'000;
    p.work.window_ms = 60'000;
    p.epoch.blocks = 200;
    p.stake.unbonding_ms = 1'000'000;
    p.classes = std::move(classes);
    return p;
}
ClassParams timed(const char* name, std::uint64_t m, std::uint64_t weight, std::uint64_t task_ms) {
    ClassParams c = gemm_class(256 * m, 256, 128, weight);
    c.name = name;
    c.task_ms = task_ms;
    return c;
}
std::string told(const Params& p) {
    const Status s = validate(p);
    return s ? "" : s.error().message;
}

TEST_CASE("a task takes more than half of the time that a device can have for a window, and fits it once") {
    CHECK(reach(minute({})) == 67'000);
    CHECK(told(minute({timed("a", 4, 1, 33'501)})).empty());
    CHECK(holds(told(minute({timed("a", 4, 1, 33'500)})), {"classes.a.task_ms of 33500", "67000", "two tasks"}));
    CHECK(told(minute({timed("a", 4, 1, 58'000)})).empty());
    CHECK(holds(told(minute({timed("a", 4, 1, 58'001)})), {"classes.a.task_ms of 58001", "work.window_ms of 60000"}));
    CHECK(told(minute({timed("a", 4, 1, 0)})).empty());  // nothing is claimed
}

TEST_CASE("a class weighs no less than what its device could do in other classes instead") {
    // In 67 s a device that takes 40 s for its own 40 parts does 67 of them.
    CHECK(told(minute({timed("a", 40, 6, 40'000), timed("b", 10, 1, 40'000)})).empty());
    const std::string pair = told(minute({timed("a", 40, 5, 40'000), timed("b", 10, 1, 40'000)}));
    INFO(pair);
    CHECK(holds(pair, {"classes.a.weight of 5", "6 of b", "weigh 6"}));
    // It needs no claim of the smaller class, and no more where that one is of another kind.
    CHECK_FALSE(told(minute({timed("a", 40, 5, 40'000), timed("b", 10, 1, 0)})).empty());
    ClassParams lanes = devnet().classes[0];
    lanes.weight = 1000;
    CHECK(told(minute({timed("a", 40, 5, 40'000), lanes})).empty());
    // Each of two fits alone without a gain, and both together do not.
    CHECK(told(minute({timed("a", 40, 10, 40'000), timed("b", 40, 9, 0)})).empty());
    CHECK(told(minute({timed("a", 40, 10, 40'000), timed("b", 20, 3, 0)})).empty());
    const std::string mixed = told(minute({timed("a", 40, 10, 40'000), timed("b", 40, 9, 0), timed("c", 20, 3, 0)}));
    INFO(mixed);
    CHECK(holds(mixed, {"classes.a.weight of 10", "1 of b", "1 of c", "weigh 12"}));
}

TEST_CASE("of walks both is asked: what a device does if its time goes into making items, and if it goes into reads") {
    const auto walk = [](const char* name, std::uint64_t items, std::uint64_t reads, std::uint64_t weight,
                         std::uint64_t task_ms) {
        ClassParams c = vram_class(items, 1, items * reads);
        c.name = name, c.weight = weight, c.task_ms = task_ms;
        return c;
    };
    // 67 s are 1.675 tasks of a. Four times the items and the reads: 6.7 tasks of b.
    const ClassParams b = walk("b", 1024, 64, 1, 40'000);
    CHECK(told(minute({walk("a", 4096, 64, 6, 40'000), b})).empty());
    const std::string pair = told(minute({walk("a", 4096, 64, 5, 40'000), b}));
    INFO(pair);
    CHECK(holds(pair, {"classes.a.weight of 5", "6 of b", "weigh 6"}));
    // Four times the items and twice the reads: a device that reads in no time makes the items of six all the same.
    CHECK(told(minute({walk("a", 4096, 32, 6, 40'000), b})).empty());
    CHECK(holds(told(minute({walk("a", 4096, 32, 5, 40'000), b})), {"classes.a.weight of 5", "6 of b"}));
    // Twice the items and four times the reads: six where making takes no time.
    CHECK(told(minute({walk("a", 2048, 128, 6, 40'000), b})).empty());
    CHECK(holds(told(minute({walk("a", 2048, 128, 5, 40'000), b})), {"classes.a.weight of 5", "6 of b"}));
    // The same memory once more: it is there again for the next task, and only time bounds how many.
    CHECK(holds(told(minute({walk("a", 1024, 128, 2, 40'000), b})), {"classes.a.weight of 2", "3 of b"}));
    // Two classes of which each alone is no gain.
    const ClassParams half = walk("c", 2048, 64, 3, 0), all = walk("d", 4096, 64, 9, 0);
    CHECK(told(minute({walk("a", 4096, 64, 10, 40'000), half})).empty());
    CHECK(told(minute({walk("a", 4096, 64, 10, 40'000), all})).empty());
    CHECK(holds(told(minute({walk("a", 4096, 64, 10, 40'000), half, all})), {"1 of c", "1 of d", "weigh 12"}));
    // Other kinds are not compared.
    CHECK(told(minute({walk("a", 4096, 64, 1, 40'000), timed("product", 1, 1000, 0)})).empty());
}

TEST_CASE("no division of a device's time between items and reads lets it do more than was looked at") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    int refused = 0, accepted = 0;
    const int tries = assay::test::rounds(1000);
    for (int round = 0; round < tries; ++round) {
        INFO("seed " << seed << ", round " << round);
        std::vector<ClassParams> classes;
        for (std::uint64_t i = 0; i < 3; ++i) {
            const std::uint64_t size = 1 + r.below(12);
            classes.push_back(vram_class(128 * size, 1, 128 * (128 / 8 * size + r.below(40 * size))));
            classes.back().name = "c" + std::to_string(i);
            classes.back().weight = size * (3 + r.below(9));
            if (i == 0) classes.back().task_ms = 34'000 + r.below(20'000);
        }
        const ClassParams& a = classes[0];
        const auto items = [](const ClassParams& c) { return static_cast<double>(c.items); };
        const auto reads = [](const ClassParams& c) { return static_cast<double>(c.lanes * c.steps); };
        bool gains = false;
        for (int part = 0; part <= 20; ++part)
            for (std::uint64_t x = 0; x < 30; ++x)
                for (std::uint64_t y = 0; y < 30; ++y) {
                    const double share = part / 20.0, n = static_cast<double>(x), k = static_cast<double>(y);
                    const double time = static_cast<double>(a.task_ms) *
                                        (share * (n * items(classes[1]) + k * items(classes[2])) / items(a) +
                                         (1 - share) * (n * reads(classes[1]) + k * reads(classes[2])) / reads(a));
                    gains = gains || (time <= 67'000 && x * classes[1].weight + y * classes[2].weight > a.weight);
                }
        const std::string message = told(minute(classes));
        INFO(message);
        REQUIRE(message.empty() == !gains);
        (gains ? refused : accepted)++;
    }
    CHECK(refused > tries / 10);
    CHECK(accepted > tries / 10);
}

TEST_CASE("what a device could do instead is found wherever trying everything finds it") {
    const std::uint64_t seed = assay::test::seed();
    Random r(seed);
    int refused = 0, accepted = 0;
    const int tries = assay::test::rounds(2000);
    for (int round = 0; round < tries; ++round) {
        INFO("seed " << seed << ", round " << round);
        std::vector<ClassParams> classes;
        const std::uint64_t count = 2 + r.below(4);
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::uint64_t m = 1 + r.below(40);
            classes.push_back(
                timed("", m, (m + r.below(9)) * (3 + r.below(4)), r.below(3) == 0 ? 0 : 34'000 + r.below(20'000)));
            classes.back().name = std::string("c") + std::to_string(i);
        }
        const Params p = minute(classes);
        bool gains = false;
        for (const ClassParams& a : classes) {
            if (a.task_ms == 0) continue;
            // best[t]: the heaviest set of at most t parts of 256 rows
            const std::uint64_t parts = 67'000 * (a.m / 256) / a.task_ms;
            std::vector<std::uint64_t> best(parts + 1, 0);
            for (std::uint64_t t = 0; t <= parts; ++t)
                for (const ClassParams& b : classes)
                    if (&a != &b && b.m / 256 <= t) best[t] = std::max(best[t], best[t - b.m / 256] + b.weight);
            gains = gains || best[parts] > a.weight;
        }
        const std::string message = told(p);
        INFO(message);
        REQUIRE(message.empty() == !gains);
        (gains ? refused : accepted)++;
    }
    CHECK(refused > tries / 20);
    CHECK(accepted > tries / 20);
}

TEST_CASE("a table that takes too long to look through is refused, in bounded time") {
    // In 67 s the device does 67,837 parts. Tasks of whole thousands of them weigh 67,000 at most, which is no gain:
    // but what is left over could be one, and so every way to come to 67,000 is looked at.
    std::vector<ClassParams> classes = {timed("a", 40'500, 67'000, 40'000)};
    for (std::uint64_t i = 1; i <= 40; ++i) {
        classes.push_back(timed("", 1'000 * i, 1'000 * i, 0));
        classes.back().name = "c" + std::to_string(i);
    }
    CHECK(told(minute({classes[0], classes[7], classes[12]})).empty());
    const std::string message = told(minute(classes));
    INFO(message);
    CHECK(holds(message, {"classes.a.weight of 67000", "10000 steps"}));
}

}  // namespace
}  // namespace assay::tokenomics
