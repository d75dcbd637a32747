#include <cryptopp/base64.h>
#include <cryptopp/filters.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.hpp"
#include "proofs/merkle.hpp"
#include "tests/support/catch.hpp"

using namespace assay;
using namespace assay::proofs;

namespace {

Bytes base64(const std::string& text) {
    std::string out;
    CryptoPP::StringSource(text, true, new CryptoPP::Base64Decoder(new CryptoPP::StringSink(out)));
    return Bytes(out.begin(), out.end());
}

}  // namespace

TEST_CASE("RFC 6962 inclusion vectors, hostile ones included") {
    const std::filesystem::path folder = ASSAY_SHARED_DIR "/vectors/rfc6962/testdata/inclusion";
    if (!std::filesystem::exists(folder)) {
        WARN("skipped: " << folder << " is absent");
        return;
    }
    int right = 0, hostile = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().extension() != ".json") continue;
        std::ostringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        const auto parsed = json::parse(text.str());
        INFO(entry.path().string());
        REQUIRE(parsed.ok());
        json::Object top = json::object(*parsed, "vector").value();
        // Bounds of the vectors' own type: what does not fit an unsigned number is refused at the door.
        const auto index = top.u64("leafIdx"), size = top.u64("treeSize");
        const Bytes root = base64(top.string("root").value());
        const json::Value* leaf = top.optional("leafHash");
        const Bytes leaf_hash = leaf == nullptr || leaf->is_null() ? Bytes{} : base64(leaf->text);
        std::vector<Hash> path;
        bool sizes = root.size() == 32 && leaf_hash.size() == 32;
        if (const json::Value* proof = top.optional("proof"); proof != nullptr && !proof->is_null())
            for (const auto& item : proof->items) {
                const Bytes raw = base64(item.text);
                sizes = sizes && raw.size() == 32;
                path.push_back(raw.size() == 32 ? Hash::from(raw) : Hash{});
            }
        const bool expected = !top.boolean("wantErr").value();
        const bool accepted = index.ok() && size.ok() && sizes &&
                              verify_inclusion(Hash::from(root), *size, *index, Hash::from(leaf_hash), path).ok();
        CHECK(accepted == expected);
        (expected ? right : hostile) += 1;
    }
    CHECK(right > 0);
    CHECK(hostile > 0);
}
