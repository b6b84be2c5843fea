"""Why an answer is not sent before its writer has looked at it once more. Pure.

Each is something that agents have sent by mistake: what only agents should see, what a template left open, a secret, a
file that is not there, or nothing at all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from parsing.fields.source import HIDDEN
from parsing.mail import Attachment, AttachmentKind
from replies import tokens
from replies.enclosing import MAX_BYTES
from replies.layout import unstressed


class Doubt(StrEnum):
    """What is doubtful; told in words by the phrase of that name."""

    EMPTY = "empty"
    GREETING = "greeting"
    PLACEHOLDER = "placeholder"
    SECRET = "secret"  # noqa: S105 - a kind of fault
    NO_FILE = "no_file"
    OUR_MARKS = "our_marks"
    NOTICE = "notice"
    PRIVATE = "private"
    STRAY_ORDER = "stray_order"
    DANGEROUS = "dangerous"
    TOO_LARGE = "too_large"
    DIRECT = "direct"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """An answer, before it leaves."""

    words: str
    files: Sequence[Attachment] = ()  #: those that go with it
    stray: Sequence[str] = ()  #: lines within it that would be orders at its top
    private: Sequence[str] = ()  #: the agent's addresses, lower case
    internal: Collection[str] = frozenset()  #: lines of notices that the customer did not write
    direct: bool = False  #: the agent's own program has sent it to the customer as well


#: Nobody else writes lines as long as these by chance.
_LINE: Final = 25

_PLACEHOLDER = re.compile(
    r"\{\{[^{}\n]{0,60}\}\}|\{%|\{[a-z_][a-z_ ]{1,30}\}|<(?:nama|name|nomor|number|isi|fill|tanggal|date|jumlah|amount)[^<>\n]{0,30}>"
    r"|\[(?:nama|name|nomor|number|isi|fill|insert|masukkan|tanggal|date|jumlah|amount|username|id transaksi|your|customer|pelanggan)[^\[\]\n]{0,40}\]"
    r"|_{4,}|\.{6,}|\bX{3,}\b|\bTODO\b|\bTBD\b|%[A-Z_]{3,30}%",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    r"\b(?:terlampir|terlampirkan|(?:saya|kami|sudah|berikut|bersama ini) (?:\w+ )?lampirkan|di lampiran|pada lampiran|dalam lampiran|lihat lampiran|"
    r"(?:see|please find|find|in) (?:the |my |our )?(?:attached|attachment)|attached (?:is|are|please|you)|is attached|are attached|i(?:'ve| have)? attached|"
    r"we(?:'ve| have)? attached|enclosed (?:is|are|please)|screenshot (?:di bawah|berikut|below))\b",
    re.IGNORECASE,
)
#: As a desk would write it; what a customer writes is found by parsing/fields/secrets.
_GIVEN_SECRET = re.compile(
    r"\b(?:kata sandi|sandi|password|passcode|pin|otp|kode (?:otp|verifikasi|masuk|akses)|(?:verification|access|login) code)\b"
    r"(?:[ \t]+[^\W\d_]+){0,4}[ \t]*(?:[:=]|adalah|ialah|yaitu|is\b)[ \t]*(?P<value>(?=\S*\d)\S{4,}|\S{8,}(?=\s*$))",
    re.IGNORECASE | re.MULTILINE,
)
_THEIR_FILE = re.compile(
    r"\b(?:lampiran|attachments?|terlampir)\b[ \t]+(?:yang[ \t]+)?(?:anda|kakak|kak|bapak|ibu|you|from you)\b|"
    r"\b(?:anda|kakak|bapak|ibu|your|you)\b[ \t]+(?:\w+[ \t]+)?(?:lampir\w*|attach\w*)",
    re.IGNORECASE,
)
_OPENINGS: Final = frozenset(
    "halo hallo hai hi hello hey dear yth kepada selamat pagi siang sore malam good morning afternoon evening assalamualaikum salam hormat "
    "terima terimakasih makasih thanks thank best kind warm regards sincerely greetings wassalam wassalamualaikum om shalom".split()
)
_BESIDE_OPENINGS: Final = frozenset(
    "bapak ibu bpk pak bu kak kakak mas mbak min gan sis bro saudara saudari kasih banyak ya day you very much so there team tim kami hangat wr wb".split()
)
_MOST_GREETING_WORDS: Final = 12
_WORD = re.compile(r"[^\W_]+")
_MARKS: Final = ("x-loket-loop", "loket ticket ", "mailto:")


def doubts(draft: Draft) -> tuple[Doubt, ...]:
    """What speaks against sending it as it is, each once; none for an answer that may leave."""
    return tuple(dict.fromkeys(_doubts(draft)))


def without_secrets(words: str) -> str:
    """The words with the secrets hidden that a desk gives away, so that they may be kept and shown."""
    return _GIVEN_SECRET.sub(lambda match: match[0].replace(match["value"], HIDDEN * len(match["value"])), words)


def _doubts(draft: Draft) -> Iterator[Doubt]:
    words, small, files = draft.words, draft.words.lower(), draft.files
    reasons = (
        (not words.strip() and not files, Doubt.EMPTY),
        (not files and _is_greeting(words), Doubt.GREETING),
        (_PLACEHOLDER.search(words) is not None, Doubt.PLACEHOLDER),
        (HIDDEN * 3 in words or _GIVEN_SECRET.search(words) is not None, Doubt.SECRET),
        (not files and _mentions_file(words), Doubt.NO_FILE),
        (bool(tokens.find([words])) or any(mark in small for mark in _MARKS), Doubt.OUR_MARKS),
        (_quotes_notice(words, draft.internal), Doubt.NOTICE),
        (any(address in small for address in draft.private), Doubt.PRIVATE),
        (bool(draft.stray), Doubt.STRAY_ORDER),
        (any(each.kind is AttachmentKind.DANGEROUS for each in files), Doubt.DANGEROUS),
        (sum(each.size for each in files) > MAX_BYTES, Doubt.TOO_LARGE),
        (draft.direct, Doubt.DIRECT),
    )
    return (doubt for holds, doubt in reasons if holds)


def _mentions_file(words: str) -> bool:
    """Whether it says that a file goes with it; the customer's own is another matter."""
    return _ATTACHED.search(words) is not None and not _THEIR_FILE.search(words)


def _is_greeting(words: str) -> bool:
    """Whether there is nothing but a greeting, a formula at the end, and names behind them."""
    lines = [line for line in map(_WORD.findall, words.split("\n")) if line]
    if not lines or sum(map(len, lines)) > _MOST_GREETING_WORDS or any(sign in words for sign in "?:/@"):
        return False
    return all(map(_greets, lines[:1])) and all(_greets(line) or _names(line) for line in lines)


def _greets(line: Sequence[str]) -> bool:
    small = [word.lower() for word in line]
    left = [word for word in line if word.lower() not in _OPENINGS | _BESIDE_OPENINGS]
    return small[0] in _OPENINGS and (len(left) <= 1 or _names(left))


def _names(words: Sequence[str]) -> bool:
    return len(words) <= 2 and all(word[:1].isupper() for word in words)  # noqa: PLR2004 - "Budi Santoso"


def _quotes_notice(words: str, internal: Collection[str]) -> bool:
    lines = (" ".join(line.lstrip("> \t").split()) for line in unstressed(words).split("\n"))
    return any(len(line) >= _LINE and line in internal for line in lines)
