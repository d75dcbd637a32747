// SPEC, PROOF and OPENING files from somebody else: whatever is wrong with them is said, with exit 4, and nothing is
// believed.
#include <functional>

#include "base/hex.hpp"
#include "proofs/prover.hpp"
#include "proofs/worker/files.hpp"
#include "proofs/worker/machine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/worker/failure_of.hpp"

using namespace assay;
using namespace assay::proofs;
using namespace assay::proofs::worker;

namespace {

constexpr std::uint64_t kSamples = 12;

struct Files {
    std::string spec, proof, opening;
    Hash ctx, root, seed;
    WorkParams params;
};

/// A small work, opened for a seed.
Files make_files(const WorkParams& params = LanesParams{.lanes = 4, .steps = 128, .leaf_every = 16}) {
    Files out;
    Spec spec = example_spec("lanes");
    spec.params = params;
    const Binding& b = *spec.binding;
    spec.ctx = work_ctx(b.chain_id, spec.params, b.task, b.epoch, b.provider, b.slot, b.beacon_h0);
    CpuBackend cpu;
    const WorkResult work = take(prove(spec.params, spec.ctx, cpu));
    test::Random random;
    OpeningFile o;
    o.spec = spec;
    o.root = work.root();
    o.seed = random.fixed<Hash>();
    o.samples = kSamples;
    o.opening = take(work.open(*o.seed, kSamples));
    out.spec = to_json(spec).dump();
    out.proof = to_json(Proof{spec, work.root(), "none"}).dump();
    out.opening = to_json(o).dump();
    out.ctx = spec.ctx, out.root = work.root(), out.seed = *o.seed, out.params = spec.params;
    return out;
}

using Change = std::function<void(Json&)>;

std::string changed(const std::string& text, const Change& change) {
    Json value = Json::parse(text);
    change(value);
    return value.dump();
}

bool passes(const std::string& text) {
    const OpeningFile o = parse_opening(text, "o");
    const auto verdict = verify_opening(o.spec.params, o.spec.ctx, o.root, *o.seed, o.samples, o.opening);
    return verdict && verdict->bad.empty();
}

}  // namespace

TEST_CASE("files come back as they were written") {
    const Files f = make_files();
    CHECK(to_json(parse_spec(f.spec, "s")).dump() == f.spec);
    CHECK(to_json(parse_proof(f.proof, "p")).dump() == f.proof);
    CHECK(to_json(parse_opening(f.opening, "o")).dump() == f.opening);
    CHECK(passes(f.opening));

    const Files gemm = make_files(GemmParams{.m = 256, .n = 512, .k = 128});
    CHECK(to_json(parse_spec(gemm.spec, "s")).dump() == gemm.spec);
    CHECK(to_json(parse_proof(gemm.proof, "p")).dump() == gemm.proof);
    CHECK(to_json(parse_opening(gemm.opening, "o")).dump() == gemm.opening);
    CHECK(passes(gemm.opening));
    const Files vram = make_files(VramParams{.items = 512, .lanes = 8, .steps = 1024});
    CHECK(to_json(parse_spec(vram.spec, "s")).dump() == vram.spec);
    CHECK(to_json(parse_proof(vram.proof, "p")).dump() == vram.proof);
    CHECK(to_json(parse_opening(vram.opening, "o")).dump() == vram.opening);
    CHECK(passes(vram.opening));
    for (const char* kind : {"lanes", "gemm", "vram"}) {
        const Spec example = example_spec(kind);
        CHECK(kind_name(kind_of(example.params)) == kind);
        CHECK(parse_spec(to_json(example).dump(), "example").ctx == example.ctx);
    }
    CHECK(failure_of([] { (void)example_spec("ram"); })->code == Code::usage);
}

TEST_CASE("a product's sizes are refused by name") {
    const Files f = make_files(GemmParams{.m = 256, .n = 256, .k = 128});
    const auto refused = [&](const Change& change, Code code, const char* names) {
        const auto failure = failure_of([&] { (void)parse_spec(changed(f.spec, change), "s"); });
        REQUIRE(failure);
        INFO(failure->what());
        CHECK(code_word(failure->code) == code_word(code));
        CHECK(std::string(failure->what()).find(names) != std::string::npos);
    };
    refused([](Json& v) { v["params"]["m"] = 300; }, Code::field_out_of_range, "m is a positive multiple of 256");
    refused([](Json& v) { v["params"]["n"] = 255; }, Code::json_number_range, "params.n");
    refused([](Json& v) { v["params"]["k"] = 200; }, Code::field_out_of_range, "k is a multiple of 128");
    refused([](Json& v) { v["params"]["k"] = 32768; }, Code::json_number_range, "params.k");
    refused([](Json& v) { v["params"].erase("k"); }, Code::json_missing_key, "k");
    refused([](Json& v) { v["params"]["steps"] = 16; }, Code::json_unknown_key, "steps");
    refused([](Json& v) { v["params"]["m"] = v["params"]["n"] = std::uint64_t{1} << 52; }, Code::field_out_of_range,
            "2^40");
}

TEST_CASE("a walk's sizes are refused by name, and a memory that is not there with both sizes") {
    const Files f = make_files(VramParams{.items = 512, .lanes = 8, .steps = 1024});
    const auto refused = [&](const Change& change, Code code, const char* names) {
        const auto failure = failure_of([&] { (void)parse_spec(changed(f.spec, change), "s"); });
        REQUIRE(failure);
        INFO(failure->what());
        CHECK(code_word(failure->code) == code_word(code));
        CHECK(std::string(failure->what()).find(names) != std::string::npos);
    };
    refused([](Json& v) { v["params"]["items"] = 513; }, Code::field_out_of_range, "16 x items = 8208");
    refused([](Json& v) { v["params"]["items"] = (std::uint64_t{1} << 40) + 1; }, Code::json_number_range,
            "params.items");
    refused([](Json& v) { v["params"]["leaf_every"] = 1024; }, Code::json_number_range, "params.leaf_every");
    refused([](Json& v) { v["params"]["windows"] = 0; }, Code::json_number_range, "params.windows");
    refused([](Json& v) { v["params"]["stay"] = 2; }, Code::field_out_of_range, "stay is 0 where windows is 1");
    refused([](Json& v) { v["params"].erase("stay"); }, Code::json_missing_key, "stay");
    refused([](Json& v) { v["params"]["k"] = 128; }, Code::json_unknown_key, "k");

    ThreadedCpuBackend cpu(1);
    const VramParams vast{.items = kMaxVramItems, .lanes = 1 << 20, .steps = 1 << 24};
    const Status none = cpu.run_vram(vast, Hash{}, {});
    REQUIRE(!none.ok());
    CHECK(none.error().code == Code::no_device);
    CHECK(none.error().message.starts_with("a walk through 134217728 MiB does not fit into this machine's "));
}

TEST_CASE("a truncated file is refused wherever it ends") {
    const Files f = make_files();
    const auto refuses = [](const std::string& text, auto parse) {
        for (std::size_t n = 0; n < text.size(); ++n) {
            const auto failure = failure_of([&] { (void)parse(text.substr(0, n), "file"); });
            INFO("cut after " << n);
            REQUIRE(failure);
            REQUIRE(exit_code(*failure) == 4);
            REQUIRE(!std::string(failure->what()).empty());
        }
    };
    refuses(f.spec, parse_spec);
    refuses(f.proof, parse_proof);
    refuses(f.opening, parse_opening);
}

TEST_CASE("wrong types, sizes, ranges and keys are named") {
    const Files f = make_files();
    struct Case {
        const char* what;
        Change change;
        Code code;
        const char* names;
    };
    const std::vector<Case> cases{
        {"unknown key", [](Json& v) { v["rot"] = 1; }, Code::json_unknown_key, "rot"},
        {"unknown key inside", [](Json& v) { v["params"]["lane"] = 1; }, Code::json_unknown_key, "lane"},
        {"missing key", [](Json& v) { v.erase("root"); }, Code::json_missing_key, "root"},
        {"missing challenge", [](Json& v) { v.erase("seed"), v.erase("samples"); }, Code::json_missing_key, "seed"},
        {"text for a number", [](Json& v) { v["params"]["lanes"] = "four"; }, Code::json_type, "params.lanes"},
        {"number for a text", [](Json& v) { v["root"] = 7; }, Code::json_type, "root"},
        {"object for a list", [](Json& v) { v["leaves"] = Json::object(); }, Code::json_type, "leaves"},
        {"number in a list of texts", [](Json& v) { v["siblings"][0] = 7; }, Code::json_type, "siblings"},
        {"fraction", [](Json& v) { v["samples"] = 1.5; }, Code::json_type, "samples"},
        {"negative", [](Json& v) { v["params"]["steps"] = -128; }, Code::json_number_range, "params.steps"},
        {"no samples", [](Json& v) { v["samples"] = 0; }, Code::json_number_range, "samples"},
        {"more samples than anybody draws", [](Json& v) { v["samples"] = 1u << 21; }, Code::json_number_range,
         "samples"},
        {"short hash", [](Json& v) { v["seed"] = "ab"; }, Code::bad_hex, "seed"},
        {"upper case", [](Json& v) { v["root"] = std::string(64, 'A'); }, Code::bad_hex, "root"},
        {"short leaf", [](Json& v) { v["leaves"][0] = "ab"; }, Code::bad_hex, "leaves[0]"},
        {"another kind", [](Json& v) { v["kind"] = "tango"; }, Code::invalid_params, "tango"},
        {"steps that do not divide", [](Json& v) { v["params"]["steps"] = 100; }, Code::field_out_of_range, "steps"},
        {"more leaves than a task has", [](Json& v) { v["params"]["lanes"] = std::uint64_t{1} << 52; },
         Code::field_out_of_range, ""},
        {"ctx of something else", [](Json& v) { v["ctx"] = std::string(64, '0'); }, Code::verification_failed, "ctx"},
        {"address with a wrong letter", [](Json& v) { v["binding"]["provider"] = "assay1qqqq"; }, Code::bad_checksum,
         ""},
        {"slot beyond 32 bits", [](Json& v) { v["binding"]["slot"] = std::uint64_t{1} << 32; }, Code::json_number_range,
         "binding.slot"},
    };
    for (const Case& c : cases) {
        INFO(c.what);
        const auto failure = failure_of([&] { (void)parse_opening(changed(f.opening, c.change), "o.json"); });
        REQUIRE(failure);
        INFO(failure->what());
        if (std::string(c.what) != "address with a wrong letter") CHECK(code_word(failure->code) == code_word(c.code));
        CHECK(std::string(failure->what()).find(c.names) != std::string::npos);
        CHECK(exit_code(*failure) == 4);
    }
    const std::string twice = "{\"kind\":\"lanes\"," + f.spec.substr(1);
    const auto failure = failure_of([&] { (void)parse_spec(twice, "s"); });
    REQUIRE(failure);
    CHECK(failure->code == Code::json_duplicate_key);
    CHECK(failure_of([&] { (void)parse_spec(std::string(100'000, '['), "s"); }));
    CHECK(failure_of([&] { (void)parse_proof(changed(f.proof, [](Json& v) { v["fault"] = 3; }), "p"); }));
}

TEST_CASE("an opening with any one bit flipped does not pass") {
    const Files f = make_files();
    const Json whole = Json::parse(f.opening);
    const auto must_fail = [&](const std::string& where, const Change& change) {
        INFO(where);
        const std::string text = changed(f.opening, change);
        bool passed = true;
        try {
            passed = passes(text);
        } catch (const Failure&) {
            passed = false;
        }
        CHECK(!passed);
    };
    // In words of hex, as the file has them: flips one bit of the byte that two digits stand for.
    const auto flip = [](Json& hex, std::size_t bit) {
        std::string text = hex.get<std::string>();
        Bytes raw = *from_hex(text);
        raw[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        hex = to_hex(raw);
    };
    const std::size_t step = 256 / static_cast<std::size_t>(test::rounds(256));
    for (const char* list : {"leaves", "siblings"})
        for (std::size_t i = 0; i < whole[list].size(); ++i)
            for (std::size_t bit = 0; bit < 256; bit += step)
                must_fail(std::string(list) + " " + std::to_string(i) + " bit " + std::to_string(bit),
                          [&](Json& v) { flip(v[list][i], bit); });
    for (const char* key : {"root", "ctx", "seed"})
        for (std::size_t bit = 0; bit < 256; bit += 7) must_fail(key, [&](Json& v) { flip(v[key], bit); });
    must_fail("one sample less", [](Json& v) { v["samples"] = kSamples - 1; });
    must_fail("a leaf less", [](Json& v) { v["leaves"].erase(0); });
    must_fail("a leaf more", [](Json& v) { v["leaves"].push_back(v["leaves"][0]); });
    must_fail("a sibling less", [](Json& v) { v["siblings"].erase(0); });
    must_fail("a sibling more", [](Json& v) { v["siblings"].push_back(v["siblings"][0]); });
    must_fail("two siblings swapped", [](Json& v) { std::swap(v["siblings"][0], v["siblings"][1]); });
}

TEST_CASE("bytes changed at random are refused or read, and never end the program") {
    test::Random random;
    INFO("seed " << test::seed());
    const Files f = make_files();
    for (int round = 0; round < test::rounds(2'000); ++round) {
        std::string text = random.below(2) != 0 ? f.opening : f.proof;
        for (std::uint64_t i = 0; i <= random.below(3); ++i)
            text[random.below(text.size())] = static_cast<char>(random.below(256));
        const auto failure = failure_of([&] { (void)parse_opening(text, "o"); });
        if (failure) CHECK(exit_code(*failure) == 4);
    }
}
