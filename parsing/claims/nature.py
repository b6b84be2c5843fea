"""What kind of sender a mail has, with the evidence for it: the rules in the order in which they are asked.

First what a mail was made to be (its structure), then what a relay says in words, then what a responder writes into its
header, then what it says in words, at last what a sender's address tells. A person is who remains.
"""

from __future__ import annotations

from collections.abc import Callable

from parsing.claims import marks, wording
from parsing.claims.telling import Evidence, Told
from parsing.mail import Nature

Rule = Callable[[Told], Evidence | None]


def _away(told: Told) -> Evidence | None:
    """What its words tell; and before them what marks it as well, since words alone may deceive."""
    said = wording.away(told)
    marked = marks.responder(told) if said else None
    return (said[0], f"{marked[1]}, {said[1]}") if said and marked else said


_MADE: tuple[Rule, ...] = (
    marks.own,
    marks.reaction,
    marks.challenge,
    wording.challenge,
    marks.report,
    marks.failed,
    wording.bounce,
    marks.calendar,
)
#: not asked where the sender says "Auto-Submitted: no" (RFC 3834, 5: a person has written it)
_RESPONDS: tuple[Rule, ...] = (_away, marks.responder, wording.receipt, wording.reaction)
_SENT: tuple[Rule, ...] = (marks.bulk, marks.sender)


def nature(told: Told) -> Evidence:
    """The nature of a mail, and what shows it ("" for human)."""
    responds = () if marks.submitted(told.headers) == "no" else _RESPONDS
    found = (rule(told) for rule in (*_MADE, *responds, *_SENT))
    return next((evidence for evidence in found if evidence), (Nature.HUMAN, ""))
