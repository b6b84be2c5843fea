"""What can go wrong while mail comes in.

IntakeError
├── SpoolFull               temporary
├── SpoolFailed             temporary
├── SpoolCorrupt            permanent
├── MailTooBig              permanent
├── DoorBlocked             permanent
├── ConfigurationWrong      permanent
└── AlreadyRunning          permanent
"""

from __future__ import annotations


class IntakeError(Exception):
    """Mail could not be taken in."""

    temporary = False

    def __init__(self, detail: str = "") -> None:
        sentence = (type(self).__doc__ or "").strip()
        super().__init__(f"{sentence} ({detail})" if detail else sentence)


class SpoolFull(IntakeError):
    """The spool's disk or quota is full; senders come back later, and mail flows again once there is room."""

    temporary = True


class SpoolFailed(IntakeError):
    """The spool cannot be written, and senders come back later; look at its folder's permissions and its disk."""

    temporary = True


class SpoolCorrupt(IntakeError):
    """A spooled file is incomplete or was changed; it is kept in the spool's `corrupt` folder to be looked at."""


class MailTooBig(IntakeError):
    """The mail is larger than the desk takes; intake.limits.max_mail_size says how large that is."""


class DoorBlocked(IntakeError):
    """A door cannot be opened; another program may hold its port, or its certificate cannot be read."""


class ConfigurationWrong(IntakeError):
    """The configuration cannot be used."""


class AlreadyRunning(IntakeError):
    """Another loket works in this data folder; stop it first."""


class ServerWrong(Exception):
    """A server does not do what the desk needs of it; the words say what, and how to mend it, and stand alone."""
