"""A thousand hostile subjects, names, addresses, file names and ids, through every letter: what was meant, no more."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections import Counter as Tally
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from intake.identity import signatures
from parsing.mail import Address
from replies import compose
from replies.compose import Heading
from replies.enclosing import File
from replies.errors import AddressRefused
from replies.letters import Letter as Words
from replies.settings import DeskSettings, DkimSettings
from store import migrate
from store.engine import looking, open_store
from store.models import Letter, LetterRecipient, Ticket
from tests.intake.conftest import NOON, Counter, make_counter
from tests.outgoing import hostile, interpreters, reading_back
from tests.zone import Zone, key

MANY, FEW = 1000, 24

#: The letters that a customer's mail can bring about.
KINDS = ("received", "status", "complete", "duplicate", "secret")

ROOT = Path(__file__).parents[2]

#: Places in which nothing but an address or an id of ours may stand.
_ADDRESSES = ("own", "to", "reply_to")

_PYTHON = sys.version.split()[0]

_SIZES = [pytest.param(FEW, id="sample"), pytest.param(MANY, id="all", marks=pytest.mark.battery)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    """One that acknowledges everybody, trusts its border and signs its letters."""
    engine = open_store(f"sqlite:///{tmp_path / 'loket.db'}")
    migrate.upgrade(engine)
    settings = DeskSettings(
        name="help",
        addresses=["help@desk.test"],
        acknowledge="all",
        trusted_authserv_ids=["mx.desk.test"],
        acks_per_hour=1_000_000,
        dkim=[DkimSettings(domain="desk.test", selector="k1", key=key()[0].decode())],
    )
    yield make_counter(engine, tmp_path, settings)
    engine.dispose()


@pytest.mark.parametrize("count", _SIZES)
def test_letters_hold_what_was_meant_whatever_was_written_to_us(desk: Counter, count: int) -> None:
    """Each value stands in every place of a first mail and of a second one, which calls for another letter."""
    for number, value in enumerate(hostile.values(count)):
        desk.later(minutes=5)
        desk.take(_first(number, value), client="127.0.0.1")
        desk.later(minutes=5)
        desk.take(_second(desk, number, value), client="127.0.0.1")
    letters = _letters(desk)
    wrong = [told for letter, to in letters if (told := _judged(letter.content, to))]
    kinds = Tally(letter.kind for letter, _ in letters)
    print(f"letters: {count} values, {dict(kinds)}, {len(wrong)} wrong, Python {_PYTHON}")
    assert wrong == []
    assert set(kinds) == set(KINDS)
    assert kinds["received"] > count / 2  # suspicious senders get none
    zone = Zone().put("k1._domainkey.desk.test", "TXT", key()[1])
    for letter, _ in letters[:20]:
        assert [each.result for each in signatures.check(zone, letter.content, NOON)] == ["pass"]


@pytest.mark.parametrize("count", _SIZES)
def test_a_mail_holds_what_was_meant_whatever_it_is_made_of(count: int) -> None:
    """In every place that takes words or ids; an address that is none is refused."""
    wrong, refused = [], Tally()
    for value, place in itertools.product(
        hostile.values(count), ("words", "name", "ids", "marks", "file", *_ADDRESSES)
    ):
        letter, heading = _made(place, value)
        files = [File(name=value, type=value, content=value.encode("utf-8", "replace"))] if place == "file" else []
        try:
            content = compose.compose(letter, heading, (), files)
        except (AddressRefused, compose.ComposeMismatch):
            refused[place] += 1
            continue
        if told := reading_back.wrong(content, author="help@desk.test", to=heading.to):
            wrong.append((place, value, told))
    print(f"mails: {8 * count - refused.total()} made, {dict(refused)} refused, {len(wrong)} wrong, Python {_PYTHON}")
    assert wrong == []
    assert set(refused) == set(_ADDRESSES)
    assert min(refused.values()) > 0.9 * count  # some are good addresses: percent signs may stand in them


@pytest.mark.battery
@pytest.mark.parametrize("python", interpreters.others(), ids=str)
def test_likewise_on_other_interpreters(python: Path) -> None:
    """On each that is at hand: their email packages have had different faults."""
    program = interpreters.furnished(python)
    tests = [str(Path(__file__).parent), str(ROOT / "tests" / "replies")]
    chosen = "not interpreters and not sample and not sender and not oauth and not relay"
    command = [program, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-k", chosen, *tests]
    run = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    print("\n".join(line for line in run.stdout.splitlines() if "Python" in line or "passed" in line))
    assert run.returncode == 0, run.stdout[-3000:]


def _made(place: str, value: str) -> tuple[Words, Heading]:
    """A letter with the value in one place."""
    letter = Words(subject="[LKT-104231] Deposit", text="Halo\n", html="<p>Halo</p>\n")
    if place == "words":
        letter = Words(subject=value, text=value, html=value)
    told = {
        "from_": Address(name=value if place == "name" else "Bantuan", address="help@desk.test"),
        "to": f"budi{value}@example.com" if place == "to" else "budi@example.com",
        "reply_to": f"help+{value}@desk.test" if place == "reply_to" else "help+token@desk.test",
        "message_id": f"r.{value}.1@desk.test" if place == "own" else "r.token.1@desk.test",
        "date": NOON,
        "in_reply_to": value if place == "ids" else "a@x",
        "references": (value, f"<{value}@x>", "b@x") if place == "ids" else ("b@x",),
        "auto_submitted": value if place == "marks" else "auto-replied",
        "loop_mark": value if place == "marks" else "0123",
    }
    return letter, Heading(**told)  # type: ignore[arg-type]


def _first(number: int, value: str) -> bytes:
    """A report that is whole, or one that lacks its transaction."""
    transaction = "" if number % 4 == 1 else f"ID transaksi: TRX-20261123-{number:04}\r\n"
    body = f"Username: budi_{number}\r\n{transaction}Deposit belum masuk jam 10.15 WIB lewat DANA.\r\n"
    return hostile.mail(number, value, _sender(number), subject="Deposit", body=body)


def _second(desk: Counter, number: int, value: str) -> bytes:
    """What calls for a status, for "all is there", for "we have that already", for a warning about a secret."""
    ticket, letter = _latest(desk, Ticket), _latest(desk, Letter)
    body = (
        f"bagaimana progres {ticket.number}?\r\n",
        f"ID transaksi: TRX-20261123-{number:04}\r\n",
        f"tolong dong depo saya TRX-20261123-{number:04} belum masuk juga\r\n",
        "password: Kucing#99\r\n",
    )[number % 4]
    answers = f"In-Reply-To: <{letter.message_id}>" if letter and number % 4 in (1, 3) else ""
    return hostile.mail(MANY + number, value, _sender(number), subject="Tanya", body=body, more=answers)


def _latest(desk: Counter, model: Any) -> Any:
    with looking(desk.engine) as session:
        return session.exec(select(model).order_by(col(model.id).desc()).limit(1)).first()


def _sender(number: int) -> str:
    return f"user{number}@mail{number}.example"


def _letters(desk: Counter) -> list[tuple[Letter, str]]:
    """Every letter with its one recipient."""
    recipients = desk.rows(LetterRecipient)
    assert len({each.letter_id for each in recipients}) == len(recipients)
    to = {each.letter_id: each.address for each in recipients}
    return [(letter, to[letter.id or 0]) for letter in desk.rows(Letter)]


def _judged(content: bytes, to: str) -> str:
    told = reading_back.wrong(content, author="help@desk.test", to=to)
    shown = reading_back.words(content)
    return told or next((f"it says {each}" for each in (hostile.EVIL, "{{", "evil@", "<script") if each in shown), "")
