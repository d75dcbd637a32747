// The products that buyers leased from this provider, as files of the run's state folder, and who works on which.
//
//   products/ID/a, b          the buyer's matrices, raw int8, whole and with the roots that the order names
//   products/ID/c.npy         the product
//   products/ID/product.json  its sidecar: order, sizes, roots
//
//   Products products(state / "products", limit);
//   products.set_leases(leases);                                  // as the chain has them, again and again
//   if (auto job = products.find(id, 3s)) …                       // waits for a lease that is a moment old
//   take(products.accept(*job, Side::a, part_file));              // checks its root, then it is there
//
// Thread-safe: the server takes uploads while the worker multiplies. Files are named by order ids of 64 hex digits and
// by nothing else that comes from outside.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "proofs/matrix.hpp"

namespace assay::proofs::worker {

enum class Side : std::uint8_t { a, b };

/// A lease of a product, as the chain tells it.
struct ProductLease {
    Hash order;
    GemmJob job;
    std::optional<Hash> delivered;
};

/// A file as bytes that the system reads when they are looked at.
class MappedFile {
   public:
    /// Errors: io_error, not_found.
    [[nodiscard]] static Result<MappedFile> open(const std::filesystem::path& file);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    [[nodiscard]] ByteView view() const { return {data_, size_}; }

   private:
    MappedFile() = default;
    const std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

class Products {
   public:
    /// `most_bytes`: of one order's two matrices and product together. Unfinished uploads of an earlier run go.
    Products(std::filesystem::path folder, std::uint64_t most_bytes);

    void set_leases(std::vector<ProductLease> leases);
    [[nodiscard]] std::vector<ProductLease> leases() const;
    /// Waits up to `patience` for the chain to have it.
    [[nodiscard]] std::optional<ProductLease> find(const Hash& order, std::chrono::milliseconds patience) const;

    [[nodiscard]] bool has(const Hash& order, Side side) const;
    [[nodiscard]] std::filesystem::path file(const Hash& order, Side side) const;
    [[nodiscard]] std::filesystem::path product(const Hash& order) const;
    [[nodiscard]] std::filesystem::path sidecar(const Hash& order) const;
    /// How many bytes a matrix of the job has.
    [[nodiscard]] static std::uint64_t bytes_of(const GemmJob& job, Side side) {
        return (side == Side::a ? job.m : job.n) * job.k;
    }

    /// A fresh place for an upload of that many bytes. Errors: field_out_of_range where the order is too large,
    /// block_full where too much arrives at once, io_error.
    [[nodiscard]] Result<std::filesystem::path> begin(const ProductLease& lease, Side side);
    /// Moves a whole upload to its place once its root is the order's; else removes it: verification_failed, io_error.
    [[nodiscard]] Status accept(const ProductLease& lease, Side side, const std::filesystem::path& part);
    /// An upload that broke off.
    void drop(const ProductLease& lease, Side side, const std::filesystem::path& part);

    /// Inputs of orders that are over, and products that nobody fetched for `keep`.
    void clean(std::chrono::hours keep) const;

   private:
    [[nodiscard]] std::filesystem::path folder_of(const Hash& order) const;
    void ended(std::uint64_t bytes);

    const std::filesystem::path folder_;
    const std::uint64_t most_bytes_;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::map<Hash, ProductLease> leases_;
    std::uint64_t arriving_ = 0, uploads_ = 0;
};

}  // namespace assay::proofs::worker
