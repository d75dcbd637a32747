// What must hold between the members of a scenario.
#include <algorithm>
#include <map>

#include "tokenomics/burn.hpp"
#include "tokenomics/params_change.hpp"
#include "tokenomics/params_json.hpp"
#include "tokenomics/sim/scenario_fields.hpp"
#include "tokenomics/sim/scenario_read.hpp"
#include "tokenomics/sim/text.hpp"
#include "tokenomics/stake.hpp"

namespace assay::sim {
namespace {

class Checker {
   public:
    Checker(Reading& r, const json::Value& root) : r_(r), s_(r.s), root_(root) {}

    void all() {
        steps();
        names();
        if (r_.errors.empty()) supply();
        shocks();
    }

   private:
    void fail(Code code, const std::string& path, const std::string& rule) {
        r_.errors.push_back({code, path + " " + rule + place_of(value_at(root_, path))});
    }
    static std::string meant(const std::string& name, const std::vector<std::string>& known) {
        const std::string near = json::nearest(name, known);
        return near.empty() ? "" : "; did you mean \"" + near + "\"?";
    }

    void steps() {
        const std::string horizon = "is " + shortest(s_.horizon_days);
        if (s_.steps() == 0)
            fail(Code::field_out_of_range, "horizon_days", horizon + ", which is shorter than one step");
        if (s_.steps() > kMaxSteps)
            fail(Code::field_out_of_range, "horizon_days",
                 horizon + ", which makes " + std::to_string(s_.steps()) + " steps, at most " +
                     std::to_string(kMaxSteps) + " are allowed: take a longer step");
        const std::uint64_t block_ms = s_.params.block.time_ms;
        if (s_.step_ms < s_.epoch_ms() && (s_.epoch_ms() % s_.step_ms != 0 || s_.step_ms % block_ms != 0))
            fail(Code::field_out_of_range, "step",
                 "is " + std::to_string(s_.step_ms) + " ms: within an epoch of " + std::to_string(s_.epoch_ms()) +
                     " ms it must be blocks of " + std::to_string(block_ms) + " ms and divide the epoch");
    }

    void names() {
        std::vector<std::string> groups, holders;
        for (std::size_t i = 0; i < s_.providers.size(); ++i)
            unique(groups, "providers[" + std::to_string(i) + "].name", s_.providers[i].name);
        for (std::size_t i = 0; i < s_.initial.holders.size(); ++i) {
            const std::string path = "initial.holders[" + std::to_string(i) + "]";
            if (s_.initial.holders[i].name.empty())
                fail(Code::json_missing_key, path, "has no name");
            else
                unique(holders, path + ".name", s_.initial.holders[i].name);
        }
        for (std::size_t i = 0; i < s_.initial.vesting.size(); ++i) {
            const std::string& holder = s_.initial.vesting[i].holder;
            const std::string path = "initial.vesting[" + std::to_string(i) + "]";
            if (holder.empty())
                fail(Code::json_missing_key, path, "has no holder");
            else if (std::find(holders.begin(), holders.end(), holder) == holders.end())
                fail(Code::field_out_of_range, path + ".holder",
                     "\"" + holder + "\" is not the name of one of initial.holders" + meant(holder, holders));
        }
        for (std::size_t i = 0; i < s_.shocks.size(); ++i) {
            const std::string& group = s_.shocks[i].group;
            if (!group.empty() && std::find(groups.begin(), groups.end(), group) == groups.end())
                fail(Code::field_out_of_range, "shocks[" + std::to_string(i) + "].group",
                     "\"" + group + "\" is not the name of a group of providers" + meant(group, groups));
        }
    }
    void unique(std::vector<std::string>& names, const std::string& path, const std::string& name) {
        if (std::find(names.begin(), names.end(), name) != names.end())
            fail(Code::field_out_of_range, path, "is \"" + name + "\", which another one is called as well");
        names.push_back(name);
    }

    // Whoever holds tokens at the start holds them out of the supply. What pool and stakes take counts where the
    // scenario says something of them: a genesis alone is no claim about either.
    void supply() {
        const auto& p = s_.params;
        const Amount supply = s_.initial.supply;
        if (supply > p.token.cap)
            fail(Code::field_out_of_range, "initial.supply",
                 "is " + to_digits(supply.units) + ", token.cap is " + to_digits(p.token.cap.units));
        if (s_.initial.scheduled > p.emission.total)
            fail(Code::field_out_of_range, "initial.scheduled",
                 "is " + to_digits(s_.initial.scheduled.units) + ", emission.total is " +
                     to_digits(p.emission.total.units));
        std::vector<std::pair<std::string, Amount>> parts = {
            {"bonded", s_.initial.bonded}, {"delegated", s_.initial.delegated}, {"treasury", s_.initial.treasury}};
        Amount holders, vesting, stakes;
        bool fits = true;
        const auto join = [&](Amount& sum, Amount more) {
            const auto both = add(sum, more);
            fits = fits && both.ok();
            if (both) sum = *both;
        };
        for (const Holding& h : s_.initial.holders) join(holders, h.amount);
        for (const Vesting& v : s_.initial.vesting) join(vesting, v.amount);
        parts.insert(parts.end(), {{"holders", holders}, {"vesting", vesting}});
        const Price price{static_cast<std::uint64_t>(s_.initial.price_usd * 1e8)};
        const auto tokens = [&](double usd) {
            const auto worth = tokenomics::tokens_worth(Credits{static_cast<u128>(usd * 1e6)}, price, p.token.decimals);
            return worth ? *worth : Amount{~u128{0}};
        };
        const bool vault = p.bme.mode == tokenomics::BurnMode::vault || p.bme.mode == tokenomics::BurnMode::mint_ratio;
        if (vault) parts.emplace_back("credits in the vault", tokens(s_.initial.credits_usd));
        constexpr const char* kSaid[] = {"providers",       "market.depth_usd", "initial.holders",
                                         "initial.vesting", "initial.treasury", "initial.delegated"};
        if (std::any_of(std::begin(kSaid), std::end(kSaid), [&](const char* x) { return r_.given.contains(x); })) {
            for (const ProviderGroup& g : s_.providers) {
                const tokenomics::ClassCount device[] = {{g.class_index, 1}};
                const auto need = tokenomics::requirement(p, device);
                const auto one = need ? tokenomics::in_tokens(*need, s_.first_price(), p.token.decimals)
                                      : Result<Amount>(need.error());
                const auto all = one ? mul_div(*one, g.count, 1) : one;
                join(stakes, all ? *all : Amount{~u128{0}});
            }
            parts.insert(parts.end(), {{"stakes of the providers", stakes}, {"pool", tokens(s_.market.depth_usd)}});
        }
        Amount sum;
        std::string list;
        for (const auto& [name, amount] : parts) {
            join(sum, amount);
            if (!amount.is_zero()) list += (list.empty() ? "" : ", ") + name + " " + to_digits(amount.units);
        }
        if (!fits || sum > supply)
            fail(Code::field_out_of_range, "initial.supply",
                 "is " + to_digits(supply.units) + " base units and holds all of these: " + list);
    }

    // Changes of parameters as votes would make them, those of one day together. A price that moves further in one
    // step than a vote may is a question that a scenario may ask.
    void shocks() {
        std::map<double, std::vector<std::size_t>> days;
        for (std::size_t i = 0; i < s_.shocks.size(); ++i)
            if (s_.shocks[i].kind == ShockKind::param) days[s_.shocks[i].at_day].push_back(i);
        tokenomics::Params now = s_.params;
        for (const auto& [day, which] : days) {
            std::vector<tokenomics::ParamChange> changes;
            for (const std::size_t i : which)
                if (!canonical(now, i, changes)) return;
            auto next = tokenomics::apply_changes(now, changes);
            if (!next) {
                const std::string at = "shocks[" + std::to_string(which.front()) + "].path";
                r_.errors.push_back({next.error().code, "shocks of day " + shortest(day) + ": " + next.error().message +
                                                            place_of(value_at(root_, at))});
                return;
            }
            now = *std::move(next);
        }
    }

    // "97.5%" of a field in parts per billion, "50 ASY", 7: as genesis would write it.
    bool canonical(const tokenomics::Params& now, std::size_t i, std::vector<tokenomics::ParamChange>& changes) {
        Shock& shock = s_.shocks[i];
        const std::string at = "shocks[" + std::to_string(i) + "]";
        if (shock.path.starts_with("params.")) shock.path.erase(0, 7);
        json::Value v;
        v.kind = json::Kind::string;
        v.text = shock.value;
        if (shock.path.ends_with("_ppb") && v.text.ends_with("%")) {
            const auto ppb = parse_decimal(std::string_view(v.text).substr(0, v.text.size() - 1), 7);
            if (!ppb) {
                fail(ppb.error().code, at + ".value", "is \"" + shock.value + "\": " + ppb.error().message);
                return false;
            }
            v.text = to_digits(*ppb);
        }
        tokenomics::Params copy = now;
        auto text = tokenomics::set_param(copy, shock.path, v);
        if (!text) {
            const bool unknown = text.error().code == Code::unknown_param;
            r_.errors.push_back(
                {text.error().code, at + (unknown ? ".path: " : ".value: ") + text.error().message +
                                        place_of(value_at(root_, at + (unknown ? ".path" : ".value")))});
            return false;
        }
        shock.value = *text;
        changes.push_back({shock.path, *text});
        return true;
    }

    Reading& r_;
    Scenario& s_;
    const json::Value& root_;
};

}  // namespace

void check_scenario(Reading& r, const json::Value& root) {
    Checker(r, root).all();
}

Reading read_scenario(const json::Value& root) {
    Reading r = read_members(root);
    if (r.errors.empty()) fill_open(r);
    if (r.errors.empty()) check_scenario(r, root);
    return r;
}

}  // namespace assay::sim
