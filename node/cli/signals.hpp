// Signals of a program that runs until it is told to stop: blocked before any other thread begins, then taken one by
// one by the main thread.
//
//   const sigset_t signals = block_signals();
//   while (signal_or_nothing(signals) == 0) …     // waits a tenth of a second
#pragma once

#include <signal.h>

namespace assay::node::cli {

/// SIGTERM, SIGINT and SIGHUP; SIGPIPE is ignored.
inline sigset_t block_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signal(SIGPIPE, SIG_IGN);
    return set;
}

inline int signal_or_nothing(const sigset_t& set) {
    const timespec wait{0, 100'000'000};
    const int got = sigtimedwait(&set, nullptr, &wait);
    return got < 0 ? 0 : got;
}

}  // namespace assay::node::cli
