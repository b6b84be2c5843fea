"""What we say: one function a letter. Values in, words out; nothing of a sender's free text is ever among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parsing.report import Category, Finding
from replies import findings as shapes
from replies import guidance, hours, language, layout, render, targets, wording
from replies.findings import Words
from replies.language import Language
from replies.settings import DeskSettings
from store.models import Ticket


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A letter's words."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TicketView:
    """As much of a ticket as letters may speak of."""

    number: str  #: "LKT-104231"
    subject: str  #: our words for its category, in its language
    language: str  #: of our letters: a folder of templates
    category: str
    created_at: datetime
    priority: str = "normal"
    findings: tuple[Finding, ...] = ()  #: shown only in their strict shapes, and only to who authenticated
    pictures: int = 0  #: how many of the attachments are pictures
    files: int = 0  #: how many are something else
    too_large: bool = False  #: of the mail only the text was taken, and none of its files
    missing: tuple[str, ...] = ()  #: items to ask for: "username", "transaction_id", "occurred_at", "contact"
    secret: bool = False  #: the mail had a password or its like in it, which we have hidden
    due: datetime | None = None  #: when a person answers at the latest
    incident: str = ""  #: a trouble that many report, by the name that an agent gave it
    incident_since: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a ticket has come, for whom it belongs to."""

    turn: str  #: open is ours, waiting is the customer's, closed is nobody's
    answered_at: datetime | None = None  #: when a person last answered
    working_since: datetime | None = None  #: when a person took it on
    late: bool = False  #: the answer was due before now
    others: tuple[str, ...] = ()  #: numbers of the customer's other tickets that are not closed
    mistyped: bool = False  #: the customer wrote a number that fails its check digit


@dataclass(frozen=True, kw_only=True, slots=True)
class _Missing:
    """One thing that the letter asks for."""

    name: str
    question: str


def view_of(ticket: Ticket) -> TicketView:
    """What the ticket itself tells a letter; the rest is for who writes the letter to add."""
    return TicketView(
        number=ticket.number,
        subject=ticket.subject,
        language=ticket.language,
        category=ticket.category,
        created_at=ticket.created_at,
        missing=tuple(ticket.missing),
    )


def subject(number: str, words: str) -> str:
    """The one subject of all letters of a ticket: "[LKT-104231] Deposit belum masuk"."""
    return f"[{number}] {words}"


def acknowledgement(desk: DeskSettings, view: TicketView, *, words: Words, repeat_findings: bool) -> Letter:
    """The letter that says a report has arrived: its number, what we noted, what is missing, what happens next.

    `words` are the fields' names and questions in the view's language. `repeat_findings` is for authenticated senders
    only. Raises LetterUnreadable where templates are missing or faulty.
    """
    speech, advice = _speech(desk, view), wording.laid_over(guidance.load, view.language, desk.templates)
    channels = [str(each.value) for each in view.findings if each.field == "channels"] if repeat_findings else []
    values = {
        "findings": shapes.told(view.findings, words, speech, desk.zone) if repeat_findings else (),
        "files": speech.files(view.pictures, view.files),
        "too_large": view.too_large,
        "incident": view.incident,
        "incident_since": _told(view.incident_since, desk, speech),
        "missing": [
            _Missing(name=words.field_name(item), question=advice.place(item, channels) or words.question(item))
            for item in view.missing
        ],
        "screenshot": bool(_SHOWN_ON_SCREEN.intersection(view.missing)),
        "registering": view.category in _REGISTERING,
        "invited": speech.listing(advice.invited.get(view.category, ())),
        "tips": advice.tips.get(view.category, ()),
    }
    return _letter("received", desk, view, speech, values)


def complete(desk: DeskSettings, view: TicketView, *, words: Words, repeat_findings: bool) -> Letter:
    """The letter that says that nothing is missing any more."""
    speech = _speech(desk, view)
    noted = shapes.told(view.findings, words, speech, desk.zone) if repeat_findings else ()
    return _letter("complete", desk, view, speech, {"findings": noted})


def duplicate(desk: DeskSettings, view: TicketView) -> Letter:
    """The letter that says that a report has joined the one that we have."""
    return _letter("duplicate", desk, view, _speech(desk, view), {})


def secret(desk: DeskSettings, view: TicketView) -> Letter:
    """The letter that says that a secret was hidden, where there is nothing else to say."""
    return _letter("secret", desk, view, _speech(desk, view), {})


def closing(desk: DeskSettings, view: TicketView, closes: datetime, *, words: Words) -> Letter:
    """The letter that says that a ticket closes unless its customer is heard of."""
    speech = _speech(desk, view)
    values = {
        "closes": speech.day(closes.astimezone(desk.zone).date()),
        "missing": speech.listing(words.field_name(item) for item in view.missing),
        "reopen_days": desk.reopen_days,
    }
    return _letter("closing", desk, view, speech, values)


def status(desk: DeskSettings, view: TicketView, progress: Progress, *, words: Words) -> Letter:
    """The letter that says how far a ticket has come. For the one whom it belongs to, and who authenticated."""
    speech = _speech(desk, view)
    values = {
        "about": view.subject,
        "turn": progress.turn,
        "created": _told(view.created_at, desk, speech),
        "answered": _told(progress.answered_at, desk, speech),
        "working": _told(progress.working_since, desk, speech),
        "late": progress.late,
        "missing": speech.listing(words.field_name(item) for item in view.missing),
        "others": speech.listing(progress.others),
        "mistyped": progress.mistyped,
    }
    return _letter("status", desk, view, speech, values)


def answer(desk: DeskSettings, view: TicketView, words: str, pictures: Sequence[str] = ()) -> Letter:
    """What an agent has written to the customer, as the team's; `pictures` are the content ids to show below it."""
    values = {"words": words.strip("\n"), "blocks": layout.blocks(words), "pictures": pictures}
    return _letter("answer", desk, view, _speech(desk, view), values)


def question(desk: DeskSettings, view: TicketView, words: str) -> Letter:
    """What an agent asks a colleague or another department; nothing of the customer's goes with it."""
    values = {"words": words.strip("\n"), "blocks": layout.blocks(words)}
    return _letter("question", desk, view, _speech(desk, view), values)


#: What a screenshot shows as well as words can tell it.
_SHOWN_ON_SCREEN = frozenset({"transaction_id", "occurred_at"})

#: Who reports these has no account yet, and is never asked for its name.
_REGISTERING = frozenset(
    {
        Category.REGISTRATION_OTP,
        Category.REGISTRATION_FORM,
        Category.REGISTRATION_ALREADY_USED,
        Category.ACTIVATION_LINK,
    }
)


def _speech(desk: DeskSettings, view: TicketView) -> Language:
    return wording.laid_over(language.load, view.language, desk.templates)


def _letter(name: str, desk: DeskSettings, view: TicketView, speech: Language, values: dict[str, Any]) -> Letter:
    told = {**_common(desk, view, speech), **values}
    text, html = render.letter(desk.templates, view.language, name, told)
    return Letter(subject=told["subject"], text=text, html=html)


def _told(when: datetime | None, desk: DeskSettings, speech: Language) -> str:
    return speech.instant(when.astimezone(desk.zone), desk.zone) if when else ""


def _team(desk: DeskSettings, speech: Language) -> str:
    return speech.team.format(name=desk.display_name) if desk.is_named else speech.team_unnamed


def _common(desk: DeskSettings, view: TicketView, speech: Language) -> dict[str, Any]:
    """What every letter may name of the ticket and of the desk."""
    zone = desk.zone
    local = view.created_at.astimezone(zone)
    opens = hours.next_opening(desk.hours, local, zone)
    channels = desk.channels or desk.addresses
    return {
        "language": view.language,
        "number": view.number,
        "category": view.category,
        "subject": subject(view.number, view.subject),
        "secret": view.secret,
        "due": _told(view.due, desk, speech),
        "reply_hours": speech.hours_of(targets.first_reply_hours(desk, view.category, view.priority)),
        "hours": speech.opening(desk.hours, language.zone_name(local, zone)),
        "opens": speech.instant(opens, zone) if opens else "",
        "channels": speech.listing(channels),
        "one_channel": len(channels) == 1,
        "team": desk.signature.get(view.language) or _team(desk, speech),
    }
