#include "tokenomics/sim/document.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "tokenomics/params_json.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/sim/library.hpp"
#include "tokenomics/unpublished.hpp"

namespace assay::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxExtends = 8;
constexpr std::size_t kMaxFile = 64u << 20;
json::Value text_value(std::string text) {
    json::Value v;
    v.kind = json::Kind::string;
    v.text = std::move(text);
    v.at.line = 0;  // no text held it: messages name no place
    return v;
}

json::Value object_value() {
    json::Value v;
    v.kind = json::Kind::object;
    v.at.line = 0;
    return v;
}

json::Value& member(json::Value& object, const std::string& key) {
    for (auto& [name, value] : object.members)
        if (name == key) return value;
    object.members.emplace_back(key, object_value());
    return object.members.back().second;
}

Error at(const std::string& source, Error e) {
    if (!source.empty() && e.message.rfind(source, 0) != 0) e.message = source + ": " + e.message;
    return e;
}

// Amounts of a genesis, added up; one that is not published makes the sum such a number.
class Sum {
   public:
    explicit Sum(const tokenomics::TokenParams& token) : token_(token) {}
    Status join(const json::Value& entry, const std::string& path, const char* name) {
        ASSAY_TRY(json::Object object, json::object(entry, path));
        ASSAY_TRY(const json::Value* v, object.required(name));
        if (tokenomics::is_unpublished(*v)) {
            missing_ = *v;
            return {};
        }
        ASSAY_TRY(Amount more, tokenomics::amount_from_json(*v, path + "." + name, token_));
        ASSAY_TRY(sum_, add(sum_, more));
        return {};
    }
    [[nodiscard]] json::Value value() const { return missing_ ? *missing_ : text_value(to_digits(sum_.units)); }

   private:
    const tokenomics::TokenParams& token_;
    Amount sum_;
    std::optional<json::Value> missing_;
};

// What a genesis says to a simulator: its parameters, its first supply and its date.
Result<json::Value> from_genesis(const json::Value& root, const std::string& name) {
    ASSAY_TRY(json::Object top, json::object(root, ""));
    json::Value out = object_value();
    member(out, "name") = text_value(name);
    ASSAY_TRY(std::string start, top.string("genesis_time"));
    member(out, "start") = text_value(start);
    ASSAY_TRY(const json::Value* params, top.required("params"));
    // Numbers that nobody published stay in the document until --set or another file gives them.
    ASSAY_TRY(tokenomics::Params p, tokenomics::params_from_json(tokenomics::without_unpublished(*params), "params"));
    member(out, "params") = *params;
    Sum supply(p.token), bonded(p.token);
    ASSAY_TRY(std::vector<json::Value> accounts, top.array("accounts", 10'000'000));
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        const std::string path = "accounts[" + std::to_string(i) + "]";
        ASSAY_TRY_VOID(supply.join(accounts[i], path, "amount"));
        const json::Value* vesting = accounts[i].find("vesting");
        for (std::size_t k = 0; vesting != nullptr && k < vesting->items.size(); ++k)
            ASSAY_TRY_VOID(supply.join(vesting->items[k], path + ".vesting[" + std::to_string(k) + "]", "amount"));
    }
    ASSAY_TRY(std::vector<json::Value> validators, top.array("validators", 1'000));
    for (std::size_t i = 0; i < validators.size(); ++i) {
        const std::string path = "validators[" + std::to_string(i) + "]";
        ASSAY_TRY_VOID(bonded.join(validators[i], path, "bond"));
        ASSAY_TRY_VOID(supply.join(validators[i], path, "bond"));
    }
    json::Value& initial = member(out, "initial");
    member(initial, "supply") = supply.value();
    member(initial, "bonded") = bonded.value();
    return out;
}

struct Opened {
    json::Value root;
    std::string name;    ///< for messages
    std::string folder;  ///< that names in it are looked for in
    std::string stem;    ///< what it is called unless it says so itself
    bool genesis = false;
};

Error nobody(const std::string& source) {
    std::string names;
    std::vector<std::string> known;
    for (const auto n : tokenomics::preset_names()) {
        names += (names.empty() ? "" : ", ") + std::string(n);
        known.emplace_back(n);
    }
    for (const auto n : library_names()) known.emplace_back(n);
    const std::string near = json::nearest(source, known);
    return {Code::not_found, "\"" + source + "\" is neither a preset (" + names +
                                 "), nor a scenario that assay-sim list shows, nor a file" +
                                 (near.empty() ? "" : "; did you mean \"" + near + "\"?")};
}

Result<Opened> open_source(const std::string& source, const std::string& base_folder) {
    Opened out{.root = {}, .name = source + ".json", .folder = "", .stem = source};
    std::string text;
    const auto preset = tokenomics::preset_text(source), scenario = library_text(source);
    if (preset || scenario) {
        text = std::string(preset ? *preset : *scenario);
    } else {
        fs::path path = source;
        if (path.is_relative() && !base_folder.empty()) path = fs::path(base_folder) / path;
        std::error_code ec;
        if (fs::is_regular_file(path / "manifest.json", ec)) path /= "manifest.json";
        if (!fs::is_regular_file(path, ec)) return nobody(source);
        out.name = path.string();
        out.folder = path.parent_path().string();
        out.stem = path.stem().string();
        ASSAY_TRY(text, read_text_file(out.name));
    }
    ASSAY_TRY(out.root,
              json::parse(text, {.comments = true, .max_bytes = kMaxFile, .max_depth = 32, .source = out.name}));
    if (out.root.kind != json::Kind::object) return at(out.name, {Code::json_type, "a scenario is an object"});
    if (const json::Value* kept = out.root.find("scenario");
        kept != nullptr && out.root.find("result_hash") != nullptr) {
        json::Value of_result = *kept;
        out.root = std::move(of_result);
    }
    out.genesis = preset.has_value() || out.root.find("chain_id") != nullptr;
    return out;
}

// "akash,stress-bear" is a list of sources, unless a file is called so.
std::vector<std::string> sources_of(const std::string& source) {
    std::error_code ec;
    std::vector<std::string> out;
    if (source.find(',') == std::string::npos || fs::exists(source, ec)) return {source};
    for (std::size_t from = 0; from <= source.size();) {
        const std::size_t comma = std::min(source.find(',', from), source.size());
        out.push_back(source.substr(from, comma - from));
        from = comma + 1;
    }
    return out;
}

// Shocks come on top of what was there; an empty list drops them. All else is merge()'s.
void overlay(json::Value& into, const json::Value& from) {
    const json::Value* before = into.find("shocks");
    const json::Value* more = from.find("shocks");
    std::optional<json::Value> both;
    if (before != nullptr && more != nullptr && before->kind == json::Kind::array && !more->items.empty()) {
        both = *more;
        both->items = before->items;
        both->items.insert(both->items.end(), more->items.begin(), more->items.end());
    }
    merge(into, from);
    if (both) member(into, "shocks") = *std::move(both);
}

class Loader {
   public:
    Loader(const ErrorsOf& errors_of, std::vector<Error>* all) : errors_of_(errors_of), all_(all) {}

    /// The sources one over the other, `names` in the order in which they are read.
    Result<json::Value> stack(const std::vector<std::string>& names, const std::string& folder, std::size_t depth) {
        std::optional<json::Value> below;
        for (const std::string& name : names) {
            ASSAY_TRY(json::Value merged, one(name, folder, depth, below ? &*below : nullptr));
            below = std::move(merged);
        }
        if (!below) return {Code::json_type, "extends is an empty list"};
        return *std::move(below);
    }

    Status checked(const json::Value& root, const std::string& name) {
        // A document with numbers that are still to be given cannot be checked yet.
        if (!tokenomics::unpublished(root).empty()) return {};
        std::vector<Error> errors = errors_of_(root);
        if (errors.empty()) return {};
        for (Error& e : errors) e = at(name, std::move(e));
        if (all_ != nullptr) all_->insert(all_->end(), errors.begin(), errors.end());
        return errors.front();
    }

   private:
    Result<json::Value> one(const std::string& source, const std::string& folder, std::size_t depth,
                            const json::Value* below) {
        if (depth > kMaxExtends)
            return {Code::json_too_deep, source + ": more than " + std::to_string(kMaxExtends) +
                                             " files extend each other; is there a circle?"};
        ASSAY_TRY(Opened o, open_source(source, folder));
        json::Value out = below != nullptr ? *below : object_value();
        if (o.genesis) {
            auto genesis = from_genesis(o.root, o.stem);
            if (!genesis) return at(o.name, genesis.error());
            overlay(out, *genesis);
        } else {
            const json::Value* extends = o.root.find("extends");
            // What lies over anything lies over this where there is nothing else.
            if (extends == nullptr && below == nullptr) extends = o.root.find("over");
            if (extends != nullptr) {
                auto names = names_of(*extends);
                if (!names) return at(o.name, names.error());
                ASSAY_TRY(const json::Value parents, stack(*names, o.folder, depth + 1));
                overlay(out, parents);
            } else if (below == nullptr && o.root.find("params") == nullptr) {
                return at(o.name, {Code::json_missing_key,
                                   "\"extends\" is missing: a scenario names the preset or file that it starts from"});
            }
            const bool named = o.root.find("name") != nullptr;
            std::erase_if(o.root.members, [](const auto& m) {
                return m.first == "extends" || m.first == "over" || m.first == "$schema";
            });
            overlay(out, o.root);
            if (!named) member(out, "name") = text_value(o.stem);
        }
        ASSAY_TRY_VOID(checked(out, o.name));
        return out;
    }

    static Result<std::vector<std::string>> names_of(const json::Value& extends) {
        if (extends.kind != json::Kind::array) {
            ASSAY_TRY(std::string name, json::as_string(extends, "extends"));
            return sources_of(name);
        }
        std::vector<std::string> out;
        for (std::size_t i = 0; i < extends.items.size(); ++i) {
            ASSAY_TRY(std::string name, json::as_string(extends.items[i], "extends[" + std::to_string(i) + "]"));
            out.push_back(std::move(name));
        }
        if (out.empty() || out.size() > kMaxExtends)
            return {Code::json_type, "extends must be a name or a list of 1 to " + std::to_string(kMaxExtends)};
        return out;
    }

    const ErrorsOf& errors_of_;
    std::vector<Error>* all_;
};

Result<json::Value> load(const std::string& source, const std::vector<std::string>& sets, const ErrorsOf& errors_of,
                         std::vector<Error>* all) {
    Loader loader(errors_of, all);
    const auto names = sources_of(source);
    ASSAY_TRY(json::Value root, loader.stack(names, "", 0));
    if (names.size() > 1) member(root, "name") = text_value(source);
    // Checked together: a kind and what it needs come in two.
    for (const std::string& set : sets) ASSAY_TRY_VOID(apply_set(root, set));
    if (Status ok = tokenomics::check_published(root); !ok)
        return at(tokenomics::preset_text(source) ? source + ".json" : source, ok.error());
    if (!sets.empty()) ASSAY_TRY_VOID(loader.checked(root, "--set"));
    return root;
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
    std::FILE* f = std::fopen(path.c_str(), "rb");
    if (f == nullptr) return {Code::io_error, path + " cannot be opened"};
    std::string out;
    std::array<char, 65536> chunk;
    for (std::size_t n = 0; (n = std::fread(chunk.data(), 1, chunk.size(), f)) > 0;) {
        out.append(chunk.data(), n);
        if (out.size() > kMaxFile) break;
    }
    const bool failed = std::ferror(f) != 0;
    std::fclose(f);
    if (failed) return {Code::io_error, path + " cannot be read"};
    if (out.size() > kMaxFile) return {Code::json_too_large, path + " is larger than 64 MiB"};
    return out;
}

void merge(json::Value& into, const json::Value& from) {
    if (into.kind != json::Kind::object || from.kind != json::Kind::object) {
        into = from;
        return;
    }
    for (const auto& [key, value] : from.members) {
        const auto found = std::find_if(into.members.begin(), into.members.end(),
                                        [&, name = &key](const auto& m) { return m.first == *name; });
        if (found == into.members.end())
            into.members.emplace_back(key, value);
        else
            merge(found->second, value);
    }
    into.at = from.at;
}

Result<json::Value> read_document(const std::string& source) {
    const ErrorsOf none = [](const json::Value&) { return std::vector<Error>{}; };
    return Loader(none, nullptr).stack(sources_of(source), "", 0);
}

Result<json::Value> load_document(const std::string& source, const std::vector<std::string>& sets,
                                  const DocumentCheck& check) {
    return load(
        source, sets,
        [&](const json::Value& root) {
            const Status ok = check(root);
            return ok ? std::vector<Error>{} : std::vector<Error>{ok.error()};
        },
        nullptr);
}

std::vector<Error> document_errors(const std::string& source, const std::vector<std::string>& sets,
                                   const ErrorsOf& errors_of) {
    std::vector<Error> all;
    const auto root = load(source, sets, errors_of, &all);
    if (!root && all.empty()) all.push_back(root.error());
    return all;
}

}  // namespace assay::sim
