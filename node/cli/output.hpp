// How assayd speaks: results on stdout, everything else on stderr; with --json one value and nothing more.
#pragma once

#include <string>

#include "base/result.hpp"
#include "node/json.hpp"

namespace assay::node::cli {

struct Output {
    bool json = false;

    /// The result: `text` for people, `value` for programs. Returns 0.
    int done(const std::string& text, const Json& value) const;
    /// Prints the error where it belongs and returns its exit code.
    int fail(const Error& error, const std::string& hint = {}) const;
    /// Something that is not the result: only for people.
    void note(const std::string& text) const;
};

}  // namespace assay::node::cli
