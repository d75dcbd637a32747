#include "node/beacon_chain.hpp"

#include <cryptopp/osrng.h>

#include <cstring>

#include "base/sha256.hpp"
#include "node/files.hpp"

namespace assay::node {
namespace {

// One step is one compression of a block whose padding never changes.
class Stepper {
   public:
    Stepper() {
        std::memset(block_, 0, sizeof(block_));
        block_[32] = 0x80;
        block_[62] = 0x01;  // 256 bits, big-endian
    }
    void step(Hash& h) {
        std::memcpy(block_, h.data(), 32);
        Sha256State s{{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
        sha256_compress(s, block_, 1);
        for (int i = 0; i < 8; ++i)
            for (int b = 0; b < 4; ++b)
                h.bytes[static_cast<std::size_t>(4 * i + b)] = static_cast<std::uint8_t>(s.h[i] >> (24 - 8 * b));
    }

   private:
    std::uint8_t block_[64];
};

}  // namespace

BeaconSecret BeaconSecret::generate(std::uint64_t length) {
    BeaconSecret out;
    out.length = length;
    CryptoPP::OS_GenerateRandomBlock(false, out.seed.data(), out.seed.size());
    return out;
}

Hash hash_steps(Hash from, std::uint64_t steps) {
    Stepper stepper;
    for (std::uint64_t i = 0; i < steps; ++i) stepper.step(from);
    return from;
}

BeaconChain::BeaconChain(const BeaconSecret& secret) : secret_(secret) {
    compute();
}

BeaconChain::BeaconChain(const BeaconSecret& secret, const std::filesystem::path& cache) : secret_(secret) {
    if (load(cache)) return;
    compute();
    (void)keep(cache);  // only a cache: without it the next start walks again
}

void BeaconChain::compute() {
    stride_ = secret_.length / kBeaconCheckpoints + (secret_.length % kBeaconCheckpoints != 0 ? 1 : 0);
    if (stride_ == 0) stride_ = 1;
    checkpoints_.clear();
    Hash at = secret_.seed;
    for (std::uint64_t done = 0; done < secret_.length;) {
        checkpoints_.push_back(at);
        const std::uint64_t steps = std::min(stride_, secret_.length - done);
        at = hash_steps(at, steps);
        done += steps;
    }
    tip_ = at;
}

// "assay-beacon-1" | count u32 LE | checkpoints | tip | sha256 of everything before.
namespace {
constexpr std::string_view kMagic = "assay-beacon-1";
}

Status BeaconChain::keep(const std::filesystem::path& cache) const {
    std::string out(kMagic);
    const auto n = static_cast<std::uint32_t>(checkpoints_.size());
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(n >> (8 * i)));
    for (const Hash& h : checkpoints_) out += as_text(h.view());
    out += as_text(tip_.view());
    const Hash sum = sha256(as_bytes(out));
    out += as_text(sum.view());
    return write_file(cache, out, 0600);
}

bool BeaconChain::load(const std::filesystem::path& cache) {
    const auto raw = read_file(cache, 4u << 20);
    if (!raw) return false;
    stride_ = secret_.length / kBeaconCheckpoints + (secret_.length % kBeaconCheckpoints != 0 ? 1 : 0);
    if (stride_ == 0) stride_ = 1;
    const std::uint64_t count = secret_.length / stride_ + (secret_.length % stride_ != 0 ? 1 : 0);
    if (raw->size() != kMagic.size() + 4 + 32 * (count + 2) || raw->substr(0, kMagic.size()) != kMagic) return false;
    const std::string_view body(raw->data(), raw->size() - 32);
    if (sha256(as_bytes(body)) != Hash::from(as_bytes(std::string_view(*raw).substr(body.size())))) return false;
    checkpoints_.clear();
    const char* at = raw->data() + kMagic.size() + 4;
    for (std::uint64_t i = 0; i < count; ++i, at += 32) checkpoints_.push_back(Hash::from(as_bytes({at, 32})));
    tip_ = Hash::from(as_bytes({at, 32}));
    const std::uint64_t last = secret_.length - (count - 1) * stride_;
    if (checkpoints_.front() == secret_.seed && hash_steps(checkpoints_.back(), last) == tip_) return true;
    checkpoints_.clear();
    return false;
}

Hash BeaconChain::at(std::uint64_t index) {
    const std::uint64_t segment = index / stride_;
    if (segment != segment_) {
        segment_ = segment;
        walked_.assign(1, checkpoints_[segment]);
        Stepper stepper;
        const std::uint64_t end = std::min(stride_, secret_.length - segment * stride_);
        while (walked_.size() < end) {
            walked_.push_back(walked_.back());
            stepper.step(walked_.back());
        }
    }
    return walked_[index - segment * stride_];
}

std::uint64_t BeaconChain::left(Height height) const {
    const std::uint64_t end = secret_.start.value + secret_.length;
    return height.value >= end ? 0 : end - std::max(height.value, secret_.start.value);
}

std::optional<Hash> BeaconChain::reveal(Height height) {
    if (height <= secret_.start || height.value - secret_.start.value > secret_.length) return std::nullopt;
    return at(secret_.length - (height.value - secret_.start.value));
}

}  // namespace assay::node
