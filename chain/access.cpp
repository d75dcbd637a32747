#include "chain/access.hpp"

namespace assay::chain {

Amount backing(const Provider& p) {
    const auto sum = add(p.stake, p.delegated);  // both are parts of the supply
    return sum ? *sum : Amount::max();
}

tokenomics::Requirement requirement_of(const tokenomics::Params& rules, const Provider& p) {
    const auto sum = tokenomics::requirement(rules, p.classes);
    return sum ? *sum : tokenomics::Requirement{Amount::max(), Credits::max(), Amount::max()};
}

Amount required_of(const tokenomics::Params& rules, Price stake_price, const Provider& p) {
    const auto required = tokenomics::in_tokens(requirement_of(rules, p), stake_price, rules.token.decimals);
    return required ? *required : Amount::max();
}

Amount required_now(const tokenomics::Params& rules, const ChainState& clock, const Provider& p) {
    const Amount required = required_of(rules, clock.stake_price, p);
    return clock.time < p.kept_until ? min_of(p.kept, required) : required;
}

Amount needed(const tokenomics::Params& rules, const ChainState& clock, const Provider& p) {
    if (rules.stake.access == tokenomics::AccessMode::scaled) return requirement_of(rules, p).least;
    return required_now(rules, clock, p);
}

bool has_access(const tokenomics::Params& rules, const ChainState& clock, const Provider& p) {
    return backing(p) >= needed(rules, clock, p);
}

Status must_have_access(const tokenomics::Params& rules, const ChainState& clock, const Provider& p) {
    const Amount need = needed(rules, clock, p);
    if (backing(p) >= need) return {};
    return {Code::stake_below_required,
            "stake is " + to_digits(backing(p).units) + ", required are " + to_digits(need.units)};
}

}  // namespace assay::chain
