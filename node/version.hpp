// What was built. The values come from the build, never from the machine that runs it.
#pragma once

namespace assay::node {

#ifdef ASSAY_VERSION
inline constexpr const char* kVersion = ASSAY_VERSION;
#else
inline constexpr const char* kVersion = "0.0.0";
#endif
#ifdef ASSAY_COMMIT
inline constexpr const char* kCommit = ASSAY_COMMIT;
#else
inline constexpr const char* kCommit = "unknown";
#endif
/// Rules that this program executes; a header of another version is refused.
inline constexpr unsigned kProtocol = 1;

}  // namespace assay::node
