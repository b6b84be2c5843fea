"""Nobody floods others through a desk: forged senders, one sender's thousands, a domain's, and everybody at once."""

from __future__ import annotations

import time
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from replies.settings import DeskSettings
from store import alerts, migrate
from store.engine import looking, open_store
from store.models import Alert, Letter, LetterRecipient, Mail, Ticket
from tests.intake.conftest import NOON, Counter, make_counter

_MX = "mx.desk.test"

#: Mails that are handed in before the worker works: as many as it takes at once.
_BURST = 16


def _desk(folder: Path, **more: Any) -> Counter:
    engine = open_store(f"sqlite:///{folder / 'loket.db'}")
    migrate.upgrade(engine)
    settings: dict[str, Any] = {"name": "help", "addresses": ["help@desk.test"], "trusted_authserv_ids": [_MX]}
    return make_counter(engine, folder, DeskSettings(**settings | more))


def _mail(number: int, sender: str, verdict: str) -> bytes:
    """A report that no other is like, with the border's word on its sender."""
    domain = sender.rpartition("@")[2]
    lines = [
        f"Authentication-Results: {_MX}; dmarc={verdict} header.from={domain}",
        f"From: {sender}",
        "To: help@desk.test",
        f"Subject: Laporan {number}",
        f"Message-ID: <{number}@{domain}>",
        "Date: Tue, 24 Nov 2026 12:05:00 +0700",
        "",
        f"Username: user_{number}\r\nID transaksi: TRX-20261124-{10_000 + number}\r\nDeposit belum masuk.\r\n",
    ]
    return "\r\n".join(lines).encode()


@dataclass(frozen=True, kw_only=True)
class Flood:
    """Many mails within a time."""

    many: int
    within: timedelta
    sender: Callable[[int], str]
    verdict: Callable[[int], str] = lambda _number: "pass"


def _pour(desk: Counter, flood: Flood) -> None:
    """Let it come; each burst stands at its time on the desk's clock."""
    began = time.monotonic()
    for first in range(0, flood.many, _BURST):
        desk.clock.append(NOON + flood.within * (first / flood.many))
        for number in range(first, min(first + _BURST, flood.many)):
            sender = flood.sender(number)
            desk.hand_in(_mail(number, sender, flood.verdict(number)), mail_from=sender, client="127.0.0.1")
        desk.work()
    print(f"\n{flood.many} mails in {time.monotonic() - began:.0f} s: {len(desk.rows(Letter))} letters", end="")
    assert len(desk.rows(Mail)) == flood.many  # whoever sends them, none is lost


def _letters(desk: Counter) -> Iterator[tuple[str, str]]:
    """Whom each letter is for, and its state."""
    states = {each.id: each.state for each in desk.rows(Letter)}
    for recipient in desk.rows(LetterRecipient):
        yield recipient.address, states[recipient.letter_id]


def _forged(many: int) -> Flood:
    verdicts = ("fail", "none", "temperror", "permerror", "fail policy.dmarc=none")
    return Flood(
        many=many,
        within=timedelta(hours=6),
        sender=lambda number: f"victim{number}@bank{number % 97}.test",
        verdict=lambda number: verdicts[number % len(verdicts)],
    )


def _one(many: int) -> Flood:
    return Flood(many=many, within=timedelta(hours=24), sender=lambda _number: "budi@legit.test")


def _check_forged(desk: Counter, many: int) -> None:
    _pour(desk, _forged(many))
    assert list(_letters(desk)) == []


def _check_one(desk: Counter, many: int) -> None:
    _pour(desk, _one(many))
    at = sorted(each.created_at for each in desk.rows(Letter))
    print(f", the first three by {at[2] - NOON}", end="")
    assert 3 <= len(at) <= 10
    assert at[2] - NOON <= timedelta(minutes=10)


def _check_all_kinds(desk: Counter, days: int, a_day: int) -> None:
    """Of a sender who reports eight matters a day, and asks of each of his tickets how far it is, always with news."""
    sender, number = "budi@legit.test", 0
    for day in range(days):
        for turn in range(a_day):
            number += 1
            desk.clock.append(NOON + timedelta(days=day, minutes=turn * 1_200 / a_day))
            content = _mail(number, sender, "pass")
            if turn % (a_day // 8):
                listed = desk.rows(Ticket)
                asked = listed[number % len(listed)].number
                head = content.replace(f"Subject: Laporan {number}".encode(), f"Subject: Re: [{asked}]".encode())
                body = f"Min, bagaimana progres {asked}? Juga TRX-20261124-{50_000 + number}.\r\n"
                content = head.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + body.encode()
            desk.take(content, mail_from=sender, client="127.0.0.1")
    kinds = Tally(each.kind for each in desk.rows(Letter))
    of_days = Tally((each.created_at - NOON).days for each in desk.rows(Letter))
    print(f"\n{number} mails in {days} days: letters {dict(kinds)}, a day {dict(of_days)}", end="")
    assert kinds["received"] >= days
    assert kinds["status"] > 5 * days
    assert max(of_days.values()) <= 20


def _check_domain(desk: Counter, many: int, ceiling: int) -> None:
    flood = Flood(many=many, within=timedelta(minutes=50), sender=lambda number: f"user{number}@big.test")
    _pour(desk, flood)
    assert len(list(_letters(desk))) == ceiling


def _check_all(desk: Counter, many: int, ceiling: int) -> None:
    flood = Flood(many=many, within=timedelta(minutes=50), sender=lambda number: f"user@d{number}.test")
    _pour(desk, flood)
    states = Tally(state for _, state in _letters(desk))
    print(f", {dict(states)}", end="")
    assert states == {"pending": ceiling, "held": many - ceiling}
    with looking(desk.engine) as session:
        assert [each.key for each in alerts.current(session)] == ["breaker:help"]
    assert len(desk.rows(Alert)) == 1


@pytest.mark.battery
def test_ten_thousand_forged_senders_get_nothing(tmp_path: Path) -> None:
    """No acknowledgement and no bounce, and every mail is a ticket."""
    _check_forged(_desk(tmp_path), 10_000)


@pytest.mark.battery
def test_ten_thousand_mails_of_one_sender_get_ten_letters_a_day(tmp_path: Path) -> None:
    """Though each reports something else; the first ones are acknowledged at once."""
    _check_one(_desk(tmp_path), 10_000)


@pytest.mark.battery
def test_letters_of_all_kinds_have_a_ceiling(tmp_path: Path) -> None:
    """Twenty a day to one sender, however many tickets there are to ask about."""
    _check_all_kinds(_desk(tmp_path), 3, 96)


@pytest.mark.battery
def test_a_domain_has_a_ceiling(tmp_path: Path) -> None:
    """Two hundred an hour, unless told otherwise."""
    _check_domain(_desk(tmp_path), 600, 200)


@pytest.mark.battery
def test_above_the_desks_ceiling_letters_are_held_and_the_operators_told_once(tmp_path: Path) -> None:
    """Three thousand new senders within an hour, from as many domains, all proven."""
    _check_all(_desk(tmp_path), 3_000, 1_000)


def test_a_small_flood_of_each_kind(tmp_path: Path) -> None:
    """A sample of the battery's."""
    for name in ("forged", "one", "kinds", "domain", "all"):
        (tmp_path / name).mkdir()
    _check_forged(_desk(tmp_path / "forged"), 100)
    _check_one(_desk(tmp_path / "one"), 160)
    _check_all_kinds(_desk(tmp_path / "kinds"), 1, 48)
    _check_domain(_desk(tmp_path / "domain", acks_per_domain_hour=20), 64, 20)
    _check_all(_desk(tmp_path / "all", acks_per_hour=20), 64, 20)
