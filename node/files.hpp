// Files of the node's home: whole reads, atomic writes, modes that keep secrets to their owner.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace assay::node {

/// Errors: io_error with the path and the system's reason; json_too_large above `max_bytes`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes = 64u << 20);
/// Writes beside the target, syncs and renames: a reader sees the old file or the new one. `mode` as in chmod.
[[nodiscard]] Status write_file(const std::filesystem::path& path, std::string_view content, unsigned mode = 0644);
/// Makes the directory (and its parents) with the mode, or leaves the one that is there.
[[nodiscard]] Status make_directory(const std::filesystem::path& path, unsigned mode = 0755);
/// Errors: io_error when others than the owner may read the file: a secret is no secret then.
[[nodiscard]] Status check_private(const std::filesystem::path& path);

/// A file too large to be held: written in pieces beside its target, synced and renamed by finish(); else it is
/// removed.
class FileWriter {
   public:
    [[nodiscard]] static Result<FileWriter> make(const std::filesystem::path& path, unsigned mode);
    FileWriter(FileWriter&& other) noexcept;
    FileWriter& operator=(FileWriter&&) = delete;
    FileWriter(const FileWriter&) = delete;
    FileWriter& operator=(const FileWriter&) = delete;
    ~FileWriter();
    [[nodiscard]] Status write(std::string_view content);
    [[nodiscard]] Status finish();

   private:
    FileWriter(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
    [[nodiscard]] std::filesystem::path beside() const { return path_.string() + ".new"; }
    std::filesystem::path path_;
    int fd_ = -1;
};

/// The same for reading.
class FileReader {
   public:
    [[nodiscard]] static Result<FileReader> open(const std::filesystem::path& path);
    FileReader(FileReader&& other) noexcept;
    FileReader& operator=(FileReader&&) = delete;
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;
    ~FileReader();
    /// The next bytes into `out`, none at the end.
    [[nodiscard]] Status read(Bytes& out);

   private:
    FileReader(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
    std::filesystem::path path_;
    int fd_ = -1;
};

/// A directory that is removed with everything in it.
class TemporaryDirectory {
   public:
    [[nodiscard]] static Result<TemporaryDirectory> make(std::string_view purpose);
    TemporaryDirectory(TemporaryDirectory&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
    TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

   private:
    explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace assay::node
