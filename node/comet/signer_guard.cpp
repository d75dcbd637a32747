#include "node/comet/signer_guard.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/hex.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "chain/app.hpp"
#include "node/comet/files.hpp"
#include "node/files.hpp"
#include "node/json.hpp"
#include "node/keys.hpp"

namespace assay::node {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxSmallFile = 1u << 16;
constexpr std::uint64_t kOwnBlocksBack = 1'000;
constexpr const char* kWayOut = "; make sure that no other node signs with this key, then: assayd start --new-signer";

Error moved(const std::string& why) {
    return {Code::signer_moved, why + kWayOut};
}

Result<std::uint64_t> decimal(json::Object& top, std::string_view name) {
    ASSAY_TRY(const std::string text, top.string(name));
    std::uint64_t out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc() || end != text.data() + text.size() || text.empty())
        return {Code::keystore_malformed, top.path(name) + " is no whole number"};
    return out;
}

Result<json::Value> read_small(const fs::path& path) {
    ASSAY_TRY(const std::string text, read_file(path, kMaxSmallFile));
    return json::parse(text, {.max_bytes = kMaxSmallFile, .max_depth = 4, .source = path.native()});
}

Error malformed(const fs::path& path, const Error& why) {
    return {Code::keystore_malformed, path.string() + ": " + why.message};
}

Result<SignerRecord> read_record(const fs::path& path) {
    const auto read = [&]() -> Result<SignerRecord> {
        ASSAY_TRY(const json::Value root, read_small(path));
        ASSAY_TRY(json::Object top, json::object(root, ""));
        SignerRecord out;
        ASSAY_TRY(const std::string key, top.string("key"));
        ASSAY_TRY(out.key, fixed_from_hex<Hash>(key));
        ASSAY_TRY(const std::string machine, top.string("machine"));
        ASSAY_TRY(out.place.machine, fixed_from_hex<Hash>(machine));
        ASSAY_TRY(out.place.device, decimal(top, "device"));
        ASSAY_TRY(out.place.inode, decimal(top, "inode"));
        ASSAY_TRY(out.place.path, top.string("path"));
        ASSAY_TRY(out.signed_height.value, decimal(top, "signed"));
        ASSAY_TRY_VOID(top.done());
        return out;
    };
    auto out = read();
    if (!out) return malformed(path, out.error());
    return out;
}

Status write_record(const Home& home, const SignerRecord& r) {
    const Json out{{"key", to_hex(r.key.view())},
                   {"machine", to_hex(r.place.machine.view())},
                   {"device", std::to_string(r.place.device)},
                   {"inode", std::to_string(r.place.inode)},
                   {"path", r.place.path},
                   {"signed", std::to_string(r.signed_height.value)}};
    return write_file(home.signer(), to_text(out) + "\n", 0600);
}

// Why this home must not sign without being told to; empty where it may.
std::string objection(const std::optional<SignerRecord>& before, const SignerRecord& now, Height seen) {
    if (!before && now.signed_height.value > 0)
        return "signer.json is gone, and this key has signed up to height " + std::to_string(now.signed_height.value);
    if (before && before->key == now.key) {
        if (!same_place(before->place, now.place))
            return "this home is a copy: its key signs in " + before->place.path +
                   (before->place.machine == now.place.machine ? "" : " on another machine");
        if (now.signed_height < before->signed_height)
            return "CometBFT's sign state ends at height " + std::to_string(now.signed_height.value) +
                   ", and this key has signed up to " + std::to_string(before->signed_height.value) +
                   ": it is an older copy";
    }
    if (now.signed_height < seen)
        return "CometBFT's sign state ends at height " + std::to_string(now.signed_height.value) +
               ", and the chain has a block of this key at height " + std::to_string(seen.value) +
               ": it is an older copy";
    return "";
}

Result<SignerRecord> record_now(const Home& home) {
    SignerRecord out;
    ASSAY_TRY(const ConsensusKey key, ConsensusKey::load(home.consensus_key()));
    out.key = key.public_key();
    ASSAY_TRY(out.place, signer_place(home));
    ASSAY_TRY(out.signed_height, signed_height(home));
    return out;
}

}  // namespace

Result<SignerPlace> signer_place(const Home& home, const fs::path& machine_id) {
    SignerPlace out;
    std::string id;
    if (auto text = read_file(machine_id, kMaxSmallFile)) id = *text;
    static const TaggedHash kMachine("assay/machine");  // systemd asks that the id itself stays on the machine
    out.machine = kMachine.hash(as_bytes(id));
    struct stat info {};
    if (::stat(home.consensus_key().c_str(), &info) != 0)
        return {Code::io_error, "cannot read " + home.consensus_key().string() + ": " + std::strerror(errno)};
    out.device = info.st_dev;
    out.inode = info.st_ino;
    out.path = home.root.string();
    return out;
}

bool same_place(const SignerPlace& a, const SignerPlace& b) {
    return a.machine == b.machine && a.inode == b.inode && (a.device == b.device || a.path == b.path);
}

Result<Height> signed_height(const Home& home) {
    const fs::path path = comet_sign_state(home);
    std::error_code ec;
    if (!fs::exists(path, ec)) return Height{0};
    const auto read = [&]() -> Result<Height> {
        ASSAY_TRY(const json::Value root, read_small(path));
        ASSAY_TRY(json::Object top, json::object(root, ""));
        ASSAY_TRY(const std::uint64_t height, decimal(top, "height"));
        return Height{height};
    };
    auto out = read();
    if (!out) return malformed(path, out.error());
    return out;
}

Status sign_only_above(const Home& home, Height height) {
    ASSAY_TRY(const Height now, signed_height(home));
    if (height < now || height.value == 0) return {};
    const fs::path path = comet_sign_state(home);
    ASSAY_TRY_VOID(make_directory(home.cometbft(), 0700));
    ASSAY_TRY_VOID(make_directory(path.parent_path(), 0700));
    // The last step (precommit) of the last round: CometBFT takes whatever comes before it for a step back.
    return write_file(
        path,
        "{\n  \"height\": \"" + std::to_string(height.value) + "\",\n  \"round\": 2147483647,\n  \"step\": 3\n}\n",
        0600);
}

Status check_signer(const Home& home, Height seen, bool new_signer) {
    ASSAY_TRY(SignerRecord now, record_now(home));
    std::optional<SignerRecord> before;
    std::error_code ec;
    if (fs::exists(home.signer(), ec)) {
        ASSAY_TRY(before, read_record(home.signer()));
    }
    if (const std::string why = objection(before, now, seen); !why.empty()) {
        if (!new_signer) return moved(why);
        Height known = std::max(now.signed_height, seen);
        if (before && before->key == now.key) known = std::max(known, before->signed_height);
        if (now.signed_height < known) ASSAY_TRY_VOID(sign_only_above(home, known));
        now.signed_height = known;
    }
    return write_record(home, now);
}

Height last_own_block(const chain::App& app, const Hash& consensus_key) {
    if (app.info().chain_id.empty()) return {};
    std::optional<Address> own;
    app.read([&](const chain::StateView& s) {
        s.each_validator([&](const Address& a, const chain::Validator& v) {
            if (v.consensus_key == consensus_key) own = a;
            return !own;
        });
        return 0;
    });
    const Height top = app.info().height;
    const std::uint64_t last = top.value > kOwnBlocksBack ? top.value - kOwnBlocksBack : 0;
    for (std::uint64_t h = top.value; own && h > last; --h) {
        const auto block = app.block(Height{h});
        if (!block) break;  // pruned, or before the snapshot that this home began with
        if (block->header.proposer == *own) return Height{h};
    }
    return {};
}

Status adopt_signer(const Home& home) {
    ASSAY_TRY(const SignerRecord now, record_now(home));
    return write_record(home, now);
}

}  // namespace assay::node
