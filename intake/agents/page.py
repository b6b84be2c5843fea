"""An agent's own words as the HTML of the mail lays them out: lists, tables, what is bold, and the pictures among them.

Programs break the lines of the plain text beside it and leave out what is bold. Of the HTML nothing is taken but words,
their lines and their weight: no tag, no address of a picture, no style can pass. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from parsing.body.html import to_text
from parsing.body.marks import Mark, Marks
from parsing.body.quotes import Kind, divide
from parsing.mail import ParsedMail
from parsing.message.limits import MAX_HTML

#: Stand in the HTML for where bold begins and ends, and for a picture: characters of private use (Unicode, 23.5).
_BEGIN, _END, _PICTURE = "\ue000", "\ue001", "\ue002"
_SIGNS: Final = re.compile(f"[{_BEGIN}{_END}{_PICTURE}]")

_TAG: Final = re.compile(r"<(?P<close>/?)(?P<name>b|strong|img)(?P<rest>\s[^<>]{0,2000})?/?>", re.IGNORECASE)
_LIGHT: Final = re.compile(r"font-weight\s*:\s*(?:normal|[1-5]00)", re.IGNORECASE)
_SOURCE: Final = re.compile(r"src\s*=\s*[\"']?cid:([^\"'\s<>]{1,300})", re.IGNORECASE)
_WIDTH: Final = re.compile(r"(?<![-\w])width\s*[=:]\s*[\"']?\s*(\d{1,5})", re.IGNORECASE)

#: Pixels: a picture below a signature that is shown no wider is a logo of it; a screenshot is shown wider.
_LOGO: Final = 300

#: More of the words than this in bold is somebody's type, and stresses nothing.
_MOST_BOLD: Final = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPage:
    """What of a mail's HTML is its writer's own."""

    words: str  #: the lines; "*…*" around what is bold, "•" and numbers before items, tabs between cells
    foreign: frozenset[str]  #: the Content-IDs of pictures that stand in what is quoted, or adorn the signature


def own_page(mail: ParsedMail) -> OwnPage | None:
    """What a mail's HTML shows of its writer's own; None for a mail without."""
    if not mail.html:
        return None
    html, pictures = _signed(mail.html[:MAX_HTML])
    seen = to_text(html)
    lines = seen.text.split("\n")
    kinds = divide(_SIGNS.sub("", seen.text), seen.marks, mail.subject).kinds
    foreign = _foreign(lines, kinds, seen.marks, pictures)
    own = [line.replace(_PICTURE, "") for line, kind in zip(lines, kinds, strict=True) if kind is Kind.NEW]
    words = re.sub(r"\n{3,}", "\n\n", "\n".join(_stressed(own))).strip("\n")
    return OwnPage(words=words, foreign=foreign)


def _signed(html: str) -> tuple[str, list[tuple[str, int | None]]]:
    """The HTML with our signs in it; and of each picture its Content-ID, "" for one from elsewhere, and its width."""
    pictures: list[tuple[str, int | None]] = []
    open_: list[bool] = []

    def sign(match: re.Match[str]) -> str:
        rest = match["rest"] or ""
        if match["name"].lower() == "img":
            source, width = _SOURCE.search(rest), _WIDTH.search(rest)
            pictures.append((source[1] if source else "", int(width[1]) if width else None))
            return f"{match[0]}{_PICTURE}"
        if not match["close"]:
            open_.append(not _LIGHT.search(rest))
            return match[0] + (_BEGIN if open_[-1] else "")
        return (_END if open_ and open_.pop() else "") + match[0]

    return _TAG.sub(sign, _SIGNS.sub("", html)), pictures


def _foreign(
    lines: list[str], kinds: tuple[Kind, ...], marks: Marks, pictures: list[tuple[str, int | None]]
) -> frozenset[str]:
    """The pictures that are not the writer's own words: quoted ones, and narrow ones in a signature."""
    waiting = iter(pictures)
    shown: list[str] = []
    foreign: list[str] = []
    last = Kind.NEW
    for place, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        last = kind if _SIGNS.sub("", line).strip() else last
        quoted = kind is Kind.QUOTED or marks.has(place, Mark.QUOTED)
        signed = last is Kind.SIGNATURE or marks.has(place, Mark.SIGNATURE)
        for _ in range(line.count(_PICTURE)):
            source, width = next(waiting, ("", None))
            logo = signed and width is not None and width <= _LOGO
            (foreign if quoted or logo else shown).append(source)
    return frozenset(foreign) - set(shown) - {""}


def _stressed(lines: list[str]) -> Iterator[str]:
    """The lines with "*…*" for what is bold, unless most of them is."""
    runs = [list(_runs(line, bold)) for line, bold in zip(lines, _begin_bold(lines), strict=True)]
    bold = sum(len(words) for run in runs for words, is_bold in run if is_bold)
    stress = bold <= _MOST_BOLD * sum(len(words) for run in runs for words, _bold in run)
    for run in runs:
        yield "".join(_star(run, place) if stress else words for place, (words, _bold) in enumerate(run)).rstrip()


def _begin_bold(lines: list[str]) -> Iterator[bool]:
    """Whether each line begins within what is bold."""
    depth = 0
    for line in lines:
        yield depth > 0
        depth = max(0, depth + line.count(_BEGIN) - line.count(_END))


def _runs(line: str, bold: bool) -> Iterator[tuple[str, bool]]:
    """The line's words, cut where bold begins and ends."""
    depth = int(bold)
    for piece in re.split(f"([{_BEGIN}{_END}])", line):
        if piece in (_BEGIN, _END):
            depth = max(0, depth + (1 if piece == _BEGIN else -1))
        elif piece:
            yield piece, depth > 0


def _star(run: list[tuple[str, bool]], place: int) -> str:
    """A run of a line; between stars where it is bold, holds words, and cuts none."""
    words, bold = run[place]
    said = words.strip()
    before = run[place - 1][0][-1:] if place else ""
    after = run[place + 1][0][:1] if place + 1 < len(run) else ""
    cuts = (before.isalnum() and words[:1].isalnum()) or (after.isalnum() and words[-1:].isalnum())
    if not bold or cuts or "*" in said or not any(map(str.isalnum, said)):
        return words
    return words.replace(said, f"*{said}*", 1)
