// What benchmarks of the chain share: results that must be right, and clocks.
//
//   const double begun = thread_seconds();
//   must(app->commit());                       // ends the program where it fails
//   const double cpu = thread_seconds() - begun;
#pragma once

#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/result.hpp"

namespace assay::bench {

using Clock = std::chrono::steady_clock;

[[noreturn]] inline void fail(const std::string& what) {
    std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, what.c_str());
    std::exit(1);
}
template <class T>
T must(Result<T> r) {
    if (!r) fail(std::string(r.error().word()) + ": " + r.error().message);
    return std::move(r).value();
}
inline void must(const Status& s) {
    if (!s) fail(std::string(s.error().word()) + ": " + s.error().message);
}

inline double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}
inline double seconds_of(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}
/// Processor time of the calling thread: what a phase costs, whatever else the cores do.
inline double thread_seconds() {
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}
/// Processor time of the whole process, LevelDB's threads included: a ratio that other programs on the machine do not
/// move.
inline double process_seconds() {
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

}  // namespace assay::bench
