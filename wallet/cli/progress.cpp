#include "wallet/cli/progress.hpp"

#include <algorithm>
#include <cstdio>

#include "wallet/cli/terminal.hpp"
#include "wallet/client/json_write.hpp"

namespace assay::wallet::cli {

Progress::Progress(std::string form, std::uint64_t total, std::string unit)
    : form_(form == "bar" && !stderr_is_terminal() ? "none" : std::move(form)), unit_(std::move(unit)), total_(total) {}

void Progress::begin_at(std::uint64_t count) {
    before_ = count_ = count;
    show();
}

void Progress::at(std::uint64_t count) {
    count_ = count;
    if (count < total_ && Clock::now() - shown_ < std::chrono::milliseconds(200)) return;
    show();
}

void Progress::show() {
    if (form_ == "none") return;
    shown_ = Clock::now();
    const std::uint64_t ms = static_cast<std::uint64_t>(
        std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::milliseconds>(shown_ - began_).count()));
    const std::uint64_t here = count_ - before_;
    const std::uint64_t rate = here * 1000 / ms;
    const std::uint64_t left_s = here == 0 ? 0 : ((total_ - count_) * ms / here + 999) / 1000;
    if (form_ == "json") {
        const json::Value line =
            make::object({{"progress", make::object({{"done", make::number(count_)},
                                                     {"total", make::number(total_)},
                                                     {"unit", make::text(unit_)},
                                                     {"per_second", make::number(rate)},
                                                     {"left_s", here == 0 ? make::null() : make::number(left_s)}})}});
        std::fprintf(stderr, "%s\n", to_json(line).c_str());
        std::fflush(stderr);
        return;
    }
    constexpr std::uint64_t kWidth = 30;
    const std::uint64_t full = total_ == 0 ? kWidth : std::min(kWidth, count_ * kWidth / total_);
    std::string bar(full, '=');
    if (full < kWidth) bar += '>';
    bar.resize(kWidth, ' ');
    std::string tail;
    if (here != 0) tail = ", " + std::to_string(rate) + "/s, " + std::to_string(left_s) + " s left";
    std::fprintf(stderr, "\r[%s] %llu of %llu %s%s\033[K", bar.c_str(), static_cast<unsigned long long>(count_),
                 static_cast<unsigned long long>(total_), unit_.c_str(), tail.c_str());
    std::fflush(stderr);
    on_screen_ = true;
}

void Progress::sending(const std::string& txid) {
    if (form_ == "json") {
        std::fprintf(stderr, "%s\n", to_json(make::object({{"sending", make::text(txid)}})).c_str());
    } else {
        std::fprintf(stderr, "%stxid %s\n", on_screen_ ? "\r\033[K" : "", txid.c_str());
    }
    std::fflush(stderr);
}

void Progress::done() {
    if (on_screen_) std::fputc('\n', stderr);
    on_screen_ = false;
}

}  // namespace assay::wallet::cli
