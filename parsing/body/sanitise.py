"""A stranger's HTML, made safe to be shown: the one door through which it may leave us.

An allow-list by a parser that reads as browsers do (nh3, over html5ever and ammonia). Nothing runs, nothing is fetched:
no scripts, forms, styles sheets, frames, SVG or MathML; pictures only those that came with the mail; links say where
they lead, and tell the place nothing of us.
"""

from __future__ import annotations

import re
from html import escape

import nh3

from parsing.body.bombs import crude_text, is_bomb
from parsing.message.limits import MAX_HTML

_TAGS = frozenset(
    "a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font h1 h2 h3 h4 h5 h6 hr i "
    "img ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr".split()
)
_GONE = frozenset(
    "script style title head template noscript noembed noframes xmp plaintext iframe frame frameset object embed applet svg math textarea select "
    "option audio video canvas base link meta".split()
)  #: whose content goes with them: it is no text, or not meant to be read
_ATTRIBUTES = {
    "*": {"dir", "lang", "title", "align", "valign", "style"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan", "width", "bgcolor"},
    "th": {"colspan", "rowspan", "width", "bgcolor", "scope"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "size", "face"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "li": {"value"},
    "time": {"datetime"},
}
_STYLES = frozenset(
    "color background-color font-weight font-style font-size font-family text-decoration text-align text-indent vertical-align white-space line-height "
    "direction padding padding-left padding-right padding-top padding-bottom border border-collapse border-color border-style border-width width".split()
)  #: no position, no float, no negative margin: nothing stands on top of what is ours
_SCHEMES = frozenset({"http", "https", "mailto", "tel", "cid"})
_UNSAFE_STYLE = re.compile(
    r"url|expression|import|javascript|image|\\|@|/\*|behaviou?r|-moz-binding|var\(|attr\(|env\(", re.IGNORECASE
)
_LINK_SCHEMES = ("http://", "https://", "mailto:", "tel:")


def sanitise(html: str) -> str:
    """The HTML of a mail, safe to stand in a page of ours; cut at MAX_HTML code points.

    Pictures from elsewhere are dropped: fetching one tells its sender that, when and where the mail was read.
    """
    shown = html[:MAX_HTML].replace("\x00", "")
    return f"<p>{escape(crude_text(shown))}</p>" if is_bomb(shown) else _CLEANER.clean(shown)


def _attribute(element: str, attribute: str, value: str) -> str | None:
    """Keep, change or drop one attribute that the allow-list lets pass."""
    if attribute == "style":
        return None if _UNSAFE_STYLE.search(value) else value
    address = value.strip().lower()
    if attribute == "src":
        return value if element == "img" and address.startswith("cid:") else None
    if attribute == "href":
        return value if address.startswith(_LINK_SCHEMES) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    clean_content_tags=set(_GONE),
    attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
    attribute_filter=_attribute,
    filter_style_properties=set(_STYLES),
    url_schemes=set(_SCHEMES),
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)
