#include "node/verify.hpp"

#include "base/hex.hpp"
#include "base/json.hpp"
#include "node/control.hpp"
#include "node/export.hpp"
#include "node/files.hpp"
#include "node/keys.hpp"
#include "node/snapshots.hpp"

namespace assay::node {
namespace {

class StoreSource final : public BlockSource {
   public:
    StoreSource(std::unique_ptr<chain::App> app, bool signs) : app_(std::move(app)), signs_(signs) {}
    bool signs_blocks() const override { return signs_; }
    Result<chain::Genesis> genesis() override { return app_->genesis(); }
    Result<Height> height() override { return app_->info().height; }
    Result<Stored> block(Height h) override {
        ASSAY_TRY(chain::Block block, app_->block(h));
        ASSAY_TRY(chain::BlockResults results, app_->results(h));
        return Stored{std::move(block), std::move(results)};
    }

   private:
    std::unique_ptr<chain::App> app_;
    bool signs_;
};

// A running node holds its store's lock and gives out the very bytes that it stored.
class RunningSource final : public BlockSource {
   public:
    RunningSource(std::filesystem::path socket, bool signs) : socket_(std::move(socket)), signs_(signs) {}
    bool signs_blocks() const override { return signs_; }
    Result<chain::Genesis> genesis() override {
        ASSAY_TRY(std::string answer, control_call(socket_, "node.genesis_raw"));
        ASSAY_TRY(json::Value v, json::parse(answer, {.max_bytes = 256u << 20, .source = {}}));
        ASSAY_TRY(Bytes raw, from_hex(v.text));
        return borsh::decode<chain::Genesis>(raw);
    }
    Result<Height> height() override {
        ASSAY_TRY(std::string answer, control_call(socket_, "status"));
        ASSAY_TRY(json::Value v, json::parse(answer));
        const json::Value* h = v.find("height");
        if (h == nullptr) return {Code::internal, "the node's status has no height"};
        ASSAY_TRY(std::uint64_t n, json::as_u64(*h, "height"));
        return Height{n};
    }
    Result<Stored> block(Height h) override {
        ASSAY_TRY(std::string answer,
                  control_call(socket_, "node.block_raw", "{\"height\":" + std::to_string(h.value) + "}"));
        ASSAY_TRY(json::Value v, json::parse(answer, {.max_bytes = 256u << 20, .source = {}}));
        ASSAY_TRY(json::Object top, json::object(v, "block"));
        ASSAY_TRY(std::string block_hex, top.string("block"));
        ASSAY_TRY(std::string results_hex, top.string("results"));
        ASSAY_TRY(Bytes block_raw, from_hex(block_hex));
        ASSAY_TRY(Bytes results_raw, from_hex(results_hex));
        ASSAY_TRY(chain::Block block, borsh::decode<chain::Block>(block_raw));
        ASSAY_TRY(chain::BlockResults results, borsh::decode<chain::BlockResults>(results_raw));
        return Stored{std::move(block), std::move(results)};
    }

   private:
    std::filesystem::path socket_;
    bool signs_;
};

struct Beginning {
    Height height;
    std::filesystem::path state;  ///< empty: genesis
};

// Where re-execution can begin: every block after it must be there.
Result<Beginning> beginning(BlockSource& source, const std::vector<std::filesystem::path>& states, Height last) {
    ASSAY_TRY(const Height first_block, source.first_block());
    const Height needed{first_block.value - 1};
    std::vector<Beginning> found;
    std::error_code ec;
    for (const auto& file : states) {
        if (!std::filesystem::exists(file, ec)) continue;
        ASSAY_TRY(const auto header, state_file_header(file));
        found.push_back({header.height, file});
    }
    // The first is where this chain began here, unless a snapshot is all that there is.
    const bool began_with_state = !states.empty() && !found.empty() && found.front().state == states.front();
    const Beginning began = began_with_state ? found.front() : Beginning{};
    if (began.height >= needed) return began;
    for (const Beginning& b : found)
        if (b.height >= needed && b.height < last) return b;
    return {Code::pruned, "the blocks below " + std::to_string(first_block.value) +
                              " are not here any more, and this home has no snapshot from which those that are "
                              "could be re-executed: make some now and then (snapshot.interval_blocks)"};
}

Status check_signature(const chain::App& app, const chain::Block& b) {
    const auto key = app.read([&](const chain::StateView& s) -> std::optional<Hash> {
        const auto v = s.validator(b.header.proposer);
        if (!v || v->power == 0) return std::nullopt;
        return v->consensus_key;
    });
    const std::string at = "block " + std::to_string(b.header.height.value);
    if (!key) return {Code::verification_failed, at + ": its proposer is not in the validator set"};
    if (!verify_consensus_signature(*key, chain::block_hash(b.header), b.commit_signature))
        return {Code::verification_failed, at + ": the commit signature is not by its proposer's consensus key"};
    return {};
}

}  // namespace

Result<Height> BlockSource::first_block() {
    ASSAY_TRY(const Height last, height());
    std::uint64_t low = 1, high = last.value;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        const auto there = block(Height{middle});
        if (there)
            high = middle;
        else if (there.error().code == Code::pruned || there.error().code == Code::not_found)
            low = middle + 1;
        else
            return there.error();
    }
    return Height{low};
}

std::vector<std::filesystem::path> states_of(const Home& home) {
    std::vector<std::filesystem::path> out{home.initial_state()};
    for (const KeptSnapshot& k : kept_snapshots(home)) out.push_back(snapshot_file(home, k.height));
    return out;
}

Result<std::unique_ptr<BlockSource>> open_source(const Home& home) {
    std::error_code ec;
    const bool signs = !std::filesystem::exists(home.cometbft(), ec);
    if (node_runs(home.control_socket()))
        return std::unique_ptr<BlockSource>(std::make_unique<RunningSource>(home.control_socket(), signs));
    if (!std::filesystem::exists(home.data(), ec))
        return {Code::not_found, "there is no chain in " + home.root.string()};
    chain::AppOptions options;
    options.dir = home.data().string();
    ASSAY_TRY(auto app, chain::App::open(options));
    return std::unique_ptr<BlockSource>(std::make_unique<StoreSource>(std::move(app), signs));
}

Result<VerifyReport> verify_chain(BlockSource& source, const std::function<void(Height, Height)>& progress,
                                  const std::vector<std::filesystem::path>& states) {
    ASSAY_TRY(chain::Genesis genesis, source.genesis());
    ASSAY_TRY(Height last, source.height());
    ASSAY_TRY(TemporaryDirectory folder, TemporaryDirectory::make("verify"));
    chain::AppOptions options;
    options.dir = (folder.path() / "store").string();
    options.account_index = false;  // nobody asks this store
    options.sync = false;
    VerifyReport out;
    {
        ASSAY_TRY(auto app, chain::App::open(options));
        ASSAY_TRY(const Beginning from, beginning(source, states, last));
        if (!from.state.empty()) {
            ASSAY_TRY(auto began, init_from_file(*app, from.state));
            if (began.genesis_hash != chain::genesis_hash(genesis))
                return {Code::verification_failed, from.state.string() + " is of another chain"};
            out.first = began.height;
        } else {
            ASSAY_TRY_VOID(app->init_chain(genesis));
        }
        out.chain_id = genesis.chain_id;
        for (Height h = out.first + 1; h <= last; h = h + 1) {
            ASSAY_TRY(BlockSource::Stored stored, source.block(h));
            const std::string at = "block " + std::to_string(h.value);
            if (source.signs_blocks()) ASSAY_TRY_VOID(check_signature(*app, stored.block));
            if (stored.block.header.tx_root != chain::transactions_root(stored.block.txs))
                return {Code::verification_failed, at + ": tx_root does not match its transactions"};
            auto results = app->finalize_block(stored.block);
            if (!results)
                return {Code::app_hash_mismatch,
                        at + " does not follow from the blocks before: " + results.error().message};
            if (results->app_hash != stored.results.app_hash)
                return {Code::app_hash_mismatch, at + ": stored app hash " + to_hex(stored.results.app_hash.view()) +
                                                     ", re-executed " + to_hex(results->app_hash.view())};
            if (borsh::encode(*results) != borsh::encode(stored.results))
                return {Code::app_hash_mismatch, at + ": the receipts or events differ from the stored ones"};
            ASSAY_TRY_VOID(app->commit());
            out.transactions += stored.block.txs.size();
            out.app_hash = results->app_hash;
            if (progress) progress(h, last);
        }
        out.blocks = Height{last.value - out.first.value};
        if (out.blocks.value == 0) out.app_hash = app->info().app_hash;
    }
    return out;
}

}  // namespace assay::node
