// The state as one JSON value: a genesis that begins with every token where its owner can reach it, and beside it,
// under names that a genesis reader takes for comments, what a simulator and an auditor want to know.
#pragma once

#include <string>

#include "chain/app.hpp"

namespace assay::node {

/// Canonical: the same state gives the same bytes. Errors: not_found before init_chain.
[[nodiscard]] Result<std::string> export_state(const chain::App& app);

}  // namespace assay::node
