// The person at the terminal: a password without echo, and what signals do.
//
//   end_on_signal(json);              // from the start: a signal ends the program with 130
//   drain_on_signal();                // from here on the first one only counts, the second ends
//   if (signals_seen() > 0) …
#pragma once

#include <string>

#include "wallet/keys/secure.hpp"

namespace assay::proofs::worker {

/// From --password-file ("-" is stdin), or a prompt. Throws Failure: usage where nobody can be asked.
[[nodiscard]] wallet::SecureString read_password(const std::string& file, const std::string& prompt, bool json);
/// Asked twice at a terminal. Throws Failure: wrong_password where the two differ.
[[nodiscard]] wallet::SecureString read_new_password(const std::string& file, bool json);

void end_on_signal(bool json);
void drain_on_signal();
[[nodiscard]] int signals_seen();

}  // namespace assay::proofs::worker
