"""Reads what follows DATA.

Bytes in any portions → the mail's bytes, its end, or why it is refused (RFC 5321, 4.1.1.4, 4.5.2).

Pure: no socket, no file, no clock. Every look at the bytes is one pass of a C loop over a whole portion, for a Python
loop over lines is what makes other receivers slow; a portion may be cut anywhere.

Line ends, against smuggling (CVE-2023-51764 and its kin): only CR LF "." CR LF ends a mail. A bare CR is refused, and
so is a bare LF beside a lone dot, which a more lenient server may have taken for the end. Any other bare LF becomes
CR LF.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

_CRLF: Final = b"\r\n"
_STUFFED: Final = b"\r\n."
_END: Final = b"\r\n.\r\n"

#: What a portion may end with without its meaning being known yet. It is held back until more has come.
_UNDECIDED: Final = frozenset({b"\r", b"\r\n", b"\r\n.", b"\r\n.\r", b"\n", b"\n.", b"\n.\r"})

#: A line of one dot, one of whose ends is a bare LF.
_LENIENT_END: Final = re.compile(rb"\n\.\n|(?<!\r)\n\.\r\n")

#: All bytes but CR, LF and NUL: with these deleted, twice as many are left as there are CR LF, if all is well.
_ORDINARY: Final = bytes(sorted(set(range(256)) - set(b"\r\n\0")))

_END_OF_HEADER: Final = b"\r\n\r\n"
_RECEIVED: Final = b"\r\nreceived:"


class Refusal(Enum):
    """Why a mail is not taken, as the reply says it (RFC 3463; X.6.11 by the IANA registry)."""

    LINE_ENDS = "550 5.6.11 Refused: lines end with CR LF, and this mail has a bare CR, or a bare LF beside a dot"
    NUL = "550 5.6.11 Refused: this mail has a NUL in it"
    TOO_BIG = "552 5.3.4 Refused: this mail is larger than we take"
    LOOP = "554 5.4.6 Refused: this mail has been received too often, it goes in circles"


class DataReader:
    """One mail's way through. Feed it until `ended`; then `rest` is what came behind the end."""

    def __init__(self, *, max_size: int, max_received: int) -> None:
        self._max_size = max_size
        self._held = _CRLF  # the mail stands at the beginning of a line: ".\r\n" at once is an empty one
        self._fresh = True
        self._trace = _Trace(max_received)
        self.size = 0  #: bytes handed out
        self.discarded = 0  #: bytes swallowed since the refusal
        self.refusal: Refusal | None = None
        self.ended = False
        self.rest = b""

    def feed(self, portion: bytes) -> bytes:
        """Take a portion of any size, and hand out what of the mail is settled: b"" once it is refused."""
        if self.refusal is not None:
            self._swallow(portion)
            return b""
        work = self._held + portion if self._held else portion
        dot = work.find(_STUFFED)
        end = work.find(_END, dot) if dot >= 0 else -1
        body = self._cut(work, end)
        self.refusal, bare = _judge(work if end < 0 else body, body, dotted=dot >= 0)
        if self.refusal is not None or not body:
            return b""
        if bare:
            body = body.replace(_CRLF, b"\n").replace(b"\n", _CRLF)
        return self._hand_out(body.replace(_STUFFED, _CRLF) if bare or dot >= 0 else body)

    def _cut(self, work: bytes, end: int) -> bytes:
        if end >= 0:
            self.ended, self._held, self.rest = True, b"", work[end + len(_END) :]
            return work[: end + len(_CRLF)]
        undecided = max(map(len, filter(work.endswith, _UNDECIDED)), default=0)
        self._held = work[len(work) - undecided :]
        return work[: len(work) - undecided] if undecided else work

    def _hand_out(self, clean: bytes) -> bytes:
        if self._fresh:
            clean, self._fresh = clean[len(_CRLF) :], False
        self.size += len(clean)
        if self.size > self._max_size:
            self.refusal = Refusal.TOO_BIG
        elif self._trace.loops(clean):
            self.refusal = Refusal.LOOP
        return clean if self.refusal is None else b""

    def _swallow(self, portion: bytes) -> None:
        self.discarded += len(portion)
        work = self._held + portion
        end = work.find(_END)
        if end >= 0:
            self.ended, self.rest = True, work[end + len(_END) :]
        self._held = work[1 - len(_END) :]


class _Trace:
    """Counts Received fields (RFC 5321, 6.3), as long as the header lasts."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._tail = _CRLF
        self._in_header = True

    def loops(self, clean: bytes) -> bool:
        if not self._in_header:
            return False
        work = self._tail + clean
        end = work.find(_END_OF_HEADER)
        self._in_header = end < 0
        self._count += (work if end < 0 else work[:end]).lower().count(_RECEIVED)
        self._tail = work[1 - len(_RECEIVED) :]  # one short of a field's name, so that none is counted twice
        return self._count > self._most


def _judge(seen: bytes, body: bytes, *, dotted: bool) -> tuple[Refusal | None, bool]:
    """Whether the mail is refused for its bytes, and else whether it has bare LFs.

    `body` is what is settled; `seen` goes on a little further, so that a lone dot shows with both its line ends.
    """
    if dotted and b"\r\n.\n" in seen:
        return Refusal.LINE_ENDS, False
    marks, pairs = body.translate(None, _ORDINARY), body.count(_CRLF)
    if len(marks) == 2 * pairs:
        return None, False
    if b"\0" in marks:
        return Refusal.NUL, False
    if marks.count(b"\r") != pairs or _LENIENT_END.search(seen):
        return Refusal.LINE_ENDS, False
    return None, True
