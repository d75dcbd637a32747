// Accounts that sign, for benchmarks: fresh keys from a seeded generator, which no real account may use.
#pragma once

#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include <cstring>
#include <random>
#include <vector>

#include "bench/measure.hpp"
#include "chain/tx.hpp"

namespace assay::bench {

struct Key {
    secp256k1_keypair pair;
    PublicKey public_key;
    Address address;
};

inline std::vector<Key> make_keys(const secp256k1_context* context, std::size_t count, std::mt19937_64& random) {
    std::vector<Key> keys(count);
    for (Key& k : keys) {
        std::uint8_t secret[32];
        do {
            for (auto& b : secret) b = static_cast<std::uint8_t>(random());
        } while (secp256k1_keypair_create(context, &k.pair, secret) != 1);
        secp256k1_pubkey full;
        secp256k1_xonly_pubkey x;
        int odd = 0;
        if (secp256k1_keypair_pub(context, &full, &k.pair) != 1 ||
            secp256k1_keypair_xonly_pub(context, &x, &odd, &k.pair) != 1 ||
            (odd != 0 && secp256k1_ec_pubkey_negate(context, &full) != 1))
            fail("a key cannot be made");
        std::uint8_t raw[65];
        std::size_t n = sizeof raw;
        secp256k1_ec_pubkey_serialize(context, raw, &n, &full, SECP256K1_EC_UNCOMPRESSED);
        std::memcpy(k.public_key.data(), raw + 1, 64);
        k.address = chain::address_of(k.public_key);
    }
    return keys;
}

/// One signed transfer of one token's base unit or more.
inline Bytes signed_transfer(const secp256k1_context* context, const Key& from, const Address& to,
                             const std::string& chain_id, std::uint64_t nonce, std::uint64_t amount, std::uint64_t fee,
                             std::uint64_t valid_until) {
    chain::Tx tx;
    chain::TxBody& b = tx.body;
    b.chain_id = chain_id;
    b.sender = from.address;
    b.nonce = nonce;
    b.fee = Amount{fee};
    b.gas_limit = 100'000;
    b.valid_until = valid_until;
    b.messages = {chain::Transfer{{{to, Amount{amount}, ""}}}};
    Signature s;
    if (secp256k1_schnorrsig_sign32(context, s.data(), chain::txid(b).data(), &from.pair, nullptr) != 1)
        fail("a transaction cannot be signed");
    tx.auth = chain::Auth::single(from.public_key, s);
    return borsh::encode(tx);
}

}  // namespace assay::bench
