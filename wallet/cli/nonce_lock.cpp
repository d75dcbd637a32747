#include "wallet/cli/nonce_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/hex.hpp"

namespace assay::wallet::cli {

NonceLock::NonceLock(const Session& session, const Address& sender) {
    const auto file = session.home_folder() / ("nonce-" + to_hex(sender.view()).substr(0, 16) + ".lock");
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd_ < 0 || ::flock(fd_, LOCK_EX) != 0) fail({Code::io_error, "cannot lock " + file.string()});
}

void NonceLock::release() {
    if (fd_ >= 0) (void)::close(fd_);
    fd_ = -1;
}

}  // namespace assay::wallet::cli
