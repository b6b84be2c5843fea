"""What can go wrong with saying something.

RepliesError
├── AddressRefused          permanent
├── ComposeMismatch         permanent
├── LetterUnreadable        permanent
├── SmarthostDown           temporary
├── TokenServerDown         temporary
├── GrantMissing            permanent
├── GrantRefused            permanent
└── LeaseLost               temporary
"""

from __future__ import annotations


class RepliesError(Exception):
    """A letter could not be written or handed on."""

    temporary = False

    def __init__(self, detail: str = "") -> None:
        sentence = (type(self).__doc__ or "").strip()
        super().__init__(f"{sentence} ({detail})" if detail else sentence)


class AddressRefused(RepliesError):
    """That is not an address to which mail can be sent."""


class ComposeMismatch(RepliesError):
    """A letter did not read back as it was meant; it was not queued. This is a fault in loket: please report it."""


class LetterUnreadable(RepliesError):
    """A letter's template is missing or faulty; see the template named, in the overlay folder or in loket's own."""


class SmarthostDown(RepliesError):
    """The smarthost does not take mail from us now; letters wait."""

    temporary = True


class LeaseLost(RepliesError):
    """Another sender has taken over this letter; this one leaves it alone."""

    temporary = True


class TokenServerDown(RepliesError):
    """The provider's token server does not answer now; it is asked again."""

    temporary = True


class GrantMissing(RepliesError):
    """Nobody has allowed this login yet; run the command named."""


class GrantRefused(RepliesError):
    """The provider does not accept this login any more; run the command named to allow it anew."""
