"""Who is acknowledged: no machine, and everybody who only sounds like one; through the whole desk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from replies.settings import DeskSettings
from store import migrate
from store.engine import open_store
from store.models import Letter, Mail, Notice, Ticket
from tests.automatic_mails import Sample, look_alikes, unanswerable
from tests.intake.conftest import Counter, customer_mail, make_counter

#: Everyday tests look at every so manieth.
_SOME = 8

#: Why a person may be left without: nobody reads at a form's or a postmaster's address, and an answer has its ticket.
_BY_DESIGN = {"a role that does not read", "the ticket has been acknowledged"}


@pytest.fixture
def desk(tmp_path: Path) -> Counter:
    """A desk that acknowledges whom it may."""
    engine = open_store(f"sqlite:///{tmp_path / 'loket.db'}")
    migrate.upgrade(engine)
    settings = DeskSettings(name="help", addresses=["help@desk.example"], acknowledge="all")
    return make_counter(engine, tmp_path, settings)


def _take(desk: Counter, samples: Sequence[Sample]) -> dict[str, str]:
    """Hand the mails in, each in a week of its own, so that no ceiling and no brake answers for the rule.

    Returns by the sample's number and name what became of its acknowledgement; a mail that is the same as one before is
    left out.
    """
    told: dict[str, str] = {}
    for number, sample in enumerate(samples):
        desk.later(days=8)
        sender = "carla@mail.example" if sample.mail_from is None else sample.mail_from
        before = len(told)
        desk.take(sample.content, mail_from=sender, rcpt_to=("help@desk.example",))
        mails = desk.rows(Mail)
        if len(mails) > before:
            told[f"{number} {sample.name}"] = mails[-1].acknowledged
    return told


@pytest.mark.battery
def test_no_machine_is_acknowledged(desk: Counter) -> None:
    """Out-of-office in fifteen languages and more, lists, bounces, receipts, calendars, no-reply: not one letter."""
    told = _take(desk, unanswerable())
    print(f"\nautomatic mails: {len(desk.rows(Letter))} of {len(told)} acknowledged")
    assert len(told) >= 120
    assert not [name for name, why in told.items() if why == "yes"]
    assert not desk.rows(Letter)


@pytest.mark.battery
def test_everybody_who_only_sounds_like_a_machine_is(desk: Counter) -> None:
    """People about responders, bounces, leave and robots: each gets his letter."""
    told = _take(desk, look_alikes())
    silent = {name: why for name, why in told.items() if why != "yes"}
    print(f"\npeople who sound like machines: {len(told) - len(silent)} of {len(told)} acknowledged {silent}")
    assert list(told.values()).count("yes") >= 60
    assert set(silent.values()) <= _BY_DESIGN


def test_some_of_both(desk: Counter) -> None:
    """A sample of the battery's."""
    machines, people = unanswerable()[::_SOME], look_alikes()[::_SOME]
    assert list(_take(desk, [*machines, *people]).values()).count("yes") == len(people)


def test_an_absence_of_the_customer_moves_nothing(desk: Counter) -> None:
    """It stands on the ticket, is not answered, and the ticket stays whose turn it was."""
    desk.take(customer_mail(To="help@desk.example"), rcpt_to=("help@desk.example",))
    before = _state(desk)
    away = customer_mail(
        "Saya sedang cuti sampai 30 November dan akan membalas setelah kembali ke kantor.",
        Message_ID="<2@example.com>",
        In_Reply_To="<1@example.com>",
        Subject="Balasan otomatis: Deposit belum masuk",
    )
    desk.later(minutes=1)
    desk.take(away, rcpt_to=("help@desk.example",))
    (first, second) = desk.rows(Mail)
    assert (second.nature, second.ticket_id) == ("auto_reply", first.ticket_id)
    assert _state(desk) == before


def _state(desk: Counter) -> tuple[object, ...]:
    (ticket,) = desk.rows(Ticket)
    return ticket.status, ticket.missing, ticket.first_reply_due_at, len(desk.rows(Letter)), len(desk.rows(Notice))
