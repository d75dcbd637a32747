// How assay-prover speaks: results on stdout, everything else on stderr, errors with a stable word and an exit code.
//
//   throw Failure(Code::verification_failed, "the root does not match", "ask for the opening again");
//   take(fixed_from_hex<Hash>(text))        // the value, or the Failure with its error
#pragma once

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>

#include "base/result.hpp"

namespace assay::proofs::worker {

using Json = nlohmann::ordered_json;

/// Ends the command: printed once, in main.
class Failure : public std::runtime_error {
   public:
    Failure(Code c, const std::string& message, std::string what_to_do = {})
        : std::runtime_error(message), code(c), hint(std::move(what_to_do)) {}
    explicit Failure(const Error& error, std::string what_to_do = {})
        : Failure(error.code, error.message, std::move(what_to_do)) {}

    Code code;
    std::string hint;
    int exit = -1;  ///< where it is not that of the code
};

template <class T>
T take(Result<T> result) {
    if (!result) throw Failure(result.error());
    return std::move(result).value();
}
inline void take(const Status& status) {
    if (!status) throw Failure(status.error());
}

[[nodiscard]] inline int exit_code(const Failure& failure) {
    return failure.exit >= 0 ? failure.exit : assay::exit_code(failure.code);
}

/// One JSON value and a newline.
void print_json(const Json& value);
/// A line on stdout.
void print_line(const std::string& text);
/// A line on stderr: progress and warnings.
void note(const std::string& text);

/// `-` is stdin or stdout. Errors: io_error.
[[nodiscard]] std::string read_file(const std::string& path);
/// Written beside and renamed: a file is whole or absent.
void write_file(const std::string& path, const std::string& text);

}  // namespace assay::proofs::worker
