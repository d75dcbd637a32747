#include "wallet/client/url.hpp"

#include <algorithm>

namespace assay::wallet {
namespace {

Error bad_url(std::string_view text, const std::string& why) {
    return {Code::usage, "the node address '" + std::string(text) + "' " + why};
}

bool is_port(std::string_view text) {
    if (text.empty() || text.size() > 5) return false;
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return false;
    const int port = std::stoi(std::string(text));
    return port >= 1 && port <= 65535;
}

}  // namespace

std::string Url::text() const {
    const bool ipv6 = host.find(':') != std::string::npos;
    return "http://" + (ipv6 ? "[" + host + "]" : host) + ":" + port + (path == "/" ? "" : path);
}

Result<Url> parse_url(std::string_view text) {
    std::string_view rest = text;
    constexpr std::string_view kScheme = "http://";
    if (rest.substr(0, 8) == "https://")
        return bad_url(text, "uses TLS, which a proxy on this machine has to end; use http://");
    if (rest.substr(0, kScheme.size()) != kScheme) return bad_url(text, "does not begin with http://");
    rest.remove_prefix(kScheme.size());

    Url url;
    const std::size_t slash = rest.find('/');
    url.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
    std::string_view authority = rest.substr(0, slash);
    std::string_view port;
    bool has_port = false;
    if (!authority.empty() && authority.front() == '[') {
        const std::size_t end = authority.find(']');
        if (end == std::string_view::npos) return bad_url(text, "opens a bracket and does not close it");
        url.host = std::string(authority.substr(1, end - 1));
        std::string_view after = authority.substr(end + 1);
        if (!after.empty() && after.front() != ':')
            return bad_url(text, "has something other than a port behind its bracket");
        has_port = !after.empty();
        if (has_port) port = after.substr(1);
    } else {
        const std::size_t colon = authority.find(':');
        url.host = std::string(authority.substr(0, colon));
        has_port = colon != std::string_view::npos;
        if (has_port) port = authority.substr(colon + 1);
    }
    if (url.host.empty()) return bad_url(text, "names no host");
    const auto odd = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '@' || c == 0x7f; };
    if (std::any_of(text.begin(), text.end(), odd)) return bad_url(text, "holds a blank or a user name");
    if (has_port && !is_port(port)) return bad_url(text, "has a port that is not between 1 and 65535");
    url.port = has_port ? std::string(port) : "8710";
    return url;
}

}  // namespace assay::wallet
