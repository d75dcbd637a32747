// The product that a buyer ordered (docs/protocol.md §12): the provider's half of it.
#include <algorithm>
#include <thread>

#include "base/hex.hpp"
#include "proofs/matrix.hpp"
#include "proofs/worker/commands.hpp"
#include "proofs/worker/output.hpp"
#include "wallet/client/matrices.hpp"

namespace assay::proofs::worker {

namespace {

Bytes matrix_file(const std::string& path) {
    const std::string text = read_file(path);
    return {text.begin(), text.end()};
}

}  // namespace

void multiply_command(const Common& c, const MultiplyArguments& a) {
    const wallet::GemmSize size = take(wallet::parse_gemm_size(a.size));
    if (a.inputs.size() != 2) throw Failure(Code::usage, "--input is needed twice: the file of A, and that of B");
    const Bytes left = matrix_file(a.inputs[0]), right = matrix_file(a.inputs[1]);
    const Hash a_root = take(wallet::matrix_root("the matrix A", left, size.m, size.k));
    const Hash b_root = take(wallet::matrix_root("the matrix B", right, size.n, size.k));

    std::vector<std::uint32_t> product(static_cast<std::size_t>(size.m * size.n));
    const std::uint64_t parts =
        std::min<std::uint64_t>(c.threads != 0 ? c.threads : std::max(1u, std::thread::hardware_concurrency()), size.m);
    std::vector<std::thread> workers;
    for (std::uint64_t i = 0; i < parts; ++i) {
        const std::uint64_t first = size.m * i / parts, count = size.m * (i + 1) / parts - first;
        workers.emplace_back([&, first, count] {
            multiply_rows(left, right, size.n, size.k, first, count,
                          std::span(product).subspan(static_cast<std::size_t>(first * size.n),
                                                     static_cast<std::size_t>(count * size.n)));
        });
    }
    for (auto& each : workers) each.join();

    std::string bytes(4 * product.size(), '\0');
    for (std::size_t i = 0; i < product.size(); ++i)
        for (std::size_t byte = 0; byte < 4; ++byte)
            bytes[4 * i + byte] = static_cast<char>(product[i] >> (8 * byte) & 0xff);
    write_file(a.output, bytes);
    const Hash c_root = tile_tree(product, size.m, size.n).root();
    const auto hex = [](const Hash& h) { return to_hex(h.view()); };
    if (c.json)
        return print_json({{"m", size.m},
                           {"n", size.n},
                           {"k", size.k},
                           {"a_root", hex(a_root)},
                           {"b_root", hex(b_root)},
                           {"c_root", hex(c_root)},
                           {"output", a.output}});
    print_line("A " + hex(a_root) + "\nB " + hex(b_root) + "\nC " + hex(c_root) + ", written to " + a.output);
}

}  // namespace assay::proofs::worker
