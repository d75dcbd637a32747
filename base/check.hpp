// The assertion that is always on. A bug stops the program; no input reaches one.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace assay {
[[noreturn]] inline void check_failed(const char* what, const char* file, int line) {
    std::fprintf(stderr, "bug: %s does not hold at %s:%d\n", what, file, line);
    std::abort();
}
}  // namespace assay

#define ASSAY_CHECK(expr) ((expr) ? (void)0 : ::assay::check_failed(#expr, __FILE__, __LINE__))
