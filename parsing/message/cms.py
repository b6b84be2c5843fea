"""S/MIME's opaque forms (RFC 8551, 3.4 and 3.5): what was signed is taken out, what was encrypted is told.

Just enough of BER (ITU X.690) to find the signed octets in a CMS SignedData (RFC 5652, 5.1). No signature is checked
here: whom to believe is decided by other means.
"""

from __future__ import annotations

from dataclasses import dataclass

_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117"))
_SEQUENCE, _OID, _OCTETS, _SET, _INTEGER = 0x10, 0x06, 0x04, 0x11, 0x02
_MAX_DEPTH = 8  #: of octets within octets; makers use one level
_LONG = 0x80  #: a length of more than one byte, or an indefinite one


class _NotBer(ValueError):
    """The bytes are something else."""


@dataclass(frozen=True, slots=True)
class _Item:
    tag: int  #: number of the tag, class left out
    constructed: bool
    start: int
    end: int | None  #: None: indefinite, up to an end-of-contents


def signed_content(data: bytes) -> bytes | None:
    """The MIME entity that a SignedData holds; None where there is none, or it is something else."""
    try:
        place = _content_of(data, (_SIGNED,))
        if place is None:
            return None
        inner = _enter(data, place, _SEQUENCE)
        position = _after(_expect(data, inner, _INTEGER))
        position = _after(_expect(data, position, _SET))
        encapsulated = _enter(data, position, _SEQUENCE)
        explicit = _read(data, _after(_expect(data, encapsulated, _OID)))
        octets = b"".join(_octets(data, _read(data, explicit.start), 0))
    except (_NotBer, IndexError):
        return None
    return octets or None


def is_encrypted(data: bytes) -> bool:
    """Whether it is a CMS EnvelopedData or its authenticated kin."""
    try:
        return _content_of(data, _ENVELOPED) is not None
    except (_NotBer, IndexError):
        return False


def _content_of(data: bytes, kinds: tuple[bytes, ...]) -> int | None:
    """Where the content of a ContentInfo of one of these kinds begins."""
    kind = _expect(data, _enter(data, 0, _SEQUENCE), _OID)
    if data[kind.start : kind.end] not in kinds:
        return None
    return _read(data, _after(kind)).start


def _read(data: bytes, position: int) -> _Item:
    first, length = data[position], data[position + 1]
    position += 2
    constructed = bool(first & 0x20)
    if length == _LONG:
        return _Item(first & 0x1F, constructed, position, None)
    if length > _LONG:
        size = length & 0x7F
        length = int.from_bytes(data[position : position + size], "big")
        position += size
    if position + length > len(data):
        raise _NotBer
    return _Item(first & 0x1F, constructed, position, position + length)


def _expect(data: bytes, position: int, tag: int) -> _Item:
    item = _read(data, position)
    if item.tag != tag:
        raise _NotBer
    return item


def _enter(data: bytes, position: int, tag: int) -> int:
    return _expect(data, position, tag).start


def _after(item: _Item) -> int:
    if item.end is None:
        raise _NotBer  # only the outermost ones and the octets are indefinite in practice
    return item.end


def _octets(data: bytes, item: _Item, depth: int) -> list[bytes]:
    """The octets of a string that may be made of pieces."""
    if not item.constructed:
        return [data[item.start : item.end]]
    if depth == _MAX_DEPTH:
        raise _NotBer
    pieces: list[bytes] = []
    position = item.start
    while position < (len(data) if item.end is None else item.end):
        piece = _read(data, position)
        if item.end is None and piece.tag == 0:
            break
        if piece.tag != _OCTETS or piece.end is None:
            raise _NotBer
        pieces += _octets(data, piece, depth + 1)
        position = piece.end
    return pieces
