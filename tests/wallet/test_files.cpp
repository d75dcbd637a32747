// Files that people bring: lists as CSV, matrices as .npy, and where a provider serves.
#include "tests/support/catch.hpp"

#include "wallet/client/csv.hpp"
#include "wallet/client/matrices.hpp"
#include "wallet/client/npy.hpp"
#include "wallet/client/transfer.hpp"

using namespace assay;
using namespace assay::wallet;

namespace {

/// Cells end with |, records with a line feed.
std::string cells_of(std::string_view text) {
    std::string out;
    const auto records = parse_csv(text, "list.csv");
    REQUIRE(records);
    for (const CsvRecord& r : *records) {
        for (const std::string& cell : r.cells) out += cell + "|";
        out += "\n";
    }
    return out;
}

Bytes as_file(const std::string& text) {
    return {text.begin(), text.end()};
}

}  // namespace

TEST_CASE("CSV: cells, quotes, line ends") {
    CHECK(cells_of("").empty());
    CHECK(cells_of("\n\r\n  \n").empty());
    CHECK(cells_of("a,b\nc,d") == "a|b|\nc|d|\n");
    CHECK(cells_of("\xef\xbb\xbf"
                   "a,b\r\nc,d\r\n") == "a|b|\nc|d|\n");
    CHECK(cells_of(" a , b c\t,\n") == "a|b c||\n");
    CHECK(cells_of("\" a\",\"x \"\"y\"\", z\",\"\"\n") == " a|x \"y\", z||\n");
    CHECK(cells_of("\"\"\n") == "|\n");
    const auto lines = parse_csv("a\n\n\"b\nb\"\nc\n", "list.csv");
    REQUIRE(lines);
    REQUIRE(lines->size() == 3);
    CHECK((*lines)[1].cells[0] == "b\nb");
    CHECK(((*lines)[0].line == 1 && (*lines)[1].line == 3 && (*lines)[2].line == 5));
    for (const char* wrong : {"a\n\"b", "a\n\"b\"c\n", "a\nb\"\n", "a\nx\ry\n"}) {
        const auto parsed = parse_csv(wrong, "list.csv");
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == Code::invalid_params);
        CHECK(parsed.error().message.find("list.csv, row 2") == 0);
    }
}

TEST_CASE("a .npy header is read back as it was written") {
    const std::string written = npy_header(Element::int32, 64, 1048576);
    CHECK(written.size() % 64 == 0);
    const auto read = read_npy_header("c.npy", as_file(written), Element::int32);
    REQUIRE(read);
    CHECK((read->offset == written.size() && read->rows == 64 && read->cols == 1048576));
    CHECK_FALSE(read_npy_header("c.npy", as_file(written), Element::int8));
    for (std::size_t cut = 0; cut < written.size(); ++cut)
        CHECK_FALSE(read_npy_header("c.npy", as_file(written.substr(0, cut)), Element::int32));
    CHECK_FALSE(is_npy(as_file("raw bytes")));
}

TEST_CASE("a .npy header as NumPy writes it, of version 1 and 2") {
    const auto file = [](const std::string& dict, char version = 1) {
        std::string out = "\x93NUMPY";
        out += version;
        out += '\0';
        out += static_cast<char>(dict.size());
        out += '\0';
        if (version == 2) out += std::string(2, '\0');
        return as_file(out + dict);
    };
    const auto read = [&](const std::string& dict, char version = 1) {
        return read_npy_header("a.npy", file(dict, version), Element::int8);
    };
    for (const char version : {char{1}, char{2}}) {
        const auto header = read("{'descr': '|i1', 'fortran_order': False, 'shape': (32, 7), }\n", version);
        REQUIRE(header);
        CHECK((header->rows == 32 && header->cols == 7));
    }
    CHECK(read("{'shape':(32,7),'fortran_order':False,'descr':'<i1'}"));
    for (const char* wrong :
         {"{'descr': '|u1', 'fortran_order': False, 'shape': (32, 7), }",
          "{'descr': '|i1', 'fortran_order': True, 'shape': (32, 7), }",
          "{'descr': '|i1', 'fortran_order': False, 'shape': (32,), }",
          "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3, 4), }",
          "{'descr': '|i1', 'fortran_order': False, 'shape': (-1, 3), }",
          "{'descr': '|i1', 'fortran_order': False, 'shape': (99999999999999999999, 3), }",
          "{'descr': '|i1', 'fortran_order': False, 'shape': (32, 7)", "{'descr': '|i1'}", "{}", ""})
        CHECK_FALSE(read(wrong));
    CHECK_FALSE(read("{'descr': '|i1', 'fortran_order': False, 'shape': (32, 7), }", 3));
}

TEST_CASE("the size of a job is that of its files, and what was typed has to agree") {
    using Shape = std::optional<std::pair<std::uint64_t, std::uint64_t>>;
    const Shape a{{64, 300}}, b{{96, 300}};
    const auto size = size_of_inputs("", a, b);
    REQUIRE(size);
    CHECK((size->m == 64 && size->n == 96 && size->k == 300));
    CHECK(size_of_inputs("64,96,300", a, b));
    CHECK(size_of_inputs("64,96,300", std::nullopt, b));
    CHECK(size_of_inputs("64,32,300", a, b).error().message.find("B is 96 x 300") == 0);
    CHECK(size_of_inputs("", a, std::nullopt).error().code == Code::usage);
    CHECK(size_of_inputs("", a, Shape{{300, 96}}).error().code == Code::usage);
    CHECK(size_of_inputs("", Shape{{63, 300}}, b).error().code == Code::field_out_of_range);
}

TEST_CASE("a provider's endpoint has port 80 where it names none") {
    CHECK(parse_endpoint("http://gpu.example")->port == "80");
    CHECK(parse_endpoint("http://gpu.example/path:1")->port == "80");
    CHECK(parse_endpoint("http://gpu.example:8712/x")->port == "8712");
    CHECK(parse_endpoint("http://[::1]")->port == "80");
    CHECK(parse_endpoint("http://[::1]:81")->port == "81");
    CHECK_FALSE(parse_endpoint("https://gpu.example"));
}
