// A password from a file, from stdin, or from the person at the terminal, without echo. Wiped when it goes.
//
//   auto password = read_password(file, true, out.json);      // asked twice where it is new
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace assay::node::cli {

class Password {
   public:
    Password() = default;
    Password(Password&& other) noexcept { text_.swap(other.text_); }
    Password& operator=(Password&& other) noexcept {
        text_.swap(other.text_);
        return *this;
    }
    Password(const Password&) = delete;
    Password& operator=(const Password&) = delete;
    ~Password();
    [[nodiscard]] std::string_view view() const { return text_; }

    static constexpr std::size_t kLongest = 1024;

   private:
    friend Result<Password> read_password(const std::string&, bool, bool);
    [[nodiscard]] static Result<Password> from(int fd);
    [[nodiscard]] static Result<Password> asked(const char* prompt);
    std::string text_;
};

/// `file`: its first line; "-" is stdin; empty: a prompt on stderr, twice for a new one. Errors: usage where nobody can
/// be asked, io_error, wrong_password where the two differ.
[[nodiscard]] Result<Password> read_password(const std::string& file, bool is_new, bool json);

}  // namespace assay::node::cli
