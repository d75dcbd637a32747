// A provider: registration, devices, standing.
#include <CLI/CLI.hpp>

#include "wallet/cli/commands.hpp"
#include "wallet/cli/listing.hpp"
#include "wallet/cli/provider_screen.hpp"
#include "wallet/cli/render.hpp"
#include "wallet/cli/transact.hpp"
#include "wallet/cli/verify_records.hpp"

namespace assay::wallet::cli {
namespace {

struct ProviderOptions {
    Page page;
    std::string endpoint, device_class, slot = "0", devices = "1", who, from, fee_budget, stake;
    bool none = false, verify = false;
};

void requirement(Session& session, const ProviderOptions& o) {
    const std::uint64_t devices = parse_count(o.devices, "--devices", 1, 1'000'000);
    const json::Value answer = session.call("classes");
    const json::Value* items = answer.find("items");
    std::vector<std::string> names;
    if (items != nullptr)
        for (const json::Value& c : items->items) {
            names.push_back(text_or_empty(c, "name"));
            if (names.back() != o.device_class) continue;

            const u128 one = take(digits_at(c, "unit_stake"));
            const Amount total = take(mul_div(Amount{one}, devices, 1));
            session.result(make::object({{"class", make::text(o.device_class)},
                                         {"devices", make::number(devices)},
                                         {"per_device", make::amount(one)},
                                         {"required", make::amount(total.units)}}),
                           session.json ? std::string()
                                        : session.chain().show(total) + " for " + std::to_string(devices) + " x " +
                                              o.device_class);
            return;
        }
    std::string known;
    for (const auto& n : names) known += (known.empty() ? "" : ", ") + n;
    fail({Code::unknown_class, "this chain has no device class '" + o.device_class + "'"}, "it has: " + known);
}

/// What the provider changes of itself: where it is reached, and which key may work for it.
void add_updates(CLI::App* provider, Session& session, const std::shared_ptr<ProviderOptions>& o) {
    CLI::App* update = provider->add_subcommand("update", "change where buyers reach you");
    update->add_option("--endpoint", o->endpoint, "at most 256 bytes; '' for none")->required();
    auto update_options = add_change_options(*update);
    update->callback([=, &session] {
        if (o->endpoint.size() > 256) usage("--endpoint is longer than 256 bytes");
        change(session, *update_options, [&](const ChainInfo&, const Address&) -> Messages {
            chain::UpdateProvider m;
            m.endpoint = o->endpoint;
            return {m};
        });
    });
    CLI::App* worker = provider->add_subcommand(
        "set-worker", "let a key commit and open for this provider, and nothing else, from the next epoch on");
    worker->add_option("KEY", o->who, "an address or a key of this wallet");
    worker->add_option("--fee-budget", o->fee_budget,
                       "tokens that fees of its commits may take from now on; 0 stops the key at once");
    worker->add_flag("--none", o->none, "no work key any more, from the next epoch on");
    auto worker_options = add_change_options(*worker);
    worker->callback([=, &session] {
        if (o->none && !o->who.empty()) usage("KEY and --none: one of the two");
        if (!o->none && o->who.empty() && o->fee_budget.empty()) usage("give KEY, --fee-budget or --none");
        if (!o->fee_budget.empty())
            if (const Status form = check_amount_form(o->fee_budget); !form) fail(form.error(), {}, true);
        change(session, *worker_options, [&](const ChainInfo& chain, const Address&) -> Messages {
            chain::UpdateProvider m;
            if (!o->who.empty()) m.work_key = session.address(o->who, chain.prefix);
            m.clear_work_key = o->none;
            if (!o->fee_budget.empty()) m.fee_budget = typed(chain.parse_amount(o->fee_budget));
            return {m};
        });
    });
}

/// One transaction: all of it, or nothing.
void add_registration(CLI::App* provider, Session& session, const std::shared_ptr<ProviderOptions>& o) {
    CLI::App* reg = provider->add_subcommand(
        "register", "become a provider; with a first device and stake in the same transaction");
    reg->add_option("--endpoint", o->endpoint, "where buyers reach you, at most 256 bytes");
    reg->add_option("--class", o->device_class, "declare a device of this class too");
    reg->add_option("--slot", o->slot, "its number")->needs("--class")->capture_default_str();
    reg->add_option("--stake", o->stake, "tokens to stake too");
    auto options = add_change_options(*reg);
    reg->callback([=, &session] {
        if (o->endpoint.size() > 256) usage("--endpoint is longer than 256 bytes");
        if (o->device_class.size() > 32) usage("--class has 1 to 32 characters");
        const auto slot = static_cast<std::uint32_t>(parse_count(o->slot, "--slot", 0, kMaxSlot));
        if (!o->stake.empty())
            if (const Status form = check_amount_form(o->stake); !form) fail(form.error(), {}, true);
        change(session, *options, [&](const ChainInfo& chain, const Address& sender) -> Messages {
            Messages out{chain::RegisterProvider{o->endpoint}};
            if (!o->device_class.empty()) out.push_back(chain::AddDevice{slot, o->device_class});
            if (!o->stake.empty()) out.push_back(chain::Stake{sender, typed(chain.parse_amount(o->stake))});
            return out;
        });
    });
}

void add_removal(CLI::App* device, Session& session, const std::shared_ptr<ProviderOptions>& o) {
    CLI::App* remove = device->add_subcommand("remove", "take a device out; its slot keeps its record");
    remove->add_option("--slot", o->slot, "number of the device")->required();
    auto remove_options = add_change_options(*remove);
    remove->callback([=, &session] {
        const auto slot = static_cast<std::uint32_t>(parse_count(o->slot, "--slot", 0, kMaxSlot));
        change(session, *remove_options,
               [&](const ChainInfo&, const Address&) -> Messages { return {chain::RemoveDevice{slot}}; });
    });
    CLI::App* devices = device->add_subcommand("list", "devices of a provider, and slots that are free again");
    devices->add_option("PROVIDER", o->who, "address or key; --from or the only key unless told");
    devices->add_option("--from", o->from, "a key of this wallet")->envname("ASSAY_FROM");
    devices->callback([=, &session] {
        const std::string who = o->who.empty() ? session.key_or_only(o->from).name : o->who;
        const json::Value all = session.call(
            "provider", Params().text("address", session.chain().show(session.address(who, session.chain().prefix))));
        json::Value answer = make::object({});
        for (const char* name : {"devices", "removed"})
            if (const json::Value* found = all.find(name)) set(answer, name, *found);
        session.result(answer, session.json ? std::string() : render(answer, session.chain()));
    });
}

void show_provider(Session& session, const ProviderOptions& o) {
    const std::string who = o.who.empty() ? session.key_or_only(o.from).name : o.who;
    const Address address = session.address(who, session.chain().prefix);
    const std::string text = session.chain().show(address);
    json::Value answer;
    std::string verdict;
    if (o.verify) {
        SignedState state;
        answer = verified_provider(session, address, state);
        verdict = vouched(state, "stake, unbonding, record, jail and devices",
                          "what its devices need, access, uptime, tasks, earnings, what to do");
    } else {
        answer = session.call("provider", Params().text("address", text));
        set(answer, "verified", make::text("none"));
    }
    add_provider_facts(session, text, answer);
    session.result(answer, session.json ? std::string() : provider_screen(answer, session.chain()) + verdict);
}

}  // namespace

void add_provider_commands(CLI::App& app, Session& session) {
    auto o = std::make_shared<ProviderOptions>();
    CLI::App* provider = app.add_subcommand("provider", "a provider: registration, devices, standing");
    provider->require_subcommand(1);

    CLI::App* need = provider->add_subcommand("requirement", "the stake that devices need");
    need->add_option("--class", o->device_class, "device class")->required();
    need->add_option("--devices", o->devices, "how many")->capture_default_str();
    need->callback([=, &session] { requirement(session, *o); });

    add_registration(provider, session, o);

    CLI::App* device = provider->add_subcommand("device", "devices of a provider");
    device->require_subcommand(1);
    CLI::App* add = device->add_subcommand("add", "declare a device");
    add->add_option("--class", o->device_class, "device class")->required();
    add->add_option("--slot", o->slot, "number of the device")->capture_default_str();
    auto add_options = add_change_options(*add);
    add->callback([=, &session] {
        const auto slot = static_cast<std::uint32_t>(parse_count(o->slot, "--slot", 0, kMaxSlot));
        if (o->device_class.empty() || o->device_class.size() > 32) usage("--class has 1 to 32 characters");
        change(session, *add_options, [&](const ChainInfo&, const Address&) -> Messages {
            return {chain::AddDevice{slot, o->device_class}};
        });
    });

    add_removal(device, session, o);
    add_updates(provider, session, o);

    CLI::App* provider_show =
        provider->add_subcommand("show", "access and why, stake, devices, tasks, earnings, and what to do next");
    provider_show->add_option("PROVIDER", o->who, "address or key; --from or the only key unless told");
    provider_show->add_option("--from", o->from, "a key of this wallet")->envname("ASSAY_FROM");
    provider_show->add_flag("--verify", o->verify,
                            "check its records against a signed header; exit 4 if they do not hold");
    provider_show->callback([=, &session] { show_provider(session, *o); });

    CLI::App* provider_list = provider->add_subcommand("list", "all providers");
    add_paging(*provider_list, o->page);
    provider_list->callback([=, &session] { list(session, "providers", o->page); });
}

}  // namespace assay::wallet::cli
