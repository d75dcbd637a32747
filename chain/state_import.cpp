#include "chain/state_import.hpp"

#include "base/hex.hpp"
#include "chain/genesis.hpp"
#include "chain/tables.hpp"

namespace assay::chain {
namespace {

template <class Record>
bool decodes(ByteView value) {
    return borsh::decode<Record>(value).ok();
}
bool is_empty(ByteView value) {
    return value.empty();
}

struct Table {
    std::uint8_t table;
    std::size_t key_bytes;
    bool (*is_record)(ByteView);
};
constexpr Table kTables[] = {{tables::kAccounts, 32, decodes<Account>},
                             {tables::kProviders, 32, decodes<Provider>},
                             {tables::kDevices, 36, decodes<Device>},
                             {tables::kValidators, 32, decodes<Validator>},
                             {tables::kCommits, 32, decodes<Commit>},
                             {tables::kOpenCommits, 40, is_empty},
                             {tables::kProviderCommits, 72, is_empty},
                             {tables::kOrders, 32, decodes<Order>},
                             {tables::kQueue, 8, decodes<QueueItem>},
                             {tables::kRounds, 8, decodes<WorkRound>},
                             {tables::kEpochs, 8, decodes<EpochRecord>},
                             {tables::kProviderEpochs, 40, decodes<ProviderEpoch>},
                             {tables::kOrdersDue, 40, is_empty},
                             {tables::kLeases, 68, is_empty},
                             {tables::kVesting, 64, decodes<VestingGrant>},
                             {tables::kWaiting, 8, decodes<QueueItem>},
                             {tables::kDelegations, 32, decodes<tokenomics::StakePool>},
                             {tables::kDelegations, 40, decodes<tokenomics::ClosedGeneration>},
                             {tables::kDelegations, 64, decodes<tokenomics::Delegation>},
                             {tables::kDelegationsBy, 64, is_empty},
                             {tables::kMarketPrices, 12, decodes<tokenomics::PriceIndex>},
                             {tables::kProposals, 8, decodes<ParamProposal>},
                             {tables::kVotes, 40, decodes<Ballot>},
                             {tables::kGovernance, 5, decodes<Governance>},
                             {tables::kGovernance, 14, decodes<tokenomics::Params>}};
struct Global {
    std::string_view name;
    bool (*is_record)(ByteView);
};
constexpr Global kGlobals[] = {{"chain", decodes<ChainState>},
                               {"ledger", decodes<Ledger>},
                               {"params", decodes<tokenomics::Params>},
                               {"genesis", decodes<Genesis>},
                               {"emission", decodes<tokenomics::EmissionMemory>}};

bool is_record_of_its_table(const StateKey& key, ByteView value) {
    if (key.table == tables::kGlobals) {
        for (const Global& g : kGlobals)
            if (as_text(key.key) == g.name) return g.is_record(value);
        return false;
    }
    for (const Table& t : kTables)
        if (t.table == key.table && t.key_bytes == key.key.size()) return t.is_record(value);
    return false;
}

}  // namespace

Status LoadedState::add(StateKey key, Bytes value) {
    if (!is_record_of_its_table(key, value))
        return {Code::bad_state_file, "key " + to_hex(key.key) + " of table " + to_hex(ByteView(&key.table, 1)) +
                                          " and its " + std::to_string(value.size()) +
                                          " bytes are no record of a state that this program knows"};
    records_.emplace(std::move(key), std::move(value));
    return {};
}

Status LoadedState::check(const StateFileHeader& header) const {
    const auto bad = [](std::string what) -> Status { return {Code::bad_state_file, std::move(what)}; };
    for (const char* name : {"chain", "ledger", "params", "genesis"})
        if (!get(tables::global(name))) return bad("the state has no record \"" + std::string(name) + "\"");
    const auto genesis = borsh::decode<Genesis>(*get(tables::global("genesis")));
    ASSAY_CHECK(genesis.ok());  // add() saw it
    if (genesis_hash(*genesis) != header.genesis_hash) return bad("its genesis has another hash than the header says");
    const ChainState clock = chain();
    if (clock.chain_id != header.chain_id || clock.chain_id != genesis->chain_id)
        return bad("chain ids of header, genesis and state differ: \"" + header.chain_id + "\", \"" +
                   genesis->chain_id + "\", \"" + clock.chain_id + "\"");
    if (clock.height != header.height)
        return bad("the state is of height " + std::to_string(clock.height.value) + ", the header says " +
                   std::to_string(header.height.value));
    if (const Status ok = tokenomics::validate(params()); !ok) return bad("its parameters: " + ok.error().message);
    if (!epoch(clock.epoch) || !round(clock.epoch)) return bad("the running epoch has no record or no work round");
    for (const InvariantRow& row : check_all_invariants(*this))
        if (!row.holds) return bad("an invariant does not hold: " + row.name + ": " + row.numbers);
    return {};
}

std::vector<Change> LoadedState::take() {
    std::vector<Change> out;
    out.reserve(records_.size());
    while (!records_.empty()) {
        auto record = records_.extract(records_.begin());
        out.push_back({std::move(record.key()), std::move(record.mapped())});
    }
    return out;
}

std::optional<Bytes> LoadedState::get(const StateKey& key) const {
    const auto it = records_.find(key);
    if (it == records_.end()) return std::nullopt;
    return it->second;
}

void LoadedState::for_prefix(std::uint8_t table, ByteView prefix,
                             const std::function<bool(ByteView, ByteView)>& f) const {
    for (auto it = records_.lower_bound({table, Bytes(prefix.begin(), prefix.end())}); it != records_.end(); ++it) {
        const Bytes& key = it->first.key;
        if (it->first.table != table || key.size() < prefix.size() ||
            !std::equal(prefix.begin(), prefix.end(), key.begin()) || !f(key, it->second))
            return;
    }
}

}  // namespace assay::chain
