// What was built. The values come from the build, never from the machine that runs it; one small file knows them, so
// that a commit compiles nothing else anew.
#pragma once

namespace assay {

extern const char* const kVersion;  ///< "0.1.0"
extern const char* const kCommit;   ///< twelve hex digits, "unknown" outside a git clone

}  // namespace assay
