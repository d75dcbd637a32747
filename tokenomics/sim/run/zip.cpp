#include "tokenomics/sim/run/zip.hpp"

#include <bit>
#include <boost/crc.hpp>

namespace assay::sim {
namespace {

void put(std::string& out, std::uint64_t v, int bytes) {
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(v >> 8 * i);
}

std::uint64_t count_of(const NpzArray& a) {
    std::uint64_t n = 1;
    for (const std::uint64_t d : a.shape) n *= d;
    return n;
}

// Head of a .npy file, version 1.0: padded so that the numbers begin at a multiple of 64.
std::string npy_head(const NpzArray& a) {
    std::string shape;
    for (const std::uint64_t d : a.shape) shape += std::to_string(d) + ",";
    std::string text = "{'descr': '<f8', 'fortran_order': False, 'shape': (" + shape + "), }";
    while ((10 + text.size() + 1) % 64 != 0) text += ' ';
    text += '\n';
    std::string out = "\x93NUMPY\x01";
    out += '\0';
    put(out, text.size(), 2);
    return out + text;
}

// The numbers of an array, some at a time.
Status numbers(const NpzArray& a, const Sink& sink) {
    std::string chunk;
    const std::uint64_t n = count_of(a);
    for (std::uint64_t i = 0; i < n; ++i) {
        put(chunk, std::bit_cast<std::uint64_t>(a.at(i)), 8);
        if (chunk.size() < (1u << 16) && i + 1 < n) continue;
        ASSAY_TRY_VOID(sink(chunk));
        chunk.clear();
    }
    return {};
}

struct Entry {
    std::string name;
    std::uint32_t crc = 0;
    std::uint64_t size = 0, at = 0;
};

// What the local and the central head share. No time: the same paths are the same bytes.
std::string common_head(const Entry& e) {
    std::string out;
    put(out, 20, 2);  // version to read it
    put(out, 0, 2);   // no flags
    put(out, 0, 2);   // stored
    put(out, 0, 2);
    put(out, 0x21, 2);  // the first of January 1980
    put(out, e.crc, 4);
    put(out, e.size, 4);
    put(out, e.size, 4);
    put(out, e.name.size(), 2);
    put(out, 0, 2);
    return out;
}

}  // namespace

std::uint64_t npz_bytes(const std::vector<NpzArray>& arrays) {
    std::uint64_t out = 22;
    for (const NpzArray& a : arrays) out += 30 + 46 + 2 * (a.name.size() + 4) + npy_head(a).size() + 8 * count_of(a);
    return out;
}

Status write_npz(const std::vector<NpzArray>& arrays, const Sink& sink) {
    std::vector<Entry> entries;
    std::uint64_t at = 0;
    for (const NpzArray& a : arrays) {
        const std::string head = npy_head(a);
        boost::crc_32_type crc;
        crc.process_bytes(head.data(), head.size());
        ASSAY_TRY_VOID(numbers(a, [&](std::string_view bytes) -> Status {
            crc.process_bytes(bytes.data(), bytes.size());
            return {};
        }));
        const Entry e{a.name + ".npy", static_cast<std::uint32_t>(crc.checksum()), head.size() + 8 * count_of(a), at};
        entries.push_back(e);
        const std::string local = "PK\x03\x04" + common_head(e) + e.name;
        ASSAY_TRY_VOID(sink(local + head));
        ASSAY_TRY_VOID(numbers(a, sink));
        at += local.size() + e.size;
    }
    std::string directory;
    for (const Entry& e : entries) {
        directory += "PK\x01\x02";
        put(directory, 20, 2);
        directory += common_head(e);
        for (const int bytes : {2, 2, 2, 4}) put(directory, 0, bytes);  // no remark, disk 0, no attributes
        put(directory, e.at, 4);
        directory += e.name;
    }
    const std::uint64_t size = directory.size();
    directory += "PK\x05\x06";
    put(directory, 0, 4);
    put(directory, entries.size(), 2);
    put(directory, entries.size(), 2);
    put(directory, size, 4);
    put(directory, at, 4);
    put(directory, 0, 2);
    return sink(directory);
}

}  // namespace assay::sim
