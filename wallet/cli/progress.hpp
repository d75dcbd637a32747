// How far long work is, on stderr: a bar with rate and time left on a terminal, JSON lines where asked, else nothing.
//
//   Progress progress("bar", 10'000, "rows");     // "bar", "json" or "none"
//   progress.at(2'400);                           // [=======>            ]  2400 of 10000 rows, 1200/s, 6 s left
//   progress.done();
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace assay::wallet::cli {

class Progress {
   public:
    /// `form`: "bar" is a bar on a terminal and nothing elsewhere; "json" lines {"progress":{…}}; "none".
    Progress(std::string form, std::uint64_t total, std::string unit);
    ~Progress() { done(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// `count` of the total are done. Shown a few times a second at most.
    void at(std::uint64_t count);
    /// `count` were done before this run: the rate leaves them out.
    void begin_at(std::uint64_t count);
    /// A transaction that leaves now: a line of its own.
    void sending(const std::string& txid);
    void done();

   private:
    void show();
    using Clock = std::chrono::steady_clock;

    const std::string form_, unit_;
    const std::uint64_t total_;
    const Clock::time_point began_ = Clock::now();
    Clock::time_point shown_{};
    std::uint64_t before_ = 0, count_ = 0;
    bool on_screen_ = false;
};

}  // namespace assay::wallet::cli
