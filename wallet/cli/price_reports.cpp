#include "wallet/cli/price_reports.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "base/hex.hpp"
#include "base/utc.hpp"
#include "wallet/cli/terminal.hpp"

namespace assay::wallet::cli {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMostOutput = 4096;

/// What the command printed, or why it is none. It and what it started end with the deadline.
Result<std::string> output_of(const std::string& command, std::chrono::seconds longest) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return {Code::io_error, std::string("no pipe: ") + std::strerror(errno)};
    const pid_t child = ::fork();
    if (child < 0) {
        (void)::close(ends[0]);
        (void)::close(ends[1]);
        return {Code::io_error, std::string("cannot start the command: ") + std::strerror(errno)};
    }
    if (child == 0) {
        (void)::setpgid(0, 0);
        const int nothing = ::open("/dev/null", O_RDONLY);
        if (nothing < 0 || ::dup2(nothing, STDIN_FILENO) < 0 || ::dup2(ends[1], STDOUT_FILENO) < 0) ::_exit(127);
        (void)::signal(SIGINT, SIG_DFL);
        (void)::signal(SIGTERM, SIG_DFL);
        ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    (void)::setpgid(child, child);  // on both sides: whoever comes first
    (void)::close(ends[1]);
    const auto end = Clock::now() + longest;
    std::string out;
    bool late = false, closed = false;
    while (!closed && !late && !stop_asked()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        late = left <= 0;
        pollfd one{ends[0], POLLIN, 0};
        if (late || ::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left, 200))) <= 0) continue;
        char block[1024];
        const ssize_t n = ::read(ends[0], block, sizeof block);
        closed = n == 0 || (n < 0 && errno != EINTR);
        if (n > 0 && out.size() < kMostOutput) out.append(block, static_cast<std::size_t>(n));
    }
    (void)::close(ends[0]);
    int status = 0;
    while (true) {  // it may have closed its stdout and go on
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended != 0) break;
        late = late || Clock::now() >= end;
        if (late || stop_asked()) {
            (void)::kill(-child, SIGKILL);
            while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
            }
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (late) return {Code::io_error, "the command gave no answer within " + std::to_string(longest.count()) + " s"};
    if (WIFSIGNALED(status))
        return {Code::io_error, "the command was ended by signal " + std::to_string(WTERMSIG(status))};
    if (WEXITSTATUS(status) != 0)
        return {Code::io_error, "the command ended with exit code " + std::to_string(WEXITSTATUS(status))};
    return out;
}

Result<Price> price_in(const std::string& output) {
    const std::size_t from = output.find_first_not_of(" \t\r\n");
    if (from == std::string::npos) return {Code::bad_amount, "the command printed nothing"};
    const std::string line = output.substr(from, output.find_first_of("\r\n", from) - from);
    const auto price = parse_price(line.substr(0, line.find_last_not_of(" \t") + 1));
    if (!price) return {Code::bad_amount, "what the command printed is no price: " + price.error().message};
    return price;
}

class Turns {
   public:
    Turns(Session& session, const ChangeOptions& options, const PriceReports& reports, const KeyInfo& key,
          const Signer& signer)
        : session_(session), options_(options), reports_(reports), key_(key), signer_(signer) {}

    void one() {
        const auto longest = std::chrono::seconds(std::min<std::uint64_t>(reports_.every_s, 30));
        const auto output = output_of(reports_.command, longest);
        if (stop_asked()) return;
        if (!output) return skipped(std::string(output.error().word()), output.error().message);
        const auto price = price_in(*output);
        if (!price) return skipped(std::string(price.error().word()), price.error().message);
        try {
            const json::Value now = session_.call("price");
            const std::uint64_t round = take(number_at(now, "next_round"));
            if (round == round_ && *price == last_)
                return tell("unchanged", {{"price", make::amount(price->value)}, {"round", make::number(round)}},
                            "the same price is reported for this round already");
            const Outcome done = send_quietly(session_, options_, signer_, key_.name, {chain::ReportPrice{*price}});
            if (done.status == TxStatus::failed || done.status == TxStatus::expired)
                return skipped(done.code, done.message);
            round_ = round;
            last_ = *price;
            tell("reported",
                 {{"price", make::amount(price->value)},
                  {"round", make::number(round)},
                  {"txid", make::text(to_hex(done.txid.view()))},
                  {"height", done.height == 0 ? make::null() : make::number(done.height)}},
                 "reported " + output->substr(0, output->find('\n')) + " USD, " + to_hex(done.txid.view()));
        } catch (const Failure& failure) {
            skipped(failure.code,
                    failure.message);  // a node that is away, a fee that is not there: told, and the next turn comes
        }
    }

    void stopped() const { tell("stopped", {}, "stopped"); }

   private:
    void skipped(const std::string& code, const std::string& why) const {
        tell("skipped", {{"code", make::text(code)}, {"message", make::text(why)}}, "skipped (" + code + "): " + why);
    }
    void tell(const char* event, std::vector<json::Member> members, const std::string& text) const {
        const auto since = std::chrono::system_clock::now().time_since_epoch();
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since).count();
        const std::string at = format_utc(TimeMs{static_cast<std::uint64_t>(seconds) * 1000});
        json::Value line = make::object({{"event", make::text(event)}, {"at", make::text(at)}});
        for (auto& [name, value] : members) set(line, name, std::move(value));
        session_.result(line, at + "  " + text);
    }

    Session& session_;
    const ChangeOptions& options_;
    const PriceReports& reports_;
    const KeyInfo& key_;
    const Signer& signer_;
    std::uint64_t round_ = 0;  ///< the height that closes the round of the last report
    Price last_;
};

}  // namespace

void report_prices(Session& session, const ChangeOptions& options, const PriceReports& reports) {
    if (options.offline || options.generate_only || options.dry_run || options.no_wait || !options.nonce.empty())
        usage(
            "--exec reports again and again: --offline, --generate-only, --dry-run, --no-wait and --nonce have no "
            "part");
    must_be_confirmable(session, options);
    const KeyInfo key = session.key_or_only(options.from);
    const ChainInfo& chain = session.chain();
    session.must_be_chain(chain.chain_id, options.chain_id);
    if (!options.yes) {
        session.say("  every " + std::to_string(reports.every_s) + " s: " + reports.command + "\n  from        " +
                    key.name + "  " + chain.show(key.address) + "\n  chain       " + chain.chain_id);
        if (!ask_yes("Sign and report what it prints, until this is stopped?"))
            fail({Code::confirmation_required, "not confirmed; nothing was sent"}, "say y, or add -y");
    }
    const SecureString password = session.password("Password of key '" + key.name + "'");
    const Signer signer = take(session.keystore().unlock(key.name, password.view()));
    stop_on_interrupt();
    Turns turns(session, options, reports, key, signer);
    for (auto next = Clock::now(); !stop_asked();) {
        turns.one();
        next = std::max(next + std::chrono::seconds(reports.every_s), Clock::now());
        while (!stop_asked() && Clock::now() < next) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    turns.stopped();
}

}  // namespace assay::wallet::cli
