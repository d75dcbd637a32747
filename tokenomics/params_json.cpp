#include "tokenomics/params_json.hpp"

#include <array>
#include <type_traits>

#include "tokenomics/params_words.hpp"
#include "tokenomics/unpublished.hpp"

namespace assay::tokenomics {
namespace {

constexpr std::size_t kFractionDigits = 39;
Error out_of_range(const std::string& path, const std::string& value, std::uint64_t min, std::uint64_t max) {
    return {Code::field_out_of_range,
            path + " is " + value + ", allowed are " + std::to_string(min) + " to " + std::to_string(max)};
}

class ParamReader {
   public:
    explicit ParamReader(const TokenParams& token) : token_(token) {}

    template <Described T>
    Status read(const json::Value& v, const std::string& path, T& out) const {
        ASSAY_TRY(json::Object object, json::object(v, path));
        Status status;
        for_each_field(out, [&](const auto& f, auto& member) {
            if (!status) return;
            const json::Value* found = object.optional(f.name);
            if (found == nullptr) return;
            status = field(*found, path.empty() ? f.name : path + "." + f.name, f.min, f.max, member);
        });
        if (!status) return status;
        return object.done();
    }

    template <class T>
    Status field(const json::Value& v, const std::string& path, std::uint64_t min, std::uint64_t max, T& out) const {
        const bool any = min == 0 && max == 0;
        if constexpr (Described<T>) {
            return read(v, path, out);
        } else if constexpr (kIsVector<T>) {
            if (v.kind != json::Kind::array) return {Code::json_type, path + " must be a list"};
            if (v.items.size() < min || (max != 0 && v.items.size() > max))
                return out_of_range(path, "a list of " + std::to_string(v.items.size()), min, max);
            out.clear();
            for (std::size_t i = 0; i < v.items.size(); ++i) {
                out.emplace_back();
                ASSAY_TRY_VOID(read(v.items[i], path + "[" + std::to_string(i) + "]", out.back()));
            }
            return {};
        } else if constexpr (std::is_same_v<T, std::string>) {
            ASSAY_TRY(out, json::as_string(v, path));
            if (!any && (out.size() < min || out.size() > max))
                return out_of_range(path, std::to_string(out.size()) + " characters", min, max);
            return {};
        } else if constexpr (std::is_same_v<T, Amount>) {
            ASSAY_TRY(out, amount_from_json(v, path, token_));
            if (!any && (out.units < min || out.units > max)) return out_of_range(path, to_digits(out.units), min, max);
            return {};
        } else if constexpr (std::is_same_v<T, u128>) {
            ASSAY_TRY(std::string text, json::as_string(v, path));
            auto q = fraction_q128(text);
            if (!q) return {q.error().code, path + ": " + q.error().message};
            out = *q;
            return {};
        } else if constexpr (std::is_enum_v<T>) {
            ASSAY_TRY(std::string word, json::as_string(v, path));
            const auto words = words_of(T{});
            for (std::size_t i = 0; i < words.size(); ++i)
                if (words[i] == word) {
                    out = static_cast<T>(i);
                    return {};
                }
            std::string all;
            for (const auto w : words) all += (all.empty() ? "" : ", ") + std::string(w);
            return {Code::field_out_of_range, path + " is \"" + word + "\", allowed are " + all};
        } else {
            ASSAY_TRY(std::uint64_t n, json::as_u64(v, path, any ? 0 : min, any ? ~std::uint64_t{0} : max));
            if constexpr (std::is_integral_v<T>)
                out = static_cast<T>(n);  // ranges in describe() fit the type
            else
                out.value = n;
            return {};
        }
    }

   private:
    const TokenParams& token_;
};

std::string quoted(std::string_view s) {
    std::string out = "\"";
    for (const char c : s) {
        constexpr char kHex[] = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            out += std::string("\\u00") + kHex[byte >> 4] + kHex[byte & 15];
            continue;
        }
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(c);
    }
    return out + "\"";
}

template <class T>
std::string text_of(const T& v) {
    if constexpr (std::is_same_v<T, std::string>)
        return v;
    else if constexpr (std::is_same_v<T, Amount>)
        return to_digits(v.units);
    else if constexpr (std::is_same_v<T, u128>)
        return format_q128(v);
    else if constexpr (std::is_enum_v<T>)
        return std::string(words_of(v)[static_cast<std::size_t>(v)]);
    else if constexpr (std::is_integral_v<T>)
        return std::to_string(v);
    else
        return std::to_string(v.value);
}

template <class T>
std::optional<u128> number_of(const T& v) {
    if constexpr (std::is_same_v<T, std::string> || std::is_enum_v<T>)
        return std::nullopt;
    else if constexpr (std::is_same_v<T, Amount>)
        return v.units;
    else if constexpr (std::is_same_v<T, u128> || std::is_integral_v<T>)
        return u128{v};
    else
        return u128{v.value};
}

// Numbers above 2^53 travel as strings.
template <class T>
std::string scalar_json(const T& v) {
    if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Amount> || std::is_same_v<T, u128> ||
                  std::is_enum_v<T>) {
        return quoted(text_of(v));
    } else {
        const std::string digits = text_of(v);
        return digits.size() > 15 ? quoted(digits) : digits;
    }
}

template <class T>
std::string write_json(const T& v) {
    if constexpr (Described<T>) {
        std::string out = "{";
        for_each_field(v, [&](const auto& f, const auto& member) {
            if (out.size() > 1) out += ",";
            out += quoted(f.name) + ":" + write_json(member);
        });
        return out + "}";
    } else if constexpr (kIsVector<T>) {
        std::string out = "[";
        for (const auto& x : v) out += (out.size() > 1 ? "," : "") + write_json(x);
        return out + "]";
    } else {
        return scalar_json(v);
    }
}

template <Described T>
void list_into(const T& v, const std::string& prefix, EntryNames names, std::vector<ParamRow>& rows) {
    for_each_field(v, [&](const auto& f, const auto& member) {
        using M = std::remove_cvref_t<decltype(member)>;
        const std::string path = prefix + f.name;
        if constexpr (Described<M>) {
            list_into(member, path + ".", names, rows);
        } else if constexpr (kIsVector<M>) {
            for (std::size_t i = 0; i < member.size(); ++i) {
                std::string entry = path + "[" + std::to_string(i) + "].";
                if constexpr (std::is_same_v<M, std::vector<ClassParams>>)
                    if (names == EntryNames::own) entry = path + "." + member[i].name + ".";
                list_into(member[i], entry, names, rows);
            }
        } else {
            rows.push_back({path, text_of(member), f.unit, f.min, f.max, f.meaning, number_of(member)});
        }
    });
}

// Calls f(field, member) for the parameter of this path; false where there is none.
template <Described T, class F>
bool at_path(T& object, std::string_view path, F&& f) {
    const std::size_t dot = path.find('.');
    const std::string_view head = path.substr(0, dot);
    const std::string_view tail = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
    bool found = false;
    for_each_field(object, [&](const auto& each, auto& member) {
        using M = std::remove_cvref_t<decltype(member)>;
        if (found || head != each.name) return;
        if constexpr (std::is_same_v<M, std::vector<ClassParams>>) {
            const std::size_t last = tail.rfind('.');  // names of classes may have dots, fields have none
            if (last == std::string_view::npos) return;
            for (ClassParams& c : member)
                if (!found && c.name == tail.substr(0, last)) found = at_path(c, tail.substr(last + 1), f);
        } else if constexpr (Described<M>) {
            found = at_path(member, tail, f);
        } else if constexpr (!kIsVector<M>) {
            if (dot != std::string_view::npos) return;
            f(each, member);
            found = true;
        }
    });
    return found;
}

}  // namespace

Result<Amount> amount_from_json(const json::Value& v, const std::string& path, const TokenParams& token) {
    if (v.kind == json::Kind::string) {
        const std::size_t space = v.text.find(' ');
        if (space != std::string::npos) {
            if (v.text.substr(space + 1) != token.denom)
                return {Code::bad_amount,
                        path + ": the denomination is \"" + v.text.substr(space + 1) + "\", expected " + token.denom};
            auto units = parse_decimal(std::string_view(v.text).substr(0, space), token.decimals);
            if (!units) return {Code::bad_amount, path + ": " + units.error().message};
            return Amount{*units};
        }
    }
    ASSAY_TRY(u128 units, json::as_u128(v, path));
    return Amount{units};
}

std::string_view word_of(EmissionKind kind) {
    const auto i = static_cast<std::size_t>(kind);
    return i < std::size(kEmissionKinds) ? kEmissionKinds[i] : "unknown";
}

std::string_view word_of(BurnMode mode) {
    const auto i = static_cast<std::size_t>(mode);
    return i < std::size(kBurnModes) ? kBurnModes[i] : "unknown";
}

Result<Params> params_from_json(const json::Value& v, const std::string& path) {
    ASSAY_TRY_VOID(check_published(v, path));
    // The token comes first: amounts anywhere are written in it.
    Params p;
    if (v.kind == json::Kind::object)
        if (const json::Value* token = v.find("token")) {
            TokenParams shape;  // decimals and denomination before the cap can be read
            ASSAY_TRY(json::Object o, json::object(*token, path + ".token"));
            if (const auto* d = o.optional("decimals")) {
                ASSAY_TRY(std::uint64_t n, json::as_u64(*d, path + ".token.decimals", 0, 24));
                shape.decimals = static_cast<std::uint8_t>(n);
            }
            if (const auto* d = o.optional("denom")) {
                ASSAY_TRY(shape.denom, json::as_string(*d, path + ".token.denom"));
            }
            p.token = shape;
        }
    const TokenParams token = p.token;
    ASSAY_TRY_VOID(ParamReader(token).read(v, path, p));
    return p;
}

std::string params_to_json(const Params& p) {
    return write_json(p);
}

std::vector<ParamRow> list_params(const Params& p, EntryNames names) {
    std::vector<ParamRow> rows;
    list_into(p, "", names, rows);
    return rows;
}

Result<std::string> set_param(Params& p, const std::string& path, const json::Value& v) {
    constexpr std::string_view kClasses = "classes.", kName = ".name";
    if (path.starts_with(kClasses) && path.ends_with(kName) && path.size() > kClasses.size() + kName.size() &&
        v.kind == json::Kind::string &&
        path.substr(kClasses.size(), path.size() - kClasses.size() - kName.size()) == v.text) {
        bool there = false;
        for (const ClassParams& c : p.classes) there = there || c.name == v.text;
        if (!there) {
            p.classes.emplace_back();
            p.classes.back().name = v.text;
            return v.text;
        }
    }
    const TokenParams token = p.token;
    Status status;
    std::string text;
    const bool found = at_path(p, path, [&](const auto& f, auto& member) {
        status = ParamReader(token).field(v, path, f.min, f.max, member);
        text = text_of(member);
    });
    if (!found) {
        std::vector<std::string> known;
        for (const ParamRow& row : list_params(p)) known.push_back(row.path);
        const std::string near = json::nearest(path, known);
        return {Code::unknown_param, json::shown(path) + " is no parameter" +
                                         (near.empty() ? std::string() : ", did you mean \"" + near + "\"?")};
    }
    if (!status) return status.error();
    return text;
}

bool set_number(Params& p, std::string_view path, u128 number) {
    bool set = false;
    (void)at_path(p, path, [&](const auto&, auto& member) {
        using M = std::remove_cvref_t<decltype(member)>;
        if constexpr (std::is_same_v<M, std::string> || std::is_enum_v<M>)
            return;
        else {
            if constexpr (std::is_same_v<M, Amount>)
                member.units = number;
            else if constexpr (std::is_same_v<M, u128> || std::is_integral_v<M>)
                member = static_cast<M>(number);
            else
                member.value = static_cast<std::uint64_t>(number);
            set = true;
        }
    });
    return set;
}

Result<u128> fraction_q128(std::string_view text) {
    if (text == "0") return u128{0};
    if (text.size() < 3 || text.substr(0, 2) != "0." || text.size() > 2 + kFractionDigits)
        return {Code::bad_amount, "a fraction is 0 or written as 0.25, with at most 39 digits"};
    std::array<std::uint8_t, kFractionDigits> digits{};
    for (std::size_t i = 2; i < text.size(); ++i) {
        if (text[i] < '0' || text[i] > '9') return {Code::bad_amount, "a fraction has only digits after 0."};
        digits[i - 2] = static_cast<std::uint8_t>(text[i] - '0');
    }
    // floor(fraction x 2^128), bit by bit: what doubling the decimal digits carries out is the next bit.
    u128 q = 0;
    for (int bit = 0; bit < 128; ++bit) {
        std::uint8_t carry = 0;
        for (std::size_t i = digits.size(); i-- > 0;) {
            const auto doubled = static_cast<std::uint8_t>(2 * digits[i] + carry);
            carry = doubled >= 10 ? 1 : 0;
            digits[i] = static_cast<std::uint8_t>(doubled % 10);
        }
        q = q << 1 | carry;
    }
    return q;
}

std::string format_q128(u128 q) {
    if (q == 0) return "0";
    std::string exact = "0.";  // the expansion of q / 2^128, cut off
    u128 rest = q;
    for (std::size_t digits = 1; digits <= kFractionDigits; ++digits) {
        // rest x 10 = digit x 2^128 + rest, as 8 rest + 2 rest
        const u128 eight = rest << 3, two = rest << 1, sum = eight + two;
        exact.push_back(
            static_cast<char>('0' + static_cast<int>((rest >> 125) + (rest >> 127) + (sum < eight ? 1 : 0))));
        rest = sum;
        // The least decimal of so many digits that is not below q / 2^128 floors back to q, once it is near enough:
        // 10^-39 is less than 2^-128, so 39 digits always are.
        std::string text = exact;
        if (rest != 0) {
            std::size_t i = text.size() - 1;
            while (text[i] == '9') text[i--] = '0';
            if (text[i] == '.') continue;  // rounds up to one
            ++text[i];
        }
        const auto back = fraction_q128(text);
        if (back && *back == q) return text;
    }
    return exact;
}

}  // namespace assay::tokenomics
