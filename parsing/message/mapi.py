"""MAPI properties as they stand in a TNEF stream: a list of tagged values (MS-OXTNEF, 2.1.3.4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

Value = int | str | bytes

_FIXED = {  #: bytes of one value, padding included, by property type (MS-OXCDATA, 2.11.1)
    0x0000: 0,
    0x0001: 0,
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
STRING, UNICODE, OBJECT, BINARY = 0x001E, 0x001F, 0x000D, 0x0102
_VARIABLE = (STRING, UNICODE, OBJECT, BINARY)
_MANY = 0x1000  #: flag of a type: several values
_NAMED = 0x8000  #: from here on properties carry their name with them
_MAX_PROPERTIES = 10_000  #: a message has some hundred


class Damaged(ValueError):
    """The stream ends, or says something impossible, in the midst of a value."""


class Cursor:
    """A place in bytes that moves on as values are taken."""

    def __init__(self, data: bytes, position: int = 0) -> None:
        self._data = data
        self.position = position

    def take(self, size: int) -> bytes:
        """The next so many bytes."""
        end = self.position + size
        if end > len(self._data):
            raise Damaged
        taken = self._data[self.position : end]
        self.position = end
        return taken

    def number(self, shape: str = "<I") -> int:
        """The next integer, of a struct's shape."""
        return int(struct.unpack(shape, self.take(struct.calcsize(shape)))[0])

    def padded(self, size: int) -> bytes:
        """The next so many bytes, and past the padding to a multiple of four behind them."""
        taken = self.take(size)
        self.position = min(self.position + -size % 4, len(self._data))
        return taken

    @property
    def at_end(self) -> bool:
        """Nothing is left."""
        return self.position >= len(self._data)


def properties(data: bytes, codepage: str) -> dict[int, Value]:
    """The first value of each property that is not named, by its id; what stands before any damage."""
    found: dict[int, Value] = {}
    cursor = Cursor(data)
    try:
        for _ in range(min(cursor.number(), _MAX_PROPERTIES)):
            kind, name = cursor.number("<H"), cursor.number("<H")
            if name >= _NAMED:
                _skip_name(cursor)
            value = next(iter([*_values(cursor, kind, codepage)]), None)
            if value is not None and name < _NAMED:
                found.setdefault(name, value)
    except Damaged:
        pass  # what came before it is good
    return found


def _skip_name(cursor: Cursor) -> None:
    cursor.take(16)  # the namespace's GUID
    if cursor.number() == 0:
        cursor.take(4)
    else:
        cursor.padded(cursor.number())


def _values(cursor: Cursor, kind: int, codepage: str) -> Iterator[Value]:
    base = kind & ~_MANY
    if base in _VARIABLE:
        for _ in range(_count(cursor)):
            yield _text_or_bytes(base, cursor.padded(cursor.number()), codepage)
        return
    if base not in _FIXED:
        raise Damaged
    for _ in range(_count(cursor) if kind & _MANY else 1):
        yield int.from_bytes(cursor.take(_FIXED[base])[:4], "little")


def _count(cursor: Cursor) -> int:
    count = cursor.number()
    if count > _MAX_PROPERTIES:
        raise Damaged
    return count


def _text_or_bytes(kind: int, raw: bytes, codepage: str) -> Value:
    if kind == STRING:
        return raw.decode(codepage, "replace").rstrip("\x00")
    return raw.decode("utf-16-le", "replace").rstrip("\x00") if kind == UNICODE else raw
