#include "tokenomics/sim/report/csv_file.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>

#include "base/json.hpp"

namespace assay::sim::report {
namespace {

constexpr std::size_t kPiece = 1u << 20;
constexpr std::size_t kMaxLine = 1u << 20;

}  // namespace

Error CsvFile::wrong(const std::string& what) const {
    return {Code::verification_failed, path_ + " row " + std::to_string(row_) + ": " + what};
}

Result<CsvFile> CsvFile::open(const std::string& path, const std::vector<std::string>& columns) {
    CsvFile out;
    out.path_ = path;
    out.file_.reset(std::fopen(path.c_str(), "rb"));
    if (!out.file_)
        return {errno == ENOENT ? Code::not_found : Code::io_error, path + " cannot be read: " + std::strerror(errno)};
    ASSAY_TRY(const bool more, out.line());
    if (!more) return out.wrong("the file is empty");
    out.split();
    for (const auto f : out.fields_) out.head_.emplace_back(f);
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (i >= out.head_.size() || out.head_[i] != columns[i])
            return out.wrong("column " + std::to_string(i + 1) + " should be " + columns[i]);
    return out;
}

// A line without its end, as a view of the buffer.
Result<bool> CsvFile::line() {
    ++row_;
    while (true) {
        const std::size_t end = buffer_.find('\n', at_);
        if (end != std::string::npos) {
            line_ = std::string_view(buffer_).substr(at_, end - at_);
            at_ = end + 1;
            break;
        }
        buffer_.erase(0, at_);
        at_ = 0;
        if (buffer_.size() > kMaxLine) return wrong("the row is longer than 1 MiB");
        const std::size_t had = buffer_.size();
        buffer_.resize(had + kPiece);
        const std::size_t got = std::fread(buffer_.data() + had, 1, kPiece, file_.get());
        buffer_.resize(had + got);
        if (got != 0) continue;
        if (std::ferror(file_.get()) != 0) return Error{Code::io_error, path_ + " cannot be read to its end"};
        if (buffer_.empty()) return false;
        line_ = buffer_;
        at_ = buffer_.size();
        break;
    }
    if (!line_.empty() && line_.back() == '\r') line_.remove_suffix(1);
    return true;
}

// RFC 4180: a field in quotes may hold commas, and quotes twice.
void CsvFile::split() {
    fields_.clear();
    if (line_.find('"') == std::string_view::npos) {
        std::size_t from = 0;
        for (std::size_t comma = line_.find(','); comma != std::string_view::npos; comma = line_.find(',', from)) {
            fields_.push_back(line_.substr(from, comma - from));
            from = comma + 1;
        }
        fields_.push_back(line_.substr(from));
        return;
    }
    unquoted_.clear();
    unquoted_.reserve(line_.size());  // views into it stay good
    bool quoted = false;
    std::size_t from = 0;
    for (std::size_t i = 0; i < line_.size(); ++i) {
        const char c = line_[i];
        if (c == '"') {
            if (quoted && i + 1 < line_.size() && line_[i + 1] == '"')
                unquoted_.push_back(line_[++i]);
            else
                quoted = !quoted;
        } else if (c == ',' && !quoted) {
            fields_.push_back(std::string_view(unquoted_).substr(from));
            from = unquoted_.size();
        } else {
            unquoted_.push_back(c);
        }
    }
    fields_.push_back(std::string_view(unquoted_).substr(from));
    // What was cut off at the time reached to the end of what was there then; nothing was moved since.
}

Result<bool> CsvFile::next() {
    ASSAY_TRY(const bool more, line());
    if (!more) return false;
    split();
    if (fields_.size() != head_.size())
        return wrong("it has " + std::to_string(fields_.size()) + " fields, the head " + std::to_string(head_.size()));
    return true;
}

Result<double> CsvFile::number(std::size_t i) const {
    const std::string_view text = fields_[i];
    if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
    double x = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), x);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size())
        return wrong(head_[i] + " is " + json::shown(text) + ", which is no number");
    return x;
}

Result<std::uint64_t> CsvFile::count(std::size_t i) const {
    const std::string_view text = fields_[i];
    std::uint64_t n = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), n);
    if (end.ec != std::errc{} || end.ptr != text.data() + text.size())
        return wrong(head_[i] + " is " + json::shown(text) + ", which is no whole number");
    return n;
}

}  // namespace assay::sim::report
