#include "wallet/cli/terminal.hpp"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace assay::wallet::cli {
namespace {

// Touched by the signal handler: plain memory, written before the handler can run.
termios g_saved;
volatile sig_atomic_t g_echo_is_off = 0;
char g_last_words[512];
std::size_t g_last_words_size = 0;
volatile sig_atomic_t g_stops = 0;
volatile sig_atomic_t g_asked = 0;

void on_interrupt(int) {
    if (g_stops != 0 && g_asked == 0) {
        g_asked = 1;
        return;
    }
    if (g_echo_is_off != 0) (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &g_saved);
    if (g_last_words_size != 0) (void)!write(STDOUT_FILENO, g_last_words, g_last_words_size);
    _exit(130);
}

class NoEcho {
   public:
    explicit NoEcho(bool wanted) {
        if (!wanted || tcgetattr(STDIN_FILENO, &g_saved) != 0) return;
        termios quiet = g_saved;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        g_echo_is_off = 1;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ~NoEcho() {
        if (g_echo_is_off == 0) return;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &g_saved);
        g_echo_is_off = 0;
        std::fputc('\n', stderr);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;
};

}  // namespace

bool stdin_is_terminal() {
    return isatty(STDIN_FILENO) == 1;
}
bool stderr_is_terminal() {
    return isatty(STDERR_FILENO) == 1;
}

bool read_line(SecureString& out, bool hidden) {
    const NoEcho quiet(hidden && stdin_is_terminal());
    out = {};
    bool any = false;
    char c = 0;
    while (out.size() < 4096) {
        const ssize_t n = read(STDIN_FILENO, &c, 1);  // no buffer that would keep a copy
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        any = true;
        if (c == '\n') break;
        out.push_back(c);
    }
    wipe(&c, 1);
    if (!out.empty() && out.view().back() == '\r') out.pop_back();
    return any;
}

bool ask_yes(const std::string& question) {
    std::fprintf(stderr, "%s [y/N] ", question.c_str());
    std::fflush(stderr);
    SecureString line;
    return read_line(line, false) && (line.view() == "y" || line.view() == "Y" || line.view() == "yes");
}

SecureString read_all_stdin(std::size_t max_bytes) {
    SecureString out;
    char c = 0;
    while (out.size() < max_bytes) {
        const ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        out.push_back(c);
    }
    wipe(&c, 1);
    return out;
}

void end_on_interrupt(const std::string& last_words) {
    g_last_words_size = last_words.size() < sizeof g_last_words ? last_words.size() : 0;
    std::memcpy(g_last_words, last_words.data(), g_last_words_size);
    struct sigaction action {};
    action.sa_handler = on_interrupt;
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, nullptr);
    (void)sigaction(SIGTERM, &action, nullptr);
}

void stop_on_interrupt() {
    g_stops = 1;
}
bool stop_asked() {
    return g_asked != 0;
}

}  // namespace assay::wallet::cli
