#include "proofs/worker/commands_run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/bech32m.hpp"
#include "base/hex.hpp"
#include "base/utc.hpp"
#include "proofs/worker/home.hpp"
#include "proofs/worker/machine.hpp"
#include "proofs/worker/product_worker.hpp"
#include "proofs/worker/runner.hpp"
#include "proofs/worker/serve.hpp"
#include "proofs/worker/terminal.hpp"

namespace assay::proofs::worker {

namespace {

std::filesystem::path state_of(const RunArguments& a) {
    return a.state.empty() ? Home(a.home).state() : std::filesystem::path(a.state);
}

/// What a chain says about itself, as soon as its node answers. Throws Failure: node_unreachable, syncing.
struct Chain {
    wallet::ChainInfo info;
    NodeClient::Genesis genesis;
    std::uint64_t block_ms = 0;
};
Chain meet(NodeClient& node, unsigned seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    bool told = false;
    while (true) {
        try {
            return {node.chain_info(), node.genesis(), std::max<std::uint64_t>(1, node.param("block.time_ms"))};
        } catch (const NodeAway& away) {
            if (std::chrono::steady_clock::now() >= end)
                throw Failure(away.code == Code::syncing ? Code::syncing : Code::node_unreachable, away.what(),
                              "start a node with 'assayd start', or name another with --node");
            if (!told) note("waits for the node: " + std::string(away.what()));
            told = true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
    }
}

/// One folder, one provider on one chain: totals and open commits of another would be mixed up.
void must_belong(const StateFolder& state, const Identity& id) {
    const auto there = state.identity();
    if (!there) return;
    if (there->chain_id != id.chain_id || there->genesis != id.genesis || there->provider != id.provider)
        throw Failure(Code::wrong_chain,
                      state.folder().string() + " holds the state of " + there->provider + " on " + there->chain_id +
                          " (genesis " + there->genesis.substr(0, 8) + "), and this is " + id.provider + " on " +
                          id.chain_id + " (genesis " + id.genesis.substr(0, 8) + ")",
                      "give this one a --state of its own, or remove the folder where nothing in it is needed");
}

/// What a run with --serve has besides: the products of leases, their server and their worker.
class Shop {
   public:
    Shop(const Common& c, const RunArguments& a, const wallet::Signer& signer, const StateFolder& state,
         const Identity& id, bool own_key, std::uint64_t block_ms, const Events& tell)
        : products_(state.folder() / "products", a.serve_most << 20),
          worker_(take(wallet::parse_url(a.node)), signer, products_, tell,
                  {id.provider, own_key, a.fault, c.threads, block_ms}),
          server_(take(parse_listen(a.serve)), products_,
                  [this, &tell](const Hash& order, Side side, std::uint64_t bytes) {
                      const std::string name = side == Side::a ? "a" : "b";
                      tell("input", {{"order", to_hex(order.view())}, {"matrix", name}, {"bytes", bytes}},
                           "order " + to_hex(order.view()).substr(0, 8) + ": matrix " + name + " is here, " +
                               std::to_string(bytes) + " bytes");
                      worker_.wake();
                  }) {
        take(server_.start());
        worker_.start();
        const std::string url =
            "http://" + a.serve.substr(0, a.serve.rfind(':')) + ":" + std::to_string(server_.port());
        tell("serving", {{"url", url}}, "serves products at " + url);
    }
    ~Shop() {
        server_.stop();
        worker_.stop();
    }
    Shop(const Shop&) = delete;
    Shop& operator=(const Shop&) = delete;

   private:
    Products products_;
    ProductWorker worker_;
    ProductServer server_;
};

}  // namespace

Address provider_of(const wallet::ChainInfo& chain, const RunArguments& a, const Address& signer) {
    return a.provider.empty() ? signer : take(decode_address(chain.prefix, a.provider));
}

Slots slots_of(const RunArguments& a, const std::vector<DeviceChoice>& devices) {
    Slots out(a.slots.begin(), a.slots.end());
    const auto names_slots = [](const DeviceChoice& d) { return !d.slots.empty(); };
    if (!out.empty() && std::any_of(devices.begin(), devices.end(), names_slots))
        throw Failure(Code::usage, "--slots and --device NAME=SLOTS both choose slots",
                      "leave --slots away, or the slots of the devices");
    if (std::all_of(devices.begin(), devices.end(), names_slots))
        for (const DeviceChoice& d : devices) out.insert(d.slots.begin(), d.slots.end());
    return out;
}

int run_command(const Common& c, const RunArguments& a) {
    const Fault fault = take(parse_fault(a.fault));
    if (!a.serve.empty()) (void)take(parse_listen(a.serve));
    const auto choices = parse_devices(a.devices);
    const Slots slots = slots_of(a, choices);
    NodeClient node(take(wallet::parse_url(a.node)));
    StateFolder state = StateFolder::hold(state_of(a));
    state.forget_drain();  // it was meant for the run before
    const wallet::Signer signer = Home(a.home).unlock(a.from, a.password_file, c.json);
    SigningSession signing(node, signer);
    const Chain chain = meet(node, a.node_wait);
    if (fault.kind != FaultKind::none && !chain.genesis.publishes_keys)
        throw Failure(Code::wrong_chain,
                      "--fault is for devnets only, and the genesis of " + chain.info.chain_id +
                          " publishes no devnet keys: this chain's stake is worth something",
                      "run without --fault");
    const Address provider = provider_of(chain.info, a, signing.address());
    const Identity id{chain.info.chain_id, chain.genesis.hash, chain.info.show(provider)};
    must_belong(state, id);

    // Nothing is proved before the self-test passes: open_devices throws where it does not.
    std::vector<WorkDevice> devices;
    std::string names;
    Json listed = Json::array();
    for (OpenedDevice& d : open_devices(choices, c.threads)) {
        HealthSource health = watch(*d.backend);
        devices.push_back(
            {.id = std::move(d.id),
             .slots = std::move(d.slots),
             .thread = std::make_unique<DeviceThread>(std::move(d.backend), a.samples, std::move(health))});
        const WorkDevice& there = devices.back();
        names += (names.empty() ? "" : ", ") + there.thread->name();
        listed.push_back({{"device", there.id},
                          {"name", there.thread->name()},
                          {"slots", there.slots.empty() ? Json() : Json(there.slots)}});
    }
    state.save_identity(id, node.url(), names);
    drain_on_signal();
    const Events tell(c.json);
    tell("started",
         {{"provider", id.provider},
          {"chain_id", id.chain_id},
          {"node", node.url()},
          {"device", names},
          {"devices", listed},
          {"state", state.folder().string()},
          {"fault", a.fault}},
         "started: " + id.provider + " on " + id.chain_id + ", " + names +
             (fault.kind == FaultKind::none ? "" : ", misbehaving: " + a.fault));
    Runner runner(node, signing, state, devices, tell, {a.fault, slots, a.epochs, provider, a.max_temperature},
                  chain.info, chain.block_ms);
    std::optional<Shop> shop;
    if (!a.serve.empty()) shop.emplace(c, a, signer, state, id, provider == signing.address(), chain.block_ms, tell);
    const int exit = runner.run();
    shop.reset();
    state.forget_drain();
    if (std::any_of(devices.begin(), devices.end(), [](const WorkDevice& d) { return !d.thread->idle(); })) {
        // A work that will not be committed may still take minutes, and a kernel cannot be called back.
        std::fflush(nullptr);
        std::_Exit(exit);
    }
    return exit;
}

void status_command(const Common& c, const RunArguments& a) {
    const StateFolder state = StateFolder::look(state_of(a));
    const auto holder = state.holder();
    const auto id = state.identity();
    const auto records = state.records();
    const Summary sum = state.summary();
    if (c.json) {
        Json open = Json::array(), last = Json::array();
        for (const Record& r : records)
            open.push_back({{"commit", to_hex(r.commit.view())},
                            {"epoch", r.epoch.value},
                            {"slot", r.slot},
                            {"class", r.device_class},
                            {"device", r.device.empty() ? Json() : Json(r.device)},
                            {"order", r.order ? Json(to_hex(r.order->view())) : Json()},
                            {"phase", r.open_tx                ? "opening"
                                      : r.phase == Phase::sent ? "sent"
                                                               : "committed"},
                            {"root", to_hex(r.root.view())},
                            {"height", r.height == 0 ? Json() : Json(r.height)},
                            {"commit_by", format_utc(r.commit_by)},
                            {"fault", r.fault}});
        for (const Decided& d : sum.last)
            last.push_back({{"commit", d.commit},
                            {"epoch", d.epoch.value},
                            {"slot", d.slot},
                            {"verdict", d.verdict},
                            {"reason", d.reason},
                            {"height", d.height},
                            {"slashed", to_digits(d.slashed)}});
        return print_json({{"running", holder.has_value()},
                           {"pid", holder ? Json(*holder) : Json()},
                           {"draining", holder && state.drain_asked()},
                           {"provider", id ? Json(id->provider) : Json()},
                           {"chain_id", id ? Json(id->chain_id) : Json()},
                           {"node", id ? Json(state.node()) : Json()},
                           {"device", id ? Json(state.device()) : Json()},
                           {"open", open},
                           {"last", last},
                           {"totals",
                            {{"passed", sum.passed},
                             {"failed", sum.failed},
                             {"absent", sum.absent},
                             {"refused", sum.refused},
                             {"missed", sum.missed},
                             {"earned", to_digits(sum.earned)},
                             {"slashed", to_digits(sum.slashed)}}}});
    }
    print_line(holder ? "running as process " + std::to_string(*holder) + (state.drain_asked() ? ", draining" : "")
                      : std::string("not running"));
    if (id) {
        print_line("provider  " + id->provider + " on " + id->chain_id);
        print_line("device    " + state.device());
        print_line("node      " + state.node());
    }
    print_line("totals    " + std::to_string(sum.passed) + " passed, " + std::to_string(sum.failed) + " failed, " +
               std::to_string(sum.absent) + " absent, " + std::to_string(sum.refused) + " refused, " +
               std::to_string(sum.missed) + " missed");
    print_line("earned    " + to_digits(sum.earned) + " base units, slashed " + to_digits(sum.slashed));
    print_line("open      " + std::to_string(records.size()) + " commits");
    for (const Record& r : records)
        print_line("  " + place_of(r.epoch, r.slot, r.order) + ", " +
                   (r.open_tx                ? "opening sent"
                    : r.phase == Phase::sent ? "commit sent"
                                             : "waits for its challenge"));
    for (const Decided& d : sum.last)
        print_line("  " + place_of(d.epoch, d.slot, std::nullopt) + ": " + d.verdict + ", " + d.reason);
}

void drain_command(const Common& c, const RunArguments& a) {
    const StateFolder state = StateFolder::look(state_of(a));
    const auto holder = state.holder();
    if (!holder)
        throw Failure(Code::not_found, "no assay-prover runs with " + state.folder().string(),
                      "name another with --state");
    state.ask_drain();
    if (a.wait)
        while (state.holder() == holder) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (c.json) return print_json({{"draining", !a.wait}, {"stopped", a.wait}, {"pid", *holder}});
    print_line("process " + std::to_string(*holder) +
               (a.wait ? " has stopped" : " takes no new tasks and stops after its open commits"));
}

}  // namespace assay::proofs::worker
