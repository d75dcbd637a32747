// The product that a buyer ordered (docs/protocol.md §12): the provider's half of it.
#include "base/hex.hpp"
#include "proofs/matrix.hpp"
#include "proofs/worker/commands.hpp"
#include "proofs/worker/multiply.hpp"
#include "proofs/worker/output.hpp"
#include "wallet/client/matrices.hpp"
#include "wallet/client/npy.hpp"

namespace assay::proofs::worker {

namespace {

bool ends_with(const std::string& text, std::string_view end) {
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

void multiply_command(const Common& c, const MultiplyArguments& a) {
    if (a.inputs.size() != 2) throw Failure(Code::usage, "--input is needed twice: the file of A, and that of B");
    const wallet::MatrixFile a_file = take(wallet::read_matrix_file(a.inputs[0], wallet::Element::int8)),
                             b_file = take(wallet::read_matrix_file(a.inputs[1], wallet::Element::int8));
    const wallet::GemmSize size = take(wallet::size_of_inputs(a.size, a_file.shape, b_file.shape));
    const Bytes &left = a_file.values, &right = b_file.values;
    const Hash a_root = take(wallet::matrix_root("the matrix A", left, size.m, size.k));
    const Hash b_root = take(wallet::matrix_root("the matrix B", right, size.n, size.k));

    const auto product = multiply(left, right, size, c.threads, nullptr);
    write_file(a.output, (ends_with(a.output, ".npy") ? wallet::npy_header(wallet::Element::int32, size.m, size.n)
                                                      : std::string()) +
                             product_bytes(*product));
    const Hash c_root = tile_tree(*product, size.m, size.n).root();
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
