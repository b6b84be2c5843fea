"""No text makes reading it slow, however it is made.

Patterns are tried through the functions that use them, for what these show them is bounded: lines are cut.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest

from parsing.body.html import to_text
from parsing.body.language import language
from parsing.body.quotes import divide

LONG = 1_000_000  #: code points of one hostile text
MOST = 1.0  #: seconds of CPU, a function and text: hundreds of times what is measured where nothing is wrong

#: what repetition turns into work: beginnings of what the patterns look for, without the end that they wait for
PIECES = (
    "a",
    " ",
    "\t",
    "\n",
    "\u00a0",
    "1",
    "-",
    "_",
    "=",
    "*",
    ">",
    "> ",
    "<",
    "<a",
    "</",
    "<!--",
    "&",
    "&#",
    "@",
    "a@",
    "a@b.",
    "<a@b",
    "(a@b",
    "[",
    "(",
    ":",
    "：",
    "a:",
    "a :",
    "From: ",
    "Dari: a",
    "On ",
    "On 1",
    "Pada 1.1.2026 10.00 ",
    "wrote ",
    "wrote: ",
    "menulis",
    "1/1/",
    "1. 1. ",
    "10:00",
    "2026",
    ", ",
    ". ",
    "!",
    "?",
    "'",
    '"',
    "--",
    "-- \n",
    "—",
    "写道",
    "从我的",
    "Sent from ",
    "Dikirim dari a ",
    "a a ",
    "A ",
    "Regards,\n",
    "display :",
    "display:",
    "max-height:0.",
    "opacity:0",
    "margin:",
    "<style>",
    "<script ",
    "http://",
    "https://a",
    "x{",
    "}",
    "é",
    "ß",
    "🎉",
    "\u200b",
    "\u200c",
    "ａ",
    "a'",
    "a’",
    "[a",
    "balas ",
    "di atas ",
    "unsubscribe",
    "confidential ",
    "+62 ",
    "0812-",
    "border-top:solid #e1e1e1 ",
    "url",
    "\\",
)


def _hostile(length: int) -> Iterator[tuple[str, str]]:
    for piece in PIECES:
        repeated = piece * (length // len(piece))
        yield repr(piece), repeated
        yield f"{piece!r} and an end", repeated + "\x00!"
    for first, second in itertools.pairwise(PIECES):
        yield f"{first + second!r}", (first + second) * (length // len(first + second))


def _cost(work: object, *arguments: str) -> float:
    start = time.process_time()
    work(*arguments)  # type: ignore[operator]
    return time.process_time() - start


@pytest.mark.parametrize("work", [divide, language, to_text], ids=["divide", "language", "to_text"])
def test_no_long_text_makes_reading_slow(work: object) -> None:
    """A megabyte of a few of them."""
    for name, text in list(_hostile(LONG))[::17]:
        assert _cost(work, text) < 5 * MOST, name


@pytest.mark.battery
def test_no_text_makes_reading_slow() -> None:
    """Every hostile text of a megabyte, divided, told its language, and read as HTML."""
    for work in (divide, language, to_text):
        costs = sorted(((_cost(work, text), name) for name, text in _hostile(LONG)), reverse=True)
        print(f"  {work.__name__}: " + ", ".join(f"{cost * 1000:.0f} ms on {name}" for cost, name in costs[:4]))
        assert costs[0][0] < MOST
