// What can be asked through the C interface, in C++.
//
//   ASSAY_TRY(Answer a, ask("run", R"({"source":"devnet","runs":100,"set":["demand.volatility=0.5"]})", watch));
//   a.text == R"({"result_hash":"…","runs":100,"steps":365})"; a.files has manifest.json and the others
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace assay::sim::c {

/// What another thread may look at while something runs.
struct Watch {
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> done{0}, of{0};
    [[nodiscard]] std::function<void(std::uint64_t, std::uint64_t)> progress() {
        return [this](std::uint64_t so_far, std::uint64_t all) {
            done = so_far;
            of = all;
        };
    }
};

struct Answer {
    std::string text;                                        ///< one JSON value
    std::vector<std::pair<std::string, std::string>> files;  ///< name and bytes, of "run" and its kin
};

/// "assay-sim 0.1.0 (commit)", as the program calls itself.
[[nodiscard]] std::string version_text();

/// Questions and the members of their requests, all but `source` with a default:
///   presets   {}                                     {"items":[{"name","needs"}]}
///   figures   {}                                     {"series":[{"name","unit","meaning"}],"figures":[… with
///   condition, fails, threshold]} params    {source, set, pattern} {"items":[{"path","value","unit","meaning"}]}
///   document  {source, set}                          the scenario with what it extends, and nothing that it leaves
///   open scenario  {source, set}                          the scenario as it resolves run       {source, set, runs,
///   threads, mode, paths}   {"result_hash"} and the files of a result job       the same and out, shard "1/3" the same
///   into the directory `out`, or a part of the runs sweep     the same as job, and sweep             a scenario's
///   `sweep` member says what; else the scenario's own merge     {dirs, out}                            all shards of a
///   job or sweep, to the bytes of the whole report    {dir, out, title}                      {"verdict","sentence"};
///   the page is in the file `out`
/// `set` is a list of "path=value". Errors: usage for an unknown question or member, and those of what is called.
[[nodiscard]] Result<Answer> ask(std::string_view question, std::string_view request, Watch& watch);

/// What to do about an error, where there is something to say.
[[nodiscard]] std::string hint_for(const Error& error);

}  // namespace assay::sim::c
