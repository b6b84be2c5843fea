"""Machines are told from people by how our automatic letters are answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from intake.decision.loops import Judgement, Kind, judge
from parsing.mail import Attachment, AttachmentKind, Envelope, Nature
from parsing.report import Category, Finding, Report
from store.facts import Candidate, Exchange, Facts, OurLetter, Relation, Round
from tests.intake.test_triage import _MAIL

_NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
_CLOSED = "Our office is closed at the moment, somebody will be with you soon. Number 88213."
_OTHER = Report(category=Category.OTHER, language="en", findings=(), missing=())


def _ago(**passed: float) -> datetime:
    return _NOW - timedelta(**passed)


def _report(*transactions: str) -> Report:
    found = tuple(
        Finding(
            field="transaction_ids", value=each, raw=each, where="body", start=0, end=1, rule="label", confidence=1.0
        )
        for each in transactions
    )
    return Report(category=Category.DEPOSIT_MISSING, language="id", findings=found, missing=())


def _judge(
    words: str,
    report: Report = _OTHER,
    *,
    letter: float | None = 1,
    said: tuple[str, ...] = (),
    rounds: tuple[Round, ...] = (),
    files: tuple[Attachment, ...] = (),
    joins: bool = False,
    looped: bool = False,
    automatic: bool = True,
    ours: tuple[str, ...] = (),
    nature: Nature = Nature.HUMAN,
    history: bool = False,
    subject: str = "Deposit",
) -> Judgement:
    """The judgement of a mail that came so many minutes after our letter."""
    last = OurLetter(at=_ago(minutes=letter), ticket_id=7, automatic=automatic) if letter is not None else None
    candidate = Candidate(
        ticket_id=7, number="LKT-104231", status="open", relation=Relation.ANSWERS, sender_takes_part=True
    )
    facts = Facts(
        exchange=Exchange(letter=last, rounds=rounds, said=said, ours=ours),
        looped=looped,
        candidates=(candidate,) * joins,
    )
    mail = replace(_MAIL, subject=subject, new_text=words, attachments=files, nature=nature)
    return judge(mail, report, facts, Envelope(door="smtp", received_at=_NOW, history=history))


def _rounds(kind: Kind, *minutes: float) -> tuple[Round, ...]:
    return tuple(Round(at=_ago(minutes=each), kind=kind) for each in minutes)


_PICTURE = Attachment(
    name="a.png", type="image/png", declared_type="image/png", size=1, sha256="", inline=False, content_id=None,
    kind=AttachmentKind.SCREENSHOT,
)  # fmt: skip


@pytest.mark.parametrize(
    ("judgement", "kind"),
    [
        (_judge("Anything at all"), Kind.PROMPT),
        (_judge("Anything at all", letter=4), Kind.PLAIN),
        (_judge("Anything at all", letter=None), None),
        (_judge("Anything at all", letter=-1), None),
        (_judge("Anything at all", letter=400, joins=True), Kind.THREAD),
        (_judge(_CLOSED, letter=400, said=(_CLOSED.replace("88213", "88219"),)), Kind.ECHO),
        (_judge(_CLOSED, letter=400, said=("else", "", _CLOSED.replace("soon", "on Monday"))), Kind.ECHO),
        (_judge(_CLOSED, _report("TRX-1"), letter=400, said=(f"{_CLOSED} TRX-1",)), Kind.SAME),
        (_judge(_CLOSED, _report("TRX-1"), letter=1, said=(f"{_CLOSED} TRX-1",)), Kind.ECHO),
        (_judge("halo min?", letter=400, said=("Halo min",)), Kind.SAME),
        (_judge("", letter=400, said=("",)), Kind.SAME),
        (_judge(_CLOSED, nature=Nature.AUTO_REPLY), None),
        (_judge(_CLOSED, history=True), None),
    ],
)
def test_how_a_letter_was_answered(judgement: Judgement, kind: Kind | None) -> None:
    """By when the mail came, where it belongs, and whether its sender has said the same before."""
    assert judgement == Judgement(kind=kind)


@pytest.mark.parametrize(
    "judgement",
    [
        _judge("ID: TRX-2", _report("TRX-2"), said=("ID: TRX-1",), joins=True),
        _judge("Ini fotonya", files=(_PICTURE,), joins=True),
        _judge("Username, ID transaksi TRX-2, jam 1", _report("TRX-2"), said=("Username, ID transaksi TRX-1, jam 1",)),
    ],
)  # fmt: skip
def test_who_brings_something_new_answers_nothing(judgement: Judgement) -> None:
    """However quick, and however alike the words: a customer who fills in one form ten times a day is no machine."""
    assert judgement == Judgement()


@pytest.mark.parametrize(
    ("rounds", "loops"),
    [
        (_rounds(Kind.PROMPT, 3, 6), False),
        (_rounds(Kind.PROMPT, 3, 6, 9), True),
        (_rounds(Kind.THREAD, 3, 6, 9), True),
        (_rounds(Kind.PROMPT, 30, 60, 90), False),
        (_rounds(Kind.PROMPT, 30, 60, 90, 400), True),
        (_rounds(Kind.THREAD, 30, 60, 90, 1500), False),
        (_rounds(Kind.PLAIN, 3, 6, 9, 12, 15), False),
        (_rounds(Kind.ECHO, 5), False),
    ],
)
def test_too_many_answers_are_a_loop(rounds: tuple[Round, ...], *, loops: bool) -> None:
    """Four within ten minutes or five a day, the one in hand included."""
    assert _judge("Anything at all", rounds=rounds).loop == loops


@pytest.mark.parametrize(
    ("days", "loops"),
    [((0.01,), False), ((0.01, 0.02), True), ((1,), False), ((1, 2), False), ((1, 2, 3), True), ((2, 4, 8), False)],
)
def test_the_same_words_again_and_again_are_a_loop(days: tuple[float, ...], *, loops: bool) -> None:
    """Three times within the hour, four times within a week: some responders take their time."""
    rounds = _rounds(Kind.ECHO, *(each * 1440 for each in days))
    assert _judge(_CLOSED, letter=400, said=(_CLOSED,), rounds=rounds).loop == loops


def test_the_first_time_the_words_of_a_machine_are_news() -> None:
    """That answer counts too, once the next ones are the same."""
    rounds = (*_rounds(Kind.ECHO, 20), *_rounds(Kind.PLAIN, 40))
    assert _judge(_CLOSED, letter=20, said=(_CLOSED,), rounds=rounds).loop
    assert not _judge("Deposit belum masuk", letter=20, said=(_CLOSED,), rounds=rounds).loop


@pytest.mark.parametrize(
    ("before", "loops"), [((5,), False), ((1440, 2880, 4320), False), ((1440, 2880, 4320, 5760), True)]
)
def test_a_report_that_is_repeated_is_a_persons_for_longer(before: tuple[float, ...], *, loops: bool) -> None:
    """Who waits reports again after a day, and after three."""
    again = "Deposit TRX-1 saya masih belum masuk juga"
    rounds = _rounds(Kind.SAME, *before)
    assert _judge(again, _report("TRX-1"), letter=400, said=(again,), rounds=rounds).loop == loops


def test_the_numbers_of_a_ticket_system_are_nothing_new() -> None:
    """Though the subject is the one that we wrote, and speaks of a deposit."""
    told = "Nomor transaksi Anda: REQ-20261124-{}. Permohonan telah dibuat dan diteruskan ke tim terkait."
    report, said = _report("REQ-20261124-2"), (told.format(1),)
    numbered = _judge(told.format(2), report, said=said, subject="[REQ-4711] Deposit belum masuk")
    assert numbered == Judgement(kind=Kind.ECHO)
    assert _judge(told.format(2), report, said=said, subject="Deposit belum masuk") == Judgement()


def test_what_was_a_loop_goes_on_being_one() -> None:
    """A machine that reminds of its own accord, without a letter to answer; another mail of the sender's does not."""
    assert _judge(_CLOSED, letter=None, said=(_CLOSED,), looped=True) == Judgement(loop=True)
    assert _judge("Deposit belum masuk", letter=None, said=(_CLOSED,), looped=True) == Judgement()


def test_what_a_person_wrote_is_answered_by_the_same_words_by_machines_alone() -> None:
    """Anything else that follows it is a conversation."""
    assert _judge(_CLOSED, said=(_CLOSED,), automatic=False) == Judgement(kind=Kind.ECHO)
    assert _judge("Oke", automatic=False) == Judgement()


def test_what_repeats_our_letters_without_a_mark_is_told_by_the_rest() -> None:
    """A ticket system that quotes what it answers says the same each time, and reports nothing by our words."""
    first, second = (f"Laporan Anda nomor {number} sudah kami terima dengan baik." for number in ("satu", "dua"))
    quoting, said = f"{_CLOSED}\n> {second}\n", (f"{_CLOSED}\n{first} Salam hangat dari kami semua di sini.",)
    ours = (f"{first} Salam hangat dari kami semua di sini.", second)
    assert _judge(quoting, _report(), letter=400, said=said, ours=ours) == Judgement(kind=Kind.ECHO)
    assert _judge(quoting, _report(), letter=400, said=said) == Judgement(kind=Kind.PLAIN)
