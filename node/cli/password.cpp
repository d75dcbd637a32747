#include "node/cli/password.hpp"

#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace assay::node::cli {
namespace {

// The handler's: written before it can run.
termios g_terminal;

void give_echo_back(int) {
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &g_terminal);
    _exit(130);
}

// No echo while it lives; Ctrl-C gives it back.
class NoEcho {
   public:
    NoEcho() {
        if (tcgetattr(STDIN_FILENO, &g_terminal) != 0) return;
        struct sigaction action {};
        action.sa_handler = give_echo_back;
        sigemptyset(&action.sa_mask);
        (void)sigaction(SIGINT, &action, &before_);
        termios quiet = g_terminal;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        on_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
    ~NoEcho() {
        if (!on_) return;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &g_terminal);
        (void)sigaction(SIGINT, &before_, nullptr);
        std::fputc('\n', stderr);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

   private:
    struct sigaction before_ {};
    bool on_ = false;
};

}  // namespace

Password::~Password() {
    if (!text_.empty()) explicit_bzero(text_.data(), text_.size());
}

// Byte by byte: no buffer that would keep a copy; room is there before, so that none is left behind by growth.
Result<Password> Password::from(int fd) {
    Password out;
    out.text_.reserve(kLongest + 1);
    char c = 0;
    while (true) {
        const ssize_t n = ::read(fd, &c, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return {Code::io_error, std::string("cannot read the password: ") + std::strerror(errno)};
        if (n == 0 || c == '\n') break;
        if (out.text_.size() == kLongest) return {Code::usage, "the password is longer than 1024 bytes"};
        out.text_.push_back(c);
    }
    if (!out.text_.empty() && out.text_.back() == '\r') out.text_.pop_back();
    return out;
}

Result<Password> Password::asked(const char* prompt) {
    std::fputs(prompt, stderr);
    std::fflush(stderr);
    const NoEcho quiet;
    return from(STDIN_FILENO);
}

Result<Password> read_password(const std::string& file, bool is_new, bool json) {
    if (file == "-") return Password::from(STDIN_FILENO);
    if (!file.empty()) {
        const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) return {Code::io_error, "cannot read " + file + ": " + std::strerror(errno)};
        auto out = Password::from(fd);
        ::close(fd);
        return out;
    }
    if (json || ::isatty(STDIN_FILENO) != 1)
        return {Code::usage, "nobody can be asked for the password here: --password-file FILE, or - for stdin"};
    auto first = Password::asked("password: ");
    if (!first || !is_new) return first;
    const auto second = Password::asked("once more: ");
    if (!second) return second.error();
    if (first->view() != second->view()) return {Code::wrong_password, "the two passwords differ"};
    return first;
}

}  // namespace assay::node::cli
