#include "chain/store/block_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace assay::chain {
namespace {

constexpr std::uint64_t kFileBytes = 256u << 20;  // then the next file: deleting old blocks is deleting files

Error io(const std::string& what) {
    return {Code::io_error, what + ": " + std::strerror(errno)};
}

Status write_at(int fd, std::uint64_t offset, ByteView data, const std::string& path) {
    while (!data.empty()) {
        const ssize_t n = ::pwrite(fd, data.data(), data.size(), static_cast<off_t>(offset));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return io("writing " + path);
        data = data.subspan(static_cast<std::size_t>(n));
        offset += static_cast<std::uint64_t>(n);
    }
    return {};
}

}  // namespace

std::string BlockFile::path(std::uint32_t file) const {
    char name[32];
    std::snprintf(name, sizeof name, "/blocks-%06u.dat", file);
    return dir_ + name;
}

Result<std::unique_ptr<BlockFile>> BlockFile::open(const std::string& dir, const Place& end) {
    std::unique_ptr<BlockFile> out(new BlockFile(dir, end));
    ASSAY_TRY_VOID(out->open_current());
    struct stat info {};
    if (::fstat(out->fd_, &info) != 0) return io("reading the size of " + out->path(end.file));
    if (static_cast<std::uint64_t>(info.st_size) < end.offset)
        return {Code::store_corrupt, out->path(end.file) + " has " + std::to_string(info.st_size) +
                                         " bytes, the database names " + std::to_string(end.offset)};
    if (::ftruncate(out->fd_, static_cast<off_t>(end.offset)) != 0) return io("cutting " + out->path(end.file));
    // A file that a crash left behind the last named body.
    (void)::unlink(out->path(end.file + 1).c_str());
    return out;
}

Status BlockFile::cut(const Place& end) {
    const bool other = end.file != end_.file;
    end_ = {end.file, end.offset, 0};
    if (other) ASSAY_TRY_VOID(open_current());
    if (::ftruncate(fd_, static_cast<off_t>(end.offset)) != 0) return io("cutting " + path(end.file));
    (void)::unlink(path(end.file + 1).c_str());
    return {};
}

void BlockFile::drop_before(const Place& first) {
    for (; lowest_ < first.file; ++lowest_) (void)::unlink(path(lowest_).c_str());
    constexpr std::uint64_t kPage = 4096;
    const std::uint64_t front = first.offset / kPage * kPage;
    if (front == 0) return;
    const int fd = ::open(path(first.file).c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    // Where the file system cannot, the whole file goes when its last block does.
    (void)::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(front));
    ::close(fd);
}

BlockFile::~BlockFile() {
    if (fd_ >= 0) ::close(fd_);
}

Status BlockFile::open_current() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = ::open(path(end_.file).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd_ < 0) return io("opening " + path(end_.file));
    // The name must survive a crash as well as the bytes.
    const int folder = ::open(dir_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return io("opening " + dir_);
    const bool synced = ::fsync(folder) == 0;
    ::close(folder);
    if (!synced) return io("syncing " + dir_);
    return {};
}

Result<BlockFile::Place> BlockFile::append(ByteView block, ByteView results, bool sync) {
    if (end_.offset >= kFileBytes) {
        end_ = {end_.file + 1, 0, 0};
        ASSAY_TRY_VOID(open_current());
    }
    Bytes head;
    borsh::Writer(head).put(static_cast<std::uint32_t>(block.size()));
    const std::string name = path(end_.file);
    ASSAY_TRY_VOID(write_at(fd_, end_.offset, head, name));
    ASSAY_TRY_VOID(write_at(fd_, end_.offset + head.size(), block, name));
    ASSAY_TRY_VOID(write_at(fd_, end_.offset + head.size() + block.size(), results, name));
    if (sync && ::fdatasync(fd_) != 0) return io("syncing " + name);
    const Place place{end_.file, end_.offset, static_cast<std::uint32_t>(head.size() + block.size() + results.size())};
    end_ = place.end();
    return place;
}

Result<BlockFile::Body> BlockFile::read(const Place& place) const {
    const std::string name = path(place.file);
    const int fd = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return io("opening " + name);
    Bytes raw(place.length);
    std::size_t at = 0;
    while (at < raw.size()) {
        const ssize_t n = ::pread(fd, raw.data() + at, raw.size() - at, static_cast<off_t>(place.offset + at));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        at += static_cast<std::size_t>(n);
    }
    ::close(fd);
    std::uint32_t block_length = 0;
    borsh::Reader reader(raw);
    if (at != raw.size() || !reader.get(block_length) || block_length > reader.left())
        return {Code::store_corrupt, name + " has no whole block at offset " + std::to_string(place.offset)};
    const auto block = raw.begin() + 4;
    return Body{Bytes(block, block + block_length), Bytes(block + block_length, raw.end())};
}

}  // namespace assay::chain
