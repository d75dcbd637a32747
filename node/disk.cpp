#include "node/disk.hpp"

#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>

namespace assay::node {

Result<std::uint64_t> free_mib(const std::filesystem::path& path) {
    struct statvfs at {};
    if (::statvfs(path.c_str(), &at) != 0)
        return {Code::io_error, "cannot ask how much is free at " + path.string() + ": " + std::strerror(errno)};
    return (static_cast<std::uint64_t>(at.f_bavail) * at.f_frsize) >> 20;
}

Status check_disk(const std::filesystem::path& path, std::uint64_t least) {
    if (least == 0) return {};
    ASSAY_TRY(const std::uint64_t free, free_mib(path));
    if (free >= least) return {};
    return {Code::disk_low, std::to_string(free) + " MiB are free at " + path.string() + ", disk.min_free_mib is " +
                                std::to_string(least) + ": make room, or prune old blocks with assayd prune"};
}

}  // namespace assay::node
