#include "proofs/worker/terminal.hpp"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "proofs/worker/output.hpp"
#include "wallet/keys/keystore.hpp"

namespace assay::proofs::worker {

namespace {

// Touched by the signal handler: plain memory, written before the handler can run.
termios g_saved;
volatile sig_atomic_t g_echo_is_off = 0;
volatile sig_atomic_t g_json = 0;
volatile sig_atomic_t g_drains = 0;
volatile sig_atomic_t g_seen = 0;

constexpr char kLastWords[] =
    "{\"error\":{\"code\":\"interrupted\",\"message\":\"interrupted by a signal\",\"hint\":"
    "\"open commits stay in the state folder: run again to open them\"}}\n";

void on_signal(int) {
    g_seen = g_seen + 1;
    if (g_drains != 0 && g_seen == 1) return;
    if (g_echo_is_off != 0) (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &g_saved);
    if (g_json != 0) (void)!write(STDOUT_FILENO, kLastWords, sizeof kLastWords - 1);
    _exit(130);
}

class NoEcho {
   public:
    NoEcho() {
        if (tcgetattr(STDIN_FILENO, &g_saved) != 0) return;
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

wallet::SecureString prompt_for(const std::string& prompt) {
    std::fprintf(stderr, "%s: ", prompt.c_str());
    std::fflush(stderr);
    const NoEcho quiet;
    wallet::SecureString out;
    char c = 0;
    while (out.size() < 1024) {
        const ssize_t n = ::read(STDIN_FILENO, &c, 1);  // no buffer that would keep a copy
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0 || c == '\n') break;
        out.push_back(c);
    }
    wallet::wipe(&c, 1);
    if (out.empty()) throw Failure(Code::interrupted, "no password was typed");
    return out;
}

}  // namespace

wallet::SecureString read_password(const std::string& file, const std::string& prompt, bool json) {
    if (!file.empty()) return take(wallet::read_password_file(file));
    if (json || isatty(STDIN_FILENO) != 1)
        throw Failure(Code::usage, "a password is needed, and nobody can be asked",
                      "give --password-file FILE, or - for stdin");
    return prompt_for(prompt);
}

wallet::SecureString read_new_password(const std::string& file, bool json) {
    wallet::SecureString first = read_password(file, "New password, which encrypts the key", json);
    if (!file.empty()) return first;
    const wallet::SecureString second = prompt_for("The same password again");
    if (!wallet::equal_in_constant_time(first.bytes(), second.bytes()))
        throw Failure(Code::wrong_password, "the two passwords differ; nothing was written", "run the command again");
    return first;
}

void end_on_signal(bool json) {
    g_json = json ? 1 : 0;
    struct sigaction action {};
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, nullptr);
    (void)sigaction(SIGTERM, &action, nullptr);
}

void drain_on_signal() {
    g_drains = 1;
    (void)signal(SIGPIPE, SIG_IGN);  // whoever read the events has gone; open commits are still to be opened
}

int signals_seen() {
    return static_cast<int>(g_seen);
}

}  // namespace assay::proofs::worker
