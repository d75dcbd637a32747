// Randomness from the kernel, for keys, salts and nonces.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"

namespace assay::wallet {

/// Fills all of it, or fails: io_error. Waits for the kernel's pool at boot.
[[nodiscard]] Status fill_random(std::span<std::uint8_t> out);

}  // namespace assay::wallet
