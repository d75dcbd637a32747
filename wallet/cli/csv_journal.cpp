#include "wallet/cli/csv_journal.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/hex.hpp"

namespace assay::wallet::cli {
namespace {

constexpr std::size_t kMostJournal = std::size_t{1} << 30;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> out;
    std::size_t at = 0;
    // A last line without its end was cut off by a crash, before its transaction left.
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', at)) {
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

json::Value head_of(const std::string& text) {
    const auto lines = lines_of(text);
    if (lines.empty()) return {};
    auto head = json::parse(lines.front(), {.max_bytes = std::size_t{1} << 20});
    return head ? std::move(*head) : json::Value{};
}

}  // namespace

CsvJournal CsvJournal::open(const std::filesystem::path& home, const CsvIdentity& id) {
    const std::filesystem::path folder = home / "csv";
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    (void)::chmod(folder.c_str(), 0700);
    CsvJournal out;
    out.rows_ = id.rows;
    out.file_ = folder / (id.content.substr(0, 32) + ".jsonl");
    const bool fresh = !std::filesystem::exists(out.file_, ignored);
    if (fresh && id.file != "-") {
        // The list was changed after part of it was paid: the part would be paid again.
        for (const auto& other : std::filesystem::directory_iterator(folder, ignored)) {
            const auto text = read_small_file(other.path(), kMostJournal);
            if (other.path().extension() != ".jsonl" || !text) continue;
            const json::Value head = head_of(*text);
            if (text_or_empty(head, "file") != id.file || text_or_empty(head, "sender") != id.sender ||
                text_or_empty(head, "chain_id") != id.chain_id)
                continue;
            CsvJournal before;
            if (const auto rows = number_at(head, "rows")) before.rows_ = *rows;
            before.replay(*text);
            if (!before.finished() && (before.paid_rows() > 0 || before.open_part() != nullptr))
                fail(
                    {Code::already_exists, id.file + " had another content when " + std::to_string(before.paid_rows()) +
                                               " of its " + std::to_string(before.rows_) + " rows were paid"},
                    "bring the old content back and run it again, or put what is left into a file of another name");
        }
    }
    out.fd_ = ::open(out.file_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (out.fd_ < 0)
        fail({Code::io_error, "cannot write the journal " + out.file_.string() + ": " + std::strerror(errno)});
    if (::flock(out.fd_, LOCK_EX | LOCK_NB) != 0)
        fail({Code::store_locked, "another run sends this list at this moment"}, "wait until it has ended");
    const std::string text = take(read_small_file(out.file_, kMostJournal));
    // What a crash cut off goes: an appended line would run into it.
    const std::size_t whole = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    if (whole != text.size() && ::ftruncate(out.fd_, static_cast<off_t>(whole)) != 0)
        fail({Code::io_error, "cannot mend the journal " + out.file_.string()});
    if (whole == 0)
        out.append(make::object({{"format", make::text("assay-csv")},
                                 {"version", make::number(1)},
                                 {"chain_id", make::text(id.chain_id)},
                                 {"sender", make::text(id.sender)},
                                 {"file", make::text(id.file)},
                                 {"content", make::text(id.content)},
                                 {"rows", make::number(id.rows)}}));
    out.replay(text);
    return out;
}

CsvJournal::~CsvJournal() {
    if (fd_ >= 0) (void)::close(fd_);
}
CsvJournal::CsvJournal(CsvJournal&& other) noexcept
    : file_(std::move(other.file_)), fd_(other.fd_), rows_(other.rows_), parts_(std::move(other.parts_)) {
    other.fd_ = -1;
}

void CsvJournal::replay(const std::string& text) {
    const auto damaged = [&](std::size_t line) {
        fail({Code::io_error, "line " + std::to_string(line) + " of the journal " + file_.string() + " is damaged"},
             "nothing was sent; 'assay log' and 'assay txs' show what was paid");
    };
    const auto lines = lines_of(text);
    for (std::size_t i = 1; i < lines.size(); ++i) {
        const auto line = json::parse(lines[i], {.max_bytes = std::size_t{4} << 20});
        if (!line) damaged(i + 1);
        const std::string event = text_or_empty(*line, "event");
        if (event == "again") {
            parts_.clear();
            continue;
        }
        const auto txid = fixed_from_hex<Hash>(text_or_empty(*line, "txid"));
        if (!txid) damaged(i + 1);
        if (event != "signed") {
            if (parts_.empty() || parts_.back().txid != *txid) damaged(i + 1);
            parts_.back().event = event;
            if (const auto height = number_at(*line, "height")) parts_.back().height = *height;
            continue;
        }
        CsvPart part;
        part.txid = *txid;
        const auto raw = from_hex(text_or_empty(*line, "raw"));
        const auto first = number_at(*line, "first"), count = number_at(*line, "count"),
                   nonce = number_at(*line, "nonce"), at = number_at(*line, "signed_at"),
                   until = number_at(*line, "valid_until");
        const auto fee = digits_at(*line, "fee");
        if (!raw || !first || !count || !nonce || !at || !until || !fee || *first != paid_rows()) damaged(i + 1);
        part.raw = *raw;
        part.first = *first;
        part.count = *count;
        part.nonce = *nonce;
        part.signed_at = *at;
        part.valid_until = *until;
        part.fee = *fee;
        parts_.push_back(std::move(part));
    }
}

const CsvPart* CsvJournal::open_part() const {
    return !parts_.empty() && parts_.back().event == "signed" ? &parts_.back() : nullptr;
}

std::size_t CsvJournal::paid_rows() const {
    std::size_t out = 0;
    for (const CsvPart& p : parts_)
        if (p.event == "committed") out = p.first + p.count;
    return out;
}

void CsvJournal::append(const json::Value& value) {
    const std::string line = to_json(value) + "\n";
    if (::write(fd_, line.data(), line.size()) != static_cast<ssize_t>(line.size()) || ::fdatasync(fd_) != 0)
        fail({Code::io_error, "cannot write the journal " + file_.string() + ": " + std::strerror(errno)},
             "nothing more was sent; make room and run the command again");
}

void CsvJournal::signed_part(CsvPart part) {
    append(make::object({{"event", make::text("signed")},
                         {"txid", make::text(to_hex(part.txid.view()))},
                         {"first", make::number(part.first)},
                         {"count", make::number(part.count)},
                         {"nonce", make::number(part.nonce)},
                         {"fee", make::amount(part.fee)},
                         {"signed_at", make::number(part.signed_at)},
                         {"valid_until", make::number(part.valid_until)},
                         {"raw", make::text(to_hex(part.raw))}}));
    parts_.push_back(std::move(part));
}

void CsvJournal::ended(const Hash& txid, const std::string& event, std::uint64_t height) {
    append(make::object({{"event", make::text(event)},
                         {"txid", make::text(to_hex(txid.view()))},
                         {"height", height == 0 ? make::null() : make::number(height)}}));
    parts_.back().event = event;
    parts_.back().height = height;
}

void CsvJournal::again() {
    append(make::object({{"event", make::text("again")}}));
    parts_.clear();
}

}  // namespace assay::wallet::cli
