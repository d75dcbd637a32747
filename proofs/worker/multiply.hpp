// A product of two int8 matrices on the processor, over as many threads as there are.
//
//   std::vector<std::uint32_t> c = *multiply(a, b, {64, 32, 128}, 0, nullptr);
#pragma once

#include <atomic>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "wallet/client/matrices.hpp"

namespace assay::proofs::worker {

/// `a` holds m x k values, `b` n x k. `threads` 0: all. Nothing where `stop` became true meanwhile.
[[nodiscard]] std::optional<std::vector<std::uint32_t>> multiply(ByteView a, ByteView b, const wallet::GemmSize& size,
                                                                 unsigned threads, const std::atomic<bool>* stop);
/// The values as int32, little-endian.
[[nodiscard]] std::string product_bytes(const std::vector<std::uint32_t>& product);

}  // namespace assay::proofs::worker
