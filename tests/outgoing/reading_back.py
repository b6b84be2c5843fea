"""A mail of ours, read by several readers: what it holds for each of them has to be what was meant."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime
from email.utils import getaddresses
from typing import Any

from parsing.mail import Envelope, RawMail
from parsing.reading import read

#: In this order; those in brackets where there is something to say.
ORDER = (
    "(DKIM-Signature) From To (Reply-To) Subject Date Message-ID (In-Reply-To) (References) (Auto-Submitted) "
    "X-Auto-Response-Suppress (X-Loket-Loop) MIME-Version Content-Type"
).split()

#: A letter's words, as text and as HTML, the pictures that the HTML shows, and the files beside them.
_SHAPE = re.compile(
    r"(?:multipart/mixed )?multipart/alternative text/plain "
    r"(?:multipart/related text/html(?: image/[\w.+-]+)+|text/html)"
    r"(?: (?!multipart/|message/|text/)\S+| text/csv)*"
)

#: What a reader may take for the end of a line.
_ANY_END = re.compile(rb"\r\r\n|\r\n|\r|\n|\x0b|\x0c|\x1c|\x1d|\x1e|\x85|\xe2\x80\xa8|\xe2\x80\xa9")


def wrong(content: bytes, *, author: str, to: str) -> str:
    """What is not as it was meant, "" where all is."""
    if not content.isascii() or b"\0" in content:
        return "not ASCII"
    plain = email.message_from_bytes(content, policy=email.policy.compat32)
    modern = email.message_from_bytes(content, policy=email.policy.default)
    names, seen = _lenient_names(content), {"From": author, "To": to}
    ours = read(RawMail(content=content, envelope=Envelope(door="smtp", received_at=datetime.now(UTC)))).mail
    looks = {
        "the readers differ": not names == plain.keys() == modern.keys(),
        f"headers: {names}": not _in_order(names),
        "addresses": any([found for _, found in getaddresses([plain[name]])] != [seen[name]] for name in seen),
        "addresses, otherwise read": any(_addresses(modern[name]) != [seen[name]] for name in seen),
        "addresses, read by us": [each.address for each in (ours.from_, *ours.to, *ours.cc) if each] != [author, to],
        "parts": not _words_and_files([part.get_content_type() for part in modern.walk()]),
    }
    return next((what for what, differs in looks.items() if differs), "")


def _addresses(header: Any) -> list[str]:
    return [each.addr_spec for each in header.addresses]


def _words_and_files(kinds: list[str]) -> bool:
    """Whether a mail is a letter's words, with pictures in them and files beside them that are read as nothing else."""
    return _SHAPE.fullmatch(" ".join(kinds)) is not None


def words(content: bytes) -> str:
    """Everything that a person may read of a mail, its subject included."""
    modern = email.message_from_bytes(content, policy=email.policy.default)
    bodies = [part.get_content() for part in modern.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(modern["Subject"]), str(modern["From"]), *bodies])


def _lenient_names(content: bytes) -> list[str]:
    """The names of the fields for a reader that takes anything for the end of a line."""
    names = []
    for line in _ANY_END.split(content):
        if not line:
            break
        if line[:1] not in (b" ", b"\t"):
            names.append(line.partition(b":")[0].decode())
    return names


def _in_order(names: list[str]) -> bool:
    left = list(names)
    for each in ORDER:
        name = each.strip("()")
        if left and left[0] == name:
            left.pop(0)
        elif name == each:
            return False
    return not left
