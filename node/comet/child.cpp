#include "node/comet/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace assay::node {
namespace {

constexpr std::size_t kLongestLine = 4096;

// Between fork and exec only what is safe there: everything was made before.
[[noreturn]] void become(const char* folder, char* const* argv, int output, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(127);  // it ended before the line above
    ::setpgid(0, 0);                          // Ctrl-C is for us, who end it in order
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    const int nothing = ::open("/dev/null", O_RDONLY);
    if (nothing < 0 || ::dup2(nothing, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0) ::_exit(127);
    ::close_range(3, ~0U, 0);
    if (::chdir(folder) == 0) ::execv(argv[0], argv);
    ::_exit(127);
}

}  // namespace

Result<std::unique_ptr<Child>> Child::start(const std::vector<std::string>& argv, const std::filesystem::path& folder,
                                            OnLine on_line) {
    const auto failed = [&](const char* what) -> Result<std::unique_ptr<Child>> {
        return {Code::io_error, std::string("cannot ") + what + " " + argv[0] + ": " + std::strerror(errno)};
    };
    if (::access(argv[0].c_str(), X_OK) != 0) return failed("run");
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return failed("make a pipe to");
    std::vector<char*> raw;
    for (const std::string& a : argv) raw.push_back(const_cast<char*>(a.c_str()));
    raw.push_back(nullptr);
    const std::string where = folder.string();
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid < 0) {
        ::close(ends[0]);
        ::close(ends[1]);
        return failed("start");
    }
    if (pid == 0) become(where.c_str(), raw.data(), ends[1], parent);
    ::close(ends[1]);
    return std::unique_ptr<Child>(new Child(pid, ends[0], std::move(on_line)));
}

Child::Child(pid_t pid, int output, OnLine on_line)
    : pid_(pid), output_(output), reader_([this, f = std::move(on_line)]() mutable { read_lines(std::move(f)); }) {}

Child::~Child() {
    stop(std::chrono::seconds(0));
    if (reader_.joinable()) reader_.join();
    ::close(output_);
}

// Ends with the pipe: when the child and whoever it gave the pipe to are gone.
void Child::read_lines(OnLine on_line) {
    std::string line;
    char buffer[8192];
    while (true) {
        const ssize_t n = ::read(output_, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        for (ssize_t i = 0; i < n; ++i) {
            if (buffer[i] != '\n') {
                if (line.size() < kLongestLine) line += buffer[i];
                continue;
            }
            on_line(line);
            line.clear();
        }
    }
    if (!line.empty()) on_line(line);
}

bool Child::running() {
    if (ended_) return false;
    const pid_t got = ::waitpid(pid_, &status_, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR)) return true;
    ended_ = true;
    return false;
}

std::string Child::how_it_ended() const {
    if (WIFSIGNALED(status_)) return "by signal " + std::to_string(WTERMSIG(status_));
    return "with exit status " + std::to_string(WEXITSTATUS(status_));
}

void Child::stop(std::chrono::milliseconds patience) {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + patience;
    if (running()) ::kill(pid_, SIGTERM);
    while (running() && Clock::now() < until) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (!running()) return;
    ::kill(pid_, SIGKILL);
    while (running()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

}  // namespace assay::node
