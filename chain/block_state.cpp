#include "chain/block_state.hpp"

#include <algorithm>

namespace assay::chain {

namespace {

constexpr std::size_t kAccountBytes = 57;  // of an encoded account

}  // namespace

BlockState::BlockState(const StateView& committed) : committed_(committed) {
    ledger_ = committed.ledger();
    chain_ = committed.chain();
    params_ = committed.params();
}

BlockState::CachedAccount& BlockState::cached(const Address& a) const {
    const auto [account, fresh] = accounts_.try_emplace(a);
    if (fresh) {
        if (const auto stored = committed_.find_account(a)) {
            account.value = *stored;
            account.existed = true;
        }
    }
    return account;
}

Account BlockState::account(const Address& a) const {
    const_cast<GasMeter&>(gas).read();  // as get() would count it
    return cached(a).value;
}

Account& BlockState::edit(const Address& a) {
    gas.write();
    CachedAccount& c = cached(a);
    if (in_tx_ && c.logged_in != tx_number_) {
        account_log_.push_back({a, &c.value, c.value});
        c.logged_in = tx_number_;
    }
    c.dirty = true;
    return c.value;
}

std::optional<Bytes> BlockState::get(const StateKey& key) const {
    const_cast<GasMeter&>(gas).read();
    if (key.table == tables::kAccounts) return borsh::encode(cached(Address::from(key.key)).value);
    if (key.table == tables::kGlobals) {
        if (key == tables::global("ledger")) return borsh::encode(ledger_);
        if (key == tables::global("chain")) return borsh::encode(chain_);
        if (key == tables::global("params")) return borsh::encode(params_);
    }
    if (auto it = entries_.find(key); it != entries_.end()) return it->second.value;
    return committed_.get(key);
}

void BlockState::for_range(std::uint8_t table, ByteView prefix, ByteView from,
                           const std::function<bool(ByteView, ByteView)>& f) const {
    // Two ascending sequences merged: the overlay wins where both have a key.
    auto it = entries_.lower_bound({table, Bytes(from.begin(), from.end())});
    const auto in_range = [&] {
        return it != entries_.end() && it->first.table == table && it->first.key.size() >= prefix.size() &&
               std::equal(prefix.begin(), prefix.end(), it->first.key.begin());
    };
    bool go_on = true;
    committed_.for_range(table, prefix, from, [&](ByteView key, ByteView value) {
        while (go_on && in_range() &&
               std::lexicographical_compare(it->first.key.begin(), it->first.key.end(), key.begin(), key.end())) {
            if (it->second.value) go_on = f(it->first.key, *it->second.value);
            ++it;
        }
        if (!go_on) return false;
        if (in_range() && std::equal(it->first.key.begin(), it->first.key.end(), key.begin(), key.end())) {
            if (it->second.value) go_on = f(it->first.key, *it->second.value);
            ++it;
        } else {
            go_on = f(key, value);
        }
        return go_on;
    });
    while (go_on && in_range()) {
        if (it->second.value) go_on = f(it->first.key, *it->second.value);
        ++it;
    }
}

void BlockState::write(const StateKey& key, std::optional<Bytes> value) {
    gas.write();
    auto it = entries_.find(key);
    const bool in_overlay = it != entries_.end();
    if (in_tx_ && !(in_overlay && it->second.logged_in == tx_number_))
        table_log_.push_back({key, in_overlay, in_overlay ? it->second.value : committed_.get(key)});
    if (!in_overlay) it = entries_.emplace(key, Entry{}).first;
    it->second.value = std::move(value);
    it->second.logged_in = in_tx_ ? tx_number_ : 0;
}

void BlockState::put(const StateKey& key, Bytes value) {
    write(key, std::move(value));
}
void BlockState::erase(const StateKey& key) {
    write(key, std::nullopt);
}

Status BlockState::pay(const Address& to, Amount amount) {
    Account& a = edit(to);
    ASSAY_TRY_VOID(increase(a.liquid, amount));
    return increase(ledger_.liquid, amount);
}

Status BlockState::charge(const Address& from, Amount amount) {
    Account& a = edit(from);
    if (a.liquid < amount)
        return {Code::insufficient_funds,
                "the account has " + to_digits(a.liquid.units) + " base units, needed are " + to_digits(amount.units)};
    ASSAY_TRY_VOID(decrease(a.liquid, amount));
    return decrease(ledger_.liquid, amount);
}

void BlockState::begin_tx() {
    ++tx_number_;
    in_tx_ = true;
    account_log_.clear();
    table_log_.clear();
    ledger_before_ = ledger_;
    chain_before_ = chain_;
}

void BlockState::end_tx() {
    in_tx_ = false;
}

void BlockState::rollback_tx() {
    for (const AccountUndo& u : account_log_) accounts_.find(u.address)->value = u.before;
    for (auto u = table_log_.rbegin(); u != table_log_.rend(); ++u) {
        if (u->in_overlay) {
            entries_[u->key].value = u->before;
        } else {
            entries_.erase(u->key);
        }
    }
    ledger_ = ledger_before_;
    chain_ = chain_before_;
    in_tx_ = false;
}

std::vector<Change> BlockState::changes() {
    put_record(tables::global("ledger"), ledger_);
    put_record(tables::global("chain"), chain_);
    put_record(tables::global("params"), params_);
    std::vector<Change> out;
    out.reserve(entries_.size() + accounts_.size());
    for (auto& [key, entry] : entries_) out.push_back({key, entry.value});
    accounts_.each([&](const Address& address, const CachedAccount& c) {
        // An account that never held anything is not written; one that exists keeps its nonce for ever.
        if (c.dirty && (c.existed || !(c.value == Account{})))
            out.push_back({tables::account(address), borsh::encode(c.value, kAccountBytes)});
    });
    return out;
}

}  // namespace assay::chain
