"""What an agent is told of a ticket: one letter, short, and readable on a phone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from replies import agent_words, language, render, wording
from replies.agent_words import AgentWords
from replies.defang import defanged
from replies.known import Known
from replies.language import Language
from replies.letters import Letter, subject
from replies.settings import DeskSettings

#: Of what is new, and of each earlier message, in code points: a phone shows less, and the whole is in the store.
MAX_NEW: Final = 8000
MAX_EARLIER: Final = 1200
MAX_AUTOMATIC: Final = 120

#: Of a reason's detail: some relays say pages.
MAX_DETAIL: Final = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class FileTold:
    """A file that is told of, and not shown."""

    number: int  #: of the attachment, from 1
    name: str
    kind: str  #: see parsing/mail.py
    size: int
    sealed: bool  #: only few may open it


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What somebody wrote; no secret is in it any more."""

    at: datetime
    who: str
    text: str
    kind: str = "in"  #: in, out, note; automatic for what no person wrote
    files: Sequence[FileTold] = ()  #: what came with it and is not shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A picture that goes with the letter."""

    content_id: str
    number: int  #: of the attachment, from 1: findings name it so


@dataclass(frozen=True, kw_only=True, slots=True)
class Lacking:
    """What is missing, and when it was asked for."""

    name: str
    asked_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Other:
    """Another ticket that the agent should know of."""

    number: str
    subject: str
    status: str
    closed_at: datetime | None = None
    why: str = ""  #: what it has to do with this one; "" for an earlier one of the same customer


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeView:
    """As much of a ticket as its agent is told."""

    number: str
    subject: str  #: our words for its category: the same in all its letters
    language: str  #: the agent's
    now: datetime
    whys: Sequence[tuple[str, Mapping[str, Any]]]  #: what happened, and its detail: see store/notices.py
    customer: str  #: the address that an answer goes to; "" where nobody can be answered
    copied: Sequence[str] = ()  #: who else gets it
    inside: bool = False  #: a reply to this letter is a note
    reaches: int = 0  #: how many other tickets a reply is sent to as well: it is an incident's own ticket
    incident: str = ""  #: the incident that the ticket is of, and its own ticket
    holder: str = ""  #: whose ticket it is, where it is not the reader's; "" for nobody's
    own: bool = True  #: it is the reader's ticket
    status: str = "open"
    due: datetime | None = None  #: when an answer is owed; None where none is
    answered_at: datetime | None = None  #: when a person last answered
    said: Sequence[Said] = ()  #: what is new, the oldest first
    pictures: Sequence[Shown] = ()
    known: Sequence[Known] = ()
    lacking: Sequence[Lacking] = ()
    identity: str = ""  #: verified, unverified, suspicious; "" where nobody wrote
    identity_why: str = ""
    warnings: Sequence[str] = ()  #: what else to beware of
    undeliverable: bool = False  #: letters to the customer came back
    earlier: Sequence[Other] = ()
    similar: Sequence[str] = ()  #: what many report now, in the words of the event
    verbs: Sequence[tuple[str, str]] = ()  #: a deed's name, and the link that does it
    history: Sequence[Said] = field(default=())  #: what was said before, the newest first


def notice(desk: DeskSettings, view: NoticeView) -> Letter:
    """The letter to an agent. Raises LetterUnreadable."""
    speech = wording.laid_over(language.load, view.language, desk.templates)
    words = wording.laid_over(agent_words.load, view.language, desk.templates)
    title, telling = subject(view.number, view.subject), _Telling(desk, view, speech, words)
    values = {
        "language": view.language,
        "subject": title,
        "view": view,
        "copied": list(view.copied),
        "holder": view.holder,
        "reaches": view.reaches,
        "incident": view.incident,
        "whys": [telling.why(code, detail) for code, detail in view.whys],
        "due": telling.time(view.due),
        "overdue": view.due is not None and view.due <= view.now,
        "answered": telling.time(view.answered_at),
        "status": words["status"].get(view.status, view.status),
        "said": [telling.said(each, MAX_NEW) for each in view.said],
        "known": [telling.known(each) for each in view.known],
        "lacking": [(each.name, telling.time(each.asked_at)) for each in view.lacking],
        "trust": telling.trust(),
        "warnings": [telling.translated(each) for each in view.warnings],
        "earlier": [telling.other(each) for each in view.earlier],
        "similar": [telling.translated(each) for each in view.similar],
        "verbs": [(words["verbs"][name], link) for name, link in view.verbs],
        "history": [
            telling.said(each, MAX_AUTOMATIC if each.kind == "automatic" else MAX_EARLIER) for each in view.history
        ],
        "preview": telling.preview(),
    }
    text, html = render.letter(desk.templates, view.language, "notice", values)
    return Letter(subject=title, text=text, html=html)


class _Telling:
    """Values of a view in an agent's language; whatever a stranger wrote is defanged here."""

    def __init__(self, desk: DeskSettings, view: NoticeView, speech: Language, words: AgentWords) -> None:
        self._zone = desk.zone
        self._view = view
        self._speech = speech
        self._words = words

    def time(self, when: datetime | None) -> str:
        """An instant in few letters; "" for none."""
        return self._speech.brief(when, self._view.now, self._zone) if when else ""

    def why(self, code: str, detail: Mapping[str, Any]) -> str:
        """What happened, in a sentence."""
        told = {key: defanged(str(value))[:MAX_DETAIL] for key, value in detail.items()}
        return self._words["why"][code].format_map(defaultdict(str, told))

    def said(self, each: Said, limit: int) -> Mapping[str, Any]:
        """Who wrote what, and when."""
        text = " ".join(each.text.split()) if each.kind == "automatic" else each.text.strip()
        cut = len(text) > limit
        ours = each.kind == "out" and ">" not in text  # no stranger's words are quoted in it
        shown = text[:limit] if ours else defanged(text[:limit])
        shown += " …" if cut else ""
        files = [self.file(file) for file in each.files]
        return {"who": defanged(each.who), "at": self.time(each.at), "text": shown, "kind": each.kind, "files": files}

    def file(self, each: FileTold) -> str:
        """A file that is not shown: "Lampiran 2: bukti.pdf, 120 kB"."""
        size = f"{max(1, each.size // 1024):,} kB".replace(",", self._speech.thousands)
        told = self._words["files"]["sealed" if each.sealed else "dangerous" if each.kind == "dangerous" else "plain"]
        return told.format(number=each.number, name=defanged(each.name or each.kind), size=size)

    def known(self, each: Known) -> Mapping[str, Any]:
        """A finding with its evidence: "Rp50.000 (teks, lampiran 1)"."""
        sources = [self._words["evidence"][kind].format(detail) for kind, detail in each.sources]
        raw = f"“{defanged(each.words)}”" if each.words else ""
        return {
            "label": each.label,
            "value": defanged(each.value),
            "evidence": ", ".join(part for part in (*sources, raw) if part),
            "disputed": each.disputed,
        }

    def trust(self) -> str:
        """What is known of who wrote."""
        view = self._view
        verdict = self._words["identity"].get(view.identity, "")
        return f"{verdict} ({self.translated(view.identity_why)})" if verdict and view.identity_why else verdict

    def translated(self, told: str) -> str:
        """A sentence that the desk keeps in English, by the patterns of the language's own words."""
        for pattern, words in self._words["phrases"].items():
            told = re.sub(pattern, words, told)
        return defanged(told)

    def other(self, each: Other) -> str:
        """Another ticket in a few words."""
        status = self._words["status"].get(each.status, each.status)
        when = f" {self.time(each.closed_at)}" if each.closed_at else ""
        why = f", {self.translated(each.why)}" if each.why else ""
        return f"{each.number} {each.subject}: {status}{when}{why}"

    def preview(self) -> str:
        """What a phone shows beside the subject."""
        view, labels = self._view, self._words["preview"]
        values = [each.value for each in view.known[:3]]
        lacking = labels["lacking"].format(", ".join(each.name for each in view.lacking)) if view.lacking else ""
        due = labels["due"].format(self.time(view.due)) if view.due else ""
        return defanged(" · ".join(part for part in (*values, lacking, due) if part)) or self.first_words()

    def first_words(self) -> str:
        """How what is new begins."""
        return next((defanged(each.text.strip())[:100] for each in self._view.said if each.text.strip()), "")
