"""HTML → text as a person would read it, by a real parser and one walk over its tree.

First version: blocks, line breaks, lists, table rows, preformatted text; scripts, styles and hidden elements dropped.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from parsing.message.limits import MAX_HTML, MAX_HTML_DEPTH

_UNSEEN = frozenset({"head", "script", "style", "template", "noscript", "title", "-comment", "object", "svg", "select"})
_BLOCKS = frozenset(
    "address article aside blockquote center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
    "section table tbody thead tfoot tr ul body html".split()
)
_APART = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_MARKUP = re.compile(r"<[^<>]{0,2000}>?")
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_SPACES = re.compile(r"[ \t\r\n\f\u200b\u200c\ufeff\u00ad\u034f]+")
_BLANK_RUNS = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r"[ \u00a0]+\n")


class _Page:
    """Text under construction: remembers how many line breaks are owed before the next words."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._owed = 0
        self._at_line_start = True
        self._space = False
        self.preformatted = 0  #: how many elements that keep their white space are open

    def words(self, text: str) -> None:
        if self.preformatted:
            self._put(text)
            return
        squeezed = _SPACES.sub(" ", text)
        if squeezed == " " or not squeezed:
            self._space = bool(squeezed)
            return
        self._space = self._space or squeezed[0] == " "
        self._put(squeezed.strip(" "))
        self._space = squeezed[-1] == " "

    def _put(self, text: str) -> None:
        if self._owed and self._pieces:
            self._pieces.append("\n" * self._owed)
        elif self._space and not self._at_line_start:
            self._pieces.append(" ")
        self._owed, self._space = 0, False
        self._pieces.append(text)
        self._at_line_start = text.endswith("\n")

    def line_break(self) -> None:
        self._owed += 1
        self._at_line_start, self._space = True, False

    def block(self, lines: int) -> None:
        self._owed = max(self._owed, lines)
        self._at_line_start, self._space = True, False

    def text(self) -> str:
        joined = _LINE_ENDS.sub("\n", "".join(self._pieces))
        return _BLANK_RUNS.sub("\n\n", joined).strip("\n ")


def to_text(html: str) -> str:
    """The visible words of an HTML document; linear in its size, cut at MAX_HTML code points.

    Of one that is nested deeper than MAX_HTML_DEPTH, which no person wrote, the tags are cut out and the rest is shown.
    """
    shown = html[:MAX_HTML].replace("\x00", "")
    if shown.count("<") > MAX_HTML_DEPTH and _depth(shown) > MAX_HTML_DEPTH:
        return unescape(_MARKUP.sub(" ", shown))
    node: Any = LexborHTMLParser(shown).root
    page = _Page()
    while node is not None:
        entered = _enter(page, node)
        child = node.first_child if entered else None
        node = child if child is not None else _onwards(page, node, entered=entered)
    return page.text()


def _depth(html: str) -> int:
    """How many elements are open at once, at the most, if nothing is closed that is not closed in words."""
    depth = most = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _VOID:
            depth += -1 if tag[1] else 1
            most = max(most, depth)
    return most


def _onwards(page: _Page, node: Any, *, entered: bool) -> Any:
    """Leave a node, and every parent whose last child it was; give the next one, None at the end."""
    while node is not None:
        if entered:
            _leave(page, node)
        following = node.next
        if following is not None:
            return following
        node, entered = node.parent, True
    return None


def _enter(page: _Page, node: Any) -> bool:
    """Write what a node says before its children; False where its children are not to be seen."""
    tag = node.tag
    if tag == "-text":
        page.words(node.text_content or "")
        return False
    if tag in _UNSEEN or (node.attributes and _is_hidden(node.attributes)):
        return False
    if tag == "br":
        page.line_break()
    elif tag in _BLOCKS:
        page.block(2 if tag in _APART else 1)
    if tag == "li":
        page.words("• ")
    page.preformatted += tag == "pre"
    return True


def _leave(page: _Page, node: Any) -> None:
    tag = node.tag
    page.preformatted -= tag == "pre"
    if tag in _BLOCKS:
        page.block(2 if tag in _APART else 1)
    elif tag in ("td", "th"):
        page.words(" ")


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style") or ""))
