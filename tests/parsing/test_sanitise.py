"""HTML of strangers is harmless when it leaves us: nothing runs, nothing is fetched, nothing covers what is ours."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from parsing.body.sanitise import sanitise

VECTORS: list[str] = json.loads(Path(__file__).with_name("hostile").joinpath("html.json").read_text())

_HARMLESS = frozenset(
    "a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr i "
    "img ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr".split()
)
_REACHING = frozenset(
    "action background cite code data formaction lowsrc dynsrc ping poster srcdoc srcset usemap xlink:href".split()
)
_STYLE = re.compile(r"url|expression|import|position|float|margin|z-index|opacity|\\|@|var\(", re.IGNORECASE)


class _Reader(HTMLParser):
    """The standard library's parser, which reads otherwise than html5ever does."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def _by_two_parsers(html: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    yield from reader.elements
    body = LexborHTMLParser(f"<body><div>{html}</div></body>").body
    assert body is not None
    for node in body.css("*"):
        if node.tag != "body":
            yield node.tag or "", dict(node.attributes)


def _harm(html: str) -> list[str]:
    """What could still run, fetch or cover something, in words."""
    found = []
    for tag, attributes in _by_two_parsers(html):
        if tag not in _HARMLESS:
            found.append(f"element {tag}")
        for name, value in attributes.items():
            address = (value or "").strip().lower()
            if name.startswith("on") or name in _REACHING or name in ("id", "class", "name", "target"):
                found.append(f"attribute {name}")
            if name == "src" and not address.startswith("cid:"):
                found.append(f"fetches {address}")
            if name == "href" and not address.startswith(("http://", "https://", "mailto:", "tel:")):
                found.append(f"leads to {address}")
            if name == "style" and _STYLE.search(address):
                found.append(f"style {address}")
    return found


def test_there_are_enough_of_them() -> None:
    """At least 150, all different."""
    assert len(set(VECTORS)) == len(VECTORS) >= 150


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_nothing_hostile_is_left(number: int) -> None:
    """Alone, in a quote, in a cell, and cleaned twice; as two parsers see it."""
    vector = VECTORS[number]
    for html in (vector, f"<blockquote><p>{vector}</p></blockquote>", f"<table><tr><td>{vector}</td></tr></table>"):
        once = sanitise(html)
        assert not _harm(once), once
        assert not _harm(sanitise(once))


def test_the_judge_sees_harm() -> None:
    """Uncleaned, nearly all of them are seen to be harmful: the test above can fail."""
    assert sum(bool(_harm(vector)) for vector in VECTORS) > 0.9 * len(VECTORS)


def test_honest_mail_stays_as_it_is() -> None:
    """Words, lists, tables, links, colours, and pictures that came with the mail."""
    html = (
        '<p>Halo <b>min</b>,</p><ul><li>satu</li></ul><table border="1"><tbody><tr><td>ID</td><td>TRX-1</td></tr></tbody></table>'
        '<img src="cid:bukti" alt="bukti"><span style="color:red">merah</span>'
    )
    assert sanitise(html) == html


def test_links_say_nothing_of_us() -> None:
    """Where they lead is told neither who sent us nor which page of ours opened it."""
    assert 'rel="noopener noreferrer nofollow"' in sanitise('<a href="https://contoh.example">x</a>')


@pytest.mark.parametrize(
    "bomb", ["<div>" * 100_000, "&" * 1_000_000, "<p>" + "<b>" * 300 + "</p>" + "<p>x</p>" * 50_000]
)
def test_a_bomb_is_shown_as_words(bomb: str) -> None:
    """HTML that is made to cost a parser's time is not given to one."""
    start = time.process_time()
    assert not _harm(sanitise(bomb))
    assert time.process_time() - start < 5
