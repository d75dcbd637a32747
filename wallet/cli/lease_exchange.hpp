// What a buyer and its provider hand each other of a product, off chain: matrices there, the product back, each
// compared with the roots that the chain has.
#pragma once

#include "wallet/cli/session.hpp"
#include "wallet/client/matrices.hpp"

namespace assay::wallet::cli {

/// The job of an order as the node tells it, and the dispute that runs.
struct ProductView {
    GemmSize size;
    ProductRoots roots;
    std::optional<std::pair<std::uint32_t, std::uint32_t>> tile;
    std::uint64_t next_slice = 0;
    std::string provider;  ///< address; empty: nobody works for it yet
};
[[nodiscard]] ProductView product_of(Session& session, const Hash& order);

/// Files of the sizes that the order says, .npy or raw. Each throws Failure.
[[nodiscard]] Bytes input_file(const std::string& path, std::uint64_t rows, std::uint64_t k);
[[nodiscard]] Bytes product_file(const std::string& path, const GemmSize& size);
[[nodiscard]] Hash product_root_of(Session& session, const Hash& order, const std::string& path);

struct ExchangeOptions {
    std::string endpoint;  ///< empty: as the provider registered it
    std::string out;
    std::string until = "closed";
    std::string progress = "bar";
};
void lease_send(Session& session, const Hash& order, const std::string& a, const std::string& b,
                const ExchangeOptions& options);
void lease_fetch(Session& session, const Hash& order, const ExchangeOptions& options);
/// A line on stdout for each change, JSON where asked, until `options.until` holds.
void lease_watch(Session& session, const Hash& order, const ExchangeOptions& options);

}  // namespace assay::wallet::cli
