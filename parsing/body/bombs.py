"""HTML that nobody wrote in earnest: made to cost a parser's time or memory, and never given to one."""

from __future__ import annotations

import re
from html import unescape

from parsing.message.limits import MAX_HTML_DEPTH

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_MARKUP = re.compile(
    r"<(?:style|script)\b[^>]{0,500}>[^<]*|<!--(?:(?!-->)[^<])*(?:-->)?|<[^<>]{0,2000}>?", re.IGNORECASE
)
#: elements without an end, or whose end is mostly left out
_UNNESTED = frozenset(
    "area base br col embed hr img input link meta source track wbr p li td th tr tbody dd dt option".split()
)
#: elements that a parser opens anew in every block below the one in which they were left open (HTML, 13.2.4.3)
_FORMATTING = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_MAX_REOPENED = 150_000  #: nodes that these could grow to; an honest mail of a megabyte has a tenth of them
_MAX_AMPERSANDS = 50_000  #: a cleaner's tokenizer looks back over them; a mail that is all hard spaces has a tenth


def is_bomb(html: str) -> bool:
    """Whether too many elements are open at once, or too many formats are left open over too many blocks."""
    return html.count("&") > _MAX_AMPERSANDS or (html.count("<") > MAX_HTML_DEPTH and _grows(html))


def _grows(html: str) -> bool:
    """Count what is opened and not closed, as the words of the document say it."""
    depth = formats = tags = most_formats = 0
    for tag in _TAG.finditer(html):
        name, tags = tag[2].lower(), tags + 1
        if name in _UNNESTED:
            continue
        step = -1 if tag[1] else 1
        depth += step
        if name in _FORMATTING:
            formats = max(0, formats + step)
            most_formats = max(most_formats, formats)
        if depth > MAX_HTML_DEPTH:
            return True
    return most_formats * tags > _MAX_REOPENED


def crude_text(html: str) -> str:
    """The words of an HTML document without regard to what is seen of it: quick, and more rather than less."""
    return unescape(_MARKUP.sub(" ", html))
