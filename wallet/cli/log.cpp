#include "wallet/cli/log.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/hex.hpp"
#include "base/utc.hpp"
#include "wallet/client/json_write.hpp"
#include "wallet/keys/keystore.hpp"

namespace assay::wallet::cli {
namespace {

json::Value now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    return make::text(format_utc(TimeMs{static_cast<std::uint64_t>(ms)}));
}

json::Value id(const Hash& txid) {
    return make::text(to_hex(txid.view()));
}

}  // namespace

Status ActionLog::append(json::Value entry) const {
    const auto failed = [&]() -> Status {
        return {Code::io_error, "cannot write the log " + file_.string() + ": " + std::strerror(errno)};
    };
    std::error_code ignored;
    if (!std::filesystem::exists(file_.parent_path(), ignored)) {
        std::filesystem::create_directories(file_.parent_path(), ignored);
        (void)::chmod(file_.parent_path().c_str(), 0700);
    }
    const int fd = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return failed();
    const std::string line = to_json(entry) + "\n";
    // One write call per line: concurrent wallets do not mix their lines.
    const bool written =
        ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fdatasync(fd) == 0;
    const Status out = written ? Status{} : failed();
    (void)::close(fd);
    return out;
}

Status ActionLog::sending(const SignedTx& tx, const std::string& key, const std::string& what) const {
    return append(make::object({{"time", now()},
                                {"event", make::text("sending")},
                                {"txid", id(tx.txid)},
                                {"chain_id", make::text(tx.tx.body.chain_id)},
                                {"from", make::text(key)},
                                {"nonce", make::number(tx.tx.body.nonce)},
                                {"fee", make::amount(tx.tx.body.fee.units)},
                                {"valid_until", make::number(tx.tx.body.valid_until)},
                                {"what", make::text(what)}}));
}

Status ActionLog::outcome(const Outcome& o) const {
    return append(make::object({{"time", now()},
                                {"event", make::text(status_word(o.status))},
                                {"txid", id(o.txid)},
                                {"height", o.height == 0 ? make::null() : make::number(o.height)},
                                {"code", make::text(o.code)}}));
}

Status ActionLog::ended(const Hash& txid, std::string_view event, const std::string& why) const {
    return append(make::object(
        {{"time", now()}, {"event", make::text(event)}, {"txid", id(txid)}, {"message", make::text(why)}}));
}

Result<std::vector<json::Value>> ActionLog::entries() const {
    std::vector<json::Value> out;
    auto text = read_small_file(file_, 256u << 20);
    if (!text && text.error().code == Code::not_found) return out;
    if (!text) return text.error();
    std::size_t at = 0;
    while (at < text->size()) {
        const std::size_t end = text->find('\n', at);
        if (end == std::string::npos) break;
        if (auto entry = json::parse(std::string_view(*text).substr(at, end - at)))
            out.push_back(std::move(entry).value());
        at = end + 1;
    }
    return out;
}

std::optional<std::uint64_t> ActionLog::valid_until(const Hash& txid) const {
    const auto all = entries();
    if (!all) return std::nullopt;
    const std::string wanted = to_hex(txid.view());
    for (const json::Value& entry : *all)
        if (text_or_empty(entry, "txid") == wanted)
            if (const auto height = number_at(entry, "valid_until")) return *height;
    return std::nullopt;
}

}  // namespace assay::wallet::cli
