// The encrypted key file: round trip, wrong passwords, and every kind of damage.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_dir.hpp"
#include "wallet/keys/backup.hpp"
#include "wallet/keys/bip39.hpp"
#include "wallet/keys/keystore.hpp"
#include "wallet/keys/watch.hpp"

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

TEST_CASE("a renamed key opens under its new name, and the old file is gone") {
    const TempDir dir;
    const Keystore keys(dir.path());
    REQUIRE(keys.create("alice", some_secret(), "correct horse", kTiny).ok());
    REQUIRE(keys.create("bob", *secret_from_hex(std::string(62, '0') + "07"), "another one", kTiny).ok());
    CHECK(keys.rename("alice", "carol", "wrong").error().code == Code::wrong_password);
    CHECK(keys.rename("alice", "bob", "correct horse").error().code == Code::already_exists);
    CHECK(keys.rename("alice", "../x", "correct horse").error().code == Code::usage);
    REQUIRE(keys.open("alice", "correct horse").ok());  // nothing of that lost it
    const auto renamed = keys.rename("alice", "carol", "correct horse");
    REQUIRE(renamed.ok());
    CHECK(renamed->kdf.n == kTiny.n);
    CHECK(keys.open("carol", "correct horse")->entropy == some_secret().entropy);
    CHECK(keys.open("alice", "correct horse").error().code == Code::unknown_key);
    CHECK(keys.open("bob", "another one").ok());
}

TEST_CASE("a changed password opens, the old one does not, and a refused change changes nothing") {
    const TempDir dir;
    const Keystore keys(dir.path());
    REQUIRE(keys.create("alice", some_secret(), "correct horse", kTiny).ok());
    CHECK(keys.change_password("alice", "wrong", "battery staple", kTiny).error().code == Code::wrong_password);
    CHECK(keys.change_password("alice", "correct horse", "short", Kdf::strong()).error().code == Code::weak_password);
    REQUIRE(keys.open("alice", "correct horse").ok());
    REQUIRE(keys.change_password("alice", "correct horse", "battery staple", kTiny).ok());
    CHECK(keys.open("alice", "correct horse").error().code == Code::wrong_password);
    CHECK(keys.open("alice", "battery staple")->secret == some_secret().secret);
    REQUIRE(keys.erase("alice").ok());
    CHECK(keys.erase("alice").error().code == Code::unknown_key);
    CHECK(keys.list()->empty());
}

TEST_CASE("a watched key has an address and no secret") {
    const TempDir dir;
    const Keystore keys(dir.path());
    const auto alice = keys.create("alice", some_secret(), "correct horse", kTiny);
    const auto bob = keys.create("bob", *secret_from_hex(std::string(62, '0') + "07"), "another one", kTiny);
    REQUIRE(bob.ok());
    KeyInfo cold;
    cold.name = "cold";
    cold.kind = KeyKind::watch;
    cold.address = alice->address;
    cold.public_key = alice->public_key;
    cold.path = "xpub/0/0";
    REQUIRE(keys.watch(cold).ok());
    CHECK(keys.watch(cold).error().code == Code::already_exists);
    CHECK(keys.open("cold", "correct horse").error().code == Code::watch_only);
    CHECK(keys.info("cold")->public_key == alice->public_key);
    cold.name = "other";
    cold.address = bob->address;
    CHECK(keys.watch(cold).error().code == Code::bad_key);  // not that of its key

    const auto both = multisig_key("both", 2, {alice->public_key, bob->public_key});
    REQUIRE(both.ok());
    REQUIRE(keys.watch(*both).ok());
    const auto back = keys.info("both");
    REQUIRE(back.ok());
    CHECK(back->keys == both->keys);
    CHECK(back->threshold == 2);
    CHECK(back->address == both->address);
    CHECK(multisig_key("x", 2, {bob->public_key, alice->public_key})->address != both->address);  // order is part of it
    CHECK(multisig_key("x", 3, {alice->public_key, bob->public_key}).error().code == Code::bad_key);
    CHECK(multisig_key("x", 0, {alice->public_key, bob->public_key}).error().code == Code::bad_key);
    CHECK(multisig_key("x", 1, {alice->public_key}).error().code == Code::bad_key);
    CHECK(multisig_key("x", 1, {alice->public_key, alice->public_key}).error().code == Code::bad_key);
    REQUIRE(keys.rename("both", "treasury", "").ok());
    CHECK(keys.list()->size() == 4);

    std::string text = *read_small_file(dir.path() / "treasury.json", 16384);
    const std::size_t at = text.find("\"threshold\": 2");
    REQUIRE(at != std::string::npos);
    text[at + 13] = '1';
    CHECK(read_key_info(text).error().code == Code::keystore_malformed);  // 1 of 2 has another address
}

TEST_CASE("a backup comes back whole, or not at all") {
    const TempDir dir;
    const Keystore keys(keys_folder(dir.path()));
    REQUIRE(keys.create("alice", some_secret(), "correct horse", kTiny).ok());
    REQUIRE(write_file_atomically(dir.path() / "log.jsonl", "{}\n", 0600, false).ok());
    REQUIRE(write_file_atomically(dir.path() / "keys" / "alice.json.new-12", "half", 0600, false).ok());
    REQUIRE(write_file_atomically(dir.path() / "csv" / "ab12.jsonl", "{}\n", 0600, false).ok());  // half-paid lists
    REQUIRE(write_file_atomically(dir.path() / "nonce-1.lock", "", 0600, false).ok());
    const auto files = files_to_back_up(dir.path());
    REQUIRE(files.ok());
    REQUIRE(files->size() == 3);
    CHECK(seal_backup(*files, "short", Kdf::strong()).error().code == Code::weak_password);
    const auto text = seal_backup(*files, "backup password", kTiny);
    REQUIRE(text.ok());
    CHECK(text->find("alice") == std::string::npos);
    const auto back = open_backup(*text, "backup password");
    REQUIRE(back.ok());
    CHECK(borsh::encode(*back) == borsh::encode(*files));
    CHECK(open_backup(*text, "other password").error().code == Code::wrong_password);
    std::string damaged = *text;
    damaged[damaged.find("sealed") + 20] ^= 1;
    CHECK_FALSE(open_backup(damaged, "backup password").ok());
    // Somebody else's backup writes nowhere but where a wallet has files.
    for (const char* path :
         {"../evil", "/etc/passwd", "keys/../../x.json", "keys/a/b.json", "other.json", "keys/.json"}) {
        INFO(path);
        const auto evil = seal_backup({{path, "x"}}, "backup password", kTiny);
        REQUIRE(evil.ok());
        CHECK(open_backup(*evil, "backup password").error().code == Code::keystore_malformed);
    }
}
