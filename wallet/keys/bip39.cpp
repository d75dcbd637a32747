#include "wallet/keys/bip39.hpp"

#include <cryptopp/pwdbased.h>
#include <cryptopp/sha.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/json.hpp"
#include "base/sha256.hpp"

namespace assay::wallet {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

std::string suggestion(std::string_view word) {
    std::vector<std::string> near;
    for (const std::string_view known : kEnglishWords)
        if (word.size() >= 3 && known.substr(0, 3) == word.substr(0, 3)) near.emplace_back(known);
    if (near.empty() || near.size() > 6) {
        const std::string nearest =
            json::nearest(word, std::vector<std::string>(kEnglishWords.begin(), kEnglishWords.end()));
        near.clear();
        if (!nearest.empty()) near.push_back(nearest);
    }
    std::string out;
    for (const std::string& n : near) out += (out.empty() ? "" : ", ") + n;
    return out.empty() ? "" : "; near ones are: " + out;
}

/// Places in the word list; as secret as the words.
using Places = std::vector<std::uint16_t, SecureAllocator<std::uint16_t>>;

/// Nothing where the checksum does not match.
std::optional<SecureBytes> entropy_of(const Places& words) {
    SecureBytes bits;
    unsigned pending = 0, pending_bits = 0;
    for (const std::uint16_t word : words) {
        pending = pending << 11 | word;
        pending_bits += 11;
        while (pending_bits >= 8) {
            pending_bits -= 8;
            bits.push_back(static_cast<std::uint8_t>(pending >> pending_bits));
            pending &= (1u << pending_bits) - 1;
        }
    }
    const std::size_t entropy_bytes = words.size() * 4 / 3;
    const unsigned checksum_bits = static_cast<unsigned>(words.size() / 3);
    // 24 words end on a byte boundary, so their checksum is a byte of its own; shorter ones are still pending.
    const unsigned checksum = checksum_bits == 8 ? bits[entropy_bytes] : pending;
    bits.resize(entropy_bytes);
    if (checksum != static_cast<unsigned>(sha256(bits).bytes[0] >> (8 - checksum_bits))) return std::nullopt;
    return bits;
}

/// One letter other, missing or too many, or two neighbours swapped.
bool one_slip(std::string_view a, std::string_view b) {
    if (a.size() > b.size()) std::swap(a, b);
    std::size_t i = 0;
    while (i < a.size() && a[i] == b[i]) ++i;
    if (b.size() == a.size() + 1) return a.substr(i) == b.substr(i + 1);
    if (b.size() != a.size() || i == a.size()) return false;
    if (a.substr(i + 1) == b.substr(i + 1)) return true;
    return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] && a.substr(i + 2) == b.substr(i + 2);
}

/// What one slip of the pen would explain: a word that is near to another of the list, or two neighbours swapped.
std::string what_may_be_meant(Places words) {
    std::vector<std::string> found;
    for (std::size_t i = 0; i < words.size() && found.size() < 6; ++i) {
        const std::uint16_t as_typed = words[i];
        for (std::uint16_t other = 0; other < kEnglishWords.size(); ++other) {
            if (!one_slip(kEnglishWords[as_typed], kEnglishWords[other])) continue;
            words[i] = other;
            if (entropy_of(words))
                found.push_back("word " + std::to_string(i + 1) + " as '" + std::string(kEnglishWords[other]) + "'");
        }
        words[i] = as_typed;
        if (i + 1 < words.size() && words[i] != words[i + 1]) {
            std::swap(words[i], words[i + 1]);
            if (entropy_of(words))
                found.push_back("words " + std::to_string(i + 1) + " and " + std::to_string(i + 2) + " swapped");
            std::swap(words[i], words[i + 1]);
        }
    }
    std::string out;
    for (const std::string& one : found) out += (out.empty() ? "; it would match with " : ", or ") + one;
    return out;
}

}  // namespace

Result<SecureString> mnemonic_from_entropy(ByteView entropy) {
    if (entropy.size() < 16 || entropy.size() > 32 || entropy.size() % 4 != 0)
        return {Code::bad_mnemonic, "entropy has 16, 20, 24, 28 or 32 bytes, not " + std::to_string(entropy.size())};
    SecureBytes bits(entropy.begin(), entropy.end());
    const Hash checksum = sha256(entropy);
    bits.push_back(checksum.bytes[0]);  // entropy/32 bits of it are used: 8 at most
    const std::size_t words = entropy.size() * 3 / 4;
    SecureString out;
    for (std::size_t w = 0; w < words; ++w) {
        unsigned index = 0;
        for (std::size_t b = w * 11; b < w * 11 + 11; ++b) index = index << 1 | ((bits[b / 8] >> (7 - b % 8)) & 1u);
        if (w != 0) out.push_back(' ');
        out.append(kEnglishWords[index]);
    }
    return out;
}

Result<SecureBytes> entropy_from_mnemonic(std::string_view words) {
    Places places;
    std::size_t at = 0;
    while (true) {
        while (at < words.size() && is_blank(words[at])) ++at;
        if (at == words.size()) break;
        SecureString word;
        for (; at < words.size() && !is_blank(words[at]); ++at) {
            const char c = words[at];
            word.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
        }
        if (places.size() == 24) return {Code::bad_mnemonic, "there are more than 24 words"};
        const auto found = std::lower_bound(kEnglishWords.begin(), kEnglishWords.end(), word.view());
        if (found == kEnglishWords.end() || *found != word.view())
            return {Code::bad_mnemonic, "word " + std::to_string(places.size() + 1) +
                                            " is not in the English list of BIP-39" + suggestion(word.view())};
        places.push_back(static_cast<std::uint16_t>(found - kEnglishWords.begin()));
    }
    if (places.size() < 12 || places.size() % 3 != 0)
        return {Code::bad_mnemonic,
                "there are " + std::to_string(places.size()) + " words; 12, 15, 18, 21 or 24 are needed"};
    auto entropy = entropy_of(places);
    if (!entropy)
        return {Code::bad_mnemonic,
                "the words' checksum does not match: a word is wrong or two are swapped" + what_may_be_meant(places)};
    return std::move(*entropy);
}

SecureBytes seed_from_mnemonic(std::string_view words, std::string_view passphrase) {
    SecureString salt(std::string_view("mnemonic"));
    salt.append(passphrase);
    SecureBytes seed(64);
    CryptoPP::PKCS5_PBKDF2_HMAC<CryptoPP::SHA512> pbkdf2;
    pbkdf2.DeriveKey(seed.data(), seed.size(), 0, as_bytes(words).data(), words.size(), salt.bytes().data(),
                     salt.size(), 2048);
    return seed;
}

}  // namespace assay::wallet
