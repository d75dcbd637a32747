// Result<T>: a value, or one Error that names what was wrong. No exceptions below node/ and wallet/.
//
//   Result<Amount> fee = add(a, b);
//   if (!fee) return fee.error();
//   ASSAY_TRY(auto total, add(*fee, tip));      // the same in one line
#pragma once

#include <optional>
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

template <class T>
class [[nodiscard]] Result {
   public:
    Result(T value) : value_(std::move(value)) {}      // NOLINT: implicit on purpose, so that `return x;` reads well
    Result(Error error) : error_(std::move(error)) {}  // NOLINT
    Result(Code code, std::string message) : error_{code, std::move(message)} {}

    [[nodiscard]] bool ok() const { return value_.has_value(); }
    explicit operator bool() const { return ok(); }
    [[nodiscard]] T& value() & { return ASSAY_CHECK(ok()), *value_; }
    [[nodiscard]] const T& value() const& { return ASSAY_CHECK(ok()), *value_; }
    [[nodiscard]] T&& value() && { return ASSAY_CHECK(ok()), std::move(*value_); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    [[nodiscard]] const Error& error() const& { return ASSAY_CHECK(!ok()), error_; }
    [[nodiscard]] Error&& error() && { return ASSAY_CHECK(!ok()), std::move(error_); }

   private:
    std::optional<T> value_;
    Error error_;
};

/// Success without a value.
template <>
class [[nodiscard]] Result<void> {
   public:
    Result() = default;
    Result(Error error) : error_(std::move(error)), ok_(false) {}  // NOLINT
    Result(Code code, std::string message) : error_{code, std::move(message)}, ok_(false) {}

    [[nodiscard]] bool ok() const { return ok_; }
    explicit operator bool() const { return ok_; }
    [[nodiscard]] const Error& error() const& { return ASSAY_CHECK(!ok_), error_; }
    [[nodiscard]] Error&& error() && { return ASSAY_CHECK(!ok_), std::move(error_); }

   private:
    Error error_;
    bool ok_ = true;
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
