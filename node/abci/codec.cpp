#include "node/abci/codec.hpp"

#include <type_traits>
#include <utility>

#include "node/abci/fields.hpp"
#include "node/abci/wire.hpp"

namespace assay::node::abci {
namespace {

template <class T>
inline constexpr bool kIsText = std::is_same_v<T, Bytes> || std::is_same_v<T, std::string>;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = !std::is_same_v<T, std::uint8_t>;
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsNumber = std::is_integral_v<T> || std::is_enum_v<T>;
template <class T>
inline constexpr bool kIsPacked = false;
template <class T>
inline constexpr bool kIsPacked<std::vector<T>> = kIsNumber<T> && !std::is_same_v<T, std::uint8_t>;

/// As the protocol extends it: a negative int32 is ten bytes, like a negative int64.
template <class T>
std::uint64_t to_varint(T v) {
    if constexpr (std::is_enum_v<T>)
        return to_varint(static_cast<std::underlying_type_t<T>>(v));
    else if constexpr (std::is_signed_v<T>)
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(v));
    else
        return v;
}
template <class T>
T from_varint(std::uint64_t v) {
    if constexpr (std::is_same_v<T, bool>)
        return v != 0;
    else
        return static_cast<T>(v);  // a number that is too wide loses its upper bits, as protobuf says
}

// ---------------------------------------------------------------- writing

// Counts where it is given no writer, and writes else: one walk over the fields for both.
struct Out {
    Writer* to = nullptr;
    std::size_t size = 0;

    void number(std::uint32_t n, std::uint64_t v) {
        if (to != nullptr) {
            to->tag(n, WireType::varint);
            to->varint(v);
        } else
            size += varint_size(n << 3) + varint_size(v);
    }
    void text(std::uint32_t n, const void* data, std::size_t length) {
        if (to != nullptr) {
            to->tag(n, WireType::length);
            to->varint(length);
            to->raw(data, length);
        } else
            size += varint_size(n << 3) + varint_size(length) + length;
    }
    // A message inside: its size first, by a walk of its own. The messages nest four deep.
    template <class Walk>
    void inside(std::uint32_t n, Walk&& walk) {
        Out count;
        walk(count);
        if (to != nullptr) {
            to->tag(n, WireType::length);
            to->varint(count.size);
            walk(*this);
        } else
            size += varint_size(n << 3) + varint_size(count.size) + count.size;
    }
};

template <class M>
void put_message(Out& out, const M& m);

template <class T>
void put(Out& out, std::uint32_t n, const T& v) {
    if constexpr (kIsNumber<T>) {
        if (v != T{}) out.number(n, to_varint(v));
    } else if constexpr (kIsText<T>) {
        if (!v.empty()) out.text(n, v.data(), v.size());
    } else if constexpr (kIsOptional<T>) {
        if (!v) return;
        if constexpr (kIsMessage<typename T::value_type>)
            out.inside(n, [&](Out& to) { put_message(to, *v); });
        else
            out.inside(n, [&](Out& to) { put(to, 1, *v); });
    } else if constexpr (kIsVector<T>) {
        using Item = typename T::value_type;
        if constexpr (kIsNumber<Item>) {
            if (v.empty()) return;
            out.inside(n, [&](Out& to) {
                for (const Item i : v)
                    if (to.to != nullptr)
                        to.to->varint(to_varint(i));
                    else
                        to.size += varint_size(to_varint(i));
            });
        } else if constexpr (kIsText<Item>) {
            for (const Item& i : v) out.text(n, i.data(), i.size());
        } else {
            for (const Item& i : v) out.inside(n, [&](Out& to) { put_message(to, i); });
        }
    } else {
        out.inside(n, [&](Out& to) { put_message(to, v); });
    }
}

template <class M>
void put_message(Out& out, const M& m) {
    if constexpr (std::is_same_v<M, PublicKey>) {  // a choice: what was chosen is written, empty or not
        if (m.type != PublicKey::Type::none)
            out.text(static_cast<std::uint32_t>(m.type), m.bytes.data(), m.bytes.size());
    } else {
        std::apply(
            [&](const auto&... field) {
                [[maybe_unused]] const auto one = [&](const auto& fd) {
                    const auto& v = m.*fd.member;
                    if constexpr (kIsVector<std::remove_cvref_t<decltype(v)>>) {
                        if (fd.wrapped) {
                            if (!v.empty()) out.inside(fd.number, [&](Out& to) { put(to, 1, v); });
                            return;
                        }
                    }
                    put(out, fd.number, v);
                };
                (one(field), ...);
            },
            kFields<M>);
    }
}

template <class V>
void put_frame(const V& v, std::uint32_t (*number_of)(std::size_t), Bytes& out) {
    std::visit(
        [&](const auto& m) {
            const std::uint32_t number = number_of(v.index());
            Out count;
            count.inside(number, [&](Out& to) { put_message(to, m); });
            const std::size_t before = out.size();
            out.resize(before + varint_size(count.size) + count.size);
            Writer writer(out.data() + before);
            writer.varint(count.size);
            Out to{&writer};
            to.inside(number, [&](Out& o) { put_message(o, m); });
            ASSAY_CHECK(writer.at() == out.data() + out.size());
        },
        v);
}

std::uint32_t request_number(std::size_t index) {
    return kRequestNumbers[index];
}
std::uint32_t response_number(std::size_t index) {
    return index == 0 ? 1 : kRequestNumbers[index - 1] + 1;
}

// ---------------------------------------------------------------- reading

/// What elements of lists may take, all together: two bytes can stand for an empty message of a hundred. Real ones are
/// far below; a frame made to unfold is refused.
class Budget {
   public:
    explicit Budget(std::size_t body) : left_(16 * body + (1u << 20)) {}
    Status take(std::size_t bytes) {
        if (bytes > left_) return {Code::encoding_too_large, "it has far more elements than bytes to describe them"};
        left_ -= bytes;
        return {};
    }

   private:
    std::size_t left_;
};

Error wrong_type(Tag tag) {
    return {Code::encoding_not_canonical, "field " + std::to_string(tag.number) + " has wire type " +
                                              std::to_string(static_cast<int>(tag.type)) +
                                              ", which is not the one of its kind"};
}

template <class M>
Status get_message(ByteView body, Budget& budget, M& m);

template <class T>
Status get(Reader& in, Tag tag, Budget& budget, T& v);

// A message that holds v as its field 1.
template <class T>
Status get_wrapped(ByteView body, Budget& budget, T& v) {
    Reader in(body);
    while (!in.at_end()) {
        ASSAY_TRY(const Tag tag, in.tag());
        if (tag.number == 1)
            ASSAY_TRY_VOID(get(in, tag, budget, v));
        else
            ASSAY_TRY_VOID(in.skip(tag));
    }
    return {};
}

template <class T>
Status get(Reader& in, Tag tag, Budget& budget, T& v) {
    if constexpr (kIsNumber<T>) {
        if (tag.type != WireType::varint) return wrong_type(tag);
        ASSAY_TRY(const std::uint64_t raw, in.varint());
        v = from_varint<T>(raw);
    } else if constexpr (kIsPacked<T>) {
        using Item = typename T::value_type;
        const auto one = [&](Reader& from) -> Status {
            ASSAY_TRY(const std::uint64_t raw, from.varint());
            ASSAY_TRY_VOID(budget.take(sizeof(Item)));
            v.push_back(from_varint<Item>(raw));
            return {};
        };
        if (tag.type == WireType::varint) return one(in);
        if (tag.type != WireType::length) return wrong_type(tag);
        ASSAY_TRY(const ByteView packed, in.length_delimited());
        for (Reader from(packed); !from.at_end();) ASSAY_TRY_VOID(one(from));
    } else {
        if (tag.type != WireType::length) return wrong_type(tag);
        ASSAY_TRY(const ByteView body, in.length_delimited());
        if constexpr (kIsText<T>) {
            v.assign(body.begin(), body.end());
        } else if constexpr (kIsOptional<T>) {
            if (!v) v = typename T::value_type{};
            if constexpr (kIsMessage<typename T::value_type>)
                return get_message(body, budget, *v);
            else
                return get_wrapped(body, budget, *v);
        } else if constexpr (kIsVector<T>) {
            using Item = typename T::value_type;
            ASSAY_TRY_VOID(budget.take(sizeof(Item)));
            Item& item = v.emplace_back();
            if constexpr (kIsText<Item>)
                item.assign(body.begin(), body.end());
            else
                return get_message(body, budget, item);
        } else {
            return get_message(body, budget, v);
        }
    }
    return {};
}

// Field number `tag.number` of m, where it has one; false: it has none.
template <class M>
bool get_field(Reader& in, Tag tag, Budget& budget, M& m, Status& status) {
    return std::apply(
        [&](const auto&... field) {
            [[maybe_unused]] const auto one = [&](const auto& fd) {
                if (fd.number != tag.number) return false;
                auto& v = m.*fd.member;
                if (fd.wrapped) {
                    status = [&]() -> Status {
                        if (tag.type != WireType::length) return wrong_type(tag);
                        ASSAY_TRY(const ByteView body, in.length_delimited());
                        return get_wrapped(body, budget, v);
                    }();
                } else {
                    status = get(in, tag, budget, v);
                }
                return true;
            };
            return (one(field) || ...);
        },
        kFields<M>);
}

template <class M>
Status get_message(ByteView body, Budget& budget, M& m) {
    Reader in(body);
    while (!in.at_end()) {
        ASSAY_TRY(const Tag tag, in.tag());
        if constexpr (std::is_same_v<M, PublicKey>) {
            if (tag.number != static_cast<std::uint32_t>(PublicKey::Type::ed25519) &&
                tag.number != static_cast<std::uint32_t>(PublicKey::Type::secp256k1)) {
                ASSAY_TRY_VOID(in.skip(tag));
                if (tag.number <= 5) m = {};  // a kind of key that came later: the choice is made, and not for ours
                continue;
            }
            ASSAY_TRY_VOID(get(in, tag, budget, m.bytes));
            m.type = static_cast<PublicKey::Type>(tag.number);
        } else {
            Status status;
            if (!get_field(in, tag, budget, m, status)) ASSAY_TRY_VOID(in.skip(tag));
            ASSAY_TRY_VOID(std::move(status));
        }
    }
    return {};
}

// Makes v hold its alternative number `index`, keeping it where it does so already: embedded messages merge.
template <class V, std::size_t... I>
Status get_alternative(std::size_t index, ByteView body, Budget& budget, V& v, std::index_sequence<I...>) {
    Status status;
    const auto one = [&](auto at) {
        constexpr std::size_t kAt = decltype(at)::value;
        if (index != kAt) return false;
        if (v.index() != kAt) v.template emplace<kAt>();
        status = get_message(body, budget, *std::get_if<kAt>(&v));
        return true;
    };
    (one(std::integral_constant<std::size_t, I>{}) || ...);
    return status;
}

template <class V>
Result<V> get_frame(ByteView body, std::uint32_t (*number_of)(std::size_t), const char* what) {
    V out;
    Budget budget(body.size());
    Reader in(body);
    std::uint32_t chosen = 0, unknown = 0;
    while (!in.at_end()) {
        ASSAY_TRY(const Tag tag, in.tag());
        std::size_t index = 0;
        while (index < std::variant_size_v<V> && number_of(index) != tag.number) ++index;
        if (index == std::variant_size_v<V>) {
            unknown = tag.number;
            ASSAY_TRY_VOID(in.skip(tag));
            continue;
        }
        if (tag.type != WireType::length) return wrong_type(tag);
        ASSAY_TRY(const ByteView inside, in.length_delimited());
        if (chosen != tag.number) out = V{};
        chosen = tag.number;
        ASSAY_TRY_VOID(get_alternative(index, inside, budget, out, std::make_index_sequence<std::variant_size_v<V>>()));
    }
    if (chosen == 0 && std::is_same_v<V, Request> && (unknown == kInsertTx || unknown == kReapTxs))
        return {Code::method_not_found, std::string(unknown == kInsertTx ? "insert_tx" : "reap_txs") +
                                            " is not supported: leave mempool.type at \"flood\""};
    if (chosen == 0 && unknown != 0)
        return {Code::encoding_not_canonical,
                std::string("a ") + what + " of kind " + std::to_string(unknown) + " is not in ABCI 2.0"};
    if (chosen == 0) return {Code::encoding_truncated, std::string("an empty ") + what};
    return out;
}

}  // namespace

void encode(const Request& r, Bytes& out) {
    put_frame(r, request_number, out);
}
void encode(const Response& r, Bytes& out) {
    put_frame(r, response_number, out);
}
Bytes encode(const Request& r) {
    Bytes out;
    encode(r, out);
    return out;
}
Bytes encode(const Response& r) {
    Bytes out;
    encode(r, out);
    return out;
}

Result<Request> decode_request(ByteView body) {
    return get_frame<Request>(body, request_number, "request");
}
Result<Response> decode_response(ByteView body) {
    return get_frame<Response>(body, response_number, "response");
}

Result<std::optional<FrameHead>> read_frame_head(ByteView in, std::size_t max_body) {
    std::uint64_t size = 0;
    for (std::size_t i = 0; i < 5; ++i) {
        if (i == in.size()) return std::optional<FrameHead>{};
        size |= static_cast<std::uint64_t>(in[i] & 0x7f) << (7 * i);
        if (in[i] >= 0x80) continue;
        if (size > max_body)
            return {Code::encoding_too_large,
                    "a message of " + std::to_string(size) + " bytes is over the limit of " + std::to_string(max_body)};
        return std::optional<FrameHead>{FrameHead{i + 1, static_cast<std::size_t>(size)}};
    }
    return {Code::encoding_too_large, "the length of a message is written in more than 5 bytes"};
}

const char* name_of(const Request& r) {
    return kNames[r.index()];
}
const char* name_of(const Response& r) {
    return r.index() == 0 ? "exception" : kNames[r.index() - 1];
}

}  // namespace assay::node::abci
