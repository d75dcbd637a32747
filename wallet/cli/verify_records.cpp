#include "wallet/cli/verify_records.hpp"

#include <map>

#include "base/hex.hpp"
#include "base/utc.hpp"
#include "chain/records.hpp"
#include "chain/tables.hpp"

namespace assay::wallet::cli {
namespace {

constexpr int kLooks = 3;

/// Sets what was proven; says in `differs` what the node had told otherwise.
void compare(json::Value& answer, const std::string& where, const char* name, json::Value truth, std::string& differs) {
    const json::Value* told = answer.find(name);
    if (told == nullptr || to_json(*told) != to_json(truth))
        differs = "the node says that " + where + name + " is " + (told == nullptr ? "nothing" : to_json(*told)) +
                  ", the signed state says " + to_json(truth);
    set(answer, name, std::move(truth));
}

json::Value instant(TimeMs time) {
    return make::text(format_utc(time));
}

std::uint64_t ones(u128 bits) {
    return static_cast<std::uint64_t>(__builtin_popcountll(static_cast<std::uint64_t>(bits)) +
                                      __builtin_popcountll(static_cast<std::uint64_t>(bits >> 64)));
}

/// Every slot that the node names is as it says, and there are as many as the provider's own record counts.
void compare_slots(Session& session, const SignedState& state, const Address& who, json::Value& answer,
                   const char* name, bool removed, std::uint64_t count, std::string& differs) {
    json::Value* list = nullptr;
    for (auto& [key, value] : answer.members)
        if (key == name) list = &value;
    if (list == nullptr || list->items.size() != count) {
        differs = std::string("the node does not name as many ") + (removed ? "free slots" : "devices") +
                  " as the signed state counts, " + std::to_string(count);
        return;
    }
    std::uint64_t before = 0;
    for (json::Value& item : list->items) {
        const std::uint64_t slot = take(number_at(item, "slot"));
        if (&item != list->items.data() && slot <= before) differs = "the node names a slot twice";
        before = slot;
        const std::string where = "of slot " + std::to_string(slot) + " ";
        const auto device =
            proven<chain::Device>(session, state, chain::tables::device(who, static_cast<std::uint32_t>(slot)),
                                  "the device in slot " + std::to_string(slot));
        if (!device || device->removed != removed) {
            differs = "the node says that slot " + std::to_string(slot) +
                      (removed ? " is free again" : " has a device") + ", the signed state says otherwise";
            continue;
        }
        if (!removed) compare(item, where, "active_from", make::number(device->active_from.value), differs);
        compare(item, where, "tasks", make::number(device->tasks), differs);
        compare(item, where, "failed_recent", make::number(ones(device->failed_bits)), differs);
        compare(item, where, "absent_recent", make::number(ones(device->absent_bits)), differs);
        if (!removed) continue;  // of the others the record is counted up to now by work rounds: not proven
        const auto ppb = [](const std::optional<Ppb>& share) {
            return share ? make::number(share->value) : make::null();
        };
        const chain::UptimeView up = chain::view_of(device->uptime);
        compare(item, where, "assigned", make::number(up.assigned), differs);
        compare(item, where, "missed", make::number(up.missed), differs);
        compare(item, where, "uptime_ppb", ppb(up.share), differs);
        compare(item, where, "recent_uptime_ppb", ppb(up.recent_share), differs);
        compare(item, where, "recent", make::text(up.recent), differs);
    }
}

/// The members that mark() names, in the order of compare_provider.
const std::vector<std::string>& provider_members() {
    static const std::vector<std::string> kMembers{"endpoint",
                                                   "stake",
                                                   "delegated",
                                                   "exposure",
                                                   "open_commits",
                                                   "jailed",
                                                   "jailed_until",
                                                   "passed",
                                                   "failed",
                                                   "absent",
                                                   "earned",
                                                   "slashed",
                                                   "returned",
                                                   "granted",
                                                   "locked_rewards",
                                                   "unbonding",
                                                   "devices.slot",
                                                   "devices.active_from",
                                                   "devices.tasks",
                                                   "devices.failed_recent",
                                                   "devices.absent_recent",
                                                   "removed"};
    return kMembers;
}

void compare_provider(Session& session, const SignedState& state, const Address& who, const chain::Provider& p,
                      json::Value& answer, std::string& differs) {
    const auto is = [&](const char* name, json::Value truth) { compare(answer, "", name, std::move(truth), differs); };
    is("endpoint", make::text(p.endpoint));
    is("stake", make::amount(p.stake.units));
    is("delegated", make::amount(p.delegated.units));
    is("exposure", make::amount(p.exposure.units));
    is("open_commits", make::number(p.open_commits));
    is("jailed", make::flag(p.jailed));
    is("jailed_until", p.jailed ? instant(p.jailed_until) : make::null());
    is("passed", make::number(p.passed));
    is("failed", make::number(p.failed));
    is("absent", make::number(p.absent));
    is("earned", make::amount(p.earned.units));
    is("slashed", make::amount(p.slashed.units));
    is("returned", make::amount(p.returned.units));
    is("granted", make::amount(p.granted.units));
    is("locked_rewards", make::amount(p.rewards.pool.tokens.units));
    std::vector<json::Value> unbonding;
    for (const auto& u : p.unbonding)
        unbonding.push_back(make::object({{"amount", make::amount(u.amount.units)}, {"matures", instant(u.matures)}}));
    is("unbonding", make::array(std::move(unbonding)));
    compare_slots(session, state, who, answer, "devices", false, p.devices, differs);
    compare_slots(session, state, who, answer, "removed", true, p.removed, differs);
}

const char* word_of(chain::CommitStatus status) {
    switch (status) {
        case chain::CommitStatus::open:
            return "open";
        case chain::CommitStatus::passed:
            return "passed";
        case chain::CommitStatus::failed:
            return "failed";
        case chain::CommitStatus::absent:
            return "absent";
    }
    return "unknown";
}

/// The terms that are members of the record; zero ones are not told.
void compare_terms(const chain::ProviderEpoch& r, json::Value& answer, std::string& differs) {
    const std::map<std::string, Amount> truth{{"availability", r.availability},
                                              {"settled", r.settled},
                                              {"work_bonus", r.work_bonus},
                                              {"late", r.late},
                                              {"staking", r.staking}};
    u128 sum = 0;
    std::size_t expected = 0;
    for (const auto& [name, value] : truth) {
        sum += value.units;
        expected += value.is_zero() ? 0 : 1;
    }
    for (auto& [key, value] : answer.members) {
        if (key != "terms") continue;
        if (value.items.size() != expected) differs = "the node tells other terms than the signed state has";
        for (json::Value& term : value.items) {
            const auto found = truth.find(text_or_empty(term, "name"));
            if (found == truth.end())
                differs = "the node tells of a term that there is not: " + text_or_empty(term, "name");
            else
                compare(term, found->first + "'s ", "value", make::amount(found->second.units), differs);
        }
    }
    compare(answer, "", "paid", make::amount(sum), differs);
    compare(answer, "", "slashed", make::amount(r.slashed.units), differs);
    compare(answer, "", "returned", make::amount(r.returned.units), differs);
    compare(answer, "", "locked", make::amount(r.locked.units), differs);
}

void compare_commits(Session& session, const SignedState& state, const Address& who, Epoch epoch, json::Value& answer,
                     std::string& differs) {
    for (auto& [key, value] : answer.members) {
        if (key != "commits") continue;
        for (json::Value& item : value.items) {
            const std::string id = text_or_empty(item, "id");
            const auto hash = fixed_from_hex<Hash>(id);
            if (!hash) lie("the node names a commit whose id is none: '" + id + "'");
            const std::string where = "of commit " + id.substr(0, 16) + " ";
            const auto c =
                proven<chain::Commit>(session, state, chain::tables::commit(*hash), "commit " + id.substr(0, 16));
            if (!c || c->provider != who || c->epoch != epoch) {
                differs =
                    "the node names commit " + id + ", which the signed state does not have of this provider and epoch";
                continue;
            }
            std::vector<json::Value> bad;
            for (const std::uint64_t index : c->bad) bad.push_back(make::number(index));
            compare(item, where, "slot", make::number(c->slot), differs);
            compare(item, where, "status", make::text(word_of(c->status)), differs);
            compare(item, where, "bad", make::array(std::move(bad)), differs);
            compare(item, where, "slashed", make::amount(c->slashed.units), differs);
            compare(item, where, "height", make::number(c->height.value), differs);
        }
    }
}

}  // namespace

json::Value verified_provider(Session& session, const Address& who, SignedState& state) {
    const Params asked = Params().text("address", session.chain().show(who));
    std::string differs;
    for (int look = 0; look < kLooks; ++look) {
        auto told = session.rpc().call("provider", asked);
        if (!told && told.error().code != Code::not_found) session.fail_call(told.error());
        state = look == 0 ? signed_state(session) : later_state(session, state);
        const auto record =
            proven<chain::Provider>(session, state, chain::tables::provider(who), "the provider's record");
        if (!record && !told)
            throw Failure{"not_found",
                          session.chain().show(who) + " is not registered as a provider: proven at height " +
                              std::to_string(state.height) + ", signed by " + state.signed_by,
                          "'assay provider register' makes one",
                          kFailed,
                          {{"verified", make::text(state.by)},
                           {"height", make::number(state.height)},
                           {"signed_by", make::text(state.signed_by)}}};
        differs.clear();
        if (record.has_value() != told.ok()) {
            differs = record ? "the node hides a provider that the signed state has"
                             : "the node tells of a provider that the signed state does not have";
            continue;
        }
        json::Value answer = std::move(told).value();
        compare_provider(session, state, who, *record, answer, differs);
        if (!differs.empty()) continue;
        mark(answer, state, provider_members());
        return answer;
    }
    lie(differs);
}

json::Value verified_explanation(Session& session, const Params& params, const Address& who,
                                 std::optional<std::uint64_t> wanted, SignedState& state) {
    std::string differs;
    for (int look = 0; look < kLooks; ++look) {
        json::Value answer = session.call("explain", params);
        const auto epoch = number_at(answer, "epoch");
        if (!epoch) fail(epoch.error());
        if (wanted && *wanted != *epoch)
            lie("the node answered with epoch " + std::to_string(*epoch) + ", asked for " + std::to_string(*wanted));
        state = look == 0 ? signed_state(session) : later_state(session, state);
        const auto record =
            proven<chain::ProviderEpoch>(session, state, chain::tables::provider_epoch(Epoch{*epoch}, who),
                                         "the record of epoch " + std::to_string(*epoch));
        differs.clear();
        compare_terms(record.value_or(chain::ProviderEpoch{}), answer, differs);
        compare_commits(session, state, who, Epoch{*epoch}, answer, differs);
        if (!differs.empty()) continue;
        mark(answer, state,
             {"paid", "slashed", "returned", "locked", "terms.name", "terms.value", "commits.slot", "commits.status",
              "commits.bad", "commits.slashed", "commits.height"});
        return answer;
    }
    lie(differs);
}

}  // namespace assay::wallet::cli
