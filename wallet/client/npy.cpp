#include "wallet/client/npy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/amount.hpp"

namespace assay::wallet {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::uint64_t kMostCells = std::uint64_t{1} << 40;

std::size_t size_of(Element element) {
    return element == Element::int8 ? 1 : 4;
}

/// The text behind 'key': of a Python dict, up to the comma or brace that ends it.
std::optional<std::string> member_of(std::string_view dict, std::string_view key) {
    const std::string quoted = "'" + std::string(key) + "'";
    std::size_t at = dict.find(quoted);
    if (at == std::string_view::npos) return std::nullopt;
    at = dict.find(':', at + quoted.size());
    if (at == std::string_view::npos) return std::nullopt;
    std::string out;
    int depth = 0;
    for (++at; at < dict.size(); ++at) {
        const char c = dict[at];
        if (c == '(') ++depth;
        if (c == ')') --depth;
        if (depth == 0 && (c == ',' || c == '}')) return out;
        if (c != ' ') out += c;
    }
    return std::nullopt;
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> shape_of(const std::string& text) {
    if (text.size() < 5 || text.front() != '(' || text.back() != ')') return std::nullopt;
    std::string inside = text.substr(1, text.size() - 2);
    if (!inside.empty() && inside.back() == ',') inside.pop_back();
    const std::size_t comma = inside.find(',');
    if (comma == std::string::npos) return std::nullopt;
    const auto rows = parse_digits(inside.substr(0, comma)), cols = parse_digits(inside.substr(comma + 1));
    if (!rows || !cols || *rows > kMostCells || *cols > kMostCells) return std::nullopt;
    return std::pair(static_cast<std::uint64_t>(*rows), static_cast<std::uint64_t>(*cols));
}

}  // namespace

bool is_npy(ByteView file) {
    return file.size() >= kMagic.size() && std::memcmp(file.data(), kMagic.data(), kMagic.size()) == 0;
}

Result<NpyHeader> read_npy_header(const std::string& name, ByteView file, Element element) {
    const auto wrong = [&](const std::string& what) -> Error { return {Code::invalid_params, name + ": " + what}; };
    if (!is_npy(file) || file.size() < 10) return wrong("is no .npy file");
    const unsigned version = file[6];
    if (version != 1 && version != 2)
        return wrong("is .npy of version " + std::to_string(version) + ", known are 1 and 2");
    const std::size_t begin = version == 1 ? 10 : 12;
    if (file.size() < begin) return wrong("is cut off");
    std::size_t length = file[8] | std::size_t{file[9]} << 8;
    if (version == 2) length |= std::size_t{file[10]} << 16 | std::size_t{file[11]} << 24;
    if (length > 65536 || file.size() - begin < length) return wrong("is cut off, or its header is too long");
    const std::string_view dict(reinterpret_cast<const char*>(file.data()) + begin, length);
    const auto descr = member_of(dict, "descr"), order = member_of(dict, "fortran_order"),
               shape = member_of(dict, "shape");
    if (!descr || !order || !shape) return wrong("its header lacks descr, fortran_order or shape");
    const bool right =
        element == Element::int8 ? *descr == "'|i1'" || *descr == "'<i1'" || *descr == "'i1'" : *descr == "'<i4'";
    if (!right)
        return wrong("holds " + *descr + ", needed is " +
                     (element == Element::int8 ? "int8 ('|i1')" : "int32, little-endian ('<i4')"));
    if (*order != "False") return wrong("is column by column (fortran_order), needed is row by row");
    const auto dims = shape_of(*shape);
    if (!dims) return wrong("has the shape " + *shape + ", needed are two dimensions");
    return NpyHeader{begin + length, dims->first, dims->second};
}

std::string npy_header(Element element, std::uint64_t rows, std::uint64_t cols) {
    std::string dict = std::string("{'descr': '") + (element == Element::int8 ? "|i1" : "<i4") +
                       "', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " + std::to_string(cols) +
                       "), }";
    while ((10 + dict.size() + 1) % 64 != 0) dict += ' ';
    dict += '\n';
    std::string out(kMagic);
    out += '\x01';
    out += '\0';
    out += static_cast<char>(dict.size() & 0xff);
    out += static_cast<char>(dict.size() >> 8);
    return out + dict;
}

Result<MatrixFile> read_matrix_file(const std::string& path, Element element) {
    const auto failed = [&]() -> Error {
        return {errno == ENOENT ? Code::not_found : Code::io_error,
                "cannot read " + path + ": " + std::strerror(errno)};
    };
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed();
    MatrixFile out;
    Status read;
    struct stat info {};
    if (::fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) out.values.reserve(static_cast<std::size_t>(info.st_size));
    for (std::uint8_t block[65536];;) {  // a pipe has no size, so the end alone tells
        const ssize_t n = ::read(fd, block, sizeof block);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) read = failed();
        if (n <= 0) break;
        out.values.insert(out.values.end(), block, block + n);
    }
    (void)::close(fd);
    if (!read) return read.error();
    if (!is_npy(out.values)) return out;
    ASSAY_TRY(const NpyHeader header, read_npy_header(path, out.values, element));
    const u128 due = u128{header.rows} * header.cols * size_of(element);
    if (due != out.values.size() - header.offset)
        return {Code::invalid_params, path + " has " + std::to_string(out.values.size() - header.offset) +
                                          " bytes of values, its shape asks for " + to_digits(due)};
    out.values.erase(out.values.begin(), out.values.begin() + static_cast<std::ptrdiff_t>(header.offset));
    out.shape = {header.rows, header.cols};
    return out;
}

}  // namespace assay::wallet
