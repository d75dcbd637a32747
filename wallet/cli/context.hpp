// Contexts: which chain a command means. Kept in HOME/contexts.json, replaced atomically.
//
//   Contexts all = load_contexts(home);
//   const Context* c = all.find("main");            // `local` is always there
//   all.items.push_back({.name = "main", .node = "http://…:8710", .chain_id = "assay-1"});
//   save_contexts(home, all);
//
// What a flag or the environment says goes before the context, the context before the default.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "wallet/client/json_write.hpp"

namespace assay::wallet::cli {

/// A block that somebody vouches for, as `HEIGHT:HASH`.
struct TrustedBlock {
    std::uint64_t height = 0;
    Hash hash;
};

struct Context {
    std::string name;
    std::string node = "http://127.0.0.1:8710";
    std::string chain_id = {};  ///< empty: any chain, as of a devnet that is made anew every day
    std::string denom = "ASY";
    unsigned decimals = 6;
    std::string prefix = "assay";
    std::string key = {};  ///< signs where --from does not say; empty: none
    std::optional<TrustedBlock> trust = {};
};

/// The name of the preset.
inline constexpr const char* kLocalContext = "local";

struct Contexts {
    std::string current = kLocalContext;
    std::vector<Context> items;  ///< without the preset

    /// The context, the preset for `local`, or nullptr.
    [[nodiscard]] const Context* find(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> names() const;
};

/// Throws Failure: io_error, and the place in a malformed file.
[[nodiscard]] Contexts load_contexts(const std::filesystem::path& home);
void save_contexts(const std::filesystem::path& home, const Contexts& contexts);

[[nodiscard]] json::Value context_to_json(const Context& context);
/// "120:ab…". Throws usage.
[[nodiscard]] TrustedBlock parse_trust(const std::string& text);
[[nodiscard]] std::string trust_text(const TrustedBlock& trust);

}  // namespace assay::wallet::cli
