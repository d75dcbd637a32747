#include "tokenomics/sim/run/partial.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/sha256.hpp"
#include "tokenomics/sim/run/bytes.hpp"
#include "tokenomics/sim/run/result.hpp"

namespace assay::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "assay-sim state 1\n";
constexpr std::array kOurs = {"state.bin", "state.bin.new", "figures.bin", "paths.bin", "lock"};

}  // namespace

std::string sealed(const std::string& identity, const std::string& state) {
    std::string out(kMagic);
    put_text(out, identity);
    out += state;
    out += as_text(sha256(as_bytes(out)).view());
    return out;
}

Result<std::string> unsealed(const std::string& path, const std::string& bytes, const std::string& identity) {
    const Error damaged{Code::bad_state_file, path + " is not as it was written"};
    if (bytes.size() < kMagic.size() + 32) return damaged;
    const std::string_view all(bytes), body = all.substr(0, all.size() - 32);
    if (as_text(sha256(as_bytes(body)).view()) != all.substr(all.size() - 32) || !body.starts_with(kMagic))
        return damaged;
    std::string_view in = body.substr(kMagic.size());
    ASSAY_TRY(const std::string whose, take_text(in));
    if (whose != identity)
        return {Code::already_exists, path + " is of another scenario, seed, number of runs or version of assay-sim"};
    return std::string(in);
}

Result<Partial> Partial::open(const std::string& dir) {
    std::error_code ec;
    Partial out;
    std::string target = fs::absolute(dir, ec).lexically_normal().string();
    while (target.size() > 1 && target.back() == '/') target.pop_back();
    const std::string folder = target + ".partial";
    fs::create_directories(folder, ec);
    if (ec) return {Code::io_error, "--out " + dir + " cannot be made: " + folder + ": " + ec.message()};
    for (const auto& entry : fs::directory_iterator(folder, ec))
        if (std::find(kOurs.begin(), kOurs.end(), entry.path().filename().string()) == kOurs.end())
            return {Code::already_exists,
                    folder + " holds " + entry.path().filename().string() +
                        ", which is no part of an unfinished result: remove it or take another --out"};
    if (ec) return {Code::io_error, folder + " cannot be read: " + ec.message()};
    const int fd = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return {Code::io_error, folder + "/lock cannot be made: " + std::strerror(errno)};
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        ::close(fd);
        return {Code::store_locked, "another assay-sim works on " + folder};
    }
    out.lock_ = fd;
    out.folder_ = folder;
    out.saved_ = fs::exists(folder + "/state.bin", ec);
    return out;
}

Partial::~Partial() {
    if (lock_ < 0) return;
    if (!saved_) remove();
    ::close(lock_);
}

Result<bool> Partial::load(const std::string& identity, Simulation& simulation) {
    if (!saved_) return false;
    const std::string path = folder_ + "/state.bin";
    ASSAY_TRY(const std::string bytes, read_file(path));
    ASSAY_TRY(const std::string state, unsealed(path, bytes, identity));
    if (const Status ok = simulation.load(state); !ok) return Error{ok.error().code, path + ": " + ok.error().message};
    return true;
}

Status Partial::save(const std::string& identity, const Simulation& simulation) {
    const std::string state = simulation.save();
    ASSAY_TRY_VOID(simulation.figures().sync());
    ASSAY_TRY_VOID(simulation.paths().sync());
    ASSAY_TRY_VOID(replace_file(folder_ + "/state.bin", sealed(identity, state)));
    saved_ = true;
    return {};
}

void Partial::remove() {
    std::error_code ec;
    if (!folder_.empty()) fs::remove_all(folder_, ec);
}

}  // namespace assay::sim
