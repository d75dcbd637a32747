#include "tokenomics/sim/cli/output.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tokenomics/sim/text.hpp"

namespace assay::sim::cli {
namespace {

double seconds_now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Characters, not bytes: continuation bytes of UTF-8 take no column.
std::size_t width(const std::string& s) {
    return static_cast<std::size_t>(
        std::count_if(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

// A reader that closed the pipe has seen enough: no error.
int Output::done(const std::string& text) const {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
    return 0;
}

int Output::fail(const Error& error, const std::string& hint) const {
    return fail_with(error, hint, "", "");
}

int Output::fail_with(const Error& error, const std::string& hint, const std::string& name,
                      const std::string& value) const {
    if (json) {
        std::string out =
            "{\"error\":{\"code\":" + json_text(error.word()) + ",\"message\":" + json_text(error.message);
        if (!hint.empty()) out += ",\"hint\":" + json_text(hint);
        if (!name.empty()) out += "," + json_text(name) + ":" + value;
        out += "}}\n";
        std::fwrite(out.data(), 1, out.size(), stdout);
        std::fflush(stdout);
    } else {
        std::fprintf(stderr, "assay-sim: %s\n", error.message.c_str());
        if (!hint.empty()) std::fprintf(stderr, "  %s\n", hint.c_str());
    }
    return exit_code(error.code);
}

Progress::Progress(bool lines) : lines_(lines), terminal_(::isatty(2) == 1) {}

void Progress::show(std::uint64_t done, std::uint64_t of, std::uint64_t steps_per_run) {
    if (!lines_ && !terminal_) return;
    if (started_ == 0) {
        started_ = seconds_now();
        before_ = done;
        return;
    }
    of = std::max<std::uint64_t>(of, 1);
    const double elapsed = std::max(seconds_now() - started_, 1e-9);
    const double made = done > before_ ? static_cast<double>(done - before_) : 0;
    const double rate = made * static_cast<double>(steps_per_run) / elapsed;
    const double left = made == 0 ? 0 : elapsed * static_cast<double>(of - done) / made;
    if (lines_) {
        std::fprintf(stderr, "{\"done\":%llu,\"of\":%llu,\"path_steps_per_s\":%.0f,\"left_s\":%.1f}\n",
                     static_cast<unsigned long long>(done), static_cast<unsigned long long>(of), rate, left);
        return;
    }
    constexpr std::uint64_t kWide = 30;
    std::string bar;
    for (std::uint64_t i = 0; i < kWide; ++i) bar += i < kWide * done / of ? '#' : '.';
    std::fprintf(stderr, "\r[%s] %3llu %%  %.2g path-steps/s  %.0f s left ", bar.c_str(),
                 static_cast<unsigned long long>(100 * done / of), rate, left);
    shown_ = true;
}

Progress::~Progress() {
    if (shown_) std::fprintf(stderr, "\r%78s\r", "");
}

void Table::row(std::initializer_list<std::string> cells) {
    rows_.emplace_back(cells);
}

std::string Table::text() const {
    std::vector<std::size_t> widths(right_.size());
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    std::string out;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string fill(widths[i] - width(row[i]), ' ');
            line += (i == 0 ? "" : "  ") + (right_[i] == 'r' ? fill + row[i] : row[i] + fill);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

}  // namespace assay::sim::cli
