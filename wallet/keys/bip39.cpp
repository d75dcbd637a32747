#include "wallet/keys/bip39.hpp"

#include <cryptopp/pwdbased.h>
#include <cryptopp/sha.h>

#include <algorithm>
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
    SecureBytes bits;
    std::size_t count = 0;
    std::size_t at = 0;
    unsigned pending = 0, pending_bits = 0;
    while (true) {
        while (at < words.size() && is_blank(words[at])) ++at;
        if (at == words.size()) break;
        SecureString word;
        for (; at < words.size() && !is_blank(words[at]); ++at) {
            const char c = words[at];
            word.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
        }
        if (++count > 24) return {Code::bad_mnemonic, "there are more than 24 words"};
        const auto found = std::lower_bound(kEnglishWords.begin(), kEnglishWords.end(), word.view());
        if (found == kEnglishWords.end() || *found != word.view())
            return {Code::bad_mnemonic, "word " + std::to_string(count) + " is not in the English list of BIP-39" +
                                            suggestion(word.view())};
        pending = pending << 11 | static_cast<unsigned>(found - kEnglishWords.begin());
        pending_bits += 11;
        while (pending_bits >= 8) {
            pending_bits -= 8;
            bits.push_back(static_cast<std::uint8_t>(pending >> pending_bits));
            pending &= (1u << pending_bits) - 1;
        }
    }
    if (count < 12 || count % 3 != 0)
        return {Code::bad_mnemonic, "there are " + std::to_string(count) + " words; 12, 15, 18, 21 or 24 are needed"};
    const std::size_t entropy_bytes = count * 4 / 3;
    const unsigned checksum_bits = static_cast<unsigned>(count / 3);
    // 24 words end on a byte boundary, so their checksum is a byte of its own; shorter ones are still pending.
    const unsigned checksum = checksum_bits == 8 ? bits[entropy_bytes] : pending;
    bits.resize(entropy_bytes);
    const unsigned expected = sha256(bits).bytes[0] >> (8 - checksum_bits);
    if (checksum != expected)
        return {Code::bad_mnemonic, "the words' checksum does not match: a word is wrong or two are swapped"};
    return bits;
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
