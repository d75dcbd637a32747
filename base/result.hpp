// Result<T>: a value, or one Error that names what was wrong. No exceptions below node/ and wallet/.
//
//   Result<Amount> fee = add(a, b);
//   if (!fee) return fee.error();
//   ASSAY_TRY(auto total, add(*fee, tip));      // the same in one line
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <utility>

#include "base/check.hpp"
#include "base/codes.hpp"

namespace assay {

struct Error {
    Code code = Code::internal;
    std::string message;  ///< one sentence that names the field and the rule

    [[nodiscard]] std::string_view word() const { return code_word(code); }
};

/// Room for one of the two: the good way makes no string and takes none apart.
template <class T>
class [[nodiscard]] Result {
   public:
    Result(T value) : value_(std::move(value)), ok_(true) {}       // NOLINT: implicit on purpose: `return x;`
    Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT
    Result(Code code, std::string message) : error_{code, std::move(message)}, ok_(false) {}
    Result(const Result& other) requires std::copy_constructible<T> : ok_(other.ok_) {
        if (ok_)
            std::construct_at(&value_, other.value_);
        else
            std::construct_at(&error_, other.error_);
    }
    Result(Result&& other) noexcept : ok_(other.ok_) { take(other); }
    Result& operator=(Result other) noexcept {
        clear();
        ok_ = other.ok_;
        take(other);
        return *this;
    }
    ~Result() { clear(); }

    [[nodiscard]] bool ok() const { return ok_; }
    explicit operator bool() const { return ok_; }
    [[nodiscard]] T& value() & { return ASSAY_CHECK(ok_), value_; }
    [[nodiscard]] const T& value() const& { return ASSAY_CHECK(ok_), value_; }
    [[nodiscard]] T&& value() && { return ASSAY_CHECK(ok_), std::move(value_); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    [[nodiscard]] const Error& error() const& { return ASSAY_CHECK(!ok_), error_; }
    [[nodiscard]] Error&& error() && { return ASSAY_CHECK(!ok_), std::move(error_); }

   private:
    void take(Result& other) {
        if (ok_)
            std::construct_at(&value_, std::move(other.value_));
        else
            std::construct_at(&error_, std::move(other.error_));
    }
    void clear() {
        if (ok_)
            std::destroy_at(&value_);
        else
            std::destroy_at(&error_);
    }

    union {
        T value_;
        Error error_;
    };
    bool ok_;
};

/// Success without a value.
template <>
class [[nodiscard]] Result<void> {
   public:
    Result() : result_(Nothing{}) {}
    Result(Error error) : result_(std::move(error)) {}  // NOLINT
    Result(Code code, std::string message) : result_(code, std::move(message)) {}

    [[nodiscard]] bool ok() const { return result_.ok(); }
    explicit operator bool() const { return result_.ok(); }
    [[nodiscard]] const Error& error() const& { return result_.error(); }
    [[nodiscard]] Error&& error() && { return std::move(result_).error(); }

   private:
    struct Nothing {};
    Result<Nothing> result_;
};

using Status = Result<void>;

}  // namespace assay

#define ASSAY_CONCAT_(a, b) a##b
#define ASSAY_CONCAT(a, b) ASSAY_CONCAT_(a, b)
#define ASSAY_TRY_IMPL(tmp, decl, ...)       \
    auto tmp = (__VA_ARGS__);                \
    if (!tmp) return std::move(tmp).error(); \
    decl = std::move(tmp).value()
/// `ASSAY_TRY(auto x, f())` takes the value or returns the error from the enclosing function.
#define ASSAY_TRY(decl, ...) ASSAY_TRY_IMPL(ASSAY_CONCAT(assay_try_, __COUNTER__), decl, __VA_ARGS__)
/// For calls without a value.
#define ASSAY_TRY_VOID(...)                                                                           \
    do {                                                                                              \
        if (auto assay_status = (__VA_ARGS__); !assay_status) return std::move(assay_status).error(); \
    } while (false)
