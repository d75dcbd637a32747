// The validator set: who missed too many blocks, who leaves, what power each has next, and the penalty of two
// signatures of one height. The arithmetic is tokenomics/validators.hpp; here it meets records.
#include <algorithm>

#include "chain/beacon.hpp"
#include "chain/exec.hpp"
#include "tokenomics/validators.hpp"

namespace assay::chain {
namespace {

using Entry = std::pair<Address, Validator>;

std::vector<Entry> all_validators(const StateView& s) {
    std::vector<Entry> all;
    s.each_validator([&](const Address& a, const Validator& v) {
        all.emplace_back(a, v);
        return true;
    });
    return all;
}

// Could propose, and is not kept out. Who has no tip yet cannot propose.
bool can_serve(const Validator& v) {
    return v.beacon && !v.jailed && !v.tombstoned && !v.bond.is_zero();
}

// Tips and keys whose epoch has come count from the next height on.
void take_pending(const Exec& x, Validator& v) {
    if (v.pending_tip && v.pending_from <= x.epoch() + 1) {
        v.beacon = BeaconTip{*v.pending_tip, x.height()};
        v.pending_tip.reset();
    }
    if (v.pending_key && v.pending_key_from <= x.epoch() + 1) {
        v.previous_key = v.consensus_key;
        v.consensus_key = *v.pending_key;
        v.pending_key.reset();
        v.key_since = x.height() + 1;
        v.key_changed = x.time();
    }
}

// Indices of who is wanted in the set, in no order that matters.
std::vector<std::size_t> wanted_set(const Exec& x, const std::vector<Entry>& all, u128 total) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (can_serve(all[i].second) && !all[i].second.retiring) out.push_back(i);
    // Where nobody else could go on, who retires stays.
    const bool nobody = out.empty();
    for (std::size_t i = 0; nobody && i < all.size(); ++i)
        if (can_serve(all[i].second) && all[i].second.power > 0) out.push_back(i);
    // Who holds more than a third of the power keeps his seat: a larger bond alone must not stop his chain.
    const auto kept = [&](std::size_t i) { return 3 * u128{all[i].second.power} > total; };
    std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) {
        if (kept(a) != kept(b)) return kept(a);
        return all[a].second.bond > all[b].second.bond;
    });
    if (out.size() > x.rules().validators.max) out.resize(static_cast<std::size_t>(x.rules().validators.max));
    return out;
}

// True where the record goes: its bond is paid out and nothing is left to remember.
bool release_bond(Exec& x, const Address& a, Validator& v) {
    if (!v.retiring || v.free_at.value == 0 || x.time() < v.free_at) return false;
    const Amount bond = v.bond;
    if (!bond.is_zero()) {
        if (!x.s.pay(a, bond)) return false;
        x.s.books().bonds = sub_or_zero(x.s.books().bonds, bond);
        v.bond = {};
        x.emit("validator.retired", {attr("validator", a), attr("bond", bond)});
    }
    return !v.tombstoned;  // who signed twice is remembered
}

}  // namespace

void judge_validators(Exec& x, std::uint64_t blocks) {
    const auto& rules = x.rules().validators;
    std::vector<Entry> all = all_validators(x.s);
    u128 total = 0;
    for (const auto& [a, v] : all) total += v.power;
    const auto serves = [](const Validator& v) { return v.power > 0 && can_serve(v); };
    auto serving = std::count_if(all.begin(), all.end(), [&](const Entry& e) { return serves(e.second); });
    for (auto& [a, v] : all) {
        const Validator before = v;
        if (serves(v)) {
            v.blocks = tokenomics::count_blocks(v.blocks, blocks, v.power, total, v.proposed_in_epoch);
            if (tokenomics::may_judge(rules, v.blocks)) {
                if (tokenomics::missed_too_many(rules, v.blocks) && serving > 1) {  // the last one goes on
                    --serving;
                    v.jailed = true;
                    v.jailed_until = TimeMs{x.time().value + rules.jail_ms};
                    x.emit("validator.jailed",
                           {attr("validator", a), attr("missed_ppb", tokenomics::missed_share(v.blocks).value)});
                }
                v.blocks = {};
            }
        }
        v.proposed_in_epoch = 0;
        if (before.blocks == v.blocks && before.jailed == v.jailed && before.proposed_in_epoch == 0) continue;
        x.s.put_record(tables::validator(a), v);
    }
}

void set_powers(Exec& x) {
    std::vector<Entry> all = all_validators(x.s);
    std::vector<std::uint64_t> now, wanted(all.size(), 0);
    u128 total = 0;
    for (auto& [a, v] : all) {
        take_pending(x, v);
        now.push_back(v.power);
        total += v.power;
    }
    const std::vector<std::size_t> set = wanted_set(x, all, total);
    Amount largest;
    for (const std::size_t i : set) largest = std::max(largest, all[i].second.bond);
    for (const std::size_t i : set) wanted[i] = tokenomics::scaled_power(all[i].second.bond, largest);
    const std::vector<std::uint64_t> next = tokenomics::move_powers(now, wanted);
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto& [a, v] = all[i];
        v.power = next[i];
        if (v.retiring && v.power == 0 && v.free_at.value == 0)
            v.free_at = TimeMs{x.time().value + x.rules().stake.unbonding_ms};
        if (release_bond(x, a, v))
            x.s.erase(tables::validator(a));
        else
            x.s.put_record(tables::validator(a), v);
        if (now[i] != v.power) x.emit("validator.power_changed", {attr("validator", a), attr("power", v.power)});
    }
}

std::optional<Address> validator_of_key(const StateView& s, const Hash& key, bool pending_too) {
    std::optional<Address> found;
    s.each_validator([&](const Address& a, const Validator& v) {
        if (v.consensus_key == key || v.previous_key == key || (pending_too && v.pending_key == key)) found = a;
        return !found;
    });
    return found;
}

Amount slash_double_sign(Exec& x, const Hash& consensus_key) {
    const auto who = validator_of_key(x.s, consensus_key, false);
    if (!who) return {};
    Validator v = *x.s.validator(*who);
    if (v.tombstoned) return {};
    const auto part = mul_div_ceil(v.bond.units, x.rules().slash.double_sign.value, Ppb::kOne);
    const Amount taken = part ? min_of(Amount{*part}, v.bond) : v.bond;
    v.tombstoned = true;
    v.bond = sub_or_zero(v.bond, taken);
    v.slashed = add(v.slashed, taken).ok() ? *add(v.slashed, taken) : Amount::max();
    Ledger& books = x.s.books();
    books.bonds = sub_or_zero(books.bonds, taken);
    (void)increase(books.burned, taken);  // never more than was created
    if (auto record = x.s.epoch(x.epoch())) {
        (void)increase(record->slashed, taken);
        x.s.put_record(tables::epoch(x.epoch()), *record);
    }
    x.s.put_record(tables::validator(*who), v);
    x.emit("validator.tombstoned", {attr("validator", *who), attr("amount", taken)});
    return taken;
}

}  // namespace assay::chain
