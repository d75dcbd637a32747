"""Keys, transactions, blocks, the beacon and ids: docs/protocol.md §3 to §6, as Borsh types and what is hashed of them."""

import hashlib

from borsh import (ADDRESS, FLAG, HASH, PUBLIC_KEY, SIGNATURE, TEXT, U8, U16, U32, U64, U128, Enumeration, List, Optional,
                   Struct, Union)
from secp256k1 import public_key, sign, tagged_hash

# ---------------------------------------------------------------- §4 transactions
OUTPUT = Struct(("to", ADDRESS), ("amount", U128), ("tag", TEXT))
CHANGE = Struct(("name", TEXT), ("value", TEXT))
OPENING = Struct(("leaves", List(HASH)), ("siblings", List(HASH)))
GEMM_JOB = Struct(("m", U64), ("n", U64), ("k", U64), ("a_root", HASH), ("b_root", HASH))
PANEL = Struct(("data", TEXT), ("path", List(HASH)))
MESSAGE = Union({
    0: ("transfer", Struct(("outputs", List(OUTPUT)))),
    1: ("create_vesting", Struct(("to", ADDRESS), ("amount", U128), ("start", U64), ("cliff", U64), ("end", U64))),
    10: ("burn_for_credits", Struct(("amount", U128), ("min_credits", U128), ("credits", U128))),
    11: ("redeem_credits", Struct(("credits", U128))),
    20: ("register_provider", Struct(("endpoint", TEXT))),
    21: ("update_provider", Struct(("endpoint", Optional(TEXT)), ("work_key", Optional(ADDRESS)),
                                   ("clear_work_key", FLAG), ("fee_budget", Optional(U128)))),
    22: ("add_device", Struct(("slot", U32), ("device_class", TEXT))),
    23: ("remove_device", Struct(("slot", U32))),
    24: ("stake", Struct(("provider", ADDRESS), ("amount", U128))),
    25: ("unstake", Struct(("provider", ADDRESS), ("amount", U128))),
    26: ("set_commission", Struct(("commission_ppb", U64))),
    27: ("unjail", Struct(("version", U8))),
    28: ("claim_rewards", Struct(("provider", ADDRESS))),
    30: ("register_validator", Struct(("consensus_key", HASH), ("beacon_tip", HASH), ("bond", U128), ("name", TEXT))),
    31: ("rotate_key", Struct(("consensus_key", HASH))),
    32: ("renew_beacon", Struct(("beacon_tip", HASH))),
    33: ("report_price", Struct(("price", U64))),
    34: ("unjail_validator", Struct(("version", U8))),
    35: ("retire", Struct(("version", U8))),
    40: ("open_order", Struct(("device_class", TEXT), ("units", U64), ("max_price", U128), ("deposit", U128),
                              ("expires", U64), ("manual", FLAG), ("gemm", Optional(GEMM_JOB)))),
    41: ("place_bid", Struct(("order", HASH), ("slot", U32), ("price", U128))),
    42: ("accept_bid", Struct(("order", HASH), ("provider", ADDRESS), ("slot", U32), ("price", U128))),
    43: ("close_lease", Struct(("order", HASH))),
    44: ("cancel_order", Struct(("order", HASH))),
    45: ("dispute", Struct(("order", HASH), ("tile_row", U32), ("tile_col", U32), ("slice", U32), ("a", PANEL),
                           ("b", PANEL), ("c", Optional(PANEL)))),
    46: ("deliver", Struct(("order", HASH), ("c_root", HASH))),
    50: ("commit_work", Struct(("task", HASH), ("slot", U32), ("root", HASH), ("provider", Optional(ADDRESS)))),
    51: ("open_work", Struct(("commit", HASH), ("opening", OPENING))),
    60: ("propose", Struct(("changes", List(CHANGE)), ("title", TEXT), ("deposit", U128))),
    61: ("vote", Struct(("proposal", U64), ("choice", Enumeration(3)))),
})
BODY = Struct(("version", U16), ("chain_id", TEXT), ("sender", ADDRESS), ("nonce", U64), ("fee", U128),
              ("gas_limit", U64), ("valid_until", U64), ("memo", TEXT), ("messages", List(MESSAGE)))
AUTH = Struct(("threshold", U8), ("keys", List(PUBLIC_KEY)), ("signatures", List(Optional(SIGNATURE))))
TX = Struct(("body", BODY), ("auth", AUTH))

GAS_TX, GAS_BYTE, GAS_SIGNATURE = 2000, 10, 3000
GAS_PROPOSE, GAS_PROPOSE_CLASS = 200_000, 10_000


def address_of(key):
    return tagged_hash("assay/address", key[:32])


def multisig_address(threshold, keys):
    listed = bytes([threshold, len(keys)]) + b"".join(k[:32] for k in keys)
    return tagged_hash("assay/address/multisig", listed)


def txid(body):
    return tagged_hash("assay/tx", BODY.encode(body))


def signed(body, secret, aux=bytes(32)):
    """The bytes that travel."""
    auth = {"threshold": 1, "keys": [public_key(secret)], "signatures": [sign(secret, txid(body), aux)]}
    return TX.encode({"body": body, "auth": auth})


def intrinsic_gas(raw, signatures=1):
    return GAS_TX + GAS_BYTE * len(raw) + GAS_SIGNATURE * signatures


# ---------------------------------------------------------------- §3 addresses for people
CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _polymod(values):
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for i, word in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= word if top >> i & 1 else 0
    return checksum


def bech32m(prefix, data):
    number, bits, fives = 0, 0, []
    for byte in data:
        number, bits = number << 8 | byte, bits + 8
        while bits >= 5:
            bits -= 5
            fives.append(number >> bits & 31)
    if bits:
        fives.append(number << 5 - bits & 31)
    expanded = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    checksum = _polymod(expanded + fives + [0] * 6) ^ 0x2BC830A3
    return prefix + "1" + "".join(CHARSET[v] for v in fives + [checksum >> 5 * (5 - i) & 31 for i in range(6)])


def from_bech32m(prefix, text):
    head, _, tail = text.rpartition("1")
    fives = [CHARSET.index(c) for c in tail]
    expanded = [ord(c) >> 5 for c in head] + [0] + [ord(c) & 31 for c in head]
    if head != prefix or _polymod(expanded + fives) != 0x2BC830A3:
        raise ValueError("not an address of this network")
    number = 0
    for value in fives[:-6]:
        number = number << 5 | value
    spare = 5 * (len(fives) - 6) % 8
    if number & (1 << spare) - 1:
        raise ValueError("spare bits are set")
    return (number >> spare).to_bytes(5 * (len(fives) - 6) // 8, "big")


# ---------------------------------------------------------------- §5 blocks
HEADER = Struct(("version", U16), ("chain_id", TEXT), ("height", U64), ("time", U64), ("proposer", ADDRESS),
                ("reveal", HASH), ("last_block", HASH), ("last_app_hash", HASH), ("tx_root", HASH),
                ("misbehaved", List(HASH)))
BLOCK = Struct(("header", HEADER), ("txs", List(TEXT)), ("commit_signature", SIGNATURE))


def block_hash(header):
    return tagged_hash("assay/header", HEADER.encode(header))


def next_beacon(before, height, reveal):
    return tagged_hash("assay/beacon", before + U64.write(height) + reveal)


def reveal_matches(tip, tip_height, height, reveal, max_gap):
    if not tip_height < height <= tip_height + max_gap:
        return False
    for _ in range(height - tip_height):
        reveal = hashlib.sha256(reveal).digest()
    return reveal == tip


# ---------------------------------------------------------------- §8 ids and draws
def epoch_task(epoch):
    return tagged_hash("assay/task/epoch", U64.write(epoch))


def lease_task(epoch, order):
    return tagged_hash("assay/task/lease", U64.write(epoch) + order)


def commit_id(task, provider, slot):
    return tagged_hash("assay/commit", task + provider + U32.write(slot))


def order_id(buyer, nonce, message):
    return tagged_hash("assay/order", buyer + U64.write(nonce) + U32.write(message))


def grant_id(sender, nonce, message):
    return tagged_hash("assay/vesting", sender + U64.write(nonce) + U32.write(message))


def genesis_grant_id(holder, index):
    return tagged_hash("assay/vesting/genesis", holder + U32.write(index))


def start_height(epoch_start, beacon, epoch, span):
    draw = tagged_hash("assay/start", beacon + U64.write(epoch))
    return epoch_start + int.from_bytes(draw[:8], "little") % span
