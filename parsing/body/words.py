"""Which parts are the mail's own words, and what they say together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parsing.body.bombs import crude_text
from parsing.body.flowed import unflow
from parsing.body.html import Seen, to_text
from parsing.body.marks import Mark, Marks
from parsing.mail import Problem
from parsing.message.charsets import decode
from parsing.message.leaves import OTHER_FORMS
from parsing.message.limits import MAX_HTML, MAX_TEXT
from parsing.message.mime import Part

_LINE_ENDS = re.compile(r"\r\n?")
_CONTENT_ID = re.compile(r"""cid:([^"'\s>)]{1,300})""", re.IGNORECASE)
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")
_ENRICHED = ("text/enriched", "text/richtext")  #: RFC 1896 and its forerunner: marked up as HTML is
_STUB = 400  #: code points; longer ones say more than "your program cannot show HTML"
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """The words of a mail."""

    text: str
    html: str | None
    from_html: bool  #: `text` was made of the HTML
    marks: Marks  #: what the HTML told of the lines of `text`
    referred: frozenset[str]  #: the Content-IDs that the HTML shows
    problems: tuple[Problem, ...]


def is_words(part: Part) -> bool:
    """Whether a leaf is the mail's own words: text, neither named nor sent as an attachment."""
    if part.disposition.value == "attachment" or part.name:
        return False
    return part.type in ("text/plain", "text/html") or (part.type in _ENRICHED and part.alternative is None)


def is_other_form(part: Part) -> bool:
    """Whether a leaf of an alternative says once more, for other devices, what the words beside it say."""
    return part.alternative is not None and part.type in OTHER_FORMS and not part.name


def gather(parts: list[tuple[Part, bytes]]) -> Body:
    """Join the word parts, given with their decoded bytes.

    Of an alternative the plain one is read, the HTML one kept for display; unless the plain one is no more than a stub.
    """
    problems: list[Problem] = []
    decoded = [(part, _text(part, content, problems)) for part, content in parts]
    pieces = _chosen(decoded)
    html = "\n".join(text for part, text in decoded if part.type == "text/html") or None
    text, marks = _joined(pieces)
    if len(text) > MAX_TEXT:
        problems.append(Problem(code="text_cut", detail=f"only {MAX_TEXT} characters are shown"))
    return Body(
        text=_UNREADABLE.sub("\ufffd", text[:MAX_TEXT]),
        html=_UNREADABLE.sub("\ufffd", html) if html else None,
        from_html=any(piece.from_html for piece in pieces),
        marks=marks,
        referred=frozenset(_CONTENT_ID.findall(html)) if html and "cid:" in html.lower() else frozenset(),
        problems=tuple(dict.fromkeys(problems)),
    )


def _chosen(decoded: list[tuple[Part, str]]) -> list[Seen]:
    """What is read, in order: of each alternative the plain text or what the HTML shows."""
    plain: dict[int | None, str] = {}
    for part, text in decoded:
        if part.type == "text/plain":
            plain[part.alternative] = plain.get(part.alternative, "") + text
    seen = {
        index: shown
        for index, (part, text) in enumerate(decoded)
        if part.type != "text/plain" and (shown := _instead(plain.get(part.alternative, ""), text, part)) is not None
    }
    replaced = {decoded[index][0].alternative for index in seen} - {None}
    return [
        seen.get(index) or Seen(text=text, from_html=False)
        for index, (part, text) in enumerate(decoded)
        if index in seen or (part.type == "text/plain" and part.alternative not in replaced)
    ]


def _instead(plain: str, html: str, part: Part) -> Seen | None:
    """What the HTML shows, if it is to be read instead of the plain text beside it."""
    if part.alternative is None or not plain.strip():
        return to_text(html)
    if not _lacks_half(plain, crude_text(html[:MAX_HTML])):
        return None
    seen = to_text(html)
    return seen if _lacks_half(plain, seen.text) else None


def _lacks_half(plain: str, seen: str) -> bool:
    """Whether plain text lacks at least half of the different words that the HTML shows.

    Where it says twice as much, the HTML is the stub, unless the plain text does nothing but speak of HTML.
    """
    shown, said = set(_WORD.findall(seen.lower())), set(_WORD.findall(plain.lower()))
    if 2 * len(shown - said) < len(shown) or not shown:
        return False
    return len(said) <= 2 * len(shown) or (len(plain) < _STUB and "html" in said)


def _text(part: Part, content: bytes, problems: list[Problem]) -> str:
    text, problem = decode(content, part.parameters.get("charset"))
    if problem:
        problems.append(problem)
    text = _LINE_ENDS.sub("\n", text) if "\r" in text else text
    if part.type == "text/plain" and part.parameters.get("format", "").lower() == "flowed":
        return unflow(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return text


def _joined(pieces: list[Seen]) -> tuple[str, Marks]:
    """One text of all pieces, each on lines of its own, and the marks of its lines."""
    said = [piece for piece in pieces if piece.text.strip()]
    if len(said) == 1:
        return said[0].text, said[0].marks
    texts: list[str] = []
    lines: dict[int, Mark] = {}
    first = 0
    for piece in said:
        texts.append(piece.text if piece.text.endswith("\n") or piece is said[-1] else piece.text + "\n")
        lines.update((first + line, mark) for line, mark in piece.marks.lines.items())
        first += texts[-1].count("\n")
    return "".join(texts), Marks(lines=lines)
