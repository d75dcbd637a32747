#include "chain/execute.hpp"

#include <algorithm>

#include "chain/appeals.hpp"
#include "chain/beacon.hpp"
#include "chain/invariants.hpp"

namespace assay::chain {
namespace {

// Fee and nonce stay whatever the messages do.
void charge_fee(Exec& x, const TxBody& body) {
    Account& a = x.s.edit(body.sender);
    ++a.nonce;
    if (body.fee.is_zero()) return;
    const Address* provider = committed_for(body);
    ASSAY_CHECK(x.s.charge(provider != nullptr ? *provider : body.sender, body.fee).ok());  // check_place saw it
    ASSAY_CHECK(increase(x.s.books().fees, body.fee).ok());
    if (provider == nullptr) return;
    auto p = x.s.provider(*provider);
    ASSAY_CHECK(p.has_value() && decrease(p->work_key.fee_budget, body.fee).ok());
    x.s.put_record(tables::provider(*provider), *p);
    x.emit("work.fee_paid", {attr("provider", *provider), attr("worker", body.sender), attr("fee", body.fee)});
}

// A malformed opening is a failed transaction that may be retried a bounded number of times.
void count_attempt(Exec& x, const TxBody& body) {
    const auto& m = std::get<OpenWork>(body.messages.front());
    auto k = x.s.commit(m.commit);
    if (!k || k->status != CommitStatus::open) return;
    ++k->attempts;
    x.s.put_record(tables::commit(m.commit), *k);
}

Status run_messages(Exec& x, const TxBody& body) {
    for (std::uint32_t i = 0; i < body.messages.size(); ++i) {
        x.message = i;
        ASSAY_TRY_VOID(std::visit([&](const auto& m) { return run(x, m); }, body.messages[i]));
        if (x.s.gas.exhausted())
            return {Code::out_of_gas,
                    "gas used is " + std::to_string(x.s.gas.used) + ", the limit is " + std::to_string(body.gas_limit)};
    }
    return {};
}

}  // namespace

Receipt execute_tx(Exec& x, const Checked& c) {
    const TxBody& body = c.tx.body;
    x.sender = body.sender;
    x.nonce = body.nonce;
    x.events.clear();
    Receipt r;
    r.txid = c.id;
    r.fee = body.fee;

    x.s.gas.stop();
    x.s.begin_tx();
    release_due(x, x.sender);
    charge_fee(x, body);
    const Status first = check_tx_invariants(x.s, Charge{body.sender, body.fee});
    ASSAY_CHECK(first.ok());
    x.s.end_tx();
    std::vector<Event> kept = std::move(x.events);
    x.events.clear();

    x.s.begin_tx();
    x.s.gas.start(is_opening(body) ? ~std::uint64_t{0} : body.gas_limit, c.intrinsic);
    Status done = run_messages(x, body);
    r.gas_used = std::min(x.s.gas.used, body.gas_limit);
    x.s.gas.stop();
    if (done) done = check_tx_invariants(x.s);
    if (done) {
        x.s.end_tx();
    } else {
        x.s.rollback_tx();
        x.events.clear();
        r.code = std::string(done.error().word());
        r.message = done.error().message;
        if (is_opening(body)) count_attempt(x, body);
    }
    for (Event& e : x.events) kept.push_back(std::move(e));
    r.events = std::move(kept);
    x.events.clear();
    return r;
}

Room room_of(const tokenomics::BlockParams& b) {
    return {b.max_gas, b.max_verify_units, b.max_bytes - b.max_bytes / 2, b.max_bytes / 2};
}

std::size_t bytes_of(const Checked& c) {
    return c.raw.size() + 4;
}

std::uint64_t units_of(const StateView& s, const TxBody& body) {
    if (!is_opening(body)) return 0;
    const auto k = s.commit(std::get<OpenWork>(body.messages.front()).commit);
    return k ? proofs::verify_units(k->params, k->samples) : 0;
}

Status take_room(Room& room, const Checked& c, std::uint64_t units) {
    const TxBody& body = c.tx.body;
    // Neither half borrows from the other: spam of one kind never keeps the other kind out.
    const bool work = is_work(body);
    std::size_t& half = work ? room.work_bytes : room.other_bytes;
    if (bytes_of(c) > half)
        return {Code::block_full,
                work ? "the block's half for work is full" : "the block's half for other transactions is full"};
    if (units > room.verify_units) return {Code::block_full, "the block's verify units are used up"};
    if (!is_opening(body)) {
        if (body.gas_limit > room.gas) return {Code::block_full, "the block's gas is used up"};
        room.gas -= body.gas_limit;
    }
    half -= bytes_of(c);
    room.verify_units -= units;
    return {};
}

void begin_block(Exec& x, const Header& header) {
    const Address& proposer = header.proposer;
    const Hash& reveal = header.reveal;
    ChainState& clock = x.s.clock();
    Hash used;  // a bad reveal counts as 32 zero bytes
    if (auto v = x.s.validator(proposer)) {
        if (v->beacon && reveal_matches(*v->beacon, clock.height, reveal, x.rules().validators.max_beacon_gap)) {
            used = reveal;
            v->beacon = BeaconTip{reveal, clock.height};
        }
        ++v->proposed;
        ++v->proposed_in_epoch;
        x.s.put_record(tables::validator(proposer), *v);
    }
    clock.beacon = next_beacon(clock.beacon, clock.height, used);
    for (const Hash& key : header.misbehaved) (void)slash_double_sign(x, key);
    advance_rounds(x, proposer);
}

Status end_block(Exec& x, const Address& proposer, bool lane_full) {
    count_rounds(x, proposer, lane_full);
    run_due_orders(x);
    close_price_round(x);
    run_queue(x);
    burn_due_slashes(x);
    ChainState& clock = x.s.clock();
    const bool over = clock.height.value + 1 >= clock.epoch_start.value + x.rules().epoch.blocks;
    if (over && clock.paying.stage == PayingStage::done) {
        end_epoch(x);
    } else {
        run_tally(x);
    }
    pay_out(x);
    return check_ledger(x.s.books(), x.rules());
}

}  // namespace assay::chain
