"""HTML → text as a person would read it, by a real parser and one walk over its tree.

Blocks and line breaks as lines, lists with their signs, tables as rows with a tab between cells, links with their
address. What is not to be seen is left out: scripts, styles, comments, what a style hides, pictures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from parsing.body.bombs import crude_text, is_bomb
from parsing.body.clients import is_history, mark_of
from parsing.body.marks import NO_MARKS, Marks
from parsing.body.page import Page
from parsing.message.limits import MAX_HTML

_UNSEEN = frozenset(
    "head script style template title -comment object svg math select datalist iframe audio video canvas".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre "
    "section summary table tbody thead tfoot tr ul body html caption".split()
)
#: blocks that hold a cell's words and break no row
_SOFT = frozenset({"p", "div", "center", "section", "article"})
_APART = frozenset("p h1 h2 h3 h4 h5 h6 ul ol dl blockquote pre".split())
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|max-height\s*:\s*0(?![.\d]*[1-9])|opacity\s*:\s*0(?!\.?0*[1-9])",
    re.IGNORECASE,
)
_NO_MARGIN = re.compile(r"(?<![-\w])margin(?:-bottom)?\s*:\s*0", re.IGNORECASE)
_MAX_RULES = 2_000  #: of a style sheet that are looked through
_MAX_LINK = 1_000  #: code points of an address that are shown
_DEEPEST_LIST = 8  #: further in than this, an item is not moved
_DIGITS = 7  #: of a list's first number
_TELLING = frozenset({"id", "class", "style", "name"})  #: attributes by which clients know their elements
_SELECTOR = re.compile(r"[.#][\w-]{1,80}")
_WRITTEN_AS = re.compile(r"\A(?:https?://|ftp://|mailto:|tel:)(?:www\.)?", re.IGNORECASE)  #: what people leave out
_SHOWN_SCHEMES = ("http://", "https://", "ftp://", "mailto:", "tel:")


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a person sees of a part."""

    text: str
    marks: Marks = NO_MARKS
    from_html: bool = True


def to_text(html: str) -> Seen:
    """The visible words of an HTML document; linear in its size, cut at MAX_HTML code points.

    Of one that nobody wrote in earnest, the tags are cut out and the rest is shown.
    """
    shown = html[:MAX_HTML].replace("\x00", "")
    if is_bomb(shown):
        return Seen(text=crude_text(shown))
    walk = _Walk()
    walk.over(LexborHTMLParser(shown).root)
    return Seen(text=walk.page.text(), marks=walk.page.marks())


class _Walk:
    """One walk over a tree, without recursion: down to children, on to what follows, up to parents."""

    def __init__(self) -> None:
        self.page = Page()
        self._depth = 0
        self._marked: list[int] = []  #: the depths of the open elements that bear a mark
        self._counters: list[int | None] = []  #: of the open lists: the next number, None where they have signs
        self._hidden: set[str] = set()  #: ".class" and "#id" that a style sheet hides
        self._link: tuple[int, str] | None = None  #: where the open link began, and where it leads

    def over(self, node: Any) -> None:
        """Write what a tree says."""
        while node is not None:
            entered = self._enter(node)
            child = node.first_child if entered else None
            if child is not None:
                self._depth += 1
                node = child
            else:
                node = self._onwards(node, entered=entered)

    def _onwards(self, node: Any, *, entered: bool) -> Any:
        """Leave a node, and every parent whose last child it was; give the next one, None at the end."""
        while node is not None:
            if entered:
                self._leave(node)
            following = node.next
            if following is not None:
                return following
            node, entered = node.parent, True
            self._depth -= 1
        return None

    def _enter(self, node: Any) -> bool:
        """Write what a node says before its children; False where its children are not to be seen."""
        tag = node.tag
        if tag == "-text":
            self.page.words(node.text_content or "")
            return False
        if tag in _UNSEEN:
            if tag == "head":
                return True
            if tag == "style":
                self._hidden |= _hidden_by(node.text(deep=True) or "")
            return False
        attributes = node.attributes
        if attributes:
            if self._is_hidden(attributes):
                return False
            self._heed(tag, attributes)
        self._open(tag, attributes)
        return True

    def _is_hidden(self, attributes: dict[str, str | None]) -> bool:
        if "hidden" in attributes or _HIDDEN.search(attributes.get("style") or ""):
            return True
        if not self._hidden:
            return False
        names = {f".{name}" for name in (attributes.get("class") or "").split()}
        return bool(self._hidden & names) or f"#{attributes.get('id')}" in self._hidden

    def _heed(self, tag: str, attributes: dict[str, str | None]) -> None:
        """Note what a mail client says of the element."""
        if tag != "blockquote" and not attributes.keys() & _TELLING:
            return
        if is_history(attributes):
            self.page.history_follows()
        mark = mark_of(tag, attributes)
        if mark is not None:
            self.page.enter(mark)
            self._marked.append(self._depth)

    def _open(self, tag: str, attributes: dict[str, str | None]) -> None:
        page = self.page
        if tag == "br":
            page.line_break()
        elif tag in _BLOCKS:
            self._edge(tag, attributes, lists=0)
        if tag in ("ul", "ol"):
            self._counters.append(_number(attributes.get("start")) if tag == "ol" else None)
        elif tag == "li":
            self._item()
        elif tag == "a":
            self._link = (page.place(), (attributes.get("href") or "").strip())
        elif tag == "img" and self._link and attributes.get("alt"):
            page.words(f" {attributes['alt']} ")
        page.preformatted += tag == "pre"

    def _leave(self, node: Any) -> None:
        tag, page = node.tag, self.page
        page.preformatted -= tag == "pre"
        if tag == "a":
            self._close_link()
        elif tag in _BLOCKS:
            self._edge(tag, node.attributes, lists=1)
        elif tag in ("td", "th"):
            page.cell()
        if tag in ("ul", "ol") and self._counters:
            self._counters.pop()
        if self._marked and self._marked[-1] == self._depth:
            self._marked.pop()
            page.leave()

    def _edge(self, tag: str, attributes: dict[str, str | None], *, lists: int) -> None:
        """A block's beginning or end; a list stands apart unless it stands in more lists than it is itself."""
        inner = tag in ("ul", "ol") and len(self._counters) > lists
        self.page.block(1 if inner else _lines(tag, attributes), hard=tag not in _SOFT)

    def _item(self) -> None:
        """An item's sign or number, further in for each list around its list."""
        counter = self._counters[-1] if self._counters else None
        if counter is not None:
            self._counters[-1] = counter + 1
        indent = "  " * (min(len(self._counters), _DEEPEST_LIST) - 1)
        self.page.item(indent + ("•" if counter is None else f"{counter}."))

    def _close_link(self) -> None:
        """Write a link's address behind its words, unless they are the address."""
        if self._link is None:
            return
        place, address = self._link
        self._link = None
        if len(address) > _MAX_LINK or not address.lower().startswith(_SHOWN_SCHEMES):
            return
        said = self.page.said_since(place)
        shown = _WRITTEN_AS.sub("", unescape(address)).split("?subject=")[0].rstrip("/")
        if said.strip() and shown.lower() not in "".join(said.split()).lower():
            self.page.words(f" ({shown if address.lower().startswith(('mailto:', 'tel:')) else address})")


def _number(start: str | None) -> int:
    return int(start) if start and start.isascii() and start.isdigit() and len(start) < _DIGITS else 1


def _lines(tag: str, attributes: dict[str, str | None]) -> int:
    """How many lines lower than the last words a block's first words stand."""
    if tag not in _APART:
        return 1
    if tag == "p" and (
        (attributes.get("class") or "").startswith("Mso") or _NO_MARGIN.search(attributes.get("style") or "")
    ):
        return 1  # Outlook's paragraphs are its lines
    return 2


def _hidden_by(css: str) -> set[str]:
    """The classes and ids that a style sheet hides everywhere, rules for some screens only left out."""
    if "none" not in css and "hidden" not in css:
        return set()
    hidden: set[str] = set()
    depth = 0
    for rule in css.split("}", _MAX_RULES)[:_MAX_RULES]:
        opened = rule.count("{")
        if depth == 0 and opened == 1:
            selectors, _, body = rule.partition("{")
            if _HIDDEN.search(body):
                hidden.update(name for name in map(str.strip, selectors.split(",")) if _SELECTOR.fullmatch(name))
        depth = max(0, depth + opened - 1)
    return hidden
