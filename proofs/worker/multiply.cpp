#include "proofs/worker/multiply.hpp"

#include <algorithm>
#include <thread>

#include "proofs/matrix.hpp"

namespace assay::proofs::worker {

std::optional<std::vector<std::uint32_t>> multiply(ByteView a, ByteView b, const wallet::GemmSize& size,
                                                   unsigned threads, const std::atomic<bool>* stop) {
    constexpr std::uint64_t kRows = 32;  // between two looks at `stop`
    std::vector<std::uint32_t> product(static_cast<std::size_t>(size.m * size.n));
    const std::uint64_t strips = (size.m + kRows - 1) / kRows;
    std::atomic<std::uint64_t> next{0};
    const auto stopped = [stop] { return stop != nullptr && stop->load(); };
    const std::uint64_t count =
        std::min<std::uint64_t>(threads != 0 ? threads : std::max(1u, std::thread::hardware_concurrency()), strips);
    std::vector<std::thread> workers;
    for (std::uint64_t i = 0; i < count; ++i)
        workers.emplace_back([&] {
            for (std::uint64_t strip = 0; !stopped() && (strip = next.fetch_add(1)) < strips;) {
                const std::uint64_t first = strip * kRows, rows = std::min(kRows, size.m - first);
                multiply_rows(a, b, size.n, size.k, first, rows,
                              std::span(product).subspan(static_cast<std::size_t>(first * size.n),
                                                         static_cast<std::size_t>(rows * size.n)));
            }
        });
    for (auto& each : workers) each.join();
    if (stopped()) return std::nullopt;
    return product;
}

std::string product_bytes(const std::vector<std::uint32_t>& product) {
    std::string out(4 * product.size(), '\0');
    for (std::size_t i = 0; i < product.size(); ++i)
        for (std::size_t byte = 0; byte < 4; ++byte)
            out[4 * i + byte] = static_cast<char>(product[i] >> (8 * byte) & 0xff);
    return out;
}

}  // namespace assay::proofs::worker
