// A report goes where nothing stands, or where an earlier report of this program does.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "tokenomics/sim/report/page.hpp"

namespace assay::sim::report {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "<meta name=\"generator\" content=\"assay-sim report";
constexpr std::size_t kMarkWithin = 512;

bool is_report(const std::string& path) {
    std::FILE* f = std::fopen(path.c_str(), "rb");
    if (f == nullptr) return false;
    std::string head(kMarkWithin, '\0');
    head.resize(std::fread(head.data(), 1, head.size(), f));
    std::fclose(f);
    return head.find(kMark) != std::string::npos;
}

Error io_failure(const std::string& path, const std::string& what) {
    return {Code::io_error, path + " " + what + ": " + std::strerror(errno)};
}

}  // namespace

Status write_report(const std::string& path, const std::string& html) {
    std::error_code ec;
    const fs::file_status status = fs::status(path, ec);
    if (status.type() == fs::file_type::directory)
        return {Code::already_exists, "--out " + path + " is a directory; a report is one file"};
    if (status.type() != fs::file_type::not_found && (status.type() != fs::file_type::regular || !is_report(path)))
        return {Code::already_exists, "--out " + path + " holds something else than a report of assay-sim"};
    const std::string target = status.type() == fs::file_type::regular ? fs::canonical(path, ec).string()
                                                                       : path;  // through a link, not over it
    const std::string aside = target + ".partial-" + std::to_string(::getpid());
    std::FILE* f = std::fopen(aside.c_str(), "wb");
    if (f == nullptr) return io_failure("--out " + path, "cannot be made");
    const bool written = std::fwrite(html.data(), 1, html.size(), f) == html.size() && std::fflush(f) == 0 &&
                         (::fsync(::fileno(f)) == 0 || errno == EINVAL);
    const int why = errno;
    const bool closed = std::fclose(f) == 0;
    if (!written) errno = why;
    if (!written || !closed || std::rename(aside.c_str(), target.c_str()) != 0) {
        const Error e = io_failure("--out " + path, "cannot be written");
        (void)std::remove(aside.c_str());
        return e;
    }
    return {};
}

}  // namespace assay::sim::report
