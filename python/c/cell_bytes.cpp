#include "python/c/cell_bytes.hpp"

#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <type_traits>

#include "base/version.hpp"
#include "tokenomics/sim/run/result.hpp"

namespace assay::sim::c {
namespace {

// One description of the bytes for both ways: visit() below goes over the fields, a Writer or a Reader takes each.
struct Writer {
    std::string bytes;

    template <class T>
    void plain(T& x) {
        static_assert(std::is_trivially_copyable_v<T>);
        bytes.append(reinterpret_cast<const char*>(&x), sizeof x);
    }
    void text(std::string& s) {
        std::uint64_t n = s.size();
        plain(n);
        bytes += s;
    }
    template <class T, class F>
    void list(std::vector<T>& items, F each) {
        std::uint64_t n = items.size();
        plain(n);
        for (T& item : items) each(item);
    }
    void numbers(std::span<const double>& all, std::vector<std::shared_ptr<const void>>&) {
        std::uint64_t n = all.size();
        plain(n);
        bytes.append(reinterpret_cast<const char*>(all.data()), all.size_bytes());
    }
};

struct Reader {
    std::string_view bytes;
    bool good = true;

    template <class T>
    void plain(T& x) {
        if (bytes.size() < sizeof x) {
            good = false;
            return;
        }
        std::memcpy(&x, bytes.data(), sizeof x);
        bytes.remove_prefix(sizeof x);
    }
    void text(std::string& s) {
        std::uint64_t n = 0;
        plain(n);
        if (!good || n > bytes.size()) {
            good = false;
            return;
        }
        s.assign(bytes.substr(0, n));
        bytes.remove_prefix(n);
    }
    template <class T, class F>
    void list(std::vector<T>& items, F each) {
        std::uint64_t n = 0;
        plain(n);
        if (!good || n > bytes.size()) {  // an item is one byte at least
            good = false;
            return;
        }
        items.resize(n);
        for (T& item : items) each(item);
    }
    void numbers(std::span<const double>& all, std::vector<std::shared_ptr<const void>>& holders) {
        std::uint64_t n = 0;
        plain(n);
        if (!good || n > bytes.size() / sizeof(double)) {
            good = false;
            return;
        }
        const auto held = std::make_shared<std::vector<double>>(n);
        if (n != 0) std::memcpy(held->data(), bytes.data(), n * sizeof(double));
        bytes.remove_prefix(n * sizeof(double));
        all = *held;
        holders.push_back(held);
    }
};

template <class Way>
void visit(Way& w, CellResult& c) {
    const auto plain = [&w](auto& x) { w.plain(x); };
    w.list(c.set, [&w](auto& one) {
        w.text(one.first);
        w.text(one.second);
    });
    plain(c.mode);
    plain(c.runs);
    plain(c.steps);
    plain(c.days);
    w.list(c.recorded, plain);
    w.list(c.recorded_days, plain);
    for (FigureSummary& s : c.summary) plain(s);
    w.list(c.quantiles, plain);
    plain(c.kept);
    w.numbers(c.figures, c.holders);
    plain(c.metrics);
    plain(c.kept_paths);
    w.numbers(c.paths, c.holders);
}

std::string head() {
    return std::string("assay-sim cell ") + kVersion + " " + kCommit + " " + std::to_string(kModelVersion) + "\n";
}

}  // namespace

std::string pack(const CellResult& cell) {
    Writer w{head()};
    CellResult copy = cell;
    visit(w, copy);
    return std::move(w.bytes);
}

Result<CellResult> unpack(std::string_view bytes, const std::string& name) {
    const std::string expected = head();
    if (bytes.substr(0, expected.size()) != expected)
        return {Code::verification_failed, name + " is no cell of this version of assay-sim"};
    Reader r{bytes.substr(expected.size())};
    CellResult out;
    visit(r, out);
    if (!r.good || !r.bytes.empty()) return {Code::verification_failed, name + " is cut or too long"};
    return out;
}

}  // namespace assay::sim::c
