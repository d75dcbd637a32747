#include "proofs/worker/state.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/hex.hpp"
#include "base/json.hpp"
#include "base/utc.hpp"
#include "proofs/fault.hpp"
#include "wallet/keys/keystore.hpp"

namespace assay::proofs::worker {

namespace {

constexpr std::size_t kMaxRecordFile = 4u << 20;  // an opening of 2^16 samples would fit

std::optional<std::string> read_if_there(const std::filesystem::path& file) {
    auto text = wallet::read_small_file(file, kMaxRecordFile);
    if (text) return std::move(*text);
    if (text.error().code == Code::not_found) return std::nullopt;
    throw Failure(text.error());
}

Hash hash_at(json::Object& from, std::string_view key) {
    auto out = fixed_from_hex<Hash>(take(from.string(key)));
    if (!out) throw Failure(out.error().code, from.path(key) + ": " + out.error().message);
    return *out;
}

u128 digits_at(json::Object& from, std::string_view key) {
    return take(from.units(key));
}

Json to_json(const std::optional<SentTx>& tx) {
    if (!tx) return nullptr;
    return {{"txid", to_hex(tx->txid.view())}, {"valid_until", tx->valid_until}, {"raw", to_hex(tx->raw)}};
}

std::optional<SentTx> sent_tx_at(json::Object& from, std::string_view key) {
    const json::Value* there = from.optional(key);
    if (there == nullptr || there->is_null()) return std::nullopt;
    json::Object tx = take(from.object(key));
    SentTx out;
    out.txid = hash_at(tx, "txid");
    out.valid_until = take(tx.u64("valid_until"));
    auto raw = from_hex(take(tx.string("raw")));
    if (!raw) throw Failure(raw.error().code, tx.path("raw") + ": " + raw.error().message);
    out.raw = std::move(*raw);
    take(tx.done());
    return out;
}

void must_be(json::Object& top, const char* format) {
    if (take(top.string("format")) != format)
        throw Failure(Code::invalid_params, top.path("format") + " is not " + format);
    if (take(top.u64("version")) != 1)
        throw Failure(Code::invalid_params, top.path("version") + " is not 1: written by another assay-prover");
}

Json to_json(const Decided& d) {
    return {{"commit", d.commit},
            {"epoch", d.epoch.value},
            {"slot", d.slot},
            {"verdict", d.verdict},
            {"reason", d.reason},
            {"height", d.height},
            {"slashed", to_digits(d.slashed)}};
}

Decided decided_from(const json::Value& value, const std::string& source) {
    json::Object from = take(json::object(value, source));
    Decided d;
    d.commit = take(from.string("commit"));
    d.epoch = Epoch{take(from.u64("epoch"))};
    d.slot = static_cast<std::uint32_t>(take(from.u64("slot", 0, 0xffffffffu)));
    d.verdict = take(from.string("verdict"));
    d.reason = take(from.string("reason"));
    d.height = take(from.u64("height"));
    d.slashed = digits_at(from, "slashed");
    take(from.done());
    return d;
}

}  // namespace

Json to_json(const Record& r) {
    return {{"format", "assay-prover-commit"},
            {"version", 1},
            {"commit", to_hex(r.commit.view())},
            {"task", to_hex(r.task.view())},
            {"epoch", r.epoch.value},
            {"slot", r.slot},
            {"class", r.device_class},
            {"order", r.order ? Json(to_hex(r.order->view())) : Json()},
            {"params_hex", to_hex(borsh::encode(r.params))},
            {"ctx", to_hex(r.ctx.view())},
            {"root", to_hex(r.root.view())},
            {"commit_by", format_utc(r.commit_by)},
            {"fault", r.fault},
            {"phase", r.phase == Phase::sent ? "sent" : "committed"},
            {"height", r.height},
            {"commit_tx", to_json(r.commit_tx)},
            {"open_tx", to_json(r.open_tx)},
            {"device", r.device}};
}

Record parse_record(const std::string& text, const std::string& source) {
    const json::Value root = take(json::parse(text, {.max_bytes = kMaxRecordFile, .source = source}));
    json::Object top = take(json::object(root, source));
    must_be(top, "assay-prover-commit");
    Record r;
    r.commit = hash_at(top, "commit");
    r.task = hash_at(top, "task");
    r.epoch = Epoch{take(top.u64("epoch"))};
    r.slot = static_cast<std::uint32_t>(take(top.u64("slot", 0, 0xffffffffu)));
    r.device_class = take(top.string("class"));
    const json::Value* order = take(top.required("order"));
    if (!order->is_null()) r.order = hash_at(top, "order");
    const auto params = take(from_hex(take(top.string("params_hex"))));
    r.params = take(borsh::decode<WorkParams>(params));
    take(validate(r.params));
    r.ctx = hash_at(top, "ctx");
    r.root = hash_at(top, "root");
    r.commit_by = take(parse_utc(take(top.string("commit_by"))));
    r.fault = take(top.string("fault"));
    take(parse_fault(r.fault));
    const std::string phase = take(top.string("phase"));
    if (phase != "sent" && phase != "committed")
        throw Failure(Code::invalid_params, top.path("phase") + " is neither sent nor committed");
    r.phase = phase == "sent" ? Phase::sent : Phase::committed;
    r.height = take(top.u64("height"));
    r.commit_tx = sent_tx_at(top, "commit_tx");
    r.open_tx = sent_tx_at(top, "open_tx");
    if (top.optional("device") != nullptr) r.device = take(top.string("device"));  // older files have none
    take(top.done());
    if (r.phase == Phase::sent && !r.commit_tx)
        throw Failure(Code::json_missing_key, top.path("commit_tx") + " is missing from a commit that was sent");
    return r;
}

void Summary::add(const Decided& d) {
    const auto same = [&](const Decided& other) { return other.commit == d.commit; };
    if (std::any_of(last.begin(), last.end(), same)) return;
    (d.verdict == "pass" ? passed : d.verdict == "fail" ? failed : absent) += 1;
    slashed += d.slashed;
    unpaid.insert(d.epoch.value);
    last.push_back(d);
    if (last.size() > kMostRemembered) last.erase(last.begin());
}

StateFolder StateFolder::hold(const std::filesystem::path& folder) {
    StateFolder out(folder);
    std::error_code failed;
    std::filesystem::create_directories(folder / "commits", failed);
    if (failed) throw Failure(Code::io_error, "cannot create " + folder.string() + ": " + failed.message());
    (void)::chmod(folder.c_str(), 0700);
    (void)::chmod((folder / "commits").c_str(), 0700);
    const auto file = folder / "lock";
    out.lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (out.lock_ < 0) throw Failure(Code::io_error, "cannot open " + file.string() + ": " + std::strerror(errno));
    struct flock whole {};
    whole.l_type = F_WRLCK;
    if (::fcntl(out.lock_, F_SETLK, &whole) != 0)
        throw Failure(Code::store_locked, "another assay-prover works with " + folder.string(),
                      "drain it first, or give this one a --state of its own and other --slots");
    return out;
}

StateFolder StateFolder::look(const std::filesystem::path& folder) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
        throw Failure(Code::not_found, "nothing has run with the state folder " + folder.string(),
                      "name another with --state");
    return StateFolder(folder);
}

StateFolder::StateFolder(StateFolder&& other) noexcept
    : folder_(std::move(other.folder_)), lock_(std::exchange(other.lock_, -1)) {}

StateFolder::~StateFolder() {
    if (lock_ >= 0) (void)::close(lock_);
}

std::optional<int> StateFolder::holder() const {
    const int fd = ::open((folder_ / "lock").c_str(), O_RDWR | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    struct flock whole {};
    whole.l_type = F_WRLCK;
    const bool asked = ::fcntl(fd, F_GETLK, &whole) == 0;
    (void)::close(fd);
    if (!asked || whole.l_type == F_UNLCK) return std::nullopt;
    return static_cast<int>(whole.l_pid);
}

void StateFolder::put(const std::filesystem::path& file, const Json& value) const {
    take(wallet::write_file_atomically(file, value.dump(2) + "\n", 0600, true));
}

void StateFolder::save(const Record& r) const {
    put(folder_ / "commits" / (to_hex(r.commit.view()) + ".json"), to_json(r));
}

void StateFolder::remove(const Hash& commit) const {
    std::error_code ignored;
    std::filesystem::remove(folder_ / "commits" / (to_hex(commit.view()) + ".json"), ignored);
}

std::vector<Record> StateFolder::records() const {
    std::vector<Record> out;
    std::error_code missing;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / "commits", missing))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        try {
            const auto text = read_if_there(file);
            if (!text) continue;  // decided in this moment
            Record r = parse_record(*text, file.filename().string());
            if (to_hex(r.commit.view()) != file.stem().string())
                throw Failure(Code::invalid_params, file.filename().string() + " holds another commit");
            out.push_back(std::move(r));
        } catch (const Failure& e) {
            note("a commit's file cannot be read and is put aside: " + std::string(e.what()));
            std::error_code ignored;
            if (lock_ >= 0) std::filesystem::rename(file, file.string() + ".bad", ignored);
        }
    }
    std::stable_sort(out.begin(), out.end(), [](const Record& a, const Record& b) { return a.epoch < b.epoch; });
    return out;
}

std::optional<Identity> StateFolder::identity() const {
    const auto text = read_if_there(folder_ / "state.json");
    if (!text) return std::nullopt;
    const json::Value root = take(json::parse(*text, {.source = "state.json"}));
    json::Object top = take(json::object(root, "state.json"));
    must_be(top, "assay-prover-state");
    return Identity{take(top.string("chain_id")), take(top.string("genesis")), take(top.string("provider"))};
}

void StateFolder::save_identity(const Identity& id, const std::string& node, const std::string& device) const {
    put(folder_ / "state.json", {{"format", "assay-prover-state"},
                                 {"version", 1},
                                 {"chain_id", id.chain_id},
                                 {"genesis", id.genesis},
                                 {"provider", id.provider},
                                 {"node", node},
                                 {"device", device}});
}

std::string StateFolder::member(const char* key) const {
    const auto text = read_if_there(folder_ / "state.json");
    if (!text) return {};
    const json::Value root = take(json::parse(*text, {.source = "state.json"}));
    json::Object top = take(json::object(root, "state.json"));
    return take(top.string(key));
}

std::string StateFolder::device() const {
    return member("device");
}
std::string StateFolder::node() const {
    return member("node");
}

Summary StateFolder::summary() const {
    Summary out;
    const auto text = read_if_there(folder_ / "summary.json");
    if (!text) return out;
    const json::Value root = take(json::parse(*text, {.max_bytes = kMaxRecordFile, .source = "summary.json"}));
    json::Object top = take(json::object(root, "summary.json"));
    must_be(top, "assay-prover-summary");
    out.passed = take(top.u64("passed"));
    out.failed = take(top.u64("failed"));
    out.absent = take(top.u64("absent"));
    out.refused = take(top.u64("refused"));
    out.missed = take(top.u64("missed"));
    out.earned = digits_at(top, "earned");
    out.slashed = digits_at(top, "slashed");
    for (const auto& item : take(top.array("last", 1000))) out.last.push_back(decided_from(item, top.path("last")));
    for (const auto& item : take(top.array("unpaid", 100'000)))
        out.unpaid.insert(take(json::as_u64(item, top.path("unpaid"))));
    take(top.done());
    return out;
}

void StateFolder::save(const Summary& s) const {
    Json last = Json::array();
    for (const auto& d : s.last) last.push_back(to_json(d));
    put(folder_ / "summary.json", {{"format", "assay-prover-summary"},
                                   {"version", 1},
                                   {"passed", s.passed},
                                   {"failed", s.failed},
                                   {"absent", s.absent},
                                   {"refused", s.refused},
                                   {"missed", s.missed},
                                   {"earned", to_digits(s.earned)},
                                   {"slashed", to_digits(s.slashed)},
                                   {"last", std::move(last)},
                                   {"unpaid", s.unpaid}});
}

void StateFolder::ask_drain() const {
    take(wallet::write_file_atomically(folder_ / "drain", "", 0600, true));
}

bool StateFolder::drain_asked() const {
    std::error_code ignored;
    return std::filesystem::exists(folder_ / "drain", ignored);
}

void StateFolder::forget_drain() const {
    std::error_code ignored;
    std::filesystem::remove(folder_ / "drain", ignored);
}

}  // namespace assay::proofs::worker
