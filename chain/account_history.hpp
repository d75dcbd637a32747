// An account's past, from the index of accounts and the blocks: every change with its cause, and an epoch in terms that
// add up.
//
//   ASSAY_TRY(auto end, each_change(app, address, Height{0}, to, {}, [&](const AccountChange& c) { … return true; }));
//   ASSAY_TRY(auto told, explain_account(app, address, Epoch{4}, {}));    // told.terms sum to liquid.after - before
//
// Invariant: a change's `after` is what the index says the account had; where the block's events do not give all of
// that (it was before this home began, or its index), a change of cause "genesis", "state_file" or "unrecorded" does.
#pragma once

#include "chain/app.hpp"
#include "chain/flows.hpp"

namespace assay::chain {

struct AccountChange {
    Height height;
    std::optional<TimeMs> time;  ///< of the block; none at height 0
    std::uint32_t place = 0;     ///< among the account's changes in that block
    Bucket bucket = Bucket::liquid;
    bool in = false;
    u128 value = 0;
    u128 after = 0;  ///< the bucket's balance
    std::string cause;
    std::optional<Epoch> paid_for;  ///< the epoch whose pay it is: large networks' is paid in blocks after its end
    std::optional<Hash> txid;
    const Event* event = nullptr;  ///< during the call
};

/// How much one request may read.
struct HistoryBudget {
    std::size_t blocks = 500;        ///< of those that changed the account
    std::size_t receipts = 100'000;  ///< in them; the block that passes it is still told whole
};

struct HistoryEnd {
    bool cut = false;  ///< by the budget or by f
    Height through;    ///< all changes up to here were told
};

/// From height `from` to `to`, both included, in the order of the chain; f returns false to stop. Any thread.
/// Errors: io_error, store_corrupt.
[[nodiscard]] Result<HistoryEnd> each_change(const App& app, const Address& who, Height from, Height to,
                                             const HistoryBudget& budget,
                                             const std::function<bool(const AccountChange&)>& f);

/// All changes of one cause.
struct AccountTerm {
    std::string cause;
    std::optional<Epoch> paid_for;  ///< as in AccountChange
    Bucket bucket = Bucket::liquid;
    bool in = false;
    u128 value = 0;
    std::uint64_t count = 0;
    std::string rule;
    std::vector<std::pair<std::string, std::string>> params;  ///< in force in that epoch, or in paid_for
    std::vector<std::pair<std::string, std::string>> inputs;  ///< name, number: what the rule was applied to
};

/// What a delegation earned in the epoch, claimed or not. Liquid only once it is claimed, so no term of the balance.
struct Accrued {
    Address provider;
    Amount granted;   ///< by the provider's pool to all its delegators
    Amount mine;      ///< of the stake that the delegator has there now
    u128 shares = 0;  ///< that it earned with
};

struct AccountEpoch {
    Epoch epoch;
    Height first, last;  ///< what the terms cover
    bool running = false;
    bool cut = false;  ///< the rest begins above `last`
    Amount liquid_before, liquid_after;
    Credits credits_before, credits_after;
    std::vector<AccountTerm> terms;  ///< in the order of their first change
    std::vector<Accrued> accrued;    ///< at most 64
    bool adds_up = false;
};

/// `from`: where the answer before was cut; nothing for the whole epoch.
/// Errors: not_found (no such epoch yet), pruned (this node does not have its blocks), io_error, store_corrupt.
[[nodiscard]] Result<AccountEpoch> explain_account(const App& app, const Address& who, Epoch epoch,
                                                   const std::optional<Height>& from, const HistoryBudget& budget);

/// The rule behind a cause, in words.
[[nodiscard]] std::string_view rule_of_cause(std::string_view cause);

}  // namespace assay::chain
