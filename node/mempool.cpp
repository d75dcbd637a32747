#include "node/mempool.hpp"

#include <algorithm>
#include <queue>

namespace assay::node {
namespace {

constexpr std::size_t kRemembered = 20'000;
constexpr std::uint64_t kRecheckBlocks = 8;  // what became impossible meanwhile costs a block's maker a look, no more

}  // namespace

// Fee per gas without division: a.fee / a.gas > b.fee / b.gas. Fees are below 2^128 and gas below 2^64; the products
// are compared in floating point only where they could pass 128 bits, since order here is nobody's consensus.
bool Mempool::pays_more(const Entry& a, const Entry& b) {
    constexpr u128 kSafe = u128{1} << 64;
    if (a.fee.units < kSafe && b.fee.units < kSafe) {
        const u128 left = a.fee.units * b.gas, right = b.fee.units * a.gas;
        if (left != right) return left > right;
    } else {
        const long double left = static_cast<long double>(a.fee.units) / static_cast<long double>(a.gas);
        const long double right = static_cast<long double>(b.fee.units) / static_cast<long double>(b.gas);
        if (left != right) return left > right;
    }
    return a.arrived < b.arrived;
}

Result<Mempool::Added> Mempool::add(const chain::RawTx& raw, From from) {
    ASSAY_TRY(const chain::CheckedPtr checked, app_.check_signed(raw));
    const chain::TxBody& body = checked->tx.body;
    const Hash& id = checked->id;
    {
        const std::lock_guard lock(mutex_);
        if (const auto at = by_id_.find(id); at != by_id_.end()) {
            const Entry& there = senders_.at(at->second.first).at(at->second.second);
            if (there.raw == raw) return Added{id, there.valid_until, true, std::nullopt};
        }
    }
    if (auto admissible = app_.check_admissible(*checked); !admissible) {
        // What is in a block already is no error, however its nonce looks now. The signature was checked before the
        // nonce, so nobody learns more than a block shows.
        if (const auto stored = app_.find_tx(id); stored && admissible.error().code == Code::nonce_too_low)
            return Added{id, body.valid_until, true, stored->height};
        if (const auto stored = app_.find_tx(id); stored && stored->raw == raw)
            return Added{id, body.valid_until, true, stored->height};
        return std::move(admissible).error();
    }

    Entry e;
    e.txid = id;
    e.raw = raw;
    e.fee = body.fee;
    e.gas = std::max<std::uint64_t>(1, body.gas_limit);
    e.valid_until = body.valid_until;
    if (chain::is_opening(body)) e.opens = std::get<chain::OpenWork>(body.messages.front()).commit;
    {
        const std::lock_guard lock(mutex_);
        e.arrived = ++arrivals_;
        // The same transaction under other auth bytes waits already: one of them is enough.
        if (by_id_.contains(id)) return Added{id, e.valid_until, true, std::nullopt};
        if (e.opens && openings_.contains(*e.opens))
            return {Code::nonce_taken, "an opening of this commit waits already; wait for its receipt"};
        const auto queue = senders_.find(body.sender);
        if (queue != senders_.end()) {
            if (const auto same = queue->second.find(body.nonce); same != queue->second.end()) {
                const Amount old = same->second.fee;
                const auto tenth = mul_div_ceil(old.units, 11, 10);
                const u128 least = std::max(tenth ? *tenth : old.units, old.units + 1);
                if (e.fee.units < least)
                    return {Code::nonce_taken, "nonce " + std::to_string(body.nonce) + " waits with a fee of " +
                                                   to_digits(old.units) + "; a replacement pays at least " +
                                                   to_digits(least)};
                remember({same->second.txid, Code::nonce_taken, "replaced by a transaction with a higher fee"});
                remove(body.sender, body.nonce);
            }
        }
        if (!make_room(e, body.sender))
            return {Code::mempool_full, "the mempool is full and the fee per gas is not above its cheapest"};
        bytes_ += raw.size();
        by_id_.emplace(id, std::pair{body.sender, body.nonce});
        if (e.opens) openings_.emplace(*e.opens, id);
        dropped_.erase(id);
        senders_[body.sender].emplace(body.nonce, std::move(e));
    }
    if (on_added_) on_added_(raw, from);
    return Added{id, body.valid_until, false, std::nullopt};
}

std::vector<chain::RawTx> Mempool::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<chain::RawTx> out;
    out.reserve(by_id_.size());
    for (const auto& [sender, queue] : senders_)
        for (const auto& [nonce, entry] : queue) out.push_back(entry.raw);
    return out;
}

bool Mempool::holds(const Hash& txid) const {
    const std::lock_guard lock(mutex_);
    return by_id_.contains(txid);
}

void Mempool::remove(const Address& sender, std::uint64_t nonce) {
    const auto queue = senders_.find(sender);
    if (queue == senders_.end()) return;
    const auto entry = queue->second.find(nonce);
    if (entry == queue->second.end()) return;
    bytes_ -= entry->second.raw.size();
    by_id_.erase(entry->second.txid);
    if (entry->second.opens) openings_.erase(*entry->second.opens);
    queue->second.erase(entry);
    if (queue->second.empty()) senders_.erase(queue);
}

// Pushes out tails (last nonces) that pay less, never an opening. What is pushed out was never promised anything.
bool Mempool::make_room(const Entry& newcomer, const Address& sender) {
    const auto full = [&] {
        return by_id_.size() >= limits_.max_txs || bytes_ + newcomer.raw.size() > limits_.max_bytes;
    };
    while (full()) {
        const Entry* cheapest = nullptr;
        std::pair<Address, std::uint64_t> where;
        for (const auto& [who, queue] : senders_) {
            const auto& [nonce, tail] = *queue.rbegin();
            if (who == sender || tail.opens) continue;
            if (cheapest == nullptr || pays_more(*cheapest, tail)) {
                cheapest = &tail;
                where = {who, nonce};
            }
        }
        if (cheapest == nullptr) return false;
        if (!newcomer.opens && !pays_more(newcomer, *cheapest)) return false;
        remember({cheapest->txid, Code::mempool_full, "pushed out by transactions with a higher fee per gas"});
        remove(where.first, where.second);
    }
    return true;
}

void Mempool::remember(const Dropped& d) {
    if (dropped_.insert_or_assign(d.txid, d).second) dropped_order_.push_back(d.txid);
    while (dropped_order_.size() > kRemembered) {
        dropped_.erase(dropped_order_.front());
        dropped_order_.pop_front();
    }
}

std::vector<chain::RawTx> Mempool::candidates(std::size_t max_bytes) const {
    const std::lock_guard lock(mutex_);
    std::vector<chain::RawTx> out;
    std::size_t taken = 0;
    struct Head {
        Queue::const_iterator at, end;
    };
    const auto later = [](const Head& a, const Head& b) {
        const Entry &x = a.at->second, &y = b.at->second;
        if (x.opens.has_value() != y.opens.has_value()) return y.opens.has_value();
        return pays_more(y, x);
    };
    std::priority_queue<Head, std::vector<Head>, decltype(later)> heads(later);
    for (const auto& [who, queue] : senders_) heads.push({queue.begin(), queue.end()});
    while (!heads.empty() && taken < max_bytes) {
        Head head = heads.top();
        heads.pop();
        out.push_back(head.at->second.raw);
        taken += head.at->second.raw.size();
        const std::uint64_t nonce = head.at->first;
        if (++head.at != head.end && head.at->first == nonce + 1) heads.push(head);
    }
    return out;
}

std::vector<Mempool::Dropped> Mempool::committed(Height height, const std::vector<Hash>& included) {
    std::vector<Dropped> out;
    // Heads of queues are looked at again: a state that changed may have made them impossible.
    std::vector<std::pair<Hash, chain::RawTx>> heads;
    {
        const std::lock_guard lock(mutex_);
        for (const Hash& id : included)
            if (const auto at = by_id_.find(id); at != by_id_.end()) {
                const auto [sender, nonce] = at->second;
                remove(sender, nonce);
            }
        std::vector<std::pair<Address, std::uint64_t>> gone;
        for (const auto& [who, queue] : senders_)
            for (const auto& [nonce, e] : queue)
                if (e.valid_until <= height.value) {
                    gone.emplace_back(who, nonce);
                    out.push_back({e.txid, Code::expired, "valid_until was " + std::to_string(e.valid_until)});
                }
        for (const auto& [who, nonce] : gone) remove(who, nonce);
        if (height.value % kRecheckBlocks == 0) {
            heads.reserve(senders_.size());
            for (const auto& [who, queue] : senders_)
                heads.emplace_back(queue.begin()->second.txid, queue.begin()->second.raw);
        }
    }
    for (const auto& [id, raw] : heads) {
        const auto again = app_.check_tx(raw);
        if (again || again.error().code == Code::nonce_gap) continue;
        out.push_back({id, again.error().code, again.error().message});
    }
    const std::lock_guard lock(mutex_);
    for (const Dropped& d : out) {
        if (const auto at = by_id_.find(d.txid); at != by_id_.end()) {
            const auto [sender, nonce] = at->second;
            remove(sender, nonce);
        }
        remember(d);
    }
    return out;
}

Mempool::Counts Mempool::counts() const {
    const std::lock_guard lock(mutex_);
    return {by_id_.size(), bytes_};
}

std::vector<Hash> Mempool::list(std::size_t limit) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::pair<std::uint64_t, Hash>> all;
    for (const auto& [who, queue] : senders_)
        for (const auto& [nonce, e] : queue) all.emplace_back(e.arrived, e.txid);
    std::sort(all.begin(), all.end());
    std::vector<Hash> out;
    for (std::size_t i = 0; i < all.size() && i < limit; ++i) out.push_back(all[i].second);
    return out;
}

std::optional<Mempool::Waiting> Mempool::find(const Hash& txid) const {
    const std::lock_guard lock(mutex_);
    const auto at = by_id_.find(txid);
    if (at == by_id_.end()) return std::nullopt;
    const Entry& e = senders_.at(at->second.first).at(at->second.second);
    return Waiting{e.txid, e.raw, e.valid_until};
}

std::optional<Mempool::Dropped> Mempool::dropped(const Hash& txid) const {
    const std::lock_guard lock(mutex_);
    const auto at = dropped_.find(txid);
    if (at == dropped_.end()) return std::nullopt;
    return at->second;
}

std::uint64_t Mempool::next_nonce(const Address& sender, std::uint64_t account_nonce) const {
    const std::lock_guard lock(mutex_);
    const auto queue = senders_.find(sender);
    if (queue == senders_.end()) return account_nonce;
    std::uint64_t next = account_nonce;
    while (queue->second.contains(next)) ++next;
    return next;
}

}  // namespace assay::node
