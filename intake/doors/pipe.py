"""The pipe door: one mail on standard input, as a mail server's pipe transport gives it (Postfix pipe(8), procmail).

What it returns is durable. It needs the spool, but neither the daemon nor the database.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from intake.errors import MailTooBig, SpoolFull
from intake.spool import Spool
from parsing.mail import Envelope

#: Bytes that are read at a time.
PORTION = 256 << 10

#: The line that mbox-minded servers put before a mail (Postfix pipe(8), flag F); it is not part of it.
_FROM_LINE = re.compile(rb"From (?!\s*:)[^\n]*\n?")  # "From :" is an old way to write the field (RFC 5322, 4.5.2)


def deliver(
    stream: BinaryIO,
    spool: Spool,
    *,
    recipients: Sequence[str],
    now: datetime,
    limit: int,
    desk: str | None = None,
    sender: str | None = None,
) -> str:
    """Take a mail from a stream; returns its name in the spool.

    Raises SpoolFull, SpoolFailed or MailTooBig (over `limit` bytes); then nothing is kept.
    """
    if shortage := spool.shortage(limit):  # as at SMTP's MAIL without a SIZE: any mail that may come has to fit
        raise SpoolFull(shortage)
    incoming = spool.receive()
    try:
        portion = _without_from_line(stream)
        while portion:
            incoming.write(portion)
            if incoming.size > limit:
                raise MailTooBig(f"{limit} bytes")  # noqa: TRY301  # given up below, like any other
            portion = stream.read(PORTION)
    except BaseException:
        incoming.discard()
        raise
    envelope = Envelope(door="pipe", received_at=now, mail_from=sender, rcpt_to=tuple(recipients), desk=desk)
    return incoming.commit(envelope)


def _without_from_line(stream: BinaryIO) -> bytes:
    first = stream.read(PORTION)
    line = _FROM_LINE.match(first)
    return first[line.end() :] or stream.read(PORTION) if line else first
