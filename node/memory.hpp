// Memory that a block needs for a moment goes back to the program, not to the kernel: the next block needs it again,
// and pages that the kernel has taken and cleared are the dearest memory there is.
#pragma once

#include <malloc.h>

namespace assay::node {

/// For the beginning of main(). Does nothing where the C library is not glibc.
inline void keep_freed_memory() {
#if defined(M_TRIM_THRESHOLD) && defined(M_MMAP_THRESHOLD)
    ::mallopt(M_MMAP_THRESHOLD, 32 << 20);
    ::mallopt(M_TRIM_THRESHOLD, 128 << 20);
#endif
}

}  // namespace assay::node
