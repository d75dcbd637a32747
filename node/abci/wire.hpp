// Protocol Buffers' bytes, as much of them as ABCI needs: varints and fields with a length, bounded by what is there.
//
//   Reader in(body);
//   while (!in.at_end()) {
//       ASSAY_TRY(const Tag tag, in.tag());
//       if (tag.number == 1 && tag.type == WireType::length) { ASSAY_TRY(ByteView name, in.length_delimited()); … }
//       else ASSAY_TRY_VOID(in.skip(tag));
//   }
//
// A length is believed only as far as bytes are there; nothing is allocated by what a peer claims. Unknown fields are
// skipped. Groups (long gone from proto3), field 0 and varints that do not fit in 64 bits are refused.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace assay::node::abci {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, length = 2, start_group = 3, end_group = 4, fixed32 = 5 };

struct Tag {
    std::uint32_t number = 0;
    WireType type = WireType::varint;
};

constexpr std::size_t varint_size(std::uint64_t v) {
    std::size_t n = 1;
    for (; v >= 0x80; v >>= 7) ++n;
    return n;
}

/// Writes into memory that is large enough: sizes are counted first (codec.cpp).
class Writer {
   public:
    explicit Writer(std::uint8_t* to) : at_(to) {}
    void varint(std::uint64_t v) {
        for (; v >= 0x80; v >>= 7) *at_++ = static_cast<std::uint8_t>(v | 0x80);
        *at_++ = static_cast<std::uint8_t>(v);
    }
    void tag(std::uint32_t number, WireType type) { varint(number << 3 | static_cast<std::uint32_t>(type)); }
    void raw(const void* data, std::size_t size) {
        if (size != 0) std::memcpy(at_, data, size);
        at_ += size;
    }
    [[nodiscard]] const std::uint8_t* at() const { return at_; }

   private:
    std::uint8_t* at_;
};

class Reader {
   public:
    explicit Reader(ByteView in) : at_(in.data()), end_(in.data() + in.size()) {}
    [[nodiscard]] bool at_end() const { return at_ == end_; }

    Result<std::uint64_t> varint() {
        std::uint64_t v = 0;
        for (unsigned shift = 0; shift < 70; shift += 7) {
            if (at_ == end_) return cut_off();
            const std::uint8_t b = *at_++;
            if (shift == 63 && b > 1) break;
            v |= static_cast<std::uint64_t>(b & 0x7f) << shift;
            if (b < 0x80) return v;
        }
        return {Code::encoding_not_canonical, "a varint does not fit in 64 bits"};
    }
    Result<Tag> tag() {
        ASSAY_TRY(const std::uint64_t v, varint());
        if (v > 0xffffffff || v >> 3 == 0) return {Code::encoding_not_canonical, "a field has no valid number"};
        const Tag out{static_cast<std::uint32_t>(v >> 3), static_cast<WireType>(v & 7)};
        if (out.type == WireType::start_group || out.type == WireType::end_group || out.type > WireType::fixed32)
            return {Code::encoding_not_canonical, "field " + std::to_string(out.number) + " is of wire type " +
                                                      std::to_string(v & 7) + ", which proto3 does not have"};
        return out;
    }
    Result<ByteView> length_delimited() {
        ASSAY_TRY(const std::uint64_t size, varint());
        return take(size);
    }
    Status skip(Tag tag) {
        switch (tag.type) {
            case WireType::varint:
                return ended(varint());
            case WireType::fixed64:
                return ended(take(8));
            case WireType::fixed32:
                return ended(take(4));
            default:
                return ended(length_delimited());
        }
    }

   private:
    template <class T>
    static Status ended(Result<T> r) {
        if (!r) return std::move(r).error();
        return {};
    }
    static Error cut_off() { return {Code::encoding_truncated, "a field ends behind its message"}; }
    Result<ByteView> take(std::uint64_t size) {
        if (size > static_cast<std::uint64_t>(end_ - at_)) return cut_off();
        const ByteView out(at_, static_cast<std::size_t>(size));
        at_ += size;
        return out;
    }

    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

}  // namespace assay::node::abci
