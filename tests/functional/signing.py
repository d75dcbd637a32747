"""Transactions made without a line of the project's code: the second implementation in tests/protocol, written from the
texts, with a signer that is quick enough to load a node.

    key = Key(bytes.fromhex("…"))
    raw = key.sign_tx("assay-devnet-1", nonce=0, valid_until=500, messages=[transfer([(receiver, 5)])])

For tests only: it does not run in constant time. A node that takes these transactions takes those of any wallet that
follows the same texts.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "protocol"))
from borsh import TEXT, U16, U32, U64, U128  # noqa: E402
from messages import AUTH, MESSAGE, address_of, bech32m  # noqa: E402
from secp256k1 import G, N, P, tagged_hash  # noqa: E402


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


# ---------------------------------------------------------------- messages and transactions

def transfer(outputs):
    """[(address of 32 bytes, base units)]"""
    return MESSAGE.encode(("transfer", {"outputs": [{"to": to, "amount": n, "tag": ""} for to, n in outputs]}))


def burn_for_credits(amount, min_credits=0, credits=0):
    return MESSAGE.encode(("burn_for_credits", {"amount": amount, "min_credits": min_credits, "credits": credits}))


def register_provider(endpoint=""):
    return MESSAGE.encode(("register_provider", {"endpoint": endpoint}))


def stake(provider, amount):
    return MESSAGE.encode(("stake", {"provider": provider, "amount": amount}))


def commit_work(task, slot, root):
    return MESSAGE.encode(("commit_work", {"task": task, "slot": slot, "root": root, "provider": None}))


def tx_body(chain_id, sender, nonce, fee, gas, valid_until, messages, memo="", version=1):
    """From messages in bytes, so that malformed ones can be put in too."""
    return (U16.write(version) + TEXT.write(chain_id) + sender + U64.write(nonce) + U128.write(fee) + U64.write(gas) +
            U64.write(valid_until) + TEXT.write(memo) + U32.write(len(messages)) + b"".join(messages))


class Key:
    def __init__(self, secret):
        d = int.from_bytes(secret, "big")
        assert 0 < d < N
        x, y = _times_g(d)
        # The key travels as x|y with the even y; BIP-340 signs with the secret of that point.
        self.d = d if y % 2 == 0 else N - d
        self.x = x.to_bytes(32, "big")
        self.public = self.x + (y if y % 2 == 0 else P - y).to_bytes(32, "big")
        self.address = address_of(self.public)

    def name(self, prefix="assay"):
        return bech32m(prefix, self.address)

    def sign(self, message, auxiliary=bytes(32)):
        masked = (self.d ^ int.from_bytes(tagged_hash("BIP0340/aux", auxiliary), "big")).to_bytes(32, "big")
        k = int.from_bytes(tagged_hash("BIP0340/nonce", masked + self.x + message), "big") % N
        assert k != 0
        x, y = _times_g(k)
        if y % 2:
            k = N - k
        r = x.to_bytes(32, "big")
        e = int.from_bytes(tagged_hash("BIP0340/challenge", r + self.x + message), "big") % N
        return r + ((k + e * self.d) % N).to_bytes(32, "big")

    def auth(self, body):
        return AUTH.encode({"threshold": 1, "keys": [self.public], "signatures": [self.sign(tagged_hash("assay/tx", body))]})

    def sign_tx(self, chain_id, nonce, messages, fee=10_000, gas=100_000, valid_until=0, memo=""):
        body = tx_body(chain_id, self.address, nonce, fee, gas, valid_until, messages, memo)
        return body + self.auth(body)


def faucet_key():
    """The key that genesis/devnet.json publishes."""
    genesis = pathlib.Path(__file__).resolve().parents[2] / "genesis" / "devnet.json"
    return Key(bytes.fromhex(json.loads(genesis.read_text())["devnet"]["faucet"]["secret"]))
