// The person at the terminal: passwords without echo, questions, Ctrl-C. Prompts go to stderr, answers come from stdin.
#pragma once

#include <string>

#include "wallet/keys/secure.hpp"

namespace assay::wallet::cli {

[[nodiscard]] bool stdin_is_terminal();
[[nodiscard]] bool stderr_is_terminal();

/// One line from stdin, without its end; nothing echoes while `hidden`. False at the end of input.
[[nodiscard]] bool read_line(SecureString& out, bool hidden);
/// "y" or "yes".
[[nodiscard]] bool ask_yes(const std::string& question);
/// All of stdin, `max_bytes` at most.
[[nodiscard]] SecureString read_all_stdin(std::size_t max_bytes);

/// From now on Ctrl-C ends the program with 130, prints `last_words` on stdout and gives the terminal its echo back.
void end_on_interrupt(const std::string& last_words);
/// From now on the first SIGINT or SIGTERM only asks to stop; the second ends the program as above.
void stop_on_interrupt();
[[nodiscard]] bool stop_asked();

}  // namespace assay::wallet::cli
