// Borsh: the one canonical encoding of everything that is hashed, signed or stored.
//
//   struct Output { Address to; Amount amount; ASSAY_FIELDS(to, amount) };
//   Bytes raw = borsh::encode(output);
//   Result<Output> back = borsh::decode<Output>(raw);     // every byte is consumed, or an error
//
// Canonical or refused: one value has one encoding. Lengths in the input are checked against the bytes that are
// there before anything is allocated. Integers are little-endian.
#pragma once

#include <array>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/amount.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/types.hpp"

/// Names the fields of a struct in encoding order: x.each_field(f) calls f(first, second, …) once. A template without a
/// tuple, because compilers take seconds for tuples of twenty references in every file that sees them.
#define ASSAY_FIELDS(...)                              \
    using HasFields = void;                            \
    template <class F>                                 \
    constexpr decltype(auto) each_field(F&& f) {       \
        return f(__VA_ARGS__);                         \
    }                                                  \
    template <class F>                                 \
    constexpr decltype(auto) each_field(F&& f) const { \
        return f(__VA_ARGS__);                         \
    }

namespace assay::borsh {

template <class T>
concept Fielded = requires {
    typename T::HasFields;
};
/// An alternative of a tagged union: its number on the wire, never its place in the variant.
template <class T>
concept Tagged = requires {
    { T::kTag } -> std::convertible_to<std::uint8_t>;
};

/// Bytes behind a name of their own: made from Bytes, read with bytes(), encoded as they are.
template <class T>
concept WrapsBytes = requires {
    typename T::WrapsBytes;
};

// ---------------------------------------------------------------- writing

class Writer {
   public:
    explicit Writer(Bytes& out) : out_(out) {}

    void raw(const void* data, std::size_t n) {
        const auto* p = static_cast<const std::uint8_t*>(data);
        out_.insert(out_.end(), p, p + n);
    }

    template <std::unsigned_integral T>
    void put(T v) {
        std::uint8_t b[sizeof(T)];
        for (std::size_t i = 0; i < sizeof(T); ++i) b[i] = static_cast<std::uint8_t>(v >> (8 * i));
        raw(b, sizeof(T));
    }
    void put(bool v) { put(static_cast<std::uint8_t>(v ? 1 : 0)); }
    void put(u128 v) {
        put(static_cast<std::uint64_t>(v));
        put(static_cast<std::uint64_t>(v >> 64));
    }
    template <class Tag>
    void put(Quantity<Tag> v) {
        put(v.units);
    }
    template <class Tag>
    void put(Ordinal<Tag> v) {
        put(v.value);
    }
    void put(Ppb v) { put(v.value); }
    void put(Price v) { put(v.value); }
    void put(TimeMs v) { put(v.value); }
    template <class Tag, std::size_t N>
    void put(const FixedBytes<Tag, N>& v) {
        raw(v.data(), N);
    }
    void put(const std::string& s) {
        put(static_cast<std::uint32_t>(s.size()));
        raw(s.data(), s.size());
    }
    template <class E>
    requires std::is_enum_v<E>
    void put(E e) { put(static_cast<std::uint8_t>(e)); }
    template <class T>
    void put(const std::vector<T>& v) {
        put(static_cast<std::uint32_t>(v.size()));
        if constexpr (std::same_as<T, std::uint8_t>) {
            raw(v.data(), v.size());
        } else {
            for (const auto& x : v) put(x);
        }
    }
    template <class T, std::size_t N>
    void put(const std::array<T, N>& v) {
        for (const auto& x : v) put(x);
    }
    template <class T>
    void put(const std::optional<T>& v) {
        put(v.has_value());
        if (v) put(*v);
    }
    template <class K, class V>
    void put(const std::map<K, V>& m) {
        put(static_cast<std::uint32_t>(m.size()));
        for (const auto& [k, v] : m) {
            put(k);
            put(v);
        }
    }
    template <class... Ts>
    void put(const std::variant<Ts...>& v) {
        std::visit(
            [this]<class T>(const T& x) {
                static_assert(Tagged<T>);
                put(std::uint8_t{T::kTag});
                put(x);
            },
            v);
    }
    template <WrapsBytes T>
    void put(const T& v) {
        put(v.bytes());
    }
    template <Fielded T>
    void put(const T& v) {
        v.each_field([this](const auto&... f) { (this->put(f), ...); });
    }

   private:
    Bytes& out_;
};

template <class T>
[[nodiscard]] Bytes encode(const T& v, std::size_t about = 256) {
    Bytes out;
    out.reserve(about);  // most values are small: one allocation
    Writer(out).put(v);
    return out;
}

// ---------------------------------------------------------------- reading

class Reader {
   public:
    explicit Reader(ByteView in) : in_(in) {}

    [[nodiscard]] std::size_t left() const { return in_.size() - at_; }
    [[nodiscard]] std::size_t at() const { return at_; }

    template <std::unsigned_integral T>
    Status get(T& v) {
        if (left() < sizeof(T)) return truncated();
        T out = 0;
        for (std::size_t i = 0; i < sizeof(T); ++i)
            out = static_cast<T>(out | (static_cast<T>(in_[at_ + i]) << (8 * i)));
        at_ += sizeof(T);
        v = out;
        return {};
    }
    Status get(bool& v) {
        std::uint8_t b = 0;
        ASSAY_TRY_VOID(get(b));
        if (b > 1) return not_canonical("a flag is neither 0 nor 1");
        v = b == 1;
        return {};
    }
    Status get(u128& v) {
        std::uint64_t low = 0, high = 0;
        ASSAY_TRY_VOID(get(low));
        ASSAY_TRY_VOID(get(high));
        v = (u128{high} << 64) | low;
        return {};
    }
    template <class Tag>
    Status get(Quantity<Tag>& v) {
        return get(v.units);
    }
    template <class Tag>
    Status get(Ordinal<Tag>& v) {
        return get(v.value);
    }
    Status get(Ppb& v) { return get(v.value); }
    Status get(Price& v) { return get(v.value); }
    Status get(TimeMs& v) { return get(v.value); }
    template <class Tag, std::size_t N>
    Status get(FixedBytes<Tag, N>& v) {
        if (left() < N) return truncated();
        std::memcpy(v.data(), in_.data() + at_, N);
        at_ += N;
        return {};
    }
    Status get(std::string& s) {
        std::uint32_t n = 0;
        ASSAY_TRY_VOID(get(n));
        if (n > left()) return truncated();
        s.assign(reinterpret_cast<const char*>(in_.data() + at_), n);
        at_ += n;
        return {};
    }
    /// Enums used here have a constexpr `enum_count(E)` beside them: values 0 .. count-1 are valid.
    template <class E>
    requires std::is_enum_v<E> Status get(E& e) {
        std::uint8_t b = 0;
        ASSAY_TRY_VOID(get(b));
        if (b >= enum_count(E{})) return not_canonical("an enumeration value is out of range");
        e = static_cast<E>(b);
        return {};
    }
    template <class T>
    Status get(std::vector<T>& v) {
        std::uint32_t n = 0;
        ASSAY_TRY_VOID(get(n));
        if (n > left()) return truncated();  // each element takes at least one byte
        v.clear();
        if constexpr (std::same_as<T, std::uint8_t>) {
            v.assign(in_.data() + at_, in_.data() + at_ + n);
            at_ += n;
        } else {
            for (std::uint32_t i = 0; i < n; ++i) {  // grows with the bytes that are there, not with n
                T x{};
                ASSAY_TRY_VOID(get(x));
                v.push_back(std::move(x));
            }
        }
        return {};
    }
    template <class T, std::size_t N>
    Status get(std::array<T, N>& v) {
        for (auto& x : v) ASSAY_TRY_VOID(get(x));
        return {};
    }
    template <class T>
    Status get(std::optional<T>& v) {
        bool present = false;
        ASSAY_TRY_VOID(get(present));
        if (!present) {
            v.reset();
            return {};
        }
        T x{};
        ASSAY_TRY_VOID(get(x));
        v = std::move(x);
        return {};
    }
    template <class K, class V>
    Status get(std::map<K, V>& m) {
        std::uint32_t n = 0;
        ASSAY_TRY_VOID(get(n));
        if (n > left()) return truncated();
        m.clear();
        for (std::uint32_t i = 0; i < n; ++i) {
            K k{};
            V v{};
            ASSAY_TRY_VOID(get(k));
            ASSAY_TRY_VOID(get(v));
            if (!m.empty() && !(m.rbegin()->first < k)) return not_canonical("map keys are not strictly ascending");
            m.emplace_hint(m.end(), std::move(k), std::move(v));
        }
        return {};
    }
    template <class... Ts>
    Status get(std::variant<Ts...>& v) {
        std::uint8_t tag = 0;
        ASSAY_TRY_VOID(get(tag));
        Status out;
        const bool known = ((tag == Ts::kTag && (out = get_alternative<Ts>(v), true)) || ...);
        return known ? out : not_canonical("an unknown kind, number " + std::to_string(tag));
    }
    template <WrapsBytes T>
    Status get(T& v) {
        Bytes bytes;
        ASSAY_TRY_VOID(get(bytes));
        v = T(std::move(bytes));
        return {};
    }
    template <Fielded T>
    Status get(T& v) {
        Status out;
        v.each_field([&](auto&... f) { (void)((out = get(f), out.ok()) && ...); });
        return out;
    }

   private:
    template <class T, class V>
    Status get_alternative(V& v) {
        T x{};
        ASSAY_TRY_VOID(get(x));
        v = std::move(x);
        return {};
    }
    [[nodiscard]] Status truncated() const {
        return {Code::encoding_truncated, "the bytes end too early, at offset " + std::to_string(in_.size())};
    }
    [[nodiscard]] Status not_canonical(std::string what) const {
        return {Code::encoding_not_canonical, std::move(what) + ", at offset " + std::to_string(at_ - 1)};
    }

    ByteView in_;
    std::size_t at_ = 0;
};

/// The whole of `in` is one T, or an error. `out` is a fresh T; after an error it holds what came before.
template <class T>
[[nodiscard]] Status decode_into(ByteView in, T& out) {
    Reader reader(in);
    ASSAY_TRY_VOID(reader.get(out));
    if (reader.left() != 0)
        return {Code::encoding_trailing,
                std::to_string(reader.left()) + " bytes are left over at offset " + std::to_string(reader.at())};
    return {};
}
template <class T>
[[nodiscard]] Result<T> decode(ByteView in) {
    T out{};
    ASSAY_TRY_VOID(decode_into(in, out));
    return out;
}

}  // namespace assay::borsh
