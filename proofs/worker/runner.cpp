#include "proofs/worker/runner.hpp"

#include <algorithm>
#include <thread>

#include "base/hex.hpp"
#include "base/utc.hpp"
#include "proofs/worker/terminal.hpp"
#include "wallet/client/tx_builder.hpp"

namespace assay::proofs::worker {

namespace {

using std::chrono::milliseconds;

constexpr unsigned kDeviceFailures = 3;

/// How often the node is asked: a third of a block's time, within what its limits per address allow.
milliseconds poll_of(std::uint64_t block_ms) {
    return milliseconds(std::clamp<std::uint64_t>(block_ms / 3, 100, 1'000));
}

}  // namespace

std::string place_of(Epoch epoch, std::uint32_t slot, const std::optional<Hash>& order) {
    return "epoch " + std::to_string(epoch.value) + ", slot " + std::to_string(slot) +
           (order ? ", order " + to_hex(order->view()).substr(0, 8) : "");
}

Runner::Runner(NodeClient& node, SigningSession& signing, StateFolder& state, std::vector<WorkDevice>& devices,
               const Events& tell, RunOptions options, wallet::ChainInfo chain, std::uint64_t block_ms)
    : node_(node),
      signing_(signing),
      state_(state),
      devices_(devices),
      tell_(tell),
      options_(std::move(options)),
      fault_(take(parse_fault(options_.fault))),
      chain_(std::move(chain)),
      me_(chain_.show(options_.provider)),
      block_ms_(block_ms) {}

int Runner::run() {
    restore();
    const milliseconds usual = poll_of(block_ms_);
    milliseconds pause = usual;
    while (true) {
        look_for_drain();
        if (finished()) {
            if (!draining_) why_stopped_ = "the epochs that were asked for are done";
            break;
        }
        try {
            step();
            pause = usual;
        } catch (const NodeAway& away) {
            const bool syncing = away.code == Code::syncing;
            wait_for(syncing ? "sync" : "node", away.what(), syncing ? "" : "assayd start");
            pause = std::min(2 * pause, milliseconds{2'000});
            seen_height_.reset();  // whatever was under way is looked at again
        }
        std::this_thread::sleep_for(pause);
    }
    tell_("stopped",
          {{"reason", why_stopped_},
           {"passed", summary_.passed},
           {"failed", summary_.failed},
           {"absent", summary_.absent},
           {"earned", to_digits(summary_.earned)},
           {"slashed", to_digits(summary_.slashed)}},
          "stopped: " + why_stopped_ + "; all in all " + std::to_string(summary_.passed) + " passed, " +
              std::to_string(summary_.failed) + " failed, " + std::to_string(summary_.absent) + " absent, earned " +
              show(summary_.earned) + ", slashed " + show(summary_.slashed));
    return exit_;
}

void Runner::restore() {
    summary_ = state_.summary();
    for (Record& r : state_.records()) {
        // A crash may have come between the summary and the removal of the file.
        const std::string id = to_hex(r.commit.view());
        const auto known = [&](const Decided& d) { return d.commit == id; };
        if (std::any_of(summary_.last.begin(), summary_.last.end(), known)) {
            state_.remove(r.commit);
            continue;
        }
        note("goes on with the commit of " + place_of(r.epoch, r.slot, r.order));
        const Hash commit = r.commit;
        open_[commit].record = std::move(r);
    }
}

/// Commits that wait for an opening and have no file here: the chain has all that is needed to make them again.
void Runner::adopt() {
    for (std::uint64_t back = 0; back <= 2 && back <= now_.epoch.value; ++back) {
        for (const CommitView& c : node_.open_commits(me_, now_.epoch - back)) {
            if (open_.contains(c.id) || !ours(c.slot)) continue;
            const auto view = node_.opening(c.id);
            if (!view) continue;
            note("takes up the commit of " + place_of(c.epoch, c.slot, c.order) + ", of which nothing is kept here");
            Open& o = open_[c.id];
            o.record = {c.id,         c.task,       c.epoch,      c.slot,    c.device_class, c.order,
                        view->params, view->ctx,    c.root,       now_.time, options_.fault, Phase::committed,
                        c.height,     std::nullopt, std::nullopt, {}};
            state_.save(o.record);
        }
    }
    adopted_ = true;
}

void Runner::look_for_drain() {
    if (draining_ || (signals_seen() == 0 && !state_.drain_asked())) return;
    draining_ = true;
    tell_("draining", {{"open", open_.size()}},
          "draining: " + std::to_string(open_.size()) + " open commits to finish, no new tasks");
}

void Runner::stop(int exit, const std::string& reason) {
    if (exit_ == 0) exit_ = exit;
    why_stopped_ = reason;
    draining_ = true;
}

bool Runner::finished() const {
    if (!open_.empty()) return false;
    if (draining_) return true;
    const auto at_work = [](const WorkDevice& d) { return !d.working.empty(); };
    return options_.epochs != 0 && worked_.size() >= options_.epochs &&
           std::none_of(devices_.begin(), devices_.end(), at_work) && summary_.unpaid.empty() &&
           now_.epoch.value > *worked_.rbegin();
}

void Runner::wait_for(const std::string& what, const std::string& reason, const std::string& fix) {
    // The words for a node that is away change with every look; that it is so is the news.
    const std::string news = what == "node" || what == "sync" ? what : what + ": " + reason;
    if (waiting_for_ == news) return;
    waiting_for_ = news;
    Json members{{"for", what}, {"reason", reason}};
    if (!fix.empty()) members["fix"] = fix;
    tell_("waiting", members, "waiting for " + what + ": " + reason + (fix.empty() ? "" : " (" + fix + ")"));
}

void Runner::step() {
    now_ = node_.status();
    if (now_.chain_id != chain_.chain_id)
        throw Failure(Code::wrong_chain, "the node is on chain " + now_.chain_id + " now, not on " + chain_.chain_id);
    if (now_.syncing) throw NodeAway(Code::syncing, "the node at " + node_.url() + " is behind");
    if (waiting_for_ == "node" || waiting_for_ == "sync") {
        waiting_for_.clear();
        tell_("resumed", {{"height", now_.height}}, "the node is back, at height " + std::to_string(now_.height));
    }
    if (!adopted_) adopt();
    for (WorkDevice& d : devices_) take_result(d);
    if (seen_height_ == now_.height) return;
    for (auto at = open_.begin(); at != open_.end();) {
        auto here = at++;  // it may be forgotten meanwhile
        advance(here->second);
    }
    tell_paid();
    take_tasks();
    seen_height_ = now_.height;
}

bool Runner::ours(std::uint32_t slot) const {
    return options_.slots.empty() || options_.slots.contains(slot);
}

bool Runner::working(const Hash& commit) const {
    return std::any_of(devices_.begin(), devices_.end(),
                       [&](const WorkDevice& d) { return d.working.contains(commit); });
}

void Runner::take_result(WorkDevice& d) {
    auto done = d.thread->finished();
    if (!done) return;
    seen_height_.reset();
    const Hash commit_id = done->job.commit;
    if (done->work) {
        d.failures = 0;
        d.units_per_second[kind_of(done->job.params)] =
            static_cast<double>(work_units(done->job.params)) / std::max(done->seconds, 1e-6);
    }
    if (done->job.again) {
        d.again.reset();
        const auto at = open_.find(commit_id);
        if (at == open_.end()) return;
        Open& o = at->second;
        if (done->work && done->work->root() == o.record.root) {
            o.work = std::move(*done->work);
            return;
        }
        trouble(o, done->work ? "the work gives another root than was committed" : done->work.error().message);
        o.hopeless = ++o.tries >= kDeviceFailures;
        return;
    }
    const auto at = d.working.find(commit_id);
    if (at == d.working.end()) return;
    const Task task = at->second;
    d.working.erase(at);
    if (!done->work) return failed(d, done->work.error());
    if (!draining_) commit(task, d, std::move(*done));
}

/// Nothing was committed: the task may be begun again while its window is open.
void Runner::failed(WorkDevice& d, const Error& error) {
    ++d.failures;
    tell_("device_failed",
          {{"device", d.id}, {"code", error.word()}, {"message", error.message}, {"times", d.failures}},
          d.id + " failed: " + error.message + "; nothing was committed");
    idle_epoch_.reset();
    if (d.failures < kDeviceFailures) return;
    const bool wrong = error.code == Code::selftest_failed;
    d.stopped = wrong ? "computes wrongly" : "does not work: " + error.message;
    if (exit_ == 0) exit_ = wrong ? exit_code(Code::selftest_failed) : 1;
    const auto left =
        std::count_if(devices_.begin(), devices_.end(), [](const WorkDevice& o) { return o.stopped.empty(); });
    tell_("device_stopped", {{"device", d.id}, {"reason", d.stopped}, {"left", left}},
          d.id + " begins nothing more, it " + d.stopped + "; " + std::to_string(left) + " devices go on");
    if (left == 0) stop(exit_, (devices_.size() == 1 ? "the device " : "no device is left; the last one ") + d.stopped);
}

bool Runner::too_hot(WorkDevice& d) {
    const auto card = d.thread->health();
    const unsigned degrees = card ? card->temperature_c.value_or(0) : 0;
    const bool before = std::exchange(d.hot, degrees > options_.max_temperature);
    if (!d.hot || before) return d.hot;  // that it is too hot is the news, not each degree
    const std::string reason =
        "it is at " + std::to_string(degrees) + " °C, --max-temp is " + std::to_string(options_.max_temperature);
    const std::string fix = "see to its cooling, or lower its power limit: nvidia-smi -pl WATTS";
    tell_("waiting", {{"for", "card"}, {"device", d.id}, {"reason", reason}, {"fix", fix}},
          "waiting for card " + d.id + ": " + reason + " (" + fix + ")");
    return true;
}

bool Runner::has_access() {
    const ProviderView p = node_.provider(me_);
    if (p.registered && p.access) {
        if (waiting_for_.starts_with("access")) waiting_for_.clear();
        return true;
    }
    // The chain's own words; of reasons that an epoch leaves behind only those that keep a provider out.
    static const std::set<std::string> kKeepOut{"not_registered", "no_device", "stake_below_required", "jailed"};
    std::string reason, fix;
    for (const WhyNot& why : node_.explain(me_, now_.epoch).why_not) {
        if (!kKeepOut.contains(why.code)) continue;
        std::string one = why.code + ": " + why.have + ", needed is " + why.need;
        if (why.code == "stake_below_required")
            one = "stake is " + show(p.stake) + ", required are " + show(p.required);
        else if (why.code == "jailed")
            one = why.have;
        reason += (reason.empty() ? "" : "; ") + one;
        fix += (fix.empty() ? "" : "; ") + why.fix;
    }
    wait_for("access", reason.empty() ? "the provider has no access" : reason, fix);
    return false;
}

void Runner::take_tasks() {
    if (draining_ || now_.height < idle_until_height_ || idle_epoch_ == now_.epoch) return;
    if (options_.epochs != 0 && worked_.size() >= options_.epochs && !worked_.contains(now_.epoch.value)) return;
    bool any = false;
    for (WorkDevice& d : devices_) any = (d.free() && !too_hot(d)) || any;
    if (!any || !has_access()) return;
    std::vector<Task> tasks = node_.tasks(me_);
    std::erase_if(tasks, [&](const Task& t) { return !ours(t.slot); });
    if (tasks.empty()) return wait_for("tasks", "no device of this provider works in this epoch yet", "");
    std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) {
        return std::pair(a.commit_by, a.slot) < std::pair(b.commit_by, b.slot);
    });
    if (waiting_for_.starts_with("tasks")) waiting_for_.clear();
    std::map<std::uint32_t, std::string> kinds;
    std::vector<Slots> own;
    for (const Task& t : tasks) kinds[t.slot] = kind_name(kind_of(t.params));
    for (const WorkDevice& d : devices_) own.push_back(d.slots);
    const auto dealt = deal_slots(own, kinds, [&](std::size_t device, std::string_view kind) {
        for (const WorkKind k : {WorkKind::lanes, WorkKind::gemm, WorkKind::vram})
            if (kind_name(k) == kind) return devices_[device].thread->does(k);
        return false;
    });
    bool all_taken = true;
    for (const Task& t : tasks) {
        if (!t.started) {
            idle_until_height_ = t.h0;
            return;
        }
        const Hash id = chain::commit_id(t.task, options_.provider, t.slot);
        if (t.committed || open_.contains(id) || done_with_.contains(id) || working(id)) continue;
        const auto device = dealt.find(t.slot);
        if (!begin(t, id, device == dealt.end() ? nullptr : &devices_[device->second])) all_taken = false;
    }
    if (!all_taken) return;
    idle_epoch_ = now_.epoch;  // leases begin with an epoch, so nothing comes before the next one
    std::erase_if(done_with_, [&](const Hash& id) {
        return std::none_of(tasks.begin(), tasks.end(),
                            [&](const Task& t) { return chain::commit_id(t.task, options_.provider, t.slot) == id; });
    });
}

/// Begins the task on its device, or tells why it never will be. False: later, the device is at another one.
bool Runner::begin(const Task& t, const Hash& id, WorkDevice* d) {
    const auto never = [&](const std::string& reason) {
        missed(t, reason, d);
        return true;
    };
    if (now_.time > t.commit_by) return never("the window had closed when it was seen");
    const WorkKind kind = kind_of(t.params);
    if (d == nullptr)
        return never((devices_.size() == 1 ? devices_[0].thread->name() + " does no"
                                           : std::string("no device of this run does")) +
                     " work of kind " + std::string(kind_name(kind)));
    if (!d->stopped.empty()) return never(d->id + " " + d->stopped);
    const double left = static_cast<double>(t.commit_by.value - now_.time.value) / 1000;
    const auto rate = d->units_per_second.find(kind);
    const double need =
        rate != d->units_per_second.end() ? static_cast<double>(work_units(t.params)) / rate->second : 0;
    if (need > left)
        return never("it takes about " + std::to_string(static_cast<std::uint64_t>(need + 1)) +
                     " s here, and the window closes in " + std::to_string(static_cast<std::uint64_t>(left)) + " s");
    if (!d->free() || d->hot) return false;
    worked_.insert(t.epoch.value);
    d->working.emplace(id, t);
    tell_("working",
          {{"commit", to_hex(id.view())},
           {"task", to_hex(t.task.view())},
           {"epoch", t.epoch.value},
           {"slot", t.slot},
           {"order", t.order ? Json(to_hex(t.order->view())) : Json()},
           {"device", d->id},
           {"units", work_units(t.params)},
           {"commit_by", format_utc(t.commit_by)}},
          place_of(t.epoch, t.slot, t.order) + ": working on " + d->id + ", " + std::to_string(work_units(t.params)) +
              " units");
    d->thread->start({.commit = id, .params = t.params, .ctx = t.ctx, .fault = fault_});
    return true;
}

/// What an epoch brought is known when it is paid; a verdict that comes later moves it.
void Runner::tell_paid() {
    for (auto at = summary_.unpaid.begin(); at != summary_.unpaid.end();) {
        const Epoch epoch{*at};
        const bool waits = std::any_of(open_.begin(), open_.end(),
                                       [&](const auto& entry) { return entry.second.record.epoch == epoch; });
        if (epoch >= now_.epochs_paid || waits) {
            ++at;
            continue;
        }
        const Explained e = node_.explain(me_, epoch);
        at = summary_.unpaid.erase(at);
        summary_.earned += e.paid;
        state_.save(summary_);
        Json terms = Json::object(), why = Json::array();
        std::string parts, reasons;
        for (const auto& [name, value] : e.terms) {
            terms[name] = to_digits(value);
            parts += (parts.empty() ? " (" : ", ") + name + " " + show(value);
        }
        for (const WhyNot& w : e.why_not) {
            why.push_back({{"code", w.code}, {"have", w.have}, {"need", w.need}, {"fix", w.fix}});
            reasons += "; " + w.code + ": " + w.have;
        }
        tell_("paid",
              {{"epoch", epoch.value},
               {"paid", to_digits(e.paid)},
               {"slashed", to_digits(e.slashed)},
               {"verdict", e.verdict},
               {"terms", terms},
               {"why_not", why}},
              "epoch " + std::to_string(epoch.value) + ": earned " + show(e.paid) + parts + (parts.empty() ? "" : ")") +
                  (e.slashed == 0 ? "" : ", slashed " + show(e.slashed)) + reasons);
    }
}

}  // namespace assay::proofs::worker
