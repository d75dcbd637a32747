// Which devices a run has, and which slots each works for.
#include "proofs/worker/device_pool.hpp"

#include "tests/support/catch.hpp"
#include "tests/worker/failure_of.hpp"

using namespace assay;
using namespace assay::proofs::worker;

namespace {

using Kinds = std::map<std::uint32_t, std::string>;
using Dealt = std::map<std::uint32_t, std::size_t>;
constexpr auto does_all = [](std::size_t, std::string_view) { return true; };
// Device 0 is a card that does products alone.
constexpr auto does_some = [](std::size_t device, std::string_view kind) { return device != 0 || kind == "gemm"; };

}  // namespace

TEST_CASE("slots are dealt out in ascending order, each to the next device that does its kind") {
    const Kinds four{{0, "lanes"}, {1, "lanes"}, {4, "lanes"}, {9, "lanes"}};
    CHECK(deal_slots({{}}, four, does_all) == Dealt{{0, 0}, {1, 0}, {4, 0}, {9, 0}});
    CHECK(deal_slots({{}, {}}, four, does_all) == Dealt{{0, 0}, {1, 1}, {4, 0}, {9, 1}});
    CHECK(deal_slots({{}, {}, {}, {}, {}}, four, does_all) == Dealt{{0, 0}, {1, 1}, {4, 2}, {9, 3}});
    const Kinds mixed{{0, "lanes"}, {1, "gemm"}, {2, "vram"}, {3, "gemm"}};
    CHECK(deal_slots({{}, {}, {}}, mixed, does_some) == Dealt{{0, 1}, {1, 2}, {2, 1}, {3, 2}});
    CHECK(deal_slots({{}, {}}, mixed, does_some) == Dealt{{0, 1}, {1, 0}, {2, 1}, {3, 0}});
    CHECK(deal_slots({{}}, mixed, does_some) == Dealt{{1, 0}, {3, 0}});  // what nobody does is left out
}

TEST_CASE("a device that names its slots gets those and no others; who names none gets the rest") {
    const Kinds four{{0, "lanes"}, {1, "lanes"}, {2, "lanes"}, {5, "lanes"}};
    CHECK(deal_slots({{1, 5}, {}}, four, does_all) == Dealt{{0, 1}, {1, 0}, {2, 1}, {5, 0}});
    CHECK(deal_slots({{5}, {0, 1}}, four, does_all) == Dealt{{0, 1}, {1, 1}, {5, 0}});
    CHECK(deal_slots({{0, 7}, {}}, four, does_some) == Dealt{{1, 1}, {2, 1}, {5, 1}});  // named, but not done by it
}

TEST_CASE("devices as --device says them") {
    const auto two = parse_devices({"cuda:0=0,2", "cuda:1"});
    REQUIRE(two.size() == 2);
    CHECK((two[0].name == "cuda:0" && two[0].slots == Slots{0, 2}));
    CHECK((two[1].name == "cuda:1" && two[1].slots.empty()));
    CHECK(parse_devices({" cuda:3=4294967295  cpu "}).size() == 2);  // as an environment has them
    CHECK(parse_devices({"cpu", "cpu", "cpu=1"}).size() == 3);
    const auto why = [](std::vector<std::string> typed) { return failure_of([&] { (void)parse_devices(typed); }); };
    for (const auto& [typed, what] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{}, "names no device"},
             {{" "}, "names no device"},
             {{"cuda:0=0", "cuda:1=2,0"}, "slot 0 is given to two devices"},
             {{"cuda:0", "cuda:0=1"}, "cuda:0 is there twice"},
             {{"cuda:0="}, "ends without a slot"},
             {{"cuda:0=1,"}, "ends without a slot"},
             {{"cuda:0=1,,2"}, "'' is not the number of a slot"},
             {{"cuda:0=-1"}, "'-1' is not the number"},
             {{"cuda:0=4294967296"}, "is not the number"},
             {{"cuda:0=1x"}, "'1x' is not the number"},
             {{"all", "cpu"}, "stands alone"},
             {{"all=1"}, "stands alone"},
             {{"auto", "cuda:1"}, "auto is one device"}}) {
        const auto failure = why(typed);
        INFO(what);
        REQUIRE(failure);
        CHECK(failure->code == Code::usage);
        CHECK(std::string(failure->what()).find(what) != std::string::npos);
    }
}

TEST_CASE("several devices on the processor share its threads", "[threads]") {
    const auto opened = open_devices(parse_devices({"cpu", "cpu=7", "cpu"}), 5);
    REQUIRE(opened.size() == 3);
    CHECK((opened[0].id == "cpu:0" && opened[1].id == "cpu:1" && opened[2].id == "cpu:2"));
    CHECK((opened[0].slots.empty() && opened[1].slots == Slots{7}));
    CHECK(opened[0].backend->name().find("2 threads") != std::string::npos);
    CHECK(opened[1].backend->name().find("2 threads") != std::string::npos);
    CHECK(opened[2].backend->name().find("1 threads") != std::string::npos);
    CHECK(open_devices(parse_devices({"cpu"}), 1)[0].id == "cpu");
}
