"""Which queue a new ticket belongs to: the first one whose every condition fits. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from intake.agent_settings import QueueSettings
from intake.effects.work import Work
from store.routing import Queue


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """What a queue may ask of a mail."""

    recipients: Collection[str]  #: whom it was written to, in lower case
    category: str
    language: str
    sender: str  #: in lower case; "" for none
    words: str  #: subject and new words, in lower case


def by_name(settings: Sequence[QueueSettings]) -> Mapping[str, Queue]:
    """The queues as routing knows them."""
    return {
        each.name: Queue(name=each.name, members=frozenset(name.lower() for name in each.agents), rule=each.rule)
        for each in settings
    }


def of_mail(work: Work, language: str) -> str | None:
    """The queue of the ticket that a mail opens, in the language of its letters."""
    mail = work.mail
    named = [*work.recipients, *(each.address for each in (*mail.to, *mail.cc))]
    incoming = Incoming(
        recipients={each.lower() for each in named},
        category=str(work.report.category),
        language=language,
        sender=mail.from_.address.lower() if mail.from_ else "",
        words=f"{mail.subject}\n{mail.new_text}".lower(),
    )
    return queue_of(work.desk.queues, incoming)


def queue_of(queues: Sequence[QueueSettings], incoming: Incoming) -> str | None:
    """The queue's name; None where none fits."""
    return next((queue.name for queue in queues if _fits(queue, incoming)), None)


def _fits(queue: QueueSettings, mail: Incoming) -> bool:
    domain = mail.sender.partition("@")[2]
    asked = (
        (bool(queue.addresses), any(each.lower() in mail.recipients for each in queue.addresses)),
        (bool(queue.categories), mail.category in queue.categories),
        (bool(queue.languages), mail.language in queue.languages),
        (bool(queue.senders), any(each.lower() in (mail.sender, domain, f"@{domain}") for each in queue.senders)),
        (bool(queue.words), any(each.lower() in mail.words for each in queue.words)),
    )
    return all(fits for wanted, fits in asked if wanted)
