#include "base/bech32m.hpp"

#include <array>

namespace assay {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::uint32_t kBech32mConstant = 0x2bc830a3;
constexpr std::size_t kMaxLength = 90;  // BIP-350; up to here any one wrong character has a place of its own
constexpr std::size_t kChecksum = 6;

using Groups = std::vector<std::uint8_t>;  // five bits each

// One step of the BCH code over GF(32), BIP-173.
std::uint32_t step(std::uint32_t state, std::uint32_t group) {
    constexpr std::uint32_t kGenerator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = state >> 25;
    state = (state & 0x1ffffff) << 5 ^ group;
    for (unsigned i = 0; i < 5; ++i)
        if ((top >> i & 1) != 0) state ^= kGenerator[i];
    return state;
}

// The state of the code after prefix and groups; the constant for a right checksum.
std::uint32_t checksum_state(std::string_view prefix, const Groups& groups) {
    std::uint32_t state = 1;
    for (const char c : prefix) state = step(state, static_cast<std::uint32_t>(c) >> 5);
    state = step(state, 0);
    for (const char c : prefix) state = step(state, static_cast<std::uint32_t>(c) & 31);
    for (const std::uint8_t g : groups) state = step(state, g);
    return state;
}

// The code is linear: a wrong group e with n groups behind it adds (e, then n zeros) to the state, and no two single
// errors within 90 characters add the same. Returns n, or npos when more than one character is wrong.
std::size_t groups_behind_error(std::uint32_t state, std::size_t count) {
    const std::uint32_t added = state ^ kBech32mConstant;
    for (std::uint32_t e = 1; e < 32; ++e) {
        std::uint32_t effect = e;
        for (std::size_t behind = 0; behind < count; ++behind, effect = step(effect, 0))
            if (effect == added) return behind;
    }
    return std::string_view::npos;
}

Error bad(std::string what) {
    return {Code::bad_address, std::move(what)};
}

// Printable, of one case, not too long. Gives it back in lower case.
Result<std::string> one_case(std::string_view text) {
    if (text.size() > kMaxLength)
        return bad("an address has at most 90 characters, this has " + std::to_string(text.size()));
    bool lower = false, upper = false;
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c < 33 || c > 126)
            return bad("character " + std::to_string(i + 1) + " of the address is not printable ASCII");
        lower |= c >= 'a' && c <= 'z';
        upper |= c >= 'A' && c <= 'Z';
        out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
    if (lower && upper) return bad("an address is all lower case or all upper case, never mixed");
    return out;
}

// `text` in lower case, its separator at `split`.
Result<Bytes> decode_data(std::string_view text, std::size_t split) {
    const std::string_view prefix = text.substr(0, split), data = text.substr(split + 1);
    if (data.size() < kChecksum) return bad("an address ends in six characters of checksum");
    Groups groups;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const std::size_t group = kAlphabet.find(data[i]);
        if (group == std::string_view::npos)
            return bad("character " + std::to_string(split + i + 2) + " of the address is '" + data[i] +
                       "', which no address has there");
        groups.push_back(static_cast<std::uint8_t>(group));
    }
    const std::uint32_t state = checksum_state(prefix, groups);
    if (state != kBech32mConstant) {
        const std::size_t behind = groups_behind_error(state, groups.size());
        if (behind == std::string_view::npos) return {Code::bad_checksum, "the checksum of the address is wrong"};
        return {Code::bad_checksum,
                "the checksum of the address is wrong: look at character " + std::to_string(text.size() - behind)};
    }
    groups.resize(groups.size() - kChecksum);
    Bytes out;
    std::uint32_t window = 0;
    unsigned bits = 0;
    for (const std::uint8_t g : groups) {
        window = (window << 5 | g) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<std::uint8_t>(window >> bits));
        }
    }
    if (bits >= 5) return bad("the address has a character too many");
    if ((window & ((1u << bits) - 1)) != 0) return bad("the last bits of the address must be zero");
    return out;
}

}  // namespace

std::string bech32m_encode(std::string_view prefix, ByteView data) {
    std::string out(prefix);
    out.push_back('1');
    Groups groups;
    std::uint32_t window = 0;
    unsigned bits = 0;
    for (const std::uint8_t b : data) {
        window = (window << 8 | b) & 0xfff;
        for (bits += 8; bits >= 5;) groups.push_back(window >> (bits -= 5) & 31);
    }
    if (bits > 0) groups.push_back(window << (5 - bits) & 31);
    groups.resize(groups.size() + kChecksum);
    const std::uint32_t checksum = checksum_state(prefix, groups) ^ kBech32mConstant;
    for (std::size_t i = 0; i < kChecksum; ++i)
        groups[groups.size() - kChecksum + i] = static_cast<std::uint8_t>(checksum >> 5 * (kChecksum - 1 - i) & 31);
    for (const std::uint8_t g : groups) out.push_back(kAlphabet[g]);
    return out;
}

Result<Bech32mParts> bech32m_decode(std::string_view text) {
    ASSAY_TRY(const std::string lower, one_case(text));
    const std::size_t split = lower.rfind('1');
    if (split == std::string::npos || split == 0) return bad("an address has a prefix that ends in '1'");
    ASSAY_TRY(Bytes data, decode_data(lower, split));
    return Bech32mParts{lower.substr(0, split), std::move(data)};
}

std::string encode_address(std::string_view prefix, const Address& address) {
    return bech32m_encode(prefix, address.view());
}

Result<Address> decode_address(std::string_view prefix, std::string_view text) {
    if (text.empty()) return bad("the address is empty");
    ASSAY_TRY(const std::string lower, one_case(text));
    const std::string expected = std::string(prefix) + "1";
    // The expected prefix decides where the data begins: a wrong '1' further on is then a wrong character, not a
    // prefix.
    if (lower.compare(0, expected.size(), expected) != 0) {
        const std::size_t split = lower.rfind('1');
        if (split == std::string::npos || split == 0)
            return {Code::bad_prefix, "the address does not start with \"" + expected + "\""};
        return {Code::bad_prefix,
                "the address starts with \"" + lower.substr(0, split + 1) + "\", expected is \"" + expected + "\""};
    }
    ASSAY_TRY(const Bytes data, decode_data(lower, prefix.size()));
    if (data.size() != Address::kSize)
        return bad("an address holds 32 bytes, this holds " + std::to_string(data.size()));
    return Address::from(data);
}

}  // namespace assay
