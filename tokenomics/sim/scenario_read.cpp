#include "tokenomics/sim/scenario_read.hpp"

#include <algorithm>

#include "base/utc.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/sim/scenario_fields.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim {
namespace {

std::string joined(std::span<const std::string_view> words) {
    std::string out;
    for (const auto w : words) out += (out.empty() ? "" : ", ") + std::string(w);
    return out;
}

Result<std::uint64_t> duration_ms(const std::string& text, const std::string& path, const std::string& place) {
    constexpr std::array<std::pair<const char*, std::uint64_t>, 5> kUnits = {
        {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto n = parse_digits(std::string_view(text).substr(0, end));
    if (n && *n > 0 && *n <= 100'000'000'000)
        for (const auto& [unit, ms] : kUnits)
            if (text.substr(end) == unit) return static_cast<std::uint64_t>(*n) * ms;
    return {Code::field_out_of_range,
            path + " is \"" + text + "\": a duration is written as 1d, 6h, 10m, 30s or epoch" + place};
}

// The number of "< 0.8".
Result<double> bound_of(const std::string& text) {
    if (text.size() < 2 || (text[0] != '<' && text[0] != '>')) return {Code::json_type, ""};
    ASSAY_TRY(const json::Value number, json::parse(std::string_view(text).substr(1)));
    return json::as_double(number, "");
}

class Reader {
   public:
    explicit Reader(Reading& out) : out_(out) {}

    /// The parameters come first: amounts anywhere are written in their token.
    void root(const json::Value& v) {
        if (const json::Value* params = v.find("params")) {
            auto p = tokenomics::params_from_json(*params, "params");
            Status ok = p ? tokenomics::validate(*p) : Status{p.error()};
            if (p) out_.s.params = *std::move(p);
            amounts_ = ok.ok();
            if (!ok) fail(ok.error());
        } else if (v.kind == json::Kind::object) {
            fail({Code::json_missing_key, "params is missing"});
            amounts_ = false;
        }
        out_.s.step_ms = std::max(out_.s.step_ms, out_.s.epoch_ms());
        object(v, "", out_.s);
        if (amounts_) classes(v);
    }

   private:
    void fail(Error e) { out_.errors.push_back(std::move(e)); }
    void out_of_range(const std::string& path, const json::Value& v, const std::string& value,
                      const std::string& rule) {
        fail({Code::field_out_of_range, path + " is " + value + ", " + rule + place_of(&v)});
    }

    template <class T>
    void object(const json::Value& v, const std::string& path, T& out) {
        if (v.kind != json::Kind::object) {
            fail(json::object(v, path).error());
            return;
        }
        // What is not known comes first: a mistyped name is why another one seems to be missing.
        std::vector<std::string> known;
        for_each_behaviour(out, [&](const auto& f, const auto&) { known.emplace_back(f.name); });
        if (path.empty()) known.insert(known.end(), {"sweep", "$schema"});  // a study's, and an editor's
        for (const auto& [key, member] : v.members) {
            if (key.starts_with("_") || key.starts_with("//")) continue;
            if (std::find(known.begin(), known.end(), key) != known.end()) continue;
            const std::string near = json::nearest(key, known), shown = json::shown(key);
            fail({Code::json_unknown_key,
                  (path.empty() ? "" : path + ".") + shown.substr(1, shown.size() - 2) + " is not a known key" +
                      (near.empty() ? "" : "; did you mean \"" + near + "\"?") + place_of(&member)});
        }
        for_each_behaviour(out, [&](const auto& f, auto& member) {
            const json::Value* found = v.find(f.name);
            if (found == nullptr) return;
            const std::string at = path.empty() ? f.name : path + "." + f.name;
            out_.given.insert(at);
            value(*found, at, f, member);
        });
    }

    template <class F, class T>
    void value(const json::Value& v, const std::string& path, const F& f, T& out) {
        const std::string rule = "allowed are " + shortest(f.min) + " to " + shortest(f.max);
        const bool any = f.min == 0 && f.max == 0;
        if constexpr (std::is_same_v<T, tokenomics::Params>) {
            return;  // read before
        } else if constexpr (std::is_same_v<T, std::vector<Threshold>>) {
            thresholds(v, path, out);
        } else if constexpr (Behaviour<T>) {
            object(v, path, out);
        } else if constexpr (kIsVector<T>) {
            if (v.kind != json::Kind::array || static_cast<double>(v.items.size()) < f.min ||
                static_cast<double>(v.items.size()) > f.max) {
                fail({Code::json_type, path + " must be a list of " + shortest(f.min) + " to " + shortest(f.max) +
                                           " objects" + place_of(&v)});
                return;
            }
            out.clear();
            for (std::size_t i = 0; i < v.items.size(); ++i) {
                out.emplace_back();
                const std::string at = path + "[" + std::to_string(i) + "]";
                if constexpr (std::is_same_v<T, std::vector<Shock>>)
                    shock(v.items[i], at, out.back());
                else
                    object(v.items[i], at, out.back());
            }
        } else if constexpr (std::is_same_v<T, std::string>) {
            // What a parameter becomes may be typed as a number too.
            if (v.kind == json::Kind::number && path.ends_with(".value")) {
                out = v.text;
                return;
            }
            if (auto text = json::as_string(v, path); !text)
                fail(text.error());
            else if (!any && (static_cast<double>(text->size()) < f.min || static_cast<double>(text->size()) > f.max))
                out_of_range(path, v, "a text of " + std::to_string(text->size()) + " characters", rule);
            else
                out = *std::move(text);
        } else if constexpr (std::is_same_v<T, bool>) {
            if (auto b = json::as_bool(v, path); !b)
                fail(b.error());
            else
                out = *b;
        } else if constexpr (std::is_same_v<T, double>) {
            if (auto x = json::as_double(v, path); !x)
                fail(x.error());
            else if (*x < f.min || *x > f.max)
                out_of_range(path, v, v.text, rule);
            else
                out = *x;
        } else if constexpr (std::is_same_v<T, Amount>) {
            if (!amounts_) return;
            if (auto a = tokenomics::amount_from_json(v, path, out_.s.params.token); !a)
                fail(a.error());
            else
                out = *a;
        } else if constexpr (std::is_same_v<T, TimeMs>) {
            auto text = json::as_string(v, path);
            if (!text) return fail(text.error());
            if (auto time = parse_utc(*text); !time)
                fail({time.error().code, path + ": " + time.error().message + place_of(&v)});
            else
                out = *time;
        } else if constexpr (std::is_enum_v<T>) {
            auto word = json::as_string(v, path);
            if (!word) return fail(word.error());
            const auto words = words_of(T{});
            const auto found = std::find(words.begin(), words.end(), *word);
            if (found == words.end())
                out_of_range(path, v, json::shown(*word), "allowed are " + joined(words));
            else
                out = static_cast<T>(found - words.begin());
        } else {
            if (f.form == Form::duration) {
                auto text = json::as_string(v, path);
                if (!text) return fail(text.error());
                auto ms = *text == "epoch"   ? Result<std::uint64_t>(out_.s.epoch_ms())
                          : *text == "block" ? Result<std::uint64_t>(out_.s.params.block.time_ms)
                                             : duration_ms(*text, path, place_of(&v));
                if (!ms) return fail(ms.error());
                set_whole(out, *ms);
                return;
            }
            const auto least = static_cast<std::uint64_t>(f.min);
            const auto n = json::as_u64(v, path, least, any ? ~std::uint64_t{0} : static_cast<std::uint64_t>(f.max));
            if (!n) return fail(n.error());
            set_whole(out, *n);
        }
    }

    template <class T>
    static void set_whole(T& out, std::uint64_t n) {
        if constexpr (std::is_integral_v<T>)
            out = static_cast<T>(n);
        else
            out.value = n;
    }

    void classes(const json::Value& root) {
        std::vector<std::string> known;
        for (const auto& c : out_.s.params.classes) known.push_back(c.name);
        for (std::size_t i = 0; i < out_.s.providers.size(); ++i) {
            ProviderGroup& g = out_.s.providers[i];
            const std::string path = "providers[" + std::to_string(i) + "]", at = path + ".class";
            const auto found = std::find(known.begin(), known.end(), g.device_class);
            g.class_index = found == known.end() ? 0 : static_cast<std::uint32_t>(found - known.begin());
            if (!out_.given.contains(at)) {
                fail({Code::json_missing_key, at + " is missing" + place_of(value_at(root, path))});
            } else if (found == known.end() && !g.device_class.empty()) {
                const std::string near = json::nearest(g.device_class, known);
                fail({Code::unknown_class, at + " \"" + g.device_class + "\" is not in params.classes" +
                                               (near.empty() ? "" : "; did you mean \"" + near + "\"?") +
                                               place_of(value_at(root, at))});
            }
        }
    }

    // A shock has the members of its kind, all of them and no others.
    void shock(const json::Value& v, const std::string& path, Shock& out) {
        const std::size_t before = out_.errors.size();
        object(v, path, out);
        if (out_.errors.size() != before || v.kind != json::Kind::object) return;
        const std::string kind(kShockKinds[static_cast<std::size_t>(out.kind)]);
        if (v.find("kind") == nullptr) {
            fail({Code::json_missing_key, path + ".kind is missing: one of " + joined(kShockKinds) + place_of(&v)});
            return;
        }
        const ShockShape shape = shape_of(out.kind);
        for_each_behaviour(out, [&](const auto& f, const auto&) {
            const json::Value* member = v.find(f.name);
            const std::string at = path + "." + f.name, name = f.name;
            if (member != nullptr && !shape.has(name))
                fail({Code::json_unknown_key, at + " means nothing in a shock of kind " + kind + place_of(member)});
            const bool may_miss = name == "at_day" || name == "group";
            if (member == nullptr && shape.has(name) && !may_miss)
                fail(
                    {Code::json_missing_key, at + " is missing: a shock of kind " + kind + " needs it" + place_of(&v)});
        });
        if (const json::Value* factor = v.find("factor");
            factor != nullptr && shape.factor && (out.factor < shape.least || out.factor > shape.most))
            out_of_range(path + ".factor", *factor, factor->text,
                         "allowed are " + shortest(shape.least) + " to " + shortest(shape.most));
    }

    // {"max_drawdown": "< 0.8"} is what must hold.
    void thresholds(const json::Value& v, const std::string& path, std::vector<Threshold>& out) {
        if (v.kind != json::Kind::object) return fail(json::object(v, path).error());
        const std::vector<std::string> known = figure_names();
        out.clear();
        for (const auto& [key, bound] : v.members) {
            if (key.starts_with("_") || key.starts_with("//")) continue;
            const std::string at = path + "." + key;
            if (std::find(known.begin(), known.end(), key) == known.end()) {
                const std::string near = json::nearest(key, known);
                fail({Code::json_unknown_key, at + " is not a metric" +
                                                  (near.empty() ? "" : "; did you mean \"" + near + "\"?") +
                                                  place_of(&bound)});
                continue;
            }
            auto text = json::as_string(bound, at);
            if (!text) {
                fail(text.error());
                continue;
            }
            const auto value = bound_of(*text);
            if (!value) {
                out_of_range(at, bound, json::shown(*text), "what it must be is written as \"< 0.8\" or \"> 0.25\"");
                continue;
            }
            Threshold t{.metric = key, .above = text->front() == '<', .value = *value};
            out.push_back(std::move(t));
        }
    }

    Reading& out_;
    bool amounts_ = true;
};

}  // namespace

std::string place_of(const json::Value* v) {
    if (v == nullptr || v->at.line == 0) return "";
    return " (line " + std::to_string(v->at.line) + ", column " + std::to_string(v->at.column) + ")";
}

const json::Value* value_at(const json::Value& root, const std::string& path) {
    const json::Value* here = &root;
    for (std::size_t from = 0; here != nullptr && from < path.size();) {
        const std::size_t dot = std::min(path.find('.', from), path.size());
        const std::string part = path.substr(from, dot - from);
        const std::size_t open = part.find('[');
        here = here->find(part.substr(0, open));
        if (here != nullptr && open != std::string::npos) {
            const auto i = parse_digits(part.substr(open + 1, part.find(']') - open - 1));
            here = i && *i < here->items.size() ? &here->items[static_cast<std::size_t>(*i)] : nullptr;
        }
        from = dot + 1;
    }
    return here;
}

Reading read_members(const json::Value& root) {
    Reading out;
    Reader(out).root(root);
    return out;
}

}  // namespace assay::sim
