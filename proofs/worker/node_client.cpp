#include "proofs/worker/node_client.hpp"

#include "base/hex.hpp"
#include "base/utc.hpp"
#include "wallet/client/json_write.hpp"

namespace assay::proofs::worker {

namespace {

using wallet::Params;

/// What an answer must hold; a node that leaves it out is none that can be worked with now.
template <class T>
T part(Result<T> read, const char* method) {
    if (!read)
        throw NodeAway(read.error().code, std::string("the node's answer to ") + method + ": " + read.error().message);
    return std::move(read).value();
}

const json::Value& member(const json::Value& from, const char* key, const char* method) {
    const json::Value* found = from.find(key);
    if (found == nullptr)
        throw NodeAway(Code::internal, std::string("the node's answer to ") + method + " has no " + key);
    return *found;
}

Hash hash_at(const json::Value& from, const char* key, const char* method) {
    return part(fixed_from_hex<Hash>(part(wallet::text_at(from, key), method)), method);
}
std::optional<Hash> hash_or_null(const json::Value& from, const char* key, const char* method) {
    const json::Value* found = from.find(key);
    if (found == nullptr || found->is_null()) return std::nullopt;
    return hash_at(from, key, method);
}
std::uint64_t number_or_null(const json::Value& from, const char* key, const char* method) {
    const json::Value* found = from.find(key);
    if (found == nullptr || found->is_null()) return 0;
    return part(wallet::number_at(from, key), method);
}
bool flag_at(const json::Value& from, const char* key, const char* method) {
    return part(json::as_bool(member(from, key, method), key), method);
}
std::uint32_t slot_at(const json::Value& from, const char* method) {
    return static_cast<std::uint32_t>(part(json::as_u64(member(from, "slot", method), "slot", 0, 0xffffffffu), method));
}
WorkParams params_at(const json::Value& from, const char* method) {
    const Bytes raw = part(from_hex(part(wallet::text_at(from, "params_hex"), method)), method);
    WorkParams out = part(borsh::decode<WorkParams>(raw), method);
    if (const Status valid = validate(out); !valid) throw NodeAway(valid.error().code, valid.error().message);
    return out;
}

CommitView commit_from(const json::Value& from) {
    constexpr const char* kMethod = "commit";
    CommitView out;
    out.id = hash_at(from, "id", kMethod);
    out.task = hash_at(from, "task", kMethod);
    out.root = hash_at(from, "root", kMethod);
    out.ctx = hash_at(from, "ctx", kMethod);
    out.slot = slot_at(from, kMethod);
    out.epoch = Epoch{part(wallet::number_at(from, "epoch"), kMethod)};
    out.order = hash_or_null(from, "order", kMethod);
    out.device_class = wallet::text_or_empty(from, "class");
    out.status = part(wallet::text_at(from, "status"), kMethod);
    out.height = number_or_null(from, "height", kMethod);
    out.decided = number_or_null(from, "decided", kMethod);
    out.samples = number_or_null(from, "samples", kMethod);
    out.slashed = part(wallet::digits_at(from, "slashed"), kMethod);
    for (const json::Value& leaf : member(from, "bad", kMethod).items)
        out.bad.push_back(part(json::as_u64(leaf, "bad"), kMethod));
    return out;
}

}  // namespace

bool passes_by_itself(Code code) {
    switch (code) {
        case Code::node_unreachable:
        case Code::syncing:
        case Code::shutting_down:
        case Code::rate_limited:
        case Code::mempool_full:
        case Code::block_full:
        case Code::internal:
        case Code::io_error:
            return true;
        default:
            return false;
    }
}

NodeClient::NodeClient(wallet::Url url)
    : rpc_(std::move(url), {.connect = std::chrono::milliseconds{2'000}, .call = std::chrono::milliseconds{10'000}}) {}

json::Value NodeClient::call(std::string_view method, const Params& params) {
    auto answer = rpc_.call(method, params);
    if (answer) return std::move(*answer);
    const Error& error = answer.error();
    if (passes_by_itself(error.code)) throw NodeAway(error.code, error.message);
    throw Failure(error, rpc_.last().hint);
}

std::optional<json::Value> NodeClient::find(std::string_view method, const Params& params) {
    auto answer = rpc_.call(method, params);
    if (answer) return std::move(*answer);
    const Error& error = answer.error();
    if (error.code == Code::not_found) return std::nullopt;
    if (passes_by_itself(error.code)) throw NodeAway(error.code, error.message);
    throw Failure(error, rpc_.last().hint);
}

ChainStatus NodeClient::status() {
    const json::Value answer = call("status");
    ChainStatus out;
    out.chain_id = part(wallet::text_at(answer, "chain_id"), "status");
    out.height = part(wallet::number_at(answer, "height"), "status");
    out.time = part(parse_utc(part(wallet::text_at(answer, "time"), "status")), "status");
    out.epoch = Epoch{part(wallet::number_at(answer, "epoch"), "status")};
    out.epochs_paid = Epoch{part(wallet::number_at(answer, "epochs_paid"), "status")};
    out.syncing = flag_at(answer, "syncing", "status");
    return out;
}

wallet::ChainInfo NodeClient::chain_info() {
    auto info = wallet::fetch_chain_info(rpc_);
    if (!info) throw NodeAway(info.error().code, info.error().message);
    return std::move(*info);
}

NodeClient::Genesis NodeClient::genesis() {
    const json::Value answer = call("genesis");
    Genesis out;
    out.hash = part(wallet::text_at(answer, "hash"), "genesis");
    const json::Value* devnet = member(answer, "genesis", "genesis").find("devnet");
    const json::Value* faucet = devnet != nullptr ? devnet->find("faucet") : nullptr;
    out.publishes_keys = faucet != nullptr && !wallet::text_or_empty(*faucet, "secret").empty();
    return out;
}

std::uint64_t NodeClient::param(const std::string& path) {
    const json::Value answer = call("params", Params().text("pattern", path));
    for (const json::Value& row : member(answer, "items", "params").items)
        if (wallet::text_or_empty(row, "path") == path) return part(wallet::number_at(row, "value"), "params");
    throw NodeAway(Code::internal, "the node has no parameter " + path);
}

std::vector<Task> NodeClient::tasks(const std::string& provider) {
    const json::Value answer = call("tasks", Params().text("provider", provider));
    std::vector<Task> out;
    for (const json::Value& item : member(answer, "items", "tasks").items) {
        Task t;
        t.task = hash_at(item, "task", "tasks");
        t.epoch = Epoch{part(wallet::number_at(item, "epoch"), "tasks")};
        t.slot = slot_at(item, "tasks");
        t.device_class = wallet::text_or_empty(item, "class");
        t.order = hash_or_null(item, "order", "tasks");
        t.params = params_at(item, "tasks");
        t.h0 = number_or_null(item, "h0", "tasks");
        t.committed = flag_at(item, "committed", "tasks");
        if (const auto ctx = hash_or_null(item, "ctx", "tasks")) {
            t.started = true;
            t.ctx = *ctx;
            t.commit_by = part(parse_utc(part(wallet::text_at(item, "commit_by"), "tasks")), "tasks");
        }
        out.push_back(std::move(t));
    }
    return out;
}

ProviderView NodeClient::provider(const std::string& provider) {
    ProviderView out;
    const auto answer = find("provider", Params().text("address", provider));
    if (!answer) return out;
    out.registered = true;
    out.access = flag_at(*answer, "access", "provider");
    out.jailed = flag_at(*answer, "jailed", "provider");
    out.stake = part(wallet::digits_at(*answer, "stake"), "provider");
    if (answer->find("delegated") != nullptr)
        out.stake += part(wallet::digits_at(*answer, "delegated"), "provider");  // both are parts of the supply
    // What access needs: less than what is required in a grace period, or where access is scaled.
    out.required =
        part(wallet::digits_at(*answer, answer->find("needed") != nullptr ? "needed" : "required"), "provider");
    for (const json::Value& device : member(*answer, "devices", "provider").items)
        out.devices.push_back({slot_at(device, "provider"), part(wallet::text_at(device, "class"), "provider"),
                               Epoch{part(wallet::number_at(device, "active_from"), "provider")}});
    if (const json::Value* work = answer->find("work_key")) {
        out.work_key = wallet::text_or_empty(*work, "key");
        out.fee_budget = part(wallet::digits_at(*work, "fee_budget"), "provider");
    }
    return out;
}

Explained NodeClient::explain(const std::string& provider, Epoch epoch) {
    const json::Value answer = call("explain", Params().text("provider", provider).number("epoch", epoch.value));
    Explained out;
    out.paid = part(wallet::digits_at(answer, "paid"), "explain");
    out.slashed = part(wallet::digits_at(answer, "slashed"), "explain");
    out.verdict = wallet::text_or_empty(answer, "verdict");
    for (const json::Value& term : member(answer, "terms", "explain").items)
        out.terms.emplace_back(part(wallet::text_at(term, "name"), "explain"),
                               part(wallet::digits_at(term, "value"), "explain"));
    for (const json::Value& why : member(answer, "why_not", "explain").items)
        out.why_not.push_back({wallet::text_or_empty(why, "code"), wallet::text_or_empty(why, "have"),
                               wallet::text_or_empty(why, "need"), wallet::text_or_empty(why, "fix")});
    return out;
}

std::optional<CommitView> NodeClient::commit(const Hash& id) {
    const auto answer = find("commit", Params().text("id", to_hex(id.view())));
    if (!answer) return std::nullopt;
    return commit_from(*answer);
}

std::optional<OpeningView> NodeClient::opening(const Hash& id) {
    const auto answer = find("opening", Params().text("id", to_hex(id.view())));
    if (!answer) return std::nullopt;
    OpeningView out;
    out.status = part(wallet::text_at(*answer, "status"), "opening");
    out.ready = flag_at(*answer, "ready", "opening");
    out.seed = hash_or_null(*answer, "seed", "opening");
    out.blocks_left = number_or_null(*answer, "open_until_blocks", "opening");
    out.samples = part(wallet::number_at(*answer, "samples"), "opening");
    out.params = params_at(*answer, "opening");
    out.ctx = hash_at(*answer, "ctx", "opening");
    return out;
}

std::vector<CommitView> NodeClient::open_commits(const std::string& provider, Epoch epoch) {
    std::vector<CommitView> out;
    std::string cursor;
    while (true) {
        Params params;
        params.text("provider", provider).number("epoch", epoch.value).number("limit", 1000);
        if (!cursor.empty()) params.text("cursor", cursor);
        const json::Value answer = call("commits", params);
        for (const json::Value& item : member(answer, "items", "commits").items)
            if (wallet::text_or_empty(item, "status") == "open") out.push_back(commit_from(item));
        cursor = wallet::text_or_empty(answer, "next_cursor");
        if (cursor.empty()) return out;
    }
}

}  // namespace assay::proofs::worker
