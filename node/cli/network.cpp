// trust and peers: what a running node tells of the network, to be passed on.
#include "node/cli/commands.hpp"
#include "node/control.hpp"

namespace assay::node::cli {
namespace {

struct Trusted {
    std::uint64_t height = 0;
    std::string hash;
};

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

// Under CometBFT the header that its validators signed; a solo engine's own header is what its operator signed.
Result<Trusted> last_signed(const std::filesystem::path& socket) {
    ASSAY_TRY(const std::string text, control_call(socket, "status"));
    const Json status = Json::parse(text);
    Trusted out{status["height"].get<std::uint64_t>(), status["block_hash"].get<std::string>()};
    if (out.height == 0) return Error{Code::not_found, "the chain has no block yet that could be trusted"};
    if (status["engine"] != "cometbft") return out;
    ASSAY_TRY(const std::string block,
              control_call(socket, "light_block", "{\"height\":" + std::to_string(out.height) + "}"));
    const Json hash = Json::parse(block).at("/signed_header/commit/block_id/hash"_json_pointer);
    out.hash = lower(hash.get<std::string>());
    return out;
}

}  // namespace

int run_trust(const Output& out, const Home& home) {
    const auto trusted = last_signed(home.control_socket());
    if (!trusted)
        return out.fail(trusted.error(),
                        trusted.error().code == Code::node_unreachable ? "assayd start runs it" : std::string());
    const std::string line = std::to_string(trusted->height) + ":" + trusted->hash;
    return out.done(line, Json{{"trust", line}, {"height", trusted->height}, {"hash", trusted->hash}});
}

int run_peers(const Output& out, const Home& home) {
    const auto answer = control_call(home.control_socket(), "node.peers");
    if (!answer)
        return out.fail(answer.error(),
                        answer.error().code == Code::node_unreachable ? "assayd start runs it" : std::string());
    const Json peers = Json::parse(*answer);
    std::string text;
    for (const Json& p : peers)
        text += p["id"].get<std::string>() + "  " + p["direction"].get<std::string>() +
                (p["direction"] == "in" ? "   " : "  ") + p["address"].get<std::string>() + "  " +
                p["name"].get<std::string>() + "\n";
    if (text.empty()) text = "no peers";
    return out.done(text, Json{{"items", peers}});
}

}  // namespace assay::node::cli
