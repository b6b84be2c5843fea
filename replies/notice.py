"""What an agent is told of a ticket: one letter, short, and readable on a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from replies import agent_words, language, render
from replies.defang import defanged
from replies.letters import Letter, subject
from replies.settings import DeskSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What somebody wrote; no secret is in it any more."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeView:
    """As much of a ticket as its agent is told."""

    number: str
    subject: str  #: our words for its category: the same in all its letters
    language: str  #: the agent's
    whys: Sequence[str]  #: what happened, see store/notices.py
    customer: str  #: the address that an answer goes to; "" where nobody can be answered
    due: datetime | None  #: when an answer is owed; None where none is
    said: Sequence[Said]  #: what is new, the oldest first


def notice(desk: DeskSettings, view: NoticeView) -> Letter:
    """The letter to an agent. Raises LetterUnreadable."""
    speech = language.load(view.language, desk.templates)
    words = agent_words.load(view.language, desk.templates)
    title = subject(view.number, view.subject)
    values = {
        "language": view.language,
        "subject": title,
        "customer": view.customer,
        "whys": [words["why"][each] for each in view.whys],
        "due": speech.instant(view.due.astimezone(desk.zone), desk.zone) if view.due else "",
        "said": [
            {"who": each.who, "at": _time(each.at, desk, speech), "text": defanged(each.text)} for each in view.said
        ],
    }
    text, html = render.letter(desk.templates, view.language, "notice", values)
    return Letter(subject=title, text=text, html=html)


def _time(when: datetime, desk: DeskSettings, speech: language.Language) -> str:
    return speech.instant(when.astimezone(desk.zone), desk.zone)
