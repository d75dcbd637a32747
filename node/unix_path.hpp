// The path of a Unix socket has room for 107 bytes; homes are deeper at times. A longer one is named through /proc, by
// a directory that stays open meanwhile.
//
//   const UnixPath path("/very/long/…/abci.sock");
//   if (!path.ok()) …                                  // errno says why
//   connect(fd, … path.text() …);
#pragma once

#include <fcntl.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

namespace assay::node {

class UnixPath {
   public:
    explicit UnixPath(const std::filesystem::path& path) : text_(path.string()) {
        if (fits()) return;
        folder_ = ::open(path.has_parent_path() ? path.parent_path().c_str() : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (folder_ < 0) return;
        text_ = "/proc/self/fd/" + std::to_string(folder_) + "/" + path.filename().string();
        if (!fits()) errno = ENAMETOOLONG;
    }
    ~UnixPath() {
        const int kept = errno;
        if (folder_ >= 0) ::close(folder_);
        errno = kept;
    }
    UnixPath(const UnixPath&) = delete;
    UnixPath& operator=(const UnixPath&) = delete;

    [[nodiscard]] bool ok() const { return fits(); }
    [[nodiscard]] const std::string& text() const { return text_; }

   private:
    [[nodiscard]] bool fits() const { return text_.size() < sizeof(sockaddr_un::sun_path); }
    std::string text_;
    int folder_ = -1;
};

}  // namespace assay::node
