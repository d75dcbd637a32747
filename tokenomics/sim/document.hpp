// Scenario files as JSON: where they come from, how one extends another, what --set changes. The meaning of the
// members is scenario.cpp's.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace assay::sim {

/// Is the merged document a good one? Asked after each file, so that an error names the one to blame.
using DocumentCheck = std::function<Status(const json::Value&)>;
/// The same, with everything that is wrong.
using ErrorsOf = std::function<std::vector<Error>(const json::Value&)>;

/// The document of a preset, a scenario of the library, a genesis file or a scenario file with everything that it
/// extends, and `sets` over it. A directory that holds a result stands for the scenario that gave it;
/// "akash,stress-bear" for one over the other. A genesis becomes {name, start, params, initial: {supply, bonded}}.
/// Errors besides those of JSON: number_unpublished where neither a file nor `sets` gives a number that the network has
/// not published; all of them are named.
[[nodiscard]] Result<json::Value> load_document(const std::string& source, const std::vector<std::string>& sets,
                                                const DocumentCheck& check);

/// The same as it stands: nothing is checked, numbers that are not published are in it, and so are comments.
[[nodiscard]] Result<json::Value> read_document(const std::string& source);

/// Whatever is wrong with it, each error with its file; empty where load_document gives it.
[[nodiscard]] std::vector<Error> document_errors(const std::string& source, const std::vector<std::string>& sets,
                                                 const ErrorsOf& errors_of);

/// Objects merge member by member; everything else replaces what was there.
void merge(json::Value& into, const json::Value& from);

/// One "path=value". Paths are those of a scenario; those of parameters may leave out "params.". Errors: usage.
[[nodiscard]] Status apply_set(json::Value& root, const std::string& set);

[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

}  // namespace assay::sim
