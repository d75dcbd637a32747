// The node as a prover sees it: the answers of docs/rpc.md as values, and two ways of failing.
//
//   NodeClient node(take(wallet::parse_url(url)));
//   for (const Task& t : node.tasks(me)) …
//
// NodeAway: it does not answer, is not ready, or not as a node does. A run waits and goes on. Everything else that it
// refuses is a Failure.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/types.hpp"
#include "proofs/kinds.hpp"
#include "proofs/worker/output.hpp"
#include "wallet/client/chain_info.hpp"
#include "wallet/client/rpc_client.hpp"

namespace assay::proofs::worker {

struct NodeAway : std::runtime_error {
    NodeAway(Code c, const std::string& message) : std::runtime_error(message), code(c) {}
    Code code;
};
/// Whether a refusal says nothing about what was asked: the same may be asked again.
[[nodiscard]] bool passes_by_itself(Code code);

struct ChainStatus {
    std::string chain_id;
    std::uint64_t height = 0;
    TimeMs time;
    Epoch epoch;
    Epoch epochs_paid;  ///< those below it are paid
    bool syncing = false;
};

struct Task {
    Hash task;
    Epoch epoch;
    std::uint32_t slot = 0;
    std::string device_class;
    std::optional<Hash> order;
    WorkParams params;
    bool started = false;  ///< ctx and commit_by are known
    Hash ctx;
    TimeMs commit_by;
    std::uint64_t h0 = 0;
    bool committed = false;
};

struct CommitView {
    Hash id, task, root, ctx;
    std::uint32_t slot = 0;
    Epoch epoch;
    std::optional<Hash> order;
    std::string device_class;
    std::string status;  ///< open, passed, failed, absent
    std::uint64_t height = 0, decided = 0, samples = 0;
    std::vector<std::uint64_t> bad;
    u128 slashed = 0;
};

struct OpeningView {
    std::string status;
    bool ready = false;
    std::optional<Hash> seed;  ///< once the challenge is drawn
    std::uint64_t blocks_left = 0, samples = 0;
    WorkParams params;
    Hash ctx;
};

struct WhyNot {
    std::string code, have, need, fix;
};

struct ProviderView {
    bool registered = false, access = false, jailed = false;
    u128 stake = 0, required = 0;
    struct Device {
        std::uint32_t slot = 0;
        std::string device_class;
        Epoch active_from;
    };
    std::vector<Device> devices;
    std::string work_key;  ///< the one in force; empty: none
    u128 fee_budget = 0;
};

struct Explained {
    u128 paid = 0, slashed = 0;
    std::string verdict;
    std::vector<std::pair<std::string, u128>> terms;
    std::vector<WhyNot> why_not;
};

class NodeClient {
   public:
    explicit NodeClient(wallet::Url url);

    /// Throws NodeAway, Failure.
    json::Value call(std::string_view method, const wallet::Params& params = {});
    /// The same, with nothing for `not_found`.
    std::optional<json::Value> find(std::string_view method, const wallet::Params& params);
    [[nodiscard]] wallet::RpcClient& rpc() { return rpc_; }
    [[nodiscard]] std::string url() const { return rpc_.url().text(); }

    ChainStatus status();
    /// Denomination, prefix, fees: asked again each time, since fees may change.
    wallet::ChainInfo chain_info();
    struct Genesis {
        std::string hash;
        bool publishes_keys = false;  ///< a devnet's does, and no other's: what `assay faucet` goes by
    };
    Genesis genesis();
    /// A parameter that is a number. Throws NodeAway where the node has none of that name.
    std::uint64_t param(const std::string& path);

    std::vector<Task> tasks(const std::string& provider);
    ProviderView provider(const std::string& provider);
    Explained explain(const std::string& provider, Epoch epoch);
    std::optional<CommitView> commit(const Hash& id);
    std::optional<OpeningView> opening(const Hash& id);
    /// Commits of a provider from that epoch that wait for a verdict.
    std::vector<CommitView> open_commits(const std::string& provider, Epoch epoch);

   private:
    wallet::RpcClient rpc_;
};

}  // namespace assay::proofs::worker
