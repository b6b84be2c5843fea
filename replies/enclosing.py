"""The body of a mail: the words as text and as HTML, the pictures that stand in the HTML, the files beside them.

Nested as mail clients know it (RFC 2046, 2387): files beside the whole, pictures beside the HTML that shows them. It is
read back, since a body is as good a place as a header to break out of.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from replies.errors import ComposeMismatch

#: Bytes of all files of one letter: in base64 it then stays under the 25 MB that the large providers take.
MAX_BYTES: Final = 17 << 20

#: A file's name that is longer tells nobody anything; in percents, one of any script still fits on a line.
MAX_NAME: Final = 60
_MAX_ENDING: Final = 10

#: A mail or a multipart must not be in base64 (RFC 2046, 5.2.1): it goes as bytes.
_TYPE = re.compile(r"(?!message/|multipart/)[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,80}")
_CONTENT_ID = re.compile(r"[A-Za-z0-9._-]{1,80}@[A-Za-z0-9.-]{1,180}")
_BOUNDARY = re.compile(rb'boundary="([^"]+)"')


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file that goes with the words."""

    name: str
    type: str  #: its media type; another text than one is application/octet-stream
    content: bytes
    content_id: str | None = (
        None  #: by which the HTML shows it, without angle brackets; None for one that stands beside
    )


def body(text: bytes, html: bytes, files: Sequence[File], seed: str) -> tuple[str, bytes]:
    """The value of Content-Type, and what follows the headers; `text` and `html` are UTF-8, their lines end in CRLF.

    Raises ComposeMismatch where the body does not read back as these words and files.
    """
    shown = [each for each in files if each.content_id]
    beside = [each for each in files if not each.content_id]
    kind, content = _multipart("alternative", [_words("plain", text), _shown_in(html, shown, seed)], seed)
    if beside:
        kind, content = _multipart("mixed", [_headed(kind, content), *map(_file, beside)], seed)
    meant = [text, html, *(each.content for each in (*shown, *beside))]
    if list(_leaves(kind.encode(), content)) != meant:
        raise ComposeMismatch("the parts")
    return kind, content


def _shown_in(html: bytes, pictures: Sequence[File], seed: str) -> bytes:
    """The HTML, with its pictures beside it where it has any."""
    words = _words("html", html)
    return _headed(*_multipart("related", [words, *map(_file, pictures)], seed)) if pictures else words


def _multipart(subtype: str, parts: Sequence[bytes], seed: str) -> tuple[str, bytes]:
    # "=_" occurs in no quoted-printable and no base64 text, so no words of ours can end a part (RFC 2045, 6.7).
    boundary = "=_" + hashlib.sha256(f"{subtype} {seed}".encode()).hexdigest()[:32]
    opening = f"--{boundary}\r\n".encode()
    content = b"".join(opening + part for part in parts) + f"--{boundary}--\r\n".encode()
    return f'multipart/{subtype}; boundary="{boundary}"', content


def _headed(kind: str, content: bytes) -> bytes:
    return f"Content-Type: {kind}\r\n\r\n".encode() + content


def _words(subtype: str, words: bytes) -> bytes:
    kind = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return kind.encode("ascii") + _quoted(words)


def _file(file: File) -> bytes:
    kind = file.type if _TYPE.fullmatch(file.type) else "application/octet-stream"
    lines = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64"]
    if file.content_id:
        if not _CONTENT_ID.fullmatch(file.content_id):
            raise ComposeMismatch("Content-ID")
        lines.append(f"Content-ID: <{file.content_id}>")
    lines.append(f"Content-Disposition: {'inline' if file.content_id else 'attachment'}{_named(file.name)}")
    encoded = base64.encodebytes(file.content).replace(b"\n", b"\r\n")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + encoded


def _named(name: str) -> str:
    """A name as a parameter: RFC 2231, 4 tells what is not ASCII in percents, and these need no quotes."""
    plain = " ".join(name.split()).replace("/", "_").replace("\\", "_")
    stem, dot, ending = plain.rpartition(".")
    if len(plain) > MAX_NAME and stem and len(ending) <= _MAX_ENDING:
        plain = stem[: MAX_NAME - len(dot + ending)] + dot + ending
    told = quote(plain[:MAX_NAME], safe="", errors="replace")
    return f";\r\n filename*=utf-8''{told}" if told else ""


def _quoted(words: bytes) -> bytes:
    """Quoted-printable; "From " at a line's start is encoded too, since mbox files put a > before it."""
    encoded = binascii.b2a_qp(words, istext=True)
    if encoded.startswith(b"From "):
        encoded = b"=46" + encoded[1:]
    return encoded.replace(b"\r\nFrom ", b"\r\n=46rom ")


# --- reading back ----------------------------------------------------------------------------------------------------


def _leaves(head: bytes, content: bytes) -> Iterator[bytes]:
    """The contents of all parts that have no parts, in order, as a reader decodes them."""
    found = _BOUNDARY.search(head)
    if found is None:
        yield base64.b64decode(content) if b": base64" in head else binascii.a2b_qp(content)
        return
    boundary = b"--" + found[1]
    first, *parts = content.split(boundary)
    if first or len(parts) < 2 or parts.pop() != b"--\r\n":  # noqa: PLR2004  # one part, and the end
        raise ComposeMismatch("the parts")
    for part in parts:
        # The CRLF before a boundary belongs to it (RFC 2046, 5.1.1), and is at the same time our last line's end.
        own, _, rest = part.partition(b"\r\n\r\n")
        yield from _leaves(own, rest)
