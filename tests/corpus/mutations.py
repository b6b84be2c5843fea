"""Mails damaged at random, the same way for the same number."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.corpus import foreign
from tests.corpus.golden import mails

_MAX_SEED = 200_000  #: bytes of a mail that is damaged: the structure is in the small ones
_MAX_CUT = 400
_TOKENS = (
    *(b"\r\n", b"\n\n", b"\r", b"\x00", b"--", b"=?utf-8?b?", b"?=", b"=", b"<", b">", b'"', b"(", b";", b":", b","),
    *(
        b"\xff\xfe",
        b"\xe3\x81",
        b"\xf0\x9f\x98",
        b"\x1b$B",
        b"charset=utf-7",
        b"From ",
        b"begin 644 x\n",
        b"<!--",
        b"<div>",
    ),
    *(b"Content-Type: multipart/mixed; boundary=x\n\n", b"Content-Transfer-Encoding: base64\n", b"\x78\x9f\x3e\x22"),
)


def seeds() -> list[tuple[str, bytes]]:
    """The corpus's own mails, and the foreign ones where they are at hand: name and bytes."""
    own = [(golden.name, golden.content) for golden in mails()]
    others = [(f"{path.parent.name}/{path.name}", path) for path in foreign.paths() if path.stat().st_size <= _MAX_SEED]
    return [*own, *((name, path.read_bytes()) for name, path in others)]


def mutated(number: int, among: list[tuple[str, bytes]]) -> tuple[str, bytes]:
    """The mail of that number: the name of what it was made of, and its bytes."""
    dice = random.Random(number)
    name, content = dice.choice(among)
    for _ in range(dice.randint(1, 6)):
        content = dice.choice(_DAMAGES)(dice, content, among)
    return name, content


def _place(dice: random.Random, content: bytes) -> int:
    """Somewhere, the first KiB more often than the rest: there the structure is."""
    return dice.randint(0, min(len(content), 1024) if dice.random() < 0.5 else len(content))


def _flip(dice: random.Random, content: bytes, _among: list[tuple[str, bytes]]) -> bytes:
    place = _place(dice, content)
    return content[:place] + bytes([dice.randrange(256)]) + content[place + 1 :]


def _cut(dice: random.Random, content: bytes, _among: list[tuple[str, bytes]]) -> bytes:
    place = _place(dice, content)
    return content[:place] + content[place + dice.randint(1, _MAX_CUT) :]


def _double(dice: random.Random, content: bytes, _among: list[tuple[str, bytes]]) -> bytes:
    place = _place(dice, content)
    return content[:place] + content[place : place + dice.randint(1, _MAX_CUT)] * 2 + content[place:]


def _insert(dice: random.Random, content: bytes, _among: list[tuple[str, bytes]]) -> bytes:
    place = _place(dice, content)
    return content[:place] + dice.choice(_TOKENS) + content[place:]


def _end(dice: random.Random, content: bytes, _among: list[tuple[str, bytes]]) -> bytes:
    return content[: dice.randint(0, len(content))]


def _splice(dice: random.Random, content: bytes, among: list[tuple[str, bytes]]) -> bytes:
    other = dice.choice(among)[1]
    begin = dice.randint(0, len(other))
    place = _place(dice, content)
    return content[:place] + other[begin : begin + _MAX_CUT] + content[place:]


def _line_ends(dice: random.Random, content: bytes, _among: list[tuple[str, bytes]]) -> bytes:
    unix = content.replace(b"\r\n", b"\n")
    return unix.replace(b"\n", dice.choice((b"\n", b"\r\n", b"\r")))


def _swap_lines(dice: random.Random, content: bytes, _among: list[tuple[str, bytes]]) -> bytes:
    lines = content.split(b"\n")
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


_Damage = Callable[[random.Random, bytes, list[tuple[str, bytes]]], bytes]
_DAMAGES: tuple[_Damage, ...] = (_flip, _cut, _double, _insert, _insert, _end, _splice, _line_ends, _swap_lines)
