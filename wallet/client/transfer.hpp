// Files between a buyer and its provider, over plain HTTP: what `assay-prover run --serve` answers (docs/provider.md).
//
//   ASSAY_TRY(const Url provider, parse_endpoint("http://gpu.example:8712"));
//   ASSAY_TRY_VOID(upload(provider, "/lease/ID/a", bytes, told));
//   ASSAY_TRY(const std::uint64_t bytes, download(provider, "/lease/ID/c.npy", "out/c.npy.part", most, told));
//
// Nothing is believed of what comes: whoever calls compares it with the chain. Each step has a deadline.
#pragma once

#include <filesystem>
#include <functional>

#include "base/bytes.hpp"
#include "wallet/client/url.hpp"

namespace assay::wallet {

/// The endpoint of a provider: as parse_url, with port 80 where none is named. Errors: usage.
[[nodiscard]] Result<Url> parse_endpoint(std::string_view text);

using Told = std::function<void(std::uint64_t done)>;

/// PUT. Errors: provider's refusal as not_found, already_exists or internal with its sentence; node_unreachable.
[[nodiscard]] Status upload(const Url& url, const std::string& target, ByteView body, const Told& told);
/// GET into a new file, at most `most` bytes; what is there is replaced. Errors: as upload(), io_error.
[[nodiscard]] Result<std::uint64_t> download(const Url& url, const std::string& target,
                                             const std::filesystem::path& file, std::uint64_t most, const Told& told);

}  // namespace assay::wallet
