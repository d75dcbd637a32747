#include "base/version.hpp"

namespace assay {

const char* const kVersion = ASSAY_VERSION;
const char* const kCommit = ASSAY_COMMIT;

}  // namespace assay
