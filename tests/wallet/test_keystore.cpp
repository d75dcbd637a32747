// The encrypted key file: round trip, wrong passwords, and every kind of damage.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_dir.hpp"
#include "wallet/keys/bip39.hpp"
#include "wallet/keys/keystore.hpp"

using namespace assay;
using namespace assay::wallet;
using assay::test::TempDir;
namespace fs = std::filesystem;

namespace {

/// Costs so small that thousands of damaged files can be tried.
constexpr Kdf kTiny{1u << 10, 1, 1};

KeySecret some_secret() {
    auto secret = secret_from_entropy(Bytes(16, 9), SecureString(std::string_view("pass phrase")), 0, 0);
    REQUIRE(secret.ok());
    return std::move(secret).value();
}

}  // namespace

TEST_CASE("a key comes back from its file with everything it had, and the file is private") {
    const TempDir dir;
    const Keystore keys(dir.path() / "wallet" / "keys");
    const KeySecret secret = some_secret();
    const auto made = keys.create("alice", secret, "correct horse", Kdf::light());
    REQUIRE(made.ok());
    struct stat info {};
    REQUIRE(stat((keys.folder() / "alice.json").c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    const auto opened = keys.open("alice", "correct horse");
    REQUIRE(opened.ok());
    CHECK(opened->secret == secret.secret);
    CHECK(opened->entropy == secret.entropy);
    CHECK(opened->passphrase.view() == "pass phrase");
    CHECK(opened->path == "m/44'/8710'/0'/0/0");
    CHECK(keys.unlock("alice", "correct horse")->address() == made->address);
    CHECK(keys.list()->size() == 1);
}

TEST_CASE("a wrong password has a code of its own, and an unknown name suggests the nearest") {
    const TempDir dir;
    const Keystore keys(dir.path());
    REQUIRE(keys.create("alice", some_secret(), "correct horse", kTiny).ok());
    CHECK(keys.open("alice", "Correct horse").error().code == Code::wrong_password);
    CHECK(keys.open("alice", "").error().code == Code::wrong_password);
    const auto unknown = keys.open("alcie", "x");
    CHECK(unknown.error().code == Code::unknown_key);
    CHECK(unknown.error().message.find("'alice'") != std::string::npos);
    CHECK(keys.open("../alice", "x").error().code == Code::usage);
}

TEST_CASE("a key is never overwritten") {
    const TempDir dir;
    const Keystore keys(dir.path());
    REQUIRE(keys.create("alice", some_secret(), "correct horse", kTiny).ok());
    CHECK(keys.create("alice", *secret_from_hex(std::string(62, '0') + "07"), "another one", kTiny).error().code ==
          Code::already_exists);
    CHECK(keys.open("alice", "correct horse").ok());
    CHECK(write_file_atomically(dir.path() / "alice.json", "x", 0600, false).error().code == Code::already_exists);
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& e : fs::directory_iterator(dir.path())) ++files;
    CHECK(files == 1);  // nothing half-written stays behind
}

TEST_CASE("weak passwords are refused with the reason, except where the caller chose the light setting") {
    const TempDir dir;
    const Keystore keys(dir.path());
    for (const char* weak : {"", "short", "aaaaaaaaaaaa", "12345678"}) {
        INFO(weak);
        const auto made = keys.create("alice", some_secret(), weak, Kdf::strong());
        REQUIRE_FALSE(made.ok());
        CHECK(made.error().code == Code::weak_password);
    }
    CHECK(check_password("correct horse").ok());
}

TEST_CASE("no changed byte of a key file gives a key") {
    const auto text = encrypt_key("alice", some_secret(), "correct horse", kTiny);
    REQUIRE(text.ok());
    REQUIRE(decrypt_key(*text, "correct horse").ok());
    test::Random random;
    INFO("seed " << test::seed());
    std::size_t harmless = 0;
    for (std::size_t i = 0; i < text->size(); ++i) {
        std::string damaged = *text;
        damaged[i] = static_cast<char>(damaged[i] ^ (1 << random.below(7)));
        const auto opened = decrypt_key(damaged, "correct horse");
        if (opened) {  // one blank for another, between the members
            CHECK(((*text)[i] == ' ' || (*text)[i] == '\n'));
            ++harmless;
            continue;
        }
        CHECK((opened.error().code == Code::wrong_password || opened.error().code == Code::keystore_malformed));
    }
    CHECK(harmless < 40);
}

TEST_CASE("each field that stands in clear is authenticated") {
    const auto text = encrypt_key("alice", some_secret(), "correct horse", kTiny);
    const auto other = encrypt_key("bobby", *secret_from_hex(std::string(62, '0') + "07"), "correct horse", kTiny);
    REQUIRE(text.ok());
    REQUIRE(other.ok());
    const auto field = [](const std::string& file, const std::string& name) {
        const std::size_t at = file.find("\"" + name + "\": ") + name.size() + 4;
        const std::size_t end = file.find_first_of(",}", at);
        return std::pair{at, end - at};
    };
    for (const char* name : {"address", "public_key", "path", "salt", "nonce", "sealed"}) {
        INFO(name);
        std::string swapped = *text;
        const auto [at, size] = field(*text, name);
        const auto [from, length] = field(*other, name);
        swapped.replace(at, size, other->substr(from, length));
        REQUIRE(swapped != *text);
        CHECK(decrypt_key(swapped, "correct horse").error().code == Code::wrong_password);
    }
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{{"\"alice\"", "\"alicf\""},
                                                                                   {"\"n\": 1024", "\"n\": 2048"},
                                                                                   {"\"r\": 1", "\"r\": 2"},
                                                                                   {"\"p\": 1", "\"p\": 2"}}) {
        INFO(to);
        std::string changed = *text;
        REQUIRE(changed.find(from) != std::string::npos);
        changed.replace(changed.find(from), from.size(), to);
        CHECK(decrypt_key(changed, "correct horse").error().code == Code::wrong_password);
    }
}

TEST_CASE("a file of another version, with hostile costs or unknown members is malformed") {
    const auto text = encrypt_key("alice", some_secret(), "correct horse", kTiny);
    REQUIRE(text.ok());
    for (const auto& [from, to] :
         std::vector<std::pair<std::string, std::string>>{{"\"version\": 1", "\"version\": 2"},
                                                          {"\"n\": 1024", "\"n\": 2097152"},
                                                          {"\"n\": 1024", "\"n\": 1025"},
                                                          {"\"n\": 1024", "\"n\": 18446744073709551615"},
                                                          {"\"r\": 1", "\"r\": 1000000"},
                                                          {"\"p\": 1", "\"p\": 0"},
                                                          {"\"scrypt\"", "\"argon2\""},
                                                          {"\"aes-256-gcm\"", "\"aes-256-cbc\""},
                                                          {"\"assay-key\"", "\"assay-kez\""},
                                                          {"\"name\": \"alice\"", "\"name\": \"../alice\""},
                                                          {"\"version\": 1", "\"version\": 1, \"more\": 1"},
                                                          {"{\n", ""}}) {
        INFO(to);
        std::string changed = *text;
        REQUIRE(changed.find(from) != std::string::npos);
        changed.replace(changed.find(from), from.size(), to);
        CHECK(decrypt_key(changed, "correct horse").error().code == Code::keystore_malformed);
    }
    CHECK(decrypt_key("", "x").error().code == Code::keystore_malformed);
    CHECK(decrypt_key(std::string(20'000, ' '), "x").error().code == Code::keystore_malformed);
    for (std::size_t cut = 1; cut < text->size() - 1; cut += 37)
        CHECK(decrypt_key(text->substr(0, cut), "correct horse").error().code == Code::keystore_malformed);
}

TEST_CASE("a full disk or a missing right leaves the old file as it was") {
    const TempDir dir;
    REQUIRE(write_file_atomically(dir.path() / "a", "old", 0600, true).ok());
    REQUIRE(write_file_atomically(dir.path() / "a", "new", 0600, true).ok());
    CHECK(*read_small_file(dir.path() / "a", 100) == "new");
    CHECK(write_file_atomically("/dev/full/a", "x", 0600, true).error().code == Code::io_error);
    CHECK(read_small_file(dir.path() / "b", 100).error().code == Code::not_found);
    CHECK(read_small_file(dir.path() / "a", 2).error().code == Code::io_error);
}
