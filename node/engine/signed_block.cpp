#include "node/engine/signed_block.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/sha256.hpp"
#include "node/files.hpp"

namespace assay::node {
namespace {

constexpr std::string_view kBlockMagic = "assaysb1";
constexpr std::size_t kHead = 24;

}  // namespace

SignedBlock::~SignedBlock() {
    if (file_ >= 0) ::close(file_);
}

Result<std::optional<chain::Block>> SignedBlock::load(Height stored) {
    using Found = std::optional<chain::Block>;
    std::error_code ec;
    if (!std::filesystem::exists(path_, ec)) return Found{};
    ASSAY_TRY(std::string raw, read_file(path_, 256u << 20));
    const ByteView all = as_bytes(raw);
    if (all.size() < kHead || as_text(all.first(8)) != kBlockMagic) return Found{};
    borsh::Reader head(all.subspan(8));
    std::uint64_t height = 0, length = 0;
    ASSAY_TRY_VOID(head.get(height));
    ASSAY_TRY_VOID(head.get(length));
    if (length > all.size() || all.size() - length < kHead + 32) return Found{};
    const ByteView body = all.first(kHead + length);
    if (sha256(body) != Hash::from(all.subspan(kHead + length))) return Found{};
    if (height <= stored.value) return Found{};
    if (height > stored.value + 1)
        return {Code::store_corrupt, "this key signed height " + std::to_string(height) + ", the store ends at " +
                                         std::to_string(stored.value) +
                                         ": it is an older copy, and going on would sign those heights twice"};
    ASSAY_TRY(chain::Block block, borsh::decode<chain::Block>(body.subspan(kHead)));
    return Found{std::move(block)};
}

Status SignedBlock::save(const chain::Block& block) {
    const auto failed = [&](const char* doing) -> Status {
        return {Code::io_error, std::string("cannot ") + doing + " " + path_.string() + ": " + std::strerror(errno)};
    };
    if (file_ < 0) file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) return failed("write");
    const Bytes body = borsh::encode(block);
    Bytes out;
    borsh::Writer w(out);
    w.raw(kBlockMagic.data(), kBlockMagic.size());
    w.put(block.header.height.value);
    w.put(static_cast<std::uint64_t>(body.size()));
    w.raw(body.data(), body.size());
    const Hash sum = sha256(out);
    w.raw(sum.data(), sum.size());
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t n = ::pwrite(file_, out.data() + done, out.size() - done, static_cast<off_t>(done));
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed("write");
        done += static_cast<std::size_t>(n);
    }
    if (sync_ && ::fdatasync(file_) != 0) return failed("sync");
    return {};
}

}  // namespace assay::node
