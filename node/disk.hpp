// A disk that runs full in the middle of a block helps nobody: the node stops in order while there is still room.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.hpp"

namespace assay::node {

/// MiB that this process may still write where `path` is. Errors: io_error.
[[nodiscard]] Result<std::uint64_t> free_mib(const std::filesystem::path& path);
/// Errors: disk_low with the numbers where less than `least` MiB are free; 0 never.
[[nodiscard]] Status check_disk(const std::filesystem::path& path, std::uint64_t least);

}  // namespace assay::node
