// What a block leaves behind for people: receipts and events. Stored with the block, outside the state tree.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/borsh.hpp"

namespace assay::chain {

// Event attributes stay typed until somebody reads them: rendering is the reader's cost.
struct AttrText {
    static constexpr std::uint8_t kTag = 0;
    std::string value;
    ASSAY_FIELDS(value)
};
struct AttrNumber {
    static constexpr std::uint8_t kTag = 1;
    std::uint64_t value = 0;
    ASSAY_FIELDS(value)
};
struct AttrAmount {
    static constexpr std::uint8_t kTag = 2;
    Amount value;
    ASSAY_FIELDS(value)
};
struct AttrCredits {
    static constexpr std::uint8_t kTag = 3;
    Credits value;
    ASSAY_FIELDS(value)
};
struct AttrAddress {
    static constexpr std::uint8_t kTag = 4;
    Address value;
    ASSAY_FIELDS(value)
};
struct AttrHash {
    static constexpr std::uint8_t kTag = 5;
    Hash value;
    ASSAY_FIELDS(value)
};
struct Attr {
    std::string key;
    std::variant<AttrText, AttrNumber, AttrAmount, AttrCredits, AttrAddress, AttrHash> value;
    ASSAY_FIELDS(key, value)
};

/// `kind` is one of COMMANDS' event kinds: "token.transferred", "work.verdict", …
struct Event {
    std::string kind;
    std::vector<Attr> attrs;
    ASSAY_FIELDS(kind, attrs)
};

/// code_word is "ok", or why execution was refused; the fee is charged either way.
/// not_includable: decided by the engine all the same, no effect at all.
struct Receipt {
    Hash txid;
    std::string code = "ok";
    std::string message;
    std::uint64_t gas_used = 0;
    Amount fee;
    std::vector<Event> events;
    ASSAY_FIELDS(txid, code, message, gas_used, fee, events)
};

struct BlockResults {
    Hash app_hash;  ///< root after this block
    std::vector<Event> begin_events;
    std::vector<Receipt> receipts;
    std::vector<Event> end_events;
    ASSAY_FIELDS(app_hash, begin_events, receipts, end_events)
};

}  // namespace assay::chain
