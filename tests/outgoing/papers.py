"""Every letter that there is a template for, with a value in every place that takes a stranger's or a site's words.

The templates are found by listing their folder; here stands how each of them is filled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from string import Formatter
from typing import Any, Final

from jinja2 import meta

from parsing.report import Category, Finding
from replies import agent_words, canned, letters, notice, order_words, render, weekly
from replies.agenda import Agenda, Line, Part, agenda
from replies.enclosing import File
from replies.findings import SHAPES
from replies.known import Known
from replies.letters import Letter, Progress, TicketView
from replies.notice import FileTold, Lacking, NoticeView, Other, Said, Shown
from replies.order_words import Told
from replies.settings import DeskSettings
from store.figures import Figures, QueueFigures

NOON: Final = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)

#: Where they stand.
FOLDER: Final = render.folders(None)[-1]

_LINK: Final = "mailto:help%2B0123456789abcdefghjkmnpqrstvwxyz@desk.test?subject=LKT-104231"
_CID: Final = "p1.0@lkt-104231"


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A letter, and what goes with it."""

    letter: Letter
    files: Sequence[File] = ()
    senders: bool = False  #: only a sender's words were put in: none of them may stand in it
    persons: bool = False  #: a person's words: addresses in them may be links, to what they show


def languages() -> list[str]:
    """The languages that there are templates for."""
    return sorted(each.name for each in FOLDER.iterdir() if each.is_dir())


def templates(language: str) -> set[str]:
    """The names of a language's templates, of whatever ending: "received", "canned/done"."""
    folder = FOLDER / language
    found = (each.relative_to(folder) for each in folder.rglob("*") if each.suffix in (".txt", ".html", ".jinja"))
    return {each.with_suffix("").as_posix() for each in found}


def papers(name: str, language: str, value: str) -> Iterator[Paper]:
    """The letters of a template, with the value."""
    folder, _, stem = name.rpartition("/")
    yield from _canned(stem, language, value) if folder == "canned" else MAKERS[name](language, value)


class _Words:
    """The fields' words, as a site may call them."""

    def __init__(self, value: str) -> None:
        self._value = value

    def field_name(self, item: str, /) -> str:
        return f"{item} {self._value}"

    def question(self, item: str, /) -> str:
        return f"{item}? {self._value}"


def _desk(value: str = "Support") -> DeskSettings:
    """A desk that is called so."""
    return DeskSettings(name="help", addresses=["help@desk.test"], display_name=value, channels=[value])


def _finding(field: str, value: Any) -> Finding:
    return Finding(field=field, value=value, raw=str(value), where="body", start=0, end=1, rule="label", confidence=1.0)


def _found(value: str) -> tuple[Finding, ...]:
    """What was read out of a mail, in every field and shape."""
    shapes = (
        value,
        {"iso": value, "precision": value, "text": value},
        {"currency": value, "amount": value, "value": value, "text": value},
        {"currency": "IDR", "amount": value, "value": value},
    )
    fields = dict.fromkeys([*SHAPES, "channels", "emails", "phones", "devices", "error_messages"])
    return tuple(_finding(field, shape) for field in fields for shape in shapes)


def _view(language: str, **more: Any) -> TicketView:
    told: dict[str, Any] = {
        "number": "LKT-104231",
        "subject": "Deposit",
        "language": language,
        "category": Category.DEPOSIT_MISSING.value,
        "created_at": NOON,
        "missing": ("transaction_id", "occurred_at"),
        "pictures": 1,
        "files": 2,
        "secret": True,
        "too_large": True,
        "due": NOON + timedelta(hours=4),
    }
    return TicketView(**(told | more))


#: How a customer's letter is made of a desk, a ticket, and the fields' words.
_Customers = Callable[[DeskSettings, TicketView, _Words], Letter]


def _to_customer(made: _Customers) -> Callable[[str, str], Iterator[Paper]]:
    """Once with a sender's words, and once with those of agents and of a site."""

    def both(language: str, value: str) -> Iterator[Paper]:
        view = _view(language, findings=_found(value))
        yield Paper(letter=made(_desk(), view, _Words("")), senders=True)
        ours = _view(language, subject=value, incident=value, incident_since=NOON)
        yield Paper(letter=made(_desk(value), ours, _Words(value)))

    return both


def _noting(made: Callable[..., Letter], desk: DeskSettings, view: TicketView, words: _Words) -> Letter:
    return made(desk, view, words=words, repeat_findings=True)


def _status(desk: DeskSettings, view: TicketView, words: _Words) -> Letter:
    progress = Progress(turn="open", answered_at=NOON, working_since=NOON, late=True, others=("LKT-1",), mistyped=True)
    return letters.status(desk, view, progress, words=words)


def _answer(language: str, value: str) -> Iterator[Paper]:
    file = File(name=value, type=value, content=value.encode("utf-8", "replace"))
    letter = letters.answer(_desk(value), _view(language, subject=value), f"Halo\n\n{value}", [_CID])
    yield Paper(letter=letter, files=[_picture(value), file], persons=True)


def _question(language: str, value: str) -> Iterator[Paper]:
    yield Paper(letter=letters.question(_desk(value), _view(language, subject=value), value), persons=True)


def _canned(name: str, language: str, value: str) -> Iterator[Paper]:
    source = (FOLDER / language / "canned" / f"{name}.txt").read_text(encoding="utf-8")
    wanted = meta.find_undeclared_variables(render.environment(None).parse(source))
    words = canned.canned(None, language, name, dict.fromkeys(wanted, value))
    yield Paper(letter=letters.answer(_desk(value), _view(language), words), persons=True)


def _picture(value: str) -> File:
    return File(name=f"{value}.jpg", type="image/jpeg", content=b"\xff\xd8\xff", content_id=_CID)


def _notice(language: str, value: str) -> Iterator[Paper]:
    words = agent_words.load(language, None)
    said = [_said(kind, value) for kind in ("in", "out", "note", "automatic")]
    view = NoticeView(
        number="LKT-104231",
        subject=value,
        language=language,
        now=NOON,
        whys=[(code, _filled(pattern, value)) for code, pattern in words["why"].items()],
        customer=value,
        copied=[value],
        reaches=3,
        incident=value,
        holder=value,
        own=False,
        due=NOON,
        answered_at=NOON,
        said=said,
        pictures=[Shown(content_id=_CID, number=1)],
        known=[Known(label=value, value=value, sources=[("file", "1")], words=value, disputed=True)],
        lacking=[Lacking(name=value, asked_at=NOON)],
        identity="suspicious",
        identity_why=value,
        warnings=[value],
        undeliverable=True,
        earlier=[Other(number="LKT-1", subject=value, status="closed", closed_at=NOON, why=value)],
        similar=[value],
        verbs=[(name, _LINK) for name in words["verbs"]],
        history=said,
    )
    yield Paper(letter=notice.notice(_desk(value), view), files=[_picture(value)])


def _said(kind: str, value: str) -> Said:
    files = [
        FileTold(number=number, name=value, kind=sort, size=1, sealed=sealed)
        for number, (sort, sealed) in enumerate((("screenshot", False), ("dangerous", False), ("other", True)), 1)
    ]
    return Said(at=NOON, who=value, text=value, kind=kind, files=files)


def _agenda(language: str, value: str) -> Iterator[Paper]:
    words = agent_words.load(language, None)
    codes = [each for each in words["agenda"] if f"{each}_subject" in words["agenda"]]
    kinds = [each for each, text in words["agenda"].items() if "{count}" in text and not each.endswith("_subject")]
    line = Line(
        number="LKT-104231",
        subject=value,
        customer=value,
        since=NOON,
        due=NOON,
        whys=list(words["why"]),
        holder=value,
        words=value,
        verbs=[(name, _LINK) for name in words["verbs"]],
    )
    parts = [Part(code=kind, lines=[line], more=1) for kind in kinds]
    facts = [(code, value) for code in words["facts"]]
    code = codes[len(value) % len(codes)]
    view = Agenda(code=code, language=language, now=NOON, parts=parts, facts=facts)
    yield Paper(letter=agenda(_desk(value), view))


def _weekly(language: str, value: str) -> Iterator[Paper]:
    spans = dict.fromkeys(("first_answer", "first_answer_late", "resolution"), timedelta(hours=1))
    queue = QueueFigures(queue=value, opened=1, answered=1, closed=1, reopened=0, **spans)
    found = Figures(
        queues=[queue],
        by={kind: [(value, 3)] for kind in ("category", "channel", "device", "error")},
        days=[(NOON.date() + timedelta(days=number), number) for number in range(7)],
    )
    made = weekly.weekly(_desk(value), language, NOON.date(), found, {})
    yield Paper(letter=made.letter, files=made.files)


def _told(language: str, value: str) -> Iterator[Paper]:
    """Every phrase that agents are told, in one letter."""
    texts = order_words.phrases(language).texts
    lines = tuple(order_words.phrases(language).say(key, **_filled(text, value)) for key, text in texts.items())
    content = Told(headline=value, lines=(value, *lines), words=value, links=((value, _LINK),), state=value)
    yield Paper(letter=order_words.told(_desk(value), language, f"[LKT-104231] {value}", content))


def _filled(pattern: str, value: str) -> Mapping[str, Any]:
    """The value for each place of a pattern of str.format."""
    return {re.split(r"[.\[]", name)[0]: value for _, name, _, _ in Formatter().parse(pattern) if name}


#: By the template's name.
MAKERS: Final[Mapping[str, Callable[[str, str], Iterator[Paper]]]] = {
    "received": _to_customer(partial(_noting, letters.acknowledgement)),
    "complete": _to_customer(partial(_noting, letters.complete)),
    "duplicate": _to_customer(lambda desk, view, _words: letters.duplicate(desk, view)),
    "secret": _to_customer(lambda desk, view, _words: letters.secret(desk, view)),
    "closing": _to_customer(lambda desk, view, words: letters.closing(desk, view, NOON, words=words)),
    "status": _to_customer(_status),
    "answer": _answer,
    "question": _question,
    "notice": _notice,
    "agenda": _agenda,
    "weekly": _weekly,
    "told": _told,
}
