"""LMTP (RFC 2033): a mail server of our own hands mail over, and hears of each recipient by itself.

After the dot there is one reply for each recipient that was accepted, in their order, one that was named twice
included; all of them after the mail is durable for all. Whatever goes wrong, the number of replies is right: a client
that counts another number takes the next mail's replies for this one's, and bounces mail that was delivered.
"""

from __future__ import annotations

import asyncio

from intake.doors.smtp.conversation import Conversation
from intake.doors.smtp.transfer import Transfer


class LmtpConversation(Conversation):
    """The protocol of one connection."""

    door = "lmtp"
    greeting = "LMTP loket"

    async def smtp_LHLO(self, hostname: str | None) -> None:  # noqa: N802 - aiosmtpd finds commands by these names
        """Greet, and announce what is served (RFC 2033, 4.1)."""
        await self._announce(hostname)

    def _forbidden(self) -> frozenset[str]:
        """SMTP's greetings, which must not be understood here (RFC 2033, 4.1), and TLS, which no neighbour needs."""
        return super()._forbidden() | {"HELO", "EHLO", "STARTTLS"}

    def _tolerance(self) -> float:
        """Of our own mail server's errors any number: to hang up amid its recipients would lose it the others."""
        return float("inf")

    async def _stored(self, transfer: Transfer) -> str:
        try:
            return await super()._stored(transfer)
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - it is answered as many times as anything else
            return await self.handle_exception(error)

    async def _answer_mail(self, reply: str, recipients: int) -> None:
        for _ in range(recipients):
            await self.push(reply)
