"""The commands that decide on held tickets, on who takes part, on two that are one, and on the keys of tokens."""

from __future__ import annotations

import email
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from intake.cli.command import run
from replies.settings import DeskSettings
from store import keys, migrate
from store.engine import open_store
from store.models import Event, Letter, Message, PersonAddress, Tally, Ticket
from tests.intake.conftest import Counter, customer_mail, make_counter

_CONFIG = """
data = "{folder}"
[desks.help]
addresses = ["help@desk.test"]
acknowledge = "all"
suspicious = "hold"
"""

_DESK = DeskSettings(name="help", addresses=["help@desk.test"], acknowledge="all", suspicious="hold")

Loket = Callable[..., tuple[int, str, str]]


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """A desk with a ticket of Budi's, and a configuration that says where it is."""
    (tmp_path / "config.toml").write_text(_CONFIG.format(folder=tmp_path))
    keys.create_master(tmp_path / "secret.key")
    engine = open_store(f"sqlite:///{tmp_path / 'loket.db'}")
    migrate.upgrade(engine)
    counter = _opened(engine, tmp_path)
    counter.take(customer_mail())
    yield counter
    engine.dispose()


def _opened(engine: object, folder: Path) -> Counter:
    return make_counter(engine, folder, _DESK, master=keys.read_master(folder / "secret.key"))  # type: ignore[arg-type]


@pytest.fixture
def loket(counter: Counter, capfd: pytest.CaptureFixture[str]) -> Loket:
    """Runs a command; gives its exit code, stdout and stderr."""

    def call(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(["--config", str(counter.folder / "config.toml"), *arguments])
        told = capfd.readouterr()
        return code, told.out, told.err

    return call


@pytest.fixture
def held(counter: Counter) -> str:
    """The number of a ticket whose sender can be read in two ways."""
    counter.take(b"From: evil@x.test\r\n" + customer_mail(Message_ID="<held@example.com>"))
    ticket = counter.rows(Ticket)[-1]
    assert (ticket.status, ticket.held_for) == ("held", "forged")
    return ticket.number


def _reply_to(counter: Counter) -> str:
    return str(email.message_from_bytes(counter.rows(Letter)[0].content)["Reply-To"])


def _events(counter: Counter, what: str) -> list[Event]:
    return [each for each in counter.rows(Event) if each.what == what]


def _answer(counter: Counter, number: int, sender: str = "budi@example.com", **headers: str) -> Ticket:
    """A mail to the first letter's reply address; gives the ticket that it ended on."""
    to = headers.pop("To", _reply_to(counter))
    counter.later(hours=1)
    told = {"From": sender, "To": to, "Message_ID": f"<{number}@{sender.rpartition('@')[2]}>"} | headers
    counter.take(customer_mail(f"Jawaban {number}", **told), mail_from=sender, rcpt_to=(to,))
    message = [each for each in counter.rows(Message) if each.direction == "in"][-1]
    return next(each for each in counter.rows(Ticket) if each.id == message.ticket_id)


def test_a_held_ticket_is_shown_with_its_reason_and_released(counter: Counter, loket: Loket, held: str) -> None:
    """Then it is work, due like any other, and why it was held stays said."""
    assert held in loket("ticket", "list", "--status", "held")[1]
    assert "its sender is not who it says" in loket("ticket", "show", held)[1]
    letters = len(counter.rows(Letter))
    assert loket("ticket", "release", held)[0] == 0
    ticket = counter.rows(Ticket)[-1]
    assert (ticket.status, ticket.held_for, ticket.first_reply_due_at is not None) == ("open", "forged", True)
    (event,) = _events(counter, "released")
    assert event.by
    assert [each for each in counter.rows(Letter)[letters:] if "evil" in str(each.content)] == []
    code, _, told = loket("ticket", "release", held)
    assert (code, bool(told)) == (1, True)


def test_a_held_ticket_is_refused_for_a_reason(counter: Counter, loket: Loket, held: str) -> None:
    """It is closed and kept; nothing is sent; without a reason, or with an unknown one, nothing happens."""
    letters = len(counter.rows(Letter))
    assert loket("ticket", "refuse", held)[0] == 2
    assert loket("ticket", "refuse", held, "--reason", "boredom")[0] == 2
    assert counter.rows(Ticket)[-1].status == "held"
    assert loket("ticket", "refuse", held, "--reason", "forged")[0] == 0
    assert counter.rows(Ticket)[-1].status == "closed"
    (event,) = _events(counter, "refused")
    assert event.detail == {"why": "forged"}
    assert len(counter.rows(Letter)) == letters
    assert held in loket("ticket", "list", "--status", "closed")[1]
    assert loket("ticket", "refuse", held, "--reason", "spam")[0] == 1


def test_what_is_not_held_is_neither_released_nor_refused(counter: Counter, loket: Loket) -> None:
    """And a number that is none is told."""
    number = counter.rows(Ticket)[0].number
    assert loket("ticket", "release", number)[0] == 1
    assert loket("ticket", "refuse", number, "--reason", "spam")[0] == 1
    assert counter.rows(Ticket)[0].status == "open"
    for verb in (["release"], ["refuse", "--reason", "spam"]):
        code, _, told = loket("ticket", verb[0], "LKT-999999", *verb[1:])
        assert (code, "LKT-999999" in told) == (1, True)


def test_who_is_in_copy_takes_part_once_an_agent_says_so(counter: Counter, loket: Loket) -> None:
    """Before, what they write is a ticket of its own; afterwards it joins."""
    first = counter.rows(Ticket)[0].number
    assert _answer(counter, 2, "siti@example.org").number != first
    assert loket("ticket", "admit", first, "Siti@Example.org")[0] == 0
    assert _answer(counter, 3, "siti@example.org", To="help@desk.test", Subject=f"Re: {first}").number == first
    assert [each.detail["address"] for each in _events(counter, "admitted")] == ["siti@example.org"]
    assert loket("ticket", "admit", first, "siti@example.org")[0] == 0  # once more changes nothing
    participants = json.loads(loket("ticket", "show", first, "--json")[1])["participants"]
    assert sum("siti@example.org" in str(each) for each in participants) == 1


def test_a_customers_other_address_is_the_same_persons(counter: Counter, loket: Loket) -> None:
    """With --same-person; of another person's several addresses none is taken away."""
    first = counter.rows(Ticket)[0].number
    assert loket("ticket", "admit", first, "budi@kantor.test", "--same-person")[0] == 0
    mine = {each.address for each in counter.rows(PersonAddress) if each.person_id == counter.rows(Ticket)[0].person_id}
    assert mine == {"budi@example.com", "budi@kantor.test"}
    assert _answer(counter, 2, "siti@example.org", To="help@desk.test").number != first
    other = counter.rows(Ticket)[-1].number
    assert loket("ticket", "admit", other, "siti@rumah.test", "--same-person")[0] == 0
    code, _, told = loket("ticket", "admit", first, "siti@rumah.test", "--same-person")
    assert (code, "siti@rumah.test" in told) == (1, True)


def test_a_merged_ticket_leads_on(counter: Counter, loket: Loket) -> None:
    """What answers it joins the other; circles and a ticket into itself are refused."""
    first = counter.rows(Ticket)[0].number
    second = _answer(counter, 2, "siti@example.org", To="help@desk.test").number
    assert loket("ticket", "merge", first, first)[0] == 1
    assert loket("ticket", "merge", first, "LKT-999999")[0] == 1
    assert loket("ticket", "merge", first, second)[0] == 0
    shown = json.loads(loket("ticket", "show", first, "--json")[1])
    assert (shown["status"], shown["merged_into"]) == ("closed", second)
    assert _answer(counter, 3).number == second
    assert loket("ticket", "merge", second, first)[0] == 1
    assert loket("ticket", "merge", first, second)[0] == 1


def test_two_rotations_make_old_reply_addresses_worthless(counter: Counter, loket: Loket) -> None:
    """After one they are still good; each new key counts from the next start of the daemon."""
    first = counter.rows(Ticket)[0].number
    code, _, told = loket("tokens", "rotate")
    assert (code, "systemctl reload loket" in told) == (0, True)
    once = _opened(counter.engine, counter.folder)
    old = _reply_to(counter)
    assert _answer(once, 2).number == first
    assert loket("tokens", "rotate")[0] == 0
    twice = _opened(counter.engine, counter.folder)
    assert _answer(twice, 3, To=old).number != first
    assert [each.count for each in counter.rows(Tally) if each.name.startswith("token:")] == [1]
    assert "a wrong reply token" in counter.rows(Message)[-2].identity_why
    fresh = str(email.message_from_bytes(counter.rows(Letter)[-1].content)["Reply-To"])
    latest = counter.rows(Ticket)[-1].number
    assert _answer(twice, 4, To=fresh).number == latest


def test_the_desk_whose_key_changes_is_named_where_there_are_several(counter: Counter, loket: Loket) -> None:
    """A wrong name, or none, changes nothing."""
    config = counter.folder / "config.toml"
    config.write_text(config.read_text() + '[desks.two]\naddresses = ["two@desk.test"]\nprefix = "TWO"\n')
    assert loket("tokens", "rotate")[0] == 2
    assert loket("tokens", "rotate", "--desk", "nobody")[0] == 2
    assert loket("tokens", "rotate", "--desk", "help")[0] == 0
    code, _, told = loket("tokens", "rotate", "--desk", "two")
    assert (code, "two" in told) == (1, True)  # the daemon has not opened it yet, so it has no key to change
