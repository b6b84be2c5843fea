"""The ingest key: two copies of one mail have the same, two different mails have not.

Made of what the author wrote and nothing of what the way added: Message-ID, From, Date and Subject as they stand
(unfolded, white space made single), and the body with LF line ends and without blank lines at its end. Trace headers
are left out.
"""

from __future__ import annotations

import hashlib
import re

from parsing.message.headers import HeaderBlock, split

_BARE_CR = re.compile(rb"\r(?!\n)")
_AUTHORED = ("message-id", "from", "date", "subject")
_CHUNK = 1024 * 1024  #: bytes of body that are copied at a time to change their line ends
_SCAN = 64 * 1024  #: bytes that are looked at in one step when blank lines are cut from the end


def ingest_key(content: bytes) -> str:
    """The key of a mail: SHA-256, hex. Linear, and never fails."""
    return key_of(content, split(content))


def key_of(content: bytes, headers: HeaderBlock) -> str:
    """The key of a mail whose header block has been split already."""
    digest = hashlib.sha256()
    for name in _AUTHORED:
        for value in headers.all(name):
            words = b" ".join(value.split())
            digest.update(b"%b:%d:" % (name.encode("ascii"), len(words)))
            digest.update(words)
        digest.update(b"\n")
    digest.update(_body_digest(content, headers.body_start))
    return digest.hexdigest()


def _body_digest(content: bytes, start: int) -> bytes:
    end = _end_of_words(content, start)
    digest = hashlib.sha256()
    view = memoryview(content)
    if content.find(b"\r\n", start, end) < 0:
        digest.update(view[start:end])
        return digest.digest()
    position = start
    while position < end:
        stop = min(position + _CHUNK, end)
        if stop < end and content[stop - 1 : stop] == b"\r":
            stop += 1  # a CRLF is never divided
        piece, bare = content[position:stop], _BARE_CR.search(content, position, stop)
        # the same, and the second way takes a third of the time: a picture in base64 has thousands of line ends
        digest.update(piece.replace(b"\r\n", b"\n") if bare else piece.translate(None, b"\r"))
        position = stop
    return digest.digest()


def _end_of_words(content: bytes, start: int) -> int:
    """Where the body ends when its trailing line ends are cut."""
    end = len(content)
    while end > start:
        begin = max(start, end - _SCAN)
        kept = content[begin:end].rstrip(b"\r\n")
        if kept:
            return begin + len(kept)
        end = begin
    return start
