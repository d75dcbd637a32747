#include "node/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace assay::node {
namespace fs = std::filesystem;
namespace {

Error io_failure(const fs::path& path, const char* doing) {
    return {Code::io_error, std::string("cannot ") + doing + " " + path.string() + ": " + std::strerror(errno)};
}

class Descriptor {
   public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

   private:
    int fd_;
};

}  // namespace

Result<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) return io_failure(path, "read");
    std::string out;
    char chunk[65536];
    while (true) {
        const ssize_t n = ::read(file.get(), chunk, sizeof(chunk));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_failure(path, "read");
        if (n == 0) return out;
        out.append(chunk, static_cast<std::size_t>(n));
        if (out.size() > max_bytes)
            return {Code::json_too_large, path.string() + " is longer than " + std::to_string(max_bytes) + " bytes"};
    }
}

Status write_file(const fs::path& path, std::string_view content, unsigned mode) {
    const fs::path beside = path.string() + ".new";
    {
        const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
        if (file.get() < 0) return io_failure(beside, "write");
        if (::fchmod(file.get(), mode) != 0) return io_failure(beside, "set the mode of");
        while (!content.empty()) {
            const ssize_t n = ::write(file.get(), content.data(), content.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return io_failure(beside, "write");
            content.remove_prefix(static_cast<std::size_t>(n));
        }
        if (::fsync(file.get()) != 0) return io_failure(beside, "sync");
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) return io_failure(path, "replace");
    const Descriptor folder(
        ::open(path.parent_path().empty() ? "." : path.parent_path().c_str(), O_RDONLY | O_CLOEXEC));
    if (folder.get() >= 0) (void)::fsync(folder.get());
    return {};
}

Result<FileWriter> FileWriter::make(const fs::path& path, unsigned mode) {
    FileWriter out(path, -1);
    out.fd_ = ::open(out.beside().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (out.fd_ < 0) return io_failure(out.beside(), "write");
    return out;
}

FileWriter::FileWriter(FileWriter&& other) noexcept : path_(std::move(other.path_)), fd_(other.fd_) {
    other.fd_ = -1;
}

FileWriter::~FileWriter() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(beside().c_str());  // not finished
}

Status FileWriter::write(std::string_view content) {
    while (!content.empty()) {
        const ssize_t n = ::write(fd_, content.data(), content.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_failure(beside(), "write");
        content.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Status FileWriter::finish() {
    if (::fsync(fd_) != 0) return io_failure(beside(), "sync");
    if (::rename(beside().c_str(), path_.c_str()) != 0) return io_failure(path_, "replace");
    ::close(fd_);
    fd_ = -1;
    return {};
}

Result<FileReader> FileReader::open(const fs::path& path) {
    FileReader out(path, ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (out.fd_ < 0) return io_failure(path, "read");
    return out;
}

FileReader::FileReader(FileReader&& other) noexcept : path_(std::move(other.path_)), fd_(other.fd_) {
    other.fd_ = -1;
}

FileReader::~FileReader() {
    if (fd_ >= 0) ::close(fd_);
}

Status FileReader::read(Bytes& out) {
    out.resize(65'536);
    while (true) {
        const ssize_t n = ::read(fd_, out.data(), out.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_failure(path_, "read");
        out.resize(static_cast<std::size_t>(n));
        return {};
    }
}

Status make_directory(const fs::path& path, unsigned mode) {
    std::error_code ec;
    if (fs::is_directory(path, ec)) return {};
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), ec);
    if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return io_failure(path, "make the directory");
    return {};
}

Status check_private(const fs::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return io_failure(path, "read");
    if ((info.st_mode & 077) != 0)
        return {Code::io_error, path.string() + " can be read by others; chmod 600 makes it private again"};
    return {};
}

Result<TemporaryDirectory> TemporaryDirectory::make(std::string_view purpose) {
    std::error_code ec;
    const fs::path base = fs::temp_directory_path(ec);
    if (ec) return {Code::io_error, "there is no directory for temporary files: " + ec.message()};
    std::string name = (base / ("assayd-" + std::string(purpose) + "-XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) return io_failure(name, "make the directory");
    return TemporaryDirectory(fs::path(name));
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ec;
    if (!path_.empty()) fs::remove_all(path_, ec);
}

}  // namespace assay::node
