"""What we say: one function a letter. Values in, words out; nothing of a sender's free text is ever among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from parsing.report import Finding
from replies import findings as shapes
from replies import hours, language, render
from replies.findings import Words
from replies.language import Language
from replies.settings import DeskSettings


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
    findings: tuple[Finding, ...] = ()  #: shown only in their strict shapes, and only to who authenticated
    pictures: int = 0  #: how many of the attachments are pictures
    files: int = 0  #: how many are something else
    too_large: bool = False  #: of the mail only the text was taken, and none of its files
    missing: tuple[str, ...] = ()  #: items to ask for: "username", "transaction_id", "occurred_at", "contact"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Missing:
    """One thing that the letter asks for."""

    name: str
    question: str


def subject(number: str, words: str) -> str:
    """The one subject of all letters of a ticket: "[LKT-104231] Deposit belum masuk"."""
    return f"[{number}] {words}"


def acknowledgement(desk: DeskSettings, view: TicketView, *, words: Words, repeat_findings: bool) -> Letter:
    """The letter that says a report has arrived: its number, what we noted, what is missing, what happens next.

    `words` are the fields' names and questions in the view's language. `repeat_findings` is for authenticated senders
    only. Raises LetterUnreadable where templates are missing or faulty.
    """
    speech = language.load(view.language, desk.templates)
    noted = shapes.told(view.findings, words, speech, desk.zone) if repeat_findings else ()
    values = {
        **_common(desk, view, speech),
        "findings": noted,
        "files": speech.files(view.pictures, view.files),
        "too_large": view.too_large,
        "missing": [_Missing(name=words.field_name(item), question=words.question(item)) for item in view.missing],
    }
    text, html = render.letter(desk.templates, view.language, "received", values)
    return Letter(subject=values["subject"], text=text, html=html)


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
        "reply_hours": desk.first_reply_hours,
        "hours": speech.opening(desk.hours, language.zone_name(local, zone)),
        "opens": speech.instant(opens, zone) if opens else "",
        "channels": speech.listing(channels),
        "one_channel": len(channels) == 1,
        "team": desk.signature.get(view.language) or speech.team.format(name=desk.display_name),
    }
