#include "tokenomics/unbonding.hpp"

namespace assay::tokenomics {

Result<std::vector<Unbonding>> add_unbonding(const StakeParams& stake, std::vector<Unbonding> entries,
                                             Unbonding entry) {
    if (entries.size() >= stake.max_unbondings)
        return {Code::too_many_unbondings, std::to_string(entries.size()) +
                                               " unbondings are open, stake.max_unbondings is " +
                                               std::to_string(stake.max_unbondings)};
    entries.push_back(entry);
    return entries;
}

Matured matured(const std::vector<Unbonding>& entries, TimeMs now, const std::optional<TimeMs>& oldest_open_commit) {
    Matured out;
    for (const Unbonding& u : entries) {
        const bool covers_open = oldest_open_commit && *oldest_open_commit < u.matures;
        const auto sum = add(out.released, u.amount);
        if (u.matures <= now && !covers_open && sum)
            out.released = *sum;
        else
            out.remaining.push_back(u);
    }
    return out;
}

}  // namespace assay::tokenomics
