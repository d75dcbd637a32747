#include "node/rpc/cursor.hpp"

#include <algorithm>

#include "base/borsh.hpp"
#include "base/hex.hpp"
#include "base/sha256.hpp"

namespace assay::node {
namespace {

constexpr std::uint64_t kCursorBlocks = 10'000;  // a list that began longer ago is begun anew

struct Cursor {
    Hash filter;
    Height height;
    Bytes last;
    ASSAY_FIELDS(filter, height, last)
};

}  // namespace

bool Page::wants(ByteView key) const {
    return after_.empty() || std::lexicographical_compare(after_.begin(), after_.end(), key.begin(), key.end());
}

void Page::add(ByteView key, Json item) {
    last_.assign(key.begin(), key.end());
    items_.push_back(std::move(item));
}

Json Page::finish() const {
    Json next;
    if (more_) next = to_hex(borsh::encode(Cursor{filter_, height_, last_}));
    return Json{{"items", items_}, {"next_cursor", std::move(next)}, {"height", height_.value}};
}

Result<Page> page_of(const Args& args, const std::string& filter, Height height) {
    const std::uint64_t limit = args.number_or("limit", 100);
    if (limit == 0) return {Code::invalid_params, "limit must be from 1 to 1000"};
    const Hash bound = tagged_hash("assay/cursor", as_bytes(filter));
    Bytes after;
    if (args.has("cursor")) {
        const auto raw = from_hex(args.text("cursor"));
        if (!raw) return {Code::bad_cursor, "cursor is not one that this node gave"};
        const auto c = borsh::decode<Cursor>(*raw);
        if (!c || c->height > height) return {Code::bad_cursor, "cursor is not one that this node gave"};
        if (c->filter != bound) return {Code::bad_cursor, "cursor belongs to another list or filter"};
        if (height.value - c->height.value > kCursorBlocks)
            return {Code::cursor_expired, "the list was begun too long ago; begin again without a cursor"};
        after = c->last;
    }
    return Page(bound, height, std::move(after), static_cast<std::size_t>(limit));
}

}  // namespace assay::node
