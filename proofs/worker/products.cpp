#include "proofs/worker/products.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/hex.hpp"

namespace assay::proofs::worker {

namespace {

Error disk(const std::string& what, const std::filesystem::path& file) {
    return {errno == ENOENT ? Code::not_found : Code::io_error,
            "cannot " + what + " " + file.string() + ": " + std::strerror(errno)};
}

std::uint64_t all_bytes(const GemmJob& job) {
    return job.m * job.k + job.n * job.k + 4 * job.m * job.n;
}

}  // namespace

Result<MappedFile> MappedFile::open(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return disk("read", file);
    MappedFile out;
    struct stat info {};
    Status good;
    if (::fstat(fd, &info) != 0) {
        good = disk("read", file);
    } else if (info.st_size > 0) {
        out.size_ = static_cast<std::size_t>(info.st_size);
        void* at = ::mmap(nullptr, out.size_, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at == MAP_FAILED) {
            out.size_ = 0;
            good = disk("read", file);
        } else {
            out.data_ = static_cast<const std::uint8_t*>(at);
        }
    }
    (void)::close(fd);
    if (!good) return good.error();
    return out;
}
MappedFile::~MappedFile() {
    if (data_ != nullptr) (void)::munmap(const_cast<std::uint8_t*>(data_), size_);
}
MappedFile::MappedFile(MappedFile&& other) noexcept : data_(other.data_), size_(other.size_) {
    other.data_ = nullptr;
    other.size_ = 0;
}

Products::Products(std::filesystem::path folder, std::uint64_t most_bytes)
    : folder_(std::move(folder)), most_bytes_(most_bytes) {
    std::error_code ignored;
    std::filesystem::create_directories(folder_, ignored);
    (void)::chmod(folder_.c_str(), 0700);
    for (const auto& order : std::filesystem::directory_iterator(folder_, ignored))
        for (const auto& file : std::filesystem::directory_iterator(order.path(), ignored))
            if (file.path().extension() == ".part") std::filesystem::remove(file.path(), ignored);
}

std::filesystem::path Products::folder_of(const Hash& order) const {
    return folder_ / to_hex(order.view());
}
std::filesystem::path Products::file(const Hash& order, Side side) const {
    return folder_of(order) / (side == Side::a ? "a" : "b");
}
std::filesystem::path Products::product(const Hash& order) const {
    return folder_of(order) / "c.npy";
}
std::filesystem::path Products::sidecar(const Hash& order) const {
    return folder_of(order) / "product.json";
}
bool Products::has(const Hash& order, Side side) const {
    std::error_code ignored;
    return std::filesystem::exists(file(order, side), ignored);
}

void Products::set_leases(std::vector<ProductLease> leases) {
    const std::lock_guard lock(mutex_);
    leases_.clear();
    for (auto& lease : leases) {
        const Hash order = lease.order;
        leases_.emplace(order, std::move(lease));
    }
    changed_.notify_all();
}

std::vector<ProductLease> Products::leases() const {
    const std::lock_guard lock(mutex_);
    std::vector<ProductLease> out;
    for (const auto& [order, lease] : leases_) out.push_back(lease);
    return out;
}

std::optional<ProductLease> Products::find(const Hash& order, std::chrono::milliseconds patience) const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return leases_.contains(order); });
    const auto at = leases_.find(order);
    if (at == leases_.end()) return std::nullopt;
    return at->second;
}

Result<std::filesystem::path> Products::begin(const ProductLease& lease, Side side) {
    if (all_bytes(lease.job) > most_bytes_)
        return {Code::field_out_of_range, "the order's matrices and product have " +
                                              std::to_string(all_bytes(lease.job)) + " bytes, this provider takes " +
                                              std::to_string(most_bytes_)};
    std::uint64_t number = 0;
    {
        const std::lock_guard lock(mutex_);
        if (arriving_ + bytes_of(lease.job, side) > 4 * most_bytes_)
            return {Code::block_full, "too many matrices arrive at this moment"};
        arriving_ += bytes_of(lease.job, side);
        number = ++uploads_;
    }
    const auto folder = folder_of(lease.order);
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed) {
        ended(bytes_of(lease.job, side));
        return {Code::io_error, "cannot make " + folder.string() + ": " + failed.message()};
    }
    return folder / (std::string(side == Side::a ? "a" : "b") + std::to_string(number) + ".part");
}

void Products::ended(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    arriving_ -= bytes;
}

Status Products::accept(const ProductLease& lease, Side side, const std::filesystem::path& part) {
    const auto checked = [&]() -> Status {
        ASSAY_TRY(const MappedFile bytes, MappedFile::open(part));
        const std::uint64_t rows = side == Side::a ? lease.job.m : lease.job.n;
        if (bytes.view().size() != rows * lease.job.k) return {Code::io_error, "the upload was cut off on the disk"};
        const Hash root = panel_tree(bytes.view(), rows, lease.job.k).root();
        const Hash& due = side == Side::a ? lease.job.a_root : lease.job.b_root;
        if (root != due)
            return {Code::verification_failed, std::string("the bytes have the root ") + to_hex(root.view()) +
                                                   ", the order names " + to_hex(due.view()) + " for " +
                                                   (side == Side::a ? "A" : "B")};
        if (::rename(part.c_str(), file(lease.order, side).c_str()) != 0) return disk("write", part);
        return {};
    };
    const Status out = checked();
    if (!out) {
        std::error_code ignored;
        std::filesystem::remove(part, ignored);
    }
    ended(bytes_of(lease.job, side));
    return out;
}

void Products::drop(const ProductLease& lease, Side side, const std::filesystem::path& part) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    ended(bytes_of(lease.job, side));
}

void Products::clean(std::chrono::hours keep) const {
    std::error_code ignored;
    for (const auto& order : std::filesystem::directory_iterator(folder_, ignored)) {
        const auto id = fixed_from_hex<Hash>(order.path().filename().string());
        if (!id) continue;
        {
            const std::lock_guard lock(mutex_);
            if (leases_.contains(*id)) continue;
        }
        const auto old = std::filesystem::last_write_time(order.path(), ignored);
        if (ignored) continue;
        const auto age = std::filesystem::file_time_type::clock::now() - old;
        // A lease that the chain had a moment ago may only be missing from one answer.
        if (age > std::chrono::hours(1)) {
            std::filesystem::remove(file(*id, Side::a), ignored);
            std::filesystem::remove(file(*id, Side::b), ignored);
        }
        if (age > keep) std::filesystem::remove_all(order.path(), ignored);
    }
}

}  // namespace assay::proofs::worker
