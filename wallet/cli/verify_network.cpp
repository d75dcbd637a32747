#include "wallet/cli/verify_network.hpp"

#include <algorithm>
#include <chrono>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "wallet/cli/verify.hpp"
#include "wallet/light/hash.hpp"
#include "wallet/light/read.hpp"
#include "wallet/light/verify.hpp"

namespace assay::wallet::cli {
namespace {

constexpr std::size_t kMaxKept = 8u << 20;  // of ten thousand validators
constexpr const char* kHowToTrust =
    "ask for a new line from whoever runs a node that you trust ('assayd trust' prints it), then: assay context remove "
    "NAME; assay context add NAME --node URL --trust HEIGHT:HASH";

/// The last verified block of this context and chain, and what it began from.
struct Kept {
    std::string began;  ///< the context's HEIGHT:HASH
    std::uint64_t unbonding_ms = 0;
    json::Value block;
};

std::filesystem::path kept_file(Session& session) {
    const std::string of = session.chain().chain_id + "\n" + session.context().name;
    return session.home_folder() / "trust" / ("light-" + to_hex(sha256(as_bytes(of)).view()).substr(0, 16) + ".json");
}

std::optional<Kept> read_kept(Session& session) {
    const auto file = kept_file(session);
    const auto text = read_small_file(file, kMaxKept);
    if (!text && text.error().code == Code::not_found) return std::nullopt;
    if (!text) fail(text.error());
    const auto read = [&]() -> Result<Kept> {
        ASSAY_TRY(const json::Value root, json::parse(*text, {.max_bytes = kMaxKept, .source = file.native()}));
        ASSAY_TRY(json::Object top, json::object(root, ""));
        Kept out;
        ASSAY_TRY(out.began, top.string("began"));
        ASSAY_TRY(out.unbonding_ms, top.u64("unbonding_ms"));
        ASSAY_TRY(const json::Value* block, top.required("light_block"));
        out.block = *block;
        return out;
    }();
    if (!read) fail(read.error(), "move the file away: the wallet begins again from the context's trusted block");
    return *read;
}

void write_kept(Session& session, const Kept& kept) {
    const json::Value out = make::object({{"context", make::text(session.context().name)},
                                          {"chain_id", make::text(session.chain().chain_id)},
                                          {"began", make::text(kept.began)},
                                          {"unbonding_ms", make::number(kept.unbonding_ms)},
                                          {"light_block", kept.block}});
    take(write_file_atomically(kept_file(session), to_json(out) + "\n", 0600, true));
}

// A block that cannot be read is evidence that does not hold; one with a part missing is no node's.
light::LightBlock read_block(const json::Value& answer) {
    auto block = light::read_light_block(answer);
    if (block) return std::move(block).value();
    if (block.error().code == Code::json_missing_key)
        fail({Code::node_unreachable,
              "the node's light block is not whole: it is broken, or no node of Assay: " + block.error().message},
             "ask another one with --node");
    lie("the node's light block cannot be read: " + block.error().message);
}

json::Value ask_block(Session& session, std::uint64_t height) {
    return session.call("light_block", Params().number("height", height));
}

template <class T>
T held(Result<T> result) {
    if (result) return std::move(result).value();
    if (result.error().code == Code::verification_failed) lie(result.error().message);
    fail(result.error(), result.error().code == Code::trust_expired ? kHowToTrust : "");
}
void held(const Status& status) {
    if (status) return;
    if (status.error().code == Code::verification_failed) lie(status.error().message);
    fail(status.error(), status.error().code == Code::trust_expired ? kHowToTrust : "");
}

// In which a validator's stake can still be taken. The node's word: so what was once heard may only become shorter.
std::uint64_t unbonding_ms(Session& session) {
    const json::Value answer = session.call("params", Params().text("pattern", "stake.unbonding_ms"));
    const json::Value* items = answer.find("items");
    if (items != nullptr)
        for (const json::Value& item : items->items) {
            const json::Value* value = item.find("value");
            if (text_or_empty(item, "path") != "stake.unbonding_ms" || value == nullptr) continue;
            if (const auto ms = json::as_u128(*value, "stake.unbonding_ms"); ms && *ms <= (u128{1} << 52))
                return static_cast<std::uint64_t>(*ms);
        }
    fail(
        {Code::node_unreachable, "the node does not say what stake.unbonding_ms is: it is broken, or no node of Assay"},
        "ask another one with --node");
}

light::Time now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
    return {ns / 1'000'000'000, static_cast<std::int32_t>(ns % 1'000'000'000)};
}

}  // namespace

NetworkState network_state(Session& session, std::uint64_t header_height) {
    const std::string& chain_id = session.chain().chain_id;
    const auto& trust = session.context().trust;
    if (!trust)
        usage(
            "chain " + chain_id + " is a network's, and the context '" + session.context().name +
                "' names no block of it to trust, from which its validators could be known",
            "whoever runs a node that you trust gets the line from 'assayd trust'; then: assay context add NAME --node "
            "URL --trust HEIGHT:HASH");

    Kept kept;
    const auto before = read_kept(session);
    const std::uint64_t claimed = unbonding_ms(session);
    light::LightBlock from;
    if (before && before->began == trust_text(*trust)) {
        kept = *before;
        kept.unbonding_ms = std::min(kept.unbonding_ms, claimed);
        from = take(light::read_light_block(kept.block));
    } else {
        kept = {trust_text(*trust), claimed, ask_block(session, trust->height)};
        from = read_block(kept.block);
        if (from.header.height != static_cast<std::int64_t>(trust->height))
            lie("the node answered with another height's light block");
        held(light::check_trusted(from, chain_id, trust->hash));
    }

    const auto height = static_cast<std::int64_t>(header_height);
    if (height < from.header.height)
        fail({Code::syncing, "the node is at height " + std::to_string(height) +
                                 ", and this wallet knows a signed block " + "of height " +
                                 std::to_string(from.header.height) + " of this chain: it is behind"},
             "ask another one with --node");
    json::Value answer = ask_block(session, header_height);
    light::LightBlock target = read_block(answer);
    if (target.header.height != height) lie("the node answered with another height's light block");
    if (height == from.header.height) {
        held(light::check_trusted(target, chain_id, light::header_hash(from.header)));
    } else {
        const light::Rules rules{.trusting_seconds = static_cast<std::int64_t>(kept.unbonding_ms / 1000 * 2 / 3),
                                 .now = now()};
        const auto provider = [&](std::uint64_t h) -> Result<light::LightBlock> {
            return read_block(ask_block(session, h));
        };
        target = held(light::verify_to(from, target, provider, rules));
    }
    if (!before || height > from.header.height || before->began != kept.began) {
        kept.block = std::move(answer);
        write_kept(session, kept);
    }
    if (target.header.app_hash.size() != Hash::kSize) lie("the signed header has no app hash of this chain's form");
    return {Hash::from(target.header.app_hash),
            TimeMs{static_cast<std::uint64_t>(target.header.time.seconds) * 1000 +
                   static_cast<std::uint64_t>(target.header.time.nanos) / 1'000'000},
            to_hex(target.header.validators_hash)};
}

void must_not_be_network(Session& session) {
    if (read_kept(session))
        lie("this wallet knows chain " + session.chain().chain_id +
            " as a network's, and the node says that one operator signs its blocks");
}

}  // namespace assay::wallet::cli
