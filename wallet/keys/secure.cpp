#include "wallet/keys/secure.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <new>

namespace assay::wallet {
namespace detail {
namespace {
std::size_t whole_pages(std::size_t bytes) {
    static const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    return (bytes + page - 1) / page * page;
}
}  // namespace

// Whole pages per secret: locks are per page, and unlocking one secret must not unlock its neighbour. Secrets are few.
void* secure_allocate(std::size_t bytes) {
    const std::size_t size = whole_pages(bytes == 0 ? 1 : bytes);
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    (void)mlock(memory, size);  // refused where the limit is low; wiping still holds
    (void)madvise(memory, size, MADV_DONTDUMP);
    return memory;
}

void secure_free(void* memory, std::size_t bytes) noexcept {
    if (memory == nullptr) return;
    const std::size_t size = whole_pages(bytes == 0 ? 1 : bytes);
    wipe(memory, size);
    (void)munmap(memory, size);
}
}  // namespace detail

void wipe(void* memory, std::size_t bytes) noexcept {
    if (bytes != 0) explicit_bzero(memory, bytes);
}

bool equal_in_constant_time(ByteView a, ByteView b) {
    if (a.size() != b.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
    return difference == 0;
}

void harden_process() {
    const rlimit none{0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace assay::wallet
