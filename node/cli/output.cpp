#include "node/cli/output.hpp"

#include <unistd.h>

#include <cstdio>

namespace assay::node::cli {

// A reader that closed the pipe has seen enough: no error.
int Output::done(const std::string& text, const Json& value) const {
    const std::string out = json ? to_text(value) + "\n" : (text.empty() || text.back() == '\n' ? text : text + "\n");
    std::fwrite(out.data(), 1, out.size(), stdout);
    std::fflush(stdout);
    return 0;
}

int Output::fail(const Error& error, const std::string& hint) const {
    if (json) {
        Json body{{"code", std::string(error.word())}, {"message", error.message}};
        if (!hint.empty()) body["hint"] = hint;
        const std::string out = to_text(Json{{"error", std::move(body)}}) + "\n";
        std::fwrite(out.data(), 1, out.size(), stdout);
        std::fflush(stdout);
    } else {
        std::fprintf(stderr, "assayd: %s\n", error.message.c_str());
        if (!hint.empty()) std::fprintf(stderr, "  %s\n", hint.c_str());
    }
    return exit_code(error.code);
}

void Output::note(const std::string& text) const {
    if (!json) std::fprintf(stderr, "%s\n", text.c_str());
}

}  // namespace assay::node::cli
