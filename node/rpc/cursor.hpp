// Pages of a list. A cursor is opaque: it names the last key that was shown, the height at which the list began, and
// the filter that it belongs to, so that it is refused elsewhere.
//
//   ASSAY_TRY(Page page, page_of(args, "providers", height));
//   view.for_prefix(table, prefix, [&](ByteView key, ByteView value) {
//       if (!page.wants(key)) return true;
//       if (page.full()) return page.more();
//       page.add(key, json);
//       return true;
//   });
//   return page.finish();
#pragma once

#include <nlohmann/json.hpp>

#include "node/rpc/api.hpp"

namespace assay::node {

class Page {
   public:
    Page(Hash filter, Height height, Bytes after, std::size_t limit)
        : filter_(filter), height_(height), after_(std::move(after)), limit_(limit) {}

    [[nodiscard]] bool wants(ByteView key) const;
    [[nodiscard]] bool full() const { return items_.size() >= limit_; }
    /// There is more after this page. Returns false, which ends an iteration.
    bool more() {
        more_ = true;
        return false;
    }
    void add(ByteView key, Json item);
    /// The page has seen all up to this key: a cursor goes on behind it, though no item stands there.
    void pass(ByteView key) { last_.assign(key.begin(), key.end()); }
    /// The last key that earlier pages have seen; empty on the first.
    [[nodiscard]] ByteView after() const { return after_; }
    [[nodiscard]] Json finish() const;

   private:
    Hash filter_;
    Height height_;
    Bytes after_;
    std::size_t limit_;
    Bytes last_;
    bool more_ = false;
    Json items_ = Json::array();
};

/// Reads `cursor` and `limit`. `filter` is the method's name with everything that chooses the items.
/// Errors: bad_cursor, cursor_expired, invalid_params.
[[nodiscard]] Result<Page> page_of(const Args& args, const std::string& filter, Height height);

inline const Param kCursorParam{"cursor", ParamType::text, false, "next_cursor of the page before"};
inline const Param kLimitParam{"limit", ParamType::number, false, "items in a page, 100 unless told, at most 1000",
                               1000};

}  // namespace assay::node
