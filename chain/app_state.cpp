// How the state begins, becomes a file, goes back a block, and loses its past.
#include "base/hex.hpp"
#include "chain/app_impl.hpp"
#include "chain/invariants.hpp"
#include "chain/state_import.hpp"

namespace assay::chain {

std::vector<AccountMoment> moments_of(const std::vector<Change>& changes) {
    std::vector<AccountMoment> out;
    for (const Change& c : changes) {
        if (c.key.table != tables::kAccounts || !c.value) continue;
        const auto account = borsh::decode<Account>(*c.value);
        if (account) out.push_back({Address::from(c.key.key), account->liquid, account->credits});
    }
    return out;
}

Status App::init_chain(const Genesis& genesis) {
    if (impl_->store->info()) return {Code::already_exists, "this home already holds a chain"};
    ASSAY_TRY_VOID(validate(genesis));
    BlockState s(*impl_->committed);
    s.set_rules(genesis.params);
    ChainState& clock = s.clock();
    clock.chain_id = genesis.chain_id;
    clock.time = genesis.time;
    clock.epoch_start = Height{1};
    clock.beacon = genesis_hash(genesis);
    clock.price = tokenomics::initial_price(genesis.params.price);
    clock.stake_price = clock.price.spot;
    Ledger& books = s.books();
    for (const GenesisAccount& a : genesis.accounts) {
        ASSAY_TRY_VOID(increase(books.genesis, a.amount));
        ASSAY_TRY_VOID(s.pay(a.address, a.amount));
        for (std::uint32_t i = 0; i < a.vesting.size(); ++i) {
            ASSAY_TRY_VOID(increase(books.genesis, a.vesting[i].amount));
            ASSAY_TRY_VOID(add_grant(s, a.address, genesis_grant_id(a.address, i), a.vesting[i]));
        }
    }
    for (const GenesisValidator& g : genesis.validators) {
        Validator v;
        v.consensus_key = g.consensus_key;
        v.name = g.name;
        v.bond = g.bond;
        v.beacon = BeaconTip{g.beacon_tip, Height{0}};
        ASSAY_TRY_VOID(increase(books.genesis, g.bond));
        ASSAY_TRY_VOID(increase(books.bonds, g.bond));
        s.put_record(tables::validator(g.operator_address), v);
    }
    Exec x(s);
    set_powers(x);
    EpochRecord first;
    first.first = Height{1};
    first.start_time = genesis.time;
    first.spot = clock.price.spot;
    first.ema = clock.price.spot;
    s.put_record(tables::epoch(Epoch{0}), first);
    open_round(x);
    s.put(tables::global("genesis"), borsh::encode(genesis));
    ASSAY_TRY_VOID(check_ledger(books, genesis.params));
    std::vector<Change> changes = s.changes();
    BlockRecord record;
    if (impl_->account_index) record.moments = moments_of(changes);
    ASSAY_TRY(const Hash root, impl_->store->stage(std::move(changes)));
    (void)root;
    const auto writing = impl_->lock.write();
    ASSAY_TRY_VOID(impl_->store->commit(record));
    impl_->load();
    return {};
}

Result<StateFileHeader> App::export_state(const std::optional<Height>& height,
                                          const StateFileWriter::Sink& sink) const {
    ASSAY_TRY(const Genesis began, genesis());
    StateFileHeader header{began.chain_id, genesis_hash(began), {}, {}, 0};
    StateFileWriter out(sink);
    Store::Walk walk;
    walk.begin = [&](Height h, const Hash& root, std::uint64_t records) {
        header.height = h;
        header.app_hash = root;
        header.records = records;
        return out.begin(header);
    };
    walk.record = [&](const StateKey& key, ByteView value) { return out.record(key, value); };
    ASSAY_TRY_VOID(impl_->store->walk(height, walk));
    ASSAY_TRY_VOID(out.end());
    return header;
}

Result<StateFileHeader> App::init_state(const std::function<Result<ByteView>()>& next) {
    if (impl_->store->info()) return {Code::already_exists, "this home already holds a chain"};
    StateFileHeader header;
    LoadedState loaded;
    StateFileReader in(
        [&](const StateFileHeader& h) {
            header = h;
            return Status{};
        },
        [&](StateKey key, Bytes value) { return loaded.add(std::move(key), std::move(value)); });
    while (true) {
        ASSAY_TRY(const ByteView piece, next());
        if (piece.empty()) break;
        ASSAY_TRY_VOID(in.feed(piece));
    }
    ASSAY_TRY_VOID(in.end());
    ASSAY_TRY_VOID(loaded.check(header));
    std::vector<Change> changes = loaded.take();
    BlockRecord record;
    if (impl_->account_index) record.moments = moments_of(changes);
    ASSAY_TRY(const Hash root, impl_->store->stage(std::move(changes)));
    if (root != header.app_hash) {
        impl_->store->discard_stage();
        return {Code::app_hash_mismatch, "the records give app hash " + to_hex(root.view()) + ", the header says " +
                                             to_hex(header.app_hash.view())};
    }
    record.height = header.height;
    const auto writing = impl_->lock.write();
    ASSAY_TRY_VOID(impl_->store->commit(record));
    impl_->load();
    return header;
}

// ---------------------------------------------------------------- back, and old things away

Status App::rollback() {
    Impl& m = *impl_;
    const auto writing = m.lock.write();
    m.staged.reset();
    m.executed.reset();
    ASSAY_TRY_VOID(m.store->rollback());
    m.load();
    return {};
}

Status App::prune_blocks(Height keep_from) {
    constexpr std::uint64_t kLeast = 50, kMost = 500;  // a synced batch now and then, and none that blocks wait for
    const auto first = impl_->store->first_block();
    if (!first || *first + kLeast > keep_from) return {};
    ASSAY_TRY(const bool done, impl_->store->prune_blocks(keep_from, kMost));
    (void)done;
    return {};
}

Status App::prune(Height keep_from, bool compact) {
    constexpr std::uint64_t kMost = 10'000;
    for (bool done = false; !done;) {
        ASSAY_TRY(done, impl_->store->prune_blocks(keep_from, kMost));
    }
    ASSAY_TRY_VOID(impl_->store->prune_versions());
    const auto writing = impl_->lock.write();
    if (compact) impl_->store->compact();
    return {};
}

std::optional<Height> App::first_block() const {
    return impl_->store->first_block();
}

}  // namespace assay::chain
