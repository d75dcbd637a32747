// RegisterValidator, RotateKey, RenewBeacon, ReportPrice, UnjailValidator, Retire.
#include "chain/exec.hpp"

namespace assay::chain {

Status run(Exec& x, const RegisterValidator& m) {
    if (x.s.validator(x.sender)) return {Code::already_registered, "the sender is already a validator"};
    if (m.consensus_key.is_zero()) return {Code::field_out_of_range, "consensus_key is zero"};
    if (m.beacon_tip.is_zero()) return {Code::field_out_of_range, "beacon_tip is zero"};
    if (m.bond.is_zero() || m.bond < x.rules().validators.min_bond)
        return {Code::stake_too_small,
                "bond is below validators.min_bond of " + to_digits(x.rules().validators.min_bond.units)};
    if (validator_of_key(x.s, m.consensus_key, true))
        return {Code::already_exists, "consensus_key belongs to another validator"};
    ASSAY_TRY_VOID(x.s.charge(x.sender, m.bond));
    ASSAY_TRY_VOID(increase(x.s.books().bonds, m.bond));
    Validator v;
    v.consensus_key = m.consensus_key;
    v.name = m.name;
    v.bond = m.bond;
    v.pending_tip = m.beacon_tip;
    v.pending_from = x.epoch() + 2;  // a tip chosen with the beacon in sight would grind
    x.s.put_record(tables::validator(x.sender), v);
    x.emit("validator.registered", {attr("validator", x.sender), attr("bond", m.bond)});
    return {};
}

Status run(Exec& x, const RotateKey& m) {
    auto v = x.s.validator(x.sender);
    if (!v) return {Code::not_validator, "the sender is not a validator"};
    if (m.consensus_key.is_zero()) return {Code::field_out_of_range, "consensus_key is zero"};
    if (v->pending_key) return {Code::consensus_key_pending, "one key is pending already and cannot be replaced"};
    // The bond answers for the key before this one as long as stake unbonds; two keys are remembered, not more.
    const std::uint64_t from = v->key_changed.value + x.rules().stake.unbonding_ms;
    if (v->key_changed.value != 0 && x.time().value < from)
        return {Code::too_early, "the key changed less than stake.unbonding_ms ago; the next may come at " +
                                     std::to_string(from) + " ms, it is " + std::to_string(x.time().value)};
    if (validator_of_key(x.s, m.consensus_key, true))
        return {Code::already_exists, "consensus_key is in use, by this validator or another"};
    v->pending_key = m.consensus_key;
    v->pending_key_from = x.epoch() + 2;  // a set is known an epoch ahead
    x.s.put_record(tables::validator(x.sender), *v);
    x.emit("validator.key_rotated", {attr("validator", x.sender), attr("consensus_key", m.consensus_key),
                                     attr("from_epoch", v->pending_key_from.value)});
    return {};
}

Status run(Exec& x, const RenewBeacon& m) {
    auto v = x.s.validator(x.sender);
    if (!v) return {Code::not_validator, "the sender is not a validator"};
    if (m.beacon_tip.is_zero()) return {Code::field_out_of_range, "beacon_tip is zero"};
    if (v->pending_tip) return {Code::beacon_tip_pending, "one tip is pending already and cannot be replaced"};
    v->pending_tip = m.beacon_tip;
    v->pending_from = x.epoch() + 2;
    x.s.put_record(tables::validator(x.sender), *v);
    x.emit("beacon.renewed", {attr("validator", x.sender), attr("from_epoch", v->pending_from.value)});
    return {};
}

Status run(Exec& x, const ReportPrice& m) {
    auto v = x.s.validator(x.sender);
    if (!v || v->power == 0) return {Code::not_validator, "the sender is not in the validator set"};
    if (m.price.value < Price::kStale)
        return {Code::field_out_of_range, "price is below 10000 units of 10^-8 USD, which counts as stale"};
    v->report = m.price;
    x.s.put_record(tables::validator(x.sender), *v);
    return {};
}

Status run(Exec& x, const UnjailValidator& m) {
    if (m.version != 0) return {Code::field_out_of_range, "version must be 0"};
    auto v = x.s.validator(x.sender);
    if (!v) return {Code::not_validator, "the sender is not a validator"};
    if (v->tombstoned) return {Code::tombstoned, "the validator signed two blocks of one height and never comes back"};
    if (!v->jailed) return {Code::not_jailed, "the validator is not jailed"};
    if (x.time() < v->jailed_until)
        return {Code::too_early, "jailed until " + std::to_string(v->jailed_until.value) + " ms, it is " +
                                     std::to_string(x.time().value)};
    v->jailed = false;
    v->jailed_until = {};
    v->blocks = {};
    x.s.put_record(tables::validator(x.sender), *v);
    x.emit("validator.unjailed", {attr("validator", x.sender)});
    return {};
}

Status run(Exec& x, const Retire& m) {
    if (m.version != 0) return {Code::field_out_of_range, "version must be 0"};
    auto v = x.s.validator(x.sender);
    if (!v) return {Code::not_validator, "the sender is not a validator"};
    if (v->retiring) return {Code::retiring, "the validator is on its way out already"};
    v->retiring = true;
    x.s.put_record(tables::validator(x.sender), *v);
    x.emit("validator.retiring", {attr("validator", x.sender)});
    return {};
}

}  // namespace assay::chain
