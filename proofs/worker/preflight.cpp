// assay-prover preflight: whether a run would earn, found out before it costs anything.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "base/utc.hpp"
#include "proofs/worker/commands_run.hpp"
#include "proofs/worker/home.hpp"
#include "proofs/worker/machine.hpp"
#include "proofs/worker/node_client.hpp"
#include "wallet/client/json_write.hpp"
#include "wallet/client/tx_builder.hpp"

namespace assay::proofs::worker {

namespace {

constexpr std::uint64_t kCommitsToHaveFeesFor = 10;

struct Check {
    std::string name;
    bool ok = false;
    std::string detail, fix;
};

struct Class {
    std::string work;
    std::uint64_t work_units = 0, opening_units = 0, weight = 0;
    double items = 0, reads = 0;  // of vram
};

std::string seconds_text(double s) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f s", s);
    return text;
}

/// How fast this machine is, measured once for each kind that is asked for.
class Speeds {
   public:
    Speeds(Backend& backend, double seconds) : backend_(backend), seconds_(seconds) {}
    [[nodiscard]] bool does(std::string_view kind) const {
        for (const WorkKind k : {WorkKind::lanes, WorkKind::gemm, WorkKind::vram})
            if (kind_name(k) == kind) return backend_.does(k);
        return false;
    }
    /// Seconds of one task of the class, which is of a kind that the device does.
    double time_of(const Class& c) {
        if (c.work == kind_name(WorkKind::vram)) {
            if (!vram_) vram_ = measure_vram(backend_, seconds_);
            return c.items * vram_->fill_s / static_cast<double>(vram_->work.items) +
                   c.reads * static_cast<double>(kVramItemBytes) / vram_->read_bytes_per_s;
        }
        return static_cast<double>(c.work_units) / unit_rate(c.work);
    }

   private:
    double unit_rate(const std::string& work) {
        if (const auto known = rates_.find(work); known != rates_.end()) return known->second;
        return rates_[work] = work == kind_name(WorkKind::lanes) ? measure_lanes(backend_, seconds_)
                                                                 : measure_gemm(backend_, seconds_) / 256;
    }

    Backend& backend_;
    double seconds_;
    std::map<std::string, double> rates_;
    std::optional<VramRate> vram_;
};

std::map<std::string, Class> classes_of(NodeClient& node) {
    std::map<std::string, Class> out;
    const json::Value answer = node.call("classes");
    if (const json::Value* items = answer.find("items"); items != nullptr)
        for (const json::Value& c : items->items) {
            const auto units = wallet::number_at(c, "work_units");
            const auto opening = wallet::number_at(c, "opening_units");
            const auto weight = wallet::digits_at(c, "weight");
            if (!units || !opening || !weight) continue;
            Class& one = out[wallet::text_or_empty(c, "name")];
            one = {wallet::text_or_empty(c, "work"), *units, *opening, static_cast<std::uint64_t>(*weight)};
            if (const auto made = wallet::number_at(c, "items")) {
                one.items = static_cast<double>(*made);
                one.reads = std::max(static_cast<double>(*units) - 32 * one.items, 0.0);
            }
        }
    return out;
}

/// The stake weight of all devices that may work, so that a share of the pool can be told.
u128 weight_of_all(NodeClient& node, const std::map<std::string, Class>& classes) {
    u128 sum = 0;
    std::string cursor;
    while (true) {
        wallet::Params params;
        params.number("limit", 1000);
        if (!cursor.empty()) params.text("cursor", cursor);
        const json::Value answer = node.call("providers", params);
        const json::Value* items = answer.find("items");
        if (items == nullptr) return sum;
        for (const json::Value& p : items->items) {
            const json::Value* access = p.find("access");
            const json::Value* devices = p.find("devices");
            if (access == nullptr || !access->boolean || devices == nullptr) continue;
            for (const json::Value& d : devices->items)
                if (const auto c = classes.find(wallet::text_or_empty(d, "class")); c != classes.end())
                    sum += c->second.weight;
        }
        cursor = wallet::text_or_empty(answer, "next_cursor");
        if (cursor.empty()) return sum;
    }
}

/// What the availability pool got in the last epoch that closed.
u128 pool_of_last_epoch(NodeClient& node, Epoch now) {
    if (now.value == 0) return 0;
    const auto answer = node.find("epoch", wallet::Params().number("epoch", now.value - 1));
    const json::Value* split = answer ? answer->find("split") : nullptr;
    if (split == nullptr) return 0;
    const auto pool = wallet::digits_at(*split, "availability");
    return pool ? *pool : 0;
}

Check clock_check(const ChainStatus& status, std::uint64_t block_ms) {
    const auto here =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
    const std::int64_t apart = here - static_cast<std::int64_t>(status.time.value);
    const double s = static_cast<double>(apart) / 1000;
    // A block in the future means a clock that is wrong; an old block a wrong clock or a chain that stands still.
    const bool ok = apart > -2'000 && apart < static_cast<std::int64_t>(10 * block_ms + 10'000);
    return {"clock", ok, "the last block is " + seconds_text(s) + " old by this machine's clock",
            ok ? "" : "set the clock, or look whether the chain still makes blocks"};
}

}  // namespace

int preflight_command(const Common& c, const RunArguments& a) {
    const auto choices = parse_devices(a.devices);
    const Slots slots = slots_of(a, choices);
    NodeClient node(take(wallet::parse_url(a.node)));
    const wallet::KeyInfo key = Home(a.home).find(a.from);
    std::vector<Check> checks;
    std::optional<Amount> estimate;
    wallet::ChainInfo chain;
    try {
        chain = node.chain_info();
        const ChainStatus status = node.status();
        const std::uint64_t block_ms = node.param("block.time_ms"), window_ms = node.param("work.window_ms");
        const Address provider = provider_of(chain, a, key.address);
        const bool own = provider == key.address;
        const std::string me = chain.show(provider), signer = chain.show(key.address);
        checks.push_back({"sync", !status.syncing, node.url() + " is at height " + std::to_string(status.height),
                          status.syncing ? "wait until the node has caught up" : ""});
        checks.push_back(clock_check(status, block_ms));

        const ProviderView p = node.provider(me);
        checks.push_back({"registered", p.registered, p.registered ? me + " is a provider" : me + " is no provider",
                          p.registered ? "" : "assay provider register"});
        checks.push_back({"device", !p.devices.empty(), "devices declared: " + std::to_string(p.devices.size()),
                          p.devices.empty() ? "assay provider device add --class C --slot 0" : ""});
        const bool enough = p.registered && p.stake >= p.required;
        checks.push_back(
            {"stake", enough,
             "stake is " + chain.show(Amount{p.stake}) + ", required are " + chain.show(Amount{p.required}),
             enough ? "" : "assay stake " + format_decimal(p.required - p.stake, chain.decimals)});
        checks.push_back({"jail", !p.jailed, p.jailed ? "jailed" : "not jailed", p.jailed ? "assay unjail" : ""});

        if (!own)
            checks.push_back(
                {"work_key", p.work_key == signer,
                 p.work_key == signer ? signer + " is its work key" : signer + " is not its work key in this epoch",
                 p.work_key == signer ? "" : "assay provider set-worker " + signer + " --fee-budget 5"});
        auto account = wallet::fetch_account(node.rpc(), chain, provider);
        if (!account) throw NodeAway(account.error().code, account.error().message);
        const auto classes = classes_of(node);
        wallet::TxOptions options;
        options.nonce = account->next_nonce;
        for (const auto& d : p.devices)  // the dearest of them
            if (const auto found = classes.find(d.device_class); found != classes.end())
                options.opening_units = std::max(options.opening_units, found->second.opening_units);
        const auto one = take(wallet::build_tx_offline(chain, key.address, {chain::CommitWork{}}, options)).fee;
        const Amount need = take(mul_div(one, kCommitsToHaveFeesFor, 1));
        const Amount there = own ? account->liquid : min_of(account->liquid, Amount{p.fee_budget});
        const bool paid = there >= need;
        checks.push_back({"fees", paid,
                          chain.show(there) + " are there, " + std::to_string(kCommitsToHaveFeesFor) +
                              " commits cost " + chain.show(need),
                          paid                     ? ""
                          : account->liquid < need ? "send tokens to " + me
                                                   : "assay provider set-worker --fee-budget 5"});

        const auto opened = open_devices(choices, c.threads);
        std::string names;
        std::vector<Slots> slots_of_each;
        std::vector<Speeds> speeds;
        for (const OpenedDevice& d : opened) {
            names += (names.empty() ? "" : ", ") + d.backend->name();
            slots_of_each.push_back(d.slots);
            speeds.emplace_back(*d.backend, a.bench_seconds);
        }
        checks.push_back({"selftest", true, names + " passed", ""});
        std::map<std::uint32_t, std::string> kinds;
        bool known = true;
        for (const auto& d : p.devices) {
            if (!slots.empty() && !slots.contains(d.slot)) continue;
            const auto found = classes.find(d.device_class);
            known = known && found != classes.end();
            if (found != classes.end()) kinds[d.slot] = found->second.work;
        }
        const auto dealt = deal_slots(
            slots_of_each, kinds, [&](std::size_t device, std::string_view kind) { return speeds[device].does(kind); });
        std::vector<double> works(opened.size());  // of each device, one task after the other
        u128 weight = 0;
        for (const auto& d : p.devices) {
            if (!kinds.contains(d.slot)) continue;
            const Class& of = classes.at(d.device_class);
            const auto device = dealt.find(d.slot);
            if (device == dealt.end()) {
                checks.push_back({"kind", false,
                                  (opened.size() == 1 ? names + " does no" : std::string("no device of these does")) +
                                      " work of kind " + of.work + ", that of slot " + std::to_string(d.slot),
                                  "--slots without it, or another --device"});
                continue;
            }
            works[device->second] += speeds[device->second].time_of(of);
            weight += of.weight;
        }
        const double work = *std::max_element(works.begin(), works.end());
        std::string each;
        if (opened.size() > 1)
            for (std::size_t i = 0; i < opened.size(); ++i)
                each += (i == 0 ? " (" : ", ") + opened[i].id + " " + seconds_text(works[i]);
        // The last blocks of the window belong to the commit on its way.
        const double window = static_cast<double>(window_ms) / 1000 - 2 * static_cast<double>(block_ms) / 1000;
        const bool in_time = known && work <= window;
        checks.push_back({"speed", in_time,
                          "one epoch's tasks take about " + seconds_text(work) + " here" +
                              (each.empty() ? "" : each + ")") + ", the window leaves " +
                              seconds_text(std::max(window, 0.0)),
                          in_time ? "" : "a class with less work, fewer --slots, or a faster device"});
        const u128 pool = pool_of_last_epoch(node, status.epoch);
        u128 all = weight_of_all(node, classes);
        if (!p.access) all += weight;  // not among them yet
        if (all > 0)
            if (const auto share = mul_div(Amount{pool}, weight, all)) estimate = *share;
    } catch (const NodeAway& away) {
        throw Failure(away.code == Code::syncing ? Code::syncing : Code::node_unreachable, away.what(),
                      "start a node with 'assayd start', or name another with --node");
    }

    const bool ok = std::all_of(checks.begin(), checks.end(), [](const Check& check) { return check.ok; });
    Json items = Json::array();
    std::string because, fix;
    for (const Check& check : checks) {
        items.push_back({{"name", check.name},
                         {"ok", check.ok},
                         {"detail", check.detail},
                         {"fix", check.fix.empty() ? Json() : Json(check.fix)}});
        if (check.ok) continue;
        because += (because.empty() ? "" : "; ") + check.detail;
        fix += (fix.empty() ? "" : "; ") + check.fix;
    }
    if (c.json) {
        Json out{{"would_earn", ok},
                 {"per_epoch", estimate ? Json(to_digits(estimate->units)) : Json()},
                 {"checks", std::move(items)}};
        if (!ok) out["error"] = {{"code", "would_not_earn"}, {"message", because}, {"hint", fix}};
        print_json(out);
        return ok ? 0 : 1;
    }
    for (const Check& check : checks)
        print_line(std::string(check.ok ? "ok   " : "NO   ") + check.name + ": " + check.detail +
                   (check.fix.empty() ? "" : "\n       try: " + check.fix));
    if (ok)
        print_line("would earn" + (estimate ? " about " + chain.show(*estimate) +
                                                  " an epoch from the availability pool, "
                                                  "and what leases pay"
                                            : std::string()));
    else
        print_line("would not, because " + because);
    return ok ? 0 : 1;
}

}  // namespace assay::proofs::worker
