// Scenarios that several tests begin with.
#pragma once

#include "tests/support/catch.hpp"
#include "tokenomics/sim/scenario.hpp"

namespace assay::sim {

inline Scenario devnet(const std::vector<std::string>& sets = {}) {
    auto s = load_scenario("devnet", sets);
    if (!s) FAIL(s.error().message);
    return *s;
}

}  // namespace assay::sim
