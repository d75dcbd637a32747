#include "tokenomics/sim/run/rows.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

namespace assay::sim {

Rows Rows::in_memory(std::uint64_t rows, std::size_t width) {
    Rows out;
    auto data = std::make_shared<std::vector<double>>(rows * width, std::numeric_limits<double>::quiet_NaN());
    out.data_ = data->data();
    out.rows_ = rows;
    out.width_ = width;
    out.holder_ = std::move(data);
    return out;
}

Result<Rows> Rows::in_file(const std::string& path, std::uint64_t rows, std::size_t width) {
    if (rows == 0) return in_memory(0, width);
    const auto error = [&](int why) {
        return Error{Code::io_error, path + " cannot be written: " + std::strerror(why)};
    };
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return error(errno);
    const std::size_t size = rows * width * sizeof(double);
    if (const int why = ::posix_fallocate(fd, 0, static_cast<off_t>(size)); why != 0) {
        ::close(fd);
        return error(why);
    }
    void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    const int why = errno;
    ::close(fd);
    if (data == MAP_FAILED) return error(why);
    Rows out;
    out.data_ = static_cast<double*>(data);
    out.rows_ = rows;
    out.width_ = width;
    out.mapped_ = true;
    out.holder_ = std::shared_ptr<void>(data, [size](void* p) { ::munmap(p, size); });
    return out;
}

std::uint64_t Rows::checksum(std::uint64_t first, std::uint64_t end) const {
    std::uint64_t sum = 0xcbf29ce484222325ull ^ first;  // FNV-1a over words
    for (std::uint64_t i = first * width_; i < end * width_; ++i)
        sum = (sum ^ std::bit_cast<std::uint64_t>(data_[i])) * 0x100000001b3ull;
    return sum;
}

Status Rows::sync() const {
    if (mapped_ && ::msync(data_, rows_ * width_ * sizeof(double), MS_SYNC) != 0)
        return {Code::io_error, std::string("what was found cannot be written: ") + std::strerror(errno)};
    return {};
}

}  // namespace assay::sim
