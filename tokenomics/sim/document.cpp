#include "tokenomics/sim/document.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "tokenomics/params_json.hpp"
#include "tokenomics/presets.hpp"
#include "tokenomics/unpublished.hpp"

namespace assay::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxExtends = 8;
constexpr std::size_t kMaxFile = 64u << 20;
constexpr std::array kScenarioKeys = {"name",    "start",  "seed",    "horizon_days", "step",   "params",
                                      "initial", "demand", "service", "providers",    "market", "shocks"};
constexpr std::array kMarketKeys = {"kind", "depth_usd", "fee_ppb", "volatility"};

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

// A document with numbers that are still to be given cannot be checked yet.
Status checked(const json::Value& root, const DocumentCheck& check) {
    return tokenomics::unpublished(root).empty() ? check(root) : Status{};
}

Result<json::Value> load(const std::string& source, const std::string& base_folder, std::size_t depth,
                         const DocumentCheck& check) {
    if (depth > kMaxExtends)
        return {Code::json_too_deep,
                source + ": more than " + std::to_string(kMaxExtends) + " files extend each other; is there a circle?"};
    std::string text, name = source;
    const auto preset = tokenomics::preset_text(source);
    if (preset) {
        text = std::string(*preset);
        name += ".json";
    } else {
        fs::path path = source;
        if (path.is_relative() && !base_folder.empty()) path = fs::path(base_folder) / path;
        std::error_code ec;
        if (fs::is_regular_file(path / "manifest.json", ec)) path /= "manifest.json";
        if (!fs::is_regular_file(path, ec)) {
            std::string names;
            std::vector<std::string> known;
            for (const auto n : tokenomics::preset_names()) {
                names += (names.empty() ? "" : ", ") + std::string(n);
                known.emplace_back(n);
            }
            const std::string near = json::nearest(source, known);
            return {Code::not_found, "\"" + source + "\" is neither a preset (" + names + ") nor a file" +
                                         (near.empty() ? "" : "; did you mean \"" + near + "\"?")};
        }
        name = path.string();
        ASSAY_TRY(text, read_text_file(name));
    }
    ASSAY_TRY(json::Value root,
              json::parse(text, {.comments = true, .max_bytes = kMaxFile, .max_depth = 32, .source = name}));
    if (root.kind != json::Kind::object) return at(name, {Code::json_type, "a scenario is an object"});
    if (const json::Value* kept = root.find("scenario"); kept != nullptr && root.find("result_hash") != nullptr) {
        json::Value scenario = *kept;
        root = std::move(scenario);
    }
    if (preset || root.find("chain_id") != nullptr) {
        auto out = from_genesis(root, preset ? source : fs::path(name).stem().string());
        if (!out) return at(name, out.error());
        if (Status ok = checked(*out, check); !ok) return at(name, ok.error());
        return out;
    }
    json::Value out = object_value();
    if (const json::Value* extends = root.find("extends")) {
        auto parent = json::as_string(*extends, "extends");
        if (!parent) return at(name, parent.error());
        auto loaded = load(*parent, fs::path(name).parent_path().string(), depth + 1, check);
        if (!loaded) return loaded.error();
        out = *std::move(loaded);
    } else if (root.find("params") == nullptr) {
        return at(name, {Code::json_missing_key,
                         "\"extends\" is missing: a scenario names the preset or file that it starts from"});
    }
    std::erase_if(root.members, [](const auto& m) { return m.first == "extends" || m.first == "$schema"; });
    merge(out, root);
    if (root.find("name") == nullptr) member(out, "name") = text_value(fs::path(name).stem().string());
    if (Status ok = checked(out, check); !ok) return at(name, ok.error());
    return out;
}

struct PathPart {
    std::string name;
    std::optional<std::size_t> index;
};

Result<std::vector<PathPart>> split_path(const std::string& path) {
    const Error bad{Code::usage, "--set " + path + ": a path is written as demand.volatility or classes[0].weight"};
    std::vector<PathPart> out;
    std::size_t from = 0;
    while (from <= path.size()) {
        const std::size_t dot = std::min(path.find('.', from), path.size());
        std::string part = path.substr(from, dot - from);
        PathPart p;
        if (const auto open = part.find('['); open != std::string::npos) {
            if (part.back() != ']') return bad;
            const std::string digits = part.substr(open + 1, part.size() - open - 2);
            const auto n = parse_digits(digits);
            if (!n || *n > 1'000'000) return bad;
            p.index = static_cast<std::size_t>(*n);
            part.resize(open);
        }
        if (part.empty()) return bad;
        p.name = part;
        out.push_back(p);
        from = dot + 1;
    }
    return out;
}

// "0.5", "true", "[1, 2]" as JSON; anything else is a text. Long digits stay exact as a text.
Result<json::Value> typed_value(const std::string& path, const std::string& text) {
    if (path.ends_with("_ppb") && text.ends_with("%")) {
        const auto ppb = parse_decimal(text.substr(0, text.size() - 1), 7);
        if (!ppb) return {ppb.error().code, "--set " + path + ": " + ppb.error().message};
        return text_value(to_digits(*ppb));
    }
    if (const auto digits = parse_digits(text); digits && text.size() > 15) return text_value(text);
    const bool structured = !text.empty() && (text.front() == '[' || text.front() == '{' || text.front() == '"');
    auto parsed = json::parse(text, {.comments = false, .max_bytes = kMaxFile, .max_depth = 32, .source = "--set"});
    if (structured && !parsed) return parsed.error();
    if (parsed && (structured || parsed->kind == json::Kind::number || parsed->kind == json::Kind::boolean)) {
        parsed->at.line = 0;
        return *std::move(parsed);
    }
    return text_value(text);
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

Status apply_set(json::Value& root, const std::string& set) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos || equals == 0)
        return {Code::usage, "--set " + set + ": written as path=value, such as demand.volatility=0.5"};
    std::string path = set.substr(0, equals);
    ASSAY_TRY(std::vector<PathPart> parts, split_path(path));
    const auto known = [](const auto& keys, const std::string& name) {
        return std::find(keys.begin(), keys.end(), name) != keys.end();
    };
    // "market" is a member of both: its own names decide.
    const bool of_scenario = known(kScenarioKeys, parts[0].name) &&
                             (parts[0].name != "market" || parts.size() < 2 || known(kMarketKeys, parts[1].name));
    if (!of_scenario) parts.insert(parts.begin(), PathPart{"params", {}});
    ASSAY_TRY(json::Value value, typed_value(path, set.substr(equals + 1)));
    json::Value* here = &root;
    for (const PathPart& p : parts) {
        if (here->kind != json::Kind::object) return {Code::json_type, "--set " + path + ": there is no such field"};
        here = &member(*here, p.name);
        if (p.index) {
            if (here->kind != json::Kind::array || *p.index >= here->items.size())
                return {Code::field_out_of_range,
                        "--set " + path + ": " + p.name + " is " +
                            (here->kind == json::Kind::array ? "a list of " + std::to_string(here->items.size())
                                                             : std::string("no list in this scenario"))};
            here = &here->items[*p.index];
        }
    }
    // What a file writes as a text, such as a decimal fraction, is one here too: no digit of it passes through a
    // double. In `params` every fraction is, also where the file leaves the field out.
    const bool fraction = parts[0].name == "params" && value.text.find('.') != std::string::npos;
    if ((here->kind == json::Kind::string || fraction || tokenomics::is_unpublished(*here)) &&
        value.kind == json::Kind::number)
        value = text_value(value.text);
    *here = std::move(value);
    return {};
}

Result<json::Value> read_document(const std::string& source) {
    return load(source, "", 0, [](const json::Value&) { return Status{}; });
}

Result<json::Value> load_document(const std::string& source, const std::vector<std::string>& sets,
                                  const DocumentCheck& check) {
    ASSAY_TRY(json::Value root, load(source, "", 0, check));
    // Checked together: a kind and what it needs come in two.
    for (const std::string& set : sets) ASSAY_TRY_VOID(apply_set(root, set));
    if (Status ok = tokenomics::check_published(root); !ok)
        return at(tokenomics::preset_text(source) ? source + ".json" : source, ok.error());
    if (Status ok = check(root); !ok) return at("--set", ok.error());
    return root;
}

}  // namespace assay::sim
