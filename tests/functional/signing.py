"""Transactions made without a line of the project's code: BIP-340 and the encoding of docs/protocol.md, from the texts.

    key = Key(bytes.fromhex("…"))
    raw = key.sign_tx("assay-devnet-1", nonce=0, fee=10_000, gas=20_000, valid_until=500,
                      messages=[transfer([(receiver, 5)])])

For tests only: it does not run in constant time. A node that takes these transactions takes those of any wallet that
follows the same texts.
"""

import hashlib
import json
import pathlib

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


# ---------------------------------------------------------------- the curve, in Jacobian coordinates

def _double(a):
    x, y, z = a
    if z == 0:
        return a
    s = 4 * x * y * y % P
    m = 3 * x * x % P
    x3 = (m * m - 2 * s) % P
    return x3, (m * (s - x3) - 8 * pow(y, 4, P)) % P, 2 * y * z % P


def _add_affine(a, b):
    x1, y1, z1 = a
    if z1 == 0:
        return b[0], b[1], 1
    zz = z1 * z1 % P
    u, s = b[0] * zz % P, b[1] * zz * z1 % P
    if u == x1:
        return _double(a) if s == y1 else (0, 1, 0)
    h, r = u - x1, s - y1
    hh = h * h % P
    hhh = hh * h % P
    v = x1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y1 * hhh) % P, z1 * h % P


def _affine(a):
    inverse = pow(a[2], -1, P)
    square = inverse * inverse % P
    return a[0] * square % P, a[1] * square * inverse % P


def _window_table():
    """Multiples 1..15 of 16^i G: a product is then 64 additions."""
    table, base = [], G
    for _ in range(64):
        row, at = [base], (base[0], base[1], 1)
        for _ in range(15):
            at = _add_affine(at, base)
            row.append(_affine(at))
        table.append(row[:15])
        base = row[15]
    return table


_TABLE = _window_table()


def _times_g(k):
    at = (0, 1, 0)
    for i in range(64):
        digit = k >> (4 * i) & 15
        if digit:
            at = _add_affine(at, _TABLE[i][digit - 1])
    return _affine(at)


# ---------------------------------------------------------------- hashes, encodings

def tagged(tag, data):
    head = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(head + head + data).digest()


def number(value, size):
    return value.to_bytes(size, "little")


def text(value):
    raw = value.encode() if isinstance(value, str) else value
    return number(len(raw), 4) + raw


CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _checksum(values):
    check = 1
    for v in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ v
        for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= g if top >> i & 1 else 0
    return check


def bech32m(prefix, data):
    bits = int.from_bytes(data, "big") << (-len(data) * 8 % 5)
    count = (len(data) * 8 + 4) // 5
    words = [bits >> 5 * (count - 1 - i) & 31 for i in range(count)]
    head = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    check = _checksum(head + words + [0] * 6) ^ 0x2BC830A3
    return prefix + "1" + "".join(CHARSET[w] for w in words + [check >> 5 * (5 - i) & 31 for i in range(6)])


# ---------------------------------------------------------------- messages, by their numbers on the wire

def transfer(outputs):
    """[(address of 32 bytes, base units)] -> message 0."""
    body = number(0, 1) + number(len(outputs), 4)
    for to, amount in outputs:
        body += to + number(amount, 16) + text("")
    return body


def burn_for_credits(amount, min_credits=0):
    return number(10, 1) + number(amount, 16) + number(min_credits, 16)


def register_provider(endpoint=""):
    return number(20, 1) + text(endpoint)


def stake(provider, amount):
    return number(24, 1) + provider + number(amount, 16)


def commit_work(task, slot, root):
    return number(50, 1) + task + number(slot, 4) + root


def tx_body(chain_id, sender, nonce, fee, gas, valid_until, messages, memo="", version=1):
    return (number(version, 2) + text(chain_id) + sender + number(nonce, 8) + number(fee, 16) + number(gas, 8) +
            number(valid_until, 8) + text(memo) + number(len(messages), 4) + b"".join(messages))


def txid(body):
    return tagged("assay/tx", body)


class Key:
    def __init__(self, secret):
        d = int.from_bytes(secret, "big")
        assert 0 < d < N
        x, y = _times_g(d)
        # The key travels as x|y with the even y; BIP-340 signs with the secret of that point.
        self.d = d if y % 2 == 0 else N - d
        self.x = x.to_bytes(32, "big")
        self.public = self.x + (y if y % 2 == 0 else P - y).to_bytes(32, "big")
        self.address = tagged("assay/address", self.x)[:31] + b"\0"

    def name(self, prefix="assay"):
        return bech32m(prefix, self.address)

    def sign(self, message, auxiliary=bytes(32)):
        masked = (self.d ^ int.from_bytes(tagged("BIP0340/aux", auxiliary), "big")).to_bytes(32, "big")
        k = int.from_bytes(tagged("BIP0340/nonce", masked + self.x + message), "big") % N
        assert k != 0
        x, y = _times_g(k)
        if y % 2:
            k = N - k
        r = x.to_bytes(32, "big")
        e = int.from_bytes(tagged("BIP0340/challenge", r + self.x + message), "big") % N
        return r + ((k + e * self.d) % N).to_bytes(32, "big")

    def auth(self, body):
        return number(1, 1) + number(1, 4) + self.public + number(1, 4) + number(1, 1) + self.sign(txid(body))

    def sign_tx(self, chain_id, nonce, messages, fee=10_000, gas=100_000, valid_until=0, memo=""):
        body = tx_body(chain_id, self.address, nonce, fee, gas, valid_until, messages, memo)
        return body + self.auth(body)


def faucet_key():
    """The key that genesis/devnet.json publishes."""
    genesis = pathlib.Path(__file__).resolve().parents[2] / "genesis" / "devnet.json"
    return Key(bytes.fromhex(json.loads(genesis.read_text())["devnet"]["faucet"]["secret"]))
