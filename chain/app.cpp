#include "chain/app_impl.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "chain/beacon.hpp"

namespace assay::chain {
namespace {

constexpr std::uint64_t kMempoolNonceAhead = 1'000;

std::map<Hash, std::uint64_t> powers_of(const StateView& s) {
    std::map<Hash, std::uint64_t> out;
    s.each_validator([&](const Address&, const Validator& v) {
        if (v.power > 0) out[v.consensus_key] = v.power;
        return true;
    });
    return out;
}

std::vector<PowerChange> changes_between(std::map<Hash, std::uint64_t> before,
                                         const std::map<Hash, std::uint64_t>& after) {
    std::map<Hash, std::uint64_t> changed;
    for (const auto& [key, power] : after) {
        const auto at = before.find(key);
        if (at == before.end() || at->second != power) changed[key] = power;
        if (at != before.end()) before.erase(at);
    }
    for (const auto& [key, power] : before) changed[key] = 0;
    std::vector<PowerChange> out;
    for (const auto& [key, power] : changed) out.push_back({key, power});
    return out;
}

}  // namespace

App::App() : impl_(std::make_unique<Impl>()) {}
App::~App() = default;

Result<std::unique_ptr<App>> App::open(const AppOptions& options) {
    Store::Options store_options;
    store_options.cache_bytes = options.cache_bytes;
    store_options.keep_versions = options.keep_versions;
    store_options.sync = options.sync;
    std::unique_ptr<App> app(new App());
    ASSAY_TRY(app->impl_->store, Store::open(options.dir, store_options));
    app->impl_->committed = std::make_unique<CommittedView>(*app->impl_->store);
    app->impl_->verify_threads = std::max(1u, options.verify_threads);
    app->impl_->account_index = options.account_index;
    app->impl_->load();
    return app;
}

AppInfo App::info() const {
    const auto reading = impl_->lock.read();
    return impl_->info;
}

std::shared_ptr<void> App::read_lock() const {
    return std::make_shared<FairLock::Reading>(impl_->lock);
}

const StateView& App::view() const {
    return *impl_->committed;
}

// Signatures take long: they are checked before the state is looked at, so that no block waits for them.
Result<CheckedPtr> App::check_signed(const RawTx& raw) const {
    const auto [max_bytes, chain_id] = tx_limits();
    return check_cached(raw, max_bytes, chain_id, impl_->cache);
}

std::pair<std::size_t, std::string> App::tx_limits() const {
    const auto reading = impl_->lock.read();
    return {impl_->params.block.max_tx_bytes, impl_->info.chain_id};
}

Status App::check_admissible(const Checked& c) const {
    const Impl& m = *impl_;
    const auto reading = m.lock.read();
    return check_place(*m.committed, m.params, c, m.info.height + 1, m.info.time, kMempoolNonceAhead);
}

Result<CheckedPtr> App::check_tx(const RawTx& raw) const {
    ASSAY_TRY(CheckedPtr c, check_signed(raw));
    ASSAY_TRY_VOID(check_admissible(*c));
    return c;
}

namespace {

// Times of things to come are sums with this: they never wrap.
constexpr std::uint64_t kLatestTime = std::uint64_t{1} << 53;

// Header fields that must follow from the block before.
Status check_follows(const Header& h, const AppInfo& info, const Hash& last_block) {
    const auto bad = [](std::string what) -> Status { return {Code::not_includable, std::move(what)}; };
    if (h.version != 1) return bad("header version is not 1");
    if (h.chain_id != info.chain_id) return bad("header chain_id is another chain's");
    if (h.height != info.height + 1)
        return bad("header height is " + std::to_string(h.height.value) + ", expected " +
                   std::to_string(info.height.value + 1));
    if (h.time <= info.time) return bad("header time is not after the block before");
    if (h.time.value > kLatestTime) return bad("header time is above 2^53 ms");
    if (h.last_app_hash != info.app_hash) return bad("header last_app_hash differs from this node's state");
    if (h.last_block != last_block) return bad("header last_block differs");
    return {};
}

}  // namespace

Result<Block> App::make_block(const Proposal& proposal, const std::vector<RawTx>& candidates) const {
    Impl& m = *impl_;
    m.executed.reset();
    Block block;
    Header& h = block.header;
    h.chain_id = m.info.chain_id;
    h.height = m.info.height + 1;
    h.time = std::max(proposal.time, TimeMs{m.info.time.value + 1});
    h.proposer = proposal.proposer;
    h.reveal = proposal.reveal;
    h.misbehaved = proposal.misbehaved;
    h.last_block = m.last_block;
    h.last_app_hash = m.info.app_hash;

    auto run = std::make_unique<BlockRun>(*m.committed, m.params, h);
    const auto checked = check_all(candidates, m.params.block.max_tx_bytes, m.info.chain_id, m.cache, m.verify_threads);
    // Openings first: commits pay, and must not take the room of what was paid for before.
    std::array<std::vector<std::size_t>, 3> turns;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        if (!checked[i]) continue;
        const TxBody& body = (*checked[i])->tx.body;
        turns[is_opening(body) ? 0 : is_work(body) ? 1 : 2].push_back(i);
    }
    for (const auto& turn : turns)
        for (const std::size_t i : turn)
            if (run->take(**checked[i])) block.txs.push_back(candidates[i]);
    h.tx_root = transactions_root(block.txs);
    m.executed = Impl::Executed{block, std::move(run)};
    return block;
}

Status App::process_proposal(const Block& block) const {
    Impl& m = *impl_;
    const Header& h = block.header;
    ASSAY_TRY_VOID(check_follows(h, m.info, m.last_block));
    if (h.tx_root != transactions_root(block.txs))
        return {Code::not_includable, "header tx_root does not match the transactions"};
    const auto v = m.committed->validator(h.proposer);
    // Engines with validators of their own learn a new set one block late: at an epoch's first height the set of the
    // epoch before still proposes.
    const bool first_of_epoch = h.height == m.committed->chain().epoch_start;
    if (!v || (v->power == 0 && !first_of_epoch))
        return {Code::not_includable, "the proposer is not in the validator set"};
    if (!v->beacon || !reveal_matches(*v->beacon, h.height, h.reveal, m.params.validators.max_beacon_gap))
        return {Code::not_includable, "the beacon reveal does not hash to the proposer's tip"};
    if (m.has_executed(block)) return {};  // its transactions were checked when they were executed
    m.executed.reset();
    auto run = std::make_unique<BlockRun>(*m.committed, m.params, h);
    const auto checked = check_all(block.txs, m.params.block.max_tx_bytes, m.info.chain_id, m.cache, m.verify_threads);
    for (std::size_t i = 0; i < checked.size(); ++i) {
        const Status taken = checked[i] ? run->take(**checked[i]) : Status(checked[i].error());
        if (!taken) return {Code::not_includable, "transaction " + std::to_string(i) + ": " + taken.error().message};
    }
    m.executed = Impl::Executed{block, std::move(run)};
    return {};
}

Result<BlockResults> App::finalize_block(const Block& block) {
    Impl& m = *impl_;
    m.staged.reset();
    m.store->discard_stage();
    const Header& h = block.header;
    ASSAY_TRY_VOID(check_follows(h, m.info, m.last_block));
    std::unique_ptr<BlockRun> run;
    if (m.has_executed(block)) {
        run = std::move(m.executed->run);
    } else {
        run = std::make_unique<BlockRun>(*m.committed, m.params, h);
        const auto checked =
            check_all(block.txs, m.params.block.max_tx_bytes, m.info.chain_id, m.cache, m.verify_threads);
        for (std::size_t i = 0; i < checked.size(); ++i) {
            const Status taken = checked[i] ? run->take(**checked[i]) : Status(checked[i].error());
            if (!taken) run->refuse(block.txs[i], checked[i] ? checked[i]->get() : nullptr, taken.error());
        }
    }
    m.executed.reset();
    ASSAY_TRY(BlockResults out, run->end(h));

    Impl::Staged staged;
    staged.info = {h.height, {}, h.time, m.info.chain_id};
    staged.params = run->state().rules();
    staged.block = run->state().clock().last_block;
    if (run->state().clock().epoch != m.committed->chain().epoch)  // the only instant at which powers or keys change
        staged.power_changes = changes_between(powers_of(*m.committed), powers_of(run->state()));
    std::vector<Change> changes = run->state().changes();
    if (m.account_index) staged.record.moments = moments_of(changes);
    ASSAY_TRY(out.app_hash, m.store->stage(std::move(changes)));
    staged.info.app_hash = out.app_hash;
    staged.record.height = h.height;
    staged.record.txids = run->txids();
    staged.taken = std::move(run->taken());
    std::size_t bytes = 1024;
    for (const RawTx& raw : block.txs) bytes += 4 + raw.size();
    staged.record.block = borsh::encode(block, bytes);
    staged.record.results = borsh::encode(out, 1024 + 320 * out.receipts.size());
    m.staged = std::move(staged);
    return out;
}

Status App::commit() {
    Impl& m = *impl_;
    if (!m.staged) return {Code::internal, "commit without a finalized block"};
    ASSAY_TRY_VOID(m.store->write(m.staged->record));  // readers see the state before as long as the disk takes
    {
        const auto writing = m.lock.write();
        m.store->publish();
        m.info = m.staged->info;
        m.params = std::move(m.staged->params);
        m.last_block = m.staged->block;
    }
    m.cache.forget(m.staged->taken);
    m.staged.reset();
    return {};
}

std::vector<PowerChange> App::power_changes() const {
    return impl_->staged ? impl_->staged->power_changes : std::vector<PowerChange>{};
}

std::optional<tokenomics::Params> App::staged_params() const {
    return impl_->staged ? std::optional(impl_->staged->params) : std::nullopt;
}

std::vector<PowerChange> App::powers() const {
    const auto reading = impl_->lock.read();
    return changes_between({}, powers_of(*impl_->committed));
}

Result<Receipt> App::try_out(const Checked& c) const {
    const Impl& m = *impl_;
    const auto reading = m.lock.read();
    const Height next = m.info.height + 1;
    ASSAY_TRY_VOID(check_place(*m.committed, m.params, c, next, m.info.time, kMempoolNonceAhead));
    BlockState s(*m.committed);
    s.clock().height = next;
    s.clock().time = TimeMs{m.info.time.value + m.params.block.time_ms};
    Exec x(s);
    return execute_tx(x, c);
}

Result<Receipt> App::simulate(const RawTx& raw) const {
    ASSAY_TRY(const CheckedPtr c, check_signed(raw));
    return try_out(*c);
}

Result<Receipt> App::simulate(const TxBody& body) const {
    const auto [max_bytes, chain_id] = tx_limits();
    ASSAY_TRY(const Checked c, check_unsigned(body, max_bytes, chain_id));
    return try_out(c);
}

Result<StateProof> App::prove(const StateKey& key, Height height) const {
    return impl_->store->prove(key, height);
}

namespace {

constexpr const char* kResults = "the results";

Error no_account_index() {
    return {Code::pruned, "this node keeps no index of accounts (store.account_index is 0)"};
}

// Bytes that this program wrote and that do not decode now were changed on the disk.
template <class T>
Result<T> stored(const Bytes& raw, const char* what, Height height) {
    auto out = borsh::decode<T>(raw);
    if (out) return out;
    return {Code::store_corrupt, std::string(what) + " of height " + std::to_string(height.value) +
                                     " does not decode: " + out.error().message};
}

}  // namespace

Result<Block> App::block(Height height) const {
    ASSAY_TRY(auto raw, impl_->store->block(height));
    return stored<Block>(raw.block, "the block", height);
}

Result<BlockResults> App::results(Height height) const {
    ASSAY_TRY(auto raw, impl_->store->block(height));
    return stored<BlockResults>(raw.results, kResults, height);
}

Result<std::optional<BlockWithResults>> App::block_with_results(Height height) const {
    auto raw = impl_->store->block(height);
    if (!raw && (raw.error().code == Code::not_found || raw.error().code == Code::pruned))
        return std::optional<BlockWithResults>();
    if (!raw) return raw.error();
    BlockWithResults out;
    ASSAY_TRY(out.block, stored<Block>(raw->block, "the block", height));
    ASSAY_TRY(out.results, stored<BlockResults>(raw->results, kResults, height));
    return std::optional(std::move(out));
}

Result<std::vector<Store::Moment>> App::moments(const Address& a, Height from, Height to, std::size_t limit) const {
    if (!impl_->account_index) return no_account_index();
    return impl_->store->moments(a, from, to, limit);
}

Result<std::optional<Store::Moment>> App::moment_below(const Address& a, Height height) const {
    if (!impl_->account_index) return no_account_index();
    return impl_->store->moment_below(a, height);
}

Result<StoredTx> App::find_tx(const Hash& id) const {
    ASSAY_TRY(auto where, impl_->store->find_tx(id));
    ASSAY_TRY(auto raw, impl_->store->block(where.height));
    ASSAY_TRY(Block b, stored<Block>(raw.block, "the block", where.height));
    ASSAY_TRY(BlockResults of_block, stored<BlockResults>(raw.results, kResults, where.height));
    if (where.index >= b.txs.size() || where.index >= of_block.receipts.size())
        return {Code::store_corrupt, "the transaction index points outside its block"};
    return StoredTx{where.height, where.index, b.header.time, b.txs[where.index], of_block.receipts[where.index]};
}

Result<Genesis> App::genesis() const {
    const auto reading = impl_->lock.read();
    const auto raw = impl_->committed->get(tables::global("genesis"));
    if (!raw) return {Code::not_found, "no chain in this home yet"};
    return borsh::decode<Genesis>(*raw);
}

}  // namespace assay::chain
