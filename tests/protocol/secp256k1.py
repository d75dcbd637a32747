"""BIP-340 over secp256k1 in plain integers: slow, short, and written apart from the library that the node uses.

    key = public_key(secret)                 # 64 bytes x|y with even y, as auth carries it
    sig = sign(secret, txid, aux)            # 64 bytes
    verify(key[:32], txid, sig)              # True
"""

import hashlib

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
     0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8)


def tagged_hash(tag, data):
    """H(tag, data) of docs/protocol.md."""
    start = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(start + start + data).digest()


def add(a, b):
    if a is None:
        return b
    if b is None:
        return a
    if a[0] == b[0]:
        if a[1] != b[1]:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(point, n):
    out = None
    while n:
        if n & 1:
            out = add(out, point)
        point = add(point, point)
        n >>= 1
    return out


def lift_x(x):
    """The point with this x and an even y, or None."""
    if x >= P:
        return None
    square = (pow(x, 3, P) + 7) % P
    y = pow(square, (P + 1) // 4, P)
    if y * y % P != square:
        return None
    return x, y if y % 2 == 0 else P - y


def public_key(secret):
    point = multiply(G, int.from_bytes(secret, "big"))
    y = point[1] if point[1] % 2 == 0 else P - point[1]
    return point[0].to_bytes(32, "big") + y.to_bytes(32, "big")


def sign(secret, message, aux=bytes(32)):
    number = int.from_bytes(secret, "big")
    if not 0 < number < N:
        raise ValueError("the secret key is out of range")
    point = multiply(G, number)
    if point[1] % 2:
        number = N - number
    x = point[0].to_bytes(32, "big")
    mask = tagged_hash("BIP0340/aux", aux)
    masked = bytes(a ^ b for a, b in zip(number.to_bytes(32, "big"), mask))
    nonce = int.from_bytes(tagged_hash("BIP0340/nonce", masked + x + message), "big") % N
    if nonce == 0:
        raise ValueError("no nonce")
    r = multiply(G, nonce)
    if r[1] % 2:
        nonce = N - nonce
    rx = r[0].to_bytes(32, "big")
    e = int.from_bytes(tagged_hash("BIP0340/challenge", rx + x + message), "big") % N
    return rx + ((nonce + e * number) % N).to_bytes(32, "big")


def verify(x_only, message, signature):
    if len(x_only) != 32 or len(signature) != 64:
        return False
    point = lift_x(int.from_bytes(x_only, "big"))
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if point is None or r >= P or s >= N:
        return False
    e = int.from_bytes(tagged_hash("BIP0340/challenge", signature[:32] + x_only + message), "big") % N
    out = add(multiply(G, s), multiply(point, N - e))
    return out is not None and out[1] % 2 == 0 and out[0] == r
