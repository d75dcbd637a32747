// RegisterValidator, RenewBeacon, ReportPrice.
#include "chain/exec.hpp"

namespace assay::chain {

Status run(Exec& x, const RegisterValidator& m) {
    if (x.s.validator(x.sender)) return {Code::already_registered, "the sender is already a validator"};
    if (m.consensus_key.is_zero()) return {Code::field_out_of_range, "consensus_key is zero"};
    if (m.beacon_tip.is_zero()) return {Code::field_out_of_range, "beacon_tip is zero"};
    if (m.bond.is_zero() || m.bond < x.rules().validators.min_bond)
        return {Code::stake_too_small,
                "bond is below validators.min_bond of " + to_digits(x.rules().validators.min_bond.units)};
    bool key_taken = false;
    x.s.each_validator([&](const Address&, const Validator& v) {
        key_taken = v.consensus_key == m.consensus_key;
        return !key_taken;
    });
    if (key_taken) return {Code::already_exists, "consensus_key belongs to another validator"};
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

}  // namespace assay::chain
