// The real cometbft for tests, where scripts/get-cometbft.sh has put it; tests that want it are skipped elsewhere.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace assay::node::test {

/// One per version; none, and a word about it, where there is none.
inline std::vector<std::filesystem::path> comet_programs() {
    std::vector<std::filesystem::path> out;
    std::error_code ec;
    for (const auto& version : std::filesystem::directory_iterator(ASSAY_SOURCE_DIR "/build/cometbft", ec)) {
        const auto program = version.path() / "bin" / "cometbft";
        if (std::filesystem::exists(program, ec)) out.push_back(program);
    }
    if (out.empty()) WARN("skipped: no cometbft in build/cometbft; scripts/get-cometbft.sh installs it");
    return out;
}

/// Its output goes to `output`, or nowhere below 0.
inline pid_t start_program(const std::filesystem::path& program, const std::vector<std::string>& args,
                           const std::filesystem::path& directory, int output = -1) {
    std::vector<std::string> all{program.string()};
    all.insert(all.end(), args.begin(), args.end());
    std::vector<char*> argv;
    for (std::string& a : all) argv.push_back(a.data());
    argv.push_back(nullptr);
    const int out = output >= 0 ? output : ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::chdir(directory.c_str()) != 0) ::_exit(126);
        ::dup2(out, 1);
        ::dup2(out, 2);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    if (output < 0) ::close(out);
    REQUIRE(child > 0);
    return child;
}

inline std::string output_of(const std::filesystem::path& program, const std::vector<std::string>& args,
                             const std::filesystem::path& directory) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const pid_t child = start_program(program, args, directory, ends[1]);
    ::close(ends[1]);
    std::string out;
    char piece[4096];
    for (ssize_t n = 0; (n = ::read(ends[0], piece, sizeof(piece))) > 0;)
        out.append(piece, static_cast<std::size_t>(n));
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return out;
}

}  // namespace assay::node::test
