#include "wallet/cli/context.hpp"

#include "base/hex.hpp"
#include "wallet/cli/session.hpp"

namespace assay::wallet::cli {
namespace {

constexpr std::size_t kMaxContexts = 1000;

Result<Context> read_context(const json::Value& value, const std::string& path) {
    ASSAY_TRY(json::Object o, json::object(value, path));
    Context out;
    ASSAY_TRY(out.name, o.string("name"));
    if (const Status named = check_key_name(out.name); !named) return {Code::field_out_of_range, o.path("name")};
    ASSAY_TRY(out.node, o.string("node"));
    const auto text = [&](const char* key, std::string& into) -> Status {
        const json::Value* v = o.optional(key);
        if (v == nullptr || v->is_null()) return {};
        ASSAY_TRY(into, json::as_string(*v, o.path(key)));
        return {};
    };
    ASSAY_TRY_VOID(text("chain_id", out.chain_id));
    ASSAY_TRY(out.denom, o.string("denom"));
    ASSAY_TRY(const std::uint64_t decimals, o.u64("decimals", 0, 24));
    out.decimals = static_cast<unsigned>(decimals);
    ASSAY_TRY(out.prefix, o.string("prefix"));
    ASSAY_TRY_VOID(text("key", out.key));
    std::string trust;
    ASSAY_TRY_VOID(text("trust", trust));
    ASSAY_TRY_VOID(o.done());
    if (!trust.empty()) out.trust = parse_trust(trust);
    return out;
}

Result<Contexts> read_contexts(std::string_view text, std::string_view source) {
    ASSAY_TRY(const json::Value root, json::parse(text, {.max_depth = 6, .source = source}));
    ASSAY_TRY(json::Object top, json::object(root, ""));
    ASSAY_TRY_VOID(top.u64("version", 1, 1));
    Contexts out;
    ASSAY_TRY(out.current, top.string("current"));
    ASSAY_TRY(const std::vector<json::Value> items, top.array("contexts", kMaxContexts));
    for (std::size_t i = 0; i < items.size(); ++i) {
        ASSAY_TRY(Context one, read_context(items[i], "contexts[" + std::to_string(i) + "]"));
        out.items.push_back(std::move(one));
    }
    ASSAY_TRY_VOID(top.done());
    return out;
}

std::filesystem::path contexts_file(const std::filesystem::path& home) {
    return home / "contexts.json";
}

}  // namespace

const Context* Contexts::find(const std::string& name) const {
    static const Context local{.name = kLocalContext};
    if (name == kLocalContext) return &local;
    for (const Context& c : items)
        if (c.name == name) return &c;
    return nullptr;
}

std::vector<std::string> Contexts::names() const {
    std::vector<std::string> out{kLocalContext};
    for (const Context& c : items) out.push_back(c.name);
    return out;
}

Contexts load_contexts(const std::filesystem::path& home) {
    const auto file = contexts_file(home);
    const auto text = read_small_file(file, 1u << 20);
    if (!text && text.error().code == Code::not_found) return {};
    if (!text) fail(text.error());
    auto read = read_contexts(*text, file.string());
    if (read) return std::move(read).value();
    Error error = read.error();
    if (error.message.find(file.string()) == std::string::npos) error.message = file.string() + ": " + error.message;
    fail(error, "mend the file, or move it away: contexts are made anew with 'assay context add'");
}

void save_contexts(const std::filesystem::path& home, const Contexts& contexts) {
    std::vector<json::Value> items;
    for (const Context& c : contexts.items) items.push_back(context_to_json(c));
    const json::Value out = make::object({{"version", make::number(1)},
                                          {"current", make::text(contexts.current)},
                                          {"contexts", make::array(std::move(items))}});
    take(write_file_atomically(contexts_file(home), to_json(out, 2) + "\n", 0600, true));
}

json::Value context_to_json(const Context& c) {
    const auto known = [](const std::string& text) { return text.empty() ? make::null() : make::text(text); };
    return make::object({{"name", make::text(c.name)},
                         {"node", make::text(c.node)},
                         {"chain_id", known(c.chain_id)},
                         {"denom", make::text(c.denom)},
                         {"decimals", make::number(c.decimals)},
                         {"prefix", make::text(c.prefix)},
                         {"key", known(c.key)},
                         {"trust", c.trust ? make::text(trust_text(*c.trust)) : make::null()}});
}

TrustedBlock parse_trust(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) usage("--trust '" + text + "' is not HEIGHT:HASH");
    return {parse_count(text.substr(0, colon), "the height in --trust", 1, ~std::uint64_t{0}),
            parse_hash(text.substr(colon + 1), "the hash in --trust")};
}

std::string trust_text(const TrustedBlock& trust) {
    return std::to_string(trust.height) + ":" + to_hex(trust.hash.view());
}

}  // namespace assay::wallet::cli
