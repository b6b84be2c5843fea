"""The scanner: what it finds is held, and so is everything while it says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from intake.identity.examining import Examiner
from intake.identity.scanning import Clamd, Scan
from replies.settings import DeskSettings
from store import migrate
from store.engine import open_store
from store.models import Letter, Ticket
from tests.intake.conftest import Counter, customer_mail, make_counter
from tests.servers import clamd
from tests.servers.common import free_port


def test_its_answers_are_understood() -> None:
    """The stream arrives whole, whatever its length."""
    with clamd.pretending() as server:
        scanner = Clamd(server.place, 10)
        clean = b"x" * 200_001
        assert scanner.scan(clean) == Scan(clean=True)
        assert scanner.scan(b"a" + clamd.BAD) == Scan(clean=False, found=f"{clamd.NAME}.UNOFFICIAL")
        assert scanner.scan(b"") == Scan(clean=True)
    assert server.streams == [clean, b"a" + clamd.BAD, b""]


@pytest.mark.parametrize(
    ("manner", "trouble"),
    [
        ("silent", "timed out"),
        ("hang up", ""),
        ("stream: Can't allocate memory ERROR", "stream: Can't allocate memory ERROR"),
        ("OK", "OK"),
        ("stream: OK stream: OK", "stream: OK stream: OK"),
        ("x" * 10_000, "x" * 100),
    ],
)
def test_any_other_answer_is_no_pass(manner: str, trouble: str) -> None:
    """None at all included, within the time that it has."""
    with clamd.pretending(manner) as server:
        scan = Clamd(server.place, 1).scan(b"Subject: x\r\n\r\nx\r\n")
    assert not scan.clean
    assert scan.found == ""
    assert scan.trouble.startswith(trouble)
    assert scan.trouble


def test_a_mail_above_its_limit_is_no_pass() -> None:
    """It hangs up in the middle, with or without words that arrive."""
    with clamd.pretending() as server:
        scan = Clamd(server.place, 10).scan(b"x" * 20 * clamd.LIMIT)
    assert (scan.clean, scan.found) == (False, "")
    assert scan.trouble


@pytest.mark.parametrize("place", ["127.0.0.1:{port}", "{folder}/none", "no-such-host.invalid:3310"])
def test_a_scanner_that_is_not_there_is_no_pass(tmp_path: Path, place: str) -> None:
    """By TCP or at its socket."""
    scan = Clamd(place.format(port=free_port(), folder=tmp_path), 5).scan(b"x")
    assert not scan.clean
    assert scan.trouble


def _counter(folder: Path, place: str) -> Counter:
    engine = open_store(f"sqlite:///{folder / 'loket.db'}")
    migrate.upgrade(engine)
    desk = DeskSettings(name="help", addresses=["help@desk.test"], acknowledge="all")
    return make_counter(engine, folder, desk, examiner=Examiner(resolver=None, scanner=Clamd(place, 5)))


def test_mail_is_held_by_what_the_scanner_says(tmp_path: Path) -> None:
    """Found, too large, or not there: a ticket that says why, out of the agents' way, and no letter; none is lost."""
    with clamd.pretending() as server:
        counter = _counter(tmp_path, server.place)
        counter.take(customer_mail())
        counter.take(customer_mail(clamd.BAD.decode(), Message_ID="<2@example.com>"))
        counter.take(customer_mail("x " * clamd.LIMIT, Message_ID="<3@example.com>"))
    counter.take(customer_mail("Halo lagi", Message_ID="<4@example.com>"))
    assert [(each.status, each.held_for) for each in counter.rows(Ticket)] == [
        ("open", ""),
        ("held", "malware"),
        ("held", "unscanned"),
        ("held", "unscanned"),
    ]
    assert len(counter.rows(Letter)) == 1
