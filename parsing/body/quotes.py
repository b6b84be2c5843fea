"""A text divided into the sender's new words, quoted history and signature. Nothing is deleted.

Every line stands in exactly one of the three.

First version: a line scanner with evidence, in one pass. Quotes begin at `>` lines, at an attribution line with a
date, time or address in it, at a separator, or at a block of header-like lines; signatures at `-- `, at a device's
tagline, or at a closing formula near the end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

_MAX_LINES = 4_000  #: beyond it lines are new words: nobody reads further, and the scan stays short
_MAX_LINE = 500  #: code points of a line that are looked at: markers are short
_WRAPPED = 3  #: lines over which an attribution may be wrapped

_VERBS = (
    "menulis|tulis|wrote|writes|schrieb|geschrieben|schreef|écrit|a écrit|escribió|escreveu|ha scritto|scrisse|skrev|kirjoitti|napisał|napisał\\(a\\)|"
    "napsal|napísal|написал|пишет|пише|yazdı|schreven|írta|a scris|έγραψε|写道|寫道|書きました|작성|menulis pada|nulis"
)
_ATTRIBUTION_END = re.compile(rf"(?:\b(?:{_VERBS})\b|写道|寫道)[^\n]{{0,80}}[:：]?\s*$", re.IGNORECASE)
_ATTRIBUTION_START = re.compile(
    r"^\s*(?:pada|on|am|op|le|el|em|il|den|dne|dnia|w dniu|på|em|în|στις|tanggal|\d{1,4}[/.\-年]|(?:mon|tue|wed|thu|fri|sat|sun|sen|sel|rab|kam|jum|sab|min)\w*[,.]?\s)",
    re.IGNORECASE,
)
_EVIDENCE = re.compile(r"\b\d{1,2}[:.]\d{2}\b|\b(?:19|20)\d{2}\b|[\w.+-]{1,64}@[\w-]{1,64}\.|\d{1,2}/\d{1,2}/\d{2,4}")
_SEPARATOR = re.compile(
    r"^\s*(?:[-_=*]{2,}\s*)?(?:-{3,}|_{3,})\s*(?:original message|original-nachricht|ursprüngliche nachricht|pesan asli|mesej asal|message d'origine|"
    r"mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|reply message|replied message|balasan pesan|in reply to)\b.*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*_{20,}\s*$")
_FORWARD = re.compile(
    r"^\s*(?:-{3,}\s*)?(?:begin )?(?:forwarded message|pesan (?:yang )?(?:di)?teruskan|mesej dimajukan|weitergeleitete nachricht)\b",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(
    r"^\s*\*?(?:from|sent|date|to|cc|subject|dari|dikirim|tanggal|kepada|ke|perihal|subjek|daripada|dihantar|tarikh|von|gesendet|an|betreff|datum|"
    r"de|envoyé|à|objet|enviado|para|asunto|assunto|da|inviato|a|oggetto|van|verzonden|aan|onderwerp|reply-to)\s?\*?\s?[:：]\*?\s*\S",
    re.IGNORECASE,
)
_FROM_LINE = re.compile(r"^\s*\*?(?:from|dari|daripada|von|de|da|van)\s?\*?\s?[:：]", re.IGNORECASE)
_SIGNATURE = re.compile(r"^--\s?$|^—\s?$|^__+\s?$")
_TAGLINE = re.compile(
    r"^\s*(?:sent from (?:my|the|outlook|mail|yahoo|samsung|proton)\b.{0,60}|get outlook for .{0,40}|dikirim dari .{0,60}|dihantar dari .{0,60}|"
    r"diposting dari .{0,40}|von meinem .{0,40} gesendet|envoyé de(?:puis)? mon .{0,40}|enviado (?:desde|do|de) .{0,40}|inviato da .{0,40}|verzonden vanaf .{0,40})\s*$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:salam(?: hormat| hangat)?|hormat (?:saya|kami)|terima ?kasih(?: banyak)?|trims|makasih|wassalam\w*|regards|(?:best|kind|warm) regards|best|thanks|"
    r"thank you|cheers|sincerely|yours (?:truly|sincerely|faithfully)|sekian(?:,? terima kasih)?)\s*[,.!]?\s*$",
    re.IGNORECASE,
)
_CLOSING_LINES = 8  #: lines at the end among which a closing formula starts a signature
_NAME_WORDS = 6  #: a name line has no more words than that


class Kind(Enum):
    """What a line is."""

    NEW = auto()
    QUOTED = auto()
    SIGNATURE = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Division:
    """A text's lines by kind, and the three texts that they make."""

    kinds: tuple[Kind, ...]  #: one a line of text.splitlines(keepends=True) on "\n"
    new_text: str
    quoted: str
    signature: str


def divide(text: str) -> Division:
    """Divide a text; nothing but a quote is shown as new words, so that nobody is given an empty report."""
    lines = text.split("\n")
    seen = [line[:_MAX_LINE] for line in lines[:_MAX_LINES]]
    kinds = _mark_quotes(seen)
    _mark_signature(seen, kinds)
    if not any(line.strip() for line, kind in zip(seen, kinds, strict=True) if kind is Kind.NEW) and text.strip():
        kinds = [Kind.NEW] * len(seen)
    kinds += [Kind.NEW] * (len(lines) - len(kinds))
    return Division(
        kinds=tuple(kinds),
        new_text=_of(lines, kinds, Kind.NEW),
        quoted=_of(lines, kinds, Kind.QUOTED),
        signature=_of(lines, kinds, Kind.SIGNATURE),
    )


def _of(lines: list[str], kinds: list[Kind], wanted: Kind) -> str:
    return "\n".join(line for line, kind in zip(lines, kinds, strict=True) if kind is wanted)


def _mark_quotes(lines: list[str]) -> list[Kind]:
    kinds = [Kind.NEW] * len(lines)
    index = 0
    while index < len(lines):
        line = lines[index]
        if not line.strip():
            index += 1
            continue
        if _FORWARD.match(line):
            return kinds  # what follows was handed on by the sender: it is content
        if _starts_history(lines, index):
            kinds[index:] = [Kind.QUOTED] * (len(lines) - index)
            return kinds
        attribution = _attribution(lines, index)
        if attribution:
            kinds[index : index + attribution] = [Kind.QUOTED] * attribution
            index += attribution
            if not _next_is_marked(lines, index):
                kinds[index:] = [Kind.QUOTED] * (len(lines) - index)
                return kinds
            continue
        if line.lstrip().startswith(">"):
            kinds[index] = Kind.QUOTED
        index += 1
    return kinds


def _starts_history(lines: list[str], index: int) -> bool:
    """A separator, or a block of at least three header-like lines that begins with the sender's."""
    line = lines[index]
    if _SEPARATOR.match(line):
        return True
    following = _next_line(lines, index + 1) if _RULE.match(line) else index
    return following is not None and bool(_FROM_LINE.match(lines[following])) and _header_lines(lines, following) >= 3  # noqa: PLR2004


def _header_lines(lines: list[str], index: int) -> int:
    """How many of the next six lines look like From:, Sent:, To:, Subject:."""
    return sum(1 for line in lines[index : index + 6] if _HEADER_LINE.match(line))


def _next_line(lines: list[str], index: int) -> int | None:
    return next((place for place in range(index, min(index + 4, len(lines))) if lines[place].strip()), None)


def _attribution(lines: list[str], index: int) -> int:
    """The number of lines of an attribution that begins here, 0 where none does."""
    if (
        not _ATTRIBUTION_START.match(lines[index])
        and "@" not in lines[index]
        and not _ATTRIBUTION_END.search(lines[index])
    ):
        return 0
    joined = ""
    for count in range(1, _WRAPPED + 1):
        if index + count > len(lines) or not lines[index + count - 1].strip():
            return 0
        joined = f"{joined} {lines[index + count - 1].strip()}".strip()
        if len(joined) > _MAX_LINE:
            return 0
        if _ATTRIBUTION_END.search(joined) and _EVIDENCE.search(joined) and joined.rstrip().endswith((":", "：")):
            return count
        if _next_is_marked(lines, index + count) and _EVIDENCE.search(joined) and joined.endswith(":"):
            return count
    return 0


def _next_is_marked(lines: list[str], index: int) -> bool:
    place = _next_line(lines, index)
    return place is not None and lines[place].lstrip().startswith(">")


def _mark_signature(lines: list[str], kinds: list[Kind]) -> None:
    """Mark a signature among the new words before the quoted history, or at the end."""
    new = [index for index, kind in enumerate(kinds) if kind is Kind.NEW]
    if not any(lines[index].strip() for index in new):
        return
    start = _signature_start(lines, new)
    if start is not None and any(lines[index].strip() for index in new[:start]):
        for index in new[start:]:
            kinds[index] = Kind.SIGNATURE


def _signature_start(lines: list[str], new: list[int]) -> int | None:
    """The place in `new` where the signature begins: the first mark, else a tagline or a closing near the end."""
    for place, index in enumerate(new):
        if _SIGNATURE.match(lines[index]) and len(new) - place <= 40:  # noqa: PLR2004 - no signature is longer
            return place
    last = [place for place in range(len(new)) if lines[new[place]].strip()][-_CLOSING_LINES:]
    for count, place in enumerate(last):
        line = lines[new[place]]
        if _TAGLINE.match(line):
            return place
        if _CLOSING.match(line) and all(_is_short(lines[new[after]]) for after in last[count + 1 :]):
            return place
    return None


def _is_short(line: str) -> bool:
    return len(line.split()) <= _NAME_WORDS and not line.rstrip().endswith("?")
