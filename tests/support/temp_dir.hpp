// A folder that goes with the scope that asked for it: of tests and benchmarks, whatever framework they use.
//
//   const TempDir dir;                               // /tmp/assay-test-k3Xq9a, or below TMPDIR
//   Store::open(dir.path(), {});                     // a std::filesystem::path, which is a std::string too
#pragma once

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

namespace assay::test {

class TempDir {
   public:
    TempDir() {
        std::string name = (std::filesystem::temp_directory_path() / "assay-test-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
        path_ = name;
    }
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

   private:
    std::filesystem::path path_;
};

}  // namespace assay::test
