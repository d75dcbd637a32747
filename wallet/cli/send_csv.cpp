#include "wallet/cli/send_csv.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "wallet/cli/csv_journal.hpp"
#include "wallet/cli/log.hpp"
#include "wallet/cli/nonce_lock.hpp"
#include "wallet/cli/progress.hpp"
#include "wallet/cli/terminal.hpp"
#include "wallet/client/csv.hpp"

namespace assay::wallet::cli {
namespace {

constexpr std::size_t kMostFile = std::size_t{256} << 20;
constexpr std::size_t kMostRows = 1'000'000;
constexpr unsigned kInVain = 4;  // transactions that expire one after the other: something else is wrong

struct Payments {
    std::vector<chain::Output> outputs;
    std::vector<std::size_t> lines;  ///< where each stands
    Amount total;
    std::size_t repeated = 0;  ///< rows whose recipient stands above already
    std::string content;       ///< hash, hex
};

/// Which cell is what: by the names of the first row, or to, amount, tag.
struct Columns {
    std::size_t to = 0, amount = 1, tag = 2, count = 3;
    bool named = false;
};

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    return text;
}

Columns columns_of(const CsvRecord& first, const std::string& file) {
    constexpr std::size_t kNone = ~std::size_t{0};
    Columns out{kNone, kNone, kNone, first.cells.size(), true};
    const auto is_name = [](const std::string& cell) {
        const std::string name = lower(cell);
        return name == "to" || name == "amount" || name == "tag";
    };
    if (std::none_of(first.cells.begin(), first.cells.end(), is_name)) return {};
    for (std::size_t i = 0; i < first.cells.size(); ++i) {
        const std::string name = lower(first.cells[i]);
        std::size_t* place = name == "to"       ? &out.to
                             : name == "amount" ? &out.amount
                             : name == "tag"    ? &out.tag
                                                : nullptr;
        if (place == nullptr || *place != kNone)
            fail({Code::invalid_params,
                  file + ", row " + std::to_string(first.line) + ", column " + std::to_string(i + 1) + ": '" +
                      first.cells[i] + "' is " +
                      (place == nullptr ? "no column; there are to, amount and tag" : "there twice")});
        *place = i;
    }
    if (out.to == kNone || out.amount == kNone)
        fail({Code::invalid_params,
              file + ": the first row names no column '" + std::string(out.to == kNone ? "to" : "amount") + "'"});
    return out;
}

std::string all_of_stdin() {
    std::string out;
    char block[65536];
    for (std::size_t n = 0; (n = std::fread(block, 1, sizeof block, stdin)) > 0;) {
        out.append(block, n);
        if (out.size() > kMostFile) fail({Code::invalid_params, "stdin holds more than 256 MiB"});
    }
    return out;
}

Payments read_payments(const Session& session, const ChainInfo& chain, const std::string& file) {
    const std::string name = file == "-" ? "stdin" : file;
    const std::string text = file == "-" ? all_of_stdin() : typed(read_small_file(file, kMostFile));
    const auto records = take(parse_csv(text, name));
    Payments out;
    if (records.empty()) fail({Code::invalid_params, name + " holds no payment"});
    const Columns columns = columns_of(records.front(), name);
    std::set<Address> seen;
    for (std::size_t i = columns.named ? 1 : 0; i < records.size(); ++i) {
        const CsvRecord& r = records[i];
        const auto wrong = [&](std::size_t column, const char* what, const Error& why) {
            fail({why.code, name + ", row " + std::to_string(r.line) + ", column " + std::to_string(column + 1) + " (" +
                                what + "): " + why.message},
                 "nothing was sent");
        };
        const std::size_t most = columns.named ? columns.count : 3;
        if (r.cells.size() > most || r.cells.size() <= std::max(columns.to, columns.amount))
            fail({Code::invalid_params, name + ", row " + std::to_string(r.line) + " has " +
                                            std::to_string(r.cells.size()) + " columns; there are to, amount and, if " +
                                            "wanted, tag"},
                 "nothing was sent");
        chain::Output output;
        try {
            output.to = session.address(r.cells[columns.to], chain.prefix);
        } catch (const Failure& f) {
            throw Failure{f.code,
                          name + ", row " + std::to_string(r.line) + ", column " + std::to_string(columns.to + 1) +
                              " (to): " + f.message,
                          "nothing was sent",
                          kFailed,
                          {}};
        }
        const auto amount = chain.parse_amount(r.cells[columns.amount]);
        if (!amount) wrong(columns.amount, "amount", amount.error());
        if (amount->is_zero()) wrong(columns.amount, "amount", {Code::amount_zero, "it is zero"});
        output.amount = *amount;
        if (columns.tag < r.cells.size()) output.tag = r.cells[columns.tag];
        if (output.tag.size() > chain::kMaxTag)
            wrong(columns.tag, "tag", {Code::invalid_params, "it is longer than 64 bytes"});
        const auto total = add(out.total, output.amount);
        if (!total) wrong(columns.amount, "amount", total.error());
        out.total = *total;
        if (!seen.insert(output.to).second) ++out.repeated;
        out.outputs.push_back(std::move(output));
        out.lines.push_back(r.line);
        if (out.outputs.size() > kMostRows)
            fail({Code::invalid_params, name + " has more than a million rows"}, "split it");
    }
    if (out.outputs.empty()) fail({Code::invalid_params, name + " holds no payment"});
    // Of what is paid, not of how it is written: other quotes or line ends make no other list.
    out.content = to_hex(sha256(borsh::encode(out.outputs)).view());
    return out;
}

/// What one transaction may be on this chain.
struct Limits {
    std::uint64_t bytes = 0, gas = 0;
};
Limits limits_of(Session& session) {
    Limits out;
    const json::Value answer = session.call("params", Params().text("pattern", "block.max_"));
    if (const json::Value* items = answer.find("items"))
        for (const json::Value& p : items->items) {
            if (text_or_empty(p, "path") == "block.max_tx_bytes") out.bytes = take(number_at(p, "value"));
            if (text_or_empty(p, "path") == "block.max_gas") out.gas = take(number_at(p, "value"));
        }
    if (out.bytes == 0 || out.gas == 0) fail({Code::internal, "the node does not say how large a transaction may be"});
    return out;
}

chain::TxBody body_of(const std::vector<chain::Output>& outputs, std::size_t first, std::size_t count,
                      const ChainInfo& chain, const Address& sender, TxOptions options, std::uint64_t nonce) {
    std::vector<chain::Message> messages;
    for (std::size_t at = first; at < first + count;) {
        const std::size_t here = std::min(first + count - at, chain::kMaxOutputs);
        const auto from = outputs.begin() + static_cast<std::ptrdiff_t>(at);
        messages.emplace_back(chain::Transfer{{from, from + static_cast<std::ptrdiff_t>(here)}});
        at += here;
    }
    options.nonce = nonce;
    return take(build_tx_offline(chain, sender, std::move(messages), options));
}

/// As many rows from `first` on as one transaction takes.
std::size_t rows_of_one(const std::vector<chain::Output>& outputs, std::size_t first, const Limits& limits,
                        const ChainInfo& chain, const Address& sender, const TxOptions& options) {
    constexpr std::size_t kRest = 512;  // of the body, the signature and the messages' own bytes
    const std::size_t room = limits.bytes - std::min<std::uint64_t>(limits.bytes, kRest + options.memo.size());
    const std::size_t most = std::min(outputs.size() - first, chain::kMaxMessages * chain::kMaxOutputs);
    std::size_t count = 0, bytes = 0;
    while (count < most) {
        bytes += Address::kSize + 16 + 4 + outputs[first + count].tag.size();
        if (bytes > room && count > 0) break;
        ++count;
    }
    while (count > 1) {
        const std::uint64_t gas = body_of(outputs, first, count, chain, sender, options, 0).gas_limit;
        if (gas <= limits.gas) break;
        count = std::max<std::size_t>(1, std::min<std::size_t>(count - 1, count * limits.gas / gas));
    }
    return count;
}

class Run {
   public:
    Run(Session& session, const ChainInfo& chain, const CsvOptions& csv, const Payments& list, const KeyInfo& key,
        TxOptions options, Limits limits, CsvJournal& journal)
        : session_(session),
          chain_(chain),
          list_(list),
          key_(key),
          options_(std::move(options)),
          limits_(limits),
          journal_(journal),
          log_(session.home_folder()),
          progress_(csv.progress, list.outputs.size(), "rows") {}

    void go(const Signer& signer) {
        progress_.begin_at(journal_.paid_rows());
        unsigned in_vain = 0;
        while (true) {
            const std::size_t before = journal_.paid_rows();
            if (journal_.open_part() != nullptr) {
                settle();
                in_vain = journal_.paid_rows() == before ? in_vain + 1 : 0;
            }
            if (in_vain == kInVain)
                stop({Code::expired, std::to_string(kInVain) + " transactions in a row came into no block"});
            progress_.at(journal_.paid_rows());
            if (journal_.finished()) break;
            send_next(signer);
        }
        progress_.done();
    }

   private:
    void send_next(const Signer& signer) {
        const std::size_t first = journal_.paid_rows();
        NonceLock lock(session_, key_.address);
        auto now = fetch_chain_info(session_.rpc());
        if (!now) stop(now.error());
        session_.must_be_chain(now->chain_id, chain_.chain_id);  // the node may have become another's meanwhile
        const auto account = fetch_account(session_.rpc(), *now, key_.address);
        if (!account) stop(account.error());
        const std::size_t count = rows_of_one(list_.outputs, first, limits_, *now, key_.address, options_);
        const SignedTx tx = take(
            sign_tx(body_of(list_.outputs, first, count, *now, key_.address, options_, account->next_nonce), signer));
        CsvPart part;
        part.first = first;
        part.count = count;
        part.txid = tx.txid;
        part.raw = tx.raw;
        part.nonce = tx.tx.body.nonce;
        part.fee = tx.tx.body.fee.units;
        part.signed_at = now->height;
        part.valid_until = tx.tx.body.valid_until;
        journal_.signed_part(std::move(part));
        take(log_.sending(
            tx, key_.name,
            "rows " + std::to_string(first + 1) + " to " + std::to_string(first + count) + " of a list of payments"));
        progress_.sending(to_hex(tx.txid.view()));
        SendOptions accept;
        accept.wait = false;
        const auto accepted = send_and_wait(session_.rpc(), tx, accept);
        // What the node says is looked at in settle(), where nothing is signed anew that could still be included.
        if (!accepted && accepted.error().code == Code::outcome_unknown) stop(accepted.error());
    }

    /// Until the last signed transaction is in a block, or never can be.
    void settle() {
        const CsvPart part = *journal_.open_part();
        const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(10);
        std::string last = "the chain stands still";
        while (true) {
            if (const auto outcome = look(part, last)) {
                journal_.ended(part.txid, std::string(status_word(outcome->status)), outcome->height);
                take(log_.outcome(*outcome));
                if (outcome->status != TxStatus::failed) return;
                const std::string rows =
                    "rows " + std::to_string(part.first + 1) + " to " + std::to_string(part.first + part.count);
                throw Failure{
                    outcome->code, rows + ": " + outcome->message,
                    "the fee was charged and nothing of these rows was paid; the same command goes on with them",
                    kFailed, paid_so_far(part.txid)};
            }
            if (std::chrono::steady_clock::now() >= end)
                stop({Code::outcome_unknown,
                      "what became of transaction " + to_hex(part.txid.view()) + " is unknown: " + last});
        }
    }

    /// Sends the same bytes again, and what is known then; nothing while it may still be included.
    std::optional<Outcome> look(const CsvPart& part, std::string& last) {
        SignedTx tx;
        tx.tx = take(borsh::decode<chain::Tx>(part.raw));
        tx.raw = part.raw;
        tx.txid = part.txid;
        auto sent = send_and_wait(session_.rpc(), tx, {});
        if (sent && sent->status != TxStatus::pending && sent->status != TxStatus::expired) return *sent;
        if (!sent) {
            const Code code = sent.error().code;
            if (code == Code::node_unreachable || code == Code::outcome_unknown || code == Code::syncing ||
                code == Code::shutting_down)
                stop({code == Code::outcome_unknown ? Code::outcome_unknown : code, sent.error().message});
            last = sent.error().message;
        }
        // Refused, or dropped. The nonce tells: while it is free and its height has not come, it may still be included.
        const auto now = fetch_chain_info(session_.rpc());
        if (!now) stop(now.error());
        const auto account = fetch_account(session_.rpc(), *now, key_.address);
        if (!account) stop(account.error());
        auto found = find_outcome(session_.rpc(), part.txid);  // after the nonce: a block between both calls is seen
        if (found && (found->status == TxStatus::committed || found->status == TxStatus::failed)) return *found;
        if (!found && found.error().code != Code::not_found) stop(found.error());
        const bool nonce_gone = account->nonce > part.nonce;
        if (nonce_gone || now->height >= part.valid_until) {
            // A node that has thrown those blocks away would not know it either.
            const auto kept = session_.rpc().call("header", Params().number("height", part.signed_at + 1));
            if (nonce_gone && !kept)
                stop({Code::outcome_unknown,
                      "the nonce of transaction " + to_hex(part.txid.view()) +
                          " is used, and this node cannot tell by what: " + kept.error().message});
            Outcome out;
            out.txid = part.txid;
            out.status = TxStatus::expired;
            out.code = "expired";
            out.message = nonce_gone ? "another transaction has its nonce" : "no block up to its last height holds it";
            return out;
        }
        if (!sent && !waits(sent.error().code)) stop(sent.error());
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        return std::nullopt;
    }

    /// Refusals that end by themselves.
    static bool waits(Code code) {
        return code == Code::nonce_taken || code == Code::nonce_gap || code == Code::nonce_too_low ||
               code == Code::expired || code == Code::mempool_full || code == Code::rate_limited;
    }

    std::vector<json::Member> paid_so_far(const Hash& txid) const {
        return {{"paid_rows", make::number(journal_.paid_rows())},
                {"rows", make::number(list_.outputs.size())},
                {"txid", make::text(to_hex(txid.view()))}};
    }
    [[noreturn]] void stop(const Error& error) {
        Failure f{std::string(error.word()),
                  error.message,
                  std::to_string(journal_.paid_rows()) + " of " + std::to_string(list_.outputs.size()) +
                      " rows are paid; the same command goes on from there and pays nobody twice",
                  exit_code(error.code),
                  {{"paid_rows", make::number(journal_.paid_rows())}, {"rows", make::number(list_.outputs.size())}}};
        throw f;
    }

    Session& session_;
    const ChainInfo& chain_;
    const Payments& list_;
    const KeyInfo& key_;
    const TxOptions options_;
    const Limits limits_;
    CsvJournal& journal_;
    const ActionLog log_;
    Progress progress_;
};

TxOptions options_of(const ChangeOptions& o) {
    const auto refuse = [](const std::string& given, const char* name) {
        if (!given.empty()) usage(std::string(name) + " is for one transaction; --csv makes as many as are needed");
    };
    refuse(o.fee, "--fee");
    refuse(o.gas_limit, "--gas-limit");
    refuse(o.nonce, "--nonce");
    if (o.offline || o.generate_only)
        usage("--csv asks a node before each transaction: no --offline or --generate-only");
    if (o.no_wait) usage("--csv waits for each transaction before it signs the next: no --no-wait");
    TxOptions out;
    if (!o.valid_until.empty()) {
        if (o.valid_until[0] != '+') usage("--valid-until with --csv is a number of blocks from now, such as +100");
        out.valid_for = parse_count(o.valid_until.substr(1), "--valid-until", 1, 1'000'000);
    }
    if (o.memo.size() > chain::kMaxMemo) usage("--memo is longer than 256 bytes");
    out.memo = o.memo;
    return out;
}

json::Value summary(const Payments& list, const CsvJournal& journal, const ChainInfo& chain) {
    std::vector<json::Value> sent;
    Amount fees;
    for (const CsvPart& p : journal.parts()) {
        if (p.event != "committed") continue;
        sent.push_back(make::object({{"txid", make::text(to_hex(p.txid.view()))},
                                     {"height", make::number(p.height)},
                                     {"first_row", make::number(p.first + 1)},
                                     {"rows", make::number(p.count)},
                                     {"fee", make::amount(p.fee)}}));
        fees = take(add(fees, Amount{p.fee}));
    }
    return make::object({{"chain_id", make::text(chain.chain_id)},
                         {"rows", make::number(list.outputs.size())},
                         {"paid_rows", make::number(journal.paid_rows())},
                         {"total", make::amount(list.total.units)},
                         {"fees", make::amount(fees.units)},
                         {"transactions", make::array(std::move(sent))}});
}

}  // namespace

void send_csv(Session& session, const ChangeOptions& options, const CsvOptions& csv) {
    TxOptions wanted = options_of(options);
    must_be_confirmable(session, options);
    if (csv.file == "-" && session.password_file == "-") usage("stdin cannot carry both the list and the password");
    if (csv.file == "-" && !options.yes && !options.dry_run)
        usage("with the list on stdin nobody can be asked: add -y once you are sure");
    const KeyInfo key = session.key_or_only(options.from);
    if (key.kind != KeyKind::secret && !options.dry_run)
        fail({Code::watch_only, "a list is signed as it is sent, and the secret of '" + key.name + "' is not here"},
             "send it from a key of this wallet");
    const ChainInfo chain = session.chain();
    session.must_be_chain(chain.chain_id, options.chain_id);
    const Payments list = read_payments(session, chain, csv.file);
    const Limits limits = limits_of(session);
    std::error_code ignored;
    const std::string file = csv.file == "-" ? "-" : std::filesystem::absolute(csv.file, ignored).string();
    // One list for one sender on one chain: the same file from another key is another list.
    const std::string whole = chain.chain_id + "\n" + chain.show(key.address) + "\n" + list.content;
    CsvJournal journal = CsvJournal::open(
        session.home_folder(),
        {chain.chain_id, chain.show(key.address), file, to_hex(sha256(as_bytes(whole)).view()), list.outputs.size()});
    if (csv.again && journal.finished()) journal.again();
    if (journal.finished()) {
        json::Value out = summary(list, journal, chain);
        set(out, "already", make::flag(true));
        return session.result(out,
                              "all " + std::to_string(list.outputs.size()) +
                                  " rows of this list are paid already; nothing was sent\n--again pays it once more");
    }

    // What is left to pay, and whether it is there. A transaction whose end is not known may have been paid.
    const std::size_t paid = journal.paid_rows();
    Amount left, fees;
    std::size_t transactions = 0;
    for (std::size_t i = paid; i < list.outputs.size(); ++i) left = take(add(left, list.outputs[i].amount));
    for (std::size_t first = paid; first < list.outputs.size(); ++transactions) {
        const std::size_t count = rows_of_one(list.outputs, first, limits, chain, key.address, wanted);
        fees = take(add(fees, body_of(list.outputs, first, count, chain, key.address, wanted, 0).fee));
        first += count;
    }
    const auto account = fetch_account(session.rpc(), chain, key.address);
    if (!account) session.fail_call(account.error());
    const Amount needed = take(add(left, fees));
    if (journal.open_part() == nullptr && account->liquid < needed)
        fail({Code::insufficient_funds, key.name + " has " + chain.show(account->liquid) + ", the list needs " +
                                            chain.show(needed) + " with fees"},
             "nothing was sent");
    std::string screen = "  pay " + std::to_string(list.outputs.size() - paid) + " rows, " + chain.show(left) + " in " +
                         std::to_string(transactions) + " transactions";
    if (paid != 0 || journal.open_part() != nullptr)
        screen += "\n  goes on   " + std::to_string(paid) + " of " + std::to_string(list.outputs.size()) +
                  " rows were paid by an earlier run";
    if (list.repeated != 0)
        screen += "\n  note      " + std::to_string(list.repeated) + " rows pay somebody who stands above already";
    screen += "\n  from      " + key.name + "  " + chain.show(key.address) + ", which has " +
              chain.show(account->liquid) + "\n  chain     " + chain.chain_id + "\n  fees      " + chain.show(fees);
    if (options.dry_run) {
        json::Value out = summary(list, journal, chain);
        set(out, "dry_run", make::flag(true));
        set(out, "left", make::amount(left.units));
        set(out, "needed", make::amount(needed.units));
        return session.result(out, screen + "\nNothing was sent.");
    }
    session.note(screen);
    if (!options.yes && !ask_yes("Sign and send these?"))
        fail({Code::confirmation_required, "not confirmed; nothing was sent"}, "say y, or add -y");
    const SecureString password = session.password("Password of key '" + key.name + "'");
    const Signer signer = take(session.keystore().unlock(key.name, password.view()));
    Run(session, chain, csv, list, key, wanted, limits, journal).go(signer);
    json::Value out = summary(list, journal, chain);
    set(out, "already", make::flag(false));
    session.result(out, "paid " + std::to_string(list.outputs.size()) + " rows, " + chain.show(list.total) + ", in " +
                            std::to_string(out.find("transactions")->items.size()) + " transactions; fees " +
                            chain.show(Amount{take(digits_at(out, "fees"))}));
}

}  // namespace assay::wallet::cli
