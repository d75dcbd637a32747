// The address of a node: http://HOST[:PORT][/PATH]. A node speaks plain HTTP; TLS is a proxy's business.
//
//   ASSAY_TRY(Url url, parse_url("http://127.0.0.1:8710"));
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace assay::wallet {

struct Url {
    std::string host;
    std::string port;  ///< digits; "8710" when the text has none
    std::string path;  ///< begins with '/'

    /// Back to text, with the port always named.
    [[nodiscard]] std::string text() const;
};

/// IPv6 addresses stand in brackets. Errors: usage, with what is wrong.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace assay::wallet
