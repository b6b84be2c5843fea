"""How long a client may take. Pure: the present is passed in, in seconds of a monotonic clock."""

from __future__ import annotations

from typing import Final

#: Nothing is due while we are the ones who are slow.
NEVER: Final = float("inf")


class Pace:
    """A client's clock: from its first word, or from MAIL, until its mail is answered.

    The whole of it, every command included, may take `grace` seconds and what its bytes take at `minimum_rate`: a
    slow honest mail passes, a client that drips bytes or NOOPs does not (Postfix's smtpd_min_data_rate). And no
    silence may be longer than `idle` seconds (RFC 5321, 4.5.3.2.7).
    """

    def __init__(self, *, grace: float, minimum_rate: int, idle: float, now: float) -> None:
        self._grace, self._rate, self._idle = grace, minimum_rate, idle
        self._resting = False
        self._in_mail = False
        self._heard_at = now
        self._until = now + grace

    def heard(self, count: int, now: float) -> None:
        """So many bytes came."""
        self._heard_at = now
        self._until += count / self._rate

    def begin_mail(self, now: float) -> None:
        """MAIL was accepted. Only the first since a mail was answered counts, or else MAIL and RSET would buy time."""
        if not self._in_mail:
            self._in_mail, self._until = True, now + self._grace

    def rest(self) -> None:
        """The mail is complete: what passes from here on is our time."""
        self._resting = True

    def go_on(self, now: float) -> None:
        """The mail is answered: the client's clock starts anew."""
        self._resting = self._in_mail = False
        self._heard_at, self._until = now, now + self._grace

    def due(self) -> float:
        """When the client's time is over, as things stand."""
        return NEVER if self._resting else min(self._until, self._heard_at + self._idle)
