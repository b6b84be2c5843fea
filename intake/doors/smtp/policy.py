"""Who may send what to whom: the answers to MAIL and RCPT that depend on more than grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.doors.smtp.house import House
from intake.doors.smtp.words import NULL_PATH

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Session
    from aiosmtpd.smtp import Envelope as Transaction

STOPPING = "421 4.3.2 This desk is closing for a moment; come back soon"

_ACCEPTED_SENDER = "250 2.1.0 Sender accepted"
_ACCEPTED_RECIPIENT = "250 2.1.5 Recipient accepted"
_NO_ROOM = "452 4.3.1 No room for mail at the moment; try again later"
_TOO_MANY = "452 4.5.3 That is as many recipients as one mail may have; send the others another one"
_UNKNOWN = "550 5.1.1 There is no such address here"
_NEEDS_SMTPUTF8 = "553 5.6.7 An address beyond ASCII needs SMTPUTF8"


class Doorkeeper:
    """The handler that aiosmtpd asks. One serves all conversations of a door: what differs is passed in."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, transaction: Transaction, address: str, options: list[str]
    ) -> str:
        """Accept a sender, if there is room for the largest mail (RFC 1870, 6.3; Postfix's queue_minfree)."""
        if self._house.tallies.stopping:
            return STOPPING
        if not address.isascii() and not transaction.smtp_utf8:
            return _NEEDS_SMTPUTF8
        if self._house.spool.shortage(self._house.limits.max_mail_size):
            return _NO_ROOM  # which is watched, and told, whether or not mail comes
        transaction.mail_from = address
        transaction.mail_options.extend(options)
        return _ACCEPTED_SENDER

    async def handle_RCPT(  # noqa: N802 - likewise
        self, _server: SMTP, _session: Session, transaction: Transaction, address: str, _options: list[str]
    ) -> str:
        """Accept a recipient that is ours. An unknown one is refused here and now.

        A bounce later would hit a stranger.
        """
        if address != NULL_PATH and not address.isascii() and not transaction.smtp_utf8:
            return _NEEDS_SMTPUTF8
        if len(transaction.rcpt_tos) >= self._house.limits.max_recipients:
            return _TOO_MANY
        if address == NULL_PATH or not self._house.knows(address):
            return _UNKNOWN
        transaction.rcpt_tos.append(address)
        return _ACCEPTED_RECIPIENT
