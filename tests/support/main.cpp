#if defined(ASSAY_MINI_TEST)
#include "tests/support/catch.hpp"
int main() {
    using namespace assay::mini_test;
    int failed = 0;
    for (const auto& c : cases()) {
        const int before = failures();
        info().clear();
        try {
            c.body();
        } catch (const Failed&) {
        }
        if (failures() != before) {
            ++failed;
            std::printf("FAILED: %s\n", c.name);
        }
    }
    std::printf("%zu passed, %d failed\n", cases().size() - static_cast<std::size_t>(failed), failed);
    return failed == 0 && !cases().empty() ? 0 : 1;
}
#else
#if defined(ASSAY_CATCH2_V2)
#define CATCH_CONFIG_MAIN
#endif
#include "tests/support/catch.hpp"
#if defined(ASSAY_SANITIZED)
namespace assay::test {
void check_failed(const char* expression, bool expected, const char* file, int line, bool required) {
    const std::string text =
        std::string(file) + ":" + std::to_string(line) + ": " + expression + (expected ? " is false" : " is true");
    if (required) FAIL(text);
    FAIL_CHECK(text);
}
}  // namespace assay::test
#endif
#endif
