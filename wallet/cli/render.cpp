#include "wallet/cli/render.hpp"

#include <algorithm>
#include <array>

#include "wallet/client/json_write.hpp"

namespace assay::wallet::cli {
namespace {

template <std::size_t N>
bool one_of(std::string_view name, const std::array<std::string_view, N>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Names of docs/rpc.md whose strings of digits are base units of the token, micro-USD, and USD x 10^-8.
constexpr auto kTokens = std::to_array<std::string_view>({"amount",
                                                          "availability",
                                                          "backing",
                                                          "bond",
                                                          "bonds",
                                                          "burned",
                                                          "burned_for_credits",
                                                          "cap",
                                                          "cost",
                                                          "credit_tokens",
                                                          "delegated",
                                                          "deposit_tokens",
                                                          "earned",
                                                          "escrow",
                                                          "exposure",
                                                          "fee",
                                                          "fees",
                                                          "genesis",
                                                          "granted",
                                                          "have_tokens",
                                                          "held_slashes",
                                                          "left",
                                                          "liquid",
                                                          "locked",
                                                          "locked_rewards",
                                                          "min_stake",
                                                          "minted",
                                                          "minted_recycled",
                                                          "minted_schedule",
                                                          "minted_settled",
                                                          "needed",
                                                          "paid",
                                                          "paid_tokens",
                                                          "pool_availability",
                                                          "pool_stakers",
                                                          "pool_validators",
                                                          "pool_work",
                                                          "recycled",
                                                          "required",
                                                          "reserved",
                                                          "released",
                                                          "rewards",
                                                          "scheduled",
                                                          "slashed",
                                                          "spendable",
                                                          "stake",
                                                          "stake_at_start",
                                                          "staked",
                                                          "stakers",
                                                          "supply",
                                                          "treasury",
                                                          "unbonding",
                                                          "unit_stake",
                                                          "unlocks",
                                                          "validators",
                                                          "vault",
                                                          "vaulted",
                                                          "vested",
                                                          "vesting",
                                                          "work",
                                                          "total_stake"});
constexpr auto kDollars = std::to_array<std::string_view>(
    {"consumed", "credits", "credits_consumed", "credits_issued", "credits_paid", "deposit", "escrowed", "free",
     "issued", "max_price", "mean_price", "median_price", "min_credits", "min_price", "outstanding", "price_per_unit",
     "queued", "refunded", "required_usd"});
constexpr auto kPrices = std::to_array<std::string_view>({"burn_price", "ema", "price", "settle_price"});

bool digits(const std::string& text) {
    return !text.empty() && text.size() <= 39 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
bool scalar(const json::Value& v) {
    return v.kind != json::Kind::object && v.kind != json::Kind::array;
}

std::size_t width(const std::string& text) {  // code points, which is near enough for a column
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}
std::string padded(const std::string& text, std::size_t to) {
    return text + std::string(to > width(text) ? to - width(text) : 0, ' ');
}

void lines(std::string& out, const json::Value& object, const ChainInfo& chain, const std::string& indent) {
    std::size_t widest = 0;
    for (const auto& [name, value] : object.members)
        if (scalar(value)) widest = std::max(widest, width(name));
    for (const auto& [name, value] : object.members) {
        if (scalar(value)) {
            out += indent + padded(name, widest) + "  " + render_scalar(name, value, chain) + "\n";
        } else if (value.kind == json::Kind::object) {
            out += indent + name + "\n";
            lines(out, value, chain, indent + "  ");
        } else if (value.items.empty()) {
            out += indent + name + "  none\n";
        } else if (value.items.front().kind == json::Kind::object) {
            out += indent + name + "\n";
            std::string table = render_table(value, chain);
            std::size_t at = 0;
            while (at < table.size()) {
                const std::size_t end = table.find('\n', at);
                out += indent + "  " + table.substr(at, end - at) + "\n";
                at = end == std::string::npos ? table.size() : end + 1;
            }
        } else {
            std::string list;
            for (const auto& item : value.items) list += (list.empty() ? "" : " ") + render_scalar(name, item, chain);
            out += indent + name + "  " + list + "\n";
        }
    }
}

}  // namespace

std::string render_scalar(std::string_view name, const json::Value& value, const ChainInfo& chain) {
    switch (value.kind) {
        case json::Kind::null:
            return "-";
        case json::Kind::boolean:
            return value.boolean ? "yes" : "no";
        case json::Kind::number:
            return value.text;
        case json::Kind::string:
            break;
        default:
            return to_json(value);
    }
    if (!digits(value.text)) return value.text.empty() ? "-" : value.text;
    const auto units = parse_digits(value.text);
    if (!units) return value.text;
    if (one_of(name, kTokens)) return chain.show(Amount{*units});
    if (one_of(name, kDollars)) return show_usd(Credits{*units});
    if (one_of(name, kPrices)) return "$" + format_decimal(*units, 8);
    return value.text;
}

std::string render_table(const json::Value& list, const ChainInfo& chain, const std::vector<std::string>& wanted) {
    std::vector<std::string> columns = wanted;
    if (columns.empty())
        for (const auto& item : list.items)
            for (const auto& [name, value] : item.members)
                if (scalar(value) && std::find(columns.begin(), columns.end(), name) == columns.end())
                    columns.push_back(name);
    std::vector<std::vector<std::string>> rows{columns};
    for (const auto& item : list.items) {
        std::vector<std::string> row;
        for (const std::string& c : columns) {
            const json::Value* v = item.find(c);
            row.push_back(v == nullptr || !scalar(*v) ? "" : render_scalar(c, *v, chain));
        }
        rows.push_back(std::move(row));
    }
    std::string out;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t c = 0; c < row.size(); ++c) {
            std::size_t widest = 0;
            for (const auto& r : rows) widest = std::max(widest, width(r[c]));
            line += c + 1 == row.size() ? row[c] : padded(row[c], widest + 2);
        }
        while (!line.empty() && line.back() == ' ') line.pop_back();
        out += line + "\n";
    }
    return out;
}

json::Value renamed(json::Value value, const std::vector<std::pair<std::string, std::string>>& names) {
    for (auto& [name, member] : value.members) {
        member = renamed(std::move(member), names);
        for (const auto& [from, to] : names)
            if (name == from) {
                name = to;
                break;
            }
    }
    for (json::Value& item : value.items) item = renamed(std::move(item), names);
    return value;
}

std::string render(const json::Value& value, const ChainInfo& chain) {
    if (value.kind == json::Kind::object) {
        if (const json::Value* items = value.find("items"); items != nullptr && items->kind == json::Kind::array) {
            if (items->items.empty()) return "none\n";
            std::string out = render_table(*items, chain);
            if (const json::Value* next = value.find("next_cursor");
                next != nullptr && next->kind == json::Kind::string)
                out += "more with --cursor " + next->text + "\n";
            return out;
        }
        std::string out;
        lines(out, value, chain, "");
        return out;
    }
    if (value.kind == json::Kind::array) return render_table(value, chain);
    return render_scalar("", value, chain) + "\n";
}

}  // namespace assay::wallet::cli
