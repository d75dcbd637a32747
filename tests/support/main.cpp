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
#define CATCH_CONFIG_RUNNER
#endif
#include <atomic>
#include <cstdio>

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

int main(int argc, char* argv[]) {
    return Catch::Session().run(argc, argv);
}

#else
// ThreadSanitizer's stage runs the cases tagged [threads] and no others, so a case that starts a thread must say so.
// Here the linker leads what the program and its static libraries start threads with through this file (--wrap); the
// threads of shared libraries, like LevelDB's, are not ours and not instrumented.
namespace {

std::atomic<unsigned> started{0};
unsigned unannounced = 0;

class Threads final
#if defined(ASSAY_CATCH2_V2)
    : public Catch::TestEventListenerBase {
   public:
    using TestEventListenerBase::TestEventListenerBase;
#else
    : public Catch::EventListenerBase {
   public:
    using EventListenerBase::EventListenerBase;
#endif
    void testCaseStarting(const Catch::TestCaseInfo& test) override {
        name_ = test.name;
        says_ = test.tagsAsString().find("[threads]") != std::string::npos;
        started = 0;
    }
    void testCaseEnded(const Catch::TestCaseStats&) override {
        if (started == 0 || says_) return;
        ++unannounced;
        std::printf("FAILED: \"%s\" started threads (%u) and has no tag [threads]\n", name_.c_str(), started.load());
    }

   private:
    std::string name_;
    bool says_ = false;
};
CATCH_REGISTER_LISTENER(Threads)

}  // namespace

extern "C" {
int __real_pthread_create(void* thread, const void* how, void* (*run)(void*), void* argument);
int __wrap_pthread_create(void* thread, const void* how, void* (*run)(void*), void* argument) {
    ++started;
    return __real_pthread_create(thread, how, run, argument);
}
// std::thread::_M_start_thread of libstdc++: the thread, its state (by reference, as the ABI passes what has a
// destructor), and a function that is only there to be linked.
void __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(void*, void*,
                                                                                                  void (*)());
void __wrap__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(void* thread,
                                                                                                  void* state,
                                                                                                  void (*link)()) {
    ++started;
    __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(thread, state, link);
}
}

int main(int argc, char* argv[]) {
    const int failed = Catch::Session().run(argc, argv);
    return failed != 0 ? failed : unannounced != 0;
}
#endif
#endif
