// Gas: a fixed price per state read and write, independent of any cache. Verify units are counted apart, because they
// bound a block's time while gas bounds what its sender pays.
#pragma once

#include <cstdint>

#include "chain/tx.hpp"

namespace assay::chain {

struct GasMeter {
    std::uint64_t used = 0;
    std::uint64_t limit = ~std::uint64_t{0};

    void start(std::uint64_t new_limit, std::uint64_t intrinsic) {
        limit = new_limit;
        used = intrinsic;
    }
    void stop() {
        limit = ~std::uint64_t{0};
        used = 0;
    }
    void read() { used += kGasRead; }
    void write() { used += kGasWrite; }
    [[nodiscard]] bool exhausted() const { return used > limit; }
};

}  // namespace assay::chain
