// The failure that f ends with, or nothing.
#pragma once

#include <optional>

#include "proofs/worker/output.hpp"

namespace assay::proofs::worker {

template <class F>
std::optional<Failure> failure_of(F&& f) {
    try {
        f();
        return std::nullopt;
    } catch (const Failure& failure) {
        return failure;
    }
}

}  // namespace assay::proofs::worker
