// Files of the wallet: small, private, replaced atomically.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/hex.hpp"
#include "wallet/keys/keystore.hpp"
#include "wallet/keys/random.hpp"

namespace assay::wallet {
namespace {

/// Closes on the way out.
struct Descriptor {
    int fd = -1;
    ~Descriptor() {
        if (fd >= 0) ::close(fd);
    }
};

Error failed(const std::string& what, const std::filesystem::path& path) {
    return {Code::io_error, "cannot " + what + " " + path.string() + ": " + std::strerror(errno)};
}

Status write_all(int fd, std::string_view text, const std::filesystem::path& path) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed("write", path);
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

}  // namespace

Status write_file_atomically(const std::filesystem::path& path, std::string_view text, unsigned mode, bool replace) {
    std::error_code ignored;
    const auto folder = path.parent_path();
    if (!std::filesystem::exists(folder, ignored)) {
        std::filesystem::create_directories(folder, ignored);
        ::chmod(folder.c_str(), 0700);
    }
    std::uint8_t salt[8];
    ASSAY_TRY_VOID(fill_random(salt));
    const std::filesystem::path beside = path.string() + ".new-" + to_hex(salt);
    Descriptor file{::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode))};
    if (file.fd < 0) return failed("create", beside);
    Status done = write_all(file.fd, text, beside);
    if (done && ::fsync(file.fd) != 0) done = failed("write", beside);
    if (done && replace && ::rename(beside.c_str(), path.c_str()) != 0) done = failed("replace", path);
    if (done && !replace && ::link(beside.c_str(), path.c_str()) != 0)
        done = errno == EEXIST ? Status{Code::already_exists, path.string() + " is there already"}
                               : Status{failed("create", path)};
    if (!done || !replace) (void)::unlink(beside.c_str());
    if (!done) return done;
    const Descriptor parent{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (parent.fd >= 0) (void)::fsync(parent.fd);
    return {};
}

Status remove_file(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) != 0) return failed("remove", path);
    const Descriptor parent{::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (parent.fd >= 0) (void)::fsync(parent.fd);
    return {};
}

Result<std::string> read_small_file(const std::filesystem::path& path, std::size_t max_bytes) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.fd < 0) {
        if (errno == ENOENT) return {Code::not_found, path.string() + " is not there"};
        return failed("read", path);
    }
    std::string out;
    char buffer[4096];
    while (true) {
        const ssize_t n = ::read(file.fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("read", path);
        if (n == 0) return out;
        out.append(buffer, static_cast<std::size_t>(n));
        if (out.size() > max_bytes)
            return {Code::io_error, path.string() + " is longer than " + std::to_string(max_bytes) + " bytes"};
    }
}

Result<std::filesystem::path> default_wallet_home() {
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home == '\0')
        return {Code::usage, "the environment has no HOME, so --home has to say where the wallet lives"};
    return std::filesystem::path(home) / ".assay" / "wallet";
}

Result<SecureString> read_password_file(const std::string& path) {
    Descriptor file;
    int fd = STDIN_FILENO;
    if (path != "-") {
        file.fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (file.fd < 0) return failed("read the password file", path);
        fd = file.fd;
    }
    SecureString out;
    char c = 0;
    while (out.size() < 1024) {  // byte by byte: what follows the line on stdin belongs to somebody else
        const ssize_t n = ::read(fd, &c, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("read the password file", path);
        if (n == 0 || c == '\n') break;
        out.push_back(c);
    }
    wipe(&c, 1);
    if (!out.empty() && out.view().back() == '\r') out.pop_back();
    if (out.empty()) return {Code::usage, "the password file " + path + " has an empty first line"};
    return out;
}

}  // namespace assay::wallet
