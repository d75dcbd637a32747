// What a provider declares: UpdateProvider with its work key, AddDevice, RemoveDevice.
#include <algorithm>

#include "chain/exec.hpp"
#include "chain/uptime.hpp"
#include "tokenomics/stake.hpp"

namespace assay::chain {
namespace {

constexpr std::uint32_t kMaxDevices = 1024;

// One more device of a class, in the grace period too: grace is not for what the provider does itself.
Status require_more(Exec& x, Provider& p, std::uint32_t device_class) {
    const Price price = x.s.clock().stake_price;
    const Amount before = required_of(x.rules(), price, p);
    const auto at =
        std::find_if(p.classes.begin(), p.classes.end(), [&](const auto& c) { return c.device_class >= device_class; });
    if (at != p.classes.end() && at->device_class == device_class)
        ++at->count;
    else
        p.classes.insert(at, {device_class, 1});
    ASSAY_TRY(const auto all, tokenomics::requirement(x.rules(), p.classes));  // an overflow would lock it out
    ASSAY_TRY(const Amount after, tokenomics::in_tokens(all, price, x.rules().token.decimals));
    ASSAY_TRY(p.kept, add(p.kept, sub_or_zero(after, before)));
    return {};
}

// One device less. `kept` stays: it counts only below the requirement, and adding the device again raises it again, so
// that out and in is never the cheaper way through a grace period.
void require_less(Provider& p, std::uint32_t device_class) {
    const auto at =
        std::find_if(p.classes.begin(), p.classes.end(), [&](const auto& c) { return c.device_class == device_class; });
    ASSAY_CHECK(at != p.classes.end());
    if (--at->count == 0) p.classes.erase(at);
}

bool is_leased(Exec& x, const Address& provider, std::uint32_t slot) {
    bool out = false;
    const StateKey prefix = tables::KeyOf(tables::kLeases) | provider | slot;
    x.s.for_prefix(tables::kLeases, prefix.key, [&](ByteView, ByteView) {
        out = true;
        return false;
    });
    return out;
}

// Nothing was decided for this slot and nothing can be, and no task was missed: there is nothing to remember.
bool has_no_past(const Provider& p, const Device& d) {
    return d.tasks == 0 && p.open_commits == 0 && d.uptime.assigned() == 0;
}

// What it has not committed to by now it never will: the slot's task of this epoch is missed, once it was given and
// unless its window is void. [To take the device out for the day is no way around the mark.]
void close_uptime(Exec& x, Device& d) {
    const auto round = x.s.round(x.epoch());
    ASSAY_CHECK(round.has_value());
    count_missed(x.s, d, *round);
    if (d.uptime.next <= x.epoch() && round->h0_time.value != 0 && !round->void_window) d.uptime.note(x.epoch(), false);
}

}  // namespace

Status run(Exec& x, const UpdateProvider& m) {
    if (m.work_key && m.clear_work_key)
        return {Code::field_out_of_range, "work_key is given and clear_work_key is set: one of the two"};
    if (!m.endpoint && !m.work_key && !m.clear_work_key && !m.fee_budget)
        return {Code::field_out_of_range, "endpoint, work_key, clear_work_key and fee_budget: none is given"};
    if (m.work_key == x.sender)
        return {Code::field_out_of_range, "work_key is the provider itself, which may commit and open in any case"};
    ASSAY_TRY(Provider p, registered(x, x.sender));
    if (m.endpoint) p.endpoint = *m.endpoint;
    if (m.work_key || m.clear_work_key) {
        p.work_key.before = p.work_key.in_force(x.epoch());
        p.work_key.key = m.work_key;
        p.work_key.from = x.epoch() + 1;
    }
    if (m.fee_budget) p.work_key.fee_budget = *m.fee_budget;
    x.s.put_record(tables::provider(x.sender), p);
    std::vector<Attr> attrs{attr("provider", x.sender), attr("fee_budget", p.work_key.fee_budget)};
    if (p.work_key.key) attrs.push_back(attr("work_key", *p.work_key.key));
    x.emit("provider.updated", std::move(attrs));
    return {};
}

Status run(Exec& x, const AddDevice& m) {
    ASSAY_TRY(Provider p, registered(x, x.sender));
    const auto& classes = x.rules().classes;
    const auto found =
        std::find_if(classes.begin(), classes.end(), [&](const auto& c) { return c.name == m.device_class; });
    if (found == classes.end())
        return {Code::unknown_class, "device_class \"" + m.device_class + "\" is not in params.classes"};
    const auto there = x.s.slot_record(x.sender, m.slot);
    if (there && !there->removed)
        return {Code::already_exists, "slot " + std::to_string(m.slot) + " already has a device"};
    // A fresh slot beside a remembered one would be a fresh record for the same machine.
    if (!there && p.removed > 0)
        return {Code::removed_slots_first, "slot " + std::to_string(m.slot) + " is new, and " +
                                               std::to_string(p.removed) +
                                               " slots whose device was removed are free: their record counts first"};
    if (p.devices >= kMaxDevices) return {Code::too_many_devices, "a provider has at most 1024 devices"};
    Device d = there.value_or(Device{});
    p.removed -= d.removed ? 1 : 0;
    d.removed = false;
    d.device_class = static_cast<std::uint32_t>(found - classes.begin());
    d.active_from = d.uptime.next = x.epoch() + 1;
    ASSAY_TRY_VOID(require_more(x, p, d.device_class));
    ++p.devices;
    ++x.s.clock().active_devices;
    x.s.put_record(tables::device(x.sender, m.slot), d);
    x.s.put_record(tables::provider(x.sender), p);
    x.emit("device.added", {attr("provider", x.sender), attr("slot", std::uint64_t{m.slot}),
                            attr("class", m.device_class), attr("active_from", d.active_from.value)});
    return {};
}

Status run(Exec& x, const RemoveDevice& m) {
    ASSAY_TRY(Provider p, registered(x, x.sender));
    auto d = x.s.device(x.sender, m.slot);
    if (!d) return {Code::unknown_device, "slot " + std::to_string(m.slot) + " has no device"};
    if (is_leased(x, x.sender, m.slot))
        return {Code::device_leased, "slot " + std::to_string(m.slot) + " works for a lease: close it first"};
    close_uptime(x, *d);
    require_less(p, d->device_class);
    --p.devices;
    --x.s.clock().active_devices;
    if (has_no_past(p, *d)) {
        x.s.erase(tables::device(x.sender, m.slot));
    } else {
        d->removed = true;
        ++p.removed;
        x.s.put_record(tables::device(x.sender, m.slot), *d);
    }
    x.s.put_record(tables::provider(x.sender), p);
    x.emit("device.removed", {attr("provider", x.sender), attr("slot", std::uint64_t{m.slot})});
    return {};
}

}  // namespace assay::chain
