// State while a block is executed: an overlay over the committed state with an undo log per transaction.
//
//   BlockState s(committed);
//   s.begin_tx();
//   ASSAY_TRY_VOID(s.pay(to, amount));            // account and ledger move together
//   breach ? s.rollback_tx() : s.end_tx();
//   std::vector<Change> changes = s.changes();    // for the store
//
// Invariants: (1) what a transaction touched first is in the undo log with its old value; (2) the ledger's buckets move
// only together with the records that they sum up, which invariants.cpp checks from the undo log.
#pragma once

#include <map>

#include "base/flat_table.hpp"
#include "chain/gas.hpp"
#include "chain/store/store.hpp"
#include "chain/tables.hpp"
#include "chain/view.hpp"

namespace assay::chain {

class BlockState final : public StateView {
   public:
    explicit BlockState(const StateView& committed);

    // ---------------------------------------------------------------- reading
    [[nodiscard]] std::optional<Bytes> get(const StateKey& key) const override;
    void for_range(std::uint8_t table, ByteView prefix, ByteView from,
                   const std::function<bool(ByteView, ByteView)>& f) const override;
    [[nodiscard]] Account account(const Address& a) const override;

    // ---------------------------------------------------------------- writing
    void put(const StateKey& key, Bytes value);
    void erase(const StateKey& key);
    template <class Record>
    void put_record(const StateKey& key, const Record& record) {
        put(key, borsh::encode(record));
    }
    /// A changeable account; its old value is logged once per transaction.
    [[nodiscard]] Account& edit(const Address& a);

    [[nodiscard]] Ledger& books() { return ledger_; }
    [[nodiscard]] ChainState& clock() { return chain_; }
    [[nodiscard]] const ChainState& clock() const { return chain_; }
    [[nodiscard]] const tokenomics::Params& rules() const { return params_; }
    void set_rules(tokenomics::Params p) { params_ = std::move(p); }

    /// Into or out of an account's liquid balance and the ledger's `liquid`. Errors: insufficient_funds, overflow.
    [[nodiscard]] Status pay(const Address& to, Amount amount);
    [[nodiscard]] Status charge(const Address& from, Amount amount);

    // ---------------------------------------------------------------- transactions
    void begin_tx();
    void end_tx();
    void rollback_tx();

    struct AccountUndo {
        Address address;
        const Account* now = nullptr;
        Account before;
    };
    struct TableUndo {
        StateKey key;
        bool in_overlay = false;
        std::optional<Bytes> before;  ///< effective value, overlay or committed
    };
    [[nodiscard]] const std::vector<AccountUndo>& touched_accounts() const { return account_log_; }
    [[nodiscard]] const std::vector<TableUndo>& touched_tables() const { return table_log_; }
    [[nodiscard]] const Ledger& ledger_before() const { return ledger_before_; }
    [[nodiscard]] const ChainState& clock_before() const { return chain_before_; }

    GasMeter gas;  ///< counts reads and writes of the running transaction

    /// Everything that changed since the committed state, each key once.
    [[nodiscard]] std::vector<Change> changes();

   private:
    struct CachedAccount {
        Account value;
        bool dirty = false;
        bool existed = false;
        std::uint64_t logged_in = 0;  ///< transaction number that logged it
    };
    struct Entry {
        std::optional<Bytes> value;
        std::uint64_t logged_in = 0;
    };
    CachedAccount& cached(const Address& a) const;
    void write(const StateKey& key, std::optional<Bytes> value);

    const StateView& committed_;
    mutable FlatTable<Address, CachedAccount> accounts_;
    std::map<StateKey, Entry> entries_;
    Ledger ledger_, ledger_before_;
    ChainState chain_, chain_before_;
    tokenomics::Params params_;
    std::uint64_t tx_number_ = 1;
    bool in_tx_ = false;
    std::vector<AccountUndo> account_log_;
    std::vector<TableUndo> table_log_;
};

/// Amount fields that move together.
template <class Tag>
[[nodiscard]] Status increase(Quantity<Tag>& field, Quantity<Tag> by) {
    ASSAY_TRY(field, add(field, by));
    return {};
}
template <class Tag>
[[nodiscard]] Status decrease(Quantity<Tag>& field, Quantity<Tag> by) {
    ASSAY_TRY(field, sub(field, by));
    return {};
}
template <class Tag>
[[nodiscard]] Status move(Quantity<Tag>& from, Quantity<Tag>& to, Quantity<Tag> amount) {
    ASSAY_TRY_VOID(decrease(from, amount));
    return increase(to, amount);
}

}  // namespace assay::chain
