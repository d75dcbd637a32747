#include "tokenomics/sim/run/result.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/hex.hpp"
#include "base/sha256.hpp"
#include "tokenomics/sim/document.hpp"
#include "tokenomics/sim/text.hpp"

namespace assay::sim {
namespace {

namespace fs = std::filesystem;

Error io_error(const std::string& path, const std::string& what) {
    return {Code::io_error, path + " " + what + ": " + std::strerror(errno)};
}

// A value of a sweep as it stands in the manifest.
std::string text_of(const json::Value& v) {
    std::string inside;
    switch (v.kind) {
        case json::Kind::null:
            return "null";
        case json::Kind::boolean:
            return v.boolean ? "true" : "false";
        case json::Kind::number:
            return v.text;
        case json::Kind::string:
            return json_text(v.text);
        case json::Kind::array:
            for (const json::Value& i : v.items) inside += (inside.empty() ? "" : ",") + text_of(i);
            return "[" + inside + "]";
        case json::Kind::object:
            for (const auto& [name, i] : v.members)
                inside += (inside.empty() ? "" : ",") + json_text(name) + ":" + text_of(i);
            return "{" + inside + "}";
    }
    return "";
}

// Files may be larger than memory.
Status read_through(const std::string& path, const Sink& sink) {
    std::FILE* f = std::fopen(path.c_str(), "rb");
    if (f == nullptr) return io_error(path, "cannot be read");
    Status ok;
    std::vector<char> chunk(1 << 18);
    for (std::size_t n = 0; ok && (n = std::fread(chunk.data(), 1, chunk.size(), f)) > 0;)
        ok = sink(std::string_view(chunk.data(), n));
    if (ok && std::ferror(f) != 0) ok = io_error(path, "cannot be read");
    std::fclose(f);
    return ok;
}

Result<std::string> hash_of_file(const std::string& path) {
    Sha256 hash;
    ASSAY_TRY_VOID(read_through(path, [&](std::string_view bytes) -> Status {
        hash.update(as_bytes(bytes));
        return {};
    }));
    return to_hex(hash.final().view());
}

// Writes a file and its hash; an error of the disk is the file's, others are the writer's.
Result<std::string> write_file(const std::string& path, const std::function<Status(const Sink&)>& write) {
    std::FILE* f = std::fopen(path.c_str(), "wb");
    if (f == nullptr) return io_error(path, "cannot be made");
    Sha256 hash;
    Status ok = write([&](std::string_view bytes) -> Status {
        if (std::fwrite(bytes.data(), 1, bytes.size(), f) != bytes.size()) return io_error(path, "cannot be written");
        hash.update(as_bytes(bytes));
        return {};
    });
    if (ok && (std::fflush(f) != 0 || (::fsync(::fileno(f)) != 0 && errno != EINVAL)))
        ok = io_error(path, "cannot be written");
    if (std::fclose(f) != 0 && ok) ok = io_error(path, "cannot be written");
    if (!ok) return ok.error();
    return to_hex(hash.final().view());
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
    std::string out;
    ASSAY_TRY_VOID(read_through(path, [&](std::string_view bytes) -> Status {
        out += bytes;
        return {};
    }));
    return out;
}

Status replace_file(const std::string& path, const std::string& bytes) {
    const std::string aside = path + ".new";
    const auto written = write_file(aside, [&](const Sink& sink) { return sink(bytes); });
    if (written && std::rename(aside.c_str(), path.c_str()) == 0) return {};
    const Error e = written ? io_error(path, "cannot be replaced") : written.error();
    (void)std::remove(aside.c_str());
    return e;
}

Result<Manifest> read_manifest(const std::string& dir, Shards shards) {
    const std::string path = (fs::path(dir) / "manifest.json").string();
    std::error_code ec;
    if (!fs::is_regular_file(path, ec)) return {Code::not_found, dir + " holds no result: it has no manifest.json"};
    ASSAY_TRY(const std::string text, read_text_file(path));
    ASSAY_TRY(const json::Value root, json::parse(text, {.max_bytes = 64u << 20, .max_depth = 32, .source = path}));
    ASSAY_TRY(json::Object top, json::object(root, ""));
    Manifest out;
    ASSAY_TRY(out.input_hash, top.string("input_hash"));
    ASSAY_TRY(out.result_hash, top.string("result_hash"));
    ASSAY_TRY(out.runs, top.u64("runs"));
    ASSAY_TRY(out.model, top.u64("model"));
    if (out.model != kModelVersion)
        return {Code::verification_failed, path + " is of model " + std::to_string(out.model) +
                                               ", this program has model " + std::to_string(kModelVersion) +
                                               ": take the version that made it"};
    ASSAY_TRY(out.version, top.string("version"));
    ASSAY_TRY(out.metrics, top.u64("metrics"));
    ASSAY_TRY(out.paths, top.u64("paths"));
    ASSAY_TRY(out.points, top.u64("points"));
    ASSAY_TRY(out.study, top.string("study"));
    ASSAY_TRY(out.antithetic, top.boolean("antithetic"));
    if (const json::Value* shard = top.optional("shard"); shard != nullptr && shard->kind != json::Kind::null) {
        ASSAY_TRY(out.shard, json::as_string(*shard, "shard"));
        if (shards == Shards::refused)
            return {Code::not_found, dir + " holds no whole result but shard " + out.shard +
                                         " of one: assay-sim merge puts all together"};
    }
    ASSAY_TRY(const std::string mode, top.string("mode"));
    if (mode != "exact" && mode != "fast")
        return {Code::verification_failed, path + ": mode is neither exact nor fast"};
    out.mode = mode == "exact" ? Mode::exact : Mode::fast;
    ASSAY_TRY(json::Object files, top.object("files"));
    const std::vector<const char*> needed =
        out.shard.empty() ? std::vector<const char*>{"cells.csv", "metrics.csv", "quantiles.csv", "summary.json"}
                          : std::vector<const char*>{"state.bin"};
    for (const char* name : needed) ASSAY_TRY_VOID(files.string(name));  // else it would be a result of nothing
    for (const auto& [name, value] : files.value().members) {
        if (name.find('/') != std::string::npos)
            return {Code::verification_failed, path + ": files: " + json::shown(name) + " is no file's name"};
        ASSAY_TRY(const std::string hash, hash_of_file((fs::path(dir) / name).string()));
        if (hash != value.text)
            return {Code::verification_failed,
                    dir + "/" + name + " has the SHA-256 " + hash + ", the manifest says " + json::shown(value.text)};
        out.files.emplace_back(name, hash);
    }
    if (result_hash(out.files) != out.result_hash)
        return {Code::verification_failed, path + ": result_hash is not that of the files"};
    if (const json::Value* cells = top.optional("cells"))
        for (const json::Value& cell : cells->items) {
            out.cells.emplace_back();
            if (const json::Value* set = cell.find("set"))
                for (const auto& [name, value] : set->members) out.cells.back().emplace_back(name, text_of(value));
        }
    return out;
}

Status may_write(const std::string& dir, const std::string& input, const std::string& shard) {
    std::error_code ec;
    const fs::file_status status = fs::symlink_status(dir, ec);
    if (status.type() == fs::file_type::not_found) return {};
    if (status.type() != fs::file_type::directory)
        return {Code::already_exists, "--out " + dir + " is there and is no directory"};
    if (fs::is_empty(dir, ec)) return {};
    if (ec) return {Code::io_error, "--out " + dir + " cannot be read: " + ec.message()};
    if (const auto text = read_text_file((fs::path(dir) / "manifest.json").string())) {
        if (const auto manifest = json::parse(*text, {.max_bytes = 64u << 20})) {
            const json::Value* program = manifest->find("program");
            const json::Value* had = manifest->find("input_hash");
            if (program != nullptr && program->text == "assay-sim" && had != nullptr) {
                const json::Value* part = manifest->find("shard");
                if (had->text == input && (part == nullptr ? "" : part->text) == shard) return {};
                return {Code::already_exists,
                        "--out " + dir + " holds the result of another scenario, seed or number of runs"};
            }
        }
    }
    return {Code::already_exists, "--out " + dir + " holds something else than a result of assay-sim"};
}

Result<DirectoryWriter> DirectoryWriter::begin(const std::string& dir) {
    std::error_code ec;
    DirectoryWriter out;
    out.dir_ = dir;
    out.target_ = fs::absolute(dir, ec).lexically_normal().string();
    while (out.target_.size() > 1 && out.target_.back() == '/') out.target_.pop_back();
    const std::string aside = out.target_ + ".aside-" + std::to_string(::getpid());
    fs::create_directories(fs::path(out.target_).parent_path(), ec);
    if (!ec) fs::create_directory(aside, ec);
    if (ec) return {Code::io_error, "--out " + dir + " cannot be made: " + ec.message()};
    out.aside_ = aside;
    return out;
}

DirectoryWriter::~DirectoryWriter() {
    std::error_code ec;
    if (!aside_.empty()) fs::remove_all(aside_, ec);
}

Result<std::string> DirectoryWriter::add(const std::string& name, const std::function<Status(const Sink&)>& write) {
    return write_file(aside_ + "/" + name, write);
}

Status DirectoryWriter::finish(const std::string& input, const std::string& shard) {
    ASSAY_TRY_VOID(may_write(dir_, input, shard));  // somebody else may have been quicker
    return replace();
}

Status DirectoryWriter::replace() {
    std::error_code ec;
    const std::string before = target_ + ".before-" + std::to_string(::getpid());
    const bool replaces = fs::exists(target_, ec) && !fs::is_empty(target_, ec);
    if (replaces && std::rename(target_.c_str(), before.c_str()) != 0) return io_error(target_, "cannot be replaced");
    if (std::rename(aside_.c_str(), target_.c_str()) != 0) {
        const Error e = io_error(target_, "cannot be put in place");
        if (replaces) (void)std::rename(before.c_str(), target_.c_str());
        return e;
    }
    aside_.clear();
    if (replaces) fs::remove_all(before, ec);
    return {};
}

Result<std::string> write_result(const std::string& dir, const std::vector<CellResult>& cells, const Question& question,
                                 const RenderOptions& options) {
    ASSAY_TRY(DirectoryWriter out, DirectoryWriter::begin(dir));
    FileHashes hashes;
    for (const ResultFile& file : result_files(cells, question, options)) {
        ASSAY_TRY(const std::string hash, out.add(file.name, file.write));
        hashes.emplace_back(file.name, hash);
    }
    const std::string manifest = manifest_json(question, cells_json(cells), options, hashes, "");
    ASSAY_TRY_VOID(out.add("manifest.json", [&](const Sink& sink) { return sink(manifest); }));
    ASSAY_TRY_VOID(out.finish(input_hash(question)));
    return result_hash(hashes);
}

Status write_result(const std::string& dir, const ResultFiles& files, const std::string& input) {
    ASSAY_TRY(DirectoryWriter out, DirectoryWriter::begin(dir));
    for (const auto& [name, bytes] : files.files)
        ASSAY_TRY_VOID(out.add(name, [&bytes = bytes](const Sink& sink) { return sink(bytes); }));
    return out.finish(input);
}

}  // namespace assay::sim
