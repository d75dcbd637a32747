// Memory for secrets: on pages of its own, locked where the system allows, left out of core dumps, wiped when it goes.
//
//   SecureBytes seed(64);                       // a vector of bytes; copies are as safe as the original
//   SecureString password = read_password();    // a string; never convert it to std::string
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace assay::wallet {

namespace detail {
[[nodiscard]] void* secure_allocate(std::size_t bytes);
void secure_free(void* memory, std::size_t bytes) noexcept;
}  // namespace detail

template <class T>
struct SecureAllocator {
    using value_type = T;
    SecureAllocator() = default;
    template <class U>
    SecureAllocator(const SecureAllocator<U>&) {}  // NOLINT: rebinding
    [[nodiscard]] T* allocate(std::size_t n) { return static_cast<T*>(detail::secure_allocate(n * sizeof(T))); }
    void deallocate(T* p, std::size_t n) noexcept { detail::secure_free(p, n * sizeof(T)); }
    template <class U>
    bool operator==(const SecureAllocator<U>&) const {
        return true;
    }
};

using SecureBytes = std::vector<std::uint8_t, SecureAllocator<std::uint8_t>>;

/// Characters of a secret. Not std::basic_string: short strings would live inside the object, on the stack.
class SecureString {
   public:
    SecureString() = default;
    explicit SecureString(std::string_view text) : bytes_(text.begin(), text.end()) {}

    [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }
    [[nodiscard]] ByteView bytes() const { return as_bytes(view()); }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }
    void push_back(char c) { bytes_.push_back(c); }
    void pop_back() { bytes_.pop_back(); }
    void append(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }

   private:
    std::vector<char, SecureAllocator<char>> bytes_;
};

/// Overwrites memory in a way that the compiler keeps.
void wipe(void* memory, std::size_t bytes) noexcept;
template <class T>
void wipe(std::span<T> memory) noexcept {
    wipe(memory.data(), memory.size_bytes());
}

/// Compares in a time that depends on the length only.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

/// No core dumps and no debugger of the same user: call once, first thing in main.
void harden_process();

}  // namespace assay::wallet
