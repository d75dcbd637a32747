// The one place that knows which Catch2 there is. Where only a compiler is (ASSAY_ONLY_PROOFS), a stand-in with
// TEST_CASE, CHECK, REQUIRE, INFO (printed on failure) takes its place: tests under tests/proofs use no more than that.
#pragma once

#if defined(ASSAY_MINI_TEST)

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

namespace assay::mini_test {
struct Case {
    const char* name;
    void (*body)();
};
inline std::vector<Case>& cases() {
    static std::vector<Case> all;
    return all;
}
struct Failed {};
inline int& failures() {
    static int n = 0;
    return n;
}
inline std::string& info() {
    static std::string text;
    return text;
}
inline bool add(const char* name, void (*body)()) {
    cases().push_back({name, body});
    return true;
}
inline void report(const char* expr, const char* file, int line) {
    ++failures();
    std::printf("%s:%d: %s\n  %s\n", file, line, expr, info().c_str());
}
}  // namespace assay::mini_test

#define ASSAY_MINI_CAT_(a, b) a##b
#define ASSAY_MINI_CAT(a, b) ASSAY_MINI_CAT_(a, b)
#define ASSAY_MINI_CASE(fn, ...)                                              \
    static void fn();                                                         \
    [[maybe_unused]] static const bool ASSAY_MINI_CAT(fn, _added) =           \
        ::assay::mini_test::add(::assay::mini_test::first(__VA_ARGS__), &fn); \
    static void fn()
namespace assay::mini_test {
inline const char* first(const char* name, const char* = nullptr) {
    return name;
}
}  // namespace assay::mini_test
#define TEST_CASE(...) ASSAY_MINI_CASE(ASSAY_MINI_CAT(assay_case_, __LINE__), __VA_ARGS__)
#define CHECK(...)                                                                        \
    do {                                                                                  \
        if (!(__VA_ARGS__)) ::assay::mini_test::report(#__VA_ARGS__, __FILE__, __LINE__); \
    } while (false)
#define REQUIRE(...)                                                      \
    do {                                                                  \
        if (!(__VA_ARGS__)) {                                             \
            ::assay::mini_test::report(#__VA_ARGS__, __FILE__, __LINE__); \
            throw ::assay::mini_test::Failed{};                           \
        }                                                                 \
    } while (false)
#define CHECK_FALSE(...) CHECK(!(__VA_ARGS__))
#define REQUIRE_FALSE(...) REQUIRE(!(__VA_ARGS__))
#define INFO(text)                                     \
    do {                                               \
        std::ostringstream assay_info;                 \
        assay_info << text;                            \
        ::assay::mini_test::info() = assay_info.str(); \
    } while (false)
#define WARN(text) (std::ostringstream() << text)

#elif defined(ASSAY_CATCH2_V2)
#include <catch2/catch.hpp>
#else
#include <catch2/catch_all.hpp>
#endif

#if defined(ASSAY_SANITIZED) && !defined(ASSAY_MINI_TEST)
// Sanitizer builds check the same and leave the values of what failed to the release build's report: taking every
// expression apart to show them is up to half of the time that a sanitized test takes to compile.
namespace assay::test {
/// Reports to Catch2 what `expression` should have been; `required` ends the test case.
void check_failed(const char* expression, bool expected, const char* file, int line, bool required);
}  // namespace assay::test
#define ASSAY_LEAN_CHECK(expected, required, ...)                                              \
    do {                                                                                       \
        if (static_cast<bool>(__VA_ARGS__) != expected)                                        \
            ::assay::test::check_failed(#__VA_ARGS__, expected, __FILE__, __LINE__, required); \
    } while (false)
#undef CHECK
#undef CHECK_FALSE
#undef REQUIRE
#undef REQUIRE_FALSE
#define CHECK(...) ASSAY_LEAN_CHECK(true, false, __VA_ARGS__)
#define CHECK_FALSE(...) ASSAY_LEAN_CHECK(false, false, __VA_ARGS__)
#define REQUIRE(...) ASSAY_LEAN_CHECK(true, true, __VA_ARGS__)
#define REQUIRE_FALSE(...) ASSAY_LEAN_CHECK(false, true, __VA_ARGS__)
#endif
