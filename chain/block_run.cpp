#include "chain/block_run.hpp"

#include <algorithm>

namespace assay::chain {

BlockRun::BlockRun(const StateView& committed, const tokenomics::Params& rules, const Header& header)
    : proposer_(header.proposer), s_(committed), x_(s_), room_(room_of(rules.block)) {
    s_.clock().height = header.height;
    s_.clock().time = header.time;
    begin_block(x_, header);
    out_.begin_events = std::move(x_.events);
    x_.events.clear();
}

Status BlockRun::take(const Checked& c) {
    ASSAY_TRY_VOID(check_place(s_, s_.rules(), c, s_.clock().height, s_.clock().time, 0));
    const std::uint64_t units = units_of(s_, c.tx.body);
    ASSAY_TRY_VOID(take_room(room_, c, units));
    if (is_opening(c.tx.body)) {
        largest_units_ = std::max(largest_units_, units);
        largest_bytes_ = std::max(largest_bytes_, bytes_of(c));
    }
    txids_.push_back(c.id);
    taken_.push_back(c.raw.hash());
    out_.receipts.push_back(execute_tx(x_, c));
    return {};
}

void BlockRun::refuse(const RawTx& raw, const Checked* c, const Error& why) {
    Receipt r;
    const Hash of_bytes = sha256(raw);
    r.txid = c != nullptr ? c->id : of_bytes;  // bytes that are no transaction have no id of their own
    r.code = std::string(code_word(Code::not_includable));
    r.message = std::string(why.word()) + ": " + why.message;
    txids_.push_back(of_bytes);  // under its own id it would hide the receipt of the one that did execute
    out_.receipts.push_back(std::move(r));
}

Result<BlockResults> BlockRun::end(const Header& decided) {
    // A block without room for one more opening of the largest kind it carried was full for openings.
    const bool lane_full =
        largest_bytes_ > 0 && (room_.verify_units < largest_units_ || room_.work_bytes < largest_bytes_);
    ASSAY_TRY_VOID(end_block(x_, proposer_, lane_full));
    out_.end_events = std::move(x_.events);
    s_.clock().last_block = block_hash(decided);
    return std::move(out_);
}

}  // namespace assay::chain
