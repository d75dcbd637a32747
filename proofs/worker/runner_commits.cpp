// One commit on its way: sent, in a block, challenged, opened, decided.
#include <algorithm>

#include "base/hex.hpp"
#include "proofs/worker/runner.hpp"
#include "wallet/client/tx_builder.hpp"

namespace assay::proofs::worker {

namespace {

Json members_of(const Record& r) {
    return {{"commit", to_hex(r.commit.view())},
            {"epoch", r.epoch.value},
            {"slot", r.slot},
            {"order", r.order ? Json(to_hex(r.order->view())) : Json()},
            {"device", r.device.empty() ? Json() : Json(r.device)}};
}

std::string place_of(const Record& r) {
    return worker::place_of(r.epoch, r.slot, r.order);
}

std::string place_in(const LanesParams& p, std::uint64_t leaf) {
    return "lane " + std::to_string(leaf / segments_per_lane(p));
}
std::string place_in(const GemmParams& p, std::uint64_t index) {
    const SubtilePlace at = subtile_place(p.n, index);
    return "row " + std::to_string(at.row * kSubtileSide) + ", column " + std::to_string(at.col * kSubtileSide) +
           " of the product";
}

std::string place_in(const VramParams& p, std::uint64_t leaf) {
    return "lane " + std::to_string(leaf / segments_per_lane(p));
}

std::string reason_of(const CommitView& c, const WorkParams& params) {
    if (c.status == "absent") return "committed, but not opened in time";
    if (c.bad.empty()) return "all " + std::to_string(c.samples) + " samples are right";
    std::string out = std::to_string(c.bad.size()) + " of " + std::to_string(c.samples) +
                      " samples are wrong: " + (kind_of(params) == WorkKind::gemm ? "sub-tiles" : "leaves");
    for (std::size_t i = 0; i < c.bad.size() && i < 8; ++i) out += (i == 0 ? " " : ", ") + std::to_string(c.bad[i]);
    if (c.bad.size() > 8) out += ", …";
    return out + ", the first in " + std::visit([&](const auto& p) { return place_in(p, c.bad[0]); }, params);
}

}  // namespace

std::uint64_t Runner::blocks_until(TimeMs when) const {
    const std::uint64_t left = when.value > now_.time.value ? when.value - now_.time.value : 0;
    return std::clamp<std::uint64_t>(left / block_ms_ + 1, 3, wallet::kValidForBlocks);
}

void Runner::forget(const Hash& commit) {
    state_.remove(commit);
    done_with_.insert(commit);
    open_.erase(commit);
}

void Runner::trouble(Open& o, const std::string& text) {
    if (o.last_trouble == text) return;
    o.last_trouble = text;
    note(place_of(o.record) + ": " + text);
}

void Runner::missed(const Task& t, const std::string& reason, const WorkDevice* device) {
    done_with_.insert(chain::commit_id(t.task, options_.provider, t.slot));
    ++summary_.missed;
    state_.save(summary_);
    tell_("missed",
          {{"task", to_hex(t.task.view())},
           {"epoch", t.epoch.value},
           {"slot", t.slot},
           {"device", device != nullptr ? Json(device->id) : Json()},
           {"reason", reason}},
          place_of(t.epoch, t.slot, t.order) + ": missed, " + reason);
}

void Runner::refused(const Record& r, const std::string& code, const std::string& message) {
    ++summary_.refused;
    state_.save(summary_);
    Json members = members_of(r);
    members["code"] = code;
    members["message"] = message;
    tell_("refused", members, place_of(r) + ": refused, " + code + (message.empty() ? "" : ": " + message));
}

void Runner::commit(const Task& t, const WorkDevice& device, DeviceThread::Done done) {
    WorkResult& work = *done.work;
    const Hash id = chain::commit_id(t.task, options_.provider, t.slot);
    if (now_.time > t.commit_by) return missed(t, "the work was done after the window had closed", &device);
    Open o;
    o.record = {id,       t.task,       t.epoch,      t.slot,      t.device_class, t.order,
                t.params, t.ctx,        work.root(),  t.commit_by, options_.fault, Phase::sent,
                0,        std::nullopt, std::nullopt, device.id};
    o.work = std::move(work);
    const auto ms = static_cast<std::uint64_t>(done.seconds * 1000);
    Json members = members_of(o.record);
    members["root"] = to_hex(o.record.root.view());
    members["ms"] = ms;
    members["card"] = done.health ? to_json(*done.health) : Json();
    tell_("worked", members,
          place_of(o.record) + ": worked for " + std::to_string(ms) + " ms, root " +
              to_hex(o.record.root.view()).substr(0, 16) + (done.health ? "; " + to_text(*done.health) : ""));
    Open& there = open_[id] = std::move(o);
    send_commit(there);
}

/// A work key says for whom it commits.
SentTx Runner::signed_commit(const Record& r) {
    chain::CommitWork m{r.task, r.slot, r.root};
    if (options_.provider != signing_.address()) m.provider = options_.provider;
    return signing_.sign(std::move(m), blocks_until(r.commit_by), verify_units(r.params, node_.param("work.samples")));
}

/// Signs, keeps, sends, in this order.
void Runner::send_commit(Open& o) {
    Record& r = o.record;
    r.commit_tx = signed_commit(r);
    state_.save(r);
    follow_commit(o);
}

void Runner::advance(Open& o) {
    if (o.record.phase == Phase::committed) return follow_opening(o);
    if (o.record.commit_tx) return follow_commit(o);
    // Worked, but the node went away before it could be signed.
    if (now_.time <= o.record.commit_by) return send_commit(o);
    refused(o.record, "deadline_passed", "the node was away until the window had closed");
    forget(o.record.commit);
}

/// A commit is written once: whichever transaction of ours brought it there, it counts when the root is ours.
bool Runner::is_on_chain(Open& o) {
    const auto there = node_.commit(o.record.commit);
    if (!there || there->root != o.record.root) return false;
    committed(o, there->height);
    return true;
}

void Runner::follow_commit(Open& o) {
    const Hash id = o.record.commit;
    Fate fate = signing_.follow(*o.record.commit_tx, now_.height);
    if (fate.kind == Fate::anew && now_.time <= o.record.commit_by) {
        if (is_on_chain(o)) return;
        trouble(o, "signs anew: " + (fate.message.empty() ? fate.code : fate.message));
        o.record.commit_tx = signed_commit(o.record);
        state_.save(o.record);
        fate = signing_.follow(*o.record.commit_tx, now_.height);
        if (fate.kind == Fate::anew) return trouble(o, fate.message);  // once a block, not in a circle
    }
    switch (fate.kind) {
        case Fate::waiting:
            if (!fate.message.empty()) trouble(o, fate.message);
            return;
        case Fate::included:
            return committed(o, fate.height);
        case Fate::failed:
        case Fate::anew:
        case Fate::never:
            if (is_on_chain(o)) return;
            refused(o.record, fate.code, fate.message);
            return forget(id);
    }
}

void Runner::committed(Open& o, std::uint64_t height) {
    Record& r = o.record;
    r.phase = Phase::committed;
    r.height = height;
    state_.save(r);
    Json members = members_of(r);
    members["txid"] = r.commit_tx ? Json(to_hex(r.commit_tx->txid.view())) : Json();
    members["root"] = to_hex(r.root.view());
    members["height"] = height;
    tell_("committed", members, place_of(r) + ": committed at height " + std::to_string(height));
}

/// On whichever device does the kind and has nothing to do: leaves are the same on all of them. Where none begins
/// anything more, on one of those: it may still be right, and a wrong root is noticed.
void Runner::make_again(Open& o) {
    const Record& r = o.record;
    const auto at_it = [&](const WorkDevice& d) { return d.again == r.commit; };
    if (std::any_of(devices_.begin(), devices_.end(), at_it)) return;
    const auto is_well = [](const WorkDevice& d) { return d.stopped.empty(); };
    const bool any_well = std::any_of(devices_.begin(), devices_.end(), is_well);
    for (WorkDevice& d : devices_) {
        if (any_well && !is_well(d)) continue;
        if (!d.thread->idle() || !d.thread->does(kind_of(r.params))) continue;
        note(place_of(r) + ": makes the work again on " + d.id + ", for its opening");
        d.again = r.commit;
        d.thread->start(
            {.commit = r.commit, .params = r.params, .ctx = r.ctx, .fault = take(parse_fault(r.fault)), .again = true});
        return;
    }
}

void Runner::follow_opening(Open& o) {
    Record& r = o.record;
    // What is missing is made again at once: the window for openings is short.
    if (!o.work && !o.hopeless) make_again(o);
    if (now_.time <= r.commit_by) return;  // no challenge can be drawn yet
    const auto view = node_.opening(r.commit);
    if (!view) {
        refused(r, "unknown_commit", "the chain does not have this commit");
        return forget(r.commit);
    }
    if (view->status != "open") return decided(r);
    if (!view->seed) return;
    if (!o.challenge_told) {
        o.challenge_told = true;
        Json members = members_of(r);
        members["seed"] = to_hex(view->seed->view());
        members["samples"] = view->samples;
        members["open_until_blocks"] = view->blocks_left;
        tell_("challenged", members, place_of(r) + ": challenged, " + std::to_string(view->samples) + " samples");
        if (view->ctx != r.ctx || view->params != r.params)
            note(place_of(r) + ": the chain has another ctx or other parameters for this commit than the node gave");
    }
    if (!view->ready || o.hopeless || !o.work) return;
    Fate fate;
    for (int look = 0; look < 2; ++look) {
        if (!r.open_tx) {
            const Opening opening = take(o.work->open(*view->seed, view->samples));
            r.open_tx = signing_.sign(chain::OpenWork{r.commit, opening}, view->blocks_left + 1);
            state_.save(r);
        }
        fate = signing_.follow(*r.open_tx, now_.height);
        if (fate.kind == Fate::waiting) return;
        if (fate.kind == Fate::included) {
            seen_height_.reset();  // its verdict is there
            return;
        }
        if (fate.kind != Fate::anew || look > 0) break;
        trouble(o, "signs the opening anew: " + (fate.message.empty() ? fate.code : fate.message));
        r.open_tx.reset();
    }
    // A malformed opening may be sent again; it is made again from the work, in case memory was at fault.
    trouble(o, "the opening is refused: " + fate.code + (fate.message.empty() ? "" : ": " + fate.message));
    r.open_tx.reset();
    state_.save(r);
    if (fate.code.starts_with("opening_")) {
        o.work.reset();
        o.hopeless = ++o.tries >= 3;
    }
}

void Runner::decided(const Record& r) {
    const auto c = node_.commit(r.commit);
    if (!c) return;
    if (r.open_tx && c->status != "absent") {
        Json members = members_of(r);
        members["txid"] = to_hex(r.open_tx->txid.view());
        members["height"] = c->decided;
        tell_("opened", members, place_of(r) + ": opened at height " + std::to_string(c->decided));
    }
    Decided d;
    d.commit = to_hex(r.commit.view());
    d.epoch = r.epoch;
    d.slot = r.slot;
    d.verdict = c->status == "passed" ? "pass" : c->status == "failed" ? "fail" : "absent";
    d.reason = reason_of(*c, r.params);
    d.height = c->decided;
    d.slashed = c->slashed;
    summary_.add(d);
    state_.save(summary_);
    Json members = members_of(r);
    members["verdict"] = d.verdict;
    members["reason"] = d.reason;
    members["bad"] = c->bad;
    members["slashed"] = to_digits(d.slashed);
    members["height"] = d.height;
    tell_("verdict", members,
          place_of(r) + ": " + d.verdict + ", " + d.reason + (d.slashed == 0 ? "" : "; slashed " + show(d.slashed)));
    forget(r.commit);
}

}  // namespace assay::proofs::worker
