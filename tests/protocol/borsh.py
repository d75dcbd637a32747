"""Borsh as docs/protocol.md §2 states it: values are described by small type objects, written and read by the same.

    OUTPUT = Struct(("to", ADDRESS), ("amount", U128), ("tag", STRING))
    raw = OUTPUT.encode({"to": bytes(32), "amount": 5, "tag": b""})
    OUTPUT.decode(raw)                         # Refused("encoding_trailing") and so on
"""


class Refused(Exception):
    """Bytes that are no canonical encoding; args[0] is the project's word for why."""


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if n > len(self.data) - self.at:
            raise Refused("encoding_truncated")
        self.at += n
        return self.data[self.at - n:self.at]


class Type:
    def encode(self, value):
        return self.write(value)

    def decode(self, data):
        reader = Reader(data)
        value = self.read(reader)
        if reader.at != len(data):
            raise Refused("encoding_trailing")
        return value


class Integer(Type):
    def __init__(self, size):
        self.size = size

    def write(self, value):
        return value.to_bytes(self.size, "little")

    def read(self, reader):
        return int.from_bytes(reader.take(self.size), "little")


class Flag(Type):
    def write(self, value):
        return b"\1" if value else b"\0"

    def read(self, reader):
        byte = reader.take(1)[0]
        if byte > 1:
            raise Refused("encoding_not_canonical")
        return byte == 1


class Enumeration(Type):
    def __init__(self, count):
        self.count = count

    def write(self, value):
        return bytes([value])

    def read(self, reader):
        byte = reader.take(1)[0]
        if byte >= self.count:
            raise Refused("encoding_not_canonical")
        return byte


class Fixed(Type):
    def __init__(self, size):
        self.size = size

    def write(self, value):
        if len(value) != self.size:
            raise ValueError(f"{len(value)} bytes where {self.size} are due")
        return value

    def read(self, reader):
        return reader.take(self.size)


class Text(Type):
    """A byte string with a u32 length: text, and bytes alike."""

    def write(self, value):
        value = value.encode() if isinstance(value, str) else value
        return U32.write(len(value)) + value

    def read(self, reader):
        return reader.take(U32.read(reader))


class List(Type):
    def __init__(self, of):
        self.of = of

    def write(self, values):
        return U32.write(len(values)) + b"".join(self.of.write(v) for v in values)

    def read(self, reader):
        count = U32.read(reader)
        if count > len(reader.data) - reader.at:
            raise Refused("encoding_truncated")
        return [self.of.read(reader) for _ in range(count)]


class Optional(Type):
    def __init__(self, of):
        self.of = of

    def write(self, value):
        return b"\0" if value is None else b"\1" + self.of.write(value)

    def read(self, reader):
        return self.of.read(reader) if FLAG.read(reader) else None


class Struct(Type):
    def __init__(self, *fields):
        self.fields = fields

    def write(self, value):
        extra = set(value) - {name for name, _ in self.fields}
        if extra:
            raise ValueError(f"no such field: {extra}")
        return b"".join(kind.write(value[name]) for name, kind in self.fields)

    def read(self, reader):
        return {name: kind.read(reader) for name, kind in self.fields}


class Union(Type):
    """{tag: (name, type)}; a value is the pair (name, fields)."""

    def __init__(self, alternatives):
        self.by_tag = alternatives
        self.tags = {name: tag for tag, (name, _) in alternatives.items()}

    def write(self, value):
        tag = self.tags[value[0]]
        return bytes([tag]) + self.by_tag[tag][1].write(value[1])

    def read(self, reader):
        tag = reader.take(1)[0]
        if tag not in self.by_tag:
            raise Refused("encoding_not_canonical")
        name, kind = self.by_tag[tag]
        return name, kind.read(reader)


U8, U16, U32, U64, U128 = Integer(1), Integer(2), Integer(4), Integer(8), Integer(16)
FLAG, TEXT = Flag(), Text()
HASH, ADDRESS, PUBLIC_KEY, SIGNATURE = Fixed(32), Fixed(32), Fixed(64), Fixed(64)
