// The methods of the node: one table that requests are validated against, that answers, and that rpc.discover prints.
//
//   for (const Method& m : methods()) …
//   Result<Json> out = find_method("account")->run(api, args);
//
// Any thread. Methods read the last commit; the only thing that one can change is the mempool.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "chain/app.hpp"
#include "node/mempool.hpp"
#include "node/rpc/args.hpp"
#include "node/rpc/request.hpp"

namespace assay::node {

using Json = nlohmann::ordered_json;
class Engine;

/// What methods answer from.
struct Api {
    chain::App& app;
    Mempool& mempool;
    const Engine* engine = nullptr;  ///< none where a stopped node's store is read
    std::string genesis_extra;       ///< "devnet" of the genesis file as JSON: for people and wallets; may be empty
    std::string prefix = "assay";
};

struct Method {
    std::string name;
    std::string summary;
    std::vector<Param> params;
    std::string result;  ///< in words, for rpc.discover
    Result<Json> (*run)(const Api&, const Args&);
    bool may_wait = false;  ///< broadcast_tx: the caller may ask to wait for the block
};

/// All methods over HTTP and WebSocket, sorted as in docs/rpc.md.
[[nodiscard]] const std::vector<Method>& methods();
[[nodiscard]] const Method* find_method(std::string_view name);

// Parts of the table, one per file.
void add_chain_methods(std::vector<Method>& out);
void add_economy_methods(std::vector<Method>& out);
void add_governance_methods(std::vector<Method>& out);
void add_history_methods(std::vector<Method>& out);
void add_light_methods(std::vector<Method>& out);
void add_market_methods(std::vector<Method>& out);
void add_work_methods(std::vector<Method>& out);
void add_tx_methods(std::vector<Method>& out);
[[nodiscard]] Result<Json> discover(const Api& api, const Args& args);

/// node.peers, of the control socket; nothing where the method is another.
[[nodiscard]] std::optional<Result<std::string>> network_method(const Api& api, const RpcRequest& request);

/// The block that `height` names, the last one unless told. Errors: future_height, not_found.
[[nodiscard]] Result<Height> asked_height(const Api& api, const Args& args);

/// What a person can do about it; "" where the message says it all.
[[nodiscard]] std::string hint_for(Code code);

}  // namespace assay::node
