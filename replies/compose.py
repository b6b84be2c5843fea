"""Words → the final bytes of a mail (RFC 5322, MIME), written by hand, and read back before anybody else reads them.

The serializer is our own because the interpreter's has let header values break out of their line (CVE-2024-6923,
CVE-2026-1299) on versions that we support, and because it takes several times as long. The bytes are ASCII alone: words
in quoted-printable, headers in encoded words. What is read back must be what was meant, else nothing is sent.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MultipartInvariantViolationDefect
from email.header import decode_header
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import format_datetime, getaddresses
from typing import Final

from parsing.mail import Address
from replies import addresses, enclosing, signing
from replies.errors import ComposeMismatch
from replies.letters import Letter
from replies.settings import DkimSettings

#: A header that is longer than this tells nobody anything.
MAX_HEADER: Final = 200

#: RFC 5322, 2.1.1: a line has at most 998 characters, and should have at most 78.
MAX_LINE: Final = 998
FOLD_AT: Final = 76

#: RFC 2047, 2: an encoded word has at most 75 characters, and its line at most 76.
_ENCODED_WORD: Final = 75
_WORD_START, _WORD_END = "=?utf-8?b?", "?="

#: A msg-id longer than this is not one that a mail client would thread by.
MAX_MESSAGE_ID: Final = 250

#: The first one and the newest: RFC 5322, 3.6.4 sets no limit, but relays do.
MAX_REFERENCES: Final = 20

#: The characters of RFC 5322's msg-id as mail has them in fact; none can end a line, an id or a comment.
_ID_TEXT = r"[A-Za-z0-9!#$%&'*+\-./:=?^_`{|}~]+"
_MESSAGE_ID = re.compile(rf"{_ID_TEXT}@(?:{_ID_TEXT}|\[[0-9A-Fa-f:.]+\])")

#: Controls, formats (bidi, zero width), surrogates, private use, unassigned; blanks of any kind become one space.
_DROPPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANKS = re.compile(r"\s+")

_NEWLINES = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")

_Header = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """Who writes to whom, and to what it answers."""

    from_: Address  #: the desk's address, with its display name
    to: str  #: one recipient, without a name: names are the sender's words
    reply_to: str | None  #: the signed reply address
    message_id: str  #: ours, without angle brackets
    date: datetime  #: aware; told in its own offset
    in_reply_to: str | None = None  #: the customer's msg-id; left out where it is not a safe one
    references: Sequence[str] = ()  #: oldest first, without in_reply_to; likewise
    auto_submitted: str | None = None  #: RFC 3834, 5: auto-replied, auto-generated; None on a person's answer
    loop_mark: str | None = None  #: see tokens.loop_mark


def compose(
    letter: Letter, heading: Heading, keys: Sequence[DkimSettings], files: Sequence[enclosing.File] = ()
) -> bytes:
    """The mail's final bytes, CRLF, 7-bit, signed by those of the keys that speak for its From.

    Raises AddressRefused, or ComposeMismatch where the bytes do not read back.
    """
    headers = _headers(letter, heading)
    kind, body = enclosing.body(_clean(letter.text), _clean(letter.html), files, heading.message_id)
    top = "\r\n".join([*(f"{name}: {value}" for name, value in headers), f"Content-Type: {kind}", "", ""])
    content = top.encode("ascii") + body
    names = [*(name for name, _value in headers), "Content-Type"]
    _read_back(content, names, letter, heading, body)
    stamp = signing.signatures(content, keys, heading.from_.address, heading.date)
    return _stamped(stamp, content, names)


def safe_header(text: str, limit: int = MAX_HEADER) -> str:
    """The text as one line that no reader takes for more: NFC, no controls, formats, surrogates or line ends.

    Every header value passes here. What it gives is plain Unicode, not yet encoded.
    """
    if text.isascii() and text.isprintable():
        return text[:limit].strip()
    blank = _BLANKS.sub(" ", text)
    # Dropped before composing, since a surrogate cannot be composed, and after, to see what composing made.
    kept = "".join(character for character in blank if unicodedata.category(character) not in _DROPPED)
    composed = unicodedata.normalize("NFC", kept)
    return _BLANKS.sub(" ", composed)[:limit].strip()


def safe_message_id(text: str) -> str | None:
    """A msg-id that may be repeated in a header, without angle brackets; None for one that may not."""
    bare = text.strip().removeprefix("<").removesuffix(">")
    # "=?" starts an encoded word for readers that decode where RFC 2047, 5 forbids it.
    if len(bare) > MAX_MESSAGE_ID or "=?" in bare or not _MESSAGE_ID.fullmatch(bare):
        return None
    return bare


def _headers(letter: Letter, heading: Heading) -> list[_Header]:
    """All headers but Content-Type, encoded and folded, in the order in which they are written."""
    own_id = safe_message_id(heading.message_id)
    if own_id is None:
        raise ComposeMismatch("Message-ID")
    answered = safe_message_id(heading.in_reply_to or "")
    chain = _references(heading.references, answered)
    given: list[tuple[str, str | None]] = [
        ("From", _mailbox("From", heading.from_)),
        ("To", addresses.checked(heading.to)),
        ("Reply-To", addresses.checked(heading.reply_to) if heading.reply_to else None),
        ("Subject", _encoded("Subject", safe_header(letter.subject))),
        ("Date", format_datetime(heading.date)),
        ("Message-ID", f"<{own_id}>"),
        ("In-Reply-To", f"<{answered}>" if answered else None),
        ("References", "\r\n ".join(f"<{each}>" for each in chain) or None),
        ("Auto-Submitted", _plain("Auto-Submitted", heading.auto_submitted)),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Loket-Loop", _plain("X-Loket-Loop", heading.loop_mark)),
        ("MIME-Version", "1.0"),
    ]
    return [(name, value) for name, value in given if value is not None]


def _plain(name: str, value: str | None) -> str | None:
    return _encoded(name, safe_header(value)) if value else None


def _references(chain: Sequence[str], answered: str | None) -> list[str]:
    known = [safe for text in chain if (safe := safe_message_id(text))]
    ids = list(dict.fromkeys([*known, *([answered] if answered else [])]))
    return ids if len(ids) <= MAX_REFERENCES else [ids[0], *ids[1 - MAX_REFERENCES :]]


def _mailbox(header: str, mailbox: Address) -> str:
    address = addresses.checked(mailbox.address)
    name = safe_header(mailbox.name)
    if not name:
        return address
    if _needs_encoding(name):
        shown = _encoded(header, name)
    else:
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    last_line = shown.rpartition("\r\n")[2]
    fold = "\r\n " if len(last_line) + len(address) + 3 + len(header) + 2 > FOLD_AT else " "
    return f"{shown}{fold}<{address}>"


def _needs_encoding(text: str) -> bool:
    # A literal "=?" must not be taken for the start of an encoded word.
    return not text.isascii() or "=?" in text


def _encoded(header: str, text: str) -> str:
    """A text as it stands in a header: itself, or encoded words (RFC 2047), folded."""
    if not _needs_encoding(text) and len(header) + 2 + len(text) <= MAX_HEADER + FOLD_AT:
        return _folded(len(header) + 2, text)
    words, room = [], FOLD_AT - len(header) - 2
    rest = text
    while rest:
        taken = _as_many_as_fit(rest, room)
        encoded = base64.b64encode(rest[:taken].encode()).decode("ascii")
        words.append(f"{_WORD_START}{encoded}{_WORD_END}")
        rest, room = rest[taken:], _ENCODED_WORD
    return "\r\n ".join(words)


def _as_many_as_fit(text: str, room: int) -> int:
    """How many characters, whole ones as RFC 2047, 5 wants, go into one encoded word of that many characters."""
    octets = (min(room, _ENCODED_WORD) - len(_WORD_START) - len(_WORD_END)) // 4 * 3
    used = 0
    for count, character in enumerate(text):
        used += len(character.encode())
        if used > octets:
            return count
    return len(text)


def _folded(column: int, text: str) -> str:
    """Break a line at blanks; a word that is too long for a line stays whole."""
    lines = [""]
    for word in text.split(" "):
        width = len(lines[-1]) + (column if len(lines) == 1 else 1)
        if lines[-1] and width + 1 + len(word) > FOLD_AT:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def _clean(text: str) -> bytes:
    """Words as UTF-8 with CRLF, ending in one; controls dropped."""
    lines = _NO_TEXT.sub("", _NEWLINES.sub("\n", text)).strip("\n") + "\n"
    return lines.replace("\n", "\r\n").encode()


# --- reading back ----------------------------------------------------------------------------------------------------

_PARSER = BytesHeaderParser(policy=compat32)


def _read_back(content: bytes, names: list[str], letter: Letter, heading: Heading, body: bytes) -> None:
    """Compare what a reader sees with what was meant; ComposeMismatch names what differs, never the text."""
    _compare_lines(content)
    top, _, rest = content.partition(b"\r\n\r\n")
    seen = _PARSER.parsebytes(top + b"\r\n\r\n")
    # Python 3.11.2 misses the parts, of which it was given none.
    defects = [each for each in seen.defects if not isinstance(each, MultipartInvariantViolationDefect)]
    if seen.keys() != names or defects:
        raise ComposeMismatch("the names of the headers")
    if _shown(seen["Subject"]) != safe_header(letter.subject):
        raise ComposeMismatch("Subject")
    meant = {"From": heading.from_.address, "To": heading.to, "Reply-To": heading.reply_to}
    for name, address in meant.items():
        if [found for _name, found in getaddresses(seen.get_all(name, []))] != ([address] if address else []):
            raise ComposeMismatch(name)
    if rest != body:
        raise ComposeMismatch("the parts")


def _compare_lines(content: bytes) -> None:
    """Every line ends in CRLF and nothing else could be taken for an end; no line is too long; all is ASCII."""
    lines = content.split(b"\r\n")
    ends = len(lines) - 1
    if content.count(b"\r") != ends or content.count(b"\n") != ends or not content.isascii() or b"\0" in content:
        raise ComposeMismatch("a line's end")
    if max(map(len, lines)) > MAX_LINE:
        raise ComposeMismatch("a line's length")


def _stamped(stamp: bytes, content: bytes, names: list[str]) -> bytes:
    """The mail with its signatures, which are fields before the others and nothing else."""
    whole = stamp + content
    if stamp:
        _compare_lines(whole)
        seen = _PARSER.parsebytes(whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n").keys()
        if [name for name in seen if name != "DKIM-Signature"] != names or not whole.endswith(content):
            raise ComposeMismatch("the signatures")
    return whole


def _shown(value: str) -> str:
    """A header as a reader shows it: unfolded, its encoded words decoded."""
    pieces = decode_header(re.sub(r"\r?\n[ \t]", " ", value))
    return "".join(piece if isinstance(piece, str) else piece.decode(charset or "ascii") for piece, charset in pieces)
