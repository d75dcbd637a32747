#include "proofs/worker/output.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

namespace assay::proofs::worker {

void print_json(const Json& value) {
    print_line(value.dump());
}

void print_line(const std::string& text) {
    std::cout << text << '\n' << std::flush;
}

void note(const std::string& text) {
    std::cerr << text << '\n' << std::flush;
}

std::string read_file(const std::string& path) {
    // What is read here is at most a proof's opening: a few hundred KiB as hex. The front door bounds it again.
    constexpr std::size_t kMost = 64u << 20;
    std::ifstream file;
    if (path != "-") {
        file.open(path, std::ios::binary);
        if (!file) throw Failure(Code::io_error, "cannot read " + path);
    }
    std::istream& in = path == "-" ? std::cin : file;
    std::string text;
    char block[65536];
    while (in.read(block, sizeof block) || in.gcount() > 0) {
        text.append(block, static_cast<std::size_t>(in.gcount()));
        if (text.size() > kMost) throw Failure(Code::json_too_large, path + " is larger than 64 MiB");
    }
    if (in.bad()) throw Failure(Code::io_error, "cannot read " + path);
    return text;
}

void write_file(const std::string& path, const std::string& text) {
    if (path == "-") {
        std::cout << text << std::flush;
        return;
    }
    const std::string beside = path + ".part";
    {
        std::ofstream out(beside, std::ios::binary | std::ios::trunc);
        out << text << std::flush;
        if (!out) throw Failure(Code::io_error, "cannot write " + beside);
    }
    std::error_code error;
    std::filesystem::rename(beside, path, error);
    if (error) throw Failure(Code::io_error, "cannot write " + path + ": " + error.message());
}

}  // namespace assay::proofs::worker
