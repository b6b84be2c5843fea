"""Which parts are the mail's own words, and what they say together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsing.body.html import to_text
from parsing.mail import Problem
from parsing.message.charsets import decode
from parsing.message.limits import MAX_TEXT
from parsing.message.mime import Part

_LINE_ENDS = re.compile(r"\r\n?")
_CONTENT_ID = re.compile(r"""cid:([^"'\s>)]{1,300})""", re.IGNORECASE)
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")
_ENRICHED = ("text/enriched", "text/richtext")  #: RFC 1896 and its forerunner: marked up as HTML is
_OTHER_FORMS = (*_ENRICHED, "text/x-amp-html", "text/watch-html")
_STUB = 200  #: code points; a plain part shorter than this may say no more than "view this in HTML"


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The words of a mail."""

    text: str
    html: str | None
    from_html: bool  #: `text` was made of the HTML
    referred: frozenset[str]  #: the Content-IDs that the HTML shows
    problems: tuple[Problem, ...]


def is_words(part: Part) -> bool:
    """Whether a leaf is the mail's own words: text, neither named nor sent as an attachment."""
    if part.disposition.value == "attachment" or part.name:
        return False
    return part.type in ("text/plain", "text/html") or (part.type in _ENRICHED and part.alternative is None)


def is_other_form(part: Part) -> bool:
    """Whether a leaf of an alternative says once more, for other devices, what the words beside it say."""
    return part.alternative is not None and part.type in _OTHER_FORMS and not part.name


def gather(parts: list[tuple[Part, bytes]]) -> Body:
    """Join the word parts, given with their decoded bytes.

    Of an alternative the plain one is read, the HTML one kept for display.
    """
    problems: list[Problem] = []
    decoded = [(part, _text(part, content, problems)) for part, content in parts]
    with_plain = {part.alternative for part, text in decoded if part.type == "text/plain" and text.strip()} - {None}
    pieces: list[str] = []
    from_html = False
    for part, text in decoded:
        if part.type == "text/plain":
            pieces.append(text)
        elif part.alternative not in with_plain:
            pieces.append(to_text(text))
            from_html = True
    html = "\n".join(text for part, text in decoded if part.type == "text/html") or None
    text = _joined(pieces)
    if html and not from_html and len(text.strip()) < _STUB and _is_stub(text, seen := to_text(html)):
        text, from_html = seen, True
    if len(text) > MAX_TEXT:
        problems.append(Problem(code="text_cut", detail=f"only {MAX_TEXT} characters are shown"))
    return Body(
        text=_UNREADABLE.sub("\ufffd", text[:MAX_TEXT]),
        html=_UNREADABLE.sub("\ufffd", html) if html else None,
        from_html=from_html,
        referred=frozenset(_CONTENT_ID.findall(html)) if html and "cid:" in html.lower() else frozenset(),
        problems=tuple(dict.fromkeys(problems)),
    )


def _text(part: Part, content: bytes, problems: list[Problem]) -> str:
    text, problem = decode(content, part.parameters.get("charset"))
    if problem:
        problems.append(problem)
    return _LINE_ENDS.sub("\n", text) if "\r" in text else text


def _joined(pieces: list[str]) -> str:
    kept = [piece for piece in pieces if piece.strip()]
    return "\n".join(piece if piece.endswith("\n") else piece + "\n" for piece in kept[:-1]) + kept[-1] if kept else ""


def _is_stub(plain: str, seen: str) -> bool:
    """A plain part that lacks at least half of the words that the HTML shows."""
    return 2 * len(plain.split()) <= len(seen.split())
