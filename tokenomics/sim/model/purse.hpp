// Who buys, sells or owns: the public, a holding of the scenario, or a group of providers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::sim {

struct Purse {
    enum Kind : std::uint8_t { holders, party, group } kind = holders;
    std::size_t index = 0;
};

}  // namespace assay::sim
