"""flufl.bounce, asked last: GNU Mailman's detectors know forms that our own reading has no words for.

It is given a mail that we make of the reporter's own words alone, bounded in lines and length: so none of its patterns
meets a size that could cost time, and whatever it raises costs only its opinion.
"""

from __future__ import annotations

import logging
from email.message import Message

from flufl.bounce import all_failures

from parsing.claims.bounces.status import cleaned
from parsing.mail import FailedRecipient

_MAX_LINES, _MAX_LINE = 200, 300  #: its forms are short; beyond it some of its patterns are slow

logging.getLogger("flufl.bounce").disabled = True  # it logs what it meets, and a stranger's words are not for logs


def failures(words: list[str], subject: str, sender: str) -> tuple[FailedRecipient, ...]:
    """The recipients that flufl.bounce finds, without status and reason."""
    mail = Message()
    mail["From"] = _ascii(sender)
    mail["Subject"] = _ascii(subject)
    mail["Content-Type"] = "text/plain; charset=us-ascii"
    mail.set_payload("\n".join(_ascii(line[:_MAX_LINE]) for line in words[:_MAX_LINES]))
    try:
        temporary, permanent = all_failures(mail)
    except Exception:  # noqa: BLE001 - it raises anything on odd words; then it has no opinion
        return ()
    return tuple(
        FailedRecipient(address=address, status="", permanent=raw in permanent, reason="")
        for raw in sorted({*temporary, *permanent})
        if (address := cleaned(raw.decode("ascii", "replace")))
    )


def _ascii(text: str) -> str:
    return "".join(letter if " " <= letter <= "~" or letter == "\t" else "?" for letter in text[:_MAX_LINE])
