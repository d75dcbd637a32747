#include "chain/access.hpp"

namespace assay::chain {

Amount backing(const Provider& p) {
    const auto sum = add(p.stake, p.delegated);  // both are parts of the supply
    return sum ? *sum : Amount::max();
}

Amount needed(const tokenomics::Params&, const Provider& p, TimeMs) {
    return p.required;
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
