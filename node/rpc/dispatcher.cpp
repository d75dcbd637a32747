#include "node/rpc/dispatcher.hpp"

#include <atomic>
#include <mutex>

#include "node/json.hpp"
#include "node/rpc/tx_answer.hpp"

namespace assay::node {
namespace {

constexpr std::chrono::seconds kLongestWait{60};

// Collects the answers of a batch, which may come from several threads, and gives them once all are there.
class Batch {
   public:
    Batch(bool single, std::size_t n, Dispatcher::Answer answer)
        : single_(single), parts_(n), missing_(n), answer_(std::move(answer)) {}

    void put(std::size_t i, std::string part) {
        {
            const std::lock_guard lock(mutex_);
            parts_[i] = std::move(part);
            if (--missing_ > 0) return;
        }
        std::string out;
        for (const std::string& p : parts_) {
            if (p.empty()) continue;
            if (!out.empty()) out += ",";
            out += p;
        }
        if (!single_ && !out.empty()) out = "[" + out + "]";
        answer_(std::move(out));
    }

   private:
    const bool single_;
    std::mutex mutex_;
    std::vector<std::string> parts_;
    std::size_t missing_;
    Dispatcher::Answer answer_;
};

}  // namespace

std::string error_answer(const std::string& id, const Error& error) {
    std::string out = "{\"jsonrpc\":\"2.0\",\"id\":" + id +
                      ",\"error\":{\"code\":" + std::to_string(code_rpc_number(error.code)) +
                      ",\"message\":" + json_quoted(error.message) + ",\"data\":{\"code\":" + json_quoted(error.word());
    const std::string hint = hint_for(error.code);
    if (!hint.empty()) out += ",\"hint\":" + json_quoted(hint);
    return out + "}}}";
}

std::string result_answer(const std::string& id, const std::string& result) {
    return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":" + result + "}";
}

void Dispatcher::call_one(const RpcRequest& request, const std::function<void(Result<std::string>)>& done,
                          const Extra& extra) const {
    if (request.error) return done(*request.error);
    if (extra)
        if (auto own = extra(request)) return done(*std::move(own));
    const Method* method = find_method(request.method);
    if (method == nullptr) {
        std::vector<std::string> names;
        for (const Method& m : methods()) names.push_back(m.name);
        const std::string near = json::nearest(request.method, names);
        return done(Error{Code::method_not_found, "there is no method \"" + request.method.substr(0, 64) + "\"" +
                                                      (near.empty() ? "" : "; the nearest is \"" + near + "\"")});
    }
    // Before a snapshot of the state has come there is nothing to answer from.
    if (api_.app.info().chain_id.empty() && request.method != "rpc.discover")
        return done(Error{Code::syncing, "this node has no state yet: it waits for a snapshot"});
    auto args = read_args(method->params, request.params, api_.prefix);
    if (!args) return done(args.error());
    try {
        if (method->may_wait) return broadcast(api_, waiters_, *args, kLongestWait, done);
        auto out = method->run(api_, *args);
        if (!out) return done(out.error());
        done(to_text(*out));
    } catch (const std::exception& e) {
        done(Error{Code::internal, std::string("the method failed: ") + e.what()});
    }
}

void Dispatcher::handle(std::string_view body, Answer answer, const Extra& extra) const {
    auto parsed = parse_requests(body);
    if (!parsed) return answer(error_answer("null", parsed.error()));
    const auto batch = std::make_shared<Batch>(parsed->single, parsed->requests.size(), std::move(answer));
    for (std::size_t i = 0; i < parsed->requests.size(); ++i) {
        const RpcRequest& r = parsed->requests[i];
        call_one(
            r,
            [batch, i, id = r.id, quiet = r.notification](const Result<std::string>& out) {
                if (quiet) return batch->put(i, "");
                batch->put(i, out ? result_answer(id, *out) : error_answer(id, out.error()));
            },
            extra);
    }
}

Result<std::string> Dispatcher::call(const std::string& method, const std::optional<json::Value>& params) const {
    RpcRequest request;
    request.method = method;
    request.params = params;
    Result<std::string> out{Code::internal, "no answer"};
    call_one(request, [&](Result<std::string> r) { out = std::move(r); }, {});
    return out;
}

}  // namespace assay::node
