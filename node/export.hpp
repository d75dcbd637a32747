// The state as one JSON value: a genesis that begins with every token where its owner can reach it, but what is locked
// in a grant, and beside it, under names that a genesis reader takes for comments, what a simulator and an auditor want
// to know.
#pragma once

#include <filesystem>
#include <string>

#include "chain/app.hpp"

namespace assay::node {

/// The exact state of a kept height (the last unless told) into a new file, from which `assayd init --state` goes on.
/// Errors: already_exists, those of App::export_state and io_error; then no file is left.
[[nodiscard]] Result<chain::StateFileHeader> export_state_file(const chain::App& app,
                                                               const std::optional<Height>& height,
                                                               const std::filesystem::path& file);
/// What such a file says of itself, from its beginning alone. Errors: io_error, bad_state_file.
[[nodiscard]] Result<chain::StateFileHeader> state_file_header(const std::filesystem::path& file);
/// Begins a chain with such a file. Errors: io_error and those of App::init_state, which name the file too.
[[nodiscard]] Result<chain::StateFileHeader> init_from_file(chain::App& app, const std::filesystem::path& file);

/// Canonical: the same state gives the same bytes. Errors: not_found before init_chain.
[[nodiscard]] Result<std::string> export_state(const chain::App& app);

}  // namespace assay::node
