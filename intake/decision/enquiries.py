"""Which ticket a question for progress is about. Pure.

Only a sender who authenticated is answered, and only of tickets of his own: a number of somebody else's is passed over
in silence, as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parsing.fields.enquiry import asks_for_status, ticket_numbers
from parsing.mail import Nature, ParsedMail
from parsing.report import Category, Report
from store import numbers
from store.customers import Own


@dataclass(frozen=True, kw_only=True, slots=True)
class Enquiry:
    """A question for a ticket's progress."""

    ticket_id: int | None = None  #: the sender's own ticket that it is about, as far as the question says
    mistyped: bool = False  #: a number stands in it that fails its check digit


def asks(mail: ParsedMail, report: Report) -> bool:
    """Whether a mail asks how far a report has come, and does not report anything itself."""
    if mail.nature is not Nature.HUMAN or report.category not in (Category.STATUS_ENQUIRY, Category.OTHER):
        return False
    return report.category is Category.STATUS_ENQUIRY or asks_for_status(mail.subject, mail.new_text)


def asks_in_answer(mail: ParsedMail) -> bool:
    """Likewise for a mail that belongs to a ticket already; its subject is ours."""
    return mail.nature is Nature.HUMAN and asks_for_status("", mail.new_text)


def enquiry(mail: ParsedMail, prefix: str, own: Sequence[Own]) -> Enquiry:
    """Which of the sender's own tickets, the newest first, a question is about."""
    written = ticket_numbers(prefix, mail.subject, mail.new_text)
    right = [number for number in written if numbers.parse(number)]
    named = next((each.ticket_id for each in own if each.number in right), None)
    if named is not None:
        return Enquiry(ticket_id=named)
    if right or not own:
        return Enquiry()  # a number that is not his: nothing is said of it
    newest = next((each for each in own if not each.closed), own[0])
    return Enquiry(ticket_id=newest.ticket_id, mistyped=bool(written))
