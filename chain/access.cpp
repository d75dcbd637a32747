#include "chain/access.hpp"

namespace assay::chain {

Amount backing(const Provider& p) {
    const auto sum = add(p.stake, p.delegated);  // both are parts of the supply
    return sum ? *sum : Amount::max();
}

Amount required_now(const Provider& p, TimeMs time) {
    return time < p.kept_until ? min_of(p.kept, p.required) : p.required;
}

tokenomics::Requirement requirement_of(const tokenomics::Params& rules, const Provider& p) {
    if (rules.stake.unit_in == tokenomics::StakeUnit::usd) return {{}, p.required_usd, p.required_least};
    return {p.required, {}, p.required_least};
}

Amount needed(const tokenomics::Params& rules, const Provider& p, TimeMs time) {
    if (rules.stake.access == tokenomics::AccessMode::scaled) return p.required_least;
    return required_now(p, time);
}

bool has_access(const tokenomics::Params& rules, const Provider& p, TimeMs time) {
    return backing(p) >= needed(rules, p, time);
}

Status must_have_access(const tokenomics::Params& rules, const Provider& p, TimeMs time) {
    if (has_access(rules, p, time)) return {};
    return {Code::stake_below_required,
            "stake is " + to_digits(backing(p).units) + ", required are " + to_digits(needed(rules, p, time).units)};
}

}  // namespace assay::chain
