// What can be asked through the C interface, in C++.
//
//   ASSAY_TRY(Answer a, ask("run", R"({"source":"devnet","runs":100,"set":["demand.volatility=0.5"]})", watch));
//   a.text == R"({"result_hash":"…","runs":100,"steps":365})"; a.files has manifest.json and the others
#pragma once

#include <atomic>
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
///   document  {source, set}                          the scenario with what it extends, and nothing that it leaves open
///   scenario  {source, set}                          the scenario as it resolves
///   run       {source, set, runs, threads, mode}     {"result_hash","cells"} and the files of a result
///   shard     the same and shard "1/3", out          that part of the runs, into the directory `out`
///   merge     {dirs, out}                            all of them into one result, to the bytes of "run"
///   sweep     that of run and cells [{path: value}]     the same, of many cells
///   cells     the same and first, end                some of those cells, each as a file that only "gather" reads
///   gather    that of sweep and folder, with the files of all cells      what "sweep" answers, to the byte
/// `set` is a list of "path=value". Errors: usage for an unknown question or member, and those of what is called.
[[nodiscard]] Result<Answer> ask(std::string_view question, std::string_view request, Watch& watch);

/// What to do about an error, where there is something to say.
[[nodiscard]] std::string hint_for(const Error& error);

}  // namespace assay::sim::c
